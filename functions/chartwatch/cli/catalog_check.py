"""What `chartwatch catalog check` says of a catalog file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from chartwatch.cli.lists import cut
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import Kind, Work

_OF_ONE = {
    "works": "work",
    "films": "film",
    "aliases": "alias",
    "titles and aliases cut short": "title or alias cut short",
    "titles that name several works": "title that names several works",
}
"""What is counted, where there is one of it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a catalog holds and lacks, in numbers by what they count, and what a person should look at.

    `shared` are titles with the works that bear them; `undecided` those of which neither kind nor date tells the works
    apart; `cut_short` works whose every title was cut short by a provider.
    """

    numbers: Mapping[str, int]
    shared: Mapping[str, Sequence[Work]]
    undecided: tuple[str, ...]
    cut_short: tuple[Work, ...]


def check(catalog: Catalog) -> Checked:
    """Return what a catalog holds and lacks."""
    works = list(catalog)
    shared = dict(_shared_titles(works))
    numbers = {
        "works": len(works),
        "films": sum(work.kind == Kind.FILM for work in works),
        "series": sum(work.kind == Kind.SERIES for work in works),
        "of unknown kind": sum(work.kind is None for work in works),
        "of unknown language": sum(work.original_language is None for work in works),
        "of unknown country": sum(not work.origin_countries for work in works),
        "of unknown release date": sum(work.release_date is None for work in works),
        "aliases": sum(len(work.aliases) for work in works),
        "titles and aliases cut short": sum(_is_cut_short(name) for work in works for name in _names(work)),
        "titles that name several works": len(shared),
    }
    return Checked(
        numbers,
        shared,
        tuple(title for title, its in shared.items() if not _can_be_told_apart(its)),
        tuple(work for work in works if all(map(_is_cut_short, _names(work)))),
    )


def check_lines(checked: Checked, limit: int | None = None) -> Iterator[str]:
    """Yield a line for each number, and for each title and work that a person should look at."""
    for name, number in checked.numbers.items():
        yield f"{number:>7,} {_OF_ONE.get(name, name) if number == 1 else name}"
    shared = [f"{title} names {', '.join(work.id for work in its)}." for title, its in checked.shared.items()]
    whole = "has only a title that is cut short: a chart that says it whole means another work."
    apart = "Neither kind nor release date tells the works named {} apart: they count as unknown."
    for lines in (
        shared,
        [f"{work.id} {whole}" for work in checked.cut_short],
        [apart.format(title) for title in checked.undecided],
    ):
        yield from cut(lines, lambda line: [line], limit)


def checked_json(checked: Checked) -> Mapping[str, Any]:
    """Return the same for machines."""
    return {
        "counts": {name.replace(" ", "_"): number for name, number in checked.numbers.items()},
        "shared_titles": [
            {"title": title, "works": [work.id for work in its], "is_told_apart": title not in checked.undecided}
            for title, its in checked.shared.items()
        ],
        "cut_short": [work.id for work in checked.cut_short],
    }


def _shared_titles(works: Iterable[Work]) -> Iterator[tuple[str, Sequence[Work]]]:
    named: dict[str, tuple[str, list[Work]]] = {}
    for work in works:
        for key, name in {title_key(name): name for name in reversed(_names(work))}.items():
            named.setdefault(key, (name, []))[1].append(work)
    return (shared for shared in named.values() if len(shared[1]) > 1)


def _names(work: Work) -> tuple[str, ...]:
    return work.title, *work.aliases


def _is_cut_short(name: str) -> bool:
    return title_key(name).endswith("...")


def _can_be_told_apart(works: Sequence[Work]) -> bool:
    return all(
        (one.kind and other.kind and one.kind != other.kind)
        or (one.release_date and other.release_date and one.release_date != other.release_date)
        for one, other in combinations(works, 2)
    )
