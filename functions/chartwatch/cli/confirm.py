"""`chartwatch confirm`: confirm a subscription so that no scanner of mail that follows links ends it."""

from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import typer

from chartwatch.adapters.workstation import deployed_subscriptions
from chartwatch.cli.application import OfStack, application, mistake, write

app = application()

SAID = "TOKEN_OR_LINK"


@app.command()
def confirm(
    said: Annotated[
        str,
        typer.Argument(metavar=SAID, help="The link of a confirmation message, not followed, or the token in it."),
    ],
    *,
    stack: OfStack,
) -> None:
    """Confirm a subscription, so that no link in an email can end it."""
    topic, token = topic_and_token(said)
    with deployed_subscriptions(stack) as deployed:
        topics = deployed.subscribers.topics()
        if topic is not None and topic not in topics:
            raise mistake(SAID, f"it is of {topic}, which is no topic of {stack}")
        if not deployed.subscribers.confirm(topics if topic is None else [topic], token):
            raise mistake(SAID, f"AWS knows no such token for {stack}; it holds for two days. Subscribe again")
    write(["confirmed; to end it wants AWS credentials: chartwatch unsubscribe"])


def topic_and_token(said: str) -> tuple[str | None, str]:
    """Return the topic and the token of a link, or a token alone. Raises `ArgumentError` for neither."""
    if "/" not in said and "?" not in said and said.isalnum():
        return None, said
    try:
        query = parse_qs(urlsplit(said).query)
    except ValueError:
        query = {}
    topic, token = (query.get(name, [""])[0] for name in ("TopicArn", "Token"))
    if not topic or not token:
        raise mistake(SAID, f"{said!r} is neither a token nor the link of a confirmation message; copy it whole")
    return topic, token
