"""How much room text takes in a picture, where no font can be measured, and how it is shortened to fit."""

import unicodedata

_WIDE, _NARROW, _CAPITAL, _USUAL = 1.0, 0.3, 0.68, 0.54
_SLIM = frozenset("fijlrtI1.,:;'’!|()[] ")
_MARKS = frozenset({"Mn", "Me", "Cf"})
_ELLIPSIS = "…"


def width(text: str) -> float:
    """Return about how wide text is, in ems of a usual sans-serif font: rather too much than too little."""
    return sum(map(_width_of, text))


def shortened(text: str, ems: float) -> str:
    """Return text that is at most so wide, cut after a character and its marks, with an ellipsis where it was cut."""
    if width(text) <= ems:
        return text
    room = ems - _USUAL * 1.8
    kept = 0
    for at, character in enumerate(text):
        room -= _width_of(character)
        if room < 0:
            break
        if at + 1 == len(text) or unicodedata.category(text[at + 1]) not in _MARKS:
            kept = at + 1
    return text[:kept].rstrip() + _ELLIPSIS


def _width_of(character: str) -> float:
    category = unicodedata.category(character)
    if category in _MARKS:
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return _WIDE
    if character in _SLIM:
        return _NARROW
    if category == "Lu" or character in "mwMW—…@%&":
        return _CAPITAL
    return _USUAL
