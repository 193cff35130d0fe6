"""Claims that somebody makes, checked: true, false or unknown, with what is right, who came before, and on what record.

`check` folds a chart's publications as the detector does, with every number of the rule told, and compares. Where a
missing period, an unknown fact or the beginning of the record could change the answer, the answer is unknown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from chartwatch.domain import words
from chartwatch.domain.charts.chart import GLOBAL
from chartwatch.domain.milestones.asked import (
    Answer,
    AskedScope,
    Assertion,
    Timeline,
    ToppedWork,
    Verdict,
    doubts_about,
    missing_in,
    unknown_of,
)
from chartwatch.domain.rules.certain import in_words
from chartwatch.domain.rules.claims import Claim, group_name, slot_id
from chartwatch.domain.rules.firsts import FirstsRule
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import Condition, Fact, Rule, Scope
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.claimants import claimant_key
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import Kind, Work


def works_named(title: str, catalog: Catalog) -> frozenset[str]:
    """Return the ids that works of that title or alias have, also where the catalog does not hold them."""
    key = title_key(title)
    listed = {work.id for work in catalog if key in map(title_key, (work.title, *work.aliases))}
    return frozenset(listed | {work.id for kind in (None, *Kind) for work in catalog.standing_for(title, kind)})


def territories_topped(works: frozenset[str], timeline: Timeline, catalog: Catalog) -> frozenset[str]:
    """Return the territories of a chart in which one of the works has been #1."""
    return frozenset(
        territory
        for publication in timeline
        for territory, ones in publication.number_ones.items()
        if any(catalog.match(one.title, one.kind, publication.period, provider_id=one.id).id in works for one in ones)
    )


def check(said: Assertion, territory: str, timeline: Timeline, catalog: Catalog) -> Answer:
    """Return what is to be said of a claim on a chart whose `timeline` has the territory.

    The scope of the rule must be that of the territory: `chart` for `*`, otherwise `territory`.
    """
    scope = AskedScope(said, territory, timeline, catalog)
    if isinstance(said.rule, ReignRule) and (asked := said.rule.read_place(said.place)) and asked.n and asked.work:
        return _reign(said, scope, asked.work, asked.n)
    if not isinstance(said.rule, FirstsRule):
        return _held(said, scope)
    if said.rule.is_of_groups:
        return _race(said, scope)
    return _nth(said, scope) if said.works else _nth_held(said, scope)


def elsewhere(
    said: Assertion, territory: str, chart: str, timelines: Mapping[str, Timeline], catalog: Catalog
) -> Iterator[Answer]:
    """Yield the answers to the same claim on the other charts that the work has topped.

    Asked are the same territory and the whole world, where it topped these, otherwise all territories together.
    """
    if not isinstance(said.rule, FirstsRule):
        return
    for other, timeline in timelines.items():
        if other == chart or not said.rule.is_about(timeline[-1].chart.list_name):
            continue
        topped = territories_topped(said.works, timeline, catalog)
        asked = [place for place in dict.fromkeys((territory, GLOBAL)) if place in topped]
        for place in asked or ([EVERYWHERE] if topped else []):
            scope = Scope.CHART if place == EVERYWHERE else Scope.TERRITORY
            yield check(replace(said, rule=replace(said.rule, scope=scope)), place, timeline, catalog)


def _nth(said: Assertion, scope: AskedScope) -> Answer:
    """Return the best answer for any of the works, or seasons, that are meant."""
    its = [topped for topped in scope.topped if topped.work.id in said.works]
    answers = [answer for topped in its for answer in _nth_of(said, scope, topped)] or [_never_topped(said, scope)]
    return min(answers, key=lambda answer: list(_BEST).index(answer.verdict))


_BEST = (Verdict.TRUE, Verdict.UNKNOWN, Verdict.FALSE)


def _nth_of(said: Assertion, scope: AskedScope, topped: ToppedWork) -> Iterator[Answer]:
    rule, n = scope.rule, said.n or 0
    verdict = rule.verdict(topped.work)
    if verdict is False:
        yield replace(scope.answer(Verdict.FALSE, _fails(rule, topped.work)), period=topped.since)
        return
    if verdict is None:
        sentence = f"Nobody can say whether {topped.name}, #1 since {topped.since}, counts."
        answer = scope.answer(Verdict.UNKNOWN, sentence)
        yield replace(answer, period=topped.since, reasons=(unknown_of(rule, topped),))
        return
    groups = rule.groups(topped.work)
    if said.group is not None and said.group not in groups:
        named = words.listed([group_name(rule, group) for group in groups if group])
        yield scope.answer(Verdict.FALSE, f"{topped.name} counts for {named}.")
        return
    for group in groups if said.group is None else (said.group,):
        claim = next(
            claim
            for claim in scope.claims
            if claim.group == group
            and any((h.work_id, h.season) == (topped.work.id, topped.season) for h in claim.holders)
        )
        before = [other.holder() for other in scope.qualifying(group, topped.since)]
        found = _verdict_on(n, claim, scope, group)
        yield scope.answer(found, _nth_sentence(found, n, claim), claim, before=before)


