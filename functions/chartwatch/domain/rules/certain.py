"""When a claim is certain: it holds in every way in which the unknown could turn out. What could change it is a reason.

Unknown are missing editions, facts without a value, which of several works a title means, and how long what was at #1
when the record begins had been there (docs/adr/0002). A missing edition may have had any work at #1 that was out by
then, or one that nobody has seen.
"""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from chartwatch.domain import words
from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.rules.evidence import Gap
from chartwatch.domain.rules.rule import Condition, Fact, Rule
from chartwatch.domain.works.catalog import EARLY
from chartwatch.domain.works.claimants import Claimant
from chartwatch.domain.works.work import Work, lead_of_unlisted, title_of_unlisted

if TYPE_CHECKING:
    from chartwatch.domain.rules.standing import Run, Standing


class Missing(NamedTuple):
    """Periods that are missing of a scope; of a `territory` of it, where others have them.

    Where they come before the record, `claimant` is what was at #1 when it begins, or `is_anywhere` what may have been
    at #1 of any territory before.
    """

    gap: Gap
    territory: str | None = None
    claimant: Claimant | None = None
    is_anywhere: bool = False


class OneOfSeveral(NamedTuple):
    """A title that has been at #1 of the chart since a period, and that may mean one of several works.

    It stands against a claim that would be another if two of those at #1 were one work. One that `stood_lower` has been
    on the chart since the period, and not at #1.
    """

    work: Work
    since: date
    stood_lower: bool = False


Unknown = Missing | OneOfSeveral
"""What can stand against a claim besides the facts of a work."""


def missing(standing: "Standing") -> list[Missing]:
    """Return all that is missing of a scope before a period: over all territories, also what single ones lack.

    These may lack the period itself, where its edition was set aside or withdrawn.
    """
    whole = [Missing(gap) for gap in standing.coverage.gaps]
    parts = (
        Missing(gap, territory)
        for territory, its in sorted(standing.coverages.items())
        for gap in its.gaps
        if not any(first <= gap[0] and gap[1] <= last for first, last in standing.coverage.gaps)
    )
    return [*whole, *parts]


def _missing_earlier(standing: "Standing") -> list[Missing]:
    """Return what is missing before the period of a standing: of single territories what others do not lack as well."""
    return [each for each in missing(standing) if _first_of(each, standing) < standing.period]


def _first_of(each: Missing, standing: "Standing") -> date:
    """Return the first period that is missing; of a territory the first that is not missing of all territories."""
    first = each.gap[0]
    for whole in standing.coverage.gaps if each.territory else ():
        if whole[0] <= first <= whole[1]:
            first = standing.publication.chart.after(whole[1])
    return first


def out_by_then(gap: Gap, work: Work, chart: Chart) -> Gap | None:
    """Return the part of missing periods in which a work may have charted: those from a week before its release on."""
    if work.release_date is None or (out := work.release_date - EARLY) <= gap[0]:
        return gap
    return (chart.first_since(out, gap[1]), gap[1]) if out <= gap[1] else None


def before_record(work: Work, first: date, chart: Chart) -> Gap | None:
    """Return the periods before the first that is known in which a work may have charted; None when there are none.

    They go back to a week before its release, or to the chart's beginning; to no end where neither is known.
    """
    known = (work.release_date and work.release_date - EARLY, chart.began)
    start = max((day for day in known if day), default=None)
    since = date.min if start is None else chart.first_since(start, first)
    return (since, chart.before(first)) if since < first else None


def may_hold_a_qualifying_work(rule: Rule, group: str | None, gap: Gap) -> bool:
    """Return whether a work that nobody has seen may have been at #1 in missing periods, and count for a group."""
    year = (gap[1] + EARLY).year
    asked = [c for c in rule.where if c.fact == Fact.RELEASE_YEAR and not c.negated]
    if rule.per == Fact.RELEASE_YEAR and group is not None:
        asked.append(Condition(Fact.RELEASE_YEAR, frozenset({group})))
    return all(any(int(value) <= year for value in condition.values) for condition in asked)


