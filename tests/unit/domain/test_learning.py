"""What a chart's record makes of a fact, or of a name, that is learned."""

from dataclasses import replace

from chartwatch.domain.milestones.milestone import Bulletin, Status
from chartwatch.domain.rules.rule import Count, RuleKind, RuleSet, Scope
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Kind, Work
from chartwatch.services.detect import Detector
from tests.chronicle import (
    CHANGE,
    CHART,
    DEAD,
    HEIST,
    NTH,
    OZARK,
    RIDDLE,
    SQUID,
    WORKS,
    Chronicle,
    NotedMilestones,
    Ones,
    a_run,
    told,
)

SPREAD = replace(CHANGE, id="spread", kind=RuleKind.SPREAD, scope=Scope.CHART, at=(2,), headline="{title} in {n}")
REIGN = replace(CHANGE, id="reign", kind=RuleKind.REIGN, at=(2,), headline="{title} for {n} {periods}")
UNHEARD = Work("unheard", "Never at #1", Kind.SERIES, "ko", ("KR",))


def learning(chronicle: Chronicle, *works: Work) -> list[Bulletin]:
    """Let a catalog with other works come in force, that before it being known."""
    before = Catalog(chronicle.works)
    chronicle.works = works
    detector = Detector(
        chronicle.charts,
        chronicle.milestones,
        Catalog(works),
        RuleSet(chronicle.rules),
        earlier_catalog={before.version: before}.get,
    )
    return detector.reconsider(CHART.id)


def two_territories() -> tuple[Chronicle, NotedMilestones]:
    chronicle = Chronicle(CHANGE, NTH)
    chronicle.milestones = noted = NotedMilestones()
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US="A Riddle", KR="Ozark")
    chronicle.arrives(2, US="Squid Game", KR="Money Heist")
    noted.read.clear()
    return chronicle, noted


def test_a_fact_about_a_work_that_never_topped_the_chart_costs_no_look_at_its_milestones() -> None:
    chronicle, noted = two_territories()
    assert learning(chronicle, *WORKS, UNHEARD) == []
    assert noted.read == []
    head = noted.head(CHART.id)
    assert head is not None
    assert head.catalog == Catalog((*WORKS, UNHEARD)).version


def test_a_work_of_another_kind_and_the_same_title_costs_no_look_either() -> None:
    chronicle, noted = two_territories()
    learning(chronicle, *WORKS, Work("the-film", "Squid Game", Kind.FILM, "en", ("US",)))
    assert noted.read == []
    learning(chronicle, *WORKS)
    assert noted.read == []


def test_a_fact_is_looked_for_only_where_its_work_has_topped() -> None:
    chronicle, noted = two_territories()
    english = replace(RIDDLE, original_language="en", origin_countries=("US",))
    bulletins = learning(chronicle, SQUID, HEIST, OZARK, english)
    assert [set(scopes or ()) for scopes in noted.read] == [{"US", "*"}]
    assert told(bulletins) == [("nth:daily:US:1", Status.ANNOUNCED)]
    assert chronicle.held("nth:daily:US:1").because == ()
    assert chronicle.holders("nth:daily:KR:1") == [("heist", 2)]


def test_the_record_is_as_if_the_fact_had_been_known_always() -> None:
    spanish = replace(RIDDLE, original_language="es", origin_countries=("ES",))
    chronicle, _ = two_territories()
    bulletins = learning(chronicle, SQUID, HEIST, OZARK, spanish)
    assert told(bulletins) == [("nth:daily:US:1", Status.CORRECTED), ("nth:daily:US:2", Status.ANNOUNCED)]
    always = Chronicle(CHANGE, NTH, works=(SQUID, HEIST, OZARK, spanish))
    for day, ones in enumerate([("Ozark", "Ozark"), ("A Riddle", "Ozark"), ("Squid Game", "Money Heist")]):
        always.arrives(day, US=ones[0], KR=ones[1])
    for slot in always.slots() | chronicle.slots():
        assert chronicle.holders(slot) == always.holders(slot)


def test_a_publication_that_was_not_processed_yet_is_not_overlooked_with_a_fact() -> None:
    chronicle, _ = two_territories()
    chronicle.stored(1, US="Squid Game", KR="Squid Game")
    learning(chronicle, *WORKS, replace(RIDDLE, original_language="en", origin_countries=("US",)))
    learning(chronicle, SQUID, HEIST, OZARK, replace(DEAD, original_language="en"))
    chronicle.detector.detect(CHART.id, chronicle.charts.summaries(CHART.id)[1].period)
    assert chronicle.holders("nth:daily:KR:1") == [("squid", 1)]


