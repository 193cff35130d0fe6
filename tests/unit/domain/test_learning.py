"""What a chart's record makes of a fact, or of a name, that is learned."""

from dataclasses import replace

from chartwatch.domain.charts.publications import Edition, Entry, Publication
from chartwatch.domain.milestones.milestone import Status
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import Count, Scope
from chartwatch.domain.rules.spread import SpreadRule
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Kind, Work
from chartwatch.services.updating import store_publication
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
    NotedCharts,
    Ones,
    a_run,
    sent,
)

SPREAD = SpreadRule("spread", Scope.CHART, "{title} in {n}", "in {n}", at=(2,))
REIGN = ReignRule("reign", Scope.TERRITORY, "{title} for {n} {periods}", "{n} {periods}", at=(2,))
NEVER_THERE = Work("never", "Never at #1", Kind.SERIES, "ko", ("KR",))


def two_territories() -> tuple[Chronicle, NotedCharts]:
    chronicle = Chronicle(CHANGE, NTH)
    chronicle.charts = noted = NotedCharts()
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US="A Riddle", KR="Ozark")
    chronicle.arrives(2, US="Squid Game", KR="Money Heist")
    noted.read.clear()
    return chronicle, noted


def test_a_fact_about_a_work_that_never_topped_the_chart_reads_no_publication() -> None:
    chronicle, noted = two_territories()
    assert chronicle.learns(*WORKS, NEVER_THERE) == []
    assert noted.read == []
    assert chronicle.head.catalog == Catalog((*WORKS, NEVER_THERE)).version


def test_a_work_of_another_kind_and_the_same_title_reads_none_either() -> None:
    chronicle, noted = two_territories()
    chronicle.learns(*WORKS, Work("the-film", "Squid Game", Kind.FILM, "en", ("US",)))
    assert noted.read == []
    chronicle.learns(*WORKS)
    assert noted.read == []


def test_a_fact_is_folded_from_the_first_period_at_the_top_of_its_work() -> None:
    chronicle, noted = two_territories()
    english = replace(RIDDLE, original_language="en", origin_countries=("US",))
    bulletins = chronicle.learns(SQUID, HEIST, OZARK, english)
    assert noted.read == [chronicle.period(1)]
    assert sent(bulletins) == [("nth:daily:US:1", Status.ANNOUNCED)]
    assert chronicle.held("nth:daily:US:1").because == ()
    assert chronicle.holders("nth:daily:KR:1") == [("heist", 2)]


def test_the_record_is_as_if_the_fact_had_been_known_always() -> None:
    spanish = replace(RIDDLE, original_language="es", origin_countries=("ES",))
    chronicle, _ = two_territories()
    bulletins = chronicle.learns(SQUID, HEIST, OZARK, spanish)
    assert sent(bulletins) == [("nth:daily:US:1", Status.CORRECTED), ("nth:daily:US:2", Status.ANNOUNCED)]
    always = Chronicle(CHANGE, NTH, works=(SQUID, HEIST, OZARK, spanish))
    for day, ones in enumerate([("Ozark", "Ozark"), ("A Riddle", "Ozark"), ("Squid Game", "Money Heist")]):
        always.arrives(day, US=ones[0], KR=ones[1])
    for slot in always.slots() | chronicle.slots():
        assert chronicle.holders(slot) == always.holders(slot)


def test_a_publication_that_was_not_processed_yet_is_not_overlooked_with_a_fact() -> None:
    chronicle, _ = two_territories()
    chronicle.stored(1, US="Squid Game", KR="Squid Game")
    chronicle.learns(*WORKS, replace(RIDDLE, original_language="en", origin_countries=("US",)))
    chronicle.learns(SQUID, HEIST, OZARK, replace(DEAD, original_language="en"))
    chronicle.detector.detect(chronicle.chart.id, chronicle.period(1))
    assert chronicle.holders("nth:daily:KR:1") == [("squid", 1)]


def test_a_work_that_the_catalog_learns_of_is_no_other_holder() -> None:
    chronicle = Chronicle(CHANGE, SPREAD, REIGN, works=())
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US="Squid Game", KR="Squid Game")
    chronicle.arrives(2, US="Squid Game", KR="Squid Game")
    assert sent(chronicle.learns(SQUID)) == []
    assert chronicle.holders("new:daily:US:2022-01-02") == [("squid", 1)]
    assert chronicle.held("new:daily:US:2022-01-02").status is Status.ANNOUNCED


