"""`chartwatch webhooks`: Slack, Discord, Teams and programs that a deployment posts stories or digests to."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from chartwatch.adapters.webhooks import Standing, Topic
from chartwatch.adapters.workstation import deployed_webhooks
from chartwatch.cli.application import AnswerAs, AnswerFormat, application, mistake, write
from chartwatch.domain import words
from chartwatch.domain.stories.webhooks import WebhookKind

app = application("Add, list and remove webhooks: Slack, Discord, Teams, or a program of yours.")

OfStack = Annotated[str, typer.Option("--stack", metavar="NAME", help="The deployed stack.")]

_NOUNS: Mapping[Topic, str] = {Topic.STORIES: "stories", Topic.DIGESTS: "digests"}


@app.command()
def add(
    kind: Annotated[WebhookKind, typer.Argument(metavar="KIND", help="slack, discord, teams, or webhook: a program.")],
    url: Annotated[
        str, typer.Argument(metavar="URL", help="Where to post; `-` reads it, as it is secret, from stdin.")
    ],
    *,
    stack: OfStack,
    digest: Annotated[bool, typer.Option("--digest", help="Post the digests, and not the stories.")] = False,
    filter_policy: Annotated[
        str | None,
        typer.Option("--filter-policy", metavar="JSON", help="Post only what it lets through."),
    ] = None,
) -> None:
    """Add a webhook, and show, once, the secret by which it knows that a message is from this deployment."""
    address = sys.stdin.readline().strip() if url == "-" else url
    policy = read_filter_policy(filter_policy) if filter_policy is not None else None
    topic = Topic.DIGESTS if digest else Topic.STORIES
    with deployed_webhooks(stack) as webhooks:
        added = webhooks.add(kind, address, policy, topic)
    write([f"{added.name} gets the {_NOUNS[topic]} of {stack}, at {added.host}"])
    write([f"Its secret, shown this once: {added.secret}"])


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


def read_filter_policy(text: str) -> Mapping[str, Any]:
    """Return the filter policy that an option was given. Raises `OptionError`."""
    try:
        policy = json.loads(text)
    except ValueError as error:
        raise mistake("--filter-policy", f"is no JSON: {error}") from error
    if not isinstance(policy, dict):
        raise mistake("--filter-policy", 'is no object of JSON such as {"territories": ["US"]}')
    return policy


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
