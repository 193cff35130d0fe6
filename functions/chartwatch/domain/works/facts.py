"""Facts: values with their provenance, as a provider or a work of a catalog states them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum

from chartwatch.domain.works.candidates import Provider
from chartwatch.domain.works.identification import Identified
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, RELEASE_DATE, Work

Value = str | date | frozenset[str]
"""A code or a word, a date, or a set of codes."""

TIME_TO_LIVE: Mapping[str, timedelta] = {Provider.TMDB: timedelta(days=180)}
"""How long a source's facts may be kept without asking again; TMDB's terms say six months."""

ASK_AGAIN = timedelta(days=30)
"""How long before the end of its time a fact is asked again, so that a provider may be down meanwhile."""


class Layer(IntEnum):
    """Where a fact stands, the last before all others. The first two are sources' and weigh alike."""

    STARTER = 0
    LOOKED_UP = 1
    OWN_FILE = 2
    OVERRIDE = 3


class Confidence(StrEnum):
    """How sure a fact is; one of low confidence is assumed."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Fact:
    """What a source says of a work: `Fact("original_language", "ko", Layer.LOOKED_UP, "wikidata", …)`.

    `asked` is the day on which the source said it, None for what has no date and is older than all that has one. From
    `expires` on it may not be kept. `led_by` is another source, by whose link alone this one came to the work: what it
    says is its own, but which work it says it of is not.
    """

    name: str
    value: Value
    layer: Layer
    source: str
    asked: date | None = None
    confidence: Confidence = Confidence.HIGH
    expires: date | None = None
    led_by: str | None = None

    @property
    def voice(self) -> tuple[Layer, str]:
        """Who decides that it is said of this work; of two facts of one voice, neither confirms the other."""
        return self.layer, self.led_by or self.source

    def is_kept(self, today: date) -> bool:
        """Return whether it may be used on a day."""
        return self.expires is None or today < self.expires

    def is_due(self, today: date) -> bool:
        """Return whether it is time to ask its source again."""
        return self.expires is not None and today >= self.expires - ASK_AGAIN


def facts_found(found: Identified, asked: date) -> tuple[Fact, ...]:
    """Return the facts that a provider's candidates came to on a day.

    The one country of a candidate is no main one yet: other sources may name more (`resolving.resolve`).
    """
    source = found.provider.value
    expires = asked + TIME_TO_LIVE[source] if source in TIME_TO_LIVE else None
    confidence = Confidence.HIGH if found.by_id else Confidence.MEDIUM
    values: Mapping[str, Value | None] = {
        ORIGINAL_LANGUAGE: found.language,
        MAIN_COUNTRY: found.main_country if len(found.countries) > 1 else None,
        ORIGIN_COUNTRIES: found.countries or None,
        RELEASE_DATE: found.released,
    }
    led_by = found.led_by and found.led_by.value
    return tuple(
        Fact(name, value, Layer.LOOKED_UP, source, asked, confidence, expires, led_by)
        for name, value in values.items()
        if value is not None
    )


def facts_of(work: Work, layer: Layer, source: str, asked: date | None = None) -> tuple[Fact, ...]:
    """Return the facts that a work of a catalog states: of the confidence that it names, high where it names none.

    What is assumed of it is of low confidence.
    """
    confidence = Confidence(work.confidence) if work.confidence in [*Confidence] else Confidence.HIGH
    main = work.origin_countries[0] if work.origin_countries and work.is_main_country_known else None
    values: Mapping[str, Value | None] = {
        ORIGINAL_LANGUAGE: work.original_language,
        MAIN_COUNTRY: main,
        ORIGIN_COUNTRIES: frozenset(work.origin_countries) or None,
        RELEASE_DATE: work.release_date,
        **{name: frozenset(value for its, value in work.own_facts if its == name) for name, _ in work.own_facts},
    }
    return tuple(
        Fact(name, value, layer, source, asked, Confidence.LOW if name in work.assumed else confidence)
        for name, value in values.items()
        if value is not None
    )
