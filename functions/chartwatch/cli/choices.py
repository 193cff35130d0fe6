"""What a person may choose from on the command line."""

from collections.abc import Iterable
from enum import StrEnum

from chartwatch.rules.codes import nearest


class Format(StrEnum):
    """How milestones are written: as text for people, or as a JSON line each."""

    TEXT = "text"
    JSONL = "jsonl"


class BulletinFormat(StrEnum):
    """How a replay writes its bulletins: a line a story, each story as it is emailed, or a JSON line a change."""

    TEXT = "text"
    EMAILS = "emails"
    JSONL = "jsonl"


class AnswerFormat(StrEnum):
    """How a claim is answered: as text for people, or as one JSON object."""

    TEXT = "text"
    JSON = "json"


class StoreKind(StrEnum):
    """Where a replay records: in memory, or in DynamoDB."""

    MEMORY = "memory"
    DYNAMODB = "dynamodb"


def did_you_mean(said: str, known: Iterable[str]) -> str:
    """Return "; did you mean KR?" where one of `known` is written much like what was said, else nothing."""
    by_case = {name.lower(): name for name in sorted(known)}
    meant = nearest(said, by_case)
    return f"; did you mean {by_case[meant]}?" if meant else ""
