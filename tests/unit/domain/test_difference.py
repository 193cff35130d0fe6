"""What claims change of a ledger, and what of it is sent."""

from dataclasses import replace
from datetime import date

import pytest

from chartwatch.domain.charts.publications import Provenance
from chartwatch.domain.milestones.attributes import Attributes
from chartwatch.domain.milestones.difference import Policy, difference
from chartwatch.domain.milestones.ledger import (
    LedgerEntry,
    Sent,
    WorkNow,
    contradictions,
    from_bulletins,
    id_as_recorded,
)
from chartwatch.domain.milestones.milestone import Bulletin, Change, Replaced, Status
from chartwatch.domain.rules.claims import Claim, Reason
from chartwatch.domain.rules.evidence import Evidence
from chartwatch.domain.rules.holders import Holder

EVIDENCE = Evidence(date(2022, 1, 1), 2, 2, (), (), Provenance("one.csv", None, "1" * 64))
FIRST = Claim(
    slot="nth:daily:US:1",
    rule="nth",
    kind="nth",
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
    evidence=EVIDENCE,
    works=(),
)
HEIST = (Holder("heist", "Money Heist", date(2022, 1, 1)),)
OTHER = replace(FIRST, holders=HEIST, period=date(2022, 1, 1), headline="Money Heist is the first")
DOUBTFUL = replace(FIRST, reasons=(Reason("language unknown"),))
NEWS = Policy()
BEFORE_IT_IS_LIVE = Policy(live_from=date(2022, 2, 1))
REWRITTEN = Policy(rewritten=frozenset({"nth", "spread"}))
REBUILT = Policy(rewritten=frozenset({"nth"}), contradictions=True)


def spread(work: str, *, n: int = 2, day: int = 2) -> Claim:
    holder = Holder(work, work.title(), date(2022, 1, 1))
    words = f"{work.title()} in {n}"
    slot = f"spread:daily:*:{work}:{n}"
    its = replace(FIRST, slot=slot, rule="spread", kind="spread", territory="*", group=work, n=n)
    return replace(its, period=date(2022, 1, day), holders=(holder,), headline=words, brief=words)


def as_sent(bulletin: Bulletin) -> dict[str, Attributes]:
    """Return attributes that say of each slot that is sent with which bulletin that was."""
    return {its.milestone.slot: {"sent": (f"no {bulletin.number}",)} for its in bulletin.changes if its.is_sent}


class Record:
    """A ledger that begins with some claims; at any time its bulletins come to the same."""

    def __init__(self, *claims: Claim, policy: Policy = NEWS) -> None:
        self.ledger: dict[str, LedgerEntry] = {}
        self.bulletins: list[Bulletin] = []
        self.after(*claims, policy=policy)

    def after(self, *claims: Claim, policy: Policy = NEWS, now: WorkNow = id_as_recorded) -> list[Change]:
        """Compare all claims that there are with the ledger, and return what changes."""
        revised = difference(claims, self.ledger, "daily", policy, now=now)
        changes = [each.change for each in revised]
        number = len(self.bulletins) + 1
        self.bulletins.append(Bulletin("daily", "A chart", number, date(2022, 1, number), tuple(changes), {}))
        attributes = as_sent(self.bulletins[-1])
        for entry in (replace(each.entry, bulletins=(*each.entry.bulletins, number)) for each in revised):
            its = attributes.get(entry.slot)
            self.ledger[entry.slot] = entry if its is None else entry.sent_with(its)
        assert from_bulletins(self.bulletins, as_sent) == self.ledger
        assert {change.milestone.chart for change in changes} <= {"daily"}
        return changes

    def __getitem__(self, slot: str) -> LedgerEntry:
        return self.ledger[slot]

    @property
    def contradicted(self) -> list[str]:
        return list(contradictions(self.ledger.values(), id_as_recorded))


