"""Items of Wikidata: the shape in which wbgetentities gives them, and the candidate that one is.

The shape is that of https://www.mediawiki.org/wiki/Wikibase/DataModel/JSON.
"""

import calendar
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field

from chartwatch.adapters.answers import Shape
from chartwatch.domain.works.candidates import (
    Candidate,
    ExternalId,
    Provider,
    Role,
    Scheme,
    Span,
    Title,
)
from chartwatch.domain.works.provider_codes import provider_countries, provider_language, provider_languages
from chartwatch.domain.works.work import Kind

INSTANCE_OF, SUBCLASS_OF = "P31", "P279"
ORIGINAL_LANGUAGE, COUNTRY_OF_ORIGIN = "P364", "P495"
PUBLISHED, STARTED = "P577", "P580"
TITLE, DURATION = "P1476", "P2047"
BROADCASTER, DISTRIBUTOR = "P449", "P750"
LANGUAGE_CODES = ("P218", "P220")
"""ISO 639-1, and 639-3 for languages without one."""
COUNTRY_CODE = "P297"
"""ISO 3166-1 alpha-2."""

IDS: Mapping[str, Scheme] = {
    "P1874": Scheme.NETFLIX,
    "P345": Scheme.IMDB,
    "P4947": Scheme.TMDB_FILM,
    "P4983": Scheme.TMDB_SERIES,
}
"""The properties that hold a work's numbers."""

KINDS: Mapping[str, Kind | None] = {
    "Q11424": Kind.FILM,
    "Q24869": Kind.FILM,  # feature film
    "Q506240": Kind.FILM,  # television film
    "Q202866": Kind.FILM,  # animated film
    "Q29168811": Kind.FILM,  # animated feature film
    "Q93204": Kind.FILM,  # documentary film
    "Q5398426": Kind.SERIES,
    "Q1259759": Kind.SERIES,  # miniseries
    "Q581714": Kind.SERIES,  # animated series
    "Q63952888": Kind.SERIES,  # anime series
    "Q15416": None,  # television programme: a series, or a special that a chart lists among films
}
"""Classes of which every subclass is of that kind, None for works of which the class does not say the kind."""

FORMER_COUNTRIES: Mapping[str, str] = {
    "Q15180": "SU",
    "Q36704": "YU",
    "Q83286": "YU",  # the Socialist Federal Republic
    "Q33946": "CS",
    "Q16957": "DD",
}
"""Countries without a current code."""

NETFLIX = "Q907311"
_MINUTE, _HOUR, _SECOND = "Q7727", "Q25235", "Q11574"
_DAY, _MONTH, _YEAR = 11, 10, 9

Value = TypeVar("Value")

Mapped = Annotated[dict[str, Value], BeforeValidator(lambda said: said or {})]
"""A map, for which [] may stand when it is empty."""


class _DataValue(Shape):
    value: Any
    type: str


class _Snak(Shape):
    snaktype: Literal["value", "somevalue", "novalue"]
    datavalue: _DataValue | None = None


class Statement(Shape):
    """One statement of an item."""

    mainsnak: _Snak
    rank: Literal["preferred", "normal", "deprecated"] = "normal"

    @property
    def value(self) -> Any:
        """What it says; None where the value is unknown, and where there is none."""
        return self.mainsnak.datavalue.value if self.mainsnak.snaktype == "value" and self.mainsnak.datavalue else None


class _Term(Shape):
    language: str
    value: str


class Item(Shape):
    """An item, as much of it as was asked for. `missing` is there for one that was deleted."""

    id: str
    missing: str | bool | None = None
    labels: Mapped[_Term] = Field(default_factory=dict)
    aliases: Mapped[list[_Term]] = Field(default_factory=dict)
    claims: Mapped[list[Statement]] = Field(default_factory=dict)
    sitelinks: Mapped[Any] = Field(default_factory=dict)

    def best(self, prop: str) -> list[Any]:
        """Return the values of a property's best statements: the preferred ones if there are any, else the normal ones.

        Deprecated statements say nothing. A preferred statement that the value is unknown, or that there is none,
        leaves nothing.
        """
        return [value for statement in self._best(prop) if (value := statement.value) is not None]

    def items(self, prop: str) -> list[str]:
        """Return the ids of the items that the best statements of a property name."""
        return [named for named in self.each(prop) if named]

    def each(self, prop: str) -> list[str | None]:
        """Return what each of a property's best statements names: an item's id, None where none is known."""
        return [_item_id(statement.value) for statement in self._best(prop)]

    def less_preferred(self, prop: str) -> list[str]:
        """Return the ids of the items that normal statements name beside preferred ones."""
        others = self._ranked(prop, "normal") if self._ranked(prop, "preferred") else []
        return [named for statement in others if (named := _item_id(statement.value))]

    def _best(self, prop: str) -> list[Statement]:
        return self._ranked(prop, "preferred") or self._ranked(prop, "normal")

    def _ranked(self, prop: str, rank: str) -> list[Statement]:
        return [statement for statement in self.claims.get(prop, []) if statement.rank == rank]

    def texts(self, prop: str) -> list[str]:
        """Return the strings that a property holds."""
        return [value for value in self.best(prop) if isinstance(value, str)]


