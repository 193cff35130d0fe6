"""What was known when: every version of an edition, what each changed, and what was said of it."""

import json
import textwrap
from bisect import bisect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chartwatch.cli.choices import AnswerFormat, did_you_mean
from chartwatch.cli.histories import Record
from chartwatch.domain import words
from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, PublicationSummary, Version
from chartwatch.domain.charts.versions import Revision, RevisionKind, Revisions
from chartwatch.domain.milestones.milestone import Milestone
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.works.claimants import name_of
from chartwatch.errors import ArgumentError

WIDTH = 100
"""Columns of an account for people, but for an address that is longer."""


@dataclass(frozen=True, slots=True)
class Account:
    """All that is known of one edition.

    `versions` come oldest first, each with what it changed of the one before. `said` has, for each slot that was dated
    by the edition at some time, all its revisions, the first one first.
    """

    chart: Chart
    territory: str
    period: date
    versions: tuple[tuple[Version, Sequence[Revision]], ...]
    said: tuple[Sequence[Milestone], ...]


def account_of(record: Record, chart: str, territory: str, period: date) -> Account:
    """Return what is known of an edition. Raises `ArgumentError` when it was never published."""
    publication = _publication(record, chart, territory, period)
    histories = record.charts.histories(chart, period)
    first, *later = histories[territory]
    changes = [changed for _, changed in Revisions(histories).of(territory)]
    slots = groupby(record.milestones.revisions(chart, territory), key=lambda milestone: milestone.slot)
    revisions = [list(its) for _, its in slots]
    return Account(
        chart=publication.chart,
        territory=territory,
        period=period,
        versions=((first, ()), *zip(later, changes, strict=True)),
        said=tuple(its for its in revisions if any(milestone.period == period for milestone in its)),
    )


def account_lines(account: Account) -> Iterator[str]:
    """Yield an account for people."""
    chart, versions = account.chart, account.versions
    yield f"{chart.id} {account.territory} {account.period}: {words.counted(len(versions), 'version')}"
    yield from _wrapped(f"{words.sentence(chart.name)} in {words.territory_name(account.territory)}")
    for number, (version, changes) in enumerate(versions, 1):
        yield ""
        yield f"Version {number}, fetched {version.provenance.fetched_at or 'at an unknown time'}"
        yield f"  from     {version.provenance.url}"
        yield f"  SHA-256  {version.provenance.sha256}"
        if changes:
            yield ""
            yield from _table_lines(_changes_table(changes))
        yield ""
        yield from _table_lines(_ranks_table(version.edition))
    yield ""
    yield "What was said of it:" if account.said else "Nothing was said of it."
    for revisions in account.said:
        yield ""
        yield f"  {revisions[0].slot}"
        for milestone in revisions:
            yield from _said_lines(milestone, account.period)


def account_object(account: Account) -> Iterator[str]:
    """Yield an account for machines, one JSON object; a milestone is as in a line of `chartwatch replay`."""
    said = {
        "chart": account.chart.id,
        "chart_name": account.chart.name,
        "territory": account.territory,
        "period": account.period.isoformat(),
        "versions": [
            {
                **_provenance_as_json(version.provenance),
                "entries": [_entry_as_json(entry) for entry in version.edition.entries],
                "changes": [_revision_as_json(revision) for revision in changes],
            }
            for version, changes in account.versions
        ],
        "milestones": [milestone.as_json() for revisions in account.said for milestone in revisions],
    }
    yield json.dumps(said, ensure_ascii=False, indent=2)


ACCOUNTS: Mapping[AnswerFormat, Callable[[Account], Iterator[str]]] = {
    AnswerFormat.TEXT: account_lines,
    AnswerFormat.JSON: account_object,
}
"""How each format writes an account."""