def _verdict_on(n: int, claim: Claim, scope: AskedScope, group: str | None) -> Verdict:
    """Return whether the work of a claim is the n-th."""
    least, most = _possible_places(claim, scope, group)
    if least == n == most:
        return Verdict.TRUE
    return Verdict.UNKNOWN if least <= n and (most is None or n <= most) else Verdict.FALSE


def _possible_places(claim: Claim, scope: AskedScope, group: str | None) -> tuple[int, int | None]:
    """Return the least and the greatest place that the work of a claim can have; None: there is no greatest.

    In a missing period the work itself may have been #1 first, or any number of others. Where a title may mean a work
    that was counted before, it may have an earlier place.
    """
    place = claim.n or 0
    if claim.left_censored:
        return 1, None
    missing = scope.missing_by(claim.period)
    if any(reason.undecided and not reason.undecided.unknown for reason in claim.reasons):
        least = 1
    elif missing:
        least = 1 + len(scope.qualifying(group, min(missing)))
    else:
        least = place
    return least, None if missing else place + sum(topped.since < claim.period for topped in scope.undecided())


def _nth_sentence(verdict: Verdict, n: int, claim: Claim) -> str:
    match verdict:
        case Verdict.TRUE:
            return f"{claim.headline}."
        case Verdict.FALSE:
            return f"{claim.headline}: not the {words.ordinal(n)}."
        case Verdict.UNKNOWN:
            return f"Nobody can say whether it is the {words.ordinal(n)}. As far as is known, {claim.headline}."


def _never_topped(said: Assertion, scope: AskedScope) -> Answer:
    """Return the answer for works that have not been #1 in the scope, as far as is known."""
    known = [work for work in map(scope.catalog.work, sorted(said.works)) if work is not None]
    failing = [work for work in known if scope.rule.verdict(work) is False]
    if known and len(failing) == len(known):
        return scope.answer(Verdict.FALSE, _fails(scope.rule, failing[0]))
    if not scope.missing:
        return scope.answer(Verdict.FALSE, f"{said.title} has not been #1 of {scope.where}, {scope.span}.")
    if said.n is not None and said.n <= len(scope.qualifying(said.group, scope.missing[0].gap[0])):
        sentence = f"{said.title} cannot be the {words.ordinal(said.n)}: others were #1 of {scope.where} before."
        return replace(scope.answer(Verdict.FALSE, sentence), before=scope.lines(scope.missing[0].gap[0]))
    sentence = f"{said.title} has not been #1 of {scope.where} as far as is known, {scope.span}."
    return replace(scope.answer(Verdict.UNKNOWN, sentence), reasons=missing_in(scope))


def _nth_held(said: Assertion, scope: AskedScope) -> Answer:
    """Return who is the n-th."""
    claim = next((c for c in scope.claims if (c.n, c.group) == (said.n, said.group)), None)
    if claim is None:
        enough = len(scope.qualifying(said.group)) + len(scope.undecided()) >= (said.n or 0)
        return _nobody(said, scope, possible=bool(scope.missing) or (enough and bool(scope.undecided())))
    before = [topped.holder() for topped in scope.qualifying(said.group, claim.period)]
    return _of_claim(scope, claim, before)


def _race(said: Assertion, scope: AskedScope) -> Answer:
    n = said.n or 0
    claim = next((claim for claim in scope.claims if claim.n == n), None)
    if claim is None:
        counts = [len(scope.qualifying(said.group)) + len(scope.undecided())] if said.group else []
        enough = bool(scope.undecided()) and all(count >= n for count in counts)
        return _nobody(said, scope, possible=bool(scope.missing) or enough)
    before = scope.lines(claim.period)
    groups = {holder.group for holder in claim.holders}
    agrees = said.group in (None, *groups) and (not said.works or any(h.work_id in said.works for h in claim.holders))
    if agrees:
        return _of_claim(scope, claim, before)
    # Would it win if every doubt went its way? Only missing periods, and undecided works up to then, can bring that.
    missing = claim.left_censored or bool(scope.missing_by(claim.period))
    enough = len(scope.undecided(claim.period)) > 0
    if said.group is not None and said.group not in groups:
        up_to_then = [t for t in scope.qualifying(said.group) if t.since <= claim.period]
        enough = len(up_to_then) + len(scope.undecided(claim.period)) >= n
    if missing or enough:
        sentence = f"Nobody can say. As far as is known, {claim.headline}."
        return scope.answer(Verdict.UNKNOWN, sentence, claim, before=before)
    wrong = f"by {said.title}" if said.group is None or said.group in groups else group_name(scope.rule, said.group)
    return scope.answer(Verdict.FALSE, f"{claim.headline}: not {wrong}.", claim, before=before)


