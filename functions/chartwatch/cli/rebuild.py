"""`chartwatch rebuild`: the record of a chart, made anew from what was published and what was sent."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

import typer

from chartwatch.adapters.workstation import deployed_stores
from chartwatch.cli.application import AnswerAs, AnswerFormat, ChartId, OfStack, application, in_json, mistake, write
from chartwatch.cli.lists import Limit
from chartwatch.cli.progress import FollowedCharts, progress
from chartwatch.cli.wording import changed_lines, did_you_mean
from chartwatch.domain import words
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.rules import included_rules
from chartwatch.services.detect import Detector

app = application()


@app.command()
def rebuild(
    chart: ChartId,
    *,
    stack: OfStack,
    store: Annotated[bool, typer.Option("--write", help="Make the result the record; nothing of it is sent.")] = False,
    send: Annotated[
        bool, typer.Option("--send", help="As --write, and send what contradicts that which was last sent.")
    ] = False,
    limit: Limit = None,
    output: AnswerAs = AnswerFormat.TEXT,
) -> None:
    """Fold a deployed chart from its beginning, and show what that changes."""
    with deployed_stores(stack) as stores:
        known = stores.charts.charts()
        if chart not in known:
            there_are = f"there are {', '.join(known) or 'none'}{did_you_mean(chart, known)}"
            raise mistake("CHART", f"{chart!r} is not in the stack {stack}; {there_are}")
        rules, catalog = included_rules(stores.parameters["RulesFile"]), stores.catalogs.current()
        head = stores.record.head(chart)
        if head is not None and (head.rules, head.catalog) != (rules.versions, catalog.version):
            # What these change is news, which a rebuild would keep back.
            said = f"is recorded by other rules or another catalog than {stack} has here; `reconcile` is to run first"
            raise mistake("CHART", f"{chart} {said}")
        live_from = date.fromisoformat(stores.parameters["LiveFrom"])
        muted = stores.mutes.mutes()
        with progress() as bar:
            followed = FollowedCharts(stores.charts, bar)
            detector = Detector(followed, stores.record, catalog, rules, live_from, muted=muted)
            bulletin = detector.rebuild(chart, commit=store or send, send=send)
    if output is AnswerFormat.JSON:
        write([in_json(rebuilt_as_json(chart, bulletin, written=store or send))])
    else:
        write(rebuilt_lines(chart, bulletin, written=store or send, limit=limit))


def rebuilt_lines(chart: str, bulletin: Bulletin | None, *, written: bool, limit: int | None = None) -> Iterator[str]:
    """Yield what a rebuild changes, and what became of it."""
    changes = bulletin.changes if bulletin else ()
    yield from changed_lines(changes, limit)
    counted = words.counted(len(changes), "change") if changes else "no change"
    done = "the record was written" if written else "nothing was written; --write does, and --send also sends"
    yield f"{counted} of {chart}: {done}"


def rebuilt_as_json(chart: str, bulletin: Bulletin | None, *, written: bool) -> dict[str, Any]:
    """Return what a rebuild changes, for machines; each change as `replay --format jsonl` has it, and if it is sent."""
    return {
        "chart": chart,
        "is_written": written,
        "bulletin": bulletin.id if bulletin and written else None,
        "changes": [
            {**change.milestone.as_json(), "is_sent": change.is_sent}
            for change in (bulletin.changes if bulletin else ())
        ],
    }
