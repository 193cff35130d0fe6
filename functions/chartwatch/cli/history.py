"""`chartwatch history`: what was known when of an edition, what each version changed, and what was said of it."""

from bisect import bisect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chartwatch.cli.application import (
    EXIT_WRONG_INPUT,
    AnswerAs,
    AnswerFormat,
    CatalogPlace,
    ChartId,
    Origins,
    PeriodArgument,
    Stack,
    application,
    in_json,
    read_date,
    write,
)
from chartwatch.cli.catalogs import catalog_at
from chartwatch.cli.histories import RecordedCharts, open_recorded, refuse_unknown_chart
from chartwatch.cli.places import territory_code
from chartwatch.cli.rule_files import rules_in
from chartwatch.cli.sources import open_named
from chartwatch.cli.terminals import columns, fitted
from chartwatch.cli.wording import holder_name, status_in_words
from chartwatch.domain import words
from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.charts.publications import Absence, Edition, Entry, Provenance, PublicationSummary, Version
from chartwatch.domain.charts.revisions import RankRevision, RevisionKind, Revisions
from chartwatch.domain.milestones.milestone import Milestone
from chartwatch.domain.stories.figures import figure_in_words
from chartwatch.domain.works.claimants import name_of
from chartwatch.errors import ArgumentError, OptionError

WIDTH = 100
"""Columns of an account for people, but for an address that is longer."""

app = application()


@app.command()
def history(
    chart: ChartId,
    territory: Annotated[str, typer.Argument(metavar="TERRITORY", help="The territory, such as US or GLOBAL.")],
    period: PeriodArgument,
    *,
    origins: Origins = None,
    stack: Stack = None,
    catalog: CatalogPlace = None,
    rules: Annotated[Path | None, typer.Option(metavar="FILE", help="Rules of your own, as YAML, for --from.")] = None,
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="For --stack: reads versions that are in the archive alone.")
    ] = None,
    options: Annotated[
        list[str] | None, typer.Option("--option", "-o", metavar="KEY=VALUE", help="Option of --source; repeatable.")
    ] = None,
    output: AnswerAs = AnswerFormat.TEXT,
) -> None:
    """Show what was known when: every version of an edition, and what was said of it."""
    day, territory = read_date(period, "PERIOD"), territory_code(territory)
    for option, file in (("--catalog", catalog), ("--rules", rules)):
        if stack is not None and file is not None:
            raise OptionError(option, "is for --from; a deployment went by its own")
    if stack is None and source is not None:
        raise OptionError("--source", "is for --stack; files are read by their own")
    if source is None and options:
        raise OptionError("--option", "is an option of --source, which is not given")
    rule_set = rules_in(rules)
    works = catalog_at(catalog)
    opened = open_named(source, options or (), "--source") if source else None
    with open_recorded(origins or (), stack, works, rule_set, opened) as recorded:
        account = account_of(recorded, chart, territory, day)
    write(ACCOUNTS[output](account))
    if recorded.refusals:
        raise typer.Exit(EXIT_WRONG_INPUT)


@dataclass(frozen=True, slots=True)
class Account:
    """All that is known of one edition.

    `versions` come oldest first, each with what it changed of the one before; the one after those that cannot be read
    again names them. `milestones` has, for each slot that was dated by the edition at some time, all its revisions, the
    first one first. `absence` says why it does not count.
    """

    chart: Chart
    territory: str
    period: date
    versions: tuple[tuple[Version, Sequence[RankRevision]], ...]
    milestones: tuple[Sequence[Milestone], ...]
    absence: Absence | None = None


def account_of(recorded: RecordedCharts, chart: str, territory: str, period: date) -> Account:
    """Return what is known of an edition. Raises `ArgumentError` when it was never published."""
    timeline = recorded.charts.summaries(chart)
    refuse_unknown_chart(chart, territory, timeline, recorded.charts.charts(), ("CHART", "TERRITORY"))
    publication = _find_publication(timeline, territory, period)
    histories = recorded.charts.versions(publication)
    if recorded.reader:
        histories = recorded.reader.whole(publication, histories)
    first, *later = histories[territory]
    changes = [changed for _, changed in Revisions(histories, publication.chart).of(territory)]
    revisions = groupby(recorded.milestones.revisions(chart, territory, period), key=lambda its: its.slot)
    return Account(
        chart=publication.chart,
        territory=territory,
        period=period,
        versions=((first, ()), *zip(later, changes, strict=True)),
        milestones=tuple(list(its) for _, its in revisions),
        absence=publication.absent.get(territory),
    )


