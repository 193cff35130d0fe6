"""How rules, the holders of places, changes, and what was probably meant read in a sentence."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from anyascii import anyascii

from chartwatch.cli.lists import MOST_LISTED, cut
from chartwatch.cli.terminals import columns
from chartwatch.domain import words
from chartwatch.domain.codes import nearest
from chartwatch.domain.milestones.milestone import Change, Milestone, Status
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import FIRST_YEAR, LAST_YEAR, Condition, Count, Fact, Lists, Priority, Rule
from chartwatch.domain.stories.filters import Filter, Policy
from chartwatch.domain.stories.message import as_text
from chartwatch.domain.works.claimants import name_of
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import OWN_FACT, Kind

WIDTH = 100
"""Columns of what is shown of changes."""

MAX_MEANT = 3
"""Longer titles that a message suggests."""

MIN_WITHIN = 4
"""Letters of a title that a message suggests because it is within what was asked for."""

_UNCHANGED = frozenset({Kind.SERIES})
"""Kinds whose plural is the same word."""


def where_in_words(rule: Rule) -> str:
    """Return what a rule counts: "non-English series", "titles from Mexico"."""
    return _where(rule, _plural, "titles")


def one_in_words(rule: Rule) -> str:
    """Return one of what a rule counts: "non-English series", "title from Mexico"."""
    return _where(rule, str, "title")


def holder_name(holder: Holder) -> str:
    """Return the title of a holder, with its season where it is one."""
    return name_of(holder.title, holder.label or holder.season)


def status_in_words(milestone: Milestone) -> str:
    """Return "announced", "provisional", "corrected, not certain"."""
    is_said = milestone.is_certain or milestone.status is Status.PROVISIONAL
    return milestone.status.value if is_said else f"{milestone.status.value}, not certain"


def changed_lines(changes: Iterable[Change], limit: int | None = None, most: int = MOST_LISTED) -> Iterator[str]:
    """Return the lines that show changes: the period, what became of the slot, and who held it where that differs."""
    return cut(list(changes), _changed, limit, most=most)


def _changed(change: Change) -> list[str]:
    milestone, replaced = change.milestone, change.replaced
    sent = "sent" if change.is_sent else "recorded only"
    line = f"{milestone.period}  {status_in_words(milestone)}, {sent}: {milestone.headline}"
    if milestone.is_held and replaced and replaced.holders and replaced.holders != milestone.holders:
        line += f"; before: {words.listed([holder_name(holder) for holder in replaced.holders])}"
    return words.wrapped(line, columns(WIDTH), subsequent_indent=" " * 12)


def filter_in_words(wanted: Filter) -> str:
    """Return what a filter lets through: "everything", or "from South Korea or Japan; of priority 3 and above"."""
    parts = [
        f"{before} {' or '.join(map(name, values))}"
        for attribute, (before, name) in _FILTERED.items()
        if (values := wanted.values.get(attribute))
    ]
    if wanted.min_priority is not None:
        above = "" if wanted.min_priority == max(Priority) else " and above"
        parts.append(f"of priority {wanted.min_priority}{above}")
    return "; ".join(parts) or "everything"


def policy_in_words(policy: Policy) -> str:
    """Return what a filter policy lets through; the policy itself where somebody has written it in another form."""
    wanted = Filter.of(policy)
    return as_text(policy) if wanted is None else filter_in_words(wanted)


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """Return "; did you mean KR?" where one of `known` is written much like the text, else nothing."""
    by_case = {name.lower(): name for name in sorted(known)}
    meant = nearest(text, by_case)
    return f"; did you mean {by_case[meant]}?" if meant else ""


def longer_titles(title: str, known: Iterable[str], then: str = "") -> list[str]:
    """Return those of `known` that begin with a title: a word ends with it, or what follows begins with `then`."""
    key = title_key(title)
    rests = ((its, title_key(its).removeprefix(key)) for its in known if title_key(its).startswith(key))
    return sorted(its for its, rest in rests if rest and not rest[0].isalnum() and rest.lstrip().startswith(then))


def title_meant(title: str, known: Iterable[str], *, within: bool = True) -> str:
    """Return "; did you mean Smooth (Live)?", where some of `known` are likely: the likeliest of these alone.

    That is those written so without accents, those that begin so, with `within` those that have its words together or
    whose words it has together, and what is written much alike.
    """
    titles, plain = set(known), _plain(title)
    words_of = {name: _plain(name) for name in titles}
    likely = [[name for name, its in words_of.items() if its == plain], longer_titles(title, titles)]
    if within:
        likely += [
            [name for name, its in words_of.items() if f" {plain} " in f" {its} "],
            [name for name, its in words_of.items() if len(its) >= MIN_WITHIN and f" {its} " in f" {plain} "],
        ]
    for its in likely:
        if 0 < len(its) <= MAX_MEANT:
            return f"; did you mean {' or '.join(sorted(its))}?"
    return did_you_mean(title, titles)


def _plain(title: str) -> str:
    """Return the words of a title in Latin letters without accents or signs."""
    return " ".join(re.findall(r"[a-z0-9]+", anyascii(title_key(title)).lower()))


_FILTERED: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "chart": ("on", str),
    "territories": ("in", words.territory_name),
    "origin_countries": ("from", words.territory_name),
    "language": ("in", words.language_name),
    "work_kind": ("of the kind", str),
    "milestones": ("by the rule", str),
}
"""What stands before the values of an attribute, and how each reads."""


def _where(rule: Rule, kinds: Callable[[str], str], anything: str) -> str:
    conditions = {condition.fact: condition for condition in rule.where}
    language, country = conditions.get(Fact.ORIGINAL_LANGUAGE), conditions.get(Fact.ORIGIN_COUNTRY)
    year = conditions.get(Fact.RELEASE_YEAR)
    parts = (
        language and _languages(language),
        _kinds(conditions.get(Fact.WORK_KIND), kinds, anything),
        country and _countries(country),
        *(_further(each) for each in rule.where if each.fact in _FURTHER or each.fact.is_own),
        year and _years(year),
        rule.lists and _lists(rule.lists),
        "by season" if rule.count is Count.SEASONS else None,
    )
    return " ".join(part for part in parts if part)


def _plural(kind: str) -> str:
    return kind if kind in _UNCHANGED else f"{kind}s"


_FURTHER: Mapping[Fact, tuple[str, Callable[[str], str]]] = {
    Fact.CREATOR: ("by", str),
    Fact.MAIN_CREATOR: ("by", str),
    Fact.CREATOR_COUNTRY: ("by creators from", words.territory_name),
}
"""Facts that stand after the kind, and what before them."""


def _further(condition: Condition) -> str:
    said, name = _FURTHER.get(condition.fact, (f"with {condition.fact.removeprefix(OWN_FACT)}", str))
    return f"{'not ' if condition.negated else ''}{said} {' or '.join(map(name, sorted(condition.values)))}"


def _years(condition: Condition) -> str:
    first, last = min(condition.values), max(condition.values)
    if first == last:
        return f"of {first}"
    if last == str(LAST_YEAR):
        return f"of {first} or later"
    return f"of {last} or earlier" if first == str(FIRST_YEAR) else f"of {first} to {last}"


def _lists(lists: Lists) -> str:
    return f"{'not ' if lists.negated else ''}on {', '.join(sorted(lists.names))}"


def _kinds(condition: Condition | None, kinds: Callable[[str], str], anything: str) -> str:
    if condition is None:
        return anything
    named = " and ".join(map(kinds, sorted(condition.values)))
    return f"{anything} but {named}" if condition.negated else named


def _languages(condition: Condition) -> str:
    names = [words.language_name(code) for code in sorted(condition.values)]
    return ", ".join(f"non-{name}" for name in names) if condition.negated else f"{' or '.join(names)}-language"


def _countries(condition: Condition) -> str:
    named = " or ".join(words.territory_name(code) for code in sorted(condition.values))
    return f"{'not ' if condition.negated else ''}from {named}"
