"""Every way in which works may have come in on a small chart of which ranks, editions and meanings are unknown.

Written apart from what answers claims: nothing of it is used here. A chart has whole numbers for periods, and one
territory. The title `a` may mean one of several works, any other title is a work of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations, product

from tests.oracle.completions import EARLY, Film, World, meaning_of, meanings_of_titles, of_no_catalog

TITLE = "a"
"""The title that is asked for."""

DEPTH = 2
"""The ranks of an edition."""

LANGUAGES = ("en", "ko")

Ranks = tuple[str, ...]


@dataclass(frozen=True)
class Chart:
    """What is known: the titles of each day by rank, of which the lower may lack; None is an edition that is missing.

    `films` are those that the title may mean, and `language` is what counts; None: all.
    """

    days: tuple[Ranks | None, ...]
    films: tuple[Film, ...]
    language: str | None = None
    begins_with_chart: bool = False


def outcomes(chart: Chart) -> set[bool]:
    """Return whether a work of the title came in at #1, in each way in which the unknown could turn out."""
    world = _as_dates_say(chart)
    names = {name for its in world.charted["AR"].values() for name in its}
    found: set[bool] = set()
    for meant in meanings_of_titles(world):
        own = of_no_catalog(world, TITLE, [name for name in meant if name.startswith(f"{TITLE}@")])
        is_own = TITLE in {*names, *meant.values()}
        films = {**world.films, **({TITLE: own} if is_own else {})}
        known = {day: tuple(meant.get(name, name) for name in its) for day, its in world.charted["AR"].items()}
        for ways in product(*(_ways_in(films, known, day) for day in range(len(chart.days)))):
            found.update(_said_of(chart, films, ways, known))
    return found


def _as_dates_say(chart: Chart) -> World:
    """Return the world of the chart, all ranks of a day together, with what titles mean as far as dates decide it."""
    films = {film.name: film for film in chart.films}
    world = World({"AR": {}}, films, {TITLE: tuple(films)} if films else {})
    seen: set[str] = set()
    known: dict[int, Ranks] = {}
    for day, titles in enumerate(chart.days):
        if titles is not None:
            # What stood at #1 soon after its release is remembered; what stood lower is not.
            first = _named(world, titles[0], day, seen)
            known[day] = (first, *(_named(world, title, day, {*seen}) for title in titles[1:]))
    return replace(world, charted={"AR": known})


def _named(world: World, title: str, day: int, seen: set[str]) -> str:
    return meaning_of(world, title, day, seen) if title in world.titles else title


def _ways_in(films: Mapping[str, Film], known: Mapping[int, Ranks], day: int) -> Sequence[Ranks]:
    """Return which works may have been at the ranks of a day."""
    ranks = known.get(day, ())
    out = [film.name for film in films.values() if film.released is None or film.released <= day + EARLY]
    others = [name for name in (*out, "y", "z") if name not in ranks]
    return [(*ranks, *more) for more in permutations(others, DEPTH - len(ranks))]


def _said_of(
    chart: Chart, films: Mapping[str, Film], ways: Sequence[Ranks], known: Mapping[int, Ranks]
) -> Iterator[bool]:
    """Yield whether a work that counts came in at #1, as it may have been before the record."""
    its = films.values() or (Film(TITLE),)
    options: list[set[bool]] = []
    for film in its:
        first = next((ranks.index(film.name) for ranks in ways if film.name in ranks), None)
        if first is None:
            continue
        came = {first == 0}
        is_older = film.name in known[0] if film.released is None else film.released < EARLY
        if is_older and not chart.begins_with_chart and any(film.name in ranks for ranks in known.values()):
            came = {True, False}
        languages = {film.language} if film.language else {*LANGUAGES}
        counts = {chart.language is None or language == chart.language for language in languages}
        options.append({one and other for one in came for other in counts})
    for chosen in product(*options):
        yield any(chosen)
