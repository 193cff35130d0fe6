"""How an answer is put together, whatever was asked: the verdict, what is right, and what stands against it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from chartwatch.domain import words
from chartwatch.domain.milestones.asked import Answer, Assertion, Verdict
from chartwatch.domain.milestones.scope_history import ToppedWork
from chartwatch.domain.milestones.scopes import AskedScope
from chartwatch.domain.milestones.told_apart import told_apart
from chartwatch.domain.rules.certain import Missing, candidates_in_words, in_words
from chartwatch.domain.rules.claims import CENSORED, Claim, facts_in_words, slot_id
from chartwatch.domain.rules.firsts import FirstsRule
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import Condition, Fact, Rule
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.works.claimants import Claimant
from chartwatch.domain.works.work import OWN_FACT, Work

MAX_STOOD = 3
"""Periods in which a work stood lower that an answer names one by one."""

BEST = (Verdict.TRUE, Verdict.UNKNOWN, Verdict.FALSE)
"""Which of the answers about several works that may be meant is given: the first in this order."""


def verdict_of(said: bool | None) -> Verdict:
    """Return the verdict on what is so, is not, or (None) nobody can say."""
    return Verdict.UNKNOWN if said is None else Verdict.TRUE if said else Verdict.FALSE


def best_of(answers: Sequence[Answer]) -> Answer:
    """Return the best of several answers."""
    return min(answers, key=lambda answer: BEST.index(answer.verdict))


def answer(
    scope: AskedScope,
    said: bool | None,
    sentence: str,
    claim: Claim | None = None,
    *,
    before: Sequence[Holder] = (),
    reasons: Iterable[str] = (),
    period: date | None = None,
) -> Answer:
    """Return an answer about the scope; the reasons are given where nobody can say."""
    if said and scope.territory == EVERYWHERE and not sentence.startswith("No "):
        sentence = sentence.replace(f"in {words.territory_name(EVERYWHERE)}", "in at least one territory")
    return Answer(
        verdict=verdict_of(said),
        chart=scope.chart,
        territory=scope.territory,
        sentence=sentence,
        record=scope.record,
        n=claim.n if claim else None,
        period=claim.period if claim else period,
        holders=claim.holders if claim else (),
        before=tuple(before),
        called=scope.called,
        reasons=tuple(dict.fromkeys(reasons)) if said is None else (),
    )


def of_all_history(scope: AskedScope, its: Answer) -> Answer:
    """Return an answer to a claim about all of history, which is true in a short record only as far as that goes."""
    return replace(its, is_short=its.verdict is Verdict.TRUE and scope.is_short)


def of_claim(scope: AskedScope, claim: Claim, before: Sequence[Holder] = ()) -> Answer:
    """Return that a claim is true, or as far as is known."""
    if reasons := doubts_about_holders(scope, claim):
        return answer(scope, None, so_far(f"{within_a_sentence(claim)}."), claim, before=before, reasons=reasons)
    return answer(scope, True, f"{claim.headline}.", claim, before=before)


def doubts_about(claim: Claim) -> tuple[str, ...]:
    """Return what stands against a claim."""
    censored = (CENSORED,) if claim.left_censored else ()
    return (*censored, *(reason.said for reason in claim.reasons))


def doubts_about_holders(scope: AskedScope, claim: Claim) -> tuple[str, ...]:
    """Return what stands against a claim and all its holders: more may be in a missing edition of its period."""
    beside = [each for each in scope.missing if each.territory and each.gap[0] <= claim.period <= each.gap[1]]
    return (*doubts_about(claim), *missing_words(beside))


def within_a_sentence(claim: Claim) -> str:
    """Return the headline of a claim as it stands within a sentence: "the United States is the first country"."""
    names = {words.group_name(holder.group) for holder in claim.holders if holder.group}
    begun = next((name for name in names if claim.headline.startswith(words.sentence(name))), "")
    return f"{begun}{claim.headline.removeprefix(words.sentence(begun))}"


def so_in_any_case(claim: Claim) -> str:
    """Return what a claim says, where what is asked is so also if the unknown makes it say something else."""
    if not doubts_about(claim):
        return f"{claim.headline}."
    return f"It is so however the unknown turns out. As far as is known, {within_a_sentence(claim)}."


def so_far(sentence: str) -> str:
    """Return what is known of what nobody can say."""
    return f"Nobody can say. As far as is known, {_begun_by_us(sentence)}"


def as_known(sentence: str, *, is_all: bool) -> str:
    """Return a sentence as it stands, where nothing unknown could make it say something else; or what is known."""
    return sentence if is_all else f"As far as is known, {_begun_by_us(sentence)}"


def within_another(its: Answer) -> str:
    """Return the sentence of an answer as it stands within another one: "three titles have been #1"."""
    is_count = its.n is not None and not its.holders
    return _begun_by_us(its.sentence, *([f"{words.sentence(words.cardinal(its.n or 0))} "] if is_count else []))


def _begun_by_us(sentence: str, *beginnings: str) -> str:
    """Return a sentence without its capital where it begins with our words, and not with a name."""
    is_ours = sentence.startswith(("The longest run", "The first creator", "At least", *beginnings))
    return f"{sentence[:1].lower()}{sentence[1:]}" if is_ours else sentence


def missing_words(missing: Iterable[Missing]) -> tuple[str, ...]:
    """Return what is missing in words, each once."""
    return tuple(dict.fromkeys(in_words(each) for each in missing))


def beyond_record(scope: AskedScope, period: date) -> tuple[str, ...]:
    """Return why nobody knows of a period that lies before the record or after it; nothing of one within it."""
    if period < scope.record.first:
        return (f"the records begin with {scope.record.first}",)
    return (f"the records end with {scope.record.last}",) if period > scope.record.last else ()


def undecided_words(scope: AskedScope, undecided: Iterable[ToppedWork]) -> tuple[str, ...]:
    """Return of works what is unknown of them."""
    return tuple(unknown_of(scope.rule, topped) for topped in undecided)


def unknown_of(rule: Rule, topped: ToppedWork) -> str:
    """Return what is unknown of a work that the rule would have to know, in words."""
    unknown, language = rule.unknown_facts(topped.work), topped.work.original_language
    facts = facts_in_words(unknown)
    beyond = f" beyond {words.language_name(language)}" if language and unknown == (Fact.ORIGINAL_LANGUAGE,) else ""
    assumed = ", or only assumed" if topped.work.assumed else ""
    either = f": {candidates_in_words(topped.work)}" if topped.work.candidates else ""
    return f"the {facts} of {topped.name}, #1 since {topped.since}, is unknown{beyond}{assumed}{either}"


def named_apart(claimant: Claimant, others: Iterable[Work]) -> str:
    """Return what a sentence calls a work, or a season: whose it is, or of when, where others share its title."""
    called = claimant.called or told_apart([claimant.work, *others]).get(claimant.work_id)
    return replace(claimant, called=called).name


def nobody(said: Assertion, scope: AskedScope, *, possible: bool, reasons: Iterable[str] = ()) -> Answer:
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
    known_so_far = ", as far as is known" if possible or scope.undecided(said.group) or scope.missing else ""
    verdict = None if possible else False
    return answer(scope, verdict, f"{sentence}{known_so_far}, {scope.span}.", before=counted, reasons=reasons)


def never_topped(
    said: Assertion, scope: AskedScope, work: Work, *, possible: bool, against: Iterable[Missing] | None = None
) -> Answer:
    """Return that works have not been #1 in the scope, as far as is known, and where they stood lower.

    `against` is what is missing in which they may have been; None: all.
    """
    if scope.rule.verdict(work) is False:
        return answer(scope, False, fails(scope.rule, work))
    sentence = f"{said.title or work.title} has not been #1 of {scope.where}"
    if possible:
        reasons = missing_words(scope.usable(work) if against is None else against)
        return answer(scope, None, f"{sentence} as far as is known, {scope.span}.", reasons=reasons)
    stood = stood_lower(scope, said.works or frozenset((work.id,)))
    is_hidden = any(each.gap[1] >= scope.record.first for each in scope.usable(work))
    known_so_far = " as far as is known" if is_hidden else ""
    return answer(scope, False, f"{sentence}{known_so_far}, {scope.span}{f': it was {stood}' if stood else ''}.")


def stood_lower(scope: AskedScope, works: frozenset[str]) -> str:
    """Return where works stood on the chart below #1: "fourth (2022-01-09) and third (2022-01-16)"; or nothing."""
    best: dict[date, int] = {}
    for period, entry, work in scope.charted:
        if work.id in works:
            best[period] = min(entry.rank, best.get(period, entry.rank))
    its = [(period, rank) for period, rank in sorted(best.items()) if rank > 1]
    if not its:
        return ""
    if len(its) <= MAX_STOOD:
        return words.listed([f"{words.ordinal(rank)} ({period})" for period, rank in its])
    highest = min(rank for _, rank in its)
    when = [str(period) for period, rank in its if rank == highest]
    there = f"{words.counted(len(its), str(scope.chart.cadence))} from {its[0][0]} to {its[-1][0]}"
    return f"at best {words.ordinal(highest)} ({words.some(when, MAX_STOOD)}), in {there}"


