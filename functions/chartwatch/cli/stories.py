"""`chartwatch stories`: the stories of which nobody knows whether they got out, and a person's word on them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.adapters.workstation import DeployedDelivery, deployed_delivery
from chartwatch.cli.application import AnswerAs, AnswerFormat, OfStack, application, in_json, mistake, write
from chartwatch.domain import words
from chartwatch.services.delivery_ports import Lease
from chartwatch.services.publish import messages
from chartwatch.services.reconcile import GRACE, LEASE, PROOF_KEPT

app = application()


@app.command()
def stories(
    *,
    stack: OfStack,
    sent: Annotated[
        list[str] | None, typer.Option("--sent", metavar="STORY", help="Somebody got this one: never send it again.")
    ] = None,
    send: Annotated[
        list[str] | None, typer.Option("--send", metavar="STORY", help="Nobody got this one: let `reconcile` send it.")
    ] = None,
    output: AnswerAs = AnswerFormat.TEXT,
) -> None:
    """List the stories that may be out or not, and say of some which it is."""
    with deployed_delivery(stack) as delivery:
        doubted = {lease.story: lease for lease in in_doubt(delivery)}
        for option, stories_given in (("--sent", sent or ()), ("--send", send or ())):
            for story in stories_given:
                refuse_unless_decidable(option, story, doubted, datetime.now(UTC))
        for story in sent or ():
            delivery.outbox.witness(story)
        for story in send or ():
            delivery.outbox.release(doubted[story])
    decided = {*(sent or ()), *(send or ())}
    left = [lease for story, lease in doubted.items() if story not in decided]
    if output is AnswerFormat.JSON:
        write([in_json(doubt_as_json(left, datetime.now(UTC)))])
        return
    write(doubt_lines(left, datetime.now(UTC)))
    write(f"{story} counts as sent" for story in sent or ())
    write(f"{story} is sent by the next run of `reconcile`" for story in send or ())
    write([f"{words.counted(len(left), 'story')} in doubt in {stack}"])


def in_doubt(delivery: DeployedDelivery) -> Iterator[Lease]:
    """Yield the lease of every message that was taken and never settled, oldest bulletins first."""
    for chart in delivery.charts.charts():
        reached = delivery.checkpoints.checkpoint(chart).sent
        for bulletin in delivery.bulletins.bulletins(chart, reached):
            found = delivery.outbox.deliveries([message.id for message in messages(bulletin, LIMITS)])
            yield from (lease for lease in found.values() if isinstance(lease, Lease))


def refuse_unless_decidable(option: str, story: str, doubted: dict[str, Lease], now: datetime) -> None:
    """Raise `OptionError` for a story that is not in doubt, or whose sender may still live."""
    if story not in doubted:
        raise mistake(option, f"{story!r} is not in doubt; in doubt are {', '.join(doubted) or 'none'}")
    free = doubted[story].taken_at + LEASE + GRACE
    if now < free:
        raise mistake(option, f"{story} may be under way until {free:%Y-%m-%d %H:%M} UTC; wait for that")


def doubt_as_json(leases: Sequence[Lease], now: datetime) -> list[dict[str, str | bool]]:
    """Return the stories that are in doubt still, by when they were taken (UTC), for machines."""
    return [
        {
            "story": lease.story,
            "taken_at": lease.taken_at.isoformat(),
            "is_for_a_person": now >= lease.taken_at + PROOF_KEPT,
        }
        for lease in sorted(leases, key=lambda its: its.taken_at)
    ]


def doubt_lines(leases: Sequence[Lease], now: datetime) -> Iterator[str]:
    """Yield a line for each story, by when it was taken, and who is to decide it."""
    for lease in sorted(leases, key=lambda its: its.taken_at):
        aged = now >= lease.taken_at + PROOF_KEPT
        who = "a person is to decide" if aged else "`reconcile` decides, where the witness proves anything"
        yield f"{lease.taken_at:%Y-%m-%d %H:%M} UTC  {lease.story}  {who}"
