"""`chartwatch subscribe`: let somebody have what a deployment sends, filtered, or see first what that would be."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from chartwatch.adapters.sns_limits import MAX_POLICIES
from chartwatch.cli.application import CatalogPlace, Origins, application, mistake, write
from chartwatch.cli.asked_filters import Asked
from chartwatch.cli.wording import filter_in_words, policy_in_words
from chartwatch.domain import words
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.stories.filters import Filter
from chartwatch.domain.stories.message import as_text
from chartwatch.domain.stories.webhooks import WebhookKind
from chartwatch.errors import OptionError
from chartwatch.services.delivery_ports import Subscriber

if TYPE_CHECKING:
    from chartwatch.adapters.sns import SnsSubscribers
    from chartwatch.adapters.workstation import DeployedSubscriptions


class Protocol(StrEnum):
    """How it is delivered: by SNS, or posted to a webhook."""

    EMAIL = "email"
    SQS = "sqs"
    LAMBDA = "lambda"
    HTTPS = "https"
    SLACK = "slack"
    DISCORD = "discord"
    TEAMS = "teams"
    WEBHOOK = "webhook"


_WEBHOOKS: Mapping[Protocol, WebhookKind] = {Protocol(kind): kind for kind in WebhookKind}

_HTTPS = (r"https://[^\s/]+\S*", "an address such as https://example.org/news")

_ENDPOINTS: Mapping[Protocol, tuple[str, str]] = {
    Protocol.EMAIL: (r"[^@\s]+@[^@\s]+", "an address such as you@example.org"),
    Protocol.SQS: (
        r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[\w-]+",
        "the ARN of a queue that is no FIFO queue, such as arn:aws:sqs:eu-west-1:123456789012:news",
    ),
    Protocol.LAMBDA: (
        r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(:[\w$-]+)?",
        "the ARN of a function, such as arn:aws:lambda:eu-west-1:123456789012:function:news",
    ),
    Protocol.HTTPS: _HTTPS,
    **dict.fromkeys(_WEBHOOKS, _HTTPS),
}
"""What an endpoint looks like, and how that is said."""

_NEXT: Mapping[Protocol, str] = {
    Protocol.EMAIL: (
        "AWS has sent it a link. Do not follow that, but copy it: chartwatch confirm LINK --stack {stack}"
    ),
    Protocol.SQS: "Its own policy has to let the topic send to it: docs/subscribing.md",
    Protocol.LAMBDA: "Its own policy has to let the topic invoke it: docs/subscribing.md",
    Protocol.HTTPS: (
        "AWS has posted a SubscriptionConfirmation to it, with a token: chartwatch confirm TOKEN --stack {stack}"
    ),
}
"""What is left to do once an endpoint is subscribed."""

app = application()


@app.command()
def subscribe(
    protocol: Annotated[
        Protocol,
        typer.Argument(metavar="PROTOCOL", help="email, sqs, lambda, https, slack, discord, teams or webhook."),
    ],
    endpoint: Annotated[
        str,
        typer.Argument(
            metavar="ENDPOINT", help="An email address, an ARN, or an https address; `-` reads it, as it is secret."
        ),
    ],
    *,
    stack: Annotated[str | None, typer.Option(metavar="NAME", help="The deployed stack.")] = None,
    chart: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only of this chart; this and what follows is repeatable.")
    ] = None,
    origin: Annotated[
        list[str] | None, typer.Option(metavar="COUNTRY", help="Only of works from here: KR, or South Korea.")
    ] = None,
    territory: Annotated[
        list[str] | None, typer.Option(metavar="COUNTRY", help="Only of what happens here; GLOBAL: on world charts.")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(metavar="LANGUAGE", help="Only of works in this: ko, or Korean.")
    ] = None,
    kind: Annotated[list[str] | None, typer.Option(metavar="KIND", help="Only of works of this kind: series.")] = None,
    rule: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only what this rule tells.")] = None,
    min_priority: Annotated[
        int | None,
        typer.Option(
            min=min(Priority),
            max=max(Priority),
            metavar="N",
            help="4: firsts and races alone; 3: nths too; 2: spreads and runs too; 1: new #1s too.",
        ),
    ] = None,
    digest: Annotated[bool, typer.Option("--digest", help="One digest a publication, and not its stories.")] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Subscribe nobody: show what would have come in the latest year.")
    ] = False,
    origins: Origins = None,
    catalog: CatalogPlace = None,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Show the latest N messages of a preview: 20.")
    ] = None,
) -> None:
    """Subscribe somebody to what a deployment sends, or preview what that would be."""
    asked = Asked(
        charts=chart or (),
        territories=territory or (),
        origins=origin or (),
        languages=language or (),
        kinds=kind or (),
        rules=rule or (),
        min_priority=min_priority,
        digest=digest,
    )
    endpoint = sys.stdin.readline().strip() if endpoint == "-" else endpoint
    _refuse_no_endpoint(protocol, endpoint)
    if preview:
        from chartwatch.cli.previews import (  # noqa: PLC0415  # it reads rules, which take time
            open_past,
            preview_lines,
            preview_of,
            told,
        )

        with open_past(origins or (), stack, catalog) as past:
            wanted = asked.filter(past.charts.charts(), past.rules.versions)
            write(preview_lines(preview_of(told(past), wanted, digests=digest), _what(asked), limit))
        return
    for option, given in (("--from", origins), ("--catalog", catalog), ("--limit", limit)):
        if given:
            raise OptionError(option, "is for --preview")
    if stack is None:
        raise OptionError("--stack", "is needed: it names the deployment to subscribe to")
    from chartwatch.adapters.workstation import deployed_subscriptions  # noqa: PLC0415  # previews are without boto3

    with deployed_subscriptions(stack) as deployed:
        wanted = asked.filter(deployed.charts.charts(), _rules(deployed))
        if protocol in _WEBHOOKS:
            write(_added(stack, _WEBHOOKS[protocol], endpoint, wanted, digest=digest))
            return
        before = put_in_force(deployed, protocol, endpoint, wanted, digest=digest)
    write([f"{endpoint} gets {_what(asked, 2)}: {filter_in_words(wanted)}", f"filter policy: {as_text(wanted.policy)}"])
    done = f"Until now it got: {before}. AWS may take 15 minutes." if before else _NEXT[protocol].format(stack=stack)
    write([done])


def _added(stack: str, kind: WebhookKind, url: str, wanted: Filter, *, digest: bool) -> Iterator[str]:
    """Add a webhook, and yield what it gets, and its secret, which is shown this once."""
    from chartwatch.adapters.webhooks import Topic  # noqa: PLC0415  # previews are without boto3
    from chartwatch.adapters.workstation import deployed_webhooks  # noqa: PLC0415  # previews are without boto3

    with deployed_webhooks(stack) as webhooks:
        added = webhooks.add(kind, url, wanted.policy or None, Topic.DIGESTS if digest else Topic.STORIES)
    yield f"{added.name}, at {added.host}, gets {'digests' if digest else 'stories'}: {filter_in_words(wanted)}"
    yield f"Its secret, shown this once: {added.secret}"


def put_in_force(
    deployed: "DeployedSubscriptions", protocol: str, endpoint: str, wanted: Filter, *, digest: bool
) -> str | None:
    """Subscribe an endpoint, or give one that is subscribed this filter; return in words which one it had then.

    Raises `OptionError` for the witness, and when the topic has as many filters as SNS takes.
    """
    if endpoint == deployed.witness:
        raise mistake("ENDPOINT", "is the witness, which has to see every message: its subscription stays as it is")
    topic, subscribers = deployed.digests if digest else deployed.stories, deployed.subscribers
    its = [who for who in subscribers.current() if who.topic == topic and who.arn]
    known = next((who for who in its if (who.protocol, who.endpoint) == (protocol, endpoint)), None)
    if wanted.policy:
        _refuse_more_than_sns_takes(subscribers, [who for who in its if who is not known])
    if known is None:
        subscribers.subscribe(topic, protocol, endpoint, wanted.policy, deployed.failures)
        return None
    terms = subscribers.terms(known)
    if terms.by_body:
        raise mistake("ENDPOINT", "is subscribed by a filter of fields of the body; `chartwatch unsubscribe` it first")
    subscribers.refilter(known, wanted.policy)
    return policy_in_words(terms.policy)


def _refuse_more_than_sns_takes(subscribers: "SnsSubscribers", others: Sequence[Subscriber]) -> None:
    if len(others) < MAX_POLICIES:
        return
    filtered = sum(bool(subscribers.terms(who).policy) for who in others)
    if filtered >= MAX_POLICIES:
        said = f"{filtered} others have a filter, and SNS takes {MAX_POLICIES} a topic unless it is asked for more"
        raise mistake("ENDPOINT", f"{said}; subscribe without a filter")


def _what(asked: Asked, number: int = 1) -> str:
    noun = "digest" if asked.digest else "story"
    return noun if number == 1 else words.plural(noun)


def _refuse_no_endpoint(protocol: Protocol, endpoint: str) -> None:
    form, example = _ENDPOINTS[protocol]
    if re.fullmatch(form, endpoint) is None:
        # Whoever knows the address of a webhook can post there.
        said = "what was given" if protocol in _WEBHOOKS else repr(endpoint)
        raise mistake("ENDPOINT", f"{said} is not {example}")


def _rules(deployed: "DeployedSubscriptions") -> list[str]:
    from chartwatch.rules import included_rules  # noqa: PLC0415  # help is shown without pydantic

    return list(included_rules(deployed.parameters["RulesFile"]).versions)