def of_a_change(rule: Rule, standing: "Standing", *, admits_new: bool, admits_returning: bool) -> list[Unknown]:
    """Return what is unknown that could make others, or nobody, new at #1: right before, in the period itself, and, for
    a rule that asks whether works return, ever."""
    if standing.before is None:
        return []
    right_before = standing.before.last
    if standing.gaps_before:
        right_before = standing.gaps_before[-1][1]
    counted = [claimant for claimant in standing.current if rule.verdict(claimant.work) is not False]
    # Who is known to have been at #1 right before is not new, whatever single territories lack.
    known = set() if standing.gaps_before else {claimant.identity for claimant in standing.previous}
    may_be_new = [claimant for claimant in counted if claimant.identity not in known]
    asks_for_returns = not (admits_new and admits_returning)
    unsettled = [c for c in counted if c in standing.newcomers and c not in standing.returning]
    periods = [
        each
        for each in missing(standing)
        if (
            each.gap[0] <= right_before <= each.gap[1]
            and any(was_out(right_before, c.work) for c in (may_be_new if each.territory else counted))
        )
        or (each.gap[1] >= standing.period and may_hold_a_qualifying_work(rule, None, each.gap))
        or (asks_for_returns and any(_was_out_earlier(each.gap, c.work, standing) for c in unsettled))
    ]
    others = {c.identity for c in (*standing.previous, *standing.newcomers)}
    namesakes = [
        other.title
        for claimant in counted
        for other in standing.namesakes.get(claimant, ())
        if (claimant in standing.newcomers and other.identity in others)
        or (asks_for_returns and claimant in unsettled and other.since < standing.period)
    ]
    return [*periods, *dict.fromkeys(namesakes)]


def of_a_spread(standing: "Standing", claimant: Claimant, n: int) -> list[Unknown]:
    """Return in which missing editions, or as which other title, a work may have topped further territories, if these
    could make it n earlier."""
    topped = standing.spreads[claimant].topped_perhaps
    hidden = [each for each in _hidden(standing, claimant) if each.territory not in topped]
    could_be = len(topped) + len({each.territory for each in hidden})
    return [*_named(hidden, standing), *_titles(standing, claimant)] if could_be >= n else []


def of_a_spread_to_all(standing: "Standing", claimant: Claimant) -> list[Unknown]:
    """Return in which missing editions, or as which other title, a work may have topped territories, if it could have
    topped all earlier."""
    topped, hidden = standing.spreads[claimant].topped_perhaps, _hidden(standing, claimant)
    earliest = dict(topped)
    for each in hidden:
        if each.territory:
            earliest[each.territory] = min(each.gap[0], earliest.get(each.territory, each.gap[0]))
    for day in sorted({day for day in earliest.values() if day < standing.period}):
        known = [territory for territory, its in standing.coverages.items() if its.known_since <= day]
        if len(known) > 1 and all(earliest.get(territory, date.max) <= day for territory in known):
            return [*_named(hidden, standing), *_titles(standing, claimant)]
    return []


def _titles(standing: "Standing", claimant: Claimant) -> list[OneOfSeveral]:
    """Return the titles that make a work one with another that was at #1 before, perhaps."""
    others = standing.namesakes.get(claimant, ())
    return list(dict.fromkeys(other.title for other in others if other.since < standing.period))


def _hidden(standing: "Standing", claimant: Claimant) -> list[Missing]:
    """Return the missing periods in which a work may have topped a territory before it is known to have done so."""
    chart, topped = standing.publication.chart, standing.spreads[claimant].topped_perhaps
    return [
        Missing(usable, territory)
        for territory, coverage in sorted(standing.coverages.items())
        for gap in coverage.gaps
        if (usable := out_by_then(gap, claimant.work, chart)) and usable[0] < topped.get(territory, standing.period)
    ]


def _named(hidden: Iterable[Missing], standing: "Standing") -> list[Missing]:
    """Return gaps of territories, each once, those without their names that all territories have."""
    whole = standing.coverage.gaps
    return list(dict.fromkeys(Missing(each.gap) if each.gap in whole else each for each in hidden))


def of_a_run(standing: "Standing", claimant: Claimant, run: "Run", n: int) -> list[Unknown]:
    """Return what is unknown that could make a work have been at #1 for `n` periods in a row earlier."""
    chart = standing.publication.chart
    found: list[Gap] = []
    for stretch in standing.coverage.stretches(chart):
        if run.censored and stretch[0][0] < standing.coverage.first:
            continue  # nobody can say it was not there then
        usable = [its for gap in stretch if (its := out_by_then(gap, claimant.work, chart))]
        if sum(chart.periods(*its) for its in usable) >= n:
            found += stretch
    if run.past.possible.length >= n:
        found += run.past.possible.through
    if run.possible.length > run.length and not run.censored:
        found += run.possible.through
    return [*_all_of(standing, found, claimant), *_made_longer(standing, claimant, run, n)]


def _made_longer(standing: "Standing", claimant: Claimant, run: "Run", n: int) -> list[Unknown]:
    """Return the titles that make a work one with another, perhaps, if together they came to `n` periods before."""
    found: list[Unknown] = []
    for its, title in standing.together.get(claimant, {}).items():
        joint = standing.reigns.together[its]
        through = joint.past.possible.through if run.past.possible.length < n <= joint.past.possible.length else None
        if joint.possible.length > run.possible.length:
            through = (*(through or ()), *joint.possible.through)
        if through is not None:
            found += [title, *_all_of(standing, through, claimant)]
    return list(dict.fromkeys(found))


