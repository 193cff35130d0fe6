"""`chartwatch why`: how a milestone came to be sent, from document to message, or why nothing was sent of it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from chartwatch.cli.application import AnswerAs, AnswerFormat, CatalogPlace, Origins, Stack, application, in_json, write
from chartwatch.cli.asked_slots import Question, slot_asked
from chartwatch.cli.catalogs import catalog_at
from chartwatch.cli.histories import read_history, refuse_none_or_both, refuse_unknown_chart
from chartwatch.cli.operations import indented
from chartwatch.cli.replay import Stores
from chartwatch.cli.wording import did_you_mean, holder_name, status_in_words, title_meant
from chartwatch.domain import words
from chartwatch.domain.codes import nearest
from chartwatch.domain.rules.claims import slot_id
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.errors import OptionError
from chartwatch.rules import default_rules, included_rules
from chartwatch.services.delivery_ports import Delivery, Told
from chartwatch.services.troubles import in_minutes
from chartwatch.services.why import (
    History,
    Revised,
    Sending,
    Trail,
    at_number_one,
    of_slot,
    of_title,
    sent_first,
    titles_of,
    works_of,
)

LIMIT = 20
"""Milestones that a person is shown unless they ask for more."""

EXIT_NOT_ON_RECORD = 1
"""Exit code when nothing is recorded of what was asked."""

app = application()


class Asked(NamedTuple):
    """What was asked, what is on record of it, and why nothing is, where nothing is; `of` names the history."""

    said: str
    trails: Sequence[Trail]
    why_none: str
    of: str


@app.command()
def why(
    said: Annotated[
        str, typer.Argument(metavar="SLOT|TITLE", help="A milestone's slot, or the title or id of a work.")
    ],
    *,
    origins: Origins = None,
    stack: Stack = None,
    catalog: CatalogPlace = None,
    limit: Annotated[int, typer.Option(min=1, help="How many milestones of a title are shown.")] = LIMIT,
    output: AnswerAs = AnswerFormat.TEXT,
) -> None:
    """Say how a milestone came to be sent, or why it was not."""
    of = f"--stack {stack}" if stack else " ".join(f"--from {spec}" for spec in origins or ())
    with _opened(origins or (), stack, catalog) as (history, rules):
        if _is_slot(said, rules):
            asked = _of_slot(said, history, rules, of)
        else:
            trails = of_title(history, said)
            asked = Asked(said, sent_first(trails), "" if trails else _why_no_title(history, said), of)
    write(ANSWERS[output](asked, limit))
    if not asked.trails:
        raise typer.Exit(EXIT_NOT_ON_RECORD)


@contextmanager
def _opened(specs: Sequence[str], stack: str | None, catalog: Path | None) -> Iterator[tuple[History, RuleSet]]:
    refuse_none_or_both(specs, stack)
    if stack is None:
        stores, rules = Stores(), default_rules()
        read_history(specs, catalog_at(catalog), rules, stores)
        yield History(stores.charts, stores.record), rules
        return
    if catalog is not None:
        raise OptionError("--catalog", "is for --from; a deployment goes by its own")
    from chartwatch.adapters.workstation import deployed_operations  # noqa: PLC0415  # files are read without boto3

    with deployed_operations(stack) as deployed:
        live_from = date.fromisoformat(deployed.parameters["LiveFrom"])
        muted, told = deployed.mutes.mutes(), deployed.outbox.told
        history = History(deployed.charts, deployed.record, live_from, muted, told, deployed.record.written_at)
        yield history, included_rules(deployed.parameters["RulesFile"])


def _is_slot(said: str, rules: RuleSet) -> bool:
    """Return whether a slot was asked; a title may have colons too."""
    return said.count(":") >= 3 or said.partition(":")[0] in {rule.id for rule in rules}


def _of_slot(slot: str, history: History, rules: RuleSet, of: str) -> Asked:
    question = slot_asked(slot, None, rules)
    timeline = history.charts.neighbours(question.chart, date.max)[:1]
    territory = None if question.territory == EVERYWHERE else question.territory
    charts = history.charts.charts()
    if not timeline:
        refuse_unknown_chart(question.chart, territory, timeline, charts, ("SLOT", "SLOT"))
    if trail := of_slot(history, question.chart, slot):
        return Asked(slot, [trail], "", of)
    refuse_unknown_chart(question.chart, territory, history.charts.summaries(question.chart), charts, ("SLOT", "SLOT"))
    head = history.record.head(question.chart)
    until = (
        f"{question.chart} is recorded up to {head.last}" if head else f"nothing of {question.chart} is recorded yet"
    )
    latest = timeline[0].period
    waits = f", and {latest} is not processed yet" if head is None or latest > head.last else ""
    meant = _slot_meant(question, works_of(history, question.chart))
    check = "" if meant else f"; `chartwatch check {slot} {of}` says what is true of it"
    return Asked(slot, (), f"nobody has held it; {until}{waits}{check}{meant}", of)


def _slot_meant(question: Question, works: Collection[str]) -> str:
    """Return which slot was probably meant, where its place is of a work that has held none of the chart."""
    said = question.said
    place = said.rule.read_place(said.place)
    named = place.work if place else None
    if named is None or {named, named.rpartition("/")[0]} & {*works} or not (meant := nearest(named, works)):
        return ""
    slot = slot_id(said.rule.id, question.chart, question.territory, said.place.replace(named, meant, 1))
    return f"; did you mean {slot}?"


def _why_no_title(history: History, title: str) -> str:
    places = list(at_number_one(history, title))
    if not places:
        meant = title_meant(title, titles_of(history)) or did_you_mean(title, works_of(history))
        return f"it was never at #1 of a chart in this history, and milestones are of #1s alone{meant}"
    named = [f"{chart} in {words.territory_name(where)} ({period})" for chart, where, period in places]
    heads = {chart: history.record.head(chart) for chart, _, _ in places}
    if all((head := heads[chart]) is None or head.last < period for chart, _, period in places):
        return f"it was at #1 of {words.some(named, 5)}, which is not processed yet"
    return f"it was at #1 of {words.some(named, 5)}, and no rule had anything to tell of that"


def answer_lines(asked: Asked, limit: int) -> Iterator[str]:
    """Yield an answer for people."""
    if not asked.trails:
        yield from words.wrapped(f"Nothing is recorded of {asked.said}: {asked.why_none}", 100)
        return
    for trail in asked.trails[:limit]:
        yield trail.slot
        for revised in trail.revisions:
            yield from _revision_lines(revised, asked.of)
        yield ""
    shown, every = min(limit, len(asked.trails)), len(asked.trails)
    left = f", the first {shown} of them above (--limit)" if shown < every else ""
    sent = sum(any(revised.sendings for revised in trail.revisions) for trail in asked.trails)
    yield f"{words.counted(every, 'milestone')}, {sent} of them sent{left}"


def answer_object(asked: Asked, _limit: int) -> Iterator[str]:
    """Yield an answer for machines, one JSON object with all that is on record."""
    as_json = {
        "asked": asked.said,
        "why_none": asked.why_none or None,
        "milestones": [
            {"slot": trail.slot, "revisions": list(map(_revision_as_json, trail.revisions))} for trail in asked.trails
        ],
    }
    yield in_json(as_json)


ANSWERS: Mapping[AnswerFormat, Callable[[Asked, int], Iterator[str]]] = {
    AnswerFormat.TEXT: answer_lines,
    AnswerFormat.JSON: answer_object,
}
"""How each format writes an answer."""


def _revision_lines(revised: Revised, of: str) -> Iterator[str]:
    its = revised.milestone
    recorded = f", recorded {in_minutes(revised.recorded_at)}" if revised.recorded_at else ""
    yield f"  revision {its.revision}: {status_in_words(its)}, of {its.period}"
    yield from indented(its.headline, 4)
    if its.holders:
        holders = [f"{holder_name(holder)} since {holder.since}" for holder in its.holders]
        yield from indented(f"held by {words.listed(holders)}", 4)
    if its.because:
        yield from indented(f"not certain: {'; '.join(its.because[:3])}", 4)
    if its.evidence:
        edition = its.evidence.edition
        yield f"    document  fetched {edition.fetched_at or 'at an unknown time'} from {edition.url}"
        yield f"              SHA-256 {edition.sha256}"
    yield f"    bulletin  {revised.bulletin}{recorded}"
    for sending in revised.sendings:
        yield f"    message   {sending.message}: {_told_in_words(sending, of)}"
    if revised.why_not:
        yield from words.wrapped(
            f"not sent: {revised.why_not}", 100, initial_indent=" " * 4, subsequent_indent=" " * 14
        )


def _told_in_words(sending: Sending, of: str) -> str:
    told = sending.told
    if told is None:
        return "to be sent" if of.startswith("--stack") else "would be sent"
    match told.delivery:
        case Delivery.SENT:
            when = told.sent_at or told.seen_at
            seen = "" if told.sent_at else ", as the witness saw"
            return f"sent {in_minutes(when)}{seen}" if when else "sent"
        case Delivery.SENDING:
            taken = f" since {in_minutes(told.taken_at)}" if told.taken_at else ""
            return f"in doubt{taken}: `chartwatch stories {of}`"
        case Delivery.PENDING:
            return "refused by SNS; `reconcile` sends it"


def _revision_as_json(revised: Revised) -> dict[str, Any]:
    return {
        **revised.milestone.as_json(),
        "bulletin": revised.bulletin,
        "recorded_at": revised.recorded_at and revised.recorded_at.isoformat(),
        "messages": [{"message": sending.message, **_told_as_json(sending.told)} for sending in revised.sendings],
        "why_not_sent": revised.why_not or None,
    }


def _told_as_json(told: Told | None) -> dict[str, Any]:
    times = ("taken_at", "sent_at", "seen_at")
    return {
        "delivery": told and told.delivery.value,
        **{name: told and (moment := getattr(told, name)) and moment.isoformat() for name in times},
        "message_id": told.message_id or None if told else None,
    }