def candidate_of(
    item: Item, kind: Kind | None, language: Callable[[str], str | None], country: Callable[[str], str | None]
) -> Candidate:
    """Return the candidate that an item is; `language` and `country` return the codes of items.

    Where one of its best statements names no language, or no country, that is known, the others do not say it either.
    """
    numbers = {ExternalId(scheme, text) for prop, scheme in IDS.items() for text in item.texts(prop)}
    shown_by = {*item.items(BROADCASTER), *item.items(DISTRIBUTOR)}
    released = (_span(value) for prop in (PUBLISHED, STARTED) for value in item.best(prop))
    best = provider_countries(named and country(named) for named in item.each(COUNTRY_OF_ORIGIN))
    others = provider_countries(map(country, item.less_preferred(COUNTRY_OF_ORIGIN))) if best else ()
    return Candidate(
        provider=Provider.WIKIDATA,
        id=item.id,
        kind=kind,
        titles=tuple(dict.fromkeys(_titles(item))),
        released=tuple(sorted({span for span in released if span})),
        languages=provider_languages(named and language(named) for named in item.each(ORIGINAL_LANGUAGE)),
        origins=tuple(dict.fromkeys((*best, *others))),
        main_origin=best[0] if others and len(best) == 1 else None,
        on_netflix=NETFLIX in shown_by,
        minutes=next((minutes for value in item.best(DURATION) if (minutes := _minutes(value))), None),
        articles=sum(site.endswith("wiki") for site in item.sitelinks) or None,
        ids=frozenset({ExternalId(Scheme.WIKIDATA, item.id), *numbers}),
    )


def language_code(item: Item) -> str | None:
    """Return the code of the language that an item is."""
    return next((code for prop in LANGUAGE_CODES for code in item.texts(prop)), None)


def country_code(item: Item) -> str | None:
    """Return the code of the country that an item is, also of one that is no more."""
    return FORMER_COUNTRIES.get(item.id) or next(iter(item.texts(COUNTRY_CODE)), None)


def kind_of(classes: Iterable[str]) -> Kind | None:
    """Return the kind of a work of those classes; None for none, or for both."""
    kinds = {kind for named in classes if (kind := KINDS.get(named))}
    return kinds.pop() if len(kinds) == 1 else None


def _titles(item: Item) -> Iterator[Title]:
    """Yield the titles of an item: the English label, the title, and what it is called otherwise, by language."""
    for value in item.best(TITLE):
        if isinstance(value, Mapping) and isinstance(value.get("text"), str):
            yield Title(value["text"], Role.ORIGINAL, provider_language(str(value.get("language"))))
    for code, term in item.labels.items():
        if code in ("en", "mul"):
            yield Title(term.value, Role.MAIN, provider_language(code))
        else:
            yield Title(term.value, Role.ALTERNATIVE, provider_language(code))
    for code, terms in item.aliases.items():
        for term in terms:
            yield Title(term.value, Role.ALTERNATIVE, provider_language(code))


def _item_id(value: Any) -> str | None:
    """Return the id of the item that a value names; old copies have its number alone."""
    if not isinstance(value, Mapping):
        return None
    named = value.get("id") or f"Q{value.get('numeric-id')}"
    return named if isinstance(named, str) and re.fullmatch(r"Q[1-9][0-9]*", named) else None


def _span(value: Any) -> Span | None:
    """Return the days that a time leaves open: a day, a month or a year; None for less, and for what is no time."""
    if not isinstance(value, Mapping) or not isinstance(value.get("precision"), int):
        return None
    written = re.match(r"\+0*(\d{4})-(\d\d)-(\d\d)T", str(value.get("time")))
    if not written:
        return None
    year, month, day = map(int, written.groups())
    try:
        if value["precision"] >= _DAY:
            return Span.day(date(year, month, day))
        if value["precision"] == _MONTH:
            return Span(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
        return Span.year(year) if value["precision"] == _YEAR else None
    except ValueError:
        return None


def _minutes(value: Any) -> int | None:
    """Return the minutes that a quantity says; None for what is no time."""
    if not isinstance(value, Mapping):
        return None
    per_unit = {_MINUTE: Decimal(1), _HOUR: Decimal(60), _SECOND: 1 / Decimal(60)}
    unit = str(value.get("unit")).rpartition("/")[2]
    try:
        amount = Decimal(str(value.get("amount")))
    except InvalidOperation:
        return None
    is_length = unit in per_unit and amount.is_finite() and 0 < amount < 100_000
    return round(amount * per_unit[unit]) if is_length else None
