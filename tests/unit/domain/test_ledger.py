"""The ledger: what is kept of a revision, when two say the same, and who the works in it are by now."""

from dataclasses import replace
from datetime import date

import pytest

from chartwatch.domain.charts.publications import Provenance
from chartwatch.domain.milestones.ledger import (
    LedgerEntry,
    Sent,
    contradictions,
    digest_of_words,
    id_as_recorded,
    substance,
    under_todays_names,
)
from chartwatch.domain.milestones.milestone import Milestone, Reference, Status
from chartwatch.domain.rules.claims import Reason, Undecided
from chartwatch.domain.rules.evidence import Evidence
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import Fact
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.renames import Names, Renaming
from chartwatch.domain.works.work import Kind, Work, unlisted
from tests.chronicle import HEIST, SQUID

SINCE = date(2022, 1, 1)
EVIDENCE = Evidence(SINCE, 2, 2, (), (), Provenance("one.csv", None, "1" * 64))
HOLDER = Holder("squid", "Squid Game", SINCE, "1", label="Season 1")
RIDDLE = Reason("a riddle is unknown", Undecided(Holder("riddle", "A Riddle", SINCE), (Fact.ORIGINAL_LANGUAGE,)))
MILESTONE = Milestone(
    slot="nth:daily:US:1",
    rule="nth",
    kind="nth",
    chart="daily",
    territory="US",
    group=None,
    n=1,
    period=SINCE,
    status=Status.PROVISIONAL,
    silent=False,
    left_censored=False,
    revision=2,
    holders=(HOLDER,),
    reasons=(RIDDLE,),
    headline="Squid Game is the first",
    brief="first",
    evidence=EVIDENCE,
    replaces=Reference("nth:daily:US:1", 1, Status.ANNOUNCED, ()),
)
SENT = Sent(SINCE, 1, (HOLDER,), left_censored=False, reasons=(RIDDLE,))
RETRACTED = replace(MILESTONE, status=Status.RETRACTED, holders=(), reasons=(), evidence=None)
SENT_RETRACTED = Sent(SINCE, 1, (), left_censored=False, reasons=())


# Entries.


def test_an_entry_has_all_of_a_revision_but_its_evidence() -> None:
    entry = LedgerEntry.of(MILESTONE, SENT, (3, 7))
    kept = {name for name in LedgerEntry.__slots__ if hasattr(MILESTONE, name)}
    assert {name: getattr(entry, name) for name in kept} == {name: getattr(MILESTONE, name) for name in kept}
    of_its_message = {"said", "mark", "precedents"}
    assert set(Milestone.__slots__) - kept == {
        "chart",
        "silent",
        "is_believed",
        "evidence",
        "moved_to",
        *of_its_message,
    }
    assert (entry.words, entry.sent, entry.bulletins) == (digest_of_words(MILESTONE), SENT, (3, 7))
    assert entry.reference == Reference("nth:daily:US:1", 2, Status.PROVISIONAL, (HOLDER,))


def test_an_entry_of_a_retracted_slot_does_not_say_what_was_retracted() -> None:
    entry = LedgerEntry.of(RETRACTED, None, (1,))
    assert (entry.is_held, entry.holders, entry.replaces) == (False, (), None)


@pytest.mark.parametrize(
    ("milestone", "sent", "believed", "contradicts"),
    [
        (MILESTONE, None, False, False),
        (MILESTONE, SENT, True, False),
        (MILESTONE, SENT._replace(period=date(2022, 1, 2)), True, True),
        (MILESTONE, SENT._replace(reasons=()), True, True),
        (MILESTONE, SENT_RETRACTED, False, True),
        (RETRACTED, None, False, False),
        (RETRACTED, SENT, True, True),
        (RETRACTED, SENT_RETRACTED, False, False),
        # What was sent of the retraction is all that counts, not which period the slot had been of.
        (RETRACTED, SENT_RETRACTED._replace(period=date(2022, 1, 2)), False, False),
    ],
)
def test_what_was_last_sent_is_believed_and_may_contradict_what_is_recorded(
    milestone: Milestone, sent: Sent | None, believed: bool, contradicts: bool
) -> None:
    entry = LedgerEntry.of(milestone, sent, (1,))
    assert (entry.is_believed, entry.contradicts_what_was_sent(id_as_recorded)) == (believed, contradicts)


def test_what_was_sent_has_attributes_and_what_was_not_has_none() -> None:
    entry = LedgerEntry.of(MILESTONE, SENT, ()).sent_with({"priority": 4})
    assert entry.sent == SENT._replace(attributes={"priority": 4})
    assert LedgerEntry.of(MILESTONE, None, ()).sent_with({"priority": 4}).sent is None


def test_what_was_sent_of_a_work_under_its_former_id_contradicts_nothing() -> None:
    def now(holder: Holder) -> str:
        return holder.work_id.replace("unlisted:series:squid game", "squid")

    former = replace(HOLDER, work_id="unlisted:series:squid game")
    entry = LedgerEntry.of(MILESTONE, SENT._replace(holders=(former,)), ())
    assert entry.contradicts_what_was_sent(id_as_recorded)
    assert not entry.contradicts_what_was_sent(now)
    assert not replace(entry, holders=(former,), sent=SENT).contradicts_what_was_sent(now)


