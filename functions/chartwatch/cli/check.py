"""`chartwatch check`: whether a claim is true, false or unknown, by a history."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from chartwatch.cli.application import (
    AnswerAs,
    AnswerFormat,
    CatalogFile,
    Origins,
    Stack,
    application,
    mistake,
    rules_in,
    write,
)
from chartwatch.cli.histories import PublishedCharts, open_published, refuse_unknown_chart
from chartwatch.cli.questions import Options, Question, number_ones, refuse_unknown_place
from chartwatch.cli.wording import did_you_mean, holder_name
from chartwatch.domain import words
from chartwatch.domain.charts.chart import Cadence
from chartwatch.domain.milestones.asked import Answer, Assertion, Timeline, Verdict
from chartwatch.domain.milestones.checks import check, elsewhere, works_named
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.works.catalog import Catalog
from chartwatch.errors import OptionError

EXIT_CODES: Mapping[Verdict, int] = {Verdict.TRUE: 0, Verdict.FALSE: 1, Verdict.UNKNOWN: 3}
"""How the command ends."""

WIDTH = 72
"""Columns of an answer for people."""

MAX_REASONS = 10
"""Reasons for which a claim is unknown that a person is shown."""

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
    chart_list: Annotated[
        str | None, typer.Option("--list", metavar="NAMES", help="Look only at charts of these lists, likewise.")
    ] = None,
    year: Annotated[
        str | None, typer.Option(metavar="YEARS", help="Count only works released in 2021, 2020-2022 or 2020-.")
    ] = None,
    origin: Annotated[
        str | None, typer.Option(metavar="POLICY", help="A work counts for its main country, or any.")
    ] = None,
    count: Annotated[str | None, typer.Option(metavar="WHAT", help="Count works, or seasons.")] = None,
    output: AnswerAs = AnswerFormat.TEXT,
) -> None:
    """Say whether a claim is true, false or unknown.

    The exit code is 0 when it is true, 1 when it is false, 3 when nobody can know.
    """
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
        chart_list=chart_list,
        year=year,
        origin=origin,
        count=count,
    )
    question = options.question(slot, title, rules_in(rules))
    with open_published(origins or (), stack, catalog) as published:
        answer = answer_question(question, published)
    write(ANSWERS[output](answer))
    raise typer.Exit(EXIT_CODES[answer.here.verdict])


@dataclass(frozen=True, slots=True)
class FullAnswer:
    """What is to be said of a claim, and of the same claim on other charts."""

    question: Question
    here: Answer
    others: tuple[Answer, ...]
    catalog: Catalog

    @property
    def advice(self) -> str | None:
        """What a person can do to get an answer where there is none; only that of a catalog that is lacking."""
        if self.catalog or not any(reason.endswith((" is unknown", " are unknown")) for reason in self.here.reasons):
            return None
        return "There is no catalog, so what a chart does not say of a work is unknown: see --catalog."


def answer_question(question: Question, published: PublishedCharts) -> FullAnswer:
    """Return the answer that charts give. Raises `OptionError` when they do not have what is asked for."""
    timelines, catalog = published.timelines(), published.catalog
    timeline = _timeline(question, timelines)
    if question.n is None:
        refuse_unknown_place(question.rule, question.place, timeline, catalog)
    claim = Assertion(question.rule, question.place, question.n, question.group)
    if question.title is not None:
        works = works_named(question.title, catalog)
        _refuse_unknown_title(question.title, works, timelines, catalog)
        claim = replace(claim, title=question.title, works=works)
    here = check(claim, question.territory, timeline, catalog)
    others = elsewhere(claim, question.territory, question.chart, timelines, catalog) if question.title else ()
    return FullAnswer(question, here, tuple(others), catalog)


def _timeline(question: Question, timelines: Mapping[str, Timeline]) -> Timeline:
    """Return the publications of the chart that is asked about. Raises `OptionError`."""
    chart, parameter = question.chart, question.parameter("--chart")
    timeline = timelines.get(chart, ())
    territory = None if question.territory == EVERYWHERE else question.territory
    refuse_unknown_chart(chart, territory, timeline, timelines, (parameter, question.parameter("--territory")))
    if not question.rule.is_about(timeline[-1].chart.list_name):
        raise mistake(parameter, f"the rule {question.rule.id} is not about {chart}: see its `list`")
    return timeline


def _refuse_unknown_title(
    title: str, works: frozenset[str], timelines: Mapping[str, Timeline], catalog: Catalog
) -> None:
    """Raise `OptionError` for a title that nothing has: it is mistyped more likely than it is a claim."""
    charted = {one.title for timeline in timelines.values() for _, one in number_ones(timeline)}
    if any(map(catalog.work, works)) or any(works & works_named(known, catalog) for known in charted):
        return
    meant = did_you_mean(title, charted | {work.title for work in catalog})
    raise OptionError("--title", f"{title!r} is neither in the catalog nor at #1 of a chart{meant}")


def answer_lines(answer: FullAnswer) -> Iterator[str]:
    """Yield an answer for people: the verdict and the right sentence, then what it rests on."""
    here = answer.here
    yield from _wrapped(_verdict(here))
    if here.reasons:
        yield from ("", "Because:")
        for reason in here.reasons[:MAX_REASONS]:
            yield from _wrapped(reason, 2)
        if (more := len(here.reasons) - MAX_REASONS) > 0:
            yield f"  and for {words.counted(more, 'more reason')}"
    if answer.advice:
        yield from ("", *_wrapped(answer.advice))
    if here.before:
        yield from ("", "Before it:" if here.holders else "What counts:")
        for holder in here.before:
            yield from _wrapped(f"{holder.since}  {_named(holder)}", 2, 14)
    yield from ("", "On the record:", *_wrapped(f"{_place(here)}: {_record(here)}", 2))
    if answer.others:
        yield from ("", "On other charts:")
        for other in answer.others:
            yield from _other_lines(other)


def _other_lines(other: Answer) -> Iterator[str]:
    """Yield the answer on another chart: the right sentence, who came before, and what it rests on."""
    yield from _wrapped(f"{_place(other)}: {_verdict(other)}", 2, 4)
    if other.before:
        before = [f"{_named(holder)} ({holder.since})" for holder in other.before]
        yield from _wrapped(f"before it: {words.listed(before)}", 4)
    for reason in other.reasons[:MAX_REASONS]:
        yield from _wrapped(f"because {reason}", 4)
    yield from _wrapped(_record(other), 4)


def answer_object(answer: FullAnswer) -> Iterator[str]:
    """Yield an answer for machines, one JSON object."""
    question = answer.question
    claim = {
        "rule": question.rule.id,
        "kind": question.rule.kind,
        "chart": question.chart,
        "territory": question.territory,
        "place": question.place,
        "n": question.n,
        "group": question.group,
        "title": question.title,
    }
    others = [_as_json(other) for other in answer.others]
    as_json = {"claim": claim, **_as_json(answer.here), "other_charts": others}
    yield json.dumps(as_json, ensure_ascii=False, indent=2)


ANSWERS: Mapping[AnswerFormat, Callable[[FullAnswer], Iterator[str]]] = {
    AnswerFormat.TEXT: answer_lines,
    AnswerFormat.JSON: answer_object,
}
"""How each format writes an answer."""


def _as_json(answer: Answer) -> dict[str, Any]:
    record = answer.record
    return {
        "verdict": answer.verdict.value,
        "chart": answer.chart.id,
        "chart_name": answer.chart.name,
        "territory": answer.territory,
        "sentence": answer.sentence,
        "n": answer.n,
        "period": answer.period and answer.period.isoformat(),
        "holders": [holder.as_json() for holder in answer.holders],
        "before": [holder.as_json() for holder in answer.before],
        "reasons": list(answer.reasons),
        "record": {
            "since": record.first.isoformat(),
            "until": record.last.isoformat(),
            "periods_expected": record.expected,
            "periods_seen": record.seen,
            "gaps": [[first.isoformat(), last.isoformat()] for first, last in record.gaps],
        },
    }


def _verdict(answer: Answer) -> str:
    """Return the verdict and the sentence, and when it was, unless the sentence says so."""
    text = f"{answer.verdict.upper()}: {answer.sentence}"
    if answer.period is None or str(answer.period) in answer.sentence:
        return text
    cadence = answer.chart.cadence
    return f"{text} That was {'on' if cadence is Cadence.DAY else f'in the {cadence} to'} {answer.period}."


def _named(holder: Holder) -> str:
    return f"{holder_name(holder)} ({holder.group})" if holder.group else holder_name(holder)


def _place(answer: Answer) -> str:
    return f"{words.sentence(answer.chart.name)} in {words.territory_name(answer.territory)}"


def _record(answer: Answer) -> str:
    record = answer.record
    seen = f"{record.seen} of {words.counted(record.expected, str(answer.chart.cadence))}"
    gaps = f"missing {words.listed([words.span(*gap) for gap in record.gaps])}" if record.gaps else "none missing"
    return f"{seen} from {record.first} to {record.last}, {gaps}"


def _wrapped(text: str, indent: int = 0, further: int | None = None) -> list[str]:
    """Return the lines of a text, the first of them indented, and those after it as much or `further`."""
    after = indent if further is None else further
    return words.wrapped(text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * after)