def test_a_work_that_the_catalog_learns_of_is_no_other_holder() -> None:
    chronicle = Chronicle(CHANGE, SPREAD, REIGN, works=())
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US="Squid Game", KR="Squid Game")
    chronicle.arrives(2, US="Squid Game", KR="Squid Game")
    bulletins = learning(chronicle, SQUID)
    assert told(bulletins) == []
    assert chronicle.holders("new:daily:US:2022-01-02") == [("squid", 1)]
    assert chronicle.held("new:daily:US:2022-01-02").status is Status.ANNOUNCED
    moved = chronicle.held("reign:daily:US:squid:2")
    assert (moved.status, moved.silent, moved.revision) == (Status.ANNOUNCED, True, 1)
    assert moved.evidence["replaces"]["slot"] == "reign:daily:US:unlisted:series:squid game:2"
    gone = chronicle.held("reign:daily:US:unlisted:series:squid game:2")
    assert (gone.status, gone.silent, gone.told, gone.reasons) == (Status.RETRACTED, True, None, ())
    assert gone.headline.startswith("Recorded under another name: Squid Game for 2 days")
    assert gone.evidence["moved_to"] == "reign:daily:US:squid:2"
    assert (gone.evidence["replaces"]["slot"], gone.evidence["replaces"]["revision"]) == (gone.slot, 1)
    (change,) = (c for bulletin in bulletins for c in bulletin.changes if c.milestone is gone)
    assert change.replaced is not None
    assert change.replaced.status is Status.ANNOUNCED


def test_a_season_of_a_work_that_the_catalog_learns_of_is_no_other_season() -> None:
    chronicle = Chronicle(replace(REIGN, count=Count.SEASONS), works=())
    a_run(chronicle, "Ozark", "Squid Game|Season 1", "Squid Game|Season 1")
    assert told(learning(chronicle, SQUID)) == []
    assert chronicle.held("reign:daily:US:unlisted:series:squid game/1:2").evidence["moved_to"] == (
        "reign:daily:US:squid/1:2"
    )


def test_a_retraction_says_what_it_replaces_and_nothing_else() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game")
    before = chronicle.held("nth:daily:US:1")
    chronicle.arrives(1, US="Ozark")
    gone = chronicle.held("nth:daily:US:1")
    assert (gone.status, gone.silent, gone.reasons) == (Status.RETRACTED, False, ())
    assert gone.evidence == {
        "replaces": {
            "slot": "nth:daily:US:1",
            "revision": 1,
            "status": "announced",
            "holders": [holder.as_json() for holder in before.holders],
        }
    }


def test_holders_are_joint_when_there_are_several() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game", ("Money Heist", "All of Us Are Dead"))
    assert chronicle.held("nth:daily:US:1").as_json()["joint"] is False
    assert chronicle.held("nth:daily:US:2").as_json()["joint"] is True


def test_who_was_told_under_another_id_hears_of_the_retraction() -> None:
    chronicle = Chronicle(REIGN, works=())
    for day in range(3):
        chronicle.arrives(day, US="Ozark" if day == 0 else "Squid Game")
    learning(chronicle, SQUID)
    assert told(chronicle.arrives(1, US="Ozark")) == [("reign:daily:US:squid:2", Status.RETRACTED)]


def of_two_names(*titles: Ones) -> Chronicle:
    """Return the record of works that stood under two titles, day by day, before anybody knew."""
    chronicle = Chronicle(REIGN, works=())
    a_run(chronicle, *titles)
    return chronicle


SAME = replace(SQUID, aliases=("Ojingeo Geim",))


def test_of_two_works_that_are_one_the_later_claim_is_taken_back() -> None:
    chronicle = of_two_names("Ozark", "Squid Game", "Squid Game", "Ozark", "Ojingeo Geim", "Ojingeo Geim")
    lost = "reign:daily:US:unlisted:series:ojingeo geim:2"
    assert told(learning(chronicle, SAME)) == [(lost, Status.RETRACTED)]
    assert chronicle.holders("reign:daily:US:squid:2") == [("squid", 2)]
    gone = chronicle.held(lost)
    assert gone.evidence["moved_to"] == "reign:daily:US:squid:2"
    assert gone.headline.startswith("Retracted, as it is the same work as Squid Game: Ojingeo Geim for 2 days")
    assert told(chronicle.arrives(1, US="Money Heist")) == [("reign:daily:US:squid:2", Status.CORRECTED)]


