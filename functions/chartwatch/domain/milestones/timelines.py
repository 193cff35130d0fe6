"""Timelines as a claim looks at them: of one territory, and without what a chart only assumes."""

from dataclasses import replace

from chartwatch.domain.charts.publications import PublicationSummary
from chartwatch.domain.milestones.asked import Timeline
from chartwatch.domain.rules.standing import EVERYWHERE


def without_assumed(publication: PublicationSummary) -> PublicationSummary:
    """Return a publication whose chart assumes nothing."""
    chart = publication.chart
    if chart.defaults is None or chart.defaults.are_certain:
        return publication
    return replace(publication, chart=replace(chart, defaults=None))


def restricted(timeline: Timeline, territory: str) -> Timeline:
    """Return the publications as if the chart had one territory, which is all that is asked; `*` keeps them whole."""
    if territory == EVERYWHERE:
        return timeline
    return [
        replace(
            publication,
            number_ones={t: ones for t, ones in publication.number_ones.items() if t == territory},
            absent={t: absence for t, absence in publication.absent.items() if t in (territory, EVERYWHERE)},
        )
        for publication in timeline
        if territory in publication.number_ones or territory in publication.absent or EVERYWHERE in publication.absent
    ]
