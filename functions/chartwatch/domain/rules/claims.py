"""Claims: what the publications, the catalog and the rules say now of one slot, with the evidence for it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from chartwatch.domain import words
from chartwatch.domain.charts.chart import MetricPeriod
from chartwatch.domain.rules.certain import OneOfSeveral, Unknown, candidates_in_words, in_words
from chartwatch.domain.rules.evidence import Evidence
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import WHOSE, Fact, Rule
from chartwatch.domain.rules.standing import Standing
from chartwatch.domain.works.claimants import Claimant
from chartwatch.domain.works.work import OWN_FACT, Work

MAX_DAYS = 99
"""Days after release that are worth a count."""

MAX_UNDECIDED = 100
"""Works of which something is unknown that a claim names; further ones are counted."""

_FACT_WORDS = {
    Fact.WORK_KIND: "kind",
    Fact.ORIGINAL_LANGUAGE: "original language",
    Fact.ORIGIN_COUNTRY: "country of origin",
    Fact.RELEASE_YEAR: "release date",
    Fact.CREATOR: "creator",
    Fact.MAIN_CREATOR: "creator",
    Fact.CREATOR_COUNTRY: "creator's country",
}


_GROUP_NAMES: Mapping[Fact | None, Callable[[str], str]] = {
    Fact.ORIGIN_COUNTRY: words.territory_name,
    Fact.ORIGINAL_LANGUAGE: words.language_name,
    Fact.CREATOR_COUNTRY: words.territory_name,
}

CENSORED = "it was so when the records began, and nobody knows since when"
"""Why nobody can say that what is so since then was a first."""


class Undecided(NamedTuple):
    """A work that has topped a scope, and the facts for whose lack a rule cannot decide whether it qualifies.

    `is_assumed`: they are not unknown, but assumed.
    """

    work: Holder
    unknown: tuple[Fact, ...]
    is_assumed: bool = False


class Reason(NamedTuple):
    """Why a claim is provisional. `undecided` is the work of which something is unknown; None for missing periods.

    Of a work that was at #1 when the records began no fact is unknown, but since when it was there.
    """

    said: str
    undecided: Undecided | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One slot and what is true of it. `territory` is `*` for scope chart; `period` is when it came true.

    `reasons` are why it is provisional; there are none for a claim that nothing stands against. `brief` is the headline
    in a few words, for a subject line that has said the title already; `said` is the headline without what follows the
    rule's own words. `waits`: it is a first of a chart that asks for a minimum length of record; `is_early`: the record
    of its scope is not as long. `mark` is at which of the rule's numbers it is, or `all` or `record`. `precedents` is
    how often the chart came to the like before, and `said_by` the slot of a claim that says all that this one does.
    """

    slot: str
    rule: str
    kind: str
    chart: str
    territory: str
    group: str | None
    n: int | None
    period: date
    holders: tuple[Holder, ...]
    left_censored: bool
    reasons: tuple[Reason, ...]
    headline: str
    brief: str
    evidence: Evidence
    works: tuple[Work, ...]
    waits: bool = False
    is_early: bool = False
    said: str = ""
    mark: str = ""
    precedents: int | None = None
    said_by: str | None = None


def slot_id(rule: str, chart: str, territory: str, place: str) -> str:
    """Return the id of a slot; `place` is what the rule's kind makes of it."""
    return f"{rule}:{chart}:{territory}:{place}"


def place_of(slot: str, rule: str, chart: str, territory: str) -> str:
    """Return the last part of a slot's id."""
    return slot.removeprefix(slot_id(rule, chart, territory, ""))


