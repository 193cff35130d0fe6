"""Claims about in how many territories a work was at #1: ever, or at once in one period."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from enum import Enum

from chartwatch.domain import words
from chartwatch.domain.charts.chart import GLOBAL
from chartwatch.domain.milestones.answers import (
    answer,
    beyond_record,
    fails,
    may_not_count,
    missing_words,
    never_topped,
    so_far,
)
from chartwatch.domain.milestones.asked import Answer, Assertion
from chartwatch.domain.milestones.possible import all_against, all_of, earliest_tops, may_have_topped, topped_all
from chartwatch.domain.milestones.scope_history import ToppedWork
from chartwatch.domain.milestones.scopes import AskedScope
from chartwatch.domain.rules.change import ChangeRule, Returns
from chartwatch.domain.rules.claims import after_release
from chartwatch.domain.rules.spread import SpreadRule
from chartwatch.domain.works.work import Work

MAX_NAMED = 10
"""Territories that an answer names one by one, of those where it is so or of those where it is not."""


# Ever.


def spread(said: Assertion, scope: AskedScope, key: str, work: Work, topped: ToppedWork | None) -> Answer:
    """Return whether a work has topped so many territories, or all; what the record shows is true."""
    if scope.rule.verdict(work) is False:
        return answer(scope, False, fails(scope.rule, work, topped))
    place = said.rule.read_place(said.place) if said.place else None
    n = place.n if place else said.n
    since, may = scope.territories_of(key), may_have_topped(scope, key, work)
    if n is None:
        at, earliest = topped_all(scope, since), topped_all(scope, earliest_tops(scope, key, work))
        found = True if at else None if earliest else False
    else:
        at = sorted(since.values())[n - 1] if len(since) >= n else None
        found = _has_number(n, len(since), len(may), exactly=said.exactly)
    against = all_against(scope, key, work) if n is None else [each for its in may.values() for each in its]
    if topped is None:
        return never_topped(said, scope, work, possible=found is None, against=against)
    if found is not False and scope.counts(topped.work, None) is None:
        return may_not_count(scope, topped)
    sentence = _has_been(scope, topped, since, n or len(since), at if found and not said.exactly else None)
    then = [t for t in scope.gaps_by_territory if at and scope.first_of(t) <= at]
    if n is None and at and len(then) < len(scope.gaps_by_territory):
        share = _share(since, scope.gaps_by_territory)
        places = f"{'both' if len(then) == 2 else f'all {len(then)}'} {share.rpartition(' ')[2]} that it had then"
        sentence = f"{topped.name} had been #1 of {scope.chart.name} in {places}, {scope.in_period(at)}; now in {share}"
    if found is None:
        return answer(scope, None, so_far(f"{sentence}, {scope.span}."), reasons=missing_words(against))
    if found and at and not said.exactly and isinstance(said.rule, SpreadRule):
        rule = replace(said.rule, at=(n,), everywhere=False) if n else replace(said.rule, at=(), everywhere=True)
        claim = next((c for c in scope.claims(rule, at) if c.group == key), None)
        if claim is not None:
            return answer(scope, True, f"{claim.headline}." if said.place else f"{sentence}, {scope.span}.", claim)
    return replace(answer(scope, found, f"{sentence}, {scope.span}."), n=len(since))


def _has_number(n: int, known: int, may: int, *, exactly: bool) -> bool | None:
    """Return whether a work has topped n territories, or more, of which so many are known, and so many may be more."""
    if not known <= n <= known + may:
        return known > n and not exactly
    return True if known == n and not (exactly and may) else None


def _has_been(scope: AskedScope, topped: ToppedWork, since: Mapping[str, date], n: int, at: date | None) -> str:
    """Return how many territories a work has topped by now, and, if it did `at` a period, when it had topped `n`."""
    where = f"{topped.name} has been #1 of {scope.chart.name} in {_share(since, scope.gaps_by_territory)}"
    if at is None:
        first, last = min(since.values()), max(since.values())
        when = scope.in_period(first) if first == last else f"between {first} and {last}"
        return f"{where}{_named(since, scope.gaps_by_territory)}, reached {when}"
    of_them = f"in {n} of them " if n < len(since) else ""
    return f"{where}, {of_them}by {scope.in_period(at).split(' ', 1)[1]}{after_release(topped.work, at)}"


# At once.


class _There(Enum):
    """How a work has to have been at #1 of a territory in a period, and how that reads."""

    ANYHOW = "was #1"
    NEW = "was new at #1"
    BACK = "was back at #1"

    @classmethod
    def asked(cls, said: Assertion) -> "_There":
        """Return how a claim says that it was."""
        if not isinstance(said.rule, ChangeRule):
            return cls.ANYHOW
        return cls.BACK if said.rule.returns is Returns.ONLY else cls.NEW