def of_a_total(standing: "Standing", claimant: Claimant) -> list[Unknown]:
    """Return the missing periods in which a work may have been at #1, and the other titles that it may have had."""
    gaps = [each for each in missing(standing) if _was_out_earlier(each.gap, claimant.work, standing)]
    return [*gaps, *_titles(standing, claimant)]


def of_a_record(standing: "Standing", claimant: Claimant, run: "Run") -> list[Unknown]:
    """Return what is unknown that could make a run longer than it is known to be, or another one as long."""
    reigns, n = standing.reigns, run.length
    runs, rival = reigns.runs, reigns.rival
    chart = standing.publication.chart
    found: list[Gap] = []
    for stretch in standing.coverage.stretches(chart):
        if sum(chart.periods(*gap) for gap in stretch) >= n:
            found += stretch
    if run.possible.length > n and not run.censored:
        found += run.possible.through
    known: list[Unknown] = [*_all_of(standing, found, claimant), *_made_longer(standing, claimant, run, n)]
    others = [(other, runs[other.key].possible) for other in standing.current if other != claimant]
    for other, possible in (*others, (rival.claimant, rival.possible)):
        if possible.length >= n:
            known += _all_of(standing, possible.through, other)
    # A run that it would have itself is no other's: `_made_longer` asks for those.
    own = standing.together.get(claimant, {})
    joint = [
        (title, reigns.together[its].possible)
        for other in standing.current
        for its, title in standing.together.get(other, {}).items()
        if its not in own
    ]
    for title, possible in (*joint, *([standing.joint_rival] if standing.joint_rival else [])):
        if possible.length >= n:
            known += [title, *_all_of(standing, possible.through, None)]
    known += [other.title for other in standing.may_be_its_own_rivals(claimant)]
    # Another may be as long with what a territory lacks of the period itself.
    known += [its for its in missing(standing) if its.territory and _first_of(its, standing) == standing.period]
    return list(dict.fromkeys(known))


def _all_of(standing: "Standing", gaps: Iterable[Gap], whose: Claimant | None) -> list[Missing]:
    """Return gaps of a scope, those before its record as a work's, and what single territories lack besides.

    Over all territories a run may have gone on where one is missing.
    """
    first = standing.coverage.first
    its = [
        Missing(gap, claimant=whose if gap[1] < first else None)
        for gap in sorted(set(gaps))
        if whose or gap[1] >= first
    ]
    return [*its, *(each for each in _missing_earlier(standing) if each.territory)]


def in_words(what: Unknown) -> str:
    """Return "the periods 2022-01-02 to 2022-01-16 are missing", of a territory with its name."""
    if isinstance(what, OneOfSeveral):
        was = f"was on the chart ({what.since})" if what.stood_lower else "was #1"
        return f"nobody can say which {what.work.title} {was}, {candidates_in_words(what.work)}"
    if what.claimant and what.is_anywhere:
        return f"nobody knows where {what.claimant.name} had been #1 before the records began"
    if what.claimant:
        return f"nobody knows how long {what.claimant.name} had been #1 when the records began"
    where = f" in {words.territory_name(what.territory)}" if what.territory else ""
    one = what.gap[0] == what.gap[1]
    return f"the {'period' if one else 'periods'} {words.span(*what.gap)} {'is' if one else 'are'} missing{where}"


def candidates_in_words(work: Work) -> str:
    """Return "Red (2013, South Korea), Red (2019) or another": what a title may mean."""
    *known, own = work.candidates
    named = [f"{one.title} ({facts_in_brief(one) or _as_charted(one, own) or one.id})" for one in known]
    return f"{', '.join(dict.fromkeys(named))} or another"


def _as_charted(one: Work, own: Work) -> str:
    """Return "film, creator not said": what a chart said of a title of no catalog, and not what it said of another."""
    if title_of_unlisted(one.id) is None:
        return ""
    lead, own_lead = lead_of_unlisted(one.id), lead_of_unlisted(own.id)
    kind = one.kind or ("kind not said" if own.kind else "")
    return ", ".join(filter(None, (kind, f"by {lead.title()}" if lead else "creator not said" if own_lead else "")))


def facts_in_brief(work: Work) -> str:
    """Return "2013, South Korea", as far as that is known of a work."""
    facts = (str(work.release_date.year) if work.release_date else "", *map(words.country_name, work.origin_countries))
    return ", ".join(fact for fact in facts if fact)


def _was_out_earlier(gap: Gap, work: Work, standing: "Standing") -> bool:
    usable = out_by_then(gap, work, standing.publication.chart)
    return usable is not None and usable[0] < standing.period


def was_out(period: date, work: Work) -> bool:
    """Return whether a work may have charted in a period."""
    return work.release_date is None or work.release_date <= period + EARLY
