"""Countries, territories and languages as a person writes them: by code, or by their English name."""

from chartwatch.domain.charts.chart import GLOBAL
from chartwatch.domain.codes import COUNTRIES, FORMER_COUNTRIES, LANGUAGES, country_meant, language_meant
from chartwatch.domain.rules.rule import Fact

_WORLD = frozenset({"global", "world", "the world", "worldwide"})


def country_code(said: str) -> str:
    """Return the code of a country; what stands for none, as it is: whoever reads it says what is wrong with it."""
    code = said.upper()
    if code in COUNTRIES or code in FORMER_COUNTRIES:
        return code
    former = {name.removeprefix("the ").casefold(): code for code, name in FORMER_COUNTRIES.items()}
    return former.get(said.casefold().removeprefix("the ")) or country_meant(said) or said


def language_code(said: str) -> str:
    """Return the code of a language; what stands for none, as it is."""
    code = said.lower()
    return code if code in LANGUAGES else language_meant(said) or said


def territory_code(said: str) -> str:
    """Return the code of a territory, `GLOBAL` for the world; what stands for none, as it is."""
    return GLOBAL if said.casefold() in _WORLD else country_code(said)


def group_code(said: str, per: str | None) -> str:
    """Return one of the groups that a fact makes, by its code where it is a country or a language."""
    if per in (Fact.ORIGIN_COUNTRY, Fact.CREATOR_COUNTRY):
        return country_code(said)
    return language_code(said) if per == Fact.ORIGINAL_LANGUAGE else said