def sent(changes: list[Change]) -> list[tuple[str, Status]]:
    return [(change.milestone.slot, change.milestone.status) for change in changes if change.is_sent]


def now_is(**ids: str) -> WorkNow:
    return lambda holder: ids.get(holder.work_id, holder.work_id)


def test_a_claim_on_a_slot_that_was_never_held_is_announced() -> None:
    record = Record()
    changes = record.after(FIRST)
    assert sent(changes) == [(FIRST.slot, Status.ANNOUNCED)]
    assert changes[0].replaced is None
    as_number_2 = {"sent": ("no 2",)}
    assert record[FIRST.slot].sent == Sent(FIRST.period, 1, FIRST.holders, False, (), as_number_2)


def test_a_slot_that_nobody_claims_is_retracted_in_the_words_that_it_had() -> None:
    record = Record(DOUBTFUL)
    (change,) = record.after()
    gone, entry = change.milestone, record[FIRST.slot]
    assert (gone.status, gone.silent, gone.holders, gone.reasons) == (Status.RETRACTED, False, (), ())
    assert (gone.headline, gone.brief) == ("Retracted: Squid Game is the first", "first")
    assert (entry.holders, entry.reasons) == ((), ())
    assert entry.sent is not None
    assert entry.sent.holders == ()


@pytest.mark.parametrize("claim", [DOUBTFUL, spread("alpha", n=3), replace(FIRST, left_censored=True)])
def test_a_retraction_is_of_the_slot_and_says_what_is_so_no_longer(claim: Claim) -> None:
    record = Record(claim)
    before = record[claim.slot]
    (change,) = record.after()
    for name in ("slot", "rule", "kind", "chart", "territory", "group", "n", "period", "left_censored"):
        assert getattr(change.milestone, name) == getattr(claim, name)
    attributes = before.sent.attributes if before.sent else {}
    assert change.replaced == Replaced(before.status, claim.holders, bool(before.sent), claim.brief, attributes)


def test_a_retracted_slot_that_nobody_claims_stays_as_it_is() -> None:
    record = Record(FIRST)
    record.after()
    assert record.after() == []


def test_another_document_that_says_the_same_is_no_revision() -> None:
    record = Record(FIRST)
    document = Provenance("two.csv", None, "2" * 64)
    assert record.after(replace(FIRST, evidence=replace(EVIDENCE, edition=document))) == []


@pytest.mark.parametrize(
    "other",
    [
        replace(FIRST, evidence=replace(EVIDENCE, periods_seen=1)),
        replace(FIRST, brief="the first"),
        replace(FIRST, headline="The first is Squid Game"),
    ],
    ids=["evidence", "brief", "headline"],
)
def test_other_words_or_evidence_are_a_revision_that_is_recorded_only(other: Claim) -> None:
    record = Record(FIRST)
    before = record[FIRST.slot]
    (change,) = record.after(other)
    assert (change.is_sent, change.milestone.revision) == (False, 2)
    assert record[FIRST.slot].sent == before.sent


def test_a_correction_names_the_revision_that_it_replaces_and_what_is_so_no_longer() -> None:
    record = Record(FIRST)
    before = record[FIRST.slot]
    (change,) = record.after(OTHER)
    assert sent([change]) == [(FIRST.slot, Status.CORRECTED)]
    assert change.milestone.replaces == before.reference
    as_number_1 = {"sent": ("no 1",)}
    assert change.replaced == Replaced(Status.ANNOUNCED, FIRST.holders, True, "first", as_number_1)


def test_a_corrected_slot_in_other_words_stays_corrected_and_linked() -> None:
    record = Record(FIRST)
    record.after(OTHER)
    (change,) = record.after(replace(OTHER, headline="The first is Money Heist"))
    now = change.milestone
    assert (change.is_sent, now.status, now.revision) == (False, Status.CORRECTED, 3)
    assert now.replaces is not None
    assert now.replaces.revision == 1