def claim_of(
    rule: Rule,
    standing: Standing,
    place: str,
    holders: Sequence[Holder],
    claimants: Sequence[Claimant],
    *,
    reasons: tuple[Reason, ...],
    evidence: Evidence,
    group: str | None = None,
    groups: Sequence[str] = (),
    n: int | None = None,
    censored: bool = False,
    templates: tuple[str, str] | None = None,
    since: date | None = None,
    mark: str = "",
) -> Claim:
    """Return the claim that `claimants` hold a place of a rule with the standing's publication.

    `groups` are what the templates' `{group}` names; `mark` is what the rule has it at, where that is not its number.
    `censored`: it may have been so before the record began. `since` is the first period that it counts or compares: the
    headline says where the chart came to rank otherwise after it. Where the standing is of one method, that is said.
    """
    chart = standing.publication.chart
    headline, brief = templates or (rule.headline, rule.brief)
    worded = _wording(rule, standing, claimants, groups, n)
    said, method = worded(headline), standing.method
    if method:
        said = f"{said}, counted since the chart came to rank by {method.metric} ({method.since})"
    released = after_release(claimants[0].work, standing.period) if len(claimants) == 1 else ""
    metrics = chart.metrics(since, standing.period) if since else ()
    return Claim(
        slot=slot_id(rule.id, chart.id, standing.scope, place),
        rule=rule.id,
        kind=rule.kind,
        chart=chart.id,
        territory=standing.scope,
        group=group,
        n=n,
        period=standing.period,
        holders=tuple(holders),
        left_censored=censored or standing.is_censored(standing.period),
        reasons=reasons,
        headline=words.sentence(
            f"{said}{released}{_changes_in_words(metrics)}, in records since {evidence.records_since.isoformat()}"
        ),
        brief=f"{worded(brief)} since ranked by {method.metric}" if method else worded(brief),
        evidence=replace(evidence, method_changes=metrics[1:] or None, within_method=method),
        works=tuple(claimant.work for claimant in claimants),
        waits=rule.is_of_firsts and chart.min_periods > 0,
        is_early=rule.is_of_firsts and standing.coverage.expected(standing.period, chart) < chart.min_periods,
        said=words.sentence(said),
        mark=mark or (str(n) if n else ""),
    )


def claim_of_one(
    rule: Rule,
    standing: Standing,
    claimant: Claimant,
    n: int,
    mark: str,
    *,
    against: Iterable[Unknown],
    first_topped: date,
    censored: bool = False,
    since: date | None = None,
    whole: Standing | None = None,
) -> Claim:
    """Return the claim that a work, at #1 since `first_topped`, has reached `n`.

    The place is its key and `mark`, `since` is that of `claim_of`. `whole` is the standing of all methods, if it is
    another: the evidence is of that.
    """
    holder = Holder(claimant.work_id, claimant.work.title, standing.period, claimant.season, label=claimant.label)
    return claim_of(
        rule,
        standing,
        f"{claimant.key}:{mark}",
        [holder],
        [claimant],
        group=claimant.key,
        n=n,
        reasons=(*reasons_of(against), *assumed_reasons(rule, claimant.work, replace(holder, since=first_topped))),
        evidence=evidence_of(whole or standing, [claimant]),
        censored=censored,
        since=since,
        mark=mark.partition(":")[0],
    )


def evidence_of(standing: Standing, claimants: Iterable[Claimant]) -> Evidence:
    """Return the evidence that every claim of a standing has."""
    publication, coverage = standing.publication, standing.coverage
    where = {c.name: tuple(standing.territories[c]) for c in claimants if c in standing.territories}
    read = next((territory for its in where.values() for territory in its), standing.scope)
    return Evidence(
        records_since=coverage.first,
        periods_expected=coverage.expected(standing.period, publication.chart),
        periods_seen=coverage.seen,
        gaps=coverage.gaps,
        metric=publication.chart.metric_periods,
        edition=publication.provenance_of(read),
        editions=publication.edition_count if where else None,
        territories=where or None,
    )


def reasons_of(unknown: Iterable[Unknown]) -> tuple[Reason, ...]:
    """Return the reasons that missing periods are, and titles that may mean one of several works."""
    return tuple(Reason(in_words(each), _whose(each)) for each in unknown)


def _whose(unknown: Unknown) -> Undecided | None:
    """Return the work whose periods before the record nobody knows, or that stands for a title: under another name the
    reason is the same."""
    if isinstance(unknown, OneOfSeveral):
        return Undecided(Holder(unknown.work.id, unknown.work.title, unknown.since), ())
    its = unknown.claimant
    return (
        None
        if its is None
        else Undecided(Holder(its.work_id, its.work.title, unknown.gap[1], its.season, label=its.label), ())
    )


