"""A claim as it is made on the command line, and the answer as people and machines read it."""

import json
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import yaml

from chartwatch.cli.choices import AnswerFormat, did_you_mean
from chartwatch.cli.histories import History
from chartwatch.cli.listings import one_in_words, where_in_words
from chartwatch.cli.places import refuse_form, refuse_unheard_of
from chartwatch.domain import words
from chartwatch.domain.charts.chart import Cadence
from chartwatch.domain.milestones.checks import Answer, Assertion, Timeline, Verdict, check, elsewhere, works_named
from chartwatch.domain.milestones.fold import EVERYWHERE
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import Fact, Rule, RuleKind, RuleSet, Scope
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.claimants import name_of
from chartwatch.errors import ArgumentError, OptionError
from chartwatch.rules import examine
from chartwatch.rules.codes import country_problem, language_problem, work_kind_problem

EXIT_CODES: Mapping[Verdict, int] = {Verdict.TRUE: 0, Verdict.FALSE: 1, Verdict.UNKNOWN: 3}
"""How the command ends."""

WIDTH = 72
"""Columns of an answer for people."""

_NUMBER = re.compile(r"\{(n|ordinal|cardinal)\}")

_RULE = "claim"
"""The id of the rule that options make."""


class Question(NamedTuple):
    """A claim and the chart and territory it is about; without a `title`, who holds the place is asked."""

    rule: Rule
    chart: str
    territory: str
    place: str
    n: int | None
    group: str | None
    title: str | None
    slot: bool = False
    """Whether it was asked as a SLOT, which is then what a mistake in it is looked for in."""

    def mistaken(self, option: str, detail: str) -> OptionError:
        """Return the error for a part of the question that stands in an option, or in the slot."""
        return ArgumentError("SLOT", detail) if self.slot else OptionError(option, detail)


@dataclass(frozen=True, slots=True)
class Answered:
    """What is to be said of a claim, and of the same claim on other charts."""

    question: Question
    here: Answer
    others: tuple[Answer, ...]
    catalog: Catalog

    @property
    def advice(self) -> str | None:
        """What a person can do to get an answer where there is none; only that of a catalog that is lacking."""
        if self.catalog or not any(reason.endswith((" is unknown", " are unknown")) for reason in self.here.reasons):
            return None
        return "There is no catalog, so what a chart does not say of a work is unknown: see --catalog."


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
    listed: str | None = None
    year: str | None = None
    origin: str | None = None
    count: str | None = None

    def asked(self, slot: str | None, title: str | None, rules: RuleSet) -> Question:
        """Return the question that a slot or these options ask. Raises `OptionError`."""
        if slot is None:
            return self._asked(title)
        if self != Options():
            raise ArgumentError("SLOT", "says all but the title; give it, or the other options, not both")
        return _slot(slot, title, rules)

    def _asked(self, title: str | None) -> Question:
        for option, value in (("--chart", self.chart), ("--territory", self.territory)):
            if value is None:
                raise OptionError(option, "is needed, unless a SLOT such as RULE:CHART:TERRITORY:N is given")
        if (self.nth is None) is (self.first_with is None):
            raise OptionError("--nth", "give either --nth or, with --per, --first-with")
        rule = self._rule()
        if rule.kind is RuleKind.NTH and rule.per and self.group is None and title is None:
            raise OptionError("--group", "is needed to ask for the n-th of a group, or give a --title")
        if self.group is not None and rule.per is None:
            raise OptionError("--group", "is one of the groups that --per makes, which is not given")
        _refuse_no_group(rule, self.group, OptionError("--group", ""))
        n = self.nth or self.first_with
        chart, territory = self.chart or "", self.territory or ""
        place = f"{self.group}:{n}" if self.group and rule.kind is RuleKind.NTH else str(n)
        return Question(rule, chart, territory, place, n, self.group, title)

    def _rule(self) -> Rule:
        """Return the rule, read as if it stood in a file, so that the same mistakes are told."""
        kind = RuleKind.NTH if self.nth else RuleKind.RACE
        where = {
            "work_kind": self.work_kind,
            "original_language": _several(self.language),
            "origin_country": _several(self.country),
            "list": _several(self.listed),
            "release_year": _years(self.year),
        }
        data: dict[str, Any] = {
            "id": _RULE,
            "kind": kind.value,
            "scope": (Scope.CHART if self.territory == EVERYWHERE else Scope.TERRITORY).value,
            "at": [self.nth or self.first_with],
            "headline": "{title}",
            "brief": "{title}",
            "where": {field: value for field, value in where.items() if value is not None},
            "per": self.per,
            "origin": self.origin,
            "count": self.count,
        }
        said = yaml.safe_dump([{field: value for field, value in data.items() if value is not None}])
        reading = examine(said.encode(), _RULE)
        if reading.mistakes:
            field, _, detail = reading.mistakes[0].detail.removeprefix(f"rule {_RULE}: ").partition(": ")
            raise OptionError(_OPTIONS.get(".".join(field.split(".")[:2]), f"--{field}"), detail)
        return _worded(reading.rules[0])