def test_a_corrected_slot_stays_corrected_when_its_holder_gets_another_id() -> None:
    record = Record(FIRST)
    record.after(OTHER)
    renamed = replace(OTHER, holders=(replace(HEIST[0], work_id="heist-2"),))
    changes = record.after(renamed, now=now_is(heist="heist-2"))
    assert sent(changes) == []
    assert record[FIRST.slot].status is Status.CORRECTED


def test_a_doubt_that_goes_with_another_id_is_no_correction() -> None:
    record = Record()
    changes = record.after(DOUBTFUL)
    assert sent(changes) == [(FIRST.slot, Status.PROVISIONAL)]
    known = replace(FIRST, holders=(replace(FIRST.holders[0], work_id="squid-2"),))
    changes = record.after(known, now=now_is(squid="squid-2"))
    assert sent(changes) == [(FIRST.slot, Status.ANNOUNCED)]


def test_what_was_recorded_only_is_not_sent_for_being_worded_otherwise() -> None:
    record = Record()
    (change,) = record.after(FIRST, policy=BEFORE_IT_IS_LIVE)
    assert not change.is_sent
    (change,) = record.after(replace(FIRST, headline="The first is Squid Game"))
    assert not change.is_sent
    assert record[FIRST.slot].sent is None


def test_what_was_sent_is_not_sent_again_when_it_is_true_again() -> None:
    record = Record(FIRST)
    changes = record.after(OTHER, policy=REWRITTEN)
    assert sent(changes) == []
    changes = record.after(FIRST)
    assert sent(changes) == []
    assert record[FIRST.slot].holders == FIRST.holders


def test_what_a_story_needs_of_a_claim_goes_with_the_milestone() -> None:
    its = {"said": "Squid Game", "mark": "KR", "precedents": 3, "said_by": "a chart"}
    (change,) = Record().after(replace(FIRST, **its))  # type: ignore[arg-type]
    assert {name: getattr(change.milestone, name) for name in its} == its


def test_what_is_muted_by_a_title_stays_so_when_the_catalog_gets_to_know_the_work() -> None:
    muted = Policy(muted={"unlisted:series:squid game": date(2022, 2, 1)})

    def now(holder: Holder) -> str:
        return "squid" if (holder.title, holder.since) == ("squid game", FIRST.holders[0].since) else holder.work_id

    assert sent(Record().after(FIRST, policy=muted, now=now)) == []
    assert sent(Record().after(FIRST, policy=muted)) == [(FIRST.slot, Status.ANNOUNCED)]
    assert sent(Record().after(OTHER, policy=muted, now=now)) == [(FIRST.slot, Status.ANNOUNCED)]


def test_a_publication_is_news_from_the_day_on_that_the_chart_is_live() -> None:
    live = Policy(live_from=date(2022, 1, 2))
    assert [live.tells_of(date(2022, 1, day)) for day in (1, 2, 3)] == [False, True, True]
    assert Policy().tells_of(date.min)
    assert not REWRITTEN.tells_of(date.max)


# Works that turn out to be one.


def test_of_works_that_are_one_that_is_followed_of_which_the_truth_was_sent() -> None:
    right, wrong = spread("alpha"), spread("beta", day=9)
    record = Record(right, wrong)
    changes = record.after(spread("omega"), now=now_is(alpha="omega", beta="omega"))
    assert sent(changes) == [(wrong.slot, Status.RETRACTED)]
    assert [change.is_sent for change in changes if change.milestone.slot == "spread:daily:*:omega:2"] == [False]
    assert record["spread:daily:*:omega:2"].sent is not None


def test_a_slot_that_is_held_and_was_sent_goes_on_from_itself() -> None:
    itself, other = spread("omega"), spread("alpha", day=9)
    record = Record(itself, other)
    changes = record.after(itself, now=now_is(alpha="omega"))
    assert sent(changes) == [(other.slot, Status.RETRACTED)]
    assert [change.milestone.slot for change in changes] == [other.slot]


