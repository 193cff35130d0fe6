"""How numbers, countries, languages and lists read in an English sentence."""

import re
import textwrap
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import cache

from anyascii import anyascii
from babel import Locale
from babel.dates import format_date
from babel.lists import format_list

from chartwatch.domain.codes import COUNTRIES, FORMER_COUNTRIES, LANGUAGES

_ENGLISH = Locale("en")
_LOCALE = Locale("en", "GB")
"""How dates and lists are written: "19 September 2021", "A, B and C"."""

_FIRST = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def ordinal(number: int) -> str:
    """Return "fourth", "21st": in letters up to ten, as newspapers do."""
    if 1 <= number <= len(_FIRST):
        return _FIRST[number - 1]
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def cardinal(number: int) -> str:
    """Return "two", "25": in letters up to ten."""
    letters = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return letters[number] if 0 <= number < len(letters) else str(number)


@cache
def territory_name(code: str) -> str:
    """Return the name of an ISO 3166-1 alpha-2 territory as it stands after "in"; the code itself when unknown."""
    if code == "GLOBAL":
        return "the world"
    if code == "*":
        return "any territory"
    name = country_name(code)
    return f"the {name}" if code in _WITH_ARTICLE else name


@cache
def country_name(code: str) -> str:
    """Return the name of a country by its ISO 3166-1 alpha-2 code (CLDR's English); the code itself when unknown."""
    if code in FORMER_COUNTRIES:
        return FORMER_COUNTRIES[code]
    return str(_ENGLISH.territories.get(code, code)).replace("Hong Kong SAR China", "Hong Kong")


def alphabetical(codes: Iterable[str]) -> list[str]:
    """Return the names of countries in alphabetical order, without articles; accents do not count."""
    return sorted(map(country_name, codes), key=lambda name: (anyascii(name).casefold(), name))


def in_text(codes: Iterable[str]) -> list[str]:
    """Return the names of territories as they stand in a sentence, in alphabetical order but for their articles."""
    return [territory_name(code) for code in sorted(codes, key=lambda code: alphabetical([code]))]


@cache
def group_name(value: str) -> str:
    """Return one of the groups that rules make in words: a country, a language, or what else it is."""
    if value in COUNTRIES or value in FORMER_COUNTRIES:
        return territory_name(value)
    return LANGUAGES.get(value, value)


@cache
def day(date_: date) -> str:
    """Return "19 September 2021"."""
    return format_date(date_, "d MMMM y", locale=_LOCALE)


@cache
def weekday(date_: date) -> str:
    """Return "Sunday 19 September 2021"."""
    return format_date(date_, "EEEE d MMMM y", locale=_LOCALE)


@cache
def month(date_: date) -> str:
    """Return "September 2021"."""
    return format_date(date_, "MMMM y", locale=_LOCALE)


def with_days_in_words(said: str) -> str:
    """Return a sentence with its days, which are written as 2021-09-19, in words."""
    return re.sub(r"\b\d{4}-\d\d-\d\d\b", lambda found: _read_day(found[0]), said)


def _read_day(written: str) -> str:
    try:
        return day(date.fromisoformat(written))
    except ValueError:
        return written


def place_noun(territories: Collection[str]) -> str:
    """Return "country" where all territories are countries, else "territory"."""
    return "country" if all(code in COUNTRIES for code in territories) else "territory"


@cache
def language_name(code: str) -> str:
    """Return the name of a language by its ISO 639-1 code (CLDR's English); the code itself when unknown."""
    return str(_ENGLISH.languages.get(code, code))


def listed(items: Sequence[str]) -> str:
    """Return "A", "A and B", "A, B and C"."""
    return format_list(list(items), locale=_LOCALE)


def either(items: Sequence[str]) -> str:
    """Return "A", "A or B", "A, B or C"."""
    return format_list(list(items), style="or", locale=_LOCALE)


def some(items: Sequence[str], most: int) -> str:
    """Return them listed, or when they are more than `most`, the first of them and the number of the others."""
    return listed(items if len(items) <= most else [*items[: most - 1], f"{len(items) - most + 1} others"])


def sentence(said: str) -> str:
    """Return text that begins with a capital, where its script has them."""
    return f"{said[:1].upper()}{said[1:]}"


def counted(number: int, noun: str) -> str:
    """Return "1 day", "7 days", "3 stories"."""
    if number == 1:
        return f"{number} {noun}"
    return f"{number} {plural(noun)}"


def plural(noun: str) -> str:
    """Return "days", "stories"."""
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun != "day" else f"{noun}s"


def span(first: date, last: date) -> str:
    """Return one period, or "A to B"."""
    return first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"


def wrapped(text: str, width: int, *, initial_indent: str = "", subsequent_indent: str = "") -> list[str]:
    """Return text in lines of at most `width` columns, none of which ends within a word, even one that is too long."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=initial_indent,
        subsequent_indent=subsequent_indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


_WITH_ARTICLE = frozenset(
    {"AE", "BS", "CD", "CF", "DO", "GB", "GM", "KM", "KY", "MV", "NL", "PH", "SC", "US", "VG", "VI"}
)
"""Territories whose name takes an article in a sentence."""
