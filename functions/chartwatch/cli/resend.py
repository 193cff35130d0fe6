"""`chartwatch resend`: one message is sent again, because a person asks for it."""

from typing import Annotated

import typer

from chartwatch.adapters.workstation import deployed_operations
from chartwatch.cli.application import OfStack, application, mistake, write
from chartwatch.errors import FunctionFailed
from chartwatch.services.delivery_ports import Delivery

app = application()


@app.command()
def resend(
    story: Annotated[
        str,
        typer.Argument(metavar="STORY", help="The id of a story, CHART:NUMBER:WORK, or a digest, CHART:NUMBER:digest."),
    ],
    *,
    stack: OfStack,
) -> None:
    """Let a deployment send a message once more."""
    with deployed_operations(stack) as deployed:
        told = deployed.outbox.told(story)
        if told is None:
            ids = f"`chartwatch why TITLE --stack {stack}` has the ids of what was sent"
            raise mistake("STORY", f"{story!r} was never taken for sending; {ids}")
        if told.delivery is Delivery.SENDING:
            said = f"nobody knows whether it is out; `chartwatch stories --stack {stack}` is how that is decided"
            raise mistake("STORY", f"{story!r} is in doubt: {said}")
        try:
            # It looks again, and is the only one that may publish.
            before = deployed.invoke("PublishStoriesFunction", {"resend": story})["before"]
        except FunctionFailed as error:
            raise mistake("STORY", error.detail) from error
    if before == Delivery.SENT:
        write([f"{story} was sent once more: whoever got it has it twice now"])
    else:
        write([f"{story}, which SNS had refused, was sent"])