def test_a_held_slot_goes_on_from_itself_where_nothing_was_sent_of_either() -> None:
    itself, other = spread("omega"), spread("alpha", day=9)
    record = Record(itself, other, policy=BEFORE_IT_IS_LIVE)
    changes = record.after(itself, now=now_is(alpha="omega"))
    assert sent(changes) == []
    assert [change.milestone.slot for change in changes] == [other.slot]


@pytest.mark.parametrize("policy", [NEWS, REWRITTEN], ids=["sent", "recorded only"])
def test_a_slot_that_went_on_has_no_part_in_what_becomes_of_the_one_that_it_came_from(policy: Policy) -> None:
    itself, other = spread("omega"), spread("alpha")
    record = Record(other)
    record.after(itself, now=now_is(alpha="omega"))
    before = record[itself.slot]
    record.after(itself, spread("alpha", day=9), policy=policy)
    record.after(replace(itself, headline="In 2: Omega"), spread("alpha", day=9))
    after = record[itself.slot]
    assert (after.revision, after.sent, after.bulletins) == (2, before.sent, (*before.bulletins, 4))


def test_a_slot_that_ended_unsent_goes_on_unsent_where_the_same_was_sent_of_another() -> None:
    itself, other = spread("omega"), spread("alpha")
    record = Record(itself, other)
    record.after(other, policy=REWRITTEN)
    assert not record[itself.slot].is_held
    changes = record.after(itself, now=now_is(alpha="omega"))
    assert sent(changes) == []
    assert record[itself.slot].is_held
    assert not record[other.slot].is_held


def test_a_retraction_that_was_sent_is_followed_by_what_holds_as_another_work() -> None:
    itself, other = spread("omega"), spread("alpha")
    record = Record(itself, other)
    changes = record.after(other)
    assert sent(changes) == [(itself.slot, Status.RETRACTED)]
    changes = record.after(itself, now=now_is(alpha="omega"))
    assert [change.is_sent for change in changes] == [True, False]


def test_what_becomes_of_a_slot_of_two_works_that_are_one_is_sent_to_whoever_was_sent_either() -> None:
    itself, other = spread("omega"), spread("alpha", day=9)
    record = Record(itself)
    record.after()
    record.after(other)
    record.after(other, itself, policy=REWRITTEN)
    changes = record.after(spread("omega", day=9), now=now_is(alpha="omega"))
    assert sent(changes) == [(itself.slot, Status.ANNOUNCED)]
    (change, _) = changes
    assert change.replaced is not None
    assert change.replaced.attributes == {"sent": ("no 3", "no 2")}


def test_what_was_sent_is_not_sent_again_when_it_is_true_again_of_a_work_under_another_id() -> None:
    record = Record(spread("alpha"))
    record.after(spread("alpha", day=9), policy=REWRITTEN)
    changes = record.after(spread("omega"), now=now_is(alpha="omega"))
    assert sent(changes) == []
    assert len(changes) == 2


def test_a_contradiction_is_left_alone_when_its_work_gets_another_id() -> None:
    record = Record(spread("alpha", day=9))
    record.after(spread("alpha"), policy=REWRITTEN)
    changes = record.after(spread("omega"), now=now_is(alpha="omega"))
    assert sent(changes) == []


# What is said of what is so no longer.


def test_only_who_holds_a_slot_no_longer_is_told_off_in_its_words_and_only_where_that_is_sent() -> None:
    record = Record(FIRST)
    (later,) = record.after(replace(FIRST, period=date(2022, 1, 9)))
    (unsent,) = record.after(OTHER, policy=REWRITTEN)
    (sent_again,) = record.after(replace(OTHER, period=date(2022, 1, 8)))
    assert [change.is_sent for change in (later, unsent, sent_again)] == [True, False, True]
    briefs = [change.replaced.brief for change in (later, unsent, sent_again) if change.replaced]
    assert briefs == ["", "", "first"]


