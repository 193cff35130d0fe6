"""The demo: the real template on a local AWS, two years of a chart, and the alerts as a person gets them."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from chartwatch.adapters.catalog_file import read_catalog
from chartwatch.cli.histories import SAMPLE_OPTIONS
from chartwatch.cli.replay import replay
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.stories.story import Story, stories
from chartwatch.rules import default_rules
from chartwatch.sources import open_source
from chartwatch_local.aws import LocalError, local_aws, wait_until
from chartwatch_local.checkout import SAMPLE
from chartwatch_local.deploy import build, deploy
from chartwatch_local.mapping import mappings
from chartwatch_local.pipeline import NEVER, Pipeline
from chartwatch_local.provider import Provider, provider
from chartwatch_local.sink import Sink, sink

CHART = SAMPLE / "netflix-daily-us.csv"
CATALOG = SAMPLE / "catalog.csv"

CHART_ID = SAMPLE_OPTIONS["chart"]

LIVE_FROM = date(2021, 9, 1)
"""What lies before it is history: recorded, and told to nobody."""

LAST = date(2022, 2, 4)
"""The day the demo is about."""

FETCHES = (
    *(date(2021, 9, 30), date(2021, 12, 31), LAST - timedelta(days=1)),
    LAST,
)
"""Up to which day the provider has published at each fetch; a fetch a day takes longer and ends the same."""

NEWS = (
    "All of Us Are Dead",
    "7 days after release",
    "fourth non-English series",
    "Who Killed Sara?",
    "Squid Game",
    "Money Heist",
    "South Korea is the first country with two",
)
"""What the last email must say."""

FOLLOWED = "KR"
"""The country whose titles a second subscriber follows."""

WAIT_SECONDS = 150
"""How long the functions may take for what was fetched: far longer than they need, for a busy machine."""

LOOK_SECONDS = 0.5
"""How often it is looked whether they are done. To look is to ask the local AWS, which has enough to do for them."""


def run() -> None:
    """Run the demo and print it. Exits with 1, and says why, when anything is not as it should be."""
    console = Console(highlight=False)
    started = time.monotonic()
    try:
        with ExitStack() as running:
            _run(console, running)
    except LocalError as error:
        Console(stderr=True, highlight=False).print(Text(f"\nThe demo failed: {error}", "bold red"))
        sys.exit(1)
    console.print(f"\n[bold green]Done in {time.monotonic() - started:.0f} seconds.[/] Everything is stopped.")


def _run(console: Console, running: ExitStack) -> None:
    console.print("[bold]Chartwatch, whole, on this machine[/]: Netflix's daily Top 10, 2020 to 2022\n")
    with stage(console, "sam build"):
        made = build()
    with stage(console, "start a local AWS"):
        aws = running.enter_context(local_aws(made.artifact))
    its = running.enter_context(provider())
    with stage(console, "sam deploy template.yaml"):
        pipeline = Pipeline(aws, deploy(aws, made, parameters(its)))
    running.enter_context(mappings(aws))
    inbox = running.enter_context(sink(aws.endpoint))
    show(console, pipeline, its, inbox)


def parameters(its: Provider) -> Mapping[str, str]:
    """Return the values of the template's parameters: the one source is the chart that the provider serves."""
    return {
        "LiveFrom": LIVE_FROM.isoformat(),
        "NetflixCountriesSchedule": "",
        "NetflixGlobalSchedule": "",
        "CsvSchedule": NEVER,
        "CsvOptions": json.dumps({**SAMPLE_OPTIONS, "url": its.url}),
        # Nobody here gets email, so the fastest that the template allows: the demo would wait for nothing else.
        "MessagesPerSecond": "10",
    }


def show(console: Console, pipeline: Pipeline, its: Provider, inbox: Sink) -> None:
    """Let a freshly deployed pipeline live through the sample, and show what its subscribers get.

    Raises `LocalError` when that is not exactly what a replay in memory comes to, or a function fails.
    """
    expected = replayed(pipeline.aws.log.parent)
    with stage(console, "load the catalog, subscribe"):
        pipeline.load_catalog(CATALOG)
        pipeline.subscribe(inbox, "StoryTopicArn", {"chart": [CHART_ID]})
        queue = pipeline.subscribe_queue("followers", "StoryTopicArn", {"origin_countries": [FOLLOWED]})
    eve = LIVE_FROM - timedelta(days=1)
    with stage(console, f"fetch the history until {eve}, silently"):
        its.document = document(eve)
        pipeline.fetch("csv")
        _wait(pipeline, lambda: pipeline.recorded_until(CHART_ID) == eve, "the history was not recorded")
        if told := inbox.notifications:
            raise LocalError(f"history was told: {told[0].subject}")
    console.print()
    console.print(Rule("Inbox", style="cyan"))
    shown = 0
    for day in FETCHES:
        its.document = document(day)
        pipeline.fetch("csv")
        due = [story for story in expected if story.body["period"] <= day.isoformat()]
        _wait(pipeline, partial(_has, inbox, len(due)), f"not every story until {day} came")
        for story in due[shown:]:
            _print_story(console, story, _received(inbox, story))
        shown = len(due)
    console.print(Rule(style="cyan"))
    _confirm(pipeline, inbox, expected)
    _print_share(console, pipeline.take(queue), expected)


