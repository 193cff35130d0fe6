"""What claims change of a record."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from chartwatch.domain.milestones.difference import Policy, difference
from chartwatch.domain.milestones.milestone import Change, Milestone, Status
from chartwatch.domain.rules.claims import Claim, Reason
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import RuleKind

Record = Mapping[str, Milestone]

FIRST = Claim(
    slot="nth:daily:US:1",
    rule="nth",
    kind=RuleKind.NTH,
    chart="daily",
    territory="US",
    group=None,
    n=1,
    period=date(2022, 1, 2),
    left_censored=False,
    holders=(Holder("squid", "Squid Game", date(2022, 1, 2)),),
    reasons=(),
    headline="Squid Game is the first",
    brief="first",
    evidence={"edition": "one", "seen": 2},
    works=(),
)
HEIST = (Holder("heist", "Money Heist", date(2022, 1, 1)),)
OTHER = replace(FIRST, holders=HEIST, period=date(2022, 1, 1), headline="Money Heist is the first")
NEWS = Policy()
BEFORE_US = Policy(live_from=date(2022, 2, 1))


def spread(work: str, *, n: int = 2, day: int = 2) -> Claim:
    holder = Holder(work, work.title(), date(2022, 1, 1))
    words = f"{work.title()} in {n}"
    slot = f"spread:daily:*:{work}:{n}"
    its = replace(FIRST, slot=slot, rule="spread", kind=RuleKind.SPREAD, territory="*", group=work, n=n)
    return replace(its, period=date(2022, 1, day), holders=(holder,), headline=words, brief=words)


def after(record: Record, *claims: Claim, policy: Policy = NEWS, **how: object) -> tuple[Record, list[Change]]:
    changes = difference(claims, record, policy, **how)  # type: ignore[arg-type]
    return {**record, **{change.milestone.slot: change.milestone for change in changes}}, changes


def told(changes: list[Change]) -> list[tuple[str, Status]]:
    return [(change.milestone.slot, change.milestone.status) for change in changes if change.is_told]


def now_is(**ids: str) -> object:
    return lambda work_id, _title, _since: ids.get(work_id, work_id)


def test_a_slot_that_a_publication_says_nothing_of_is_left_alone() -> None:
    record, _ = after({}, FIRST)
    assert after(record) == (record, [])
    assert told(after(record, whole=True)[1]) == [(FIRST.slot, Status.RETRACTED)]


def test_what_is_retracted_has_no_reasons_any_more() -> None:
    record, _ = after({}, replace(FIRST, reasons=(Reason("a gap"),)))
    gone, _ = after(record, whole=True)
    assert (gone[FIRST.slot].holders, gone[FIRST.slot].reasons) == ((), ())


def test_another_document_that_says_the_same_is_no_revision_and_another_word_is_a_silent_one() -> None:
    record, _ = after({}, FIRST)
    assert after(record, replace(FIRST, evidence={"edition": "two", "seen": 2}))[1] == []
    for other in (replace(FIRST, evidence={"edition": "one", "seen": 3}), replace(FIRST, brief="the first")):
        (change,) = after(record, other)[1]
        assert (change.milestone.silent, change.milestone.revision) == (True, 2)


def test_a_corrected_slot_stays_corrected_and_linked_to_what_it_replaced_in_other_words() -> None:
    record, _ = after({}, FIRST)
    record, changes = after(record, OTHER)
    assert told(changes) == [(FIRST.slot, Status.CORRECTED)]
    record, changes = after(record, replace(OTHER, headline="The first is Money Heist"))
    assert (told(changes), record[FIRST.slot].status, record[FIRST.slot].revision) == ([], Status.CORRECTED, 3)
    assert record[FIRST.slot].evidence["replaces"]["revision"] == 1


def test_a_corrected_slot_stays_corrected_when_its_holder_gets_another_id() -> None:
    record, _ = after({}, FIRST)
    record, _ = after(record, OTHER)
    renamed = replace(OTHER, holders=(replace(HEIST[0], work_id="heist-2"),))
    record, changes = after(record, renamed, who=now_is(heist="heist-2"))
    assert told(changes) == []
    assert record[FIRST.slot].status is Status.CORRECTED


def test_a_doubt_that_goes_with_another_id_is_no_correction() -> None:
    record, changes = after({}, replace(FIRST, reasons=(Reason("language unknown"),)))
    assert told(changes) == [(FIRST.slot, Status.PROVISIONAL)]
    known = replace(FIRST, holders=(replace(FIRST.holders[0], work_id="squid-2"),))
    _, changes = after(record, known, who=now_is(squid="squid-2"))
    assert told(changes) == [(FIRST.slot, Status.ANNOUNCED)]


def test_what_nobody_was_told_of_is_no_news_for_being_worded_otherwise() -> None:
    record, changes = after({}, FIRST, policy=BEFORE_US)
    assert changes[0].milestone.silent is True
    record, changes = after(record, replace(FIRST, headline="The first is Squid Game"))
    assert [change.is_told for change in changes] == [False]
    assert record[FIRST.slot].told is None


def test_what_people_heard_is_not_said_again_when_it_is_true_again() -> None:
    record, _ = after({}, FIRST)
    record, changes = after(record, OTHER, policy=Policy(rewritten=frozenset({"nth"})))
    assert told(changes) == []
    record, changes = after(record, FIRST)
    assert told(changes) == []
    assert record[FIRST.slot].holders == FIRST.holders


def test_of_works_that_are_one_the_slot_goes_on_from_the_one_of_which_people_heard_what_is_true() -> None:
    right, wrong = spread("alpha"), spread("beta", day=9)
    record, changes = after({}, right, wrong)
    record, changes = after(record, spread("omega"), whole=True, who=now_is(alpha="omega", beta="omega"))
    assert told(changes) == [(wrong.slot, Status.RETRACTED)]
    assert record["spread:daily:*:omega:2"].silent
    assert record["spread:daily:*:omega:2"].told is not None


def test_a_slot_that_is_held_and_was_told_goes_on_from_itself() -> None:
    itself, other = spread("omega"), spread("alpha", day=9)
    record, _ = after({}, itself, other)
    _, changes = after(record, itself, whole=True, who=now_is(alpha="omega"))
    assert told(changes) == [(other.slot, Status.RETRACTED)]
    assert [change.milestone.slot for change in changes] == [other.slot]


def test_a_slot_that_is_held_goes_on_from_itself_where_nobody_heard_of_either() -> None:
    itself, other = spread("omega"), spread("alpha", day=9)
    record, _ = after({}, itself, other, policy=BEFORE_US)
    _, changes = after(record, itself, whole=True, who=now_is(alpha="omega"))
    assert told(changes) == []
    assert [change.milestone.slot for change in changes] == [other.slot]


def test_a_slot_that_ended_in_silence_goes_on_from_another_in_silence_when_people_heard_what_is_true() -> None:
    itself, other = spread("omega"), spread("alpha")
    record, _ = after({}, itself, other)
    rewritten = Policy(rewritten=frozenset({"spread"}))
    record, _ = after(record, other, whole=True, policy=rewritten)
    assert not record[itself.slot].is_held
    record, changes = after(record, itself, whole=True, who=now_is(alpha="omega"))
    assert told(changes) == []
    assert record[itself.slot].silent is True
    assert not record[other.slot].is_held


def test_who_heard_that_a_slot_ended_hears_that_it_holds_again_as_another_work() -> None:
    itself, other = spread("omega"), spread("alpha")
    record, _ = after({}, itself, other)
    record, changes = after(record, other, whole=True)
    assert told(changes) == [(itself.slot, Status.RETRACTED)]
    record, changes = after(record, itself, whole=True, who=now_is(alpha="omega"))
    assert [change.milestone.silent for change in changes] == [False, True]
