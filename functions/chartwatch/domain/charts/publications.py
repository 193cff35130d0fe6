"""Editions and publications: what a source says, before anything is concluded from it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from chartwatch.document_errors import SourceError
from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.works.renames import Renaming
from chartwatch.domain.works.work import Kind

BY_HAND = "by hand: "
"""What the address begins with of an edition that a person has filled in; the source that was named follows."""

ALL_TERRITORIES = "*"
"""In place of a territory: whatever is said of it holds for all territories of a publication."""


class Entry(NamedTuple):
    """One row of an edition, as charted.

    `season` is None where the source has none (`N/A`); `kind` where neither the row nor its chart says it. `figures`
    are the source's numbers in its own units and order, as text (`hours`, `views`, `weeks`). `id` is the provider's for
    the work, where it has one, after the scheme's name (`flixpatrol:ttl_x`): it is the same work just when that is the
    same. `credit` is whom the source names as its artists, authors or makers, in its own words.
    """

    rank: int
    title: str
    season: str | None = None
    kind: Kind | None = None
    figures: tuple[tuple[str, str], ...] = ()
    id: str | None = None
    credit: str | None = None


class NumberOne(NamedTuple):
    """What stands at rank 1, as charted; a work only once the catalog has been asked."""

    title: str
    season: str | None = None
    kind: Kind | None = None
    id: str | None = None
    credit: str | None = None

    @property
    def said(self) -> tuple[str, ...]:
        """All that it says, as text; an id and a credit only where there are any."""
        its_id, credit = [self.id] if self.id else [], ["by", self.credit] if self.credit else []
        return self.title, self.season or "", self.kind or "", *its_id, *credit


@dataclass(frozen=True, slots=True)
class Edition:
    """One territory's ranked entries for one period, in order of rank. Equal ranks are ties."""

    territory: str
    entries: tuple[Entry, ...]

    @property
    def number_ones(self) -> tuple[NumberOne, ...]:
        """The entries at rank 1, several when tied, in a fixed order."""
        return in_fixed_order(NumberOne(e.title, e.season, e.kind, e.id, e.credit) for e in self.entries if e.rank == 1)

    def digest(self) -> str:
        """SHA-256 over everything the edition says."""
        said = "\x1e".join(
            "\x1f".join(
                (
                    str(rank),
                    title,
                    season or "",
                    kind or "",
                    *(part for figure in figures for part in figure),
                    *(["id", its_id] if its_id else []),
                    *(["by", credit] if credit else []),
                )
            )
            for rank, title, season, kind, figures, its_id, credit in self.entries
        )
        return hashlib.sha256(f"{self.territory}\x1e{said}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where bytes came from: address, time fetched (RFC 3339, UTC; None if unknown) and SHA-256 of the raw bytes."""

    url: str
    fetched_at: str | None
    sha256: str

    @property
    def is_by_hand(self) -> bool:
        """Whether a person has filled it in."""
        return self.url.startswith(BY_HAND)


class Version(NamedTuple):
    """An edition as one document had it. The versions of an edition, oldest first, are its history.

    `trimmed` names the documents of the versions right before it that are not stored with it, oldest first: they can be
    read from the archive.
    """

    edition: Edition
    provenance: Provenance
    trimmed: tuple[Provenance, ...] = ()


class AbsenceKind(StrEnum):
    """Why a publication has no edition of a territory, where that is known."""

    SET_ASIDE = "set aside"
    """The source had an edition that is not whole."""
    WITHDRAWN = "withdrawn"
    """A person has withdrawn what had been accepted by mistake."""
    NOT_PUBLISHED = "not published"
    """A person has declared that there never was one: nothing is missing."""


class Absence(NamedTuple):
    """That a publication has no edition of a territory, and why.

    `digest` is that of the stored edition that does not count; empty where none is stored. `source` is what a person
    has named for it. It holds until something else than that edition is stored.
    """

    kind: AbsenceKind
    digest: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """All editions of one chart for one period, whole. `period` is a day; a week is named by its last.

    `set_aside` says of the editions that are not whole, and so not among them, what is wrong, by territory.
    """

    chart: Chart
    period: date
    editions: tuple[Edition, ...]
    provenance: Provenance
    set_aside: Mapping[str, SourceError] = field(default_factory=dict)

    def digest(self) -> str:
        """SHA-256 over the editions, whatever their order; the provenance does not count."""
        digests = {edition.territory: edition.digest() for edition in self.editions}
        return hashlib.sha256("\n".join(f"{t} {digests[t]}" for t in sorted(digests)).encode()).hexdigest()

    def summary(
        self,
        renamings: tuple["Renaming", ...] = (),
        number_ones: "Mapping[str, tuple[NumberOne, ...]] | None" = None,
        absent: Mapping[str, Absence] | None = None,
        by_hand: Mapping[str, Provenance] | None = None,
        said_by: Mapping[str, Provenance] | None = None,
    ) -> "PublicationSummary":
        """Return what the detector needs of it; `renamings` are those that its revisions show.

        So are `number_ones`, of territories whose seasons have got other labels.
        """
        return PublicationSummary(
            chart=self.chart,
            period=self.period,
            number_ones={e.territory: e.number_ones for e in sorted(self.editions, key=lambda e: e.territory)}
            | dict(number_ones or {}),
            digest=self.digest(),
            provenance=self.provenance,
            renamings=renamings,
            absent=dict(sorted((absent or {}).items())),
            by_hand=by_hand or {},
            said_by=said_by or {},
        )


@dataclass(frozen=True, slots=True)
class PublicationSummary:
    """A publication without its lower ranks: the item whose arrival wakes who looks up works, and then the detector.

    `renamings` are of its number ones, as the revisions of its editions show them. `absent` are the territories of
    which it has no edition, and it is known why; `ALL_TERRITORIES` stands for all that it has none of. `by_hand` says
    where the editions come from that a person has filled in, and `said_by` of others that the document of the
    publication lacks, which one has them. `dropped` are the territories that a document lacked which
    a person has accepted, until a later one has them again; what is stored of them counts as before.
    """

    chart: Chart
    period: date
    number_ones: Mapping[str, tuple[NumberOne, ...]]
    digest: str
    provenance: Provenance
    renamings: tuple[Renaming, ...] = ()
    absent: Mapping[str, Absence] = field(default_factory=dict)
    by_hand: Mapping[str, Provenance] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    said_by: Mapping[str, Provenance] = field(default_factory=dict)

    def provenance_of(self, territory: str) -> Provenance:
        """Return where the edition of a territory comes from; of all territories, the publication."""
        return self.by_hand.get(territory) or self.said_by.get(territory) or self.provenance

    @property
    def expected(self) -> Set[str]:
        """The territories that a document should still have, with editions from the source that count."""
        return self.number_ones.keys() - self.by_hand.keys() - set(self.dropped)

    @property
    def missing(self) -> Sequence[str]:
        """The territories whose editions were set aside or withdrawn."""
        return [t for t, absence in self.absent.items() if absence.kind is not AbsenceKind.NOT_PUBLISHED]

    def is_unpublished(self, territory: str) -> bool:
        """Return whether a person has declared that there never was an edition of a territory."""
        absence = self.absent.get(territory) or self.absent.get(ALL_TERRITORIES)
        is_declared = absence is not None and absence.kind is AbsenceKind.NOT_PUBLISHED
        return is_declared and territory not in self.number_ones

    @property
    def edition_count(self) -> int:
        """How many editions the publication has."""
        return len(self.number_ones)

    def number_ones_digest(self) -> str:
        """Return a digest of all that the detector reads of it."""
        said = "\x1e".join(
            "\x1f".join((territory, *(part for one in ones for part in one.said)))
            for territory, ones in self.number_ones.items()
        )
        for renaming in self.renamings:
            said += "\x1e" + "\x1f".join(part or "" for part in renaming)
        for territory, absence in self.absent.items():
            is_missing = absence.kind is not AbsenceKind.NOT_PUBLISHED
            said += f"\x1d{territory}\x1f{'missing' if is_missing else absence.kind}"
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def in_order(publications: Iterable[Publication]) -> list[Publication]:
    """Sort as history went: oldest period first, then by chart."""
    return sorted(publications, key=lambda p: (p.period, p.chart.id))


def in_fixed_order(ones: Iterable[NumberOne]) -> tuple[NumberOne, ...]:
    """Sort number ones by title, season, kind, id and credit."""
    return tuple(sorted(ones, key=lambda one: tuple(part or "" for part in one)))
