"""Credits: which artists a chart names by `Lil Nas X Featuring Billy Ray Cyrus`; docs/adr/0012 has the policy.

A name that is known as one act's (`acts`, or an artist of the catalog) is one. What the form of a credit says of all
others is a rule that a few names break; the page names them.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from chartwatch.domain.works.acts import ACTS
from chartwatch.domain.works.titles import title_key

_FEATURED = re.compile(r"[\s(\[]+(?:featuring|feat\.?|ft\.?|starring|introducing|with)\s+", re.IGNORECASE)
_DUET = re.compile(r"[\s(\[]+(?:an?\s+)?duet\s+with\s+", re.IGNORECASE)
_JOINT = re.compile(
    r"(\s*;\s*|\s*,\s+(?:(?:&|and)\s+)?(?!(?:jr|sr|inc|the|ii|iii|iv)\b)|\s+(?:&|and|(?-i:x)|×|\+)\s+)", re.IGNORECASE
)
_SLASH = re.compile(r"\s+/\s+|(?<=[^\s/])/(?=[^\s/])")
_BACKING = re.compile(r"(?:the|his|her|their)\s", re.IGNORECASE)
_LEADER = re.compile(r"\s+(?:&|and)\s+(?:his|her|their)\s.*", re.IGNORECASE)
_MEMBERS = re.compile(r"(?P<act>.+?)(?::\s+|\s+\()(?P<members>[^()]+?(?:,|&|\s(?:and|(?-i:x)|×|\+)\s)[^()]+)\)?")
_TWO_ACTS = re.compile(r"\s+[x×+]\s+")
_ITS = ("&", "and", "+")
"""Joints between an act and who backs it."""


class Credit(NamedTuple):
    """The artists of a credit, each once: those that it leads with, and those that it features."""

    main: tuple[str, ...]
    featured: tuple[str, ...] = ()


@lru_cache(maxsize=65_536)
def lead_of(credit: str) -> str:
    """Return the key of the artist whom a credit names first, by whom two works of one title are told apart.

    It is the text's alone, whatever a catalog knows.
    """
    main, _ = read_credit(credit)
    return title_key(main[0])


_NUMBERS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


@lru_cache(maxsize=16_384)
def name_key(name: str) -> str:
    """Return the letters of an artist's name, without accents, "the" and "and", and with numbers in digits.

    Names of one key are one, written in two ways. The name as titles are compared, where nothing is left.
    """
    plain = "".join(ch for ch in unicodedata.normalize("NFKD", title_key(name)) if not unicodedata.combining(ch))
    spoken = re.sub(r"\b(?:the|and)\b", " ", plain.replace("'", "").replace("-", " "))
    numbered = _in_digits(spoken.split())
    # Vowels of Indian and South-East Asian scripts are marks.
    kept = (ch for ch in "".join(numbered) if ch.isalnum() or unicodedata.category(ch).startswith("M"))
    return "".join(kept) or title_key(name)


def _in_digits(said: Sequence[str]) -> Iterator[str]:
    """Yield words with the numbers up to 99 in digits: `21 savage` of `twenty one savage`."""
    tens = 0
    for word in said:
        number = _NUMBERS.index(word) if word in _NUMBERS else 0
        if tens and 0 < number < 10:
            yield str(tens + number)
            tens = 0
            continue
        if tens:
            yield str(tens)
        tens = 10 * (_TENS.index(word) + 2) if word in _TENS else 0
        if not tens:
            yield str(number) if word in _NUMBERS else word
    if tens:
        yield str(tens)


def read_credit(credit: str, artists: Mapping[str, str] = ACTS) -> Credit:
    """Return whom a credit names, at least one. `artists` are names of acts by the keys of all that they are called."""
    lead, *rest = _FEATURED.split(_DUET.sub(" x ", credit))
    main = dict.fromkeys(_artists(lead, artists)) or {_clean(credit) or "?": None}
    featured = (artist for part in rest for artist in _artists(part, artists, is_featured=True))
    return Credit(tuple(main), tuple(artist for artist in dict.fromkeys(featured) if artist not in main))


def _artists(text: str, artists: Mapping[str, str], *, is_featured: bool = False) -> Iterator[str]:
    """Yield the artists of one part of a credit."""
    if (act := artists.get(title_key(_clean(text)))) is not None:
        yield act
        return
    if found := _MEMBERS.fullmatch(text.strip()):
        yield from _artists(found["act"], artists)
        yield from _artists(found["members"], artists, is_featured=True)
        return
    pieces = _JOINT.split(_with_slashes_read(text))
    names = [*_with_acts_joined(pieces, artists)]
    is_one = not is_featured and not _TWO_ACTS.search(text) and all(" " not in _clean(name) for name in names)
    if is_one and not all(title_key(_clean(name)) in artists for name in names):
        names = [text]
    for name in (_LEADER.sub("", _clean(name)) for name in names):
        if name:
            yield artists.get(title_key(name), name)


def _with_acts_joined(pieces: Sequence[str], artists: Mapping[str, str]) -> Iterator[str]:
    """Yield the names between joints; those that are one act, or an act and who backs it, together."""
    names, joints = pieces[::2], [*pieces[1::2], ""]
    first = 0
    while first < len(names):
        last = next(
            last
            for last in range(len(names), first, -1)
            if last == first + 1 or title_key(_clean(_together(names, joints, first, last))) in artists
        )
        while last < len(names) and joints[last - 1].strip().lower() in _ITS and _BACKING.match(names[last]):
            last += 1
        yield _together(names, joints, first, last)
        first = last


def _together(names: Sequence[str], joints: Sequence[str], first: int, last: int) -> str:
    return "".join(f"{names[at]}{joints[at] if at + 1 < last else ''}" for at in range(first, last))


def _with_slashes_read(text: str) -> str:
    """Return text with ` x ` for slashes between full names: AC/DC and HUNTR/X are names."""
    first, *others = _SLASH.split(text)
    return " x ".join([first, *others]) if others and " " in first.strip() else text


def _clean(name: str) -> str:
    """Return a name without spaces and brackets around it; a colon parts the places of slots, so that it has none."""
    name = " ".join(name.split()).strip(" ,;&")
    if name.count("(") != name.count(")"):
        name = name.strip("()[] ")
    return name.replace(":", "")