def account_lines(account: Account) -> Iterator[str]:
    """Yield an account for people."""
    chart, versions = account.chart, account.versions
    every = len(versions) + sum(len(version.trimmed) for version, _ in versions)
    head = f"{chart.id} {account.territory} {account.period}: {words.counted(every, 'version')}"
    yield from fitted(head)
    where = f"{words.sentence(chart.name)} in {words.territory_name(account.territory)}"
    yield from words.wrapped(where, columns(WIDTH))
    number = 0
    for version, changes in versions:
        if version.trimmed:
            yield from ("", *_trimmed_lines(version.trimmed, number + 1))
        number += len(version.trimmed) + 1
        yield ""
        yield from fitted(f"Version {number}, fetched {version.provenance.fetched_at or 'at an unknown time'}")
        yield f"  from     {version.provenance.url}"
        yield f"  SHA-256  {version.provenance.sha256}"
        if changes:
            yield ""
            yield from _table_lines(_changes_table(changes))
        yield ""
        yield from _table_lines(_ranks_table(version.edition))
    if account.absence:
        by = f": {account.absence.source}" if account.absence.source else ""
        yield from ("", *words.wrapped(f"It does not count, as it is {account.absence.kind}{by}", columns(WIDTH)))
    yield ""
    yield "What was said of it:" if account.milestones else "Nothing was said of it."
    for revisions in account.milestones:
        yield ""
        yield f"  {revisions[0].slot}"
        for milestone in revisions:
            yield from _milestone_lines(milestone, account.period)


def account_object(account: Account) -> Iterator[str]:
    """Yield an account for machines, one JSON object; a milestone is as in a line of `chartwatch replay`."""
    as_json = {
        "chart": account.chart.id,
        "chart_name": account.chart.name,
        "territory": account.territory,
        "period": account.period.isoformat(),
        "versions": [
            {
                **_provenance_as_json(version.provenance),
                "trimmed": [_provenance_as_json(its) for its in version.trimmed],
                "entries": [_entry_as_json(entry) for entry in version.edition.entries],
                "changes": [
                    {
                        "kind": change.kind.value,
                        "before": change.before and _entry_as_json(change.before),
                        "after": change.after and _entry_as_json(change.after),
                    }
                    for change in changes
                ],
            }
            for version, changes in account.versions
        ],
        "absent": account.absence and {"why": account.absence.kind.value, "source": account.absence.source},
        "milestones": [milestone.as_json() for revisions in account.milestones for milestone in revisions],
    }
    yield in_json(as_json)


ACCOUNTS: Mapping[AnswerFormat, Callable[[Account], Iterator[str]]] = {
    AnswerFormat.TEXT: account_lines,
    AnswerFormat.JSON: account_object,
}
"""How each format writes an account."""


def _trimmed_lines(trimmed: Sequence[Provenance], first: int) -> Iterator[str]:
    """Yield which versions are in the archive alone; `first` is the number of the first of them."""
    several = len(trimmed) > 1
    which = f"Versions {first} to {first + len(trimmed) - 1} are" if several else f"Version {first} is"
    yield f"{which} in the archive, not stored with the edition (for a stack, --source reads them):"
    for its in trimmed:
        yield f"  {its.fetched_at or 'at an unknown time'}  {its.sha256}"


def _provenance_as_json(provenance: Provenance) -> dict[str, Any]:
    return {"fetched_at": provenance.fetched_at, "url": provenance.url, "sha256": provenance.sha256}


