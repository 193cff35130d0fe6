"""The page of all corrections, the latest first, and the policy behind them."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

from chartwatch.domain.milestones.ledger import LedgerEntry
from chartwatch.domain.milestones.milestone import Status
from chartwatch.site.addresses import CORRECTIONS, milestone_address
from chartwatch.site.pages.milestone import claim_of, said_before
from chartwatch.site.recorded import ChartRecord, Recorded, Revision
from chartwatch.site.topics import EVERYTHING
from chartwatch.site.views import Page, chart_link, mark_of_milestone, when

MOST = 500
"""Slots whose corrections the page shows, the latest; each has all of its own on its own page."""


def corrected(recorded: Recorded) -> list[tuple[ChartRecord, LedgerEntry]]:
    """Return the slots that may have been corrected, those of the latest bulletins first."""
    revised = [
        (record, entry)
        for record in recorded.charts.values()
        for entry in record.entries.values()
        if len(entry.bulletins) > 1
    ]
    return sorted(revised, key=lambda its: (its[1].bulletins[-1], its[0].chart.id, its[1].slot), reverse=True)[:MOST]


def corrections_page(recorded: Recorded) -> Page:
    """Return the page of corrections."""
    found = [its for record, entry in corrected(recorded) for its in _of_slot(record, entry.slot)]
    return Page(
        address=CORRECTIONS,
        template="corrections.html",
        title="Corrections",
        description="Every milestone that was corrected or retracted, what was said before, and the policy behind it.",
        values={"corrections": sorted(found, key=_turn, reverse=True), "is_all": len(found) < MOST},
        feed=EVERYTHING,
    )


def _turn(correction: dict[str, Any]) -> tuple[date, str, str]:
    return correction["period"], correction["bulletin"], correction["slot"]


def _of_slot(record: ChartRecord, slot: str) -> Iterator[dict[str, Any]]:
    for before, after in pairwise(record.revisions(slot)):
        if after.change.milestone.status in (Status.CORRECTED, Status.RETRACTED):
            yield _correction(record, before, after)


def _correction(record: ChartRecord, before: Revision, after: Revision) -> dict[str, Any]:
    milestone = after.change.milestone
    return {
        "slot": milestone.slot,
        "address": milestone_address(milestone.slot),
        "mark": mark_of_milestone(milestone),
        "was": said_before(before.change.milestone, milestone, record.chart.cadence),
        "now": claim_of(milestone) if milestone.is_held else "",
        "chart": chart_link(record.chart),
        "when": when(milestone.period, record.chart.cadence),
        "bulletin": after.bulletin.id,
        "period": after.bulletin.period,
        "sent": after.change.is_sent,
    }
