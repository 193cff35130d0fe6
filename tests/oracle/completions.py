"""Every way in which what is unknown of a small chart could turn out, one by one, and what would be so in each.

Written apart from the detector: nothing of it is used here. A chart has whole numbers for periods, and one work at #1
of each territory, or several that are tied; what is missing, unknown or before the record is filled in, titles are said
to mean one of the works that they may mean, and the slots of a rule are read off.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from math import prod
from typing import Any, NamedTuple

EARLY = 7
"""Days before its release from which a work may chart."""

RECENT = 30
"""Days after its release up to which a work is meant by its title, if others of that title are older by as much."""

Names = tuple[str, ...]

Rule = Mapping[str, Any]
"""A rule as it stands in a file, without its wording."""

Charted = Mapping[str, Mapping[int, Names]]
"""The works at #1, by territory and day: one, or several that are tied."""


@dataclass(frozen=True)
class Film:
    """A work: None where a fact is unknown, whatever is assumed of it; `released` is a day.

    `others` are countries that made it beside the main one, which is any of them unless that is `settled`.
    """

    name: str
    language: str | None = None
    country: str | None = None
    released: int | None = None
    assumed: tuple[str | None, str | None] = (None, None)
    others: Names = ()
    settled: bool = True

    @property
    def countries(self) -> Names:
        """All that made it, the main one first; none where they are unknown."""
        return (self.country, *self.others) if self.country else ()


class Slot(NamedTuple):
    """A slot, and all that must be the same for it to be certain."""

    place: tuple[object, ...]
    period: int
    n: int | None
    holders: frozenset[tuple[str, int, str | None]]


@dataclass(frozen=True)
class World:
    """A chart as it is known, and the facts of its works; `titles` are charted that several of these bear.

    `named` are editions that are known to be missing, and `unpublished` those that there never were, by territory and
    day. `methods` are the days from which on the chart ranks by something else than before.
    """

    charted: Charted
    films: Mapping[str, Film]
    titles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    named: frozenset[tuple[str, int]] = frozenset()
    unpublished: frozenset[tuple[str, int]] = frozenset()
    methods: tuple[int, ...] = ()

    @property
    def has_ties(self) -> bool:
        """Whether several works were at #1 of a territory together; then two may have been of a missing edition."""
        return any(len(names) > 1 for days in self.charted.values() for names in days.values())

    @property
    def missing(self) -> list[tuple[str, int]]:
        """The editions that are missing from the first to the last that there is known to be of a territory."""
        return [
            (territory, day)
            for territory, days in sorted(self.charted.items())
            for known in [self.known(territory)]
            for day in range(min(known), max(known) + 1)
            if day not in days and (territory, day) not in self.unpublished
        ]

    def known(self, territory: str) -> set[int]:
        """Return the days of which there is known to be an edition, whether or not it is known."""
        return {*self.charted[territory], *(day for its, day in self.named if its == territory)}


class Way(NamedTuple):
    """One way in which a world could turn out, and what its titles mean then."""

    world: World
    meant: Mapping[str, str]


def as_known(world: World) -> World:
    """Return the world with what titles mean as far as dates decide it; else `TITLE@DAY`, the last release before."""
    seen: set[str] = set()
    known: dict[str, dict[int, Names]] = {territory: {} for territory in world.charted}
    for day, territory in sorted((day, territory) for territory, days in world.charted.items() for day in days):
        names = world.charted[territory][day]
        known[territory][day] = tuple(meaning_of(world, n, day, seen) if n in world.titles else n for n in names)
    return replace(world, charted=known)


def meaning_of(world: World, title: str, day: int, seen: set[str]) -> str:
    """Return what a title means at #1 on a day.

    `seen` are what was meant soon after its release, and `TITLE before DAY` where that was there soon before a release.
    """
    name = _meaning_of(world, title, day, seen)
    days = {world.films[its].released or day for its in world.titles[title]}
    seen |= {f"{title} before {released}" for released in days if day + EARLY < released <= day + RECENT}
    return name


def _meaning_of(world: World, title: str, day: int, seen: set[str]) -> str:
    out = [film for film in map(world.films.__getitem__, world.titles[title]) if (film.released or day) <= day + EARLY]
    last = max((film.released for film in out if film.released is not None), default=day)
    if day < last and f"{title} before {last}" in seen:
        return f"{title}@{last}"
    if len(out) < 2:
        return out[0].name if out else title
    days = sorted(film.released for film in out if film.released is not None)
    if len(days) == len(out) and days[-1] - days[-2] >= RECENT:
        (latest,) = (film.name for film in out if film.released == days[-1])
        if day <= days[-1] + RECENT:
            seen.add(latest)
        if latest in seen:
            return latest
    return f"{title}@{days[-1] if days else ''}"


