"""`chartwatch tail`: the bulletins of a deployment, by number, as they come."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Annotated

import typer

from chartwatch.adapters.operations import Operations
from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.adapters.workstation import deployed_operations
from chartwatch.cli.application import AnswerAs, AnswerFormat, OfStack, application, mistake, write
from chartwatch.cli.operations import indented
from chartwatch.cli.wording import did_you_mean
from chartwatch.domain import words
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.stories.story import stories
from chartwatch.services.record import RecordedBulletins

PAUSE = 15
"""Seconds between two looks: a query for each chart, which cost a cent in two days of six charts."""

app = application()


@app.command()
def tail(
    *,
    stack: OfStack,
    chart: Annotated[str | None, typer.Option(metavar="CHART", help="Of this chart alone.")] = None,
    since: Annotated[
        int | None, typer.Option(min=1, metavar="NUMBER", help="From this number on; else from the last one on.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Stop after what there is.")] = False,
    output: AnswerAs = AnswerFormat.TEXT,
) -> None:
    """Show the bulletins of a deployment as they come."""
    with deployed_operations(stack) as deployed:
        reached = beginnings(deployed, chart, since)
        try:
            while True:
                write(chain.from_iterable(map(BULLETINS[output], news(deployed, chart, reached))))
                sys.stdout.flush()
                if once:
                    return
                time.sleep(PAUSE)
        except KeyboardInterrupt:
            # Whoever has seen enough ends it so.
            return


def beginnings(deployed: Operations, chart: str | None, since: int | None) -> dict[str, int]:
    """Return after which bulletin of each chart to begin: before number `since`, or before the last one.

    Raises `OptionError` for a chart that there is not.
    """
    charts = deployed.charts.charts()
    if chart is not None and chart not in charts:
        there_are = f"there are {', '.join(charts)}" if charts else "there is none"
        raise mistake("--chart", f"{chart!r} is not in the stack; {there_are}{did_you_mean(chart, charts)}")
    first = {each: since or deployed.record.last_bulletin(each) for each in charts}
    return {each: max(number - 1, 0) for each, number in first.items()}


def news(deployed: Operations, chart: str | None, reached: dict[str, int]) -> Iterator[Bulletin]:
    """Yield the bulletins that came after those that were `reached`, by chart, and note them there."""
    for each in [chart] if chart else deployed.charts.charts():
        for bulletin in RecordedBulletins(deployed.record).bulletins(each, reached.get(each, 0)):
            reached[each] = bulletin.number
            yield bulletin


def bulletin_lines(bulletin: Bulletin) -> Iterator[str]:
    """Yield a bulletin for people: its number and period, what it comes to, and the subject of each message."""
    sent = sum(change.is_sent for change in bulletin.changes)
    changed = words.counted(len(bulletin.changes), "change")
    yield f"{bulletin.id}  {bulletin.period}  {changed}, {sent} sent, {len(bulletin.changes) - sent} recorded only"
    for story in stories(bulletin, LIMITS):
        yield from indented(story.subject)


def bulletin_object(bulletin: Bulletin) -> Iterator[str]:
    """Yield a bulletin for machines: a JSON object on a line; its milestones are as `chartwatch replay` writes them."""
    as_json = {
        "bulletin": bulletin.id,
        "chart": bulletin.chart,
        "number": bulletin.number,
        "period": bulletin.period.isoformat(),
        "messages": [{"story": story.id, "subject": story.subject} for story in stories(bulletin, LIMITS)],
        "milestones": [change.milestone.as_json() for change in bulletin.changes],
    }
    yield json.dumps(as_json, ensure_ascii=False)


BULLETINS: Mapping[AnswerFormat, Callable[[Bulletin], Iterator[str]]] = {
    AnswerFormat.TEXT: bulletin_lines,
    AnswerFormat.JSON: bulletin_object,
}
"""How each format writes a bulletin."""
