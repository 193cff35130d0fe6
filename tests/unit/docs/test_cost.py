"""The cost of a month is what its table adds up to, for what the templates deploy."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from chartwatch.services.cost import PRICES, PRICES_OF, Deployment, Item, estimate
from chartwatch.services.schedules import read_expression
from tests.infrastructure.templates import ROOT, read

COST = (ROOT / "docs" / "cost.md").read_text()
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in COST.splitlines() if line.startswith("|")][2:]


def test_each_row_is_multiplied_and_all_are_added_up() -> None:
    total = Decimal(0)
    for what, quantity, price, amount in ROWS:
        if what.startswith("**in all"):
            assert Decimal(amount.strip("*")) == total, what
            continue
        assert abs(Decimal(quantity) * Decimal(price) - Decimal(amount)) <= Decimal("0.0005"), what
        total += Decimal(amount)


def test_the_alarms_and_dashboards_that_are_counted_are_those_that_are_deployed() -> None:
    alarms = read("infrastructure/alarms.yaml")
    counted = {what: quantity for what, quantity, *_ in ROWS}
    always = [its for its in alarms.resources("AWS::CloudWatch::Alarm").values() if "Condition" not in its]
    assert counted["CloudWatch, alarms"] == str(len(always))
    assert counted["CloudWatch, dashboards"] == str(len(alarms.resources("AWS::CloudWatch::Dashboard")))


def test_the_readme_has_the_sums_rounded() -> None:
    without, with_alarms = (Decimal(row[3].strip("*")) for row in ROWS if row[0].startswith("**in all"))
    rows = re.findall(
        r"^\| with(?:out alarms| `AlarmEmail`.*?) \| ([0-9.]+) \|$", (ROOT / "README.md").read_text(), re.MULTILINE
    )
    assert [Decimal(amount) for amount in rows] == [round(without, 1), round(with_alarms, 1)]


def item_of(what: str) -> Item | None:
    return next((item for item in Item if what.split(":", maxsplit=1)[0] == item.value), None)


def test_the_command_has_the_prices_of_the_page_and_says_of_when_they_are() -> None:
    priced = {item: Decimal(price) for what, _, price, _ in ROWS if (item := item_of(what))}
    assert priced == PRICES
    taken = re.search(r"list prices of (\S+), without tax, .* taken on (\S+) from", COST.replace("\n", " "))
    assert taken
    assert f"{taken[1]}, without tax, on demand, taken on {taken[2]}" == PRICES_OF


def test_the_command_estimates_a_month_as_the_page_does() -> None:
    """Six charts and two schedules of six fetches a week, as the page has it; what it rounds may differ by a tenth."""
    weekly = [read_expression(f"cron({minute} 8,20,22 ? * TUE,WED *)") for minute in (0, 5)]
    alarms = {
        what: int(quantity) for what, quantity, *_ in ROWS if what in ("CloudWatch, alarms", "CloudWatch, dashboards")
    }
    known = Deployment(6, weekly, *alarms.values())
    since = datetime(2026, 11, 1, tzinfo=UTC)
    used = estimate(known, since, since + timedelta(hours=730))
    for what, quantity, *_ in ROWS:
        if item := item_of(what):
            assert abs(used[item] - Decimal(quantity)) <= Decimal(quantity) / 10, what
