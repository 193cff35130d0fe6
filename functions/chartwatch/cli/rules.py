"""`chartwatch rules`: which rules there are, what is wrong with some, and what they would have sent of a history."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from chartwatch.adapters.starter import starter_catalog
from chartwatch.cli.application import (
    EXIT_WRONG_INPUT,
    AnswerAs,
    AnswerFormat,
    CatalogPlace,
    Origins,
    Stack,
    application,
    in_json,
    read_since,
    write,
)
from chartwatch.cli.files import file_name
from chartwatch.cli.histories import PublishedCharts, open_published
from chartwatch.cli.listings import console, rule_json, rules_table
from chartwatch.cli.lists import cut_to_latest
from chartwatch.cli.replay import Stores
from chartwatch.cli.reports import json_line
from chartwatch.cli.rule_files import read_rules_file, rules_in
from chartwatch.cli.terminals import columns, fitted
from chartwatch.domain import words
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.milestones.difference import Policy, difference
from chartwatch.domain.milestones.fold import fold
from chartwatch.domain.milestones.milestone import Bulletin, Milestone, Status
from chartwatch.domain.rules.rule import Rule, RuleSet
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import UNLISTED
from chartwatch.errors import RuleProblem
from chartwatch.rules import Example, Reading, examine
from chartwatch.services.detect import Detector
from chartwatch.services.updating import store_publication

LATEST = 20
"""Milestones of a rule that a person is shown unless they ask for more."""

MAX_REASONS = 3
"""Reasons for which a milestone is provisional that a person is shown."""

FIRST_PERIOD = date(2027, 1, 1)
"""Later than all works of the starter catalog came out, so that a chart can mean them."""

_CHART = Chart("example", "the example's chart", "example", Cadence.DAY, 1)
_PROVENANCE = Provenance("example", None, "0" * 64)

_WIDTH = 100
_INDENT = " " * 14


class MilestoneFormat(StrEnum):
    """How milestones are written: as text for people, or as a JSON line each."""

    TEXT = "text"
    JSONL = "jsonl"


RulesFile = Annotated[Path, typer.Argument(metavar="FILE", help="Rules of your own, as YAML; `-`: stdin.")]

app = application("List rules, find mistakes in them, or try them on a history.")


@app.command("list")
def list_rules(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Rules of your own, as YAML; else the default ones.")
    ] = None,
    *,
    output: AnswerAs = AnswerFormat.TEXT,
) -> None:
    """List what rules watch for."""
    rules = rules_in(file)
    if output is AnswerFormat.JSON:
        write([in_json([rule_json(rule) for rule in rules])])
        return
    out = console()
    out.print(rules_table(rules, out.width))
    write([f"{words.counted(len(rules), 'rule')} in {file_name(file) if file else 'default.yaml'}"])


@app.command("lint")
def lint_rules(file: RulesFile) -> None:
    """Find every mistake in a rules file, and try its examples."""
    body, name = read_rules_file(file)
    reading = examine(body, name)
    wrong = (
        RuleProblem(name, "", f"rule {example.rule}: examples.{example.field}: {outcome}", *example.place)
        for example, outcome in broken(reading.rules, reading.examples, starter_catalog())
    )
    mistakes = sorted((*reading.mistakes, *wrong), key=lambda mistake: (mistake.line, mistake.column))
    write(_report(name, reading, mistakes))
    if mistakes:
        raise typer.Exit(EXIT_WRONG_INPUT)


@app.command("try")
def try_rules(
    file: RulesFile,
    *,
    origins: Origins = None,
    stack: Stack = None,
    catalog: CatalogPlace = None,
    since: Annotated[
        date | None,
        typer.Option(parser=read_since, metavar="DATE", help="Show what became true from then on."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Show the latest N of a rule: 20, as JSON lines all."),
    ] = None,
    output: Annotated[
        MilestoneFormat, typer.Option("--format", help="A line a milestone for people, or a JSON line for machines.")
    ] = MilestoneFormat.TEXT,
) -> None:
    """Show what rules would have sent of a history."""
    rules = rules_in(file)
    with open_published(origins or (), stack, catalog) as published:
        write(line for trial in try_out(rules, published, since) for line in TRIALS[output](trial, limit))


def _report(file: str, reading: Reading, mistakes: Sequence[RuleProblem]) -> Iterator[str]:
    """Yield a line for each mistake, and for each rule that nobody gave an example, and a closing sentence."""
    yield from map(str, mistakes)
    with_examples = {example.rule for example in reading.examples}
    yield from (
        f"{file}: note: rule {rule.id} has no examples" for rule in reading.rules if rule.id not in with_examples
    )
    if mistakes:
        yield f"{words.counted(len(mistakes), 'mistake')} in {file}"
    else:
        examples = words.counted(len(reading.examples), "example")
        tried = f"; {examples} came out as they say" if reading.examples else ""
        yield f"{words.counted(len(reading.rules), 'rule')} in {file}, without a mistake{tried}"


def broken(rules: RuleSet, examples: Iterable[Example], catalog: Catalog) -> Iterator[tuple[Example, str]]:
    """Yield each example that does not come out as it says, with a sentence about it."""
    by_id = {rule.id: rule for rule in rules}
    for example in examples:
        bulletins = _bulletins(by_id[example.rule], example, catalog)
        changes = [change for bulletin in bulletins for change in bulletin.changes]
        if any(change.is_sent for change in changes) is not example.tells:
            outcome = "has nothing to tell" if example.tells else "tells something"
            is_censored = example.tells and any(change.milestone.left_censored for change in changes)
            why = "; it has been so since the first period, before which nothing is known: begin with another #1"
            said = f"{outcome} of the last period of {_shown(example)}{_unlisted(example, catalog)}"
            yield example, f"{said}{why if is_censored else ''}"


def _bulletins(rule: Rule, example: Example, catalog: Catalog) -> list[Bulletin]:
    """Return what comes of the last period."""
    chart = replace(_CHART, list_name=min(rule.lists.names)) if rule.lists and not rule.lists.negated else _CHART
    stores = Stores()
    detector = Detector(stores.charts, stores.record, catalog, RuleSet([rule]))
    latest: list[Bulletin] = []
    for number, number_ones in enumerate(example.periods):
        if number_ones is None:
            continue
        period = FIRST_PERIOD + timedelta(number)
        editions = tuple(Edition(t, (Entry(1, title),)) for t, title in sorted(number_ones.items()))
        store_publication(Publication(chart, period, editions, _PROVENANCE), stores.charts)
        latest = detector.detect(chart.id, period)
    return latest


def _unlisted(example: Example, catalog: Catalog) -> str:
    """Say which titles the catalog does not hold: of these a rule can know nothing."""
    titles = {title: None for number_ones in example.periods if number_ones for title in number_ones.values()}
    unlisted = [title for title in titles if catalog.match(title, None, FIRST_PERIOD).id.startswith(UNLISTED)]
    return f" (not in the starter catalog: {', '.join(unlisted)})" if unlisted else ""


def _shown(example: Example) -> str:
    periods = [
        "/".join(f"{title} in {territory}" for territory, title in number_ones.items()) if number_ones else "nothing"
        for number_ones in example.periods
    ]
    runs = [(said, len(list(its))) for said, its in groupby(periods)]
    return ", ".join(f"{said}, {times} times" if times > 2 else ", ".join([said] * times) for said, times in runs)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule comes to over `periods` publications of `charts` charts, oldest first."""

    rule: Rule
    milestones: tuple[Milestone, ...]
    periods: int
    charts: int


