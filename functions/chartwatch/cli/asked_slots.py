"""Slots that a person asks for: what a rule's place means, and why nobody could hold it.

A place that no slot can have must not be answered: that nobody holds it would be true, and would be read as an answer.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from chartwatch.cli.application import mistake, read_date
from chartwatch.cli.wording import did_you_mean, one_in_words, where_in_words
from chartwatch.domain import words
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.codes import country_problem, language_problem, work_kind_problem
from chartwatch.domain.milestones.asked import Assertion, Timeline
from chartwatch.domain.milestones.chart_history import ChartHistory
from chartwatch.domain.milestones.methods_asked import changes_of
from chartwatch.domain.rules.firsts import FirstsRule
from chartwatch.domain.rules.rule import Count, Fact, Rule, RuleSet, Scope
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.works.languages import whole_language
from chartwatch.errors import ArgumentError

_NUMBER = re.compile(r"\{(n|ordinal|cardinal)\}")

_RACERS: Mapping[Fact | None, str] = {
    Fact.ORIGIN_COUNTRY: "{countries}",
    Fact.ORIGINAL_LANGUAGE: "{languages}",
    Fact.CREATOR: "{creators}",
    Fact.MAIN_CREATOR: "{creators}",
    Fact.CREATOR_COUNTRY: "{countries}",
}

_OF_GROUP: Mapping[Fact | None, str] = {
    Fact.ORIGIN_COUNTRY: " from {group}",
    Fact.ORIGINAL_LANGUAGE: " in {group}",
    Fact.CREATOR: " by {group}",
    Fact.MAIN_CREATOR: " by {group}",
    Fact.CREATOR_COUNTRY: " by creators from {group}",
}


def _no_group(code: str) -> str | None:
    """Return why no group is of a language, or None."""
    whole = whole_language(code)
    if whole == code:
        return language_problem(code)
    counts = f"{words.language_name(code)} counts for {words.language_name(whole)} ({whole})"
    return f"{code!r} is no group: {counts}; --language {code} asks for it alone"


_GROUP_PROBLEMS: Mapping[Fact, Callable[[str], str | None]] = {
    Fact.ORIGIN_COUNTRY: country_problem,
    Fact.ORIGINAL_LANGUAGE: _no_group,
    Fact.WORK_KIND: work_kind_problem,
    Fact.CREATOR_COUNTRY: country_problem,
}


class Question(NamedTuple):
    """A claim and the chart and territory it is about; without a title, who holds the place is asked."""

    said: Assertion
    chart: str
    territory: str
    is_slot: bool = False
    """Whether it was asked as a SLOT, which is then what a mistake in it is looked for in."""

    def parameter(self, option: str) -> str:
        """Return where a part of the question was given: in an option, or in the slot."""
        return "SLOT" if self.is_slot else option


def slot_asked(slot: str, title: str | None, rules: RuleSet) -> Question:
    """Return the question that a slot's id asks. Raises `ArgumentError` where no slot can have it."""
    parts = slot.split(":", 3)
    if len(parts) < 4 or not all(parts):
        raise ArgumentError("SLOT", f"{slot!r} is not of the form RULE:CHART:TERRITORY:PLACE")
    name, chart, territory, place = parts
    rule = next((rule for rule in rules if rule.id == name), None)
    if rule is None:
        raise ArgumentError("SLOT", f"there is no rule {name!r}{did_you_mean(name, [rule.id for rule in rules])}")
    if (territory == EVERYWHERE) is not (rule.scope is Scope.CHART):
        everywhere = "over all territories of a chart, so the territory is *"
        scope = everywhere if rule.scope is Scope.CHART else "in a territory"
        raise ArgumentError("SLOT", f"the rule {name} counts {scope}, not {territory!r}")
    said = rule.read_place(place)
    if said is None:
        raise ArgumentError("SLOT", f"a place of {name} is {' or '.join(rule.places())}, not {place!r}")
    refuse_no_group(rule, said.group, "SLOT")
    if isinstance(rule, FirstsRule):
        asked = Assertion(numbered(rule, said.n), place, said.n, said.group, title or "")
        return Question(asked, chart, territory, is_slot=True)
    if said.n is not None and said.n not in rule.at:
        raise ArgumentError("SLOT", f"{name} tells of {words.listed([str(n) for n in rule.at])}, not of {said.n}")
    return Question(Assertion(rule, place, title=title or ""), chart, territory, is_slot=True)


