"""The `chartwatch` command: replay, check, history, rules, sources, catalog, quarantine, demo."""

# Each command imports what it needs, so that the others start without it.
# ruff: noqa: PLC0415

import re
import sys
import time
from datetime import date
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from chartwatch.cli.choices import AnswerFormat, BulletinFormat, Format, StoreKind
from chartwatch.errors import ArgumentError, ChartwatchError, FileProblem, OptionError

EXIT_WRONG_INPUT = 2
"""Exit code when a file, an option or an argument could not be used."""


class Commands(TyperGroup):
    """Tells a `ChartwatchError` as one sentence on stderr."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command that the arguments name."""
        try:
            return super().main(*args, **extra)
        except ChartwatchError as error:
            typer.echo(f"Error: {error}", err=True)
            sys.exit(EXIT_WRONG_INPUT)


def _typer(summary: str) -> typer.Typer:
    return typer.Typer(
        cls=Commands,
        help=summary,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,  # help and errors as plain text: they are piped, searched and quoted
        pretty_exceptions_enable=False,
    )


app = _typer("Watches popularity charts and says when something historic happens, with the evidence.")
catalog_app = _typer("Check a catalog of works, or put it in force.")
app.add_typer(catalog_app, name="catalog")
rules_app = _typer("List rules, find mistakes in them, or try them on a history.")
app.add_typer(rules_app, name="rules")

Origins = Annotated[
    list[str] | None,
    typer.Option(
        "--from",
        metavar="SPEC",
        help="A history: `sample`, or SOURCE[,OPTION=VALUE...]:FILE; repeatable, a source's files oldest first.",
    ),
]
Stack = Annotated[str | None, typer.Option(metavar="NAME", help="The history of a deployed stack, which is only read.")]
CatalogFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Facts about works, as CSV; else those that the sample or the stack has."),
]


def _print_version(wanted: bool) -> None:
    from importlib.metadata import version

    if wanted:
        typer.echo(f"chartwatch {version('chartwatch')}")
        raise typer.Exit


def _as_date(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError as error:
        raise OptionError("--since", f"{said!r} is not a date such as 2022-01-31") from error


def _as_period(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError as error:
        raise ArgumentError("PERIOD", f"{said!r} is not a date such as 2022-01-31") from error


def _as_sha256(said: str) -> str:
    if re.fullmatch("[0-9a-f]{64}", said.lower()) is None:
        raise OptionError("--accept", f"{said!r} is not a SHA-256: 64 hexadecimal digits")
    return said.lower()


@app.callback()
def _chartwatch(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    del version  # acted on by its callback


@app.command()
def replay(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Published versions of the source, oldest first; also gzipped, as .gz."),
    ],
    *,
    source: Annotated[str, typer.Option(metavar="NAME", help="What published them; see `chartwatch sources`.")],
    options: Annotated[
        list[str] | None, typer.Option("--option", "-o", metavar="KEY=VALUE", help="Option of the source; repeatable.")
    ] = None,
    catalog: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Facts about works, as CSV. Without it, none are known.")
    ] = None,
    rules: Annotated[Path | None, typer.Option(metavar="FILE", help="Rules of your own, as YAML.")] = None,
    since: Annotated[
        date | None,
        typer.Option(
            parser=_as_date, metavar="DATE", help="Tell of periods from then on, record earlier ones silently."
        ),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            parser=_as_sha256, metavar="SHA256", help="Take this document though it rewrites history; repeatable."
        ),
    ] = None,
    store: Annotated[
        StoreKind, typer.Option(help="Where to record: in memory, or in DynamoDB ($AWS_ENDPOINT_URL, else simulated).")
    ] = StoreKind.MEMORY,
    archive: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Keep each document here, by its SHA-256.")
    ] = None,
    output: Annotated[
        BulletinFormat,
        typer.Option(
            "--format", help="A line a story, each story as it is emailed, or a JSON line a milestone change."
        ),
    ] = BulletinFormat.TEXT,
) -> None:
    """Say what the published files of a source would have announced."""
    from chartwatch.adapters.catalog_file import read_catalog
    from chartwatch.cli.documents import refuse_missing
    from chartwatch.cli.following import following
    from chartwatch.cli.histories import read_settings
    from chartwatch.cli.replay import replay as replayed
    from chartwatch.cli.reports import LINES, Tally
    from chartwatch.cli.stores import open_stores
    from chartwatch.domain.works.catalog import Catalog
    from chartwatch.rules import default_rules, read_rules
    from chartwatch.sources import open_source

    refuse_missing(files)
    opened = open_source(source, read_settings(options or []))
    works = read_catalog(catalog) if catalog else Catalog()
    in_force = read_rules(rules) if rules else default_rules()
    _speak_utf_8()
    tally = Tally()
    started = time.perf_counter()
    with open_stores(store, archive) as stores, following(files, tally) as observer:
        for bulletin in replayed(
            files,
            opened,
            works,
            in_force,
            live_from=since,
            accepted=frozenset(accept or ()),
            stores=stores,
            observer=observer,
        ):
            tally.count_changes(bulletin)
            sys.stdout.writelines(f"{line}\n" for line in LINES[output](bulletin, since))
    typer.echo(tally.sentence(time.perf_counter() - started), err=True)
    # For who sits before it; a program that reads the summary asked for what it wanted.
    if sys.stderr.isatty() and (advice := tally.advice(since)):
        typer.echo(advice, err=True)
    if tally.refused:
        raise typer.Exit(EXIT_WRONG_INPUT)