def test_a_slot_goes_on_under_the_id_that_the_catalog_has_for_its_work() -> None:
    chronicle = Chronicle(REIGN, works=())
    a_run(chronicle, "Ozark", "Squid Game", "Squid Game")
    old, new = "reign:daily:US:unlisted:series:squid game:2", "reign:daily:US:squid:2"
    (bulletin,) = chronicle.learns(SQUID)
    moved, gone = chronicle.held(new), chronicle.held(old)
    assert (moved.status, moved.silent, moved.revision) == (Status.ANNOUNCED, True, 1)
    assert chronicle.evidence(new)["replaces"]["slot"] == old
    assert (gone.status, gone.silent, gone.reasons) == (Status.RETRACTED, True, ())
    assert gone.headline.startswith("Recorded under another name: Squid Game for 2 days")
    evidence = chronicle.evidence(old)
    assert evidence["moved_to"] == new
    assert (evidence["replaces"]["slot"], evidence["replaces"]["revision"]) == (old, 1)
    (change,) = (change for change in bulletin.changes if change.milestone is gone)
    assert change.replaced is not None
    assert change.replaced.status is Status.ANNOUNCED


def test_what_was_sent_of_a_slot_goes_with_it_to_its_other_id() -> None:
    chronicle = Chronicle(REIGN, works=())
    a_run(chronicle, "Ozark", "Squid Game", "Squid Game")
    chronicle.learns(SQUID)
    assert chronicle.entry("reign:daily:US:unlisted:series:squid game:2").sent is None
    assert chronicle.entry("reign:daily:US:squid:2").is_believed


def test_a_season_of_a_work_that_the_catalog_learns_of_is_no_other_season() -> None:
    chronicle = Chronicle(replace(REIGN, count=Count.SEASONS), works=())
    a_run(chronicle, "Ozark", "Squid Game|Season 1", "Squid Game|Season 1")
    assert sent(chronicle.learns(SQUID)) == []
    assert chronicle.evidence("reign:daily:US:unlisted:series:squid game/1:2")["moved_to"] == (
        "reign:daily:US:squid/1:2"
    )


