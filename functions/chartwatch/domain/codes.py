"""Codes that people write: languages and countries as Babel's English locale knows them, and the one that was meant."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache

from anyascii import anyascii
from babel import Locale
from babel.core import get_global

from chartwatch.domain.works.work import ANY_KIND, KINDS, OWN_FACT, Kind

_ENGLISH = Locale("en")

# Regions and reserved codes that CLDR names and ISO 3166-1 does not assign; XK, Kosovo, is in use on charts.
_NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})

_OTHER_KINDS = {
    "movie": "film",
    "movies": "film",
    "show": "series",
    "tv": "series",
    "tv show": "series",
    "track": "song",
    "performer": "artist",
}
KIND_FORM = "[a-z][a-z0-9]*([ -][a-z0-9]+)*"
"""What a kind looks like: small letters and digits, a word or several."""

OWN_FACT_FORM = f"{OWN_FACT}[a-z0-9]+([ _-][a-z0-9]+)*"
"""What the name of a fact of one's own looks like: `fact:girl group`."""

_YES_OR_NO = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}

_LONGEST_KIND = 40
_ALIKE = 0.8
"""How much a word has to be written like a known kind to be taken for a mistake: audiobook and anime are none."""

# What CLDR calls unknown, several, or none, and no work is in.
_NO_LANGUAGES = frozenset({"xx", "und", "zxx", "mul", "mis"})

LANGUAGES: Mapping[str, str] = {
    code: name
    for code, name in _ENGLISH.languages.items()
    if re.fullmatch(r"[a-z]{2,3}", code) and code not in _NO_LANGUAGES
}
"""English names by ISO 639 code."""

COUNTRIES: Mapping[str, str] = {
    code: name
    for code, name in _ENGLISH.territories.items()
    if re.fullmatch(r"[A-Z]{2}", code) and code not in _NO_COUNTRIES
}
"""English names by ISO 3166-1 alpha-2 code."""

FORMER_COUNTRIES: Mapping[str, str] = {
    "SU": "the Soviet Union",
    "YU": "Yugoslavia",
    "CS": "Czechoslovakia",
    "DD": "East Germany",
}
"""Countries that works may be from, by the codes that ISO 3166-3 withdrew: no chart is of one, and each stands for
itself, not for those that came after it."""

_OTHER_NAMES = {
    "bolivarian republic of venezuela": "VE",
    "bosnia": "BA",
    "bosnia-herzegovina": "BA",
    "britain": "GB",
    "brunei darussalam": "BN",
    "burma": "MM",
    "cabo verde": "CV",
    "cape verde": "CV",
    "congo (brazzaville)": "CG",
    "congo (kinshasa)": "CD",
    "congo-brazzaville": "CG",
    "congo-kinshasa": "CD",
    "czech republic": "CZ",
    "democratic people's republic of korea": "KP",
    "democratic republic of congo": "CD",
    "democratic republic of the congo": "CD",
    "dr congo": "CD",
    "east timor": "TL",
    "federated states of micronesia": "FM",
    "great britain": "GB",
    "holland": "NL",
    "holy see": "VA",
    "hong kong": "HK",
    "hong kong sar": "HK",
    "islamic republic of iran": "IR",
    "ivory coast": "CI",
    "kyrgyz republic": "KG",
    "lao people's democratic republic": "LA",
    "macao": "MO",
    "macao sar": "MO",
    "macau": "MO",
    "macau sar": "MO",
    "macedonia": "MK",
    "mainland china": "CN",
    "myanmar": "MM",
    "palestine": "PS",
    "people's republic of china": "CN",
    "plurinational state of bolivia": "BO",
    "republic of ireland": "IE",
    "republic of korea": "KR",
    "republic of moldova": "MD",
    "republic of the congo": "CG",
    "russian federation": "RU",
    "slovak republic": "SK",
    "state of palestine": "PS",
    "swaziland": "SZ",
    "syrian arab republic": "SY",
    "taiwan, province of china": "TW",
    "turkey": "TR",
    "u.k.": "GB",
    "u.s.": "US",
    "u.s.a.": "US",
    "uae": "AE",
    "united kingdom of great britain and northern ireland": "GB",
    "united republic of tanzania": "TZ",
    "united states of america": "US",
    "vatican": "VA",
    "viet nam": "VN",
}
"""Other names that charts use, those of ISO 3166-1 among them, as `_spoken` writes them."""

