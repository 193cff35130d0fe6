"""The demo: the real template on a local AWS, two years of a chart, and the alerts as a person gets them."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.adapters.starter import starter_catalog
from chartwatch.cli.replay import replay
from chartwatch.cli.sample_chart import SAMPLE as SAMPLE_HISTORY
from chartwatch.cli.sample_chart import SAMPLE_OPTIONS
from chartwatch.cli.site import write_site
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.stories.story import Story, stories
from chartwatch.rules import default_rules
from chartwatch.site.addresses import FRONT
from chartwatch.sources import open_source
from chartwatch_local.aws import LocalError, local_aws, wait_until
from chartwatch_local.checkout import SAMPLE, STATE
from chartwatch_local.deploy import build, deploy
from chartwatch_local.mapping import mappings
from chartwatch_local.pipeline import NEVER, Pipeline
from chartwatch_local.provider import Provider

CHART = SAMPLE / "netflix-daily-us.csv"

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
    "Fourth non-English series",
    "Who Killed Sara?",
    "Squid Game",
    "Money Heist",
    "South Korea is the first country with two",
)
"""What the last email must say."""

FOLLOWED = "KR"
"""The country whose titles a second subscriber follows."""

SITE = STATE / "site"
"""Where the site of the sample is written."""

WAIT_SECONDS = 150
"""How long the functions may take for what was fetched: far longer than they need, for a busy machine."""

LOOK_SECONDS = 0.5
"""How often it is looked whether they are done. To look is to ask the local AWS, which has enough to do for them."""


def run() -> None:
    """Run the demo and print it. Exits with 1, and says why, when anything is not as it should be."""
    console = Console(highlight=False)
    started = time.monotonic()
    console.print("[bold]Chartwatch, whole, on this machine[/]: Netflix's daily Top 10, 2020 to 2022\n")
    try:
        with ExitStack() as running:
            with stage(console, "sam build"):
                made = build()
            with stage(console, "start a local AWS"):
                aws = running.enter_context(local_aws(made.artifact))
            its = Provider(aws)
            with stage(console, "sam deploy template.yaml"):
                pipeline = Pipeline(aws, deploy(aws, made, parameters(its)))
            running.enter_context(mappings(aws))
            show(console, pipeline, its)
    except LocalError as error:
        Console(stderr=True, highlight=False).print(Text(f"\nThe demo failed: {error}", "bold red"))
        sys.exit(1)
    with stage(console, "write the site"):
        write_site(SITE, [SAMPLE_HISTORY])
    console.print(f"\n[bold green]Done in {time.monotonic() - started:.0f} seconds.[/] Everything is stopped.")
    console.print(
        Text(f"Open {SITE / FRONT} to look at the same, and all before it, as pages.", overflow="ignore", no_wrap=True)
    )


def parameters(its: Provider) -> Mapping[str, str]:
    """Return the values of the template's parameters: the one source is the chart that the provider serves."""
    return {
        "LiveFrom": LIVE_FROM.isoformat(),
        "NetflixCountriesSchedule": "never",
        "NetflixGlobalSchedule": "never",
        "CsvSchedule": NEVER,
        "CsvOptions": json.dumps({**SAMPLE_OPTIONS, "url": its.url}),
        # The starter catalog knows the sample's works, and nothing here asks anybody on the internet.
        "WikidataAddress": "none",
        # Nobody here gets email, so the fastest that the template allows: the demo would wait for nothing else.
        "MessagesPerSecond": "10",
    }