def _may_mean(world: World, undecided: str) -> list[str]:
    """Return the works that a title may mean, the last of which is none that is known."""
    title, _, last = undecided.partition("@")
    films = [world.films[name] for name in world.titles[title]]
    return [*(f.name for f in films if f.released is None or (last and f.released <= int(last))), title]


def meanings_of_titles(world: World) -> Iterator[dict[str, str]]:
    """Yield what the undecided titles of a world may mean: the same throughout, unless it was not out yet.

    What is at #1 of a territory together are different works.
    """
    names = _at_number_one(world.charted)
    undecided = sorted((name for name in names if "@" in name), key=lambda name: len(_may_mean(world, name)))
    options = {name: _may_mean(world, name) for name in undecided}
    tied = [names for days in world.charted.values() for names in days.values() if len(names) > 1]
    for chosen in product(*options.values()):
        meant = dict(zip(undecided, chosen, strict=True))
        together = [[meant.get(name, name) for name in names] for names in tied]
        if all(len({*its}) == len(its) for its in together) and all(
            meant[one] == meant[other]
            for one in undecided
            for other in undecided
            if one.partition("@")[0] == other.partition("@")[0]
            and len(options[one]) < len(options[other])
            and meant[other] in options[one]
        ):
            yield meant


def of_no_catalog(world: World, title: str, undecided: Iterable[str]) -> Film:
    """Return the work that a title means which is none of the catalog's: known of it is what is so of all that are.

    Where that is one, which is not out yet, nothing is known.
    """
    candidates = [[world.films[n] for n in _may_mean(world, name)[:-1]] for name in undecided]
    its = min(candidates, key=len, default=[Film(title)])
    if len(its) == 1:
        return Film(title)
    languages, origins = {film.language for film in its}, {(film.country, film.others, film.settled) for film in its}
    country, others, settled = origins.pop() if len(origins) == 1 else (None, (), True)
    language = languages.pop() if len(languages) == 1 else None
    return Film(title, language, country, others=others, settled=settled)


def completions(world: World, rule: Rule, facts: Iterable[tuple[str, str]], most: int) -> list[Way] | None:
    """Return the ways in which a world could turn out, as far as the rule cares; None if they are more than `most`.

    `facts` are the languages and countries that works nobody has seen may have.
    """
    known, facts, ways = as_known(world), list(facts), list[Way]()
    for meant in meanings_of_titles(known):
        charted = {
            territory: {day: tuple(meant.get(name, name) for name in names) for day, names in days.items()}
            for territory, days in known.charted.items()
        }
        names = _at_number_one(charted)
        own = {
            title: of_no_catalog(known, title, (name for name in meant if name.startswith(f"{title}@")))
            for title in known.titles
            if title in names
        }
        found = _completed(replace(known, charted=charted, films={**known.films, **own}), rule, facts, most - len(ways))
        if found is None:
            return None
        ways += [Way(way, meant) for way in found]
    return ways


def _completed(world: World, rule: Rule, facts: Iterable[tuple[str, str]], most: int) -> Iterator[World] | None:
    """Yield the ways in which a world could turn out whose titles are decided."""
    facts, missing = list(facts), world.missing
    most_at_once = 2 if world.has_ties else 1
    languages, countries = sorted({its[0] for its in facts}), tuple(sorted({its[1] for its in facts}))
    unseen = [Film(f"unseen {n} {' '.join(its)}", *its) for n in range(len(missing) * most_at_once) for its in facts]
    fillings = [
        [
            names
            for several in range(1, most_at_once + 1)
            for names in combinations(
                [f.name for f in (*world.films.values(), *unseen) if f.released is None or f.released <= day + EARLY],
                several,
            )
        ]
        for _, day in missing
    ]
    doubtful = [
        [
            replace(film, language=language, country=main, others=tuple(others))
            for language in ([film.language] if film.language else languages)
            for main, *others in _origins(film, countries, rule)
        ]
        for film in world.films.values()
    ]
    before = [range(_longest_before(world, *its, rule) + 1) for its in _there_at_first(world)]
    if prod(max(1, len(options)) for options in (*fillings, *doubtful, *before)) > most:
        return None
    return (
        World(
            _filled_in(world, filling, earlier),
            {film.name: film for film in (*films, *unseen)},
            unpublished=world.unpublished,
            methods=world.methods,
        )
        for films in product(*doubtful)
        for filling in product(*fillings)
        for earlier in product(*before)
    )


def _origins(film: Film, countries: Names, rule: Rule) -> list[Names]:
    """Return which countries may have made a film, the main one first, as far as a rule cares."""
    if rule.get("origin") == "any":
        return [film.countries] if film.countries else [*((one,) for one in countries), *combinations(countries, 2)]
    mains = film.countries if film.countries and not film.settled else film.countries[:1] or countries
    return [(main,) for main in mains]


