"""Facts: values with their provenance, what several sources say of one, and what therefore stands.

What a person wrote decides: an override before an own file, either before every source. The starter catalog and the
providers are sources, side by side. Where they contradict each other, the value on which they last agreed stands as
*assumed*, until they agree again or a person decides: nobody is corrected because one source changed its mind.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from itertools import groupby

from chartwatch.domain.works.candidates import Provider
from chartwatch.domain.works.identification import Identified
from chartwatch.domain.works.provider_codes import is_within
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, RELEASE_DATE, Work

OWN_FACT = "fact:"
"""First part of the name of a fact of one's own: `fact:unscripted`."""

Value = str | date | frozenset[str]
"""A code or a word, a date, or a set of codes."""

TIME_TO_LIVE: Mapping[str, timedelta] = {Provider.TMDB: timedelta(days=180)}
"""How long a source's facts may be kept without asking again; TMDB's terms say six months."""

ASK_AGAIN = timedelta(days=30)
"""How long before the end of its time a fact is asked again, so that a provider may be down meanwhile."""

ONE_RELEASE = timedelta(days=366)
"""Dates within this time are of one release, place by place; the first one counts."""


class Layer(IntEnum):
    """Where a fact stands, the last before all others. The first two are sources' and weigh alike."""

    STARTER = 0
    LOOKED_UP = 1
    OWN_FILE = 2
    OVERRIDE = 3


class Confidence(StrEnum):
    """How sure a fact is; one of low confidence is assumed."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Fact:
    """What a source says of a work: `Fact("original_language", "ko", Layer.LOOKED_UP, "wikidata", …)`.

    `asked` is the day on which the source said it, None for what has no date and is older than all that has one. From
    `expires` on it may not be kept.
    """

    name: str
    value: Value
    layer: Layer
    source: str
    asked: date | None = None
    confidence: Confidence = Confidence.HIGH
    expires: date | None = None

    def is_kept(self, today: date) -> bool:
        """Return whether it may be used on a day."""
        return self.expires is None or today < self.expires

    def is_due(self, today: date) -> bool:
        """Return whether it is time to ask its source again."""
        return self.expires is not None and today >= self.expires - ASK_AGAIN


@dataclass(frozen=True, slots=True)
class Resolved:
    """What stands of one fact. `value` None: nothing is known of it, or sources contradict each other from the start.

    `said_by` are the facts that say so, `against` those of the same rank that say otherwise, `overruled` those of lower
    rank that do. An assumed value counts, and what rests on it is provisional.
    """

    name: str
    value: Value | None
    is_assumed: bool
    said_by: tuple[Fact, ...] = ()
    against: tuple[Fact, ...] = ()
    overruled: tuple[Fact, ...] = ()

    @property
    def is_conflict(self) -> bool:
        """Whether sources contradict each other, and nobody decided."""
        return bool(self.against)


def resolve(facts: Iterable[Fact], today: date) -> dict[str, Resolved]:
    """Return what stands of each fact of one work on a day; the order of `facts`, and repetitions, do not matter.

    A work with one country of origin has that one as its main one, where nothing else is said of it.
    """
    kept = sorted({fact for fact in facts if fact.is_kept(today)}, key=_order)
    resolved = {name: _resolved(name, tuple(its)) for name, its in groupby(kept, key=lambda fact: fact.name)}
    origin = resolved.get(ORIGIN_COUNTRIES)
    if MAIN_COUNTRY not in resolved and origin and isinstance(origin.value, frozenset) and len(origin.value) == 1:
        resolved[MAIN_COUNTRY] = replace(origin, name=MAIN_COUNTRY, value=next(iter(origin.value)))
    return resolved


def facts_found(found: Identified, asked: date) -> tuple[Fact, ...]:
    """Return the facts that a provider's candidates came to on a day.

    The one country of a candidate is no main one yet: other sources may name more (`resolve`).
    """
    source = found.provider.value
    expires = asked + TIME_TO_LIVE[source] if source in TIME_TO_LIVE else None
    confidence = Confidence.HIGH if found.by_id else Confidence.MEDIUM
    values: Mapping[str, Value | None] = {
        ORIGINAL_LANGUAGE: found.language,
        MAIN_COUNTRY: found.main_country if len(found.countries) > 1 else None,
        ORIGIN_COUNTRIES: found.countries or None,
        RELEASE_DATE: found.released,
    }
    return tuple(
        Fact(name, value, Layer.LOOKED_UP, source, asked, confidence, expires)
        for name, value in values.items()
        if value is not None
    )


def facts_of(work: Work, layer: Layer, source: str, asked: date | None = None) -> tuple[Fact, ...]:
    """Return the facts that a work of a catalog states: of the confidence that it names, high where it names none."""
    confidence = Confidence(work.confidence) if work.confidence in [*Confidence] else Confidence.HIGH
    values: Mapping[str, Value | None] = {
        ORIGINAL_LANGUAGE: work.original_language,
        MAIN_COUNTRY: work.origin_countries[0] if work.origin_countries else None,
        ORIGIN_COUNTRIES: frozenset(work.origin_countries) or None,
        RELEASE_DATE: work.release_date,
    }
    return tuple(
        Fact(name, value, layer, source, asked, confidence) for name, value in values.items() if value is not None
    )


def _resolved(name: str, facts: tuple[Fact, ...]) -> Resolved:
    """Return what stands of a fact, of which `facts` are all that is said, in `_order`."""
    rank = max(_rank(fact) for fact in facts)
    decisive = _decisive([fact for fact in facts if _rank(fact) == rank])
    value, said_by = _last_agreed(name, decisive)
    latest = _latest(decisive)
    against = tuple(fact for fact in _sure(latest) if value is None or not _says(fact, value))
    return Resolved(
        name,
        value,
        is_assumed=value is not None and (bool(against) or all(fact.confidence is Confidence.LOW for fact in said_by)),
        said_by=said_by,
        against=against,
        overruled=tuple(
            f for f in _latest([f for f in facts if _rank(f) < rank]) if value is None or not _says(f, value)
        ),
    )


def _decisive(facts: list[Fact]) -> list[Fact]:
    """Return what decides of facts of one rank: all that sources ever said, and the last that a person wrote."""
    last = max(map(_day, facts))
    return [fact for fact in facts if _rank(fact) is Layer.LOOKED_UP or _day(fact) == last]


def _last_agreed(name: str, facts: Sequence[Fact]) -> tuple[Value | None, tuple[Fact, ...]]:
    """Return the value on which the sources agreed last, and what says so; nothing if they never did."""
    for asked in sorted({_day(fact) for fact in facts}, reverse=True):
        then = _sure(_latest([fact for fact in facts if _day(fact) <= asked]))
        if (value := _common(name, [fact.value for fact in then])) is not None:
            return value, tuple(fact for fact in then if _says(fact, value))
    return None, ()


def _latest(facts: Sequence[Fact]) -> list[Fact]:
    """Return what each source said last; all of it where a source said several things on one day."""
    last: dict[tuple[Layer, str], date] = {}
    for fact in facts:
        last[fact.layer, fact.source] = max(_day(fact), last.get((fact.layer, fact.source), date.min))
    return [fact for fact in facts if _day(fact) == last[fact.layer, fact.source]]


def _sure(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts that are not of low confidence, all of them where none is."""
    return [fact for fact in facts if fact.confidence is not Confidence.LOW] or list(facts)


