"""The last part of a slot's id: what it looks like for a rule that counts no firsts, and whether anybody could hold it.

A place that no slot can have must not be answered: that nobody holds it would be true, and would be read as an answer.
"""

import re
from datetime import date

from chartwatch.cli.choices import did_you_mean
from chartwatch.domain import words
from chartwatch.domain.charts.chart import Cadence
from chartwatch.domain.milestones.checks import Timeline
from chartwatch.domain.rules.rule import Count, Rule, RuleKind
from chartwatch.domain.works.catalog import Catalog
from chartwatch.errors import ArgumentError

_DATE = r"\d{4}-\d\d-\d\d"


def refuse_form(rule: Rule, place: str) -> None:
    """Raise `ArgumentError` for a place that is not of the form that those of the rule have."""
    forms = dict(_forms(rule))
    if not any(re.fullmatch(pattern, place) for pattern in forms.values()):
        raise ArgumentError("SLOT", f"a place of {rule.id} is {' or '.join(forms)}, not {place!r}")
    number = place.rpartition(":")[2]
    if rule.kind is not RuleKind.CHANGE and number.isdecimal() and int(number) not in rule.at:
        raise ArgumentError("SLOT", f"{rule.id} tells of {words.listed([str(n) for n in rule.at])}, not of {number}")


def refuse_unheard_of(rule: Rule, place: str, timeline: Timeline, catalog: Catalog) -> None:
    """Raise `ArgumentError` for a period that the history does not reach, and for a work that nobody has heard of.

    The place is of the form that `refuse_form` asks for.
    """
    if rule.kind is RuleKind.CHANGE:
        _refuse_period(_date(place), timeline)
        return
    said = re.sub(rf":(?:record:{_DATE}|all|\d+)$", "", place)
    work = said.rpartition("/")[0] or said if rule.count is Count.SEASONS else said
    charted = {
        catalog.match(one.title, one.kind, publication.period).id
        for publication in timeline
        for ones in publication.number_ones.values()
        for one in ones
    }
    if catalog.work(work) is None and not {work, said} & charted:
        known = [*(each.id for each in catalog), *charted]
        where = f"in the catalog or at #1 of {timeline[0].chart.id}"
        raise ArgumentError("SLOT", f"{said!r} is the id of no work {where}{did_you_mean(said, known)}")


def _forms(rule: Rule) -> list[tuple[str, str]]:
    """Return the forms that a place of the rule may have, in words and as a pattern."""
    if rule.kind is RuleKind.CHANGE:
        return [("a period, such as 2022-02-04", _DATE)]
    forms = [("WORK:N, such as squid-game:5", r".+:[1-9]\d{0,4}")] if rule.at else []
    if rule.everywhere:
        forms.append(("WORK:all", ".+:all"))
    if rule.record:
        forms.append(("WORK:record:DATE, such as squid-game:record:2021-09-21", f".+:record:{_DATE}"))
    return forms


def _date(place: str) -> date:
    try:
        return date.fromisoformat(place)
    except ValueError as error:
        raise ArgumentError("SLOT", f"{place!r} is not a date") from error


def _refuse_period(period: date, timeline: Timeline) -> None:
    first, last = timeline[0].period, timeline[-1].period
    chart = timeline[0].chart
    if not first <= period <= last:
        raise ArgumentError("SLOT", f"the history of {chart.id} goes from {first} to {last}; {period} is not in it")
    if (period - first) % chart.cadence.step:
        what = "a week is named by its last day" if chart.cadence is Cadence.WEEK else "it has other periods"
        raise ArgumentError("SLOT", f"{chart.id} has no {period}: {what}, such as {last}")