def _at_number_one(charted: Charted) -> set[str]:
    return {name for days in charted.values() for names in days.values() for name in names}


def _there_at_first(world: World) -> list[tuple[str, str]]:
    """Return the territories, each with a work that was at #1 of it when its record begins."""
    return [(territory, name) for territory, days in sorted(world.charted.items()) if days for name in days[min(days)]]


def _filled_in(world: World, filling: Iterable[Names], earlier: Iterable[int]) -> dict[str, dict[int, Names]]:
    """Return the charts with works in the editions that are missing, and further periods before the record."""
    whole = {territory: dict(days) for territory, days in world.charted.items()}
    for (territory, day), names in zip(world.missing, filling, strict=True):
        whole[territory][day] = names
    for (territory, name), more in zip(_there_at_first(world), earlier, strict=True):
        first = min(world.charted[territory])
        for day in range(first - more, first):
            whole[territory][day] = (*whole[territory].get(day, ()), name)
    return whole


def _longest_before(world: World, territory: str, name: str, rule: Rule) -> int:
    """Return how many periods before the record can matter: as many as the rule's greatest number, if it is of runs."""
    if rule["kind"] != "reign" or rule.get("total"):
        return 0
    first = min(world.charted[territory])
    if rule["scope"] == "chart" and first > min(min(days) for days in world.charted.values() if days):
        return 0  # the record of the chart had begun
    greatest = max([*rule.get("at", ()), *([len(world.charted[territory]) + 1] if rule.get("record") else [])])
    released = world.films[name].released
    return greatest if released is None else min(greatest, max(0, first - (released - EARLY)))


def slots(world: World, rule: Rule, first: Mapping[str, int]) -> dict[tuple[object, ...], Slot]:
    """Return the slots of a rule by their places; `first` is the first known period of each territory."""
    if rule["scope"] == "territory":
        scopes = {t: {day: {*names} for day, names in days.items()} for t, days in world.charted.items()}
    else:
        together: dict[int, set[str]] = {}
        for days in world.charted.values():
            for day, names in days.items():
                together.setdefault(day, set()).update(names)
        scopes = {"*": together}
    found: dict[tuple[object, ...], Slot] = {}
    for scope, days in scopes.items():
        begins = first[scope] if scope in first else min(first.values())
        for slot in _KINDS[rule["kind"]](world, rule, days, begins):
            found[scope, *slot.place] = slot._replace(place=(scope, *slot.place))
    return found


def _counts(rule: Rule, film: Film) -> bool:
    where = rule.get("where") or {}
    for fact, wanted in where.items():
        values = {film.language} if fact == "original_language" else {*_groups_of(rule, film)}
        if values & {*wanted["not"]} if isinstance(wanted, Mapping) else not values & {*wanted}:
            return False
    return True


def _groups_of(rule: Rule, film: Film) -> Names:
    """Return the countries for which a film counts."""
    return film.countries if rule.get("origin") == "any" else film.countries[:1]


def _firsts(days: Mapping[int, set[str]]) -> dict[str, int]:
    since: dict[str, int] = {}
    for day in sorted(days):
        for name in sorted(days[day]):
            since.setdefault(name, day)
    return since


def _change(world: World, rule: Rule, days: Mapping[int, set[str]], begins: int) -> Iterator[Slot]:
    since = _firsts(days)
    for day in sorted(days):
        if day == begins or not (before := [d for d in days if d < day]):
            continue
        new = {n for n in days[day] - days[max(before)] if _counts(rule, world.films[n])}
        told = rule.get("returns", "also")
        new = {n for n in new if told == "also" or (since[n] < day) is (told == "only")}
        if new:
            yield Slot((day,), day, None, frozenset((n, day, None) for n in new))


def _groups(rule: Rule, film: Film) -> tuple[str | None, ...]:
    return _groups_of(rule, film) if rule.get("per") == "origin_country" else (None,)


def _nth(world: World, rule: Rule, days: Mapping[int, set[str]], begins: int) -> Iterator[Slot]:
    del begins
    since = {name: day for name, day in _firsts(days).items() if _counts(rule, world.films[name])}
    for group in {group for name in since for group in _groups(rule, world.films[name])}:
        its = {name: day for name, day in since.items() if group in _groups(rule, world.films[name])}
        for day in set(its.values()):
            n = 1 + sum(other < day for other in its.values())
            if n in rule["at"]:
                holders = frozenset((name, day, None) for name, its_day in its.items() if its_day == day)
                yield Slot((group, n), day, n, holders)