_OPTIONS = {
    "at": "--nth",
    "where.work_kind": "--work-kind",
    "where.original_language": "--language",
    "where.origin_country": "--country",
    "where.list": "--list",
    "where.release_year": "--year",
}


def answered(question: Question, history: History) -> Answered:
    """Return the answer that a history gives. Raises `OptionError` when it does not have what is asked for."""
    timelines = history.timelines()
    timeline = _timeline(question, timelines)
    if question.n is None:
        refuse_unheard_of(question.rule, question.place, timeline, history.catalog)
    title = question.title
    said = Assertion(question.rule, question.place, question.n, question.group)
    if title is not None:
        works = works_named(title, history.catalog)
        _refuse_unheard_of(title, works, timelines, history)
        said = Assertion(question.rule, question.place, question.n, question.group, title, works)
    here = check(said, question.territory, timeline, history.catalog)
    others = elsewhere(said, question.territory, question.chart, timelines, history.catalog) if title else ()
    return Answered(question, here, tuple(others), history.catalog)


def answer_lines(answered: Answered) -> Iterator[str]:
    """Yield an answer for people: the verdict and the right sentence, then what it rests on."""
    here = answered.here
    yield from _wrapped(f"{here.verdict.upper()}: {here.sentence}{_when(here)}")
    if here.reasons:
        yield from ("", "Because:")
        for reason in here.reasons[:_MAX_REASONS]:
            yield from _wrapped(reason, "  ")
        if (more := len(here.reasons) - _MAX_REASONS) > 0:
            yield f"  and for {words.counted(more, 'more reason')}"
    if answered.advice:
        yield ""
        yield from _wrapped(answered.advice)
    if here.before:
        yield from ("", "Before it:" if here.holders else "What counts:")
        for holder in here.before:
            yield from _wrapped(f"{holder.since}  {_named(holder)}", "  ", "              ")
    yield from ("", "On the record:")
    yield from _wrapped(f"{_place(here)}: {_record(here)}", "  ")
    if answered.others:
        yield from ("", "On other charts:")
    for other in answered.others:
        yield from _wrapped(f"{_place(other)}: {other.verdict.upper()}: {other.sentence}{_when(other)}", "  ", "    ")
        if other.before:
            before = [f"{_named(holder)} ({holder.since})" for holder in other.before]
            yield from _wrapped(f"before it: {words.listed(before)}", "    ")
        for reason in other.reasons[:_MAX_REASONS]:
            yield from _wrapped(f"because {reason}", "    ")
        yield from _wrapped(_record(other), "    ")


def answer_object(answered: Answered) -> Iterator[str]:
    """Yield an answer for machines, one JSON object."""
    question = answered.question
    claim = {
        "rule": question.rule.id,
        "kind": question.rule.kind.value,
        "chart": question.chart,
        "territory": question.territory,
        "place": question.place,
        "n": question.n,
        "group": question.group,
        "title": question.title,
    }
    said = {"claim": claim, **_as_json(answered.here), "other_charts": [_as_json(other) for other in answered.others]}
    yield json.dumps(said, ensure_ascii=False, indent=2)


