"""`chartwatch subscriptions`: who gets what of what a deployment sends, and who is gone."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from chartwatch.adapters.sns import Terms
from chartwatch.adapters.workstation import DeployedSubscriptions, deployed_subscriptions
from chartwatch.cli.application import AnswerAs, AnswerFormat, OfStack, application, in_json, mistake, write
from chartwatch.cli.wording import policy_in_words
from chartwatch.domain import words
from chartwatch.domain.milestones.attributes import Attributes
from chartwatch.domain.stories.filters import matches
from chartwatch.services.delivery_ports import Subscriber

app = application()


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who is subscribed, and on which terms; None of one that has not confirmed yet."""

    who: Subscriber
    terms: Terms | None

    @property
    def link_can_end_it(self) -> bool:
        """Whether whoever follows the link in an email unsubscribes it."""
        return self.who.protocol == "email" and self.terms is not None and not self.terms.is_protected

    @property
    def filter_in_words(self) -> str:
        """What it lets through; nothing of one that has not confirmed, which SNS tells nobody."""
        if self.terms is None:
            return ""
        if self.terms.by_body:
            return f"by the body: {json.dumps(self.terms.policy)}"
        return policy_in_words(self.terms.policy)

    def gets(self, attributes: Attributes) -> bool:
        """Return whether a message with these attributes comes; none does by a filter that asks for its body."""
        return self.terms is not None and not self.terms.by_body and matches(self.terms.policy, attributes)


@app.command()
def subscriptions(
    *,
    stack: OfStack,
    dismiss: Annotated[
        list[str] | None,
        typer.Option("--dismiss", metavar="GONE", help="This one is gone for good: report it no more; repeatable."),
    ] = None,
    output: AnswerAs = AnswerFormat.TEXT,
) -> None:
    """List who is subscribed to what, and who is gone."""
    with deployed_subscriptions(stack) as deployed:
        current = subscriptions_of(deployed)
        known = deployed.checkpoints.subscribers()
        gone = known - {its.who.name for its in current}
        for name in dismiss or ():
            if name not in gone:
                raise mistake("--dismiss", f"{name!r} is not gone; gone are {', '.join(sorted(gone)) or 'none'}")
        if dismiss:
            gone -= {*dismiss}
            deployed.checkpoints.note_subscribers(known - {*dismiss})
    write(_LISTS[output](current, sorted(gone), stack))


def subscriptions_of(deployed: DeployedSubscriptions) -> list[Subscription]:
    """Return all subscriptions of a deployment, with what each asks for."""
    return [
        Subscription(who, deployed.subscribers.terms(who) if who.arn else None)
        for who in deployed.subscribers.current()
    ]


def the_one(said: str, current: Iterable[Subscriber]) -> Subscriber:
    """Return the confirmed subscription of that ARN or endpoint. Raises `ArgumentError` unless it is one."""
    found = [who for who in current if said in (who.arn, who.endpoint)]
    confirmed = [who for who in found if who.arn]
    if found and not confirmed:
        raise mistake("SUBSCRIPTION", f"{said} has not confirmed; AWS forgets it within two days")
    if not found:
        raise mistake("SUBSCRIPTION", f"{said!r} is not subscribed; `chartwatch subscriptions` lists who is")
    if len(confirmed) > 1:
        arns = ", ".join(who.arn for who in confirmed)
        raise mistake("SUBSCRIPTION", f"{said} is subscribed {len(confirmed)} times; say which by its ARN: {arns}")
    return confirmed[0]


def topic_name(who: Subscriber) -> str:
    """Return the name of the topic of a subscription."""
    return who.topic.rpartition(":")[2]


def _lines(current: Sequence[Subscription], gone: Sequence[str], stack: str) -> Iterator[str]:
    """Yield for each subscription its topic, who it is, how it stands and what it lets through; and who is gone."""
    for its in current:
        who = its.who
        if its.terms is None:
            state = "not confirmed"
        elif its.link_can_end_it:
            state = "confirmed; whoever follows the link in an email unsubscribes it"
        else:
            state = "confirmed"
        yield f"{topic_name(who)}  {who.protocol}  {who.endpoint}  {state}"
        if its.terms is not None:
            yield f"  gets {its.filter_in_words}"
    yield from (f"gone: {name}" for name in gone)
    yield f"{words.counted(len(current), 'subscription')} in {stack}"


def _object(current: Sequence[Subscription], gone: Sequence[str], stack: str) -> Iterator[str]:
    """Yield the same as one JSON object."""
    listed = [
        {
            "topic": its.who.topic,
            "protocol": its.who.protocol,
            "endpoint": its.who.endpoint,
            "arn": its.who.arn or None,
            "confirmed": its.terms is not None,
            "link_can_end_it": its.link_can_end_it,
            "filter_policy": its.terms and its.terms.policy,
            "filter_policy_scope": its.terms and ("MessageBody" if its.terms.by_body else "MessageAttributes"),
            "gets": its.filter_in_words or None,
        }
        for its in current
    ]
    yield in_json({"stack": stack, "subscriptions": listed, "gone": list(gone)})


_LISTS: Mapping[AnswerFormat, Callable[[Sequence[Subscription], Sequence[str], str], Iterator[str]]] = {
    AnswerFormat.TEXT: _lines,
    AnswerFormat.JSON: _object,
}
