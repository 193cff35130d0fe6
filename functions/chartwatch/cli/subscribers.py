"""`chartwatch subscribers`: who gets what a deployment sends, who is gone, and how no mail scanner unsubscribes."""

from collections.abc import Iterable, Iterator
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import typer

from chartwatch.adapters.workstation import deployed_delivery
from chartwatch.cli.application import application, mistake, write
from chartwatch.domain import words
from chartwatch.services.ports import Subscriber

app = application()


@app.command()
def subscribers(
    *,
    stack: Annotated[str, typer.Option(metavar="NAME", help="The deployed stack.")],
    confirm: Annotated[
        list[str] | None,
        typer.Option(
            "--confirm",
            metavar="LINK",
            help="The link of a confirmation email, not followed: confirm so that no link of an email unsubscribes.",
        ),
    ] = None,
    dismiss: Annotated[
        list[str] | None,
        typer.Option("--dismiss", metavar="GONE", help="This one is gone for good: report it no more."),
    ] = None,
) -> None:
    """List who is subscribed and who is gone, confirm for good, or dismiss."""
    with deployed_delivery(stack) as delivery:
        for link in confirm or ():
            topic, token = topic_and_token(link, delivery.subscribers.topics())
            delivery.subscribers.confirm(topic, token)
        current = delivery.subscribers.current()
        known = delivery.checkpoints.subscribers()
        gone = known - {who.name for who in current}
        for name in dismiss or ():
            if name not in gone:
                raise mistake("--dismiss", f"{name!r} is not gone; gone are {', '.join(sorted(gone)) or 'none'}")
        if dismiss:
            gone -= {*dismiss}
            delivery.checkpoints.note_subscribers(known - {*dismiss})
        protected = {who.arn for who in current if who.arn and delivery.subscribers.is_protected(who)}
    write(subscriber_lines(current, protected))
    write(f"gone: {name}" for name in sorted(gone))
    write([f"{words.counted(len(current), 'subscription')} in {stack}"])


def topic_and_token(link: str, topics: Iterable[str]) -> tuple[str, str]:
    """Return what the link of a confirmation email says. Raises `OptionError` when it is none of these topics'."""
    query = parse_qs(urlsplit(link).query)
    topic, token = (query.get(name, [""])[0] for name in ("TopicArn", "Token"))
    if topic not in topics or not token:
        raise mistake("--confirm", f"{link!r} is not the confirmation link of a topic of this stack; copy it whole")
    return topic, token


def subscriber_lines(current: Iterable[Subscriber], protected: Iterable[str]) -> Iterator[str]:
    """Yield a line for each subscription: its topic, who it is, and how it stands."""
    for who in current:
        if not who.arn:
            state = "not confirmed"
        elif who.protocol == "email" and who.arn not in protected:
            state = "confirmed; whoever follows the link in an email unsubscribes it"
        else:
            state = "confirmed"
        yield f"{who.topic.rpartition(':')[2]}  {who.protocol}  {who.endpoint}  {state}"
