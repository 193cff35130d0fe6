"""`chartwatch watch`: the schedules by which a deployment fetches; any number of them, made and removed by a person."""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from chartwatch.adapters.connection import egress_policy
from chartwatch.adapters.workstation import deployed_operations
from chartwatch.cli.application import (
    AnswerAs,
    AnswerFormat,
    OfStack,
    application,
    in_json,
    mistake,
    read_date,
    today,
    write,
)
from chartwatch.cli.operations import address_of, table_lines
from chartwatch.cli.sources import read_settings
from chartwatch.cli.wording import did_you_mean
from chartwatch.domain import words
from chartwatch.errors import DestinationRefused, OptionError
from chartwatch.services.schedules import WATCH, FetchSchedule, Rate, asked_of, read_expression
from chartwatch.services.troubles import in_minutes
from chartwatch.sources import SOURCES, open_source

NAME = re.compile(r"[0-9A-Za-z_.-]{1,58}")
"""Names of watches: what Scheduler takes of a name, less what they begin with."""

app = application("List, add and remove schedules that fetch.")

WatchName = Annotated[str, typer.Argument(metavar="WATCH", help="What it is called, such as the chart it is of.")]


@app.command("list")
def list_watches(*, stack: OfStack, output: AnswerAs = AnswerFormat.TEXT) -> None:
    """List what a deployment fetches, and when: by its template, and by watches."""
    with deployed_operations(stack) as deployed:
        schedules = list(deployed.schedules.all())
    write(LISTS[output](schedules))


@app.command("add")
def add_watch(
    name: WatchName,
    *,
    stack: OfStack,
    source: Annotated[str, typer.Option(metavar="NAME", help="What publishes it; see `chartwatch sources`.")],
    options: Annotated[
        list[str] | None, typer.Option("--option", "-o", metavar="KEY=VALUE", help="Option of the source; repeatable.")
    ] = None,
    schedule: Annotated[
        str, typer.Option(metavar="WHEN", help="When, in UTC: rate(1 day), or cron(30 9 * * ? *).")
    ] = "rate(1 day)",
    live_from: Annotated[
        str | None, typer.Option(metavar="DATE", help="Send nothing of periods before it; else before today.")
    ] = None,
) -> None:
    """Let a deployment fetch a source by a schedule of its own."""
    since = read_date(live_from, "--live-from") if live_from else today()
    event = {"source": source, "options": read_settings(options or ()), "live_from": since.isoformat()}
    watch = FetchSchedule(f"{WATCH}{name}", event, schedule)
    refuse_what_cannot_be_fetched(name, watch)
    with deployed_operations(stack) as deployed:
        refuse_taken(watch, list(deployed.schedules.all()))
        of_stack = date.fromisoformat(deployed.parameters["LiveFrom"])
        if live_from and since < of_stack:
            raise OptionError("--live-from", f"is not before {of_stack}, from which {stack} sends anything (LiveFrom)")
        deployed.schedules.make(watch)
    when = next_in_words(watch)
    write(
        [
            f"{name} is fetched from {address_of(watch)}, {when}; `chartwatch fetch {name}` fetches now",
            f"Nothing is sent of its periods before {max(since, of_stack)}",
        ]
    )


@app.command("remove")
def remove_watch(name: WatchName, *, stack: OfStack) -> None:
    """Let a deployment fetch a source no more; what it has recorded stays."""
    with deployed_operations(stack) as deployed:
        schedules = list(deployed.schedules.all())
        watches = {its.label: its for its in schedules if its.is_watch}
        if name not in watches:
            if name in {its.label for its in schedules}:
                parameter = "has a schedule of the stack's template: its parameter, as CsvSchedule, takes `never`"
                raise mistake("WATCH", f"{name!r} {parameter}")
            there_are = f"there are {', '.join(watches)}" if watches else "there is none"
            raise mistake("WATCH", f"{name!r} is no watch of {stack}; {there_are}{did_you_mean(name, watches)}")
        deployed.schedules.remove(watches[name])
    write([f"{name} is fetched no more; what was recorded of it stays"])


