"""`chartwatch status`: how a deployment stands; what is wrong comes first."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import typer

from chartwatch.adapters.operations import Operations
from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.adapters.workstation import deployed_operations
from chartwatch.cli.application import AnswerAs, AnswerFormat, OfStack, application, in_json, write
from chartwatch.cli.cost import bill_as_json, bill_of, summary_of
from chartwatch.cli.operations import addresses_of, indented, table_lines
from chartwatch.domain import words
from chartwatch.services.cost import Bill
from chartwatch.services.schedules import Rate
from chartwatch.services.status import Overview
from chartwatch.services.troubles import (
    MOST_NAMED,
    ChartState,
    Problem,
    Seen,
    SourceState,
    Status,
    Trouble,
    UnknownWork,
    in_minutes,
)

EXIT_WRONG = 1
"""Exit code when something needs a person."""

MOST_SHOWN = 5
"""Troubles of a kind that a person is shown; further ones are counted."""

app = application()


class Report(NamedTuple):
    """How a stack stands, as of a time (UTC), and what it has used."""

    stack: str
    now: datetime
    status: Status
    bill: Bill


@app.command()
def status(*, stack: OfStack, output: AnswerAs = AnswerFormat.TEXT) -> None:
    """Say how a deployment stands, what is wrong first."""
    now = datetime.now(UTC)
    with deployed_operations(stack) as deployed:
        report = Report(stack, now, Overview(seen_of(deployed), now).status(), bill_of(deployed, now))
    write(REPORTS[output](report))
    if report.status.problems:
        raise typer.Exit(EXIT_WRONG)


def seen_of(deployed: Operations) -> Seen:
    """Return what is looked at of a deployment."""
    schedules = list(deployed.schedules.all())
    failures, missed = deployed.failures(), deployed.missed_by_the_witness()
    return Seen(
        charts=deployed.charts,
        record=deployed.record,
        catalogs=deployed.catalogs,
        outbox=deployed.outbox,
        checkpoints=deployed.checkpoints,
        subscribers=deployed.subscribers,
        fetches=deployed.fetches,
        schedules=schedules,
        others_off=deployed.schedules.others_off(),
        urls=addresses_of(schedules),
        failures=(failures.count, failures.about),
        missed=(missed.count, missed.about),
        webhooks=deployed.webhooks.waiting(),
        witness=deployed.witness,
        written_at=deployed.record.written_at,
        limits=LIMITS,
    )


def report_lines(report: Report) -> Iterator[str]:
    """Yield a report for people."""
    its = report.status
    if its.problems:
        yield f"{words.counted(len(its.problems), 'thing')} wrong in {report.stack}:"
        for trouble in Trouble:
            found = [problem for problem in its.problems if problem.trouble is trouble]
            for problem in found[:MOST_SHOWN]:
                yield from _problem_lines(problem, report.stack)
            if (more := len(found) - MOST_SHOWN) > 0:
                yield f"* {trouble}: and {more} more; --format json has all"
        yield ""
    if its.waiting:
        yield "Under way:"
        for waiting in its.waiting:
            since = f", since {in_minutes(waiting.since)}" if waiting.since else ""
            yield from indented(f"{waiting.what}{since}")
        yield ""
    yield from table_lines(("source", "last fetch", "last publication", "next fetch"), list(map(_row, its.sources)))
    if its.unscheduled:
        yield ""
        yield "Charts that no schedule fetches:"
        yield from (f"  {_chart_in_words(state)}" for state in its.unscheduled)
    if its.unknown:
        yield ""
        yield from _unknown_lines(its.unknown, report.stack)
    yield ""
    if its.refused:
        refused = words.counted(its.refused, "document")
        yield f"{refused} refused so far, in whole or in part: chartwatch quarantine --stack {report.stack}"
    yield summary_of(report.bill, report.stack)


def report_object(report: Report) -> Iterator[str]:
    """Yield a report for machines, one JSON object."""
    its = report.status
    as_json = {
        "stack": report.stack,
        "at": report.now.isoformat(timespec="seconds"),
        "is_well": not its.problems,
        "problems": [{**problem._asdict(), "advice": _advice(problem, report.stack)} for problem in its.problems],
        "waiting": [{"what": w.what, "since": w.since and w.since.isoformat()} for w in its.waiting],
        "sources": list(map(_source_as_json, its.sources)),
        "unscheduled": list(map(_chart_as_json, its.unscheduled)),
        "unknown_works": [{"work_id": w.work_id, "title": w.title, "lacks": list(w.lacks)} for w in its.unknown],
        "refused_documents": its.refused,
        "cost": bill_as_json(report.bill),
    }
    yield in_json(as_json)


REPORTS: Mapping[AnswerFormat, Callable[[Report], Iterator[str]]] = {
    AnswerFormat.TEXT: report_lines,
    AnswerFormat.JSON: report_object,
}
"""How each format writes a report."""


def _problem_lines(problem: Problem, stack: str) -> Iterator[str]:
    detail = f": {problem.detail}" if problem.detail else ""
    yield from words.wrapped(
        f"{problem.trouble}: {problem.where}{detail}", 100, initial_indent="* ", subsequent_indent="  "
    )
    if problem.advice:
        yield f"  {_advice(problem, stack)}"


def _advice(problem: Problem, stack: str) -> str:
    return problem.advice.replace("{stack}", stack)


def _row(source: SourceState) -> tuple[str, str, str, str]:
    fetched = source.fetched
    last = f"{in_minutes(fetched.at)}, {fetched.outcome}" if fetched else "not yet"
    charts = "\n".join(map(_chart_in_words, source.charts)) or "none yet"
    return source.schedule.label, last, charts, _next_in_words(source)


def _next_in_words(source: SourceState) -> str:
    if not source.schedule.is_enabled:
        return "never: disabled"
    if source.next_run is None:
        return f"unknown: {source.schedule.expression}"
    by = "by " if _is_rate(source) else ""
    return f"{by}{in_minutes(source.next_run)}"


def _is_rate(source: SourceState) -> bool:
    try:
        return isinstance(source.schedule.when(), Rate)
    except ValueError:
        return False


def _chart_in_words(state: ChartState) -> str:
    late = f", {state.late} is late" if state.late else ""
    return f"{state.chart.id} {state.period}{late}"


def _unknown_lines(works: tuple[UnknownWork, ...], stack: str) -> Iterator[str]:
    titles = words.some([work.title for work in works], MOST_NAMED)
    what = "work that was at #1 lacks" if len(works) == 1 else "works that were at #1 lack"
    said = f"{len(works)} {what} facts: {titles}"
    yield from words.wrapped(said, 100)
    yield f"  chartwatch catalog missing --stack {stack}"


def _source_as_json(source: SourceState) -> dict[str, Any]:
    schedule, fetched = source.schedule, source.fetched
    return {
        "name": schedule.label,
        "source": schedule.source,
        "options": dict(schedule.options),
        "url": source.url,
        "schedule": schedule.expression,
        "time_zone": schedule.zone,
        "is_enabled": schedule.is_enabled,
        "is_watch": schedule.is_watch,
        "last_fetch": fetched
        and {"at": fetched.at.isoformat(), "outcome": fetched.outcome.value, "detail": fetched.detail},
        "next_fetch": source.next_run and source.next_run.isoformat(timespec="seconds"),
        "next_fetch_is_latest": _is_rate(source),
        "charts": list(map(_chart_as_json, source.charts)),
    }


def _chart_as_json(state: ChartState) -> dict[str, Any]:
    return {
        "chart": state.chart.id,
        "name": state.chart.name,
        "last_period": state.period.isoformat(),
        "fetched_at": state.fetched_at,
        "next_due": state.next_due.isoformat(),
        "late": state.late and state.late.isoformat(),
    }
