"""What a person may choose from on the command line."""

from enum import StrEnum


class Format(StrEnum):
    """How a replay writes its bulletins: a line a story for people, or a JSON line a milestone change."""

    TEXT = "text"
    JSONL = "jsonl"


class AnswerFormat(StrEnum):
    """How a claim is answered: as text for people, or as one JSON object."""

    TEXT = "text"
    JSON = "json"


class StoreKind(StrEnum):
    """Where a replay records: in memory, or in DynamoDB."""

    MEMORY = "memory"
    DYNAMODB = "dynamodb"