ANSWERS: Mapping[AnswerFormat, Callable[[Answered], Iterator[str]]] = {
    AnswerFormat.TEXT: answer_lines,
    AnswerFormat.JSON: answer_object,
}
"""How each format writes an answer."""

_MAX_REASONS = 10


def _as_json(answer: Answer) -> dict[str, Any]:
    record = answer.record
    return {
        "verdict": answer.verdict.value,
        "chart": answer.chart.id,
        "chart_name": answer.chart.name,
        "territory": answer.territory,
        "sentence": answer.sentence,
        "n": answer.n,
        "period": answer.period and answer.period.isoformat(),
        "holders": [holder.as_json() for holder in answer.holders],
        "before": [holder.as_json() for holder in answer.before],
        "reasons": list(answer.reasons),
        "record": {
            "since": record.first.isoformat(),
            "until": record.last.isoformat(),
            "periods_expected": record.expected,
            "periods_seen": record.seen,
            "gaps": [[first.isoformat(), last.isoformat()] for first, last in record.gaps],
        },
    }


def _slot(slot: str, title: str | None, rules: RuleSet) -> Question:
    parts = slot.split(":", 3)
    if len(parts) < 4 or not all(parts):
        raise ArgumentError("SLOT", f"{slot!r} is not of the form RULE:CHART:TERRITORY:PLACE")
    name, chart, territory, place = parts
    rule = next((rule for rule in rules if rule.id == name), None)
    if rule is None:
        raise ArgumentError("SLOT", f"there is no rule {name!r}{did_you_mean(name, [rule.id for rule in rules])}")
    if (territory == EVERYWHERE) is not (rule.scope is Scope.CHART):
        scope = (
            "over all territories of a chart, so the territory is *" if rule.scope is Scope.CHART else "in a territory"
        )
        raise ArgumentError("SLOT", f"the rule {name} counts {scope}, not {territory!r}")
    if rule.kind not in (RuleKind.NTH, RuleKind.RACE):
        refuse_form(rule, place)
        return Question(rule, chart, territory, place, None, None, title, slot=True)
    group, _, number = place.rpartition(":")
    grouped = rule.kind is RuleKind.NTH and rule.per is not None
    if bool(group) is not grouped or not re.fullmatch("[1-9][0-9]{0,3}", number):
        form = "GROUP:N, such as KR:1" if grouped else "a number from 1 to 9999"
        raise ArgumentError("SLOT", f"a place of {name} is {form}, not {place!r}")
    _refuse_no_group(rule, group or None, ArgumentError("SLOT", ""))
    if not _NUMBER.search(rule.headline):
        # "The first title from {group}" would be said of the second too.
        rule = _worded(rule)
    return Question(rule, chart, territory, place, int(number), group or None, title, slot=True)


def _refuse_no_group(rule: Rule, group: str | None, error: OptionError) -> None:
    """Raise the error, with what is wrong, when no work can be of that group."""
    if group is not None and rule.per is not None and (said := _GROUP_PROBLEMS[rule.per](group)):
        raise replace(error, detail=said)


_GROUP_PROBLEMS: Mapping[Fact, Callable[[str], str | None]] = {
    Fact.ORIGIN_COUNTRY: country_problem,
    Fact.ORIGINAL_LANGUAGE: language_problem,
    Fact.WORK_KIND: work_kind_problem,
}


def _timeline(question: Question, timelines: Mapping[str, Timeline]) -> Timeline:
    """Return the publications of the chart that is asked about. Raises `OptionError`."""
    chart, territory = question.chart, question.territory
    timeline = timelines.get(chart)
    if timeline is None:
        there_are = ", ".join(timelines)
        meant = did_you_mean(chart, timelines)
        raise question.mistaken("--chart", f"{chart!r} is not in the history; there are {there_are}{meant}")
    if not question.rule.is_about(timeline[-1].chart.list_name):
        raise question.mistaken("--chart", f"the rule {question.rule.id} is not about {chart}: see its `list`")
    territories = {territory for publication in timeline for territory in publication.number_ones}
    if territory not in (EVERYWHERE, *territories):
        there_are = ", ".join(sorted(territories))
        meant = did_you_mean(territory, territories)
        raise question.mistaken("--territory", f"{chart} has no territory {territory!r}; it has {there_are}{meant}")
    return timeline


