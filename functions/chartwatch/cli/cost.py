"""`chartwatch cost`: what a deployment has used of AWS this month, and what that costs."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from chartwatch.adapters.operations import Operations
from chartwatch.adapters.workstation import deployed_operations
from chartwatch.cli.application import AnswerAs, AnswerFormat, OfStack, application, in_json, write
from chartwatch.cli.operations import table_lines
from chartwatch.domain import words
from chartwatch.services.cost import HOURS_A_MONTH, PRICES, PRICES_OF, Bill, Deployment, Line, bill
from chartwatch.services.schedules import Expression, FetchSchedule
from chartwatch.services.troubles import in_minutes

A_DAY = timedelta(days=1)
"""How long a deployment must be there until it is said what a month like that costs."""

app = application()


@app.command()
def cost(*, stack: OfStack, output: AnswerAs = AnswerFormat.TEXT) -> None:
    """Say what a deployment has used this month, at what cost."""
    with deployed_operations(stack) as deployed:
        its = bill_of(deployed, datetime.now(UTC))
    write(BILLS[output](its))


def bill_of(deployed: Operations, now: datetime) -> Bill:
    """Return what a deployment has used this month: as CloudWatch has counted it, or else as it is estimated."""
    resources = deployed.usage.resources()
    kinds = [its.kind for its in resources]
    known = Deployment(
        charts=len(deployed.charts.charts()),
        fetches=list(_times(deployed.schedules.all())),
        alarms=kinds.count("AWS::CloudWatch::Alarm"),
        dashboards=kinds.count("AWS::CloudWatch::Dashboard"),
        created_at=deployed.created_at,
    )
    since = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return bill(known, deployed.usage.measured(resources, since, now), now)


def summary_of(its: Bill, stack: str) -> str:
    """Return what was used and what it costs, in a line."""
    how = f"{len(its.measured)} of {len(its.lines)} figures measured" if its.measured else "all of it estimated"
    requests = f"{its.requests:,} requests to AWS"
    used = f"{requests}, {_dollars(its.dollars)} $, {how}"
    return f"Since {in_minutes(its.since)} {used}: chartwatch cost --stack {stack}"


def bill_lines(its: Bill) -> Iterator[str]:
    """Yield a bill for people."""
    yield f"From {in_minutes(its.since)} to {in_minutes(its.until)}"
    yield ""
    yield from table_lines(("what", "used", "price of one, $", "comes to, $", "how known"), list(map(_row, its.lines)))
    yield ""
    a_month = f"; a month of {HOURS_A_MONTH} hours like it is {_dollars(its.whole_month)} $"
    yield f"In all {_dollars(its.dollars)} ${a_month if its.until - its.since >= A_DAY else ''}"
    yield f"Prices of {PRICES_OF}; what an account has free is not taken off"
    if not its.measured:
        yield from words.wrapped(
            "CloudWatch has no figure of this stack here, so that all is estimated from how many charts and schedules "
            "there are, on the large side",
            100,
        )
    else:
        yield "What is measured is so by CloudWatch, for all of the month; the rest is estimated, on the large side"


def bill_as_json(its: Bill) -> dict[str, Any]:
    """Return a bill for machines."""
    return {
        "since": its.since.isoformat(timespec="seconds"),
        "until": its.until.isoformat(timespec="seconds"),
        "requests": its.requests,
        "dollars": round(float(its.dollars), 6),
        "dollars_a_month": round(float(its.whole_month), 6),
        "prices": PRICES_OF,
        "lines": [
            {
                "what": line.item.value,
                "used": float(line.quantity),
                "price": float(PRICES[line.item]),
                "dollars": round(float(line.dollars), 6),
                "is_measured": line.is_measured,
            }
            for line in its.lines
        ],
    }


def bill_object(its: Bill) -> Iterator[str]:
    """Yield a bill for machines, one JSON object."""
    yield in_json(bill_as_json(its))


BILLS: Mapping[AnswerFormat, Callable[[Bill], Iterator[str]]] = {
    AnswerFormat.TEXT: bill_lines,
    AnswerFormat.JSON: bill_object,
}
"""How each format writes a bill."""


def _times(schedules: Iterator[FetchSchedule]) -> Iterator[Expression]:
    for schedule in schedules:
        try:
            yield schedule.when()
        except ValueError:
            continue


def _row(line: Line) -> tuple[str, str, str, str, str]:
    used = f"{line.quantity:,.0f}" if line.quantity >= 100 else f"{line.quantity:.3f}"
    how = "measured" if line.is_measured else "estimated"
    return line.item.value, used, f"{PRICES[line.item]:f}", f"{line.dollars:.4f}", how


def _dollars(amount: Decimal) -> str:
    return f"{amount:.2f}" if amount >= Decimal("0.01") else f"{amount:.4f}"
