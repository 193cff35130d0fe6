"""What `reconcile` can find, and what of it an alarm reads."""

from dataclasses import dataclass
from enum import StrEnum


class Found(StrEnum):
    """What can be found; also the name of the metric that counts it, where an alarm reads one (`ALARMED`)."""

    RECORD_UPDATED = "RecordsUpdated"
    PUBLICATION_DETECTED = "PublicationsDetected"
    FILE_REMOVED = "FilesRemoved"
    STORY_WITNESSED = "StoriesWitnessed"
    STORY_SENT = "StoriesSentLate"
    STORY_SENT_AGAIN = "StoriesSentAgain"
    STORY_IN_DOUBT = "StoriesInDoubt"
    STORY_UNDECIDED = "StoriesUndecided"
    STORY_HELD = "StoriesHeld"
    STORY_REFUSED = "StoriesRefused"
    WITNESS_MISSING = "WitnessMissing"
    WITNESS_MISLED = "WitnessMisled"
    EDITIONS_UNPUBLISHED = "EditionsUnpublished"
    CHART_LATE = "ChartsLate"
    SUBSCRIBER_UNCONFIRMED = "SubscribersUnconfirmed"
    SUBSCRIBER_VANISHED = "SubscribersVanished"
    RECORD_DIFFERS = "RecordDiffers"
    SENT_CONTRADICTED = "SentContradicted"
    CATALOG_CHANGE_HELD = "CatalogChangesHeld"
    WORK_UNKNOWN = "WorksUnknown"


ALARMED = (
    Found.CHART_LATE,
    Found.SUBSCRIBER_UNCONFIRMED,
    Found.SUBSCRIBER_VANISHED,
    Found.STORY_IN_DOUBT,
    Found.STORY_UNDECIDED,
    Found.STORY_REFUSED,
    Found.STORY_HELD,
    Found.RECORD_DIFFERS,
    Found.SENT_CONTRADICTED,
    Found.CATALOG_CHANGE_HELD,
)
"""What a person should see to: an alarm reads its metric. Every run finds it again for as long as it stands."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was not as it should be, or that was put right: what, where, and how many of it."""

    found: Found
    where: str
    detail: str = ""
    count: int = 1
