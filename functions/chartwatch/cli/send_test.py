"""`chartwatch send-test`: a message that says that it is a test, for one subscription and as few others as can be.

SNS delivers by attributes alone, so the test has those that the subscription's filter asks for, each with one value,
chosen so that as few other filters as can be let it through. Whoever has no filter gets every message, this one too.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import typer

from chartwatch.adapters.workstation import deployed_subscriptions
from chartwatch.cli.application import OfStack, application, mistake, write
from chartwatch.cli.subscriptions import Subscription, subscriptions_of, the_one, topic_name
from chartwatch.domain import words
from chartwatch.domain.milestones.attributes import Attributes
from chartwatch.domain.stories.filters import passing

app = application()


@app.command()
def send_test(
    subscription: Annotated[
        str | None,
        typer.Argument(metavar="SUBSCRIPTION", help="Its endpoint or ARN; without it, all that have no filter."),
    ] = None,
    *,
    stack: OfStack,
) -> None:
    """Send a message that says that it is a test."""
    with deployed_subscriptions(stack) as deployed:
        topics = {"stories": deployed.stories, "digests": deployed.digests}
        current = [its for its in subscriptions_of(deployed) if its.who.endpoint != deployed.witness]
        if subscription is None:
            tests: Mapping[str, Attributes] = {name: {} for name in topics}
        else:
            who = the_one(subscription, [its.who for its in current])
            tests = {name: _attributes(who.arn, current) for name, arn in topics.items() if arn == who.topic}
            if not tests:
                raise mistake("SUBSCRIPTION", f"{subscription} hears of alarms, of which no test is sent")
        for name, attributes in tests.items():
            deployed.publish({"test": {"topic": name, "attributes": attributes}})
    write(_lines(current, {topics[name]: attributes for name, attributes in tests.items()}))


def _attributes(arn: str, current: Sequence[Subscription]) -> Attributes:
    """Return attributes that pass the filter of a subscription. Raises `ArgumentError` where none can be told."""
    asked = {its.who.arn: its.terms.policy for its in current if its.terms and not its.terms.by_body}
    others = [policy for other, policy in asked.items() if other != arn]
    found = passing(asked[arn], others) if arn in asked else None
    if found is None:
        raise mistake("SUBSCRIPTION", "nobody can tell what its filter lets through; `chartwatch subscriptions` has it")
    return found


def _lines(current: Sequence[Subscription], sent: Mapping[str, Attributes]) -> Iterator[str]:
    """Yield who gets the tests that were sent, by the topic's ARN with their attributes."""
    reached = [its.who for its in current if its.who.topic in sent and its.gets(sent[its.who.topic])]
    yield from (f"{topic_name(who)}  {who.protocol}  {who.endpoint}" for who in reached)
    yield f"sent; {len(reached)} of {words.counted(len(current), 'subscription')} get it"