def _refuse_unheard_of(title: str, works: frozenset[str], timelines: Mapping[str, Timeline], history: History) -> None:
    """Raise `OptionError` for a title that nothing has: it is mistyped more likely than it is a claim."""
    charted = {
        one
        for timeline in timelines.values()
        for publication in timeline
        for ones in publication.number_ones.values()
        for one in ones
    }
    titles = {one.title for one in charted} | {work.title for work in history.catalog}
    listed = any(history.catalog.work(work) for work in works)
    if not listed and not any(works & works_named(one.title, history.catalog) for one in charted):
        raise OptionError(
            "--title", f"{title!r} is neither in the catalog nor at #1 of a chart{did_you_mean(title, titles)}"
        )


def _several(said: str | None) -> Any:
    """Return `ko`, `es,pt` or `not:en` as it would stand in a file."""
    if said is None:
        return None
    negated, _, values = said.rpartition(":")
    several = [value.strip() for value in values.split(",")]
    if negated not in ("", "not"):
        return said
    return {"not": several} if negated else several


def _years(said: str | None) -> Any:
    """Return `2021`, `2020-2022`, `2020-` or `-2022` as it would stand in a file."""
    if said is None:
        return None
    found = re.fullmatch(r"(\d{4})?(-?)(\d{4})?", said)
    if found is None or not any(found.group(1, 3)) or (found[1] and found[3] and not found[2]):
        raise OptionError("--year", f"{said!r} is not of the form 2021, 2020-2022, 2020- or -2022")
    if not found[2]:
        return int(found[1])
    return {end: int(year) for end, year in (("from", found[1]), ("to", found[3])) if year}


def _worded(rule: Rule) -> Rule:
    """Return the rule with a headline that says what it counts."""
    one, several = (said.replace("{", "{{").replace("}", "}}") for said in (one_in_words(rule), where_in_words(rule)))
    where = "#1 of {chart} in {territory}"
    if rule.kind is RuleKind.RACE:
        of = {Fact.ORIGIN_COUNTRY: "{countries}", Fact.ORIGINAL_LANGUAGE: "language"}.get(
            rule.per or Fact.WORK_KIND, "kind"
        )
        headline = f"{{group}} {{is}} the first {of} with {{cardinal}} {several} at {where}, by {{title}}"
    else:
        of = {Fact.ORIGIN_COUNTRY: " from {group}", Fact.ORIGINAL_LANGUAGE: " in {group}"}.get(
            rule.per or Fact.WORK_KIND, ""
        )
        headline = f"{{title}} {{is}} the {{ordinal}} {one}{of} to reach {where}"
    return replace(rule, headline=headline)


def _named(holder: Holder) -> str:
    group = f" ({holder.group})" if holder.group else ""
    return f"{name_of(holder.title, holder.label or holder.season)}{group}"


def _place(answer: Answer) -> str:
    return f"{words.sentence(answer.chart.name)} in {words.territory_name(answer.territory)}"


def _when(answer: Answer) -> str:
    if answer.period is None or str(answer.period) in answer.sentence:
        return ""
    return f" That was {'in the week to' if answer.chart.cadence is Cadence.WEEK else 'on'} {answer.period}."


def _record(answer: Answer) -> str:
    record = answer.record
    seen = f"{record.seen} of {words.counted(record.expected, str(answer.chart.cadence))}"
    missing = (
        f", missing {words.listed([words.span(*gap) for gap in record.gaps])}" if record.gaps else ", none missing"
    )
    return f"{seen} from {record.first} to {record.last}{missing}"


def _wrapped(said: str, indent: str = "", further: str | None = None) -> list[str]:
    return textwrap.wrap(
        said,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if further is None else further,
        break_long_words=False,
        break_on_hyphens=False,
    )
