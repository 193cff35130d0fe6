"""Runs that do not cross a change of method: where a scope stands as if its chart had begun with what it ranks by."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.milestones.runs import PERHAPS
from chartwatch.domain.rules.standing import Coverage, EndedRuns, Namesake, Reigns, Standing
from chartwatch.domain.works.claimants import claimant_key


@dataclass(frozen=True, slots=True)
class RunsOfMethod:
    """The runs of a scope since its chart ranks as it does, by `Claimant.key`: those that go on, and ended."""

    reigns: Reigns = field(default_factory=Reigns)
    ended: Mapping[str, EndedRuns] = field(default_factory=dict)


def known_of_method(known: RunsOfMethod | None, before: Coverage | None, chart: Chart, period: date) -> RunsOfMethod:
    """Return the runs that are known of a scope before a period: none, if what was seen last was ranked otherwise."""
    if known is None or before is None or chart.method_of(before.last) != chart.method_of(period):
        return RunsOfMethod()
    return known


def since_method(standing: Standing, first: date, known: RunsOfMethod) -> Standing:
    """Return a standing as if the chart had begun with `first`, the first period in which it ranked as it does.

    `known` are the runs before the publication; those with it are to be added.
    """
    publication, period = standing.publication, standing.period
    chart = publication.chart
    namesakes = {
        claimant: tuple(_known_since(others, standing, first, known)) for claimant, others in standing.namesakes.items()
    }
    topped = {key for key in (*known.reigns.runs, *known.ended) if not key.startswith(PERHAPS)}
    return replace(
        standing,
        topped=standing.topped and len(topped.union(claimant.key for claimant in standing.current)),
        publication=replace(publication, chart=chart.beginning_with(first)),
        coverage=standing.coverage.within(first, period, chart),
        before=standing.before and standing.before.within(first, period, chart),
        reigns_before=known.reigns,
        namesakes={claimant: others for claimant, others in namesakes.items() if others},
        method=chart.method_of(period),
    )


def over_territories(standing: Standing, whole: Standing) -> Standing:
    """Return a standing of a method over all territories, with what is known of these in the `whole` one."""
    first, chart = whole.publication.chart.first_of_method(whole.period), whole.publication.chart
    its = {t: its.within(first or date.min, whole.period, chart) for t, its in whole.coverages.items()}
    return replace(standing, territories=whole.territories, coverages=its)


def _known_since(
    others: Sequence[Namesake], standing: Standing, first: date, known: RunsOfMethod
) -> Iterator[Namesake]:
    """Yield those that have topped the scope since its first period, or do so now."""
    now = {claimant.key for claimant in standing.current}
    for other in others:
        key = claimant_key(*other.identity)
        if key in known.reigns.runs or key in known.ended:
            yield other._replace(since=max(other.since, first))
        elif key in now:
            yield other._replace(since=standing.period)
