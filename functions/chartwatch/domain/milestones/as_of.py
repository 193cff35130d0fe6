"""What was known of a scope on a day, to which nothing later counts but what that shows to have been missing then."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, timedelta

from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.milestones.scope_history import ScopeHistory
from chartwatch.domain.rules.standing import Coverage

LONG = timedelta(days=36_525)
"""How long after the end of a record editions are said to be missing, whatever later day is asked of."""


def coverages_on(day: date, its: ScopeHistory) -> Mapping[str, Coverage]:
    """Return what was known of a scope, or of all, by territory, on a day that is not before its first period.

    The editions between the last known one and that day are missing: of a territory that is still on the chart also
    after the end of the record.
    """
    ends, latest = its.dates[-1], its.coverages[-1]
    known = its.coverages[bisect_right(its.dates, day) - 1]
    return {t: _with_missing(c, latest[t], min(day, ends + LONG), ends, its.history.chart) for t, c in known.items()}


def _with_missing(known: Coverage, latest: Coverage, day: date, ends: date, chart: Chart) -> Coverage:
    """Return a coverage with what is missing until a day; `latest` is the same when the record `ends`."""
    gaps = list(latest.gaps)
    if ends in (latest.last, *latest.unpublished, *(last for _, last in gaps)):
        gaps.append((chart.after(ends), day))
    missing = [chart.last_until(first, min(last, day)) for first, last in gaps if first <= min(last, day)]
    return known.missed(max(missing), chart) if missing and max(missing) > known.last else known
