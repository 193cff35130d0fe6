"""What is asked of a small chart, and whether it is so in one way in which the unknown turned out.

Written apart from `chartwatch check`: nothing of it is used here. Worlds are those of `tests.oracle.completions`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from tests.oracle.completions import EARLY, Film, Way, World, by_method, completions, days_never_published, runs_of

Rule = Mapping[str, Any]

BEFORE = -1000
"""A day before all that is known."""


@dataclass(frozen=True)
class Question:
    """A claim about a film, or a group, in a territory or (`*`) over all; `where` says which films count.

    With `within`, only days count that were ranked as from a day on (`method`; None: as from the beginning), or of a
    record as the day on which its run began.
    """

    form: str
    territory: str
    film: str = ""
    n: int | None = None
    group: str | None = None
    day: int | None = None
    since: str | int | None = None
    exactly: bool = False
    returns: str = "also"
    where: Rule = field(default_factory=dict)
    per: str | None = None
    within: bool = False
    method: int | None = None


def ways(world: World, asked: Question, facts: list[tuple[str, str]], most: int) -> list[Way] | None:
    """Return the ways in which a world could turn out, as far as a question cares; None if more than `most`."""
    scope = "chart" if asked.territory == "*" else "territory"
    rule: dict[str, Any] = {"kind": "nth", "scope": scope}
    longest = len({day for days in world.charted.values() for day in days} | set(range(8)))
    if asked.form in ("run", "total", "longest run", "most in all", "record"):
        # One period more than can matter.
        rule |= {"kind": "reign", "at": [1 + (asked.n or longest)]}
    found = completions(world, rule, facts, most)
    if found is None:
        return None
    if asked.form == "spread":
        its = [Way(older, meant) for way, meant in found for older in _with_earlier_tops(world, way, asked.film)]
        return its if len(its) <= most else None
    return found


def _with_earlier_tops(world: World, way: World, film: str) -> Iterator[World]:
    """Yield the worlds in which a film that is older than the record had topped any territories before it."""
    begins = min(min(days) for days in world.charted.values() if days)
    was_there = any(film in way.charted[its].get(begins, ()) for its, days in world.charted.items() if begins in days)
    released = world.films[film].released
    is_older = was_there if released is None else released - EARLY < begins
    able = [territory for territory, days in sorted(way.charted.items()) if is_older and min(days) <= begins]
    for topped in product((False, True), repeat=len(able)):
        more = {territory for territory, is_so in zip(able, topped, strict=True) if is_so}
        yield World(
            {t: {**days, **({BEFORE: (film,)} if t in more else {})} for t, days in way.charted.items()}, way.films
        )


def is_so(world: World, asked: Question) -> bool:
    """Return whether it is so in a world in which nothing is unknown."""
    return _FORMS[asked.form](world, asked, _days(world, asked))


def _days(world: World, asked: Question) -> Mapping[int, set[str]]:
    together: dict[int, set[str]] = {}
    for territory, days in world.charted.items():
        if asked.territory in ("*", territory):
            for day, names in days.items():
                together.setdefault(day, set()).update(names)
    if asked.within:
        began = asked.method
        if asked.form == "record":
            began = max((since for since in world.methods if since <= (asked.day or 0)), default=None)
        return dict(by_method(world, together))[began]
    return together


def _counts(asked: Question, film: Film) -> bool:
    for fact, wanted in asked.where.items():
        value = {"original_language": film.language, "origin_country": film.country}[fact]
        if (value in wanted["not"]) if isinstance(wanted, Mapping) else (value not in wanted):
            return False
    return True


def _counted_since(world: World, asked: Question, days: Mapping[int, set[str]]) -> dict[str, int]:
    names = {name for its in days.values() for name in its if _counts(asked, world.films[name])}
    return {name: min(day for day, its in days.items() if name in its) for name in names}


def _nth(world: World, asked: Question, days: Mapping[int, set[str]]) -> bool:
    since = _counted_since(world, asked, days)
    if asked.film not in since:
        return False
    if asked.per is None:
        return asked.n == 1 + sum(day < since[asked.film] for day in since.values())
    country = world.films[asked.film].country
    its = [day for name, day in since.items() if world.films[name].country == country]
    return country in (asked.group, asked.group or country) and asked.n == 1 + sum(d < since[asked.film] for d in its)


def _count(world: World, asked: Question, days: Mapping[int, set[str]]) -> bool:
    its = [world.films[name] for name in _counted_since(world, asked, days)]
    number = sum(asked.group in (None, film.country) for film in its)
    return number == asked.n if asked.exactly else number >= (asked.n or 0)


def _race(world: World, asked: Question, days: Mapping[int, set[str]]) -> bool:
    since, n = _counted_since(world, asked, days), asked.n or 0
    reached = {}
    for country in {film.country for film in world.films.values()}:
        its = sorted(day for name, day in since.items() if world.films[name].country == country)
        if len(its) >= n:
            reached[country] = its[n - 1]
    soonest = min(reached.values(), default=None)
    winners = {country for country, day in reached.items() if day == soonest}
    if asked.film:
        done = asked.film in since and since[asked.film] == soonest and world.films[asked.film].country in winners
        return done and asked.group in (None, world.films[asked.film].country)
    return asked.group in winners


def _number_one(world: World, asked: Question, days: Mapping[int, set[str]]) -> bool:
    there = {name for name in days.get(asked.day or 0, ()) if _counts(asked, world.films[name])}
    return asked.film in there if asked.film else bool(there)


def _change(world: World, asked: Question, days: Mapping[int, set[str]]) -> bool:
    day = asked.day or 0
    earlier = [its for its in days if its < day]
    if not earlier or not _number_one(world, asked, days) or asked.film in days[max(earlier)]:
        return False
    returned = any(asked.film in days[its] for its in earlier)
    return {"also": True, "only": returned, "never": not returned}[asked.returns]


def _runs(world: World, asked: Question, days: Mapping[int, set[str]], name: str) -> list[list[int]]:
    scope = [its for its, charted in world.charted.items() if charted and asked.territory in ("*", its)]
    return runs_of(days, name, days_never_published(world, scope))


def _length(world: World, asked: Question, days: Mapping[int, set[str]], name: str, *, in_all: bool) -> int:
    lengths = [len(run) for run in _runs(world, asked, days, name)]
    return sum(lengths) if in_all else max(lengths, default=0)


def _lasting(world: World, asked: Question, days: Mapping[int, set[str]]) -> bool:
    its, n = _length(world, asked, days, asked.film, in_all=asked.form == "total"), asked.n or 0
    return _counts(asked, world.films[asked.film]) and (its == n if asked.exactly else its >= n)


def _longest(world: World, asked: Question, days: Mapping[int, set[str]]) -> bool:
    in_all = asked.form == "most in all"
    names = {name for its in days.values() for name in its if _counts(asked, world.films[name])}
    lengths = {name: _length(world, asked, days, name, in_all=in_all) for name in names}
    return asked.film in lengths and all(
        its < lengths[asked.film] for name, its in lengths.items() if name != asked.film
    )


def _record(world: World, asked: Question, days: Mapping[int, set[str]]) -> bool:
    runs = {name: _runs(world, asked, days, name) for name in {name for its in days.values() for name in its}}
    run = next((run for run in runs.get(asked.film, ()) if run[0] == asked.day), None)
    if run is None or not _counts(asked, world.films[asked.film]):
        return False
    others = [other for its in runs.values() for other in its if other is not run]
    for length, day in enumerate(run[1:], 2):
        lengths = [its for other in others if (its := sum(d <= day for d in other))]
        if lengths and length > max(lengths):
            return True
    return False


def _spread(world: World, asked: Question, days: Mapping[int, set[str]]) -> bool:
    del days
    topped = {
        territory: min(days)
        for territory, its in world.charted.items()
        if (days := [day for day, names in its.items() if asked.film in names])
    }
    if not _counts(asked, world.films[asked.film]):
        return False
    if asked.n is not None:
        return len(topped) == asked.n if asked.exactly else len(topped) >= asked.n
    begins = {territory: min(day for day in its if day > BEFORE) for territory, its in world.charted.items()}
    since = {territory: max(day, begins[territory]) for territory, day in topped.items()}
    for day in since.values():
        known = [territory for territory, at in begins.items() if at <= day]
        if len(known) > 1 and all(since.get(territory, day + 1) <= day for territory in known):
            return True
    return False


def _at_once(world: World, asked: Question, days: Mapping[int, set[str]]) -> bool:
    del days
    day = asked.day or 0
    if not _counts(asked, world.films[asked.film]):
        return False
    of_each = [its for its in world.charted.values() if day in its]
    is_there = _number_one if asked.returns == "anyhow" else _change
    number = sum(is_there(world, asked, {d: {*names} for d, names in its.items()}) for its in of_each)
    if asked.n is None:
        return 0 < number == len(of_each)
    return number == asked.n if asked.exactly else number >= asked.n


def _since(world: World, asked: Question, days: Mapping[int, set[str]]) -> bool:
    counted = _counted_since(world, asked, days)
    if asked.film not in counted:
        return False
    at = counted[asked.film] if asked.day is None else asked.day
    if asked.film not in days.get(at, ()):
        return False
    if isinstance(asked.since, int):
        mark = asked.since if asked.since < at else None
    else:
        stood = [day for day, its in days.items() if asked.since in its and day < at]
        mark = max(stood, default=None) if asked.since in counted else None
    if mark is None:
        return False
    return not any(
        name in counted and name != asked.film for day, its in days.items() if mark < day < at for name in its
    )


_FORMS = {
    "nth": _nth,
    "race": _race,
    "count": _count,
    "number one": _number_one,
    "change": _change,
    "run": _lasting,
    "total": _lasting,
    "longest run": _longest,
    "most in all": _longest,
    "record": _record,
    "spread": _spread,
    "at once": _at_once,
    "since": _since,
}
