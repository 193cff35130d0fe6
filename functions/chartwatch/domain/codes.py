"""Codes that people write: languages and countries as Babel's English locale knows them, and the one that was meant."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from babel import Locale
from babel.core import get_global

from chartwatch.domain.works.work import Kind

_ENGLISH = Locale("en")

# Regions and reserved codes that CLDR names and ISO 3166-1 does not assign; XK, Kosovo, is in use on charts.
_NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})

_KINDS = {"movie": "film", "movies": "film", "show": "series", "tv": "series"}

LANGUAGES: Mapping[str, str] = {
    code: name for code, name in _ENGLISH.languages.items() if re.fullmatch(r"[a-z]{2,3}", code)
}
"""English names by ISO 639 code."""

COUNTRIES: Mapping[str, str] = {
    code: name
    for code, name in _ENGLISH.territories.items()
    if re.fullmatch(r"[A-Z]{2}", code) and code not in _NO_COUNTRIES
}
"""English names by ISO 3166-1 alpha-2 code."""


def likely_language(said: str) -> str | None:
    """Return the code that was meant by another way of writing it, such as `KO`, `en-US`, `kor` or `Korean`."""
    code = re.split(r"[-_]", said.lower())[0]
    alias = get_global("language_aliases").get(code)
    return next((known for known in (code, alias) if known in LANGUAGES), None) or _named(said, LANGUAGES)


def likely_country(said: str) -> str | None:
    """Return the code that was meant by another way of writing it, such as `kr`, `UK`, `KOR` or `South Korea`."""
    code = said.upper()
    aliases = get_global("territory_aliases").get(code, ())
    return next((known for known in (code, *aliases) if known in COUNTRIES), None) or _named(said, COUNTRIES)


def not_one(said: str, expected: str, meant: str | None) -> str:
    """Return the sentence that something is not what was expected, and what was meant, where that is likely."""
    return f"{said} is not {expected}{f'; did you mean {meant}?' if meant else ''}"


def language_problem(code: str) -> str | None:
    """Return what is wrong with the code of a language, or None."""
    return None if code in LANGUAGES else not_one(f"'{code}'", "an ISO 639 code", likely_language(code))


def country_problem(code: str) -> str | None:
    """Return what is wrong with the code of a country, or None."""
    return None if code in COUNTRIES else not_one(f"'{code}'", "an ISO 3166-1 alpha-2 code", likely_country(code))


def work_kind_problem(said: str) -> str | None:
    """Return what is wrong with the kind of a work, or None."""
    meant = _KINDS.get(said.lower()) or nearest(said, Kind)
    return None if said in [*Kind] else not_one(f"'{said}'", "film or series", meant)


def nearest(said: str, known: Iterable[str]) -> str | None:
    """Return the one of `known` that is written much like `said`, or None."""
    return next(iter(get_close_matches(said.lower(), list(known), 1)), None)


def _named(said: str, names: Mapping[str, str]) -> str | None:
    by_name = {name.casefold(): code for code, name in names.items()}
    found = get_close_matches(said.casefold(), by_name, 1, 0.8)
    return by_name[found[0]] if found else None
