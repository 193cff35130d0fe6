"""Versions of an edition, and what each changed of the one before: a name, a figure, or the work itself."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Version
from chartwatch.domain.works.renames import Renaming, order_of
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import Kind

WEAK_FIGURES = frozenset({"weeks", "runtime", "staggered", "episodes"})
"""Figures that many entries share: where they agree, two titles may still be two works."""

MAX_VERSIONS = 100
"""Versions of an edition that are stored: the first and the latest ones. All raw files are in the archive."""

Versions = Sequence[Version]
"""The versions of one edition, oldest first; each differs from the one before."""


class RevisionKind(StrEnum):
    """What happened to a rank of an edition."""

    RELABELLED = "relabelled"
    """The same figures under another title or season: the same work, by another name."""
    RESTATED = "restated"
    """Other figures of the same work."""
    REPLACED = "replaced"
    """Another work."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One rank of an edition, before and after; None where the rank was not there."""

    kind: RevisionKind
    before: Entry | None
    after: Entry | None

    @property
    def is_of_number_one(self) -> bool:
        """Whether it is rank 1."""
        return 1 in (self.before and self.before.rank, self.after and self.after.rank)


def with_version(versions: Versions, added: Version) -> Versions:
    """Return the versions with one more, in the order of their times fetched; one of unknown time comes last.

    A version with the same edition as the one before or after it is not added.
    """
    fetched_at = added.provenance.fetched_at
    at = len(versions)
    if fetched_at:
        later = (i for i, version in enumerate(versions) if (version.provenance.fetched_at or "") > fetched_at)
        at = next(later, at)
    if any(neighbour.edition == added.edition for neighbour in versions[max(at - 1, 0) : at + 1]):
        return versions
    grown = (*versions[:at], added, *versions[at:])
    return (*grown[:1], *grown[1:][1 - MAX_VERSIONS :])


class Revisions:
    """The revisions of one publication: all its territories together decide whether a title is another name."""

    def __init__(self, editions: Mapping[str, Versions]) -> None:
        """`editions` has the versions of every edition of the publication, by territory."""
        self._editions = editions
        changing = dict.fromkeys(its.provenance.sha256 for versions in editions.values() for its in versions[1:])
        self._documents = {sha256: _Document.of(sha256, editions) for sha256 in changing}

    def of(self, territory: str) -> Iterator[tuple[Provenance, Sequence[Revision]]]:
        """Yield, for each version of an edition but the first, its provenance and what it changed, in order of rank.

        With ties a rank is compared entry by entry in the order of the editions.
        """
        for before, after in pairwise(self._editions.get(territory, ())):
            document = self._documents[after.provenance.sha256]
            yield after.provenance, list(document.revisions(before.edition, after.edition))

    def latest(self, sha256: str) -> Iterator[Revision]:
        """Yield what one document changed, in all territories."""
        if document := self._documents.get(sha256):
            for before, after in document.pairs:
                yield from document.revisions(before, after)

    def renamings(self) -> tuple[Renaming, ...]:
        """Return the renamings of number ones, each once, in order: another title, and the same work."""
        found = {
            Renaming(document.fetched_at, revision.after.kind, revision.before.title, revision.after.title)
            for document in self._documents.values()
            for before, after in document.pairs
            for revision in document.revisions(before, after)
            if revision.kind is RevisionKind.RELABELLED and revision.is_of_number_one
            if revision.before and revision.after
            if title_key(revision.before.title) != title_key(revision.after.title)
        }
        return tuple(sorted(found, key=order_of))