def at_once(said: Assertion, scope: AskedScope, key: str, work: Work, topped: ToppedWork | None) -> Answer:
    """Return whether a work was at #1 of so many territories, or of all, in one period; new or back there, if asked."""
    period, how = said.on or date.min, _There.asked(said)
    if scope.rule.verdict(work) is False:
        return answer(scope, False, fails(scope.rule, work, topped))
    name = topped.name if topped else said.title
    if outside := beyond_record(scope, period):
        sentence = f"Nobody can say in how many territories {name} {how.value} {scope.in_period(period)}."
        return answer(scope, None, sentence, period=period, reasons=outside)
    its = {territory: _was(scope, territory, period, (key, work), how) for territory in scope.territories_in(period)}
    there, may = [t for t, so in its.items() if so], [t for t, so in its.items() if so is None]
    n = len(its) if said.n is None else said.n
    found = _has_number(n, len(there), len(may), exactly=said.exactly) if its else False
    if topped is None and found is False:
        return never_topped(said, scope, work, possible=False)
    if topped and found is not False and scope.counts(topped.work, None) is None:
        return may_not_count(scope, topped)
    where = f"{_share(there, its)} {scope.in_period(period)}{_named(there, its)}"
    sentence = f"{name} {how.value} of {scope.chart.name} in {where}"
    if found is None:
        reasons = _against(scope, period, may, how)
        return answer(scope, None, so_far(f"{sentence}."), period=period, reasons=reasons)
    by_then = [territory for territory, since in scope.territories_of(key).items() if since <= period]
    if not found and how is _There.ANYHOW and len(by_then) > len(there):
        sentence += f"; by then it had been #1 in {_share(by_then, scope.gaps_by_territory)}"
    return replace(answer(scope, found, f"{sentence}.", period=period), n=len(there))


def _was(scope: AskedScope, territory: str, period: date, of: tuple[str, Work], how: _There) -> bool | None:
    """Return whether a work was at #1 of a territory in a period, as it is asked; None: nobody knows."""
    there = scope.was_number_one_in(territory, *of, period)
    if how is _There.ANYHOW:
        return there
    earlier = [its for its in scope.periods_of(territory) if its < period]
    if not earlier:
        # What stood there before the first edition nobody knows, unless the chart began with it.
        return False if scope.began_with(territory) else all_of(there, None)
    *before, last = (scope.was_number_one_in(territory, *of, its) for its in earlier)
    was_there = True if True in before else None if None in before else False
    return all_of(there, None if last is None else not last, was_there if how is _There.BACK else True)


def _against(scope: AskedScope, period: date, may: Collection[str], how: _There) -> Iterable[str]:
    """Return what is unknown of the territories in which a work may have been at #1, as it is asked."""
    begun = [territory for territory in may if scope.periods_of(territory)[0] == period]
    back_to = {
        _There.ANYHOW: period,
        _There.NEW: min(
            (its[-1] for t in may if (its := [p for p in scope.periods_of(t) if p < period])), default=period
        ),
        _There.BACK: date.min,
    }[how]
    gaps = [
        each
        for each in scope.missing
        if each.gap[0] <= period and each.gap[1] >= back_to and each.territory in (None, *may)
    ]
    where = f" in {words.listed(words.in_text(begun))}" if len(begun) <= MAX_NAMED else ""
    return (
        *missing_words(gaps),
        *([f"the records begin with {period}{where}"] if begun and how is not _There.ANYHOW else []),
    )


# In words.


def _share(territories: Collection[str], of: Collection[str]) -> str:
    """Return "93 of 94 countries", "all 94 countries", "none of 94 countries"."""
    noun = words.place_noun(of)
    world = " (the whole world counted as one)" if GLOBAL in of and len(of) > 1 else ""
    if len(territories) == len(of) > 1:
        return f"all {words.counted(len(of), noun)}{world}"
    return f"{len(territories) or 'none'} of {words.counted(len(of), noun)}{world}"


def _named(territories: Collection[str], of: Collection[str]) -> str:
    """Return ": Chile and Peru", ", all but Turkey", or nothing where both are too many."""
    if 0 < len(territories) <= MAX_NAMED:
        return f": {words.listed(words.alphabetical(territories))}"
    others = set(of) - set(territories)
    return f", all but {words.listed(words.in_text(others))}" if territories and 0 < len(others) <= MAX_NAMED else ""
