"""What a publication changes of the one that is stored."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.charts.publications import (
    ALL_TERRITORIES,
    Absence,
    AbsenceKind,
    Provenance,
    Publication,
    PublicationSummary,
    Version,
)
from chartwatch.domain.charts.revisions import Revisions
from chartwatch.domain.charts.versions import Versions, with_version
from chartwatch.services.archived import VersionReader
from chartwatch.services.ports import ChartStore, PublicationUpdate

Stored = Mapping[str, Mapping[date, PublicationSummary]]
"""The stored publications, by chart and period."""


Later = Mapping[tuple[str, date], Sequence[Publication]]
"""What documents that were fetched after the one at hand, and stored before it, say of publications, oldest first."""


def updates(
    publications: Iterable[Publication], stored: Stored, reader: VersionReader, later: Later = MappingProxyType({})
) -> Iterator[PublicationUpdate]:
    """Yield what each publication changes; nothing for those that change nothing.

    What was said `later`, and stored already, stands after it: it may have confirmed what there was, which leaves no
    version. The versions of a publication are read when its turn comes, so that no more than one has them in memory.
    """
    for publication in publications:
        known = stored[publication.chart.id].get(publication.period)
        said = later.get((publication.chart.id, publication.period), ())
        if update := update_of(publication, known, reader.before(publication, known), said):
            yield update


def store_publication(publication: Publication, charts: ChartStore) -> bool:
    """Store one publication, new or a version, later or earlier, of a stored one; return whether it changed anything.

    Nothing is checked here: `ingest` does that.
    """
    stored = charts.summary(publication.chart.id, publication.period)
    update = update_of(publication, stored, charts.versions(stored) if stored else {})
    if update is not None:
        charts.put([update])
    return update is not None


def update_of(
    publication: Publication,
    stored: PublicationSummary | None,
    versions: Mapping[str, Versions],
    later: Sequence[Publication] = (),
) -> PublicationUpdate | None:
    """Return what a publication changes of the stored one, whose editions have these versions; None if nothing.

    A document that was fetched before what is stored adds earlier versions, and changes nothing that is current. What
    was said of it `later` stands after it.
    """
    grown: dict[str, Versions] = {}
    for said in (publication, *later):
        for edition in said.editions:
            before = grown.get(edition.territory, versions.get(edition.territory, ()))
            grown[edition.territory] = with_version(before, Version(edition, said.provenance))
    grown = {territory: after for territory, after in grown.items() if after != versions.get(territory)}
    whole = {**versions, **grown}
    marks = dict(stored.absent) if stored else {}
    if ALL_TERRITORIES not in marks:
        marks |= {t: Absence(AbsenceKind.SET_ASIDE) for t in publication.set_aside if t not in marks and t not in whole}
    provenance = publication.provenance
    if stored:
        is_filled_in = provenance.is_by_hand and stored.number_ones
        provenance = stored.provenance if is_filled_in else later_of(stored.provenance, provenance)
    says = {edition.territory for edition in publication.editions} if provenance is publication.provenance else set()
    changed = {t for t, its in grown.items() if t not in versions or its[-1].edition != versions[t][-1].edition}
    summary = summary_of(
        publication.chart, publication.period, provenance, whole, marks, stored=stored, said=says, changed=changed
    )
    # A writer that was cut short has left its editions, and no publication that agrees with them.
    return None if says_the_same(stored, summary) and not grown else PublicationUpdate(summary, grown)


def summary_of(
    chart: Chart,
    period: date,
    provenance: Provenance,
    versions: Mapping[str, Versions],
    absent: Mapping[str, Absence],
    *,
    stored: PublicationSummary | None = None,
    said: Collection[str] = (),
    changed: Collection[str] = (),
) -> PublicationSummary:
    """Return the publication that editions of these versions make up.

    `said` are the territories that the document has which `provenance` names, and `changed` those whose edition is
    another than the stored one.

    The renamings that were found before stay, and so does what is `dropped`, as `stored` has them. An absence holds
    until something else is stored than the edition that it is about, or than none.
    """
    current = {territory: its[-1].edition for territory, its in sorted(versions.items())}
    digests = {t: current[t].digest() if t in current else "" for t in absent}
    holding = {t: absence for t, absence in absent.items() if absence.digest == digests[t]}
    shown = {territory: edition for territory, edition in current.items() if territory not in holding}
    if shown:
        holding.pop(ALL_TERRITORIES, None)
    # What was withdrawn shows no renaming.
    counted = {t: kept for t, its in versions.items() if (kept := its if t in shown else its[:-1])}
    publication = Publication(chart, period, tuple(shown.values()), provenance)
    by_hand = {t: its for t in shown if (its := versions[t][-1].provenance).is_by_hand}
    said_by: dict[str, Provenance] = {}
    for territory in shown.keys() - by_hand.keys() - set(said):
        is_kept = stored is not None and territory in stored.number_ones and territory not in changed
        its = stored.provenance_of(territory) if stored and is_kept else versions[territory][-1].provenance
        if its != provenance:
            said_by[territory] = its
    revisions = Revisions(counted, chart)
    labelled = {territory: ones for territory, ones in revisions.number_ones().items() if territory in shown}
    concluded, dropped = (stored.renamings, stored.dropped) if stored else ((), ())
    summary = publication.summary(
        revisions.renamings(concluded), labelled, holding, by_hand, dict(sorted(said_by.items()))
    )
    return replace(summary, dropped=dropped)


def says_the_same(stored: PublicationSummary | None, summary: PublicationSummary) -> bool:
    """Return whether a stored publication says the same as another one, wherever it is from."""
    if stored is None:
        return False
    return (stored.digest, stored.renamings, stored.absent) == (summary.digest, summary.renamings, summary.absent)


def later_of(stored: Provenance, offered: Provenance) -> Provenance:
    """Return which was fetched later; what is offered, where that is not known, or in place of what stands by hand."""
    is_later = stored.fetched_at and offered.fetched_at and stored.fetched_at > offered.fetched_at
    return stored if is_later and not stored.is_by_hand else offered