def _find_publication(timeline: Sequence[PublicationSummary], territory: str, period: date) -> PublicationSummary:
    """Return the publication of a period. Raises `ArgumentError` when the territory has none, and names the nearest."""
    withdrawn = (p for p in timeline if (its := p.absent.get(territory)) and its.digest)
    shown = (publication for publication in timeline if territory in publication.number_ones)
    by_period = {publication.period: publication for publication in sorted((*shown, *withdrawn), key=_period)}
    if period in by_period:
        return by_period[period]
    periods, chart = list(by_period), timeline[-1].chart
    at = bisect(periods, period)
    nearest = words.listed([str(day) for day in periods[max(at - 1, 0) : at + 1]])
    it_has = f"it has {words.counted(len(periods), str(chart.cadence))} from {periods[0]} to {periods[-1]}"
    detail = f"{chart.id} has no {chart.cadence} {period} of {territory}; {it_has}, the nearest {nearest}"
    raise ArgumentError("PERIOD", detail)


def _period(publication: PublicationSummary) -> date:
    return publication.period


def _changes_table(changes: Sequence[RankRevision]) -> Table:
    table = _table("rank", "what", "before", "after")
    for change in changes:
        before, after = change.before, change.after
        rank = next(entry.rank for entry in (after, before) if entry is not None)
        cells = (_changed(before, after, change.kind), _changed(after, before, change.kind))
        table.add_row(str(rank), change.kind.value, *cells)
    return table


def _changed(entry: Entry | None, other: Entry | None, kind: RevisionKind) -> Text:
    """Return what a rank says, without the figures that the other version of the same work has too."""
    if entry is None:
        return Text("not there")
    alike = set(other.figures) if other and kind is not RevisionKind.REPLACED else set()
    own = [figure for figure in entry.figures if figure not in alike]
    figures = [f"{name} {figure_in_words(value) or value}" for name, value in own]
    by = [f"by {entry.credit}"] if entry.credit else []
    return Text("\n".join([name_of(entry.title, entry.season), *by, *([", ".join(figures)] if figures else [])]))


def _ranks_table(edition: Edition) -> Table:
    figures = tuple(dict.fromkeys(name for entry in edition.entries for name, _ in entry.figures))
    table = _table("rank", "title")
    for name in figures:
        table.add_column(name, justify="right")
    for entry in edition.entries:
        its = dict(entry.figures)
        cells = (figure_in_words(its.get(name)) or its.get(name, "") for name in figures)
        table.add_row(str(entry.rank), Text(name_of(entry.title, entry.season)), *cells)
    return table


def _table(rank: str, *columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column(rank, justify="right", no_wrap=True)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _table_lines(table: Table) -> Iterator[str]:
    out = Console(file=StringIO(), width=columns(WIDTH) - 2, color_system=None, highlight=False)
    with out.capture() as captured:
        out.print(table)
    for line in captured.get().splitlines():
        yield f"  {line.rstrip()}"


def _milestone_lines(milestone: Milestone, period: date) -> Iterator[str]:
    """Yield a revision of a milestone: what became of it, whether it was sent, and by which document it came."""
    sent = "recorded only" if milestone.silent else "sent"
    elsewhere = f", of {milestone.period}" if milestone.period != period else ""
    evidence = milestone.evidence
    by = f", by the document fetched {evidence.edition.fetched_at or 'at an unknown time'}" if evidence else ""
    head = f"    revision {milestone.revision}: {status_in_words(milestone)}, {sent}{elsewhere}{by}"
    yield from fitted(head, " " * 6)
    yield from _indented(milestone.headline)
    if milestone.holders:
        holders = [f"{holder_name(holder)} since {holder.since}" for holder in milestone.holders]
        yield from _indented(f"held by {words.listed(holders)}")


def _indented(text: str) -> list[str]:
    return words.wrapped(text, columns(WIDTH), initial_indent=" " * 6, subsequent_indent=" " * 6)


def _entry_as_json(entry: Entry) -> dict[str, Any]:
    return {
        "rank": entry.rank,
        "title": entry.title,
        "season": entry.season,
        "kind": entry.kind,
        "figures": dict(entry.figures),
        **({"creator": entry.credit} if entry.credit else {}),
    }