def refuse_no_group(rule: Rule, group: str | None, parameter: str) -> None:
    """Raise `OptionError` when no work can be of that group."""
    problem_of = _GROUP_PROBLEMS.get(rule.per) if rule.per else None
    if group is not None and problem_of and (problem := problem_of(group)):
        raise mistake(parameter, problem)


def numbered(rule: Rule, n: int | None) -> Rule:
    """Return the rule with a headline that says the number: "the first title from {group}" is false of the second.

    `n` is that number.
    """
    if not isinstance(rule, FirstsRule) or _NUMBER.search(rule.headline):
        return rule
    one, several = (text.replace("{", "{{").replace("}", "}}") for text in (one_in_words(rule), where_in_words(rule)))
    of_group, racer = _OF_GROUP.get(rule.per, ""), _RACERS.get(rule.per, "{kinds}")
    headline = rule.numbered.format(one=one, several=one if n == 1 else several, of_group=of_group, racer=racer)
    return replace(rule, headline=headline)


def refuse_unknown_place(rule: Rule, place: str, history: ChartHistory, territory: str) -> None:
    """Raise `ArgumentError` for a period that the history does not reach, and for a work that nobody has heard of.

    The place is of the form that a slot's must have.
    """
    if rule.is_dated:
        _refuse_period(read_date(place, "SLOT"), history.timeline)
    said = rule.read_place(place)
    if said is None or said.work is None:
        return
    changes = [f"by {each.metric} since {each.since}" for each in changes_of(history.chart)]
    if said.since is not None and not any(change.endswith(f" since {said.since}") for change in changes):
        came = f"came to rank {words.listed(changes)}" if changes else "never came to rank by anything else"
        raise ArgumentError("SLOT", f"{history.chart.id} {came}, not since {said.since}")
    if said.n is None and ":record:" in place:
        read_date(place.rpartition(":")[2], "SLOT")
    holder, catalog = said.work, history.catalog
    work = holder.rpartition("/")[0] or holder if rule.count is Count.SEASONS else holder
    if catalog.work(work) is not None:
        return
    ones = ((p.period, one) for p in history.timeline for its in p.number_ones.values() for one in its)
    charted = {history.work_of(one, period).id for period, one in ones}
    if not {work, holder} & charted:
        charted |= {history.work_of(its, period).id for period, its in history.charted(territory)}
    if not {work, holder} & charted:
        meant = did_you_mean(holder, [*(each.id for each in catalog), *charted])
        where = f"in the catalog or on {history.chart.id}"
        raise ArgumentError("SLOT", f"{holder!r} is the id of no work {where}{meant}")


def refuse_no_period(period: date, timeline: Timeline, parameter: str) -> None:
    """Raise `OptionError` for a day that names no period of a chart, within its history or before and after it."""
    first, last, chart = timeline[0].period, timeline[-1].period, timeline[-1].chart
    is_one = chart.are_whole_steps(period, first) if period < first else chart.are_whole_steps(first, period)
    if not is_one:
        later = last if period < last else chart.cadence.after(last, chart.cadence.steps(last, period) + 1)
        meant = chart.first_since(max(period, chart.began or period), later)
        raise mistake(parameter, f"{chart.id} has no {period}: {_how_named(chart, period)}, such as {meant}")


def _how_named(chart: Chart, period: date) -> str:
    """Return what the periods of a chart are, of which one is not."""
    if chart.began is not None and period < chart.began:
        return f"it began on {chart.began} and has later ones"
    if any(era.after < period < era.since for era in chart.eras):
        return "another day came to name its periods then, and it has others"
    return "it has other periods" if chart.cadence is Cadence.DAY else f"a {chart.cadence} is named by its last day"


def _refuse_period(period: date, timeline: Timeline) -> None:
    first, last = timeline[0].period, timeline[-1].period
    if not first <= period <= last:
        chart = timeline[0].chart
        raise ArgumentError("SLOT", f"the history of {chart.id} goes from {first} to {last}; {period} is not in it")
    refuse_no_period(period, timeline, "SLOT")
