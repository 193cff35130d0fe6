"""A claim as it is made on the command line: by a slot of a rule, or by options."""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import yaml

from chartwatch.cli.application import read_date
from chartwatch.cli.asked_slots import Question, numbered, refuse_no_group, slot_asked
from chartwatch.cli.places import country_code, group_code, language_code, territory_code
from chartwatch.cli.wording import one_in_words, where_in_words
from chartwatch.domain import words
from chartwatch.domain.milestones.asked import Assertion, Form, Since
from chartwatch.domain.rules.change import ChangeRule, Returns
from chartwatch.domain.rules.nth import NthRule
from chartwatch.domain.rules.race import RaceRule
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import MOST, NUMBER, Rule, RuleSet, Scope
from chartwatch.domain.rules.spread import SpreadRule
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.errors import ArgumentError, OptionError
from chartwatch.rules import examine

_RULE = "claim"
"""The id of the rule that options make."""

_OPTIONS = {
    "at": "--at",
    "where.work_kind": "--work-kind",
    "where.original_language": "--language",
    "where.origin_country": "--country",
    "where.list": "--list",
    "where.release_year": "--year",
    "origin": "--origin-policy",
}
"""The option that a field of the rule comes from, where it has another name."""


@dataclass(frozen=True, slots=True)
class Options:
    """A claim in options, as they were given; `FORMS` are those of which one says what is claimed."""

    chart: str | None = None
    territory: str | None = None
    nth: int | None = None
    first_with: int | None = None
    on: str | None = None
    new: bool = False
    back: bool = False
    run: int | None = None
    total: int | None = None
    exactly: bool = False
    longest: str | None = None
    territories: str | None = None
    since: str | None = None
    number: int | None = None
    debut: bool = False
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
        return slot_asked(slot, title, rules)

    def _question(self, title: str | None) -> Question:
        territory = territory_code(self.territory) if self.territory else EVERYWHERE if self.territories else None
        if self.chart is None or territory is None:
            option = "--chart" if self.chart is None else "--territory"
            raise OptionError(option, "is needed, unless a SLOT such as RULE:CHART:TERRITORY:PLACE is given")
        form = self._form()
        if title is None and form not in ("nth", "first_with", "on", "number"):
            raise OptionError("--title", f"is needed with {_option(form)}")
        group = group_code(self.group, self.per) if self.group else None
        said = replace(_FORMS[form](replace(self, territory=territory, group=group), title), title=title or "")
        return Question(said, self.chart, territory)

    def _form(self) -> str:
        """Return which of `FORMS` was given. Raises `OptionError` unless it is one, and what goes with it alone."""
        given = [form for form in _FORMS if self._has(form)]
        if "on" in given and (self.since is not None or self.territories is not None):
            given.remove("on")
        if len(given) != 1:
            options = f"what is claimed is said by one of {words.listed([_option(form) for form in _FORMS])}"
            if given:
                both = words.listed([_option(form) for form in given])
                raise OptionError(_option(given[0]), f"{options}, and not by {both} together")
            raise OptionError("--nth", options)
        for other, forms in _GO_WITH.items():
            if self._has(other) and given[0] not in forms:
                goes_with = " or ".join(map(_option, forms))
                raise OptionError(_option(other), f"goes with {goes_with}, not with {_option(given[0])}")
        if self.new and self.back:
            raise OptionError("--new", "is of a work that comes to #1, --back of one that comes again; give one")
        if (self.new or self.back) and self.on is None:
            raise OptionError("--new" if self.new else "--back", "is of one period: give --on")
        return given[0]

    def _has(self, option: str) -> bool:
        """Return whether an option was given; 0 is a number as others are."""
        value = getattr(self, option)
        return value is not None and value is not False

    def rule(self, kind: type[Rule], headline: str = "{title}", **fields: Any) -> Rule:
        """Return the rule, read as if it stood in a file, so that the same mistakes are reported."""
        where = {
            "work_kind": self.work_kind,
            "original_language": _values(_negated(self.language), language_code),
            "origin_country": _values(_negated(self.country), country_code),
            "list": _values(self.chart_list),
            "release_year": _years(self.year),
        }
        data: dict[str, Any] = {
            "id": _RULE,
            "kind": kind.kind,
            "scope": (Scope.CHART if self.territory == EVERYWHERE else Scope.TERRITORY).value,
            "headline": headline,
            "brief": "{title}",
            "where": _without_none(where),
            "per": self.per,
            "origin": self.origin,
            "count": self.count,
            **fields,
        }
        reading = examine(yaml.safe_dump([_without_none(data)]).encode(), _RULE)
        if reading.mistakes:
            field, _, detail = reading.mistakes[0].detail.removeprefix(f"rule {_RULE}: ").partition(": ")
            option = _OPTIONS.get(".".join(field.split(".")[:2]), f"--{field}")
            raise OptionError(_option(self._form()) if option == "--at" else option, detail)
        return numbered(reading.rules[0], self.nth or self.first_with)


