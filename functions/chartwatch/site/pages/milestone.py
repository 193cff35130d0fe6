"""A page a milestone, at an address that never changes: what is claimed, what it rests on, and all its revisions."""

from collections.abc import Sequence
from typing import Any

from chartwatch.domain import words
from chartwatch.domain.charts.chart import Cadence
from chartwatch.domain.milestones.milestone import Milestone, Status
from chartwatch.domain.rules.evidence import Evidence
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.works.claimants import name_of
from chartwatch.site.addresses import milestone_address
from chartwatch.site.recorded import ChartRecord, Revision
from chartwatch.site.views import Link, Page, chart_link, holder_link, mark_of_milestone, when

MOST_PLACES = 12
"""Places that a milestone over all territories names."""


def milestone_page(record: ChartRecord, slot: str) -> Page:
    """Return the page of a slot that somebody holds, or held."""
    revisions = record.revisions(slot)
    last = revisions[-1].change.milestone
    shown = last if last.is_held else _last_held(revisions)
    metrics = shown.evidence.metric if shown.evidence else ()
    title = claim_of(shown)
    if not last.is_held:
        title = f"Retracted: {title}"
    return Page(
        address=milestone_address(slot),
        template="milestone.html",
        title=f"{title}: {when(last.period, record.chart.cadence)}",
        description=f"{title}. What this rests on, and how it changed.",
        values={
            "claim": claim_of(shown),
            "slot": last.slot,
            "is_certain": last.is_certain,
            "mark": mark_of_milestone(last),
            "is_held": last.is_held,
            "is_corrected": last.status is Status.CORRECTED,
            "because": [words.with_days_in_words(reason) for reason in last.because],
            "chart": chart_link(record.chart),
            "place": None if last.territory == EVERYWHERE else chart_link(record.chart, last.territory),
            "when": when(last.period, record.chart.cadence),
            "holders": [holder_link(holder) for holder in last.holders],
            "were": [name_of(its.title, its.label or its.season) for its in shown.holders],
            "moved_to": last.moved_to and milestone_address(last.moved_to),
            "replaces": _other(last),
            "evidence": shown.evidence,
            "where": _where(shown),
            "earlier": _earlier(last.evidence),
            "metrics": [its for its in metrics if its.since is None or its.since <= shown.period],
            "cadence": record.chart.cadence,
            "revisions": [_revision(record, its) for its in reversed(revisions)],
            "before": _before(revisions, record.chart.cadence),
            "as_data": as_data(revisions, record),
        },
    )


def claim_of(milestone: Milestone) -> str:
    """Return what a revision claims, as a sentence with its dates in words."""
    return words.with_days_in_words(milestone.headline)


def _last_held(revisions: Sequence[Revision]) -> Milestone:
    """Return the last revision that somebody held; the last one where there is none."""
    held = [its.change.milestone for its in revisions if its.change.milestone.is_held]
    return held[-1] if held else revisions[-1].change.milestone


def said_before(before: Milestone, now: Milestone, cadence: Cadence) -> str:
    """Return what was claimed before a correction, and of when, where that is what was wrong."""
    was, period = when(before.period, cadence), when(now.period, cadence)
    return claim_of(before) if was == period else f"{claim_of(before)}; of {was}, not of {period}"


def _before(revisions: Sequence[Revision], cadence: Cadence) -> str:
    """Return what was claimed before a correction or a retraction; nothing where nothing was corrected."""
    last = revisions[-1].change.milestone
    if last.status not in (Status.CORRECTED, Status.RETRACTED):
        return ""
    held = [its.change.milestone for its in revisions[:-1] if its.change.milestone.is_held]
    return said_before(held[-1], last, cadence) if held else ""


def _other(milestone: Milestone) -> Link | None:
    """Return the slot that a milestone goes on from, where its work had another id then."""
    replaced = milestone.replaces
    if replaced is None or replaced.slot == milestone.slot:
        return None
    return Link("the same milestone under an earlier name", milestone_address(replaced.slot))


def _where(milestone: Milestone) -> str:
    """Return where the works of a milestone over all territories were at #1 then; nothing for any other."""
    territories = milestone.evidence.territories if milestone.evidence else None
    its = {t for places in (territories or {}).values() for t in places}
    return words.some(words.in_text(its), MOST_PLACES) if milestone.territory == EVERYWHERE and its else ""


def _earlier(evidence: Evidence | None) -> list[tuple[Link, Holder]]:
    """Return who came before, the earliest first."""
    return [(holder_link(holder), holder) for holder in (evidence.earlier if evidence else None) or ()]


def _revision(record: ChartRecord, revision: Revision) -> dict[str, Any]:
    milestone, bulletin = revision.change.milestone, revision.bulletin
    return {
        "number": milestone.revision,
        "mark": mark_of_milestone(milestone) or "Announced",
        "claim": claim_of(milestone) if milestone.is_held else "Nobody holds it.",
        "bulletin": bulletin.id,
        "of": when(bulletin.period, record.chart.cadence),
        "sent": "sent" if revision.change.is_sent else "recorded only",
    }


def as_data(revisions: Sequence[Revision], record: ChartRecord) -> dict[str, Any]:
    """Return the milestone as a schema.org `Claim` (https://schema.org/Claim), with its corrections."""
    last = revisions[-1].change.milestone
    shown = last if last.is_held else _last_held(revisions)
    evidence = shown.evidence
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Claim",
        "identifier": last.slot,
        "name": shown.headline,
        "text": shown.headline,
        "temporalCoverage": shown.period.isoformat(),
        "version": last.revision,
        "creativeWorkStatus": last.status.value if last.is_certain else f"{last.status.value}, not certain",
        "about": [{"@type": "CreativeWork", "identifier": its.work_id, "name": its.title} for its in shown.holders],
        "isPartOf": {"@type": "Dataset", "identifier": record.chart.id, "name": record.chart.name},
    }
    if evidence is not None:
        data["isBasedOn"] = {
            "@type": "DigitalDocument",
            "url": evidence.edition.url,
            "identifier": f"sha256:{evidence.edition.sha256}",
        }
    corrections = [_correction(its) for its in revisions if its.change.milestone.status in _CORRECTS]
    return {**data, "correction": corrections} if corrections else data


_CORRECTS = (Status.CORRECTED, Status.RETRACTED)


def _correction(revision: Revision) -> dict[str, Any]:
    milestone = revision.change.milestone
    said = milestone.headline if milestone.is_held else f"Retracted: {milestone.headline}"
    return {"@type": "CorrectionComment", "text": said, "identifier": f"{milestone.slot}:{milestone.revision}"}