def _race(world: World, rule: Rule, days: Mapping[int, set[str]], begins: int) -> Iterator[Slot]:
    del begins
    since = {name: day for name, day in _firsts(days).items() if _counts(rule, world.films[name])}
    groups: dict[str | None, list[int]] = {}
    for name, day in since.items():
        for group in _groups(rule, world.films[name]):
            groups.setdefault(group, []).append(day)
    for n in rule["at"]:
        reached = {group: sorted(its)[n - 1] for group, its in groups.items() if len(its) >= n}
        if reached:
            soonest = min(reached.values())
            winners = {group for group, day in reached.items() if day == soonest}
            yield Slot(
                (n,),
                soonest,
                n,
                frozenset(
                    (name, day, group)
                    for name, day in since.items()
                    for group in _groups(rule, world.films[name])
                    if day == soonest and group in winners
                ),
            )


def _spread(world: World, rule: Rule, days: Mapping[int, set[str]], begins: int) -> Iterator[Slot]:
    del days, begins
    firsts = {territory: _firsts({d: {*names} for d, names in its.items()}) for territory, its in world.charted.items()}
    for name, film in world.films.items():
        topped = sorted(its[name] for its in firsts.values() if name in its)
        for n in rule["at"]:
            if n != "all" and len(topped) >= n and _counts(rule, film):
                yield Slot((name, n), topped[n - 1], n, frozenset({(name, topped[n - 1], None)}))
        if "all" in rule["at"] and _counts(rule, film):
            for day in topped:
                known = [t for t, its in world.charted.items() if min(its) <= day]
                if len(known) >= 2 and sum(at <= day for at in topped) == len(known):
                    yield Slot((name, "all"), day, len(known), frozenset({(name, day, None)}))
                    break


def days_never_published(world: World, scope: Iterable[str]) -> set[int]:
    """Return the days on which none of some territories ever had an edition."""
    its = {
        territory: {day for where, day in world.unpublished if where == territory}
        | set(range(min(world.charted[territory])))
        for territory in scope
    }
    return set.intersection(*its.values()) - {day for territory in scope for day in world.charted[territory]}


def runs_of(days: Mapping[int, set[str]], name: str, never: set[int]) -> list[list[int]]:
    """Return the days of each run of a work; those that were never published do not end one."""
    runs: list[list[int]] = []
    for day in sorted(days):
        if name in days[day]:
            if runs and all(between in never for between in range(runs[-1][-1] + 1, day)):
                runs[-1].append(day)
            else:
                runs.append([day])
    return runs


def _reign(world: World, rule: Rule, days: Mapping[int, set[str]], begins: int) -> Iterator[Slot]:
    del begins
    ours = [t for t, its in world.charted.items() if {d: {*names} for d, names in its.items()} == days]
    never = days_never_published(
        world, ours[:1] if rule["scope"] == "territory" else [t for t, its in world.charted.items() if its]
    )
    for since, its in by_method(world, days) if rule.get("across_methods") is False else [(None, days)]:
        for slot in _reign_of(world, rule, its, never):
            yield slot if since is None or "record" in slot.place else slot._replace(place=(*slot.place, since))


def by_method(world: World, days: Mapping[int, set[str]]) -> list[tuple[int | None, dict[int, set[str]]]]:
    """Return the days of each method by which the chart ranked, with the day from which on it did (None: the first)."""
    starts: list[int | None] = [None, *world.methods]
    return [
        (start, {d: its for d, its in days.items() if (start is None or start <= d) and (end is None or d < end)})
        for start, end in zip(starts, [*world.methods, None], strict=True)
    ]


def _reign_of(world: World, rule: Rule, days: Mapping[int, set[str]], never: set[int]) -> Iterator[Slot]:
    names = sorted({name for its in days.values() for name in its})
    runs = {name: runs_of(days, name, never) for name in names}
    for name in names:
        if not _counts(rule, world.films[name]):
            continue
        for n in rule.get("at", ()):
            its = [day for run in runs[name] for day in run] if rule.get("total") else None
            reached = its[n - 1 : n] if its else [run[n - 1] for run in runs[name] if len(run) >= n][:1]
            if its is not None and len(its) < n:
                reached = []
            for day in reached:
                yield Slot((name, n), day, n, frozenset({(name, day, None)}))
        if rule.get("record"):
            others = [run for other in names for run in runs[other]]
            for run in runs[name]:
                for length, day in enumerate(run, 1):
                    lengths = [sum(d <= day for d in other) for other in others if other is not run]
                    lengths = [its_length for its_length in lengths if its_length]
                    if length >= 2 and lengths and length > max(lengths):
                        yield Slot((name, "record", run[0]), day, length, frozenset({(name, day, None)}))
                        break


_KINDS = {"change": _change, "nth": _nth, "race": _race, "spread": _spread, "reign": _reign}
