"""What a person says of a publication: that an edition is withdrawn, that there never was one, or what stood in it.

Each is a change of one publication, which wakes the detector like any other, and can be taken back.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from chartwatch.domain.charts.publications import (
    ALL_TERRITORIES,
    BY_HAND,
    Absence,
    AbsenceKind,
    Edition,
    Provenance,
    Publication,
    PublicationSummary,
)
from chartwatch.domain.charts.versions import Versions
from chartwatch.errors import NotToBeSaid
from chartwatch.services.ports import ChartStore, PublicationUpdate
from chartwatch.services.updating import summary_of, update_of


def withdraw(
    charts: ChartStore, chart: str, period: date, territory: str | None, source: str = ""
) -> PublicationUpdate:
    """Return how the edition of a territory, or all of a period, are withdrawn: they are missing then.

    That holds until the source says something else. Raises `NotToBeSaid` where there is no edition.
    """
    stored = _stored(charts, chart, period)
    shown = [territory] if territory else list(stored.number_ones)
    if not shown or shown[0] not in stored.number_ones:
        raise NotToBeSaid(chart, str(period), f"there is no edition{_of(territory)} that counts{_there(stored)}")
    versions = charts.versions(stored)
    marks = {its: Absence(AbsenceKind.WITHDRAWN, versions[its][-1].edition.digest(), source) for its in shown}
    return _with_marks(stored, versions, {**stored.absent, **marks})


def reinstate(charts: ChartStore, chart: str, period: date, territory: str | None) -> PublicationUpdate:
    """Return how what was withdrawn counts again. Raises `NotToBeSaid` where nothing is withdrawn."""
    stored = _stored(charts, chart, period)
    withdrawn = [t for t, absence in stored.absent.items() if absence.kind is AbsenceKind.WITHDRAWN]
    back = [its for its in withdrawn if territory in (None, its)]
    if not back:
        raise NotToBeSaid(chart, str(period), f"no edition{_of(territory)} is withdrawn")
    kept = {t: absence for t, absence in stored.absent.items() if t not in back}
    return _with_marks(stored, charts.versions(stored), kept)


def declare_unpublished(
    charts: ChartStore, chart: str, period: date, territory: str | None, source: str
) -> PublicationUpdate:
    """Return how it is declared that a territory, or a chart, never had an edition of a period: nothing is missing.

    That holds until the source has one. Raises `NotToBeSaid` where there is one, or where none is expected.
    """
    stored = charts.summary(chart, period) or _empty(charts, chart, period, source)
    _refuse_what_is_there(stored, territory)
    if territory:
        _refuse_unknown(charts, chart, period, territory)
        before = stored.absent.get(territory, Absence(AbsenceKind.SET_ASIDE))
        marks = {**stored.absent, territory: Absence(AbsenceKind.NOT_PUBLISHED, before.digest, source)}
    else:
        withdrawn = {t: absence for t, absence in stored.absent.items() if absence.digest}
        never = Absence(AbsenceKind.NOT_PUBLISHED, source=source)
        marks = {ALL_TERRITORIES: never, **{t: never._replace(digest=its.digest) for t, its in withdrawn.items()}}
    return _with_marks(stored, charts.versions(stored), marks)


def take_back_unpublished(charts: ChartStore, chart: str, period: date, territory: str | None) -> PublicationUpdate:
    """Return how such a declaration is taken back; what had been withdrawn is withdrawn again.

    Raises `NotToBeSaid` where none was made.
    """
    stored = _stored(charts, chart, period)
    declared = [t for t, absence in stored.absent.items() if absence.kind is AbsenceKind.NOT_PUBLISHED]
    back = [its for its in declared if territory in (None, its)]
    if not back:
        raise NotToBeSaid(chart, str(period), f"no edition{_of(territory)} is declared as never published")
    withdrawn = {its: Absence(AbsenceKind.WITHDRAWN, stored.absent[its].digest) for its in back}
    kept = {t: absence for t, absence in stored.absent.items() if t not in back}
    marks = kept | {t: absence for t, absence in withdrawn.items() if absence.digest}
    return _with_marks(stored, charts.versions(stored), marks)


def by_hand(source: str, filled_at: str, body: bytes) -> Provenance:
    """Return where an edition comes from that a person fills in at a time (RFC 3339, UTC)."""
    return Provenance(f"{BY_HAND}{source}", filled_at, hashlib.sha256(body).hexdigest())


def fill(charts: ChartStore, chart: str, period: date, edition: Edition, provenance: Provenance) -> PublicationUpdate:
    """Return how a missing edition is filled in; what the source publishes later takes its place.

    `provenance` is one of `by_hand`. Raises `NotToBeSaid` where there is an edition, or no such territory.
    """
    stored = charts.summary(chart, period) or _empty(charts, chart, period, provenance.url)
    _refuse_what_is_there(stored, edition.territory)
    _refuse_unknown(charts, chart, period, edition.territory)
    versions = charts.versions(stored)
    update = update_of(Publication(stored.chart, period, (edition,), provenance), stored, versions)
    if update is None:
        raise NotToBeSaid(chart, str(period), f"what is withdrawn{_of(edition.territory)} says the same")
    return update


def _stored(charts: ChartStore, chart: str, period: date) -> PublicationSummary:
    stored = charts.summary(chart, period)
    if stored is None:
        raise NotToBeSaid(chart, str(period), "there is no such publication")
    return stored


def _empty(charts: ChartStore, chart: str, period: date, source: str) -> PublicationSummary:
    """Return a publication without an edition, of a period that is expected."""
    known = charts.summaries(chart)
    if not known:
        raise NotToBeSaid(chart, str(period), "there is no such chart")
    first, its = known[0].period, known[0].chart
    if period < first or not its.are_whole_steps(first, period):
        expected = f"its periods are a {its.cadence} apart from {first} on"
        raise NotToBeSaid(chart, str(period), f"the chart has no such period: {expected}")
    nearest = max((its for its in known if its.period < period), key=lambda its: its.period)
    said = Provenance(f"{BY_HAND}{source.removeprefix(BY_HAND)}", None, hashlib.sha256(source.encode()).hexdigest())
    empty = replace(nearest, period=period, number_ones={}, digest="", provenance=said)
    return replace(empty, renamings=(), absent={}, by_hand={}, dropped=(), said_by={})


def _refuse_unknown(charts: ChartStore, chart: str, period: date, territory: str) -> None:
    known = {its for publication in charts.summaries(chart) for its in (*publication.number_ones, *publication.absent)}
    if territory not in known - {ALL_TERRITORIES}:
        has = ", ".join(sorted(known - {ALL_TERRITORIES}))
        raise NotToBeSaid(chart, str(period), f"the chart has no territory {territory}; it has {has}")


def _refuse_what_is_there(stored: PublicationSummary, territory: str | None) -> None:
    there = [t for t in stored.number_ones if territory in (None, t)]
    if there:
        said = f"there is an edition of {', '.join(there)}; what is wrong can be withdrawn first"
        raise NotToBeSaid(stored.chart.id, str(stored.period), said)


def _with_marks(
    stored: PublicationSummary, versions: Mapping[str, Versions], absent: Mapping[str, Absence]
) -> PublicationUpdate:
    summary = summary_of(stored.chart, stored.period, stored.provenance, versions, absent, stored=stored)
    return PublicationUpdate(summary, {})


def _of(territory: str | None) -> str:
    return f" of {territory}" if territory else ""


def _there(stored: PublicationSummary) -> str:
    its: Iterable[str] = stored.number_ones
    return f"; there are those of {', '.join(its)}" if stored.number_ones else ""