def _common(name: str, values: Sequence[Value]) -> Value | None:
    """Return what values say together; None where they contradict each other.

    That is one value, the broader of two languages, the first of a release's dates, or the set of countries that
    includes the others: a source that names some does not deny others.
    """
    dates = [value for value in values if isinstance(value, date)]
    if name == RELEASE_DATE and dates and max(dates) - min(dates) <= ONE_RELEASE:
        return min(dates)
    said = set(values)
    return next((one for one in sorted(said, key=repr) if all(_is_part(other, one) for other in said)), None)


def _says(fact: Fact, value: Value) -> bool:
    """Return whether a fact says a value, or one that goes with it."""
    if fact.name == RELEASE_DATE and isinstance(fact.value, date) and isinstance(value, date):
        return abs(fact.value - value) <= ONE_RELEASE
    return _is_part(fact.value, value)


def _is_part(value: Value, other: Value) -> bool:
    if isinstance(value, frozenset) and isinstance(other, frozenset):
        return value <= other
    return value == other or (isinstance(value, str) and isinstance(other, str) and is_within(value, other))


def _rank(fact: Fact) -> Layer:
    return max(fact.layer, Layer.LOOKED_UP)


def _day(fact: Fact) -> date:
    return fact.asked or date.min


def _order(fact: Fact) -> tuple[str, int, str, date, str, str, date]:
    value = ";".join(sorted(fact.value)) if isinstance(fact.value, frozenset) else str(fact.value)
    return fact.name, fact.layer, fact.source, _day(fact), value, fact.confidence, fact.expires or date.max