@dataclass(frozen=True, slots=True)
class _Document:
    """What one document changed of a publication: pairs of an edition before and after.

    `renamed` are the pairs of titles that its weak figures, over all territories, show to be one work.
    """

    fetched_at: str
    pairs: Sequence[tuple[Edition, Edition]]
    renamed: frozenset[tuple[Kind | None, str, str]]

    @classmethod
    def of(cls, sha256: str, editions: Mapping[str, Versions]) -> "_Document":
        """Return what the document of that SHA-256 changed."""
        changes = [(b, a) for its in editions.values() for b, a in pairwise(its) if a.provenance.sha256 == sha256]
        untouched = [
            version.edition
            for versions in editions.values()
            if all(its.provenance.sha256 != sha256 for its in versions[1:])
            for version in versions
        ]
        pairs = [(before.edition, after.edition) for before, after in changes]
        fetched_at = changes[-1][1].provenance.fetched_at or ""
        return cls(fetched_at, pairs, frozenset(_renamed_throughout(pairs, untouched)))

    def revisions(self, before: Edition, after: Edition) -> Iterator[Revision]:
        """Yield the revisions between two versions of an edition."""
        for was, now in _differing(before, after):
            yield Revision(self._kind(was, now, before, after), was, now)

    def _kind(self, was: Entry | None, now: Entry | None, before: Edition, after: Edition) -> RevisionKind:
        if was is None or now is None or was.kind != now.kind:
            return RevisionKind.REPLACED
        alike = _agree(was, now)
        if title_key(was.title) == title_key(now.title):
            relabelled = alike and (was.title, was.season) != (now.title, now.season)
            return RevisionKind.RELABELLED if relabelled else RevisionKind.RESTATED
        # Two works that change places may have a figure in common.
        if not alike or _lists(after, was.title) or _lists(before, now.title):
            return RevisionKind.REPLACED
        titles = (now.kind, title_key(was.title), title_key(now.title))
        is_same = _share_a_strong_figure(was, now) or _letters(was.title) == _letters(now.title)
        return RevisionKind.RELABELLED if is_same or titles in self.renamed else RevisionKind.REPLACED


def _differing(before: Edition, after: Edition) -> Iterator[tuple[Entry | None, Entry | None]]:
    old, new = _by_place(before), _by_place(after)
    for place in sorted(old.keys() | new.keys()):
        was, now = old.get(place), new.get(place)
        if was != now:
            yield was, now


def _by_place(edition: Edition) -> dict[tuple[int, int], Entry]:
    places: dict[tuple[int, int], Entry] = {}
    for entry in edition.entries:
        tied = sum(1 for rank, _ in places if rank == entry.rank)
        places[entry.rank, tied] = entry
    return places


def _agree(was: Entry, now: Entry) -> bool:
    """Return whether all figures that both versions have agree; columns come and go, so the others do not count."""
    old, new = dict(was.figures), dict(now.figures)
    return all(old[name] == new[name] for name in old.keys() & new.keys())


def _share_a_strong_figure(was: Entry, now: Entry) -> bool:
    """Return whether both versions have a figure that no other entry is likely to share."""
    return bool((dict(was.figures).keys() & dict(now.figures).keys()) - WEAK_FIGURES)


def _lists(edition: Edition, title: str) -> bool:
    return any(title_key(entry.title) == title_key(title) for entry in edition.entries)


def _letters(title: str) -> str:
    return "".join(ch for ch in unicodedata.normalize("NFKC", title).casefold() if ch.isalnum())


def _renamed_throughout(
    pairs: Sequence[tuple[Edition, Edition]], untouched: Iterable[Edition]
) -> Iterator[tuple[Kind | None, str, str]]:
    """Yield the pairs of titles of which one took the other's place in several territories, and in all that had it.

    A rank and a number of weeks in common may be chance in one territory, but hardly in several.
    """
    elsewhere = {title_key(entry.title) for edition in untouched for entry in edition.entries}
    before = {title_key(entry.title) for edition, _ in pairs for entry in edition.entries}
    after = {title_key(entry.title) for _, edition in pairs for entry in edition.entries}
    held = Counter((entry.kind, title_key(entry.title)) for edition, _ in pairs for entry in edition.entries)
    places: Counter[tuple[Kind | None, str, str]] = Counter()
    for was, now in (changed for pair in pairs for changed in _differing(*pair)):
        if was and now and was.kind == now.kind and _agree(was, now):
            places[now.kind, title_key(was.title), title_key(now.title)] += 1
    for (kind, old, new), count in places.items():
        gone, fresh = old not in after | elsewhere, new not in before | elsewhere
        if gone and fresh and count == held[kind, old] > 1:
            yield kind, old, new