def test_who_heard_of_one_of_two_works_that_are_one_hears_what_is_true() -> None:
    chronicle = of_two_names("Squid Game", "Squid Game", "Ozark", "Ojingeo Geim", "Ojingeo Geim")
    assert chronicle.held("reign:daily:US:unlisted:series:squid game:2").told is None
    assert told(learning(chronicle, SAME)) == [("reign:daily:US:squid:2", Status.CORRECTED)]
    assert chronicle.held("reign:daily:US:unlisted:series:ojingeo geim:2").silent
    assert told(chronicle.arrives(1, US="Money Heist")) == [("reign:daily:US:squid:2", Status.CORRECTED)]


def test_a_slot_that_nobody_was_told_of_is_told_to_who_heard_of_another_of_its_work() -> None:
    chronicle = Chronicle(REIGN, works=(SQUID,))
    a_run(chronicle, "Squid Game", "Squid Game", "Ozark", "Ojingeo Geim", "Ojingeo Geim")
    assert chronicle.held("reign:daily:US:squid:2").told is None
    assert told(learning(chronicle, SAME)) == [("reign:daily:US:squid:2", Status.CORRECTED)]
    assert chronicle.held("reign:daily:US:unlisted:series:ojingeo geim:2").silent


def test_one_thing_that_was_told_of_two_works_stays_true_of_the_one_that_they_are() -> None:
    both = ("Squid Game", "Ojingeo Geim")
    chronicle = of_two_names("Ozark", both, both)
    assert told(learning(chronicle, SAME)) == []
    assert told(chronicle.arrives(1, US="Money Heist")) == [("reign:daily:US:squid:2", Status.RETRACTED)]


def test_who_heard_that_a_slot_ended_hears_that_it_goes_on_from_another() -> None:
    chronicle = Chronicle(REIGN, works=(SQUID,))
    a_run(chronicle, "Ozark", "Squid Game", "Squid Game")
    assert told(chronicle.arrives(2, US="Money Heist")) == [("reign:daily:US:squid:2", Status.RETRACTED)]
    a_run(chronicle, None, None, None, "Ojingeo Geim", "Ojingeo Geim")
    assert told(learning(chronicle, SAME)) == [("reign:daily:US:squid:2", Status.ANNOUNCED)]
    assert chronicle.holders("reign:daily:US:squid:2") == [("squid", 4)]


def test_what_a_rewritten_rule_took_back_in_silence_is_not_told_again() -> None:
    chronicle = Chronicle(NTH)
    chronicle.arrives(0, US="Ozark")
    assert told(chronicle.arrives(1, US="Squid Game")) == [("nth:daily:US:1", Status.ANNOUNCED)]
    chronicle.rules = (replace(NTH, at=(2,)),)
    assert told(chronicle.detector.reconsider(CHART.id)) == []
    assert chronicle.slots() == set()
    chronicle.rules = (NTH,)
    assert told(chronicle.detector.reconsider(CHART.id)) == []
    assert told(chronicle.arrives(1, US="Money Heist")) == [("nth:daily:US:1", Status.CORRECTED)]


def test_a_back_fill_brings_wording_and_evidence_up_to_date_in_silence() -> None:
    chronicle = Chronicle(NTH)
    chronicle.arrives(2, US="Ozark")
    chronicle.arrives(3, US="Squid Game")
    bulletins = [*chronicle.arrives(0, US="Ozark"), *chronicle.arrives(1, US="Ozark")]
    held = chronicle.held("nth:daily:US:1")
    assert held.headline.endswith("in records since 2022-01-01")
    assert (held.evidence["periods_expected"], held.evidence["periods_seen"], held.evidence["gaps"]) == (4, 4, [])
    # Between the two days a period was missing, which makes it provisional, and then confirms it.
    assert told(bulletins) == [("nth:daily:US:1", Status.PROVISIONAL), ("nth:daily:US:1", Status.ANNOUNCED)]


def test_a_slot_that_another_kind_of_rule_holds_by_now_says_so_in_silence() -> None:
    reign = replace(CHANGE, id="same", kind=RuleKind.REIGN, scope=Scope.CHART, at=(1,), headline="{title}")
    chronicle = Chronicle(reign)
    chronicle.arrives(0, US="Ozark")
    chronicle.rules = (replace(reign, kind=RuleKind.SPREAD),)
    assert told(chronicle.detector.reconsider(CHART.id)) == []
    assert chronicle.held("same:daily:*:ozark:1").kind is RuleKind.SPREAD