_TURNED = re.compile(r"([^,(]+?)(?:, ?([^,()]+)| ?\(([^,()]+)\))")
"""A name with its first words behind it, as lists have it: `Korea, South`, `Korea (South)`."""

_LIKELY_COUNTRIES = {"korea": "KR", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB"}
_LIKELY_LANGUAGES = {"castilian": "es", "farsi": "fa", "flemish": "nl"}
"""What is probably meant by names that stand for another country or language, or only for a part of one."""

_NOBODYS_COUNTRIES = frozenset({"XX", "XZ", "ZZ"})
_OTHER_LANGUAGES = {"cmn": "zh", "cn": "yue"}  # Mandarin, and Cantonese as TMDB writes it


def language_of(written: str) -> str | None:
    """Return the language that a catalog means by a code; None where it stands for none that is known.

    Raises `ValueError` that says what it is not.
    """
    if written in _NO_LANGUAGES:
        return None
    code = _OTHER_LANGUAGES.get(written, written)
    if problem := language_problem(code):
        raise ValueError(problem)
    return code


def countries_of(written: Iterable[str]) -> tuple[str, ...]:
    """Return the countries that a catalog means by codes, without those that stand for none that is known.

    Raises `ValueError` that says what one is not.
    """
    codes = [code for code in written if code not in _NOBODYS_COUNTRIES]
    for code in codes:
        if problem := country_problem(code):
            raise ValueError(problem)
    if len(set(codes)) < len(codes):
        raise ValueError(f"'{';'.join(codes)}' names a country twice")
    return tuple(codes)


def likely_language(said: str) -> str | None:
    """Return the code that was meant by another way of writing it, such as `KO`, `en-US`, `kor` or `Korean`."""
    code = re.split(r"[-_]", said.lower())[0]
    alias = get_global("language_aliases").get(code)
    likely = _LIKELY_LANGUAGES.get(said.casefold())
    return likely or next((known for known in (code, alias) if known in LANGUAGES), None) or _named(said, LANGUAGES)


def likely_country(said: str) -> str | None:
    """Return the code that was meant by another way of writing it, such as `kr`, `UK`, `KOR` or `South Korea`."""
    code = said.upper()
    aliases = get_global("territory_aliases").get(code, ())
    likely = _LIKELY_COUNTRIES.get(said.casefold())
    return likely or next((known for known in (code, *aliases) if known in COUNTRIES), None) or _named(said, COUNTRIES)


def country_meant(said: str) -> str | None:
    """Return the code of a country that a code of three letters (ISO 3166-1 alpha-3) or an English name stands for.

    Only what cannot be mistaken stands for one, and so no other code of two letters does.
    """
    if re.fullmatch("[A-Za-z]{3}", said):
        aliases: Sequence[str] = get_global("territory_aliases").get(said.upper(), ())
        if len(aliases) == 1 and aliases[0] in COUNTRIES:
            return aliases[0]
    turned = _TURNED.fullmatch(said)
    forms = (said, f"{turned[2] or turned[3]} {turned[1]}") if turned else (said,)
    return next((code for form in forms if (code := _by_spoken_name().get(_spoken(form)))), None)


def language_meant(said: str) -> str | None:
    """Return the code of a language that an English name stands for, and nothing else does."""
    return _by_language_name().get(_spoken(said))


def country_said(said: str) -> str:
    """Return the code of a country that a code or an English name stands for, also of one that is no more.

    Raises `ValueError` that says what was meant.
    """
    code = country_meant(said) or said
    if code in COUNTRIES or code in FORMER_COUNTRIES:
        return code
    raise ValueError(not_one(f"'{said}'", "a country, by its ISO 3166-1 code or English name", likely_country(said)))


def language_said(said: str) -> str:
    """Return the code of a language that a code or an English name stands for.

    Raises `ValueError` that says what was meant.
    """
    code = language_meant(said) or _OTHER_LANGUAGES.get(said, said)
    if code in LANGUAGES:
        return code
    raise ValueError(not_one(f"'{said}'", "a language, by its ISO 639 code or English name", likely_language(said)))


def not_one(said: str, expected: str, meant: str | None) -> str:
    """Return the sentence that something is not what was expected, and what was meant, where that is likely."""
    return f"{said} is not {expected}{f'; did you mean {meant}?' if meant else ''}"


def language_problem(code: str) -> str | None:
    """Return what is wrong with the code of a language, or None."""
    return None if code in LANGUAGES else not_one(f"'{code}'", "an ISO 639 code", likely_language(code))


def country_problem(code: str) -> str | None:
    """Return what is wrong with the code of a country, which may be one that is no more, or None."""
    if code in COUNTRIES or code in FORMER_COUNTRIES:
        return None
    return not_one(f"'{code}'", "an ISO 3166-1 alpha-2 code", likely_country(code))


def kind_of(written: str) -> Kind:
    """Return the kind of a work that a person means: a known one, or a word of one's own.

    What is written much like a known one is taken for a mistake. Raises `ValueError` that says what was meant.
    """
    if problem := work_kind_problem(written):
        raise ValueError(problem)
    return Kind(written)


def work_kind_problem(said: str) -> str | None:
    """Return what is wrong with the kind of a work, or None."""
    if said in KINDS:
        return None
    if meant := kind_meant(said):
        return not_one(f"'{said}'", "a kind", meant)
    if said == ANY_KIND or len(said) > _LONGEST_KIND or not re.fullmatch(KIND_FORM, said):
        return not_one(f"'{said}'", f"a kind: {', '.join(KINDS)}, or a word of your own in small letters", None)
    return None


def kind_meant(said: str) -> str | None:
    """Return the known kind that a word stands for, begins, or is written much like; None for a word of one's own."""
    said = said.strip().lower()
    alike = get_close_matches(said, KINDS, 1, _ALIKE)
    alike += [kind for kind in KINDS if said and (kind.startswith(said) or sorted(kind) == sorted(said))]
    return _OTHER_KINDS.get(said) or next(iter(alike), None)


def own_value(written: str) -> str:
    """Return the value of a fact of one's own: `yes` and `no` however they are written, any other as it is."""
    return _YES_OR_NO.get(written.lower(), written)


def nearest(said: str, known: Iterable[str]) -> str | None:
    """Return the one of `known` that is written much like `said`, or None."""
    return next(iter(get_close_matches(said.lower(), list(known), 1)), None)


def _spoken(name: str) -> str:
    words = " ".join(anyascii(name).casefold().replace("&", "and").split())
    return re.sub(r"\bsaint\b", "st.", words.removeprefix("the "))


@cache
def _by_spoken_name() -> Mapping[str, str]:
    return {_spoken(name): code for code, name in COUNTRIES.items()} | _OTHER_NAMES


@cache
def _by_language_name() -> Mapping[str, str]:
    return {_spoken(name): code for code, name in sorted(LANGUAGES.items(), reverse=True)} | {"mandarin": "zh"}


def _named(said: str, names: Mapping[str, str]) -> str | None:
    by_name = {name.casefold(): code for code, name in names.items()}
    found = get_close_matches(said.casefold(), by_name, 1, 0.8)
    return by_name[found[0]] if found else None