def undecided_reasons(
    undecided: Sequence[Undecided], most: int, titles: Mapping[str, OneOfSeveral]
) -> tuple[Reason, ...]:
    """Return the reasons that works are of which something is unknown; at most so many of them by name.

    `titles` are those that may mean one of several works, by id: the reason says which.
    """
    named = tuple(
        Reason(
            f"the {facts_in_words(its.unknown)} of {_named(its.work)}, #1 since {its.work.since.isoformat()}, is "
            + ("assumed" if its.is_assumed else "unknown")
            + (f": {candidates_in_words(titles[its.work.work_id].work)}" if its.work.work_id in titles else ""),
            its,
        )
        for its in undecided[:most]
    )
    more = len(undecided) - len(named)
    return (*named, Reason(f"facts of {words.counted(more, 'more work')} are unknown")) if more else named


def assumed_reasons(rule: Rule, work: Work, holder: Holder) -> tuple[Reason, ...]:
    """Return the reason that it is if a work counts by what is assumed of it."""
    assumed = rule.assumed_facts(work)
    return undecided_reasons([Undecided(holder, assumed, is_assumed=True)], 1, {}) if assumed else ()


def facts_in_words(facts: Iterable[Fact]) -> str:
    """Return "original language and country of origin"."""
    return words.listed([_FACT_WORDS.get(fact, fact.removeprefix(OWN_FACT)) for fact in facts])


def group_name(rule: Rule, value: str) -> str:
    """Return one of the groups of a rule in words."""
    return _GROUP_NAMES[rule.per](value) if rule.per in _GROUP_NAMES else value


def _wording(
    rule: Rule, standing: Standing, claimants: Sequence[Claimant], groups: Sequence[str], n: int | None
) -> Callable[[str], str]:
    """Return what fills in the words of a rule's templates."""
    several = len(groups if rule.is_of_groups else claimants) > 1
    ordinal = words.ordinal(n) if n else ""
    chart = standing.publication.chart
    names = [claimant.own_name if rule.per in WHOSE else claimant.name for claimant in claimants]
    # A spread is told at some numbers, and of how many places it really is by then.
    reached = [standing.spreads[claimant].after for claimant in claimants if n and claimant in standing.spreads]
    values: Mapping[str, Any] = {
        "is": "are" if several else "is",
        "has": "have" if several else "has",
        "title": words.listed(names),
        "chart": chart.name,
        "territory": words.territory_name(standing.scope),
        "group": words.listed([group_name(rule, value) for value in groups]),
        "n": n,
        "ordinal": f"joint {ordinal}" if several else ordinal,
        "cardinal": words.cardinal(n) if n else "",
        "periods": f"{chart.cadence}s",
        "countries": "countries" if several else "country",
        **{racers: racers if several else racers.removesuffix("s") for racers in ("creators", "languages", "kinds")},
        "places": _places(standing, max(reached, default=n)),
    }
    return partial(str.format, **values)


def _places(standing: Standing, n: int | None) -> str:
    """Return "25 countries", or "all 94 countries"."""
    known = standing.coverages or {standing.scope: standing.coverage}
    every = "all " if n == len(known) > 1 else ""
    return f"{every}{words.counted(n or len(known), words.place_noun(known))}"


def after_release(work: Work, period: date) -> str:
    """Say how long after its release a work got there, where that is worth a count of days."""
    released = work.release_date
    if released is None or not 0 <= (days := (period - released).days) <= MAX_DAYS:
        return ""
    return f", {words.counted(days, 'day')} after release" if days else ", on the day of its release"


def _changes_in_words(metrics: Sequence[MetricPeriod]) -> str:
    """Return ", ranked by views since 2023-06-18 and by hours viewed before", or how often that changed and since when.

    Of several changes the evidence has the metrics.
    """
    if len(metrics) < 2:
        return ""
    before, *changes = metrics
    if len(changes) > 1:
        return f", over {words.cardinal(len(changes))} changes of what the chart ranks by since {changes[0].since}"
    return f", ranked by {changes[0].metric} since {changes[0].since} and by {before.metric} before"


def _named(work: Holder) -> str:
    # Undecided works are told apart by what is compared of their seasons, and not by labels.
    return work.title if work.season is None else f"{work.title} ({work.season})"