def fails(rule: Rule, work: Work, topped: ToppedWork | None = None) -> str:
    """Return why a work does not count; `topped` is what it topped, if it did."""
    name = (topped and topped.called) or work.title
    failing = next(condition for condition in rule.where if condition.verdict(work, rule.origin) is False)
    return f"{name} does not count: {_fact(failing, work, rule)}."


def may_not_count(scope: AskedScope, topped: ToppedWork, *reasons: str) -> Answer:
    """Return that nobody can say whether a work counts that has been #1, with further reasons."""
    sentence = f"Nobody can say whether {topped.name}, #1 since {topped.since}, counts."
    its = *undecided_words(scope, [topped]), *reasons
    return answer(scope, None, sentence, reasons=its, period=topped.since)


def _fact(condition: Condition, work: Work, rule: Rule) -> str:
    fact = condition.fact
    template, name = _FACTS.get(fact, (f"its {fact.removeprefix(OWN_FACT)} is {{}}", str))
    return template.format(words.listed([name(value) for value in fact.of(work, rule.origin)]))


_FACTS: Mapping[Fact, tuple[str, Callable[[str], str]]] = {
    Fact.WORK_KIND: ("it is a {}", str),
    Fact.ORIGINAL_LANGUAGE: ("its original language is {}", words.language_name),
    Fact.ORIGIN_COUNTRY: ("it is from {}", words.territory_name),
    Fact.RELEASE_YEAR: ("it was released in {}", str),
    Fact.CREATOR: ("it is by {}", str),
    Fact.MAIN_CREATOR: ("it is by {}", str),
    Fact.CREATOR_COUNTRY: ("its creators are from {}", words.territory_name),
}
"""What is said of a work that does not count, by the fact, and how a value reads."""