def document(last_day: date) -> bytes:
    """Return the sample as its provider has published it by a day."""
    header, *rows = CHART.read_text().splitlines(keepends=True)
    return "".join([header, *(row for row in rows if row[:10] <= last_day.isoformat())]).encode()


def replayed(scratch: Path) -> Sequence[Story]:
    """Return the stories of the same days by a replay in memory, in the order of telling."""
    file = scratch / CHART.name
    file.write_bytes(document(LAST))
    source = open_source("csv", SAMPLE_OPTIONS)
    bulletins = replay([file], source, read_catalog(CATALOG), default_rules(), live_from=LIVE_FROM)
    return [story for bulletin in bulletins for story in stories(bulletin)]


@contextmanager
def stage(console: Console, name: str) -> Iterator[None]:
    """Print what is being done, and then how many seconds it took."""
    started = time.monotonic()
    with console.status(f"{name} ..."):
        yield
    console.print(f"  [green]✓[/] {name:<56}{time.monotonic() - started:6.1f} s")


def _wait(pipeline: Pipeline, met: Callable[[], bool], otherwise: str) -> None:
    """Wait for what the functions do. Raises `LocalError` with their logs when it does not come."""
    try:
        wait_until(met, WAIT_SECONDS, otherwise, LOOK_SECONDS)
    except LocalError as error:
        raise LocalError(f"{error}\n{pipeline.all_logs()}") from error


def _has(inbox: Sink, stories_due: int) -> bool:
    return len(inbox.notifications) >= stories_due


def _received(inbox: Sink, story: Story) -> Mapping[str, Any]:
    """Return the body that arrived for a story. Raises `LocalError` when none did."""
    for notification in inbox.notifications:
        if notification.body["story"] == story.id and notification.subject == story.subject:
            return notification.body
    came = "\n".join(notification.subject for notification in inbox.notifications)
    raise LocalError(f"{story.subject!r} of {story.body['period']} did not come; these did:\n{came}")


def _print_story(console: Console, story: Story, body: Mapping[str, Any]) -> None:
    """Print a story as it stands in an inbox, and opened when it is of more than a plain change."""
    opened = story.priority > Priority.CHANGE
    _print_line(console, f"{body['period']}  {body['subject']}", "bold" if opened else "")
    if opened:
        for line in ["", *body["text"].splitlines(), ""]:
            _print_line(console, f"    {line}", "cyan")


def _print_line(console: Console, line: str, style: str = "") -> None:
    """Print a line as it is: nothing in it is markup, and no terminal is too narrow for it."""
    console.print(Text(line, style), soft_wrap=True)


def _confirm(pipeline: Pipeline, inbox: Sink, expected: Sequence[Story]) -> None:
    """Raise `LocalError` unless every story came once, no function failed, and the last email says the news."""
    came = sorted(notification.body["story"] for notification in inbox.notifications)
    if came != sorted(story.id for story in expected):
        raise LocalError(f"{len(expected)} stories were due, each once, and these came: {', '.join(came)}")
    if failures := pipeline.failures():
        raise LocalError(f"a function gave up: {json.dumps(failures[0], indent=2)}\n{pipeline.all_logs()}")
    text = " ".join(_received(inbox, expected[-1])["text"].split())
    if missing := [said for said in NEWS if said not in text]:
        raise LocalError(f"the last email does not say {missing[0]!r}:\n{text}")


def _print_share(console: Console, taken: Sequence[Mapping[str, Any]], expected: Sequence[Story]) -> None:
    """Print what came to the queue of the follower. Raises `LocalError` unless it is its share."""
    share = [story.subject for story in expected if FOLLOWED in story.body["work"]["origin_countries"]]
    subjects = [body["subject"] for body in taken]
    if sorted(subjects) != sorted(share):
        raise LocalError(f"the follower of {FOLLOWED} was due {share} and got {subjects}")
    policy = json.dumps({"origin_countries": [FOLLOWED]})
    console.print(f"\nAn SQS queue with the filter policy [cyan]{policy}[/] got {len(share)} of {len(expected)}:")
    for subject in subjects:
        _print_line(console, f"  {subject}")