@rules_app.command("list")
def list_rules(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Rules of your own, as YAML; else the default ones."),
    ] = None,
) -> None:
    """List what rules watch for."""
    from chartwatch.cli.listings import console, rules_table
    from chartwatch.domain import words
    from chartwatch.rules import default_rules, read_rules

    found = read_rules(file) if file else default_rules()
    out = console()
    out.print(rules_table(found, out.width))
    typer.echo(f"{words.counted(len(found), 'rule')} in {file or 'default.yaml'}")


@rules_app.command("lint")
def lint_rules(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Rules of your own, as YAML.")],
) -> None:
    """Find every mistake in a rules file, and try its examples."""
    from chartwatch.cli.linting import lint

    report = lint(file)
    for line in report.lines():
        typer.echo(line)
    if report.mistakes:
        raise typer.Exit(EXIT_WRONG_INPUT)


@rules_app.command("try")
def try_rules(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Rules of your own, as YAML.")],
    *,
    origins: Origins = None,
    stack: Stack = None,
    catalog: CatalogFile = None,
    since: Annotated[
        date | None,
        typer.Option(parser=_as_date, metavar="DATE", help="Show what became true from then on."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Show the latest N of a rule: 20, as JSON lines all."),
    ] = None,
    output: Annotated[
        Format, typer.Option("--format", help="A line a milestone for people, or a JSON line for machines.")
    ] = Format.TEXT,
) -> None:
    """Show what rules would have told of a history."""
    from chartwatch.cli.histories import open_histories
    from chartwatch.cli.trying import TRIALS, try_out
    from chartwatch.rules import read_rules

    in_trial = read_rules(file)
    _speak_utf_8()
    with open_histories(origins or (), stack, catalog) as history:
        for trial in try_out(in_trial, history, since):
            sys.stdout.writelines(f"{line}\n" for line in TRIALS[output](trial, limit))


@app.command()
def check(
    slot: Annotated[
        str | None,
        typer.Argument(metavar="SLOT", help="A place of a rule, RULE:CHART:TERRITORY:N; else give the options below."),
    ] = None,
    *,
    title: Annotated[str | None, typer.Option(metavar="TITLE", help="The work that is said to hold it.")] = None,
    origins: Origins = None,
    stack: Stack = None,
    catalog: CatalogFile = None,
    rules: Annotated[Path | None, typer.Option(metavar="FILE", help="Rules of your own, for a SLOT.")] = None,
    chart: Annotated[str | None, typer.Option(metavar="ID", help="The chart.")] = None,
    territory: Annotated[
        str | None, typer.Option(metavar="CODE", help="The territory, such as US; `*` for all of the chart together.")
    ] = None,
    nth: Annotated[int | None, typer.Option(min=1, metavar="N", help="It is said to be the N-th.")] = None,
    first_with: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="The group is said to be the first with N.")
    ] = None,
    group: Annotated[str | None, typer.Option(metavar="CODE", help="The group of --per, such as KR.")] = None,
    per: Annotated[
        str | None, typer.Option(metavar="FACT", help="Groups: origin_country, original_language or work_kind.")
    ] = None,
    work_kind: Annotated[str | None, typer.Option(metavar="KIND", help="Count only film or series.")] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODES", help="Count only these languages: ko, or es,pt, or not:en.")
    ] = None,
    country: Annotated[
        str | None, typer.Option(metavar="CODES", help="Count only these countries of origin, likewise.")
    ] = None,
    listed: Annotated[
        str | None, typer.Option("--list", metavar="NAMES", help="Look only at charts of these lists, likewise.")
    ] = None,
    year: Annotated[
        str | None, typer.Option(metavar="YEARS", help="Count only works released in 2021, 2020-2022 or 2020-.")
    ] = None,
    origin: Annotated[
        str | None, typer.Option(metavar="POLICY", help="A work counts for its main country, or any.")
    ] = None,
    count: Annotated[str | None, typer.Option(metavar="WHAT", help="Count works, or seasons.")] = None,
    output: Annotated[
        AnswerFormat, typer.Option("--format", help="Text for people, or JSON for machines.")
    ] = AnswerFormat.TEXT,
) -> None:
    """Say whether a claim is true, false or unknown.

    The exit code is 0 when it is true, 1 when it is false, 3 when nobody can know.
    """
    from chartwatch.cli.checks import ANSWERS, EXIT_CODES, Options, answered
    from chartwatch.cli.histories import open_histories
    from chartwatch.rules import default_rules, read_rules

    options = Options(
        chart=chart,
        territory=territory,
        nth=nth,
        first_with=first_with,
        group=group,
        per=per,
        work_kind=work_kind,
        language=language,
        country=country,
        listed=listed,
        year=year,
        origin=origin,
        count=count,
    )
    in_force = read_rules(rules) if rules else default_rules()
    question = options.asked(slot, title, in_force)
    _speak_utf_8()
    with open_histories(origins or (), stack, catalog) as history:
        answer = answered(question, history)
    sys.stdout.writelines(f"{line}\n" for line in ANSWERS[output](answer))
    raise typer.Exit(EXIT_CODES[answer.here.verdict])