def _publication(record: Record, chart: str, territory: str, period: date) -> PublicationSummary:
    timeline = record.charts.summaries(chart)
    if not timeline:
        known = record.charts.charts()
        there_are = f"there are {', '.join(known)}" if known else "there is none"
        raise ArgumentError("CHART", f"{chart!r} is not in the history; {there_are}{did_you_mean(chart, known)}")
    periods = [publication.period for publication in timeline if territory in publication.number_ones]
    if not periods:
        territories = sorted({territory for publication in timeline for territory in publication.number_ones})
        there_are = ", ".join(territories)
        meant = did_you_mean(territory, territories)
        raise ArgumentError("TERRITORY", f"{chart} has no territory {territory!r}; it has {there_are}{meant}")
    if period not in periods:
        at = bisect(periods, period)
        nearest = words.listed([str(day) for day in periods[max(at - 1, 0) : at + 1]])
        cadence = timeline[-1].chart.cadence
        raise ArgumentError(
            "PERIOD",
            f"{chart} has no {cadence} {period} of {territory}; it has {words.counted(len(periods), str(cadence))}"
            f" from {periods[0]} to {periods[-1]}, the nearest {nearest}",
        )
    return next(publication for publication in timeline if publication.period == period)


def _changes_table(changes: Sequence[Revision]) -> Table:
    table = _table("rank", "what", "before", "after")
    for revision in changes:
        before, after = revision.before, revision.after
        rank = next(entry.rank for entry in (after, before) if entry is not None)
        table.add_row(
            str(rank),
            revision.kind.value,
            _changed(before, after, revision.kind),
            _changed(after, before, revision.kind),
        )
    return table


def _changed(entry: Entry | None, other: Entry | None, kind: RevisionKind) -> Text:
    """Return what a rank says, without the figures that the other version of the same work has too."""
    if entry is None:
        return Text("not there")
    alike = set(other.figures) if other and kind is not RevisionKind.REPLACED else set()
    figures = [f"{name} {_figure(value)}" for name, value in entry.figures if (name, value) not in alike]
    return Text("\n".join([_named(entry), *([", ".join(figures)] if figures else [])]))


def _ranks_table(edition: Edition) -> Table:
    figures = tuple(dict.fromkeys(name for entry in edition.entries for name, _ in entry.figures))
    table = _table("rank", "title")
    for name in figures:
        table.add_column(name, justify="right")
    for entry in edition.entries:
        its = dict(entry.figures)
        table.add_row(str(entry.rank), Text(_named(entry)), *(_figure(its.get(name, "")) for name in figures))
    return table


def _table(rank: str, *columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column(rank, justify="right", no_wrap=True)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _table_lines(table: Table) -> Iterator[str]:
    out = Console(file=StringIO(), width=WIDTH - 2, color_system=None, highlight=False)
    with out.capture() as captured:
        out.print(table)
    for line in captured.get().splitlines():
        yield f"  {line.rstrip()}"


def _said_lines(milestone: Milestone, period: date) -> Iterator[str]:
    """Yield a revision of a milestone: what became of it, who heard of it, and by which document it came."""
    heard = "silent" if milestone.silent else "told"
    elsewhere = f", of {milestone.period}" if milestone.period != period else ""
    edition = milestone.evidence.get("edition")
    by = f", by the document fetched {edition.get('fetched_at') or 'at an unknown time'}" if edition else ""
    yield f"    revision {milestone.revision}: {milestone.status}, {heard}{elsewhere}{by}"
    yield from _wrapped(milestone.headline, "      ")
    if milestone.holders:
        yield from _wrapped(f"held by {words.listed([_holding(holder) for holder in milestone.holders])}", "      ")


def _holding(holder: Holder) -> str:
    return f"{name_of(holder.title, holder.label or holder.season)} since {holder.since}"


def _named(entry: Entry) -> str:
    return name_of(entry.title, entry.season)


def _figure(value: str) -> str:
    return f"{int(value):,}" if value.isdecimal() else value


def _provenance_as_json(provenance: Provenance) -> dict[str, Any]:
    return {"fetched_at": provenance.fetched_at, "url": provenance.url, "sha256": provenance.sha256}


def _entry_as_json(entry: Entry) -> dict[str, Any]:
    return {
        "rank": entry.rank,
        "title": entry.title,
        "season": entry.season,
        "kind": entry.kind and entry.kind.value,
        "figures": dict(entry.figures),
    }


def _revision_as_json(revision: Revision) -> dict[str, Any]:
    before, after = revision.before, revision.after
    return {
        "kind": revision.kind.value,
        "before": before and _entry_as_json(before),
        "after": after and _entry_as_json(after),
    }


def _wrapped(said: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        said,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