def show(console: Console, pipeline: Pipeline, its: Provider) -> None:
    """Let a freshly deployed pipeline live through the sample, and show what its subscribers get.

    Raises `LocalError` when that is not exactly what a replay in memory comes to, or a function fails.
    """
    with stage(console, "subscribe"):
        mailbox = pipeline.subscribe_queue("everybody", "StoryTopicArn", {"chart": [CHART_ID]})
        queue = pipeline.subscribe_queue("followers", "StoryTopicArn", {"origin_countries": [FOLLOWED]})
    eve = LIVE_FROM - timedelta(days=1)
    with stage(console, f"fetch the history until {eve}, silently"):
        its.publish(document(eve))
        pipeline.fetch("csv")
        _wait(pipeline, lambda: pipeline.recorded_until(CHART_ID) == eve, "the history was not recorded")
        if told := pipeline.take(mailbox):
            raise LocalError(f"history was told: {told[0]['subject']}")
    console.print()
    console.print(Rule("Inbox", style="cyan"))
    expected = replayed(pipeline.aws.log.parent)
    for before, day in pairwise((eve, *FETCHES)):
        its.publish(document(day))
        pipeline.fetch("csv")
        due = [story for story in expected if before.isoformat() < story.body["period"] <= day.isoformat()]
        came = _delivered(pipeline, mailbox, due)
        for story in due:
            _print_story(console, story, came[story.id])
    console.print(Rule(style="cyan"))
    _confirm(pipeline, came[expected[-1].id]["text"])
    share = [story for story in expected if FOLLOWED in story.body["work"]["origin_countries"]]
    policy = json.dumps({"origin_countries": [FOLLOWED]})
    console.print(f"\nAn SQS queue with the filter policy [cyan]{policy}[/] got {len(share)} of {len(expected)}:")
    for body in _delivered(pipeline, queue, share).values():
        _print_line(console, f"  {body['subject']}")
    _delivered(pipeline, mailbox, [])  # each came once


def document(last_day: date) -> bytes:
    """Return the sample as its provider has published it by a day."""
    header, *rows = CHART.read_text().splitlines(keepends=True)
    return "".join([header, *(row for row in rows if row[:10] <= last_day.isoformat())]).encode()


def replayed(scratch: Path) -> Sequence[Story]:
    """Return the stories of the same days by a replay in memory, in the order of telling."""
    file = scratch / CHART.name
    file.write_bytes(document(LAST))
    source = open_source("csv", SAMPLE_OPTIONS)
    bulletins = replay([file], source, starter_catalog(), default_rules(), live_from=LIVE_FROM)
    return [story for bulletin in bulletins for story in stories(bulletin, LIMITS)]


@contextmanager
def stage(console: Console, name: str) -> Iterator[None]:
    """Print what is being done, and then how many seconds it took."""
    started = time.monotonic()
    with console.status(f"{name} ..."):
        yield
    console.print(f"  [green]✓[/] {name:<56}{time.monotonic() - started:6.1f} s")


def _wait(pipeline: Pipeline, met: Callable[[], bool], otherwise: str) -> None:
    """Wait for what the functions do. Raises `LocalError` with their logs when it does not come."""
    wait_until(met, WAIT_SECONDS, otherwise, LOOK_SECONDS, logs=pipeline.all_logs)


def _delivered(pipeline: Pipeline, queue: str, due: Sequence[Story]) -> Mapping[str, Mapping[str, Any]]:
    """Take the stories that are due from a queue, and return their bodies by their ids.

    Raises `LocalError` when one of them does not come, or comes twice, or another comes.
    """
    came: list[dict[str, Any]] = []

    def are_enough() -> bool:
        came.extend(event["data"] for event in pipeline.take(queue))
        return len(came) >= len(due)

    _wait(pipeline, are_enough, f"{len(due)} stories did not come")
    subjects = sorted((body["story"], body["subject"]) for body in came)
    if subjects != sorted((story.id, story.subject) for story in due):
        raise LocalError(
            f"these stories were due, each once: {[story.subject for story in due]}; and these came: {subjects}"
        )
    return {body["story"]: body for body in came}


def _confirm(pipeline: Pipeline, email: str) -> None:
    """Raise `LocalError` when a function failed, or the last email does not say the news."""
    if failures := pipeline.failures():
        raise LocalError(f"a function gave up: {json.dumps(failures[0], indent=2)}\n{pipeline.all_logs()}")
    text = " ".join(email.split())
    if missing := [said for said in NEWS if said not in text]:
        raise LocalError(f"the last email does not say {missing[0]!r}:\n{text}")


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
