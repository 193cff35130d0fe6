"""What a person may choose from on the command line."""

from enum import StrEnum


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
