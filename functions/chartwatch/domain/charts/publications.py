"""Editions and publications: what a source says, before anything is concluded from it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.works.renames import Renaming
from chartwatch.domain.works.work import Kind


class Entry(NamedTuple):
    """One row of an edition, as charted.

    `season` is None where the source has none (`N/A`); `kind` where neither the row nor its chart says it. `figures`
    are the source's numbers in its own units and order, as text (`hours`, `views`, `weeks`).
    """

    rank: int
    title: str
    season: str | None = None
    kind: Kind | None = None
    figures: tuple[tuple[str, str], ...] = ()


class NumberOne(NamedTuple):
    """What stands at rank 1, as charted; a work only once the catalog has been asked."""

    title: str
    season: str | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """One territory's ranked entries for one period, in order of rank. Equal ranks are ties."""

    territory: str
    entries: tuple[Entry, ...]

    @property
    def number_ones(self) -> tuple[NumberOne, ...]:
        """The entries at rank 1, several when tied, in a fixed order."""
        return in_fixed_order(NumberOne(e.title, e.season, e.kind) for e in self.entries if e.rank == 1)

    def digest(self) -> str:
        """SHA-256 over everything the edition says."""
        said = "\x1e".join(
            "\x1f".join((str(rank), title, season or "", kind or "", *(part for figure in figures for part in figure)))
            for rank, title, season, kind, figures in self.entries
        )
        return hashlib.sha256(f"{self.territory}\x1e{said}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where bytes came from: address, time fetched (RFC 3339, UTC; None if unknown) and SHA-256 of the raw bytes."""

    url: str
    fetched_at: str | None
    sha256: str


class Version(NamedTuple):
    """An edition as one document had it. The versions of an edition, oldest first, are its history."""

    edition: Edition
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Publication:
    """All editions of one chart for one period, whole. `period` is a day; a week is named by its last."""

    chart: Chart
    period: date
    editions: tuple[Edition, ...]
    provenance: Provenance

    def digest(self) -> str:
        """SHA-256 over the editions, whatever their order; the provenance does not count."""
        return digest_of({edition.territory: edition.digest() for edition in self.editions})

    def summary(self, renamings: tuple["Renaming", ...] = ()) -> "PublicationSummary":
        """Return what the detector needs of it; `renamings` are those that its revisions show."""
        return PublicationSummary(
            chart=self.chart,
            period=self.period,
            number_ones={e.territory: e.number_ones for e in sorted(self.editions, key=lambda e: e.territory)},
            digest=self.digest(),
            provenance=self.provenance,
            renamings=renamings,
        )


@dataclass(frozen=True, slots=True)
class PublicationSummary:
    """A publication without its lower ranks: the item whose arrival wakes the detector.

    `renamings` are of its number ones, as the revisions of its editions show them.
    """

    chart: Chart
    period: date
    number_ones: Mapping[str, tuple[NumberOne, ...]]
    digest: str
    provenance: Provenance
    renamings: tuple[Renaming, ...] = ()

    @property
    def edition_count(self) -> int:
        """How many editions the publication has."""
        return len(self.number_ones)

    def number_ones_digest(self) -> str:
        """Return a digest of all that the detector reads of it."""
        said = "\x1e".join(
            "\x1f".join((territory, *(part or "" for one in ones for part in one)))
            for territory, ones in self.number_ones.items()
        )
        for renaming in self.renamings:
            said += "\x1e" + "\x1f".join(part or "" for part in renaming)
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def digest_of(editions: Mapping[str, str]) -> str:
    """Return the digest of a publication, given that of each of its editions by territory."""
    return hashlib.sha256("\n".join(f"{t} {editions[t]}" for t in sorted(editions)).encode()).hexdigest()


def in_order(publications: Iterable[Publication]) -> list[Publication]:
    """Sort as history went: oldest period first, then by chart."""
    return sorted(publications, key=lambda p: (p.period, p.chart.id))


def in_fixed_order(ones: Iterable[NumberOne]) -> tuple[NumberOne, ...]:
    """Sort number ones by title, season and kind."""
    return tuple(sorted(ones, key=lambda one: (one.title, one.season or "", one.kind or "")))