def _reign(said: Assertion, scope: AskedScope, key: str, n: int) -> Answer:
    """Return whether a work was at #1 for so long: what the record shows is true, and what it cannot show unknown."""
    slot = slot_id(said.rule.id, scope.chart.id, scope.territory, said.place)
    claim = next((claim for claim in scope.claims if claim.slot == slot), None)
    in_all, its = isinstance(said.rule, ReignRule) and said.rule.total, scope.runs_of(key)
    known, most = (its.total, its.most_in_all) if in_all else (its.longest, its.most)
    if claim is not None:
        if said.works and not any(holder.work_id in said.works for holder in claim.holders):
            return scope.answer(Verdict.FALSE, f"{claim.headline}: not {said.title}.", claim)
        return replace(scope.answer(Verdict.TRUE, f"{claim.headline}.", claim), reasons=())
    topped = next((topped for topped in scope.topped if claimant_key(topped.work.id, topped.season) == key), None)
    if topped and said.rule.verdict(topped.work) is False:
        return scope.answer(Verdict.FALSE, _fails(said.rule, topped.work))
    if topped and known >= n:
        sentence = f"Nobody can say whether {topped.name}, #1 since {topped.since}, counts."
        return replace(scope.answer(Verdict.UNKNOWN, sentence), reasons=(unknown_of(said.rule, topped),))
    title = topped.name if topped else said.title or key
    if not known:
        sentence = f"{title} has not been #1 of {scope.where}"
    elif in_all:
        sentence = f"{title} has been #1 of {scope.where} for {scope.counted(known)} in all"
    else:
        sentence = (
            f"The longest run of {title} at #1 of {scope.where} was {scope.counted(known)}, "
            f"{words.span(its.first or scope.record.first, its.last or scope.record.last)}"
        )
    if most >= n:
        so_far = sentence.replace("The longest", "the longest", 1)
        answer = scope.answer(Verdict.UNKNOWN, f"Nobody can say. As far as is known, {so_far}, {scope.span}.")
        return replace(answer, reasons=tuple(in_words(each) for each in its.unknown))
    return scope.answer(Verdict.FALSE, f"{sentence}, {scope.span}.")


def _held(said: Assertion, scope: AskedScope) -> Answer:
    """Return who holds a slot of a rule that counts no firsts."""
    slot = slot_id(said.rule.id, scope.chart.id, scope.territory, said.place)
    claim = next((claim for claim in scope.claims if claim.slot == slot), None)
    if claim is None:
        return _nobody(said, scope, possible=bool(scope.missing))
    is_another = said.works and not any(holder.work_id in said.works for holder in claim.holders)
    # A doubt about who is known to hold it leaves room for others.
    if is_another and not doubts_about(claim):
        return scope.answer(Verdict.FALSE, f"{claim.headline}: not {said.title}.", claim)
    return _of_claim(scope, claim, ())


def _of_claim(scope: AskedScope, claim: Claim, before: Sequence[Holder]) -> Answer:
    """Return that a claim is true, or as far as is known."""
    if doubts_about(claim):
        sentence = f"Nobody can say. As far as is known, {claim.headline}."
        return scope.answer(Verdict.UNKNOWN, sentence, claim, before=before)
    return scope.answer(Verdict.TRUE, f"{claim.headline}.", claim, before=before)


def _nobody(said: Assertion, scope: AskedScope, *, possible: bool) -> Answer:
    """Return that a place is not held, which is unknown where that is `possible` all the same."""
    counted = scope.lines() if isinstance(said.rule, FirstsRule) else ()
    n, known = said.n or 0, len(scope.qualifying(said.group))
    sentence = said.rule.vacancy.format(
        slot=slot_id(said.rule.id, scope.chart.id, scope.territory, said.place),
        where=f"at #1 of {scope.where}",
        ordinal=words.ordinal(n),
        cardinal=words.cardinal(n),
        count=f"{words.cardinal(known) if known else 'none'} {'count' if known > 1 else 'counts'}",
    )
    verdict = Verdict.UNKNOWN if possible else Verdict.FALSE
    known_so_far = ", as far as is known" if possible else ""
    return scope.answer(verdict, f"{sentence}{known_so_far}, {scope.span}.", before=counted)


def _fails(rule: Rule, work: Work) -> str:
    failing = next(condition for condition in rule.where if condition.verdict(work, rule.origin) is False)
    return f"{work.title} does not count: {_fact(failing, work, rule)}."


def _fact(condition: Condition, work: Work, rule: Rule) -> str:
    said = condition.fact.of(work, rule.origin)
    match condition.fact:
        case Fact.WORK_KIND:
            return f"it is a {said[0]}"
        case Fact.ORIGINAL_LANGUAGE:
            return f"its original language is {words.language_name(said[0])}"
        case Fact.ORIGIN_COUNTRY:
            return f"it is from {words.listed([words.territory_name(country) for country in said])}"
        case Fact.RELEASE_YEAR:
            return f"it was released in {said[0]}"
