"""Resolving: what stands of a fact of which one source speaks, or several.

What a person wrote decides: an override before an own file, either before every source. The starter catalog and the
providers are sources, side by side. Where they contradict each other, or the only one contradicts what it said before,
the value that stood stands on as *assumed*, until they agree on it again, two of them agree on another, or a person
decides: nobody is corrected because one source changed its mind.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from chartwatch.domain.works.facts import Confidence, Fact, Layer, Value
from chartwatch.domain.works.languages import is_within
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, OWN_FACT, RELEASE_DATE

ONE_RELEASE = timedelta(days=366)
"""Dates within this time are of one release, place by place; the first one counts."""


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

    A work with one country of origin has that one as its main one, where nothing else is said of it. Whoever names the
    countries of origin over another overrules a main one that is none of them.
    """
    kept = sorted({fact for fact in facts if fact.is_kept(today)}, key=_order)
    by_name = {name: tuple(its) for name, its in groupby(kept, key=lambda fact: fact.name)}
    alone = _only_countries(by_name.get(ORIGIN_COUNTRIES, ()))
    if alone:
        by_name[MAIN_COUNTRY] = tuple(sorted({*by_name.get(MAIN_COUNTRY, ()), *alone}, key=_order))
    resolved = {name: _resolved(name, its) for name, its in by_name.items()}
    if ORIGIN_COUNTRIES in resolved and MAIN_COUNTRY in resolved:
        resolved[MAIN_COUNTRY] = _among(resolved[MAIN_COUNTRY], resolved[ORIGIN_COUNTRIES], alone)
    return resolved


def own_facts(resolved: Mapping[str, Resolved]) -> tuple[tuple[str, str], ...]:
    """Return the facts of one's own that stand, name and value, sorted; of one with several values each."""
    its = ((name, one.value) for name, one in resolved.items() if name.startswith(OWN_FACT))
    values = (
        (name, value if isinstance(value, frozenset) else frozenset({str(value)})) for name, value in its if value
    )
    return tuple(sorted((name, value) for name, said in values for value in said))


@dataclass(frozen=True, slots=True)
class _Standing:
    """What stands of a fact after a day. `then` is what sources said last by that day, as far as it counts.

    `first` is what stood when it was decided last: from there on a value went on without taking anything back.
    """

    value: Value | None = None
    first: Value | None = None
    said_by: tuple[Fact, ...] = ()
    then: tuple[Fact, ...] = ()
    is_contradicted: bool = False

    @property
    def is_open(self) -> bool:
        """Whether nothing stands, or nothing but what facts of low confidence say."""
        return self.value is None or all(fact.confidence is Confidence.LOW for fact in self.said_by)

    def goes_on_as(self, common: Value) -> bool:
        """Return whether a value takes nothing back, neither of what stands nor of what stood first."""
        return all(its is not None and _goes_on(its, common) for its in (self.value, self.first))


def _resolved(name: str, facts: tuple[Fact, ...]) -> Resolved:
    """Return what stands of a fact, of which `facts` are all that is said, in `_order`."""
    rank = max(map(_rank, facts))
    *_, last = _course(name, _decisive([fact for fact in facts if _rank(fact) == rank]))
    value = last.value
    denied = tuple(fact for fact in last.then if value is None or not _says(fact, value))
    lower = _latest([fact for fact in facts if _rank(fact) < rank])
    return Resolved(
        name,
        value,
        is_assumed=value is not None and (last.is_contradicted or last.is_open),
        said_by=last.said_by,
        against=(denied or last.then) if last.is_contradicted else (),
        overruled=tuple(fact for fact in lower if value is None or not _says(fact, value)),
    )


def _course(name: str, facts: Sequence[Fact]) -> Iterator[_Standing]:
    """Yield what stood after each day on which something was said, of what decides of a fact."""
    standing = _Standing()
    for day in sorted({_day(fact) for fact in facts}):
        then = tuple(_sure(_latest([fact for fact in facts if _day(fact) <= day])))
        common = _common(name, [fact.value for fact in then])
        if common is not None and _may_follow(standing, common, then):
            is_decided = standing.is_open or not standing.goes_on_as(common)
            first = common if is_decided else standing.first
            standing = _Standing(common, first, tuple(fact for fact in then if _says(fact, common)))
        standing = replace(standing, then=then, is_contradicted=common is None or common != standing.value)
        yield standing


def _may_follow(standing: _Standing, common: Value, then: Sequence[Fact]) -> bool:
    """Return whether a value may stand next: after none, an assumed one, or one that it includes, or if two say it.

    Who was led to the work by another is no second one.
    """
    if standing.is_open or standing.goes_on_as(common):
        return True
    return len({fact.voice for fact in then if _is_as_good(fact.value, common)}) > 1


def _is_as_good(value: Value, common: Value) -> bool:
    """Return whether a value says all that another one does."""
    return _goes_on(common, value) and _goes_on(value, common)


def _goes_on(value: Value, common: Value) -> bool:
    """Return whether nothing that a value says is taken back by another."""
    if isinstance(value, frozenset) and isinstance(common, frozenset):
        return value <= common
    if isinstance(value, date) and isinstance(common, date):
        return abs(value - common) <= ONE_RELEASE
    return value == common


def _only_countries(facts: Sequence[Fact]) -> set[Fact]:
    """Return that a country is the main one, as often as one alone stood as the country of origin by what was said."""
    rank = max(map(_rank, facts), default=Layer.LOOKED_UP)
    course = _course(ORIGIN_COUNTRIES, _decisive([fact for fact in facts if _rank(fact) == rank])) if facts else ()
    alone = (its for its in course if isinstance(its.value, frozenset) and len(its.value) == 1)
    return {
        replace(fact, name=MAIN_COUNTRY, value=next(iter(fact.value)))
        for its in alone
        for fact in its.said_by
        if isinstance(fact.value, frozenset)
    }


def _among(main: Resolved, origin: Resolved, alone: Collection[Fact]) -> Resolved:
    """Return the main country beside the countries of origin that stand.

    One that rests on having been the only one is assumed as soon as there are others, and where that it is one is
    assumed; one that a person leaves out is none.
    """
    countries = origin.value if isinstance(origin.value, frozenset) else frozenset()
    is_below = max(map(_rank, main.said_by), default=Layer.OVERRIDE) < max(
        map(_rank, origin.said_by), default=Layer.STARTER
    )
    if is_below and main.value not in countries:
        return replace(main, value=None, is_assumed=False, overruled=(*main.overruled, *main.said_by), said_by=())
    is_alone = len(countries) == 1 and not origin.is_assumed
    if not is_alone and all(fact in alone for fact in main.said_by):
        return replace(main, is_assumed=main.value is not None)
    return main


def _decisive(facts: list[Fact]) -> list[Fact]:
    """Return what decides of facts of one rank: all that sources ever said, and the last that a person wrote."""
    last = max(map(_day, facts))
    return [fact for fact in facts if _rank(fact) is Layer.LOOKED_UP or _day(fact) == last]


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


def _order(fact: Fact) -> tuple[str, int, str, date, str, str, date, str]:
    value = ";".join(sorted(fact.value)) if isinstance(fact.value, frozenset) else str(fact.value)
    return (
        fact.name,
        fact.layer,
        fact.source,
        _day(fact),
        value,
        fact.confidence,
        fact.expires or date.max,
        fact.led_by or "",
    )