# What contradicts what was sent.


def contradicted() -> Record:
    """Return a record of which something else was sent than stands there: rules were rewritten in between."""
    record = Record(FIRST)
    record.after(OTHER, policy=REWRITTEN)
    assert record.contradicted == [FIRST.slot]
    return record


def test_a_contradiction_is_left_alone_unless_it_is_asked_for() -> None:
    record = contradicted()
    assert record.after(OTHER) == []
    assert record.after(OTHER, policy=REWRITTEN) == []


def test_what_contradicts_what_was_sent_is_sent_once_where_that_is_asked_for() -> None:
    record = contradicted()
    changes = record.after(OTHER, policy=REBUILT)
    assert sent(changes) == [(FIRST.slot, Status.CORRECTED)]
    assert record.contradicted == []
    assert record.after(OTHER, policy=REBUILT) == []


def test_a_slot_that_was_retracted_unsent_is_retracted_again_and_sent() -> None:
    record = Record(FIRST)
    (change,) = record.after(policy=REWRITTEN)
    assert (change.milestone.status, change.is_sent) == (Status.RETRACTED, False)
    assert record.after() == []
    (change,) = record.after(policy=REBUILT)
    assert sent([change]) == [(FIRST.slot, Status.RETRACTED)]
    assert record.contradicted == []
    assert record.after(policy=REBUILT) == []


def test_a_retraction_that_is_sent_later_names_whom_and_what_was_sent() -> None:
    record = Record(FIRST)
    record.after(policy=REWRITTEN)
    (change,) = record.after(policy=REBUILT)
    assert list(change.concerned()) == ["squid"]
    assert change.milestone.headline == "Retracted: Squid Game is the first"


def test_a_correction_that_is_sent_later_is_also_about_whom_it_was_sent_of() -> None:
    (change,) = contradicted().after(OTHER, policy=REBUILT)
    assert set(change.concerned()) == {"heist", "squid"}


def test_a_retraction_names_whom_it_was_sent_of_and_not_who_was_recorded_unsent() -> None:
    (change,) = contradicted().after()
    assert sent([change]) == [(FIRST.slot, Status.RETRACTED)]
    assert list(change.concerned()) == ["squid"]
    assert change.milestone.headline == "Retracted: first"


def test_a_retraction_names_a_work_as_it_is_called_today() -> None:
    record = Record(FIRST)
    renamed = replace(FIRST, holders=(replace(FIRST.holders[0], work_id="squid-2", title="Squid Game 2"),))
    record.after(renamed, now=now_is(squid="squid-2"))
    (change,) = record.after(now=now_is(squid="squid-2"))
    assert sent([change]) == [(FIRST.slot, Status.RETRACTED)]
    assert list(change.concerned()) == ["squid-2"]


def test_what_is_true_again_of_a_slot_that_was_sent_as_retracted_is_sent() -> None:
    record = Record(FIRST)
    record.after()
    (change,) = record.after(FIRST, policy=REWRITTEN)
    assert not change.is_sent
    assert record.contradicted == [FIRST.slot]
    changes = record.after(FIRST, policy=REBUILT)
    assert sent(changes) == [(FIRST.slot, Status.ANNOUNCED)]
    assert record.contradicted == []


def test_a_slot_of_which_nothing_was_sent_contradicts_nothing() -> None:
    record = Record(FIRST, policy=REWRITTEN)
    changes = record.after(OTHER, policy=REBUILT)
    assert sent(changes) == []
    changes = record.after(policy=REBUILT)
    assert sent(changes) == []


def test_another_name_of_the_same_work_contradicts_nothing() -> None:
    record = Record(FIRST)
    renamed = replace(FIRST, holders=(replace(FIRST.holders[0], work_id="squid-2"),))
    changes = record.after(renamed, policy=REBUILT, now=now_is(squid="squid-2"))
    assert sent(changes) == []
