"""How rare a claim is in its chart's record, and which other claim says the same: what messages go by.

Both are of the record, and not of when it came: a function of the publications up to the claim's own.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.rules.rule import Condition, Fact, Rule
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.works.work import Kind

Precedents = Mapping[tuple[str, str], Mapping[int, int]]
"""By rule and mark (`Claim.mark`): in how many territories at once a work came to it, and how often that was."""


def weighed(claims: Sequence[Claim], known: Precedents) -> tuple[list[Claim], Precedents]:
    """Return the claims of a publication with their precedents, and the precedents with these claims.

    A work's claims of a rule and mark are one occasion, in as many territories as they are of. Precedents of a claim
    are the earlier occasions that were of as many territories at least. What is so since the record begins is none.
    """
    occasions: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for claim in claims:
        for work_id in {holder.work_id for holder in claim.holders} if not claim.left_censored else ():
            occasions[claim.rule, claim.mark][work_id] += 1
    found = []
    for claim in claims:
        reached, before = occasions.get((claim.rule, claim.mark), {}), known.get((claim.rule, claim.mark), {})
        reach = max((reached.get(holder.work_id, 0) for holder in claim.holders), default=0)
        found.append(replace(claim, precedents=sum(times for its, times in before.items() if its >= reach)))
    after = dict(known)
    for sort, reached in occasions.items():
        times = dict(known.get(sort, {}))
        for reach in reached.values():
            times[reach] = times.get(reach, 0) + 1
        after[sort] = times
    return found, after


def said_once(made: Iterable[tuple[Rule, Claim]], kind: Kind | None, territories: Collection[str]) -> list[Claim]:
    """Return the claims, those marked that another one says as well, on a chart of works of a `kind`.

    `territories` are those that the chart has. Where that is one, what is so over all of them is so in that one.

    Where two rules that differ in their conditions alone give the same place to the same works, that of fewer
    conditions says more: who is the first non-English title is the first non-English series too. On a chart of series
    both say the same, and the one that names series is kept. Who is the first over all territories is so in each.
    """
    pairs, is_of_one = list(made), len(territories) == 1
    alike: dict[object, list[tuple[Rule, Claim]]] = defaultdict(list)
    firsts: dict[tuple[object, bool], list[tuple[Rule, Claim]]] = defaultdict(list)
    for rule, claim in pairs:
        sort = rule.kind, rule.per, rule.count, rule.origin, claim.group, claim.n, claim.mark, rule.is_within_methods
        alike[sort, claim.territory, _works(claim)].append((rule, claim))
        if rule.is_of_firsts and not rule.is_of_groups and claim.n == 1:
            firsts[sort, claim.territory == EVERYWHERE].append((rule, claim))
    said_by = {
        claim.slot: other.slot
        for (sort, is_everywhere), its in firsts.items()
        if not is_everywhere and not is_of_one
        for rule, claim in its
        for wider, other in firsts.get((sort, True), ())
        if _conditions(wider, kind) <= _conditions(rule, kind) and _works(claim) <= _works(other)
    }
    said_by |= {
        claim.slot: other.slot
        for its in alike.values()
        for rule, claim in its
        for wider, other in its
        if wider is not rule and _says_all(wider, rule, kind)
    }
    if is_of_one:
        there = {_but_where(rule, claim): claim.slot for rule, claim in pairs if claim.territory != EVERYWHERE}
        anywhere = ((claim.slot, _but_where(rule, claim)) for rule, claim in pairs if claim.territory == EVERYWHERE)
        said_by |= {slot: there[its] for slot, its in anywhere if its in there}
    return [replace(claim, said_by=said_by.get(claim.slot)) for _, claim in pairs]


def _but_where(rule: Rule, claim: Claim) -> object:
    """Return all that a claim says but for where it is so."""
    sort = rule.kind, rule.per, rule.count, rule.origin, frozenset(rule.where), rule.is_within_methods
    return *sort, claim.group, claim.n, claim.mark, _works(claim)


def _works(claim: Claim) -> frozenset[tuple[str | None, ...]]:
    return frozenset((holder.work_id, holder.season, holder.group) for holder in claim.holders)


def _says_all(wider: Rule, rule: Rule, kind: Kind | None) -> bool:
    """Return whether a claim of one rule says what that of another does; of two that say the same, the longer one."""
    its, others = _conditions(wider, kind), _conditions(rule, kind)
    if its == others:
        return len(wider.where) > len(rule.where)
    return its < others


def _conditions(rule: Rule, kind: Kind | None) -> frozenset[Condition]:
    """Return what a rule asks of works, without what all works on the chart are."""
    always = Condition(Fact.WORK_KIND, frozenset({kind})) if kind else None
    return frozenset(condition for condition in rule.where if condition != always)