def try_out(rules: RuleSet, published: PublishedCharts, since: date | None) -> Iterator[Trial]:
    """Yield what each rule comes to, in the order of the rules; only what became true from `since` on, if given."""
    timelines = published.timelines()
    milestones = [
        revised.change.milestone
        for chart, timeline in timelines.items()
        for revised in difference(fold(timeline, published.catalog, rules)[0], {}, chart, Policy())
        if since is None or revised.change.milestone.period >= since
    ]
    milestones.sort(key=lambda milestone: milestone.period)
    for rule in rules:
        its = [timeline for timeline in timelines.values() if rule.is_about(timeline[-1].chart.list_name)]
        yield Trial(
            rule=rule,
            milestones=tuple(milestone for milestone in milestones if milestone.rule == rule.id),
            periods=sum(since is None or p.period >= since for timeline in its for p in timeline),
            charts=len(its),
        )


def trial_lines(trial: Trial, limit: int | None) -> Iterator[str]:
    """Yield a line about the rule, and one for each of the latest milestones that it would have sent."""
    sent: Sequence[Milestone] = [milestone for milestone in trial.milestones if not milestone.silent]
    censored = sum(milestone.left_censored for milestone in trial.milestones)
    early = len(trial.milestones) - len(sent) - censored
    provisional = sum(milestone.status is Status.PROVISIONAL for milestone in sent)
    periods = f"{words.counted(trial.periods, 'period')} of {words.counted(trial.charts, 'chart')}"
    found = [f"{words.counted(len(trial.milestones), 'milestone')} in {periods}"]
    found += [f"{censored} left-censored (never sent)"] if censored else []
    found += [f"{early} of a record shorter than its chart asks for (never sent)"] if early else []
    found += [f"{provisional} provisional"] if provisional else []
    yield from fitted(f"{trial.rule.id}: {', '.join(found)}")
    yield from cut_to_latest(sent, _milestone_lines, limit, most=LATEST, indent="  ")
    yield ""


def _milestone_lines(milestone: Milestone) -> Iterator[str]:
    provisionally = "Provisional: " if milestone.because else ""
    yield from _wrapped(f"  {milestone.period}  {provisionally}{milestone.headline}")
    for reason in milestone.because[:MAX_REASONS]:
        yield from _wrapped(f"{_INDENT}because {reason}")
    if (more := len(milestone.because) - MAX_REASONS) > 0:
        yield f"{_INDENT}and for {words.counted(more, 'more reason')}"


def trial_objects(trial: Trial, limit: int | None) -> Iterator[str]:
    """Yield each milestone of the rule as JSON, as a replay does, also those that are never sent."""
    yield from map(json_line, trial.milestones[-limit:] if limit else trial.milestones)


TRIALS: Mapping[MilestoneFormat, Callable[[Trial, int | None], Iterator[str]]] = {
    MilestoneFormat.TEXT: trial_lines,
    MilestoneFormat.JSONL: trial_objects,
}
"""How each format writes a trial."""


def _wrapped(line: str) -> list[str]:
    return words.wrapped(line, columns(_WIDTH), subsequent_indent=_INDENT)
