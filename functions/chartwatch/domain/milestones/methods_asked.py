"""Claims of rules whose runs cross no change of method: which method a place is of, and its part of the record."""

from datetime import date

from chartwatch.domain.charts.chart import Chart, MetricPeriod
from chartwatch.domain.milestones.answers import answer, beyond_record
from chartwatch.domain.milestones.asked import Answer, Assertion
from chartwatch.domain.milestones.scope_history import ScopeHistory
from chartwatch.domain.milestones.scopes import AskedScope


def scope_of_method(said: Assertion, its: ScopeHistory) -> AskedScope | Answer:
    """Return the part of a scope in which the chart ranked as a place says, or the answer where nothing is known of it.

    The place is one of a rule within methods.
    """
    whole = AskedScope(said.rule, its, said.as_of)
    since = _since(said, whole.chart)
    method = next((each for each in whole.chart.metric_periods[1:] if str(each.since) == since), None)
    if since is not None and method is None:
        return answer(whole, False, f"{whole.chart.name} did not come to rank by anything else on {since}.")
    last = whole.calendar[-1]
    if method and method.since and method.since > last:
        sentence = f"{whole.chart.name} had not come to rank by {method.metric} then, {whole.span}."
        return answer(whole, False, sentence)
    change, first = whole.chart.change_after(method), date.min
    if method and method.since:
        first = whole.chart.first_since(method.since, last)
    if change is None or change > last:
        return AskedScope(said.rule, its, said.as_of, (first, date.max), method) if method else whole
    after = whole.chart.first_since(change, last)
    if after <= whole.record.first:
        sentence = f"Nobody can say: of {whole.where} nothing is known before it came to rank otherwise on {change}."
        return answer(whole, None, sentence, reasons=beyond_record(whole, whole.chart.before(after)))
    return AskedScope(said.rule, its, said.as_of, (first, whole.chart.before(after)), method)


def changes_of(chart: Chart) -> list[MetricPeriod]:
    """Return by what a chart has come to rank, and since when."""
    return [each for each in chart.metric_periods[1:] if each.since]


def _since(said: Assertion, chart: Chart) -> str | None:
    """Return since when the chart ranked as it did, by a place of a run or a total, or by the beginning of a record."""
    place = said.rule.read_place(said.place)
    if place is not None and place.n is not None:
        return place.since
    method = chart.method_of(date.fromisoformat(said.place.rpartition(":")[2]))
    return str(method.since) if method else None