def test_contradictions_are_listed_by_their_slots() -> None:
    entries = [LedgerEntry.of(replace(MILESTONE, slot=slot), SENT_RETRACTED, ()) for slot in ("c", "a", "b")]
    assert contradictions([*entries, LedgerEntry.of(MILESTONE, SENT, ())], id_as_recorded) == ("a", "b", "c")


# What says the same.


def test_a_milestone_its_entry_and_its_message_say_the_same() -> None:
    assert substance(MILESTONE) == substance(LedgerEntry.of(MILESTONE, None, ())) == substance(SENT)


@pytest.mark.parametrize(
    "other",
    [
        replace(MILESTONE, headline="The first is Squid Game", brief="the first", evidence=None, revision=9),
        replace(MILESTONE, holders=(replace(HOLDER, title="Ojingeo Geim", label="Limited Series"),)),
        replace(MILESTONE, reasons=(RIDDLE._replace(said="in other words"),)),
        replace(MILESTONE, status=Status.CORRECTED, silent=True, replaces=None),
    ],
    ids=["words and evidence", "titles and labels", "words of a reason", "what became of it"],
)
def test_what_is_only_worded_otherwise_says_the_same(other: Milestone) -> None:
    assert substance(other) == substance(MILESTONE)


@pytest.mark.parametrize(
    "other",
    [
        replace(MILESTONE, period=date(2022, 1, 2)),
        replace(MILESTONE, n=2),
        replace(MILESTONE, left_censored=True),
        replace(MILESTONE, reasons=()),
        replace(MILESTONE, reasons=(Reason("the period 2022-01-02 is missing"),)),
        replace(MILESTONE, holders=(HOLDER, Holder("heist", "Money Heist", SINCE))),
        *(
            replace(MILESTONE, holders=(replace(HOLDER, **other),))
            for other in (
                {"work_id": "heist"},
                {"season": "2"},
                {"since": date(2022, 1, 2)},
                {"group": "KR"},
                {"returned": True},
            )
        ),
    ],
)
def test_what_is_true_otherwise_does_not_say_the_same(other: Milestone) -> None:
    assert substance(other) != substance(MILESTONE)


def test_works_say_the_same_under_the_ids_that_they_have_now() -> None:
    ids = {"squid": "squid-2", "riddle": "riddle-2"}
    undecided = Undecided(Holder("riddle-2", "A Riddle", SINCE), (Fact.ORIGINAL_LANGUAGE,))
    now = replace(
        MILESTONE, holders=(replace(HOLDER, work_id="squid-2"),), reasons=(Reason("whatever is said", undecided),)
    )
    assert substance(MILESTONE) != substance(now)
    assert substance(MILESTONE, lambda holder: ids[holder.work_id]) == substance(now)


def test_the_digest_of_words_leaves_out_the_document_and_labels_of_seasons() -> None:
    document = Provenance("two.csv", "2022-02-01T00:00:00Z", "2" * 64)
    same = (
        replace(MILESTONE, evidence=replace(EVIDENCE, edition=document)),
        replace(MILESTONE, holders=(replace(HOLDER, label="Limited Series"),)),
        replace(MILESTONE, revision=7, replaces=None, status=Status.CORRECTED),
    )
    assert {digest_of_words(each) for each in same} == {digest_of_words(MILESTONE)}
    others = (
        replace(MILESTONE, kind="race"),
        replace(MILESTONE, headline="another"),
        replace(MILESTONE, brief="another"),
        replace(MILESTONE, reasons=()),
        replace(MILESTONE, evidence=replace(EVIDENCE, periods_seen=1)),
        replace(MILESTONE, holders=(replace(HOLDER, title="Ojingeo Geim"),)),
    )
    assert len({digest_of_words(each) for each in (MILESTONE, *others)}) == 1 + len(others)


# Who the works are by now.

NAMES = Names([Renaming("2022-02-01", Kind.SERIES, "Round Six", "Squid Game")])
UNLISTED = unlisted("Round Six", Kind.SERIES).id


def test_a_title_that_was_given_up_is_the_work_of_its_new_name() -> None:
    now = under_todays_names(Catalog([SQUID]), NAMES, frozenset().__contains__, {})
    assert now(Holder(UNLISTED, "Round Six", SINCE)) == "squid"


def test_a_song_has_become_that_of_its_artist() -> None:
    song = Kind("song")
    its = [
        Work(name, "Flowers", song, creators=(artist,)) for name, artist in (("a", "Somebody"), ("b", "Miley Cyrus"))
    ]
    now = under_todays_names(Catalog(its), NAMES, frozenset().__contains__, {})
    assert [now(Holder(unlisted("Flowers", song, by).id, "Flowers", SINCE)) for by in ("Miley Cyrus", "Somebody")] == [
        "b",
        "a",
    ]


def test_who_is_on_the_chart_as_it_stands_has_not_become_another() -> None:
    now = under_todays_names(Catalog([SQUID]), NAMES, {UNLISTED}.__contains__, {})
    assert now(Holder(UNLISTED, "Round Six", SINCE)) == UNLISTED


def test_a_work_of_the_catalog_is_itself_on_the_chart_or_not() -> None:
    now = under_todays_names(Catalog([SQUID, HEIST]), NAMES, {"squid"}.__contains__, {})
    assert now(Holder("heist", "Round Six", SINCE)) == "heist"
    assert now(Holder("squid", "Money Heist", SINCE)) == "squid"