def _option(field: str) -> str:
    return f"--{field.replace('_', '-')}"


def _place(options: Options, title: str | None) -> Assertion:
    """Return the claim that a work is the n-th, or a group the first with n."""
    kind = NthRule if options.nth else RaceRule
    n = options.nth or options.first_with or 0
    rule = options.rule(kind, at=[n])
    if rule.per and not rule.is_of_groups and options.group is None and title is None:
        raise OptionError("--group", "is needed to ask for the n-th of a group, or give a --title")
    if options.group is not None and rule.per is None:
        raise OptionError("--group", "is one of the groups that --per makes, which is not given")
    refuse_no_group(rule, options.group, "--group")
    return Assertion(rule, kind.place(n, options.group), n, options.group)


def _on(options: Options, title: str | None) -> Assertion:
    """Return the claim that a work was #1 in a period, or new or back there."""
    on = read_date(options.on or "", "--on")
    if not (options.new or options.back):
        rule = options.rule(NthRule, at=[1])
        return Assertion(rule, form=Form.NUMBER_ONE, on=on, one=one_in_words(rule), several=where_in_words(rule))
    if title is None:
        raise OptionError("--title", "is needed with --new and --back")
    return Assertion(_change_rule(options), place=on.isoformat(), on=on)


def _change_rule(options: Options) -> Rule:
    """Return the rule of works that are new at #1, or back there."""
    state = "back at" if options.back else "the new"
    headline = f"{{title}} {{is}} {state} #1 of {{chart}} in {{territory}}"
    return options.rule(ChangeRule, headline, returns=(Returns.ONLY if options.back else Returns.ALSO).value)


def _lasting(options: Options, title: str | None) -> Assertion:
    """Return the claim that a work was at #1 for n periods, in a row or in all."""
    del title
    n, total = options.run or options.total or 0, options.total is not None
    how_long = f"for {{cardinal}} {{periods}} {'in all' if total else 'running'}"
    headline = "{title} {has} been #1 of {chart} in {territory}" + (f" {how_long}" if n > 1 else "")
    return Assertion(options.rule(ReignRule, headline, at=[n], total=total), n=n, exactly=options.exactly)


def _territories(options: Options, title: str | None) -> Assertion:
    """Return the claim that a work has topped n territories, or all; with a period, that it did so then."""
    del title
    said = options.territories or ""
    if options.territory != EVERYWHERE:
        raise OptionError("--territory", "is * for --territories, which counts them, or is left out")
    if said != "all" and re.fullmatch(NUMBER, said) is None:
        raise OptionError("--territories", f"{said!r} is not a number from 1 to {MOST}, nor `all`")
    n = None if said == "all" else int(said)
    if options.on is not None:
        rule = _change_rule(options) if options.new or options.back else options.rule(NthRule, at=[1])
        on = read_date(options.on, "--on")
        return Assertion(rule, n=n, form=Form.AT_ONCE, on=on, exactly=options.exactly)
    where = "all {n} territories" if n is None else "{n} territories" if n > 1 else "a territory"
    rule = options.rule(SpreadRule, f"{{title}} {{has}} been #1 of {{chart}} in {where}", at=[n or "all"])
    return Assertion(rule, n=n, exactly=options.exactly)


