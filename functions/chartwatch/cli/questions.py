"""A claim as it is made on the command line: by a slot of a rule, or by options.

A place that no slot can have must not be answered: that nobody holds it would be true, and would be read as an answer.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import yaml

from chartwatch.cli.application import mistake, read_date
from chartwatch.cli.wording import did_you_mean, one_in_words, where_in_words
from chartwatch.domain import words
from chartwatch.domain.charts.chart import Cadence
from chartwatch.domain.charts.publications import NumberOne
from chartwatch.domain.codes import country_problem, language_problem, work_kind_problem
from chartwatch.domain.milestones.asked import Timeline
from chartwatch.domain.rules.firsts import FirstsRule
from chartwatch.domain.rules.nth import NthRule
from chartwatch.domain.rules.race import RaceRule
from chartwatch.domain.rules.rule import Count, Fact, Rule, RuleSet, Scope
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.works.catalog import Catalog
from chartwatch.errors import ArgumentError, OptionError
from chartwatch.rules import examine

_NUMBER = re.compile(r"\{(n|ordinal|cardinal)\}")

_RULE = "claim"
"""The id of the rule that options make."""

_OPTIONS = {
    "at": "--nth",
    "where.work_kind": "--work-kind",
    "where.original_language": "--language",
    "where.origin_country": "--country",
    "where.list": "--list",
    "where.release_year": "--year",
}
"""The option that a field of the rule comes from, where it has another name."""

_RACERS: Mapping[Fact | None, str] = {Fact.ORIGIN_COUNTRY: "{countries}", Fact.ORIGINAL_LANGUAGE: "language"}
_OF_GROUP: Mapping[Fact | None, str] = {Fact.ORIGIN_COUNTRY: " from {group}", Fact.ORIGINAL_LANGUAGE: " in {group}"}

_GROUP_PROBLEMS: Mapping[Fact, Callable[[str], str | None]] = {
    Fact.ORIGIN_COUNTRY: country_problem,
    Fact.ORIGINAL_LANGUAGE: language_problem,
    Fact.WORK_KIND: work_kind_problem,
}


class Question(NamedTuple):
    """A claim and the chart and territory it is about; without a `title`, who holds the place is asked."""

    rule: Rule
    chart: str
    territory: str
    place: str
    n: int | None
    group: str | None
    title: str | None
    is_slot: bool = False
    """Whether it was asked as a SLOT, which is then what a mistake in it is looked for in."""

    def parameter(self, option: str) -> str:
        """Return where a part of the question was given: in an option, or in the slot."""
        return "SLOT" if self.is_slot else option


@dataclass(frozen=True, slots=True)
class Options:
    """A claim in options, as they were given."""

    chart: str | None = None
    territory: str | None = None
    nth: int | None = None
    first_with: int | None = None
    group: str | None = None
    per: str | None = None
    work_kind: str | None = None
    language: str | None = None
    country: str | None = None
    chart_list: str | None = None
    year: str | None = None
    origin: str | None = None
    count: str | None = None

    def question(self, slot: str | None, title: str | None, rules: RuleSet) -> Question:
        """Return the question that a slot or these options ask. Raises `OptionError`."""
        if slot is None:
            return self._question(title)
        if self != Options():
            raise ArgumentError("SLOT", "says all but the title; give it, or the other options, not both")
        return _slot(slot, title, rules)

    def _question(self, title: str | None) -> Question:
        if self.chart is None or self.territory is None:
            option = "--chart" if self.chart is None else "--territory"
            raise OptionError(option, "is needed, unless a SLOT such as RULE:CHART:TERRITORY:PLACE is given")
        if (self.nth is None) is (self.first_with is None):
            raise OptionError("--nth", "give either --nth or, with --per, --first-with")
        kind = NthRule if self.nth else RaceRule
        rule = self._rule(kind)
        if rule.per and not rule.is_of_groups and self.group is None and title is None:
            raise OptionError("--group", "is needed to ask for the n-th of a group, or give a --title")
        if self.group is not None and rule.per is None:
            raise OptionError("--group", "is one of the groups that --per makes, which is not given")
        _refuse_no_group(rule, self.group, "--group")
        n = self.nth or self.first_with or 0
        return Question(rule, self.chart, self.territory, kind.place(n, self.group), n, self.group, title)

    def _rule(self, kind: type[FirstsRule]) -> Rule:
        """Return the rule, read as if it stood in a file, so that the same mistakes are reported."""
        where = {
            "work_kind": self.work_kind,
            "original_language": _values(self.language),
            "origin_country": _values(self.country),
            "list": _values(self.chart_list),
            "release_year": _years(self.year),
        }
        data: dict[str, Any] = {
            "id": _RULE,
            "kind": kind.kind,
            "scope": (Scope.CHART if self.territory == EVERYWHERE else Scope.TERRITORY).value,
            "at": [self.nth or self.first_with],
            "headline": "{title}",
            "brief": "{title}",
            "where": _without_none(where),
            "per": self.per,
            "origin": self.origin,
            "count": self.count,
        }
        reading = examine(yaml.safe_dump([_without_none(data)]).encode(), _RULE)
        if reading.mistakes:
            field, _, detail = reading.mistakes[0].detail.removeprefix(f"rule {_RULE}: ").partition(": ")
            raise OptionError(_OPTIONS.get(".".join(field.split(".")[:2]), f"--{field}"), detail)
        return _numbered(reading.rules[0])


def _slot(slot: str, title: str | None, rules: RuleSet) -> Question:
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
    _refuse_no_group(rule, said.group, "SLOT")
    if isinstance(rule, FirstsRule):
        return Question(_numbered(rule), chart, territory, place, said.n, said.group, title, is_slot=True)
    if said.n is not None and said.n not in rule.at:
        raise ArgumentError("SLOT", f"{name} tells of {words.listed([str(n) for n in rule.at])}, not of {said.n}")
    return Question(rule, chart, territory, place, None, None, title, is_slot=True)


def _refuse_no_group(rule: Rule, group: str | None, parameter: str) -> None:
    """Raise `OptionError` when no work can be of that group."""
    if group is not None and rule.per and (problem := _GROUP_PROBLEMS[rule.per](group)):
        raise mistake(parameter, problem)


def _without_none(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in fields.items() if value is not None}


def _values(text: str | None) -> Any:
    """Return `ko`, `es,pt` or `not:en` as it would stand in a file."""
    if text is None:
        return None
    negated, _, codes = text.rpartition(":")
    values = [code.strip() for code in codes.split(",")]
    if negated not in ("", "not"):
        return text
    return {"not": values} if negated else values


def _years(text: str | None) -> Any:
    """Return `2021`, `2020-2022`, `2020-` or `-2022` as it would stand in a file."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d{4})?(-?)(\d{4})?", text)
    if found is None or not any(found.group(1, 3)) or (found[1] and found[3] and not found[2]):
        raise OptionError("--year", f"{text!r} is not of the form 2021, 2020-2022, 2020- or -2022")
    if not found[2]:
        return int(found[1])
    return {end: int(year) for end, year in (("from", found[1]), ("to", found[3])) if year}


