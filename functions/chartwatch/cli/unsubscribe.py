"""`chartwatch unsubscribe`: end a subscription, and expect it no more."""

from typing import Annotated

import typer

from chartwatch.adapters.workstation import deployed_subscriptions
from chartwatch.cli.application import OfStack, application, mistake, write
from chartwatch.cli.subscriptions import the_one, topic_name

app = application()


@app.command()
def unsubscribe(
    subscription: Annotated[
        str, typer.Argument(metavar="SUBSCRIPTION", help="Its endpoint, or its ARN where that has several.")
    ],
    *,
    stack: OfStack,
) -> None:
    """End a subscription."""
    with deployed_subscriptions(stack) as deployed:
        current = deployed.subscribers.current()
        if subscription in {
            said for who in current if who.endpoint == deployed.witness for said in (who.arn, who.endpoint)
        }:
            witness = "is the witness: without it nobody could tell whether a story got out, so its subscription stays"
            raise mistake("SUBSCRIPTION", f"{subscription} {witness}")
        who = the_one(subscription, current)
        deployed.subscribers.unsubscribe(who)
        # It was meant, so `reconcile` need not report that it is gone.
        deployed.checkpoints.note_subscribers(deployed.checkpoints.subscribers() - {who.name})
    write([f"{who.endpoint} gets nothing of {topic_name(who)} any more"])
