"""What became of something that was told."""

from enum import StrEnum


class Became(StrEnum):
    """What a piece of news says became of what was told before of its slots; `NEW`: nothing was."""

    NEW = "new"
    CONFIRMED = "confirmed"
    DOUBTED = "doubted"
    AGAIN = "claimed again"
    CORRECTED = "corrected"
    RETRACTED = "retracted"
