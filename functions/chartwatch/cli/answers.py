"""How `chartwatch check` writes its answers: as text for people, and as JSON."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from chartwatch.cli.application import in_json
from chartwatch.cli.asked_slots import Question
from chartwatch.cli.claims import Asked, Unread
from chartwatch.cli.lists import cut, cut_to_latest
from chartwatch.cli.terminals import columns
from chartwatch.cli.wording import holder_name
from chartwatch.domain import words
from chartwatch.domain.milestones.asked import Answer, Form, Verdict
from chartwatch.domain.milestones.scopes import in_period
from chartwatch.domain.outside_text import plain
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.works.catalog import Catalog

WIDTH = 72
"""Columns of an answer for people."""

MOST_BEFORE = 20
"""Works that came before, on another chart, that a person is shown."""

MAX_REASONS = 10
"""Reasons for which a claim is unknown that a person is shown."""


class CheckFormat(StrEnum):
    """How claims are answered: as text for people, as one JSON object, or as a JSON object a line."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class FullAnswer:
    """What is to be said of a claim, and of the same claim on other charts; `known` as it was asked."""

    question: Question
    here: Answer
    others: tuple[Answer, ...]
    catalog: Catalog
    known: date | None = None

    @property
    def advice(self) -> str | None:
        """What a person can do to get an answer where there is none: say what is meant, or give a catalog."""
        if self.here.is_of_several:
            return "Several works have the title: --creator says whose is meant, and --year or --country which."
        if self.catalog or not any(reason.endswith((" is unknown", " are unknown")) for reason in self.here.reasons):
            return None
        return "There is no catalog, so what a chart does not say of a work is unknown: see --catalog."


def answer_lines(answer: FullAnswer, limit: int | None = None) -> Iterator[str]:
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
        shown = cut_to_latest if here.holders else cut
        yield from shown(
            here.before, lambda its: _wrapped(f"{its.since}  {_named(its, here.called)}", 2, 14), limit, indent="  "
        )
    yield from ("", "On the record:", *_wrapped(f"{_place(here)}: {_record(here)}", 2))
    if answer.others:
        yield from ("", "On other charts:")
        for other in answer.others:
            yield from _other_lines(other)


def _other_lines(other: Answer) -> Iterator[str]:
    """Yield the answer on another chart: the right sentence, who came before, and what it rests on."""
    yield from _wrapped(f"{_place(other)}: {_verdict(other)}", 2, 4)
    if other.before:
        before = [f"{_named(holder, other.called)} ({holder.since})" for holder in other.before]
        yield from _wrapped(f"before it: {words.some(before, MOST_BEFORE)}", 4)
    for reason in other.reasons[:MAX_REASONS]:
        yield from _wrapped(f"because {reason}", 4)
    yield from _wrapped(_record(other), 4)


def answer_object(answer: FullAnswer, _limit: int | None = None) -> Iterator[str]:
    """Yield an answer for machines, one JSON object."""
    yield in_json(_full_json(answer))


def answer_line(answer: FullAnswer, _limit: int | None = None) -> Iterator[str]:
    """Yield an answer for machines on a line."""
    yield json.dumps(_full_json(answer), ensure_ascii=False)


ANSWERS: Mapping[CheckFormat, Callable[[FullAnswer, int | None], Iterator[str]]] = {
    CheckFormat.TEXT: answer_lines,
    CheckFormat.JSON: answer_object,
    CheckFormat.JSONL: answer_line,
}
"""How each format writes an answer."""


def text_line(asked: Asked | Unread, found: FullAnswer | Unread) -> str:
    """Return the answer to a claim of a file for people: its line and id, the verdict, and the right sentence.

    The file may be somebody else's: nothing of it reaches a terminal but what can be seen.
    """
    name = f" {asked.id}" if asked.id else ""
    if isinstance(found, Unread):
        return plain(f"{found.line}{name}: NO CLAIM: {found.mistake}")
    because = f" (because {'; '.join(found.here.reasons[:MAX_REASONS])})" if found.here.reasons else ""
    return plain(f"{asked.line}{name}: {_verdict(found.here)}{because}")


def json_line(asked: Asked | Unread, found: FullAnswer | Unread) -> str:
    """Return the answer to a claim of a file for machines; a line that is no claim has a verdict of null."""
    head = {"line": asked.line, "id": asked.id}
    said = {"verdict": None, "mistake": found.mistake} if isinstance(found, Unread) else _full_json(found)
    return json.dumps({**head, **said}, ensure_ascii=False)


LINES: Mapping[CheckFormat, Callable[[Asked | Unread, FullAnswer | Unread], str]] = {
    CheckFormat.TEXT: text_line,
    CheckFormat.JSONL: json_line,
}
"""How each format writes the answer to one claim of a file."""


def _full_json(answer: FullAnswer) -> dict[str, Any]:
    question, said = answer.question, answer.question.said
    since = said.since and (said.since.title or str(said.since.day))
    claim = {
        "rule": said.rule.id,
        "kind": said.rule.kind if said.form is Form.PLACE else said.form.value,
        "chart": question.chart,
        "territory": question.territory,
        "place": said.place or None,
        "n": said.n,
        "group": said.group,
        "title": said.title or None,
        "creator": said.creator or None,
        "on": said.on and said.on.isoformat(),
        "since": since,
        "exactly": said.exactly,
        "as_of": said.as_of and said.as_of.isoformat(),
        "known": answer.known and answer.known.isoformat(),
    }
    return {"claim": claim, **_as_json(answer.here), "other_charts": [_as_json(other) for other in answer.others]}


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
            "is_short": answer.is_short,
        },
    }


def _verdict(answer: Answer) -> str:
    """Return the verdict and the sentence, and when that was, unless the sentence says so, or says that it was not."""
    seen = words.counted(answer.record.seen, str(answer.chart.cadence))
    short = f" in these records, {seen} since {answer.record.first}" if answer.is_short else ""
    text = f"{answer.verdict.upper()}{short}: {answer.sentence}"
    is_denied = answer.verdict is Verdict.FALSE and not answer.holders
    if answer.period is None or str(answer.period) in answer.sentence or is_denied:
        return text
    return f"{text} That was {in_period(answer.chart.cadence, answer.period)}."


def _named(holder: Holder, called: Mapping[str, str]) -> str:
    name = holder_name(replace(holder, title=called.get(holder.work_id, holder.title)))
    return f"{name} ({holder.group})" if holder.group else name


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
    return words.wrapped(text, columns(WIDTH), initial_indent=" " * indent, subsequent_indent=" " * after)
