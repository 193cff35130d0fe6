"""What a later document changed of an edition: a name, a figure, or the work itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from chartwatch.domain.charts import Edition, Entry, Kind

WEAK_FIGURES = frozenset({"weeks", "runtime", "staggered", "episodes"})
"""Figures that many entries share: that they agree does not show that two names are one work."""


class RevisionKind(StrEnum):
    """What happened to a rank of an edition."""

    RELABELLED = "relabelled"
    """The same figures under another title or season: the same work, by another name."""
    RESTATED = "restated"
    """Other figures under the same name."""
    REPLACED = "replaced"
    """Another work."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One rank of an edition, before and after; None where the rank was not there."""

    kind: RevisionKind
    before: Entry | None
    after: Entry | None


@dataclass(frozen=True, slots=True, order=True)
class Renaming:
    """A title that a provider gave up for another, on a list of that kind; `fetched_at` is when that was seen."""

    fetched_at: str
    kind: Kind | None
    before: str
    after: str


def revisions(before: Edition, after: Edition) -> Iterator[Revision]:
    """Yield what differs between two versions of an edition, rank by rank, in order.

    With ties a rank is compared entry by entry in the order of the editions.
    """
    old, new = _by_place(before), _by_place(after)
    for place in sorted(old.keys() | new.keys()):
        was, now = old.get(place), new.get(place)
        if was != now:
            yield Revision(_kind(was, now), was, now)


def renamings(before: Edition, after: Edition, fetched_at: str) -> Iterator[Renaming]:
    """Yield the titles that changed between two versions of an edition while the work did not."""
    for revision in revisions(before, after):
        was, now = revision.before, revision.after
        if revision.kind is RevisionKind.RELABELLED and was and now and was.title != now.title:
            yield Renaming(fetched_at, now.kind, was.title, now.title)


def _by_place(edition: Edition) -> dict[tuple[int, int], Entry]:
    places: dict[tuple[int, int], Entry] = {}
    for entry in edition.entries:
        tied = sum(1 for rank, _ in places if rank == entry.rank)
        places[entry.rank, tied] = entry
    return places


def _kind(was: Entry | None, now: Entry | None) -> RevisionKind:
    if was is None or now is None or was.kind != now.kind:
        return RevisionKind.REPLACED
    if (was.title, was.season) == (now.title, now.season):
        return RevisionKind.RESTATED
    if was.title == now.title or _show_one_work(was, now):
        return RevisionKind.RELABELLED
    return RevisionKind.REPLACED


def _show_one_work(was: Entry, now: Entry) -> bool:
    """Return whether all figures that both versions have agree, and one of them is telling.

    Columns come and go, so a figure that one version lacks says nothing.
    """
    old, new = dict(was.figures), dict(now.figures)
    common = old.keys() & new.keys()
    return bool(common - WEAK_FIGURES) and all(old[name] == new[name] for name in common)


def latest_names(found: Iterable[Renaming]) -> dict[tuple[Kind | None, str], str]:
    """Return, for each title that was given up, the one that it has now come to.

    A title that is given up and taken again has the name that it was given last.
    """
    successor: dict[tuple[Kind | None, str], str] = {}
    for renaming in sorted(found):
        successor[renaming.kind, renaming.before] = renaming.after
        successor.pop((renaming.kind, renaming.after), None)
    return {key: _end(successor, key) for key in successor}


def _end(successor: dict[tuple[Kind | None, str], str], key: tuple[Kind | None, str]) -> str:
    kind, title = key
    while (kind, title) in successor:
        title = successor[kind, title]
    return title