def _longest(options: Options, title: str | None) -> Assertion:
    """Return the claim that a work was at #1 for longer than any other."""
    del title
    forms = {"run": Form.LONGEST_RUN, "total": Form.MOST_IN_ALL}
    if options.longest not in forms:
        raise OptionError("--longest", f"{options.longest!r} is not `run`, of one run, or `total`, of all together")
    rule = options.rule(NthRule, at=[1])
    return Assertion(rule, form=forms[options.longest], one=one_in_words(rule))


def _since(options: Options, title: str | None) -> Assertion:
    """Return the claim that a work is the first at #1 since a title, a day, the end of a month or of a year."""
    del title
    rule, said = options.rule(NthRule, at=[1]), options.since or ""
    on = read_date(options.on, "--on") if options.on else None
    form, one = Form.FIRST_SINCE, one_in_words(rule)
    if (found := re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", said)) is None:
        return Assertion(rule, form=form, on=on, one=one, since=Since(said.removeprefix("title:")))
    year, month = int(found[1]), int(found[2] or 12)
    day = read_date(said, "--since") if found[3] else _last_day(year, month, said)
    return Assertion(rule, form=form, on=on, one=one, since=Since(day=day))


def _last_day(year: int, month: int, said: str) -> date:
    try:
        return date(year, month, monthrange(year, month)[1])
    except ValueError as error:
        raise OptionError("--since", f"{said!r} is not a date such as 2022-01-31, 2022-01 or 2022") from error


def _number(options: Options, title: str | None) -> Assertion:
    """Return the claim that n works that count have been #1, or none (0)."""
    if title is not None:
        raise OptionError("--title", "is one of the works that --number counts; leave it out")
    rule = options.rule(NthRule, at=[1])
    if (options.group is None) is not (rule.per is None):
        raise OptionError("--group", "and --per go together with --number")
    refuse_no_group(rule, options.group, "--group")
    one, several = one_in_words(rule), where_in_words(rule)
    return Assertion(
        rule,
        n=options.number,
        group=options.group,
        form=Form.COUNT,
        exactly=options.exactly or options.number == 0,
        one=one,
        several=several,
    )


def _debut(options: Options, title: str | None) -> Assertion:
    """Return the claim that a work came in at #1."""
    del title
    if options.territory == EVERYWHERE:
        raise OptionError("--territory", "is one for --debut: a work comes in on one chart after the other")
    return Assertion(options.rule(NthRule, at=[1]), form=Form.DEBUT)


_FORMS: Mapping[str, Callable[[Options, str | None], Assertion]] = {
    "nth": _place,
    "first_with": _place,
    "on": _on,
    "run": _lasting,
    "total": _lasting,
    "longest": _longest,
    "territories": _territories,
    "since": _since,
    "number": _number,
    "debut": _debut,
}
"""The options of which one says what is claimed, and the claim that each makes."""

_GO_WITH: Mapping[str, tuple[str, ...]] = {
    "per": ("nth", "first_with", "number"),
    "group": ("nth", "first_with", "number"),
    "new": ("on", "territories"),
    "back": ("on", "territories"),
    "exactly": ("run", "total", "territories", "number"),
}
"""The options that go with some of those only."""


def _without_none(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in fields.items() if value is not None}


def _negated(text: str | None) -> str | None:
    """Return `not:English` for `non-English`, and anything else as it is."""
    return re.sub(r"^non[- ](?=\w)", "not:", text, flags=re.IGNORECASE) if text else text


def _values(text: str | None, code_of: Callable[[str], str] = str) -> Any:
    """Return `ko`, `es,pt`, `Spanish` or `not:en` as it would stand in a file."""
    if text is None:
        return None
    negated, _, codes = text.rpartition(":")
    values = [code_of(code.strip()) for code in codes.split(",")]
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
    if found[1] and found[3] and found[1] > found[3]:
        raise OptionError("--year", f"{text} ends before it begins")
    return {end: int(year) for end, year in (("from", found[1]), ("to", found[3])) if year}