@app.command()
def history(
    chart: Annotated[str, typer.Argument(metavar="CHART", help="The chart, by its id.")],
    territory: Annotated[str, typer.Argument(metavar="TERRITORY", help="The territory, such as US or GLOBAL.")],
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="The day, or the last day of the week.")],
    *,
    origins: Origins = None,
    stack: Stack = None,
    catalog: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Facts about works, as CSV, for --from; else the sample's.")
    ] = None,
    rules: Annotated[Path | None, typer.Option(metavar="FILE", help="Rules of your own, as YAML, for --from.")] = None,
    output: Annotated[
        AnswerFormat, typer.Option("--format", help="Text for people, or JSON for machines.")
    ] = AnswerFormat.TEXT,
) -> None:
    """Show what was known when: every version of an edition, and what was said of it."""
    from chartwatch.adapters.catalog_file import read_catalog
    from chartwatch.cli.histories import open_record
    from chartwatch.cli.versions import ACCOUNTS, account_of
    from chartwatch.rules import default_rules, read_rules

    day = _as_period(period)
    for option, file in (("--catalog", catalog), ("--rules", rules)):
        if stack is not None and file is not None:
            raise OptionError(option, "is for --from; a deployment went by its own")
    in_force = read_rules(rules) if rules else default_rules()
    works = read_catalog(catalog) if catalog else None
    _speak_utf_8()
    with open_record(origins or (), stack, works, in_force) as record:
        for refused in record.refused:
            typer.echo(f"Error: {refused}", err=True)
        account = account_of(record, chart, territory, day)
    sys.stdout.writelines(f"{line}\n" for line in ACCOUNTS[output](account))
    if record.refused:
        raise typer.Exit(EXIT_WRONG_INPUT)


@app.command()
def sources() -> None:
    """List the sources and their options."""
    from chartwatch.cli.listings import console, sources_table
    from chartwatch.sources import SOURCES

    console().print(sources_table(SOURCES))


@catalog_app.command("check")
def check_catalog(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The catalog, as CSV.")],
) -> None:
    """Check a catalog and count what it holds and lacks."""
    from chartwatch.adapters.catalog_file import read_catalog
    from chartwatch.cli.listings import CatalogCounts

    for line in CatalogCounts.of(read_catalog(file)).lines():
        typer.echo(line)


@catalog_app.command("load")
def load_catalog(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The catalog, as CSV.")],
    stack: Annotated[str, typer.Option(metavar="NAME", help="The deployed stack.")],
) -> None:
    """Put a catalog in force in a deployment."""
    from chartwatch.adapters.catalog_file import read_catalog
    from chartwatch.adapters.workstation import put_catalog_in_force
    from chartwatch.domain import words

    catalog = read_catalog(file)
    put_catalog_in_force(stack, catalog)
    typer.echo(f"{words.counted(len(catalog), 'work')} of {file} are in force in {stack}")


@app.command()
def quarantine(stack: Annotated[str, typer.Option(metavar="NAME", help="The deployed stack, only read.")]) -> None:
    """List the documents that a deployment refused, the latest last."""
    from chartwatch.adapters.workstation import deployed_stores
    from chartwatch.cli.quarantine import quarantine_lines
    from chartwatch.domain import words

    _speak_utf_8()
    with deployed_stores(stack) as stores:
        refused = stores.charts.quarantined()
    sys.stdout.writelines(f"{line}\n" for line in quarantine_lines(refused))
    typer.echo(f"{words.counted(len(refused), 'refused document')} in {stack}")


@app.command()
def demo() -> None:
    """Run the whole pipeline on this machine and show its alerts."""
    try:
        run = import_module("chartwatch_local.demo").run
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "chartwatch_local":
            raise
        raise FileProblem("chartwatch demo", "", "needs a checkout of the project; run `make demo` in it") from error
    run()


def _speak_utf_8() -> None:
    """JSON lines are UTF-8, whatever the terminal's locale says."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
