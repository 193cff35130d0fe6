"""The cost of a month is what its table adds up to, for what the templates deploy."""

import re
from decimal import Decimal

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
    assert counted["CloudWatch, alarms"] == str(len(alarms.resources("AWS::CloudWatch::Alarm")))
    assert counted["CloudWatch, dashboards"] == str(len(alarms.resources("AWS::CloudWatch::Dashboard")))


def test_the_readme_has_the_sums_rounded() -> None:
    without, with_alarms = (Decimal(row[3].strip("*")) for row in ROWS if row[0].startswith("**in all"))
    rows = re.findall(
        r"^\| with(?:out alarms| `AlarmEmail`.*?) \| ([0-9.]+) \|$", (ROOT / "README.md").read_text(), re.MULTILINE
    )
    assert [Decimal(amount) for amount in rows] == [round(without, 1), round(with_alarms, 1)]