def test_a_retraction_says_what_it_replaces_and_nothing_else() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game")
    before = chronicle.held("nth:daily:US:1")
    chronicle.arrives(1, US="Ozark")
    gone = chronicle.held("nth:daily:US:1")
    assert (gone.status, gone.silent, gone.reasons) == (Status.RETRACTED, False, ())
    assert gone.as_json()["evidence"] == {
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


def test_what_was_sent_under_another_id_is_retracted() -> None:
    chronicle = Chronicle(REIGN, works=())
    for day in range(3):
        chronicle.arrives(day, US="Ozark" if day == 0 else "Squid Game")
    chronicle.learns(SQUID)
    assert sent(chronicle.arrives(1, US="Ozark")) == [("reign:daily:US:squid:2", Status.RETRACTED)]


def of_two_names(*titles: Ones) -> Chronicle:
    """Return the record of works that stood under two titles, day by day, before anybody knew."""
    chronicle = Chronicle(REIGN, works=())
    a_run(chronicle, *titles)
    return chronicle


SAME = replace(SQUID, aliases=("Ojingeo Geim",))


def test_of_two_works_that_are_one_the_later_claim_is_retracted() -> None:
    chronicle = of_two_names("Ozark", "Squid Game", "Squid Game", "Ozark", "Ojingeo Geim", "Ojingeo Geim")
    lost = "reign:daily:US:unlisted:series:ojingeo geim:2"
    assert sent(chronicle.learns(SAME)) == [(lost, Status.RETRACTED)]
    assert chronicle.holders("reign:daily:US:squid:2") == [("squid", 2)]
    gone = chronicle.held(lost)
    assert gone.moved_to == "reign:daily:US:squid:2"
    assert gone.headline.startswith("Retracted, as it is the same work as Squid Game: Ojingeo Geim for 2 days")
    assert sent(chronicle.arrives(1, US="Money Heist")) == [("reign:daily:US:squid:2", Status.CORRECTED)]


def test_what_was_sent_of_one_of_two_works_that_are_one_is_put_right() -> None:
    chronicle = of_two_names("Squid Game", "Squid Game", "Ozark", "Ojingeo Geim", "Ojingeo Geim")
    assert chronicle.entry("reign:daily:US:unlisted:series:squid game:2").sent is None
    assert sent(chronicle.learns(SAME)) == [("reign:daily:US:squid:2", Status.CORRECTED)]
    assert chronicle.held("reign:daily:US:unlisted:series:ojingeo geim:2").silent
    assert sent(chronicle.arrives(1, US="Money Heist")) == [("reign:daily:US:squid:2", Status.CORRECTED)]


def test_a_slot_recorded_only_is_sent_where_another_of_its_work_was() -> None:
    chronicle = Chronicle(REIGN, works=(SQUID,))
    a_run(chronicle, "Squid Game", "Squid Game", "Ozark", "Ojingeo Geim", "Ojingeo Geim")
    assert chronicle.entry("reign:daily:US:squid:2").sent is None
    assert sent(chronicle.learns(SAME)) == [("reign:daily:US:squid:2", Status.CORRECTED)]
    assert chronicle.held("reign:daily:US:unlisted:series:ojingeo geim:2").silent


def test_a_title_of_no_catalog_goes_on_under_its_new_name_once_that_is_shown_of_one_period() -> None:
    chronicle = Chronicle(replace(REIGN, at=(1,)), works=())
    a_run(chronicle, "Squid Game", "Ozark", "Squid Game+", "Ozark", "Squid Game+")
    new, former = (f"reign:daily:US:unlisted:series:{title}:1" for title in ("squid game", "squid game+"))
    assert sent(chronicle.arrives(2, US="Squid Game")) == [(new, Status.CORRECTED)]
    assert chronicle.held(former).moved_to == new
    assert sent(chronicle.arrives(4, US="Squid Game")) == []


def test_what_was_sent_of_two_works_stays_true_of_the_one_that_they_are() -> None:
    both = ("Squid Game", "Ojingeo Geim")
    chronicle = of_two_names("Ozark", both, both)
    assert sent(chronicle.learns(SAME)) == []
    assert sent(chronicle.arrives(1, US="Money Heist")) == [("reign:daily:US:squid:2", Status.RETRACTED)]


def test_a_retracted_slot_that_goes_on_from_another_is_sent_again() -> None:
    chronicle = Chronicle(REIGN, works=(SQUID,))
    a_run(chronicle, "Ozark", "Squid Game", "Squid Game")
    assert sent(chronicle.arrives(2, US="Money Heist")) == [("reign:daily:US:squid:2", Status.RETRACTED)]
    a_run(chronicle, None, None, None, "Ojingeo Geim", "Ojingeo Geim")
    assert sent(chronicle.learns(SAME)) == [("reign:daily:US:squid:2", Status.ANNOUNCED)]
    assert chronicle.holders("reign:daily:US:squid:2") == [("squid", 4)]


def test_what_a_rewritten_rule_took_back_unsent_is_not_sent_again() -> None:
    chronicle = Chronicle(NTH)
    chronicle.arrives(0, US="Ozark")
    assert sent(chronicle.arrives(1, US="Squid Game")) == [("nth:daily:US:1", Status.ANNOUNCED)]
    assert sent(chronicle.obeys(replace(NTH, at=(2,)))) == []
    assert chronicle.slots() == set()
    assert sent(chronicle.obeys(NTH)) == []
    assert sent(chronicle.arrives(1, US="Money Heist")) == [("nth:daily:US:1", Status.CORRECTED)]


def test_a_back_fill_brings_wording_and_evidence_up_to_date_and_sends_none() -> None:
    chronicle = Chronicle(NTH)
    chronicle.arrives(2, US="Ozark")
    chronicle.arrives(3, US="Squid Game")
    bulletins = [*chronicle.arrives(0, US="Ozark"), *chronicle.arrives(1, US="Ozark")]
    assert chronicle.held("nth:daily:US:1").headline.endswith("in records since 2022-01-01")
    evidence = chronicle.evidence("nth:daily:US:1")
    assert (evidence["periods_expected"], evidence["periods_seen"], evidence["gaps"]) == (4, 4, [])
    # Between the two days a period was missing, which makes it provisional, and then confirms it.
    assert sent(bulletins) == [("nth:daily:US:1", Status.PROVISIONAL), ("nth:daily:US:1", Status.ANNOUNCED)]


def test_a_slot_that_a_rule_of_another_kind_holds_by_now_is_recorded_as_such() -> None:
    its = ("same", Scope.CHART, "{title}", "{title}")
    chronicle = Chronicle(ReignRule(*its, at=(1,)))
    chronicle.arrives(0, US="Ozark")
    assert sent(chronicle.obeys(SpreadRule(*its, at=(1,)))) == []
    assert chronicle.held("same:daily:*:ozark:1").kind == "spread"


def test_a_renaming_to_a_title_that_was_at_the_top_before_is_processed() -> None:
    chronicle = Chronicle(CHANGE, REIGN, chart=replace(CHART, identifying=("hours",)))
    for number, title, hours in ((0, "La casa de papel", "3"), (1, "Money Heist", "2"), (1, "La casa de papel", "2")):
        edition = Edition("US", (Entry(1, title, None, Kind.SERIES, (("hours", hours),)),))
        publication = Publication(chronicle.chart, chronicle.period(number), (edition,), chronicle.document)
        store_publication(publication, chronicle.charts)
        chronicle.detector.detect(chronicle.chart.id, publication.period)
    assert chronicle.held(f"reign:daily:US:{HEIST.id}:2").period == chronicle.period(1)