def refuse_what_cannot_be_fetched(name: str, watch: FetchSchedule) -> None:
    """Raise `OptionError` for a name, a source, options or a time that a deployment could do nothing with."""
    if not NAME.fullmatch(name):
        raise mistake("WATCH", f"{name!r} is no name: it has letters, digits, `_`, `.` and `-`, and at most 58 of them")
    if name in SOURCES:
        raise mistake("WATCH", f"{name!r} is the name of a source, by which its other schedules are known")
    if watch.source not in SOURCES:
        own = "" if ":" not in watch.source else "; a deployment opens those alone that are registered in its code"
        meant = did_you_mean(watch.source, SOURCES)
        raise mistake(
            "--source", f"the source {watch.source!r} is not known{meant}; there are {', '.join(SOURCES)}{own}"
        )
    opened = open_source(watch.source, watch.options)
    if not opened.hosts:
        raise mistake("-o", f"{watch.source} needs the option url, where to fetch the file")
    try:
        egress_policy(os.environ).check_url(opened.url, opened.hosts)
    except DestinationRefused as error:
        raise mistake("-o", f"the url would not be fetched: {error}") from error
    try:
        due = read_expression(watch.expression).after(datetime.now(UTC))
    except ValueError as error:
        raise mistake("--schedule", str(error)) from error
    if due is None:
        raise mistake("--schedule", f"{watch.expression} is never due any more")
    if watch.expression.startswith("at("):
        raise mistake("--schedule", "at(…) is once, and a watch goes on; `chartwatch fetch` fetches once")


def refuse_taken(watch: FetchSchedule, schedules: Sequence[FetchSchedule]) -> None:
    """Raise `OptionError` where a name is taken, or where a schedule fetches the same, or the same chart, already."""
    for its in schedules:
        if its.name == watch.name:
            raise mistake("WATCH", f"there is a watch {watch.label} already, of {its.source}; remove it first")
        if asked_of(its.event) == asked_of(watch.event):
            raise mistake("--source", f"{its.label} fetches the same already")
        if "chart" in watch.options and its.options.get("chart") == watch.options["chart"]:
            raise mistake("-o", f"the chart {watch.options['chart']} is what {its.label} fetches already")


def list_lines(schedules: Sequence[FetchSchedule]) -> Iterator[str]:
    """Yield what is fetched, for people."""
    rows = [
        (
            its.label,
            "watch" if its.is_watch else "template",
            f"{its.expression}{'' if its.is_enabled else ' (disabled)'}",
            next_in_words(its),
            address_of(its) or its.source,
        )
        for its in schedules
    ]
    yield from table_lines(("name", "made by", "schedule", "next", "what"), rows, 140)
    yield words.counted(len(schedules), "schedule")


def list_object(schedules: Sequence[FetchSchedule]) -> Iterator[str]:
    """Yield what is fetched, for machines: one JSON list."""
    as_json = [
        {
            "name": its.label,
            "source": its.source,
            "options": dict(its.options),
            "url": address_of(its),
            "schedule": its.expression,
            "time_zone": its.zone,
            "is_enabled": its.is_enabled,
            "is_watch": its.is_watch,
            "live_from": its.live_from and its.live_from.isoformat(),
        }
        for its in schedules
    ]
    yield in_json(as_json)


LISTS: Mapping[AnswerFormat, Callable[[Sequence[FetchSchedule]], Iterator[str]]] = {
    AnswerFormat.TEXT: list_lines,
    AnswerFormat.JSON: list_object,
}
"""How each format lists schedules."""


def next_in_words(schedule: FetchSchedule) -> str:
    """Return when a schedule is due next: "next at 2026-01-31 20:00 UTC"."""
    try:
        when = schedule.when()
    except ValueError:
        return "nobody knows when"
    due = when.after(datetime.now(UTC))
    if due is None or not schedule.is_enabled:
        return "never"
    return f"{'by' if isinstance(when, Rate) else 'at'} {in_minutes(due)}"
