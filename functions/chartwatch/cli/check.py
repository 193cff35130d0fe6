"""`chartwatch check`: whether a claim is true, false or unknown, by a history."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from chartwatch.cli.answers import ANSWERS, LINES, CheckFormat, FullAnswer
from chartwatch.cli.application import (
    EXIT_WRONG_INPUT,
    CatalogPlace,
    Origins,
    Stack,
    application,
    mistake,
    say,
    write,
)
from chartwatch.cli.asked_creators import creators_at
from chartwatch.cli.asked_slots import Question, refuse_no_period, refuse_unknown_place
from chartwatch.cli.asked_titles import refuse_unknown_title
from chartwatch.cli.claims import Asked, Unread, read_claims
from chartwatch.cli.files import file_name
from chartwatch.cli.histories import MOST_NAMED, PublishedCharts, open_published, refuse_unknown_chart
from chartwatch.cli.lists import Limit
from chartwatch.cli.questions import Options
from chartwatch.cli.rule_files import rules_in
from chartwatch.domain import words
from chartwatch.domain.milestones.asked import Form, Verdict
from chartwatch.domain.milestones.chart_history import ChartHistory
from chartwatch.domain.milestones.checks import check, elsewhere
from chartwatch.domain.rules.firsts import FirstsRule
from chartwatch.domain.rules.rule import WHOSE, RuleSet
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.errors import OptionError

EXIT_CODES: Mapping[Verdict, int] = {Verdict.TRUE: 0, Verdict.FALSE: 1, Verdict.UNKNOWN: 3}
"""How the command ends."""

app = application()


@app.command()
def check_claim(
    slot: Annotated[
        str | None,
        typer.Argument(
            metavar="SLOT", help="A place of a rule, RULE:CHART:TERRITORY:PLACE; else give the options below."
        ),
    ] = None,
    *,
    title: Annotated[str | None, typer.Option(metavar="TITLE", help="The work that is said to hold it.")] = None,
    creator: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Whose the work is, where several works have the title."),
    ] = None,
    claims: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Many claims, as JSON Lines or CSV (`-`: stdin); one verdict a line."),
    ] = None,
    origins: Origins = None,
    stack: Stack = None,
    catalog: CatalogPlace = None,
    rules: Annotated[Path | None, typer.Option(metavar="FILE", help="Rules of your own, for a SLOT.")] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Answer as of that day: later periods do not count.")
    ] = None,
    known: Annotated[
        str | None, typer.Option(metavar="DATE", help="Answer by what had been fetched by the end of that day.")
    ] = None,
    chart: Annotated[str | None, typer.Option(metavar="ID", help="The chart.")] = None,
    territory: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="The territory, by code or name; `*` for all of the chart together."),
    ] = None,
    nth: Annotated[int | None, typer.Option(min=1, metavar="N", help="It is said to be the N-th.")] = None,
    first_with: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="The group is said to be the first with N.")
    ] = None,
    on: Annotated[str | None, typer.Option(metavar="PERIOD", help="It is said to have been #1 in that period.")] = None,
    new: Annotated[bool, typer.Option("--new", help="With --on: and not in the one before.")] = False,
    back: Annotated[bool, typer.Option("--back", help="With --on: not in the one before, but earlier.")] = False,
    run: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="It is said to have been #1 for N periods running.")
    ] = None,
    total: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="It is said to have been #1 for N periods in all.")
    ] = None,
    exactly: Annotated[
        bool, typer.Option("--exactly", help="With --run, --total, --territories and --number: and no more.")
    ] = False,
    longest: Annotated[
        str | None, typer.Option(metavar="WHAT", help="It is said to have the longest `run` at #1, or the `total`.")
    ] = None,
    territories: Annotated[
        str | None,
        typer.Option(metavar="N", help="It is said to have topped N territories, or `all`; with --on, in that period."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="It is said to be the first since a TITLE, a date, a month or a year."),
    ] = None,
    number: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="So many that count are said to have been #1; 0: none.")
    ] = None,
    debut: Annotated[bool, typer.Option("--debut", help="It is said to have come in at #1.")] = False,
    group: Annotated[
        str | None, typer.Option(metavar="CODE", help="The group of --per, such as KR, Korean or Drake.")
    ] = None,
    per: Annotated[
        str | None,
        typer.Option(
            metavar="FACT",
            help="What makes groups: origin_country, original_language, work_kind, creator, main_creator, "
            "creator_country, or fact:NAME of the catalog.",
        ),
    ] = None,
    work_kind: Annotated[
        str | None, typer.Option(metavar="KIND", help="Count only works of a kind: film, series, song …")
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODES", help="Count only these languages: ko, Korean, or es,pt, or not:en.")
    ] = None,
    country: Annotated[
        str | None, typer.Option(metavar="CODES", help="Count only these countries of origin, likewise.")
    ] = None,
    chart_list: Annotated[
        str | None, typer.Option("--list", metavar="NAMES", help="Look only at charts of these lists, likewise.")
    ] = None,
    year: Annotated[
        str | None, typer.Option(metavar="YEARS", help="Count only works released in 2021, 2020-2022 or 2020-.")
    ] = None,
    origin: Annotated[
        str | None,
        typer.Option(
            "--origin-policy", "--origin", metavar="POLICY", help="A work counts for its `main` country, or for `any`."
        ),
    ] = None,
    count: Annotated[str | None, typer.Option(metavar="WHAT", help="Count works, or seasons.")] = None,
    output: Annotated[
        CheckFormat, typer.Option("--format", help="Text for people; JSON, or JSON Lines, for machines.")
    ] = CheckFormat.TEXT,
    limit: Limit = None,
) -> None:
    """Say whether a claim is true, false or unknown.

    The exit code is 0 when it is true, 1 when it is false, 3 when nobody can know. Of a file of claims it is 0 when all
    are true, 1 when any is false, 3 when none is false and any unknown, and 2 when a line of it is no claim.
    """
    options = Options(
        chart=chart,
        territory=territory,
        nth=nth,
        first_with=first_with,
        on=on,
        new=new,
        back=back,
        run=run,
        total=total,
        exactly=exactly,
        longest=longest,
        territories=territories,
        since=since,
        number=number,
        debut=debut,
        group=group,
        per=per,
        work_kind=work_kind,
        language=language,
        country=country,
        chart_list=chart_list,
        year=year,
        origin=origin,
        count=count,
    )
    asked, rule_set = Asked(slot, title, options, as_of, known, creator=creator), rules_in(rules)
    if claims is not None:
        _refuse_what_lines_say(asked, output)
        code = _check_file(claims, asked, rule_set, (origins or (), stack, catalog), output)
        raise typer.Exit(code)
    question, known_by = asked.question(rule_set), asked.known_day
    with open_published(origins or (), stack, catalog) as published:
        answer = answer_question(question, published, known_by)
    write(ANSWERS[output](answer, limit))
    raise typer.Exit(EXIT_CODES[answer.here.verdict])


def _refuse_what_lines_say(asked: Asked, output: CheckFormat) -> None:
    """Raise `OptionError` for what every line of a file of claims says itself."""
    alone = replace(asked.options, chart=None, territory=None)
    if (asked.slot, asked.title, asked.creator) != (None, None, None) or alone != Options():
        detail = (
            "says what is claimed; give --chart, --territory, --as-of and --known besides, for all its lines, or none"
        )
        raise OptionError("--claims", detail)
    if output is CheckFormat.JSON:
        raise OptionError("--format", "json is one object, of one claim; give jsonl for a file of claims")


def _check_file(
    file: Path,
    defaults: Asked,
    rules: RuleSet,
    history: tuple[Sequence[str], str | None, Path | None],
    output: CheckFormat,
) -> int:
    """Answer each claim of a file on a line of its own, and return the exit code; mistakes are said on stderr too."""
    asked = list(read_claims(file, defaults))
    verdicts: set[Verdict] = set()
    mistakes: list[Unread] = []
    with open_published(*history) as published:
        for each in asked:
            found = each if isinstance(each, Unread) else _answer_or_mistake(each, published, rules)
            if isinstance(found, Unread):
                mistakes.append(found)
            else:
                verdicts.add(found.here.verdict)
            write([LINES[output](each, found)])
    for mistake_ in mistakes:
        say(f"Error: {file_name(file)}, line {mistake_.line}: {mistake_.mistake}")
    if mistakes:
        return EXIT_WRONG_INPUT
    worst = (verdict for verdict in (Verdict.FALSE, Verdict.UNKNOWN, Verdict.TRUE) if verdict in verdicts)
    return EXIT_CODES[next(worst)] if verdicts else 0


def _answer_or_mistake(asked: Asked, published: PublishedCharts, rules: RuleSet) -> FullAnswer | Unread:
    try:
        return answer_question(asked.question(rules), published, asked.known_day)
    except OptionError as error:
        return Unread(asked.line or 0, str(error))


def answer_question(question: Question, published: PublishedCharts, known: date | None = None) -> FullAnswer:
    """Return the answer that charts give. Raises `OptionError` when they do not have what is asked for."""
    histories, catalog = published.histories(known), published.catalog
    history, said = _history(question, histories, known), question.said
    if said.n is None and said.form is Form.PLACE and said.place and question.is_slot:
        refuse_unknown_place(said.rule, said.place, history, question.territory)
    creators = creators_at(history) if said.group and said.rule.per in WHOSE else None
    if creators and said.group:
        meant = creators.meant(said.rule, said.group, question.parameter("--group"))
        if meant != said.group and said.place and isinstance(said.rule, FirstsRule):
            said = replace(said, place=said.rule.place(said.n or 0, meant))
        said = replace(said, group=meant)
    if said.on is not None:
        refuse_no_period(said.on, history.timeline, "--on")
    if said.title:
        said = replace(said, works=history.named(said.title, said.creator))
        refuse_unknown_title(said.title, said.works or history.named(said.title), question, histories)
        if not said.works:
            its = words.some(history.creators_of(said.title), MOST_NAMED)
            detail = f"no {said.title} of {history.chart.id} is known to be by {said.creator!r}"
            raise OptionError("--creator", f"{detail}{f'; there it is by {its}' if its else ''}")
    if said.since is not None and said.since.title:
        since = said.since._replace(works=history.named(said.since.title))
        refuse_unknown_title(since.title, since.works, question, histories, "--since")
        said = replace(said, since=since)
    here = check(said, question.territory, history)
    if creators and (note := creators.note_on(question.said.group or "", said.group or "")):
        here = replace(here, sentence=f"{here.sentence} {note}")
    others = elsewhere(said, question.territory, question.chart, histories) if said.title else ()
    return FullAnswer(question, here, tuple(others), catalog, known)


def _history(question: Question, histories: Mapping[str, ChartHistory], known: date | None) -> ChartHistory:
    """Return the chart that is asked about. Raises `OptionError`."""
    chart, parameter, as_of = question.chart, question.parameter("--chart"), question.said.as_of
    timeline = histories[chart].timeline if chart in histories else ()
    if not timeline and known is not None:
        raise OptionError("--known", f"nothing of {chart!r} had been fetched by {known}")
    territory = None if question.territory == EVERYWHERE else question.territory
    refuse_unknown_chart(chart, territory, timeline, histories, (parameter, question.parameter("--territory")))
    history = histories[chart]
    if not question.said.rule.is_about(listed := history.chart.list_name):
        if not question.is_slot:
            its_list = (
                f"the list {listed!r}, which is none of those that count" if listed else "no list: see `list_name`"
            )
            raise OptionError("--list", f"{chart} is on {its_list}")
        raise mistake(parameter, f"the rule {question.said.rule.id} is not about {chart}: see its `list`")
    seen = (its.period for its in timeline if (its.number_ones if territory is None else territory in its.number_ones))
    if (first := next(seen, None)) is None:
        detail = f"{chart} has no edition of {question.territory} that counts, as all are set aside or withdrawn"
        raise mistake(question.parameter("--territory"), detail)
    if as_of is not None and as_of < first:
        raise OptionError("--as-of", f"the history of {chart} begins with {first}, which is after {as_of}")
    return history
