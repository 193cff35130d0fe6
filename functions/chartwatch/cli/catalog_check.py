"""What `chartwatch catalog check` says of a catalog file."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import Kind, Work


def check_lines(catalog: Catalog) -> Iterator[str]:
    """Yield a line for each number of what a catalog holds and lacks, and for each title that a person should look at.

    These are titles that name several works, which neither kind nor date may tell apart, and works whose every title
    was cut short by a provider.
    """
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
    for name, number in numbers.items():
        yield f"{number:>7,} {name}"
    for title, its in shared.items():
        yield f"{title} names {', '.join(work.id for work in its)}."
    for work in works:
        if all(map(_is_cut_short, _names(work))):
            yield f"{work.id} has only a title that is cut short: a chart that says it whole means another work."
    for title, its in shared.items():
        if not _can_be_told_apart(its):
            yield f"Neither kind nor release date tells the works named {title} apart: they count as unknown."


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
