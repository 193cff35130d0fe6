"""`chartwatch webhooks`: Slack, Discord, Teams and programs that a deployment posts stories or digests to.

`chartwatch subscribe` adds them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from chartwatch.adapters.webhooks import Standing, Topic
from chartwatch.adapters.workstation import deployed_webhooks
from chartwatch.cli.application import AnswerAs, AnswerFormat, OfStack, application, mistake, write
from chartwatch.domain import words

app = application("List webhooks, send again what one did not take, and remove them.")

_NOUNS: Mapping[Topic, str] = {Topic.STORIES: "stories", Topic.DIGESTS: "digests"}


@app.command("list")
def list_(*, stack: OfStack, answer: AnswerAs = AnswerFormat.TEXT) -> None:
    """List the webhooks of a deployment, with what they get, and how many messages wait for each."""
    with deployed_webhooks(stack) as webhooks:
        standings = webhooks.list()
    if answer is AnswerFormat.JSON:
        write([json.dumps([_as_json(its) for its in standings], ensure_ascii=False)])
    else:
        write(standing_lines(standings))
        write([f"{words.counted(len(standings), 'webhook')} in {stack}"])


@app.command()
def resend(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The webhook to send to, as `list` names it.")],
    *,
    stack: OfStack,
    parked_from: Annotated[
        str | None, typer.Option("--parked-from", metavar="NAME", help="What another one, since removed, did not take.")
    ] = None,
) -> None:
    """Send again what is parked of a webhook, which takes it now; each message keeps its id."""
    with deployed_webhooks(stack) as webhooks:
        refuse_unknown([name], webhooks.names(), stack)
        count = webhooks.resend(name, parked_from or name)
    write([f"{words.counted(count, 'message')} sent again to {name}"])


@app.command()
def remove(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="The webhooks, as `list` names them.")
    ] = None,
    *,
    stack: OfStack,
    every: Annotated[
        bool, typer.Option("--all", help="All of them: before, or after, the stack itself is removed.")
    ] = False,
) -> None:
    """Remove webhooks, with the messages that wait for them."""
    if every is bool(names):
        raise mistake("NAME", "name the webhooks to remove, or give --all")
    with deployed_webhooks(stack) as webhooks:
        there = webhooks.names()
        refuse_unknown(names or (), there, stack)
        for name in names or there:
            webhooks.remove(name)
            write([f"{name} is removed"])


def refuse_unknown(names: Iterable[str], there: Sequence[str], stack: str) -> None:
    """Raise `ArgumentError` for a name that is none of those there are."""
    for name in names:
        if name not in there:
            raise mistake("NAME", f"{name!r} is no webhook of {stack}; there are {', '.join(there) or 'none'}")


def standing_lines(standings: Iterable[Standing]) -> Iterator[str]:
    """Yield a line for each webhook: its name, where it is, what it gets, and what waits."""
    for its in standings:
        gets = _NOUNS[its.topic] if its.topic else "nothing: it is subscribed to no topic"
        only = f" {json.dumps(its.filter_policy, ensure_ascii=False)}" if its.filter_policy else ""
        yield f"{its.webhook.name}  {its.webhook.host}  {gets}{only}  {its.waiting} waiting"


def _as_json(its: Standing) -> Mapping[str, Any]:
    return {
        "name": its.webhook.name,
        "kind": its.webhook.kind,
        "host": its.webhook.host,
        "topic": _NOUNS[its.topic] if its.topic else None,
        "filter_policy": its.filter_policy,
        "waiting": its.waiting,
    }