def _numbered(rule: Rule) -> Rule:
    """Return the rule with a headline that says the number: "the first title from {group}" is false of the second."""
    if not isinstance(rule, FirstsRule) or _NUMBER.search(rule.headline):
        return rule
    one, several = (text.replace("{", "{{").replace("}", "}}") for text in (one_in_words(rule), where_in_words(rule)))
    of_group, racer = _OF_GROUP.get(rule.per, ""), _RACERS.get(rule.per, "kind")
    headline = rule.numbered.format(one=one, several=several, of_group=of_group, racer=racer)
    return replace(rule, headline=headline)


def refuse_unknown_place(rule: Rule, place: str, timeline: Timeline, catalog: Catalog) -> None:
    """Raise `ArgumentError` for a period that the history does not reach, and for a work that nobody has heard of.

    The place is of the form that a slot's must have.
    """
    if rule.is_dated:
        _refuse_period(read_date(place, "SLOT"), timeline)
    said = rule.read_place(place)
    if said is None or said.work is None:
        return
    holder = said.work
    work = holder.rpartition("/")[0] or holder if rule.count is Count.SEASONS else holder
    charted = {
        catalog.match(one.title, one.kind, period, provider_id=one.id).id for period, one in number_ones(timeline)
    }
    if catalog.work(work) is None and not {work, holder} & charted:
        meant = did_you_mean(holder, [*(each.id for each in catalog), *charted])
        where = f"in the catalog or at #1 of {timeline[0].chart.id}"
        raise ArgumentError("SLOT", f"{holder!r} is the id of no work {where}{meant}")


def number_ones(timeline: Timeline) -> Iterator[tuple[date, NumberOne]]:
    """Yield all that was at #1 of a chart, with its period."""
    for publication in timeline:
        for ones in publication.number_ones.values():
            yield from ((publication.period, one) for one in ones)


def _refuse_period(period: date, timeline: Timeline) -> None:
    first, last = timeline[0].period, timeline[-1].period
    chart = timeline[0].chart
    if not first <= period <= last:
        raise ArgumentError("SLOT", f"the history of {chart.id} goes from {first} to {last}; {period} is not in it")
    if not chart.are_whole_steps(first, period):
        what = "it has other periods" if chart.cadence is Cadence.DAY else f"a {chart.cadence} is named by its last day"
        raise ArgumentError("SLOT", f"{chart.id} has no {period}: {what}, such as {last}")
