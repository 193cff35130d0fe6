"""Works by the ids that providers have for them: titles may change freely, and one title may be two works."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chartwatch.domain.charts.publications import Edition, Entry, Publication
from chartwatch.domain.milestones.milestone import Bulletin, Status
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import Count, Scope
from chartwatch.domain.works.work import Kind, Work
from chartwatch.services.updating import store_publication
from tests.chronicle import CHANGE, DOCUMENT, NTH, OZARK, SQUID, Chronicle, sent
from tests.strategies import examples

REIGN = ReignRule("reign", Scope.TERRITORY, "{title}", "b", at=(2, 3))
RED = Work("red", "Red", Kind.SERIES, "ko", ("KR",))


def a_day(chronicle: Chronicle, number: int, *ones: tuple[str, str | None], fetched: int = 0) -> list[Bulletin]:
    """Let the edition of a day arrive with titles and ids at #1, from the document of that number."""
    entries = tuple(Entry(1, title, None, Kind.SERIES, (), its) for title, its in ones)
    document = replace(DOCUMENT, fetched_at=f"2022-02-01T{fetched:02}:00:00Z", sha256=f"{fetched:064}")
    edition = Publication(chronicle.chart, chronicle.period(number), (Edition("US", entries),), document)
    store_publication(edition, chronicle.charts)
    return chronicle.detector.detect(chronicle.chart.id, chronicle.period(number))


def days(chronicle: Chronicle, *ones: tuple[str, str | None]) -> Chronicle:
    for number, one in enumerate(ones):
        a_day(chronicle, number, one)
    return chronicle


OTHER = ("Ozark", "f:9")


def test_a_title_that_changes_under_one_id_is_no_new_number_one() -> None:
    its = days(Chronicle(CHANGE, REIGN, works=(RED, OZARK)), OTHER, ("Red", "f:1"), ("Rouge", "f:1"), ("Rot", "f:1"))
    assert its.holders("new:daily:US:2022-01-02") == [("red", 1)]
    assert its.slots() == {"new:daily:US:2022-01-02", "reign:daily:US:red:2", "reign:daily:US:red:3"}


def test_two_ids_of_one_title_are_two_works_and_the_second_is_not_the_catalog_s() -> None:
    its = days(Chronicle(CHANGE, NTH, works=(RED, OZARK)), OTHER, ("Red", "f:1"), ("Red", "f:2"), ("Red", "f:1"))
    assert its.holders("new:daily:US:2022-01-03") == [("unlisted:series:red", 2)]
    assert its.holders("new:daily:US:2022-01-04") == [("red", 3)]
    assert "nth:daily:US:2" not in its.slots(), "its language is unknown"


def test_two_ids_of_one_unlisted_title_are_two_works() -> None:
    its = days(Chronicle(CHANGE, works=(OZARK,)), OTHER, ("Red", "f:1"), ("Red", "f:2"), ("Red", "f:3"), ("Red", "f:2"))
    works = [its.holders(f"new:daily:US:2022-01-0{day}")[0][0] for day in (2, 3, 4, 5)]
    assert len(set(works)) == 3
    assert works[1] == works[3]


def test_a_work_is_found_by_the_id_that_the_catalog_names_whatever_the_title() -> None:
    french = replace(RED, title="Le Rouge", ids=("f:1", "netflix:81040344"))
    its = days(Chronicle(NTH, works=(french, SQUID, OZARK)), OTHER, ("Something", "f:1"), ("Squid Game", "f:1"))
    assert its.holders("nth:daily:US:1") == [("red", 1)]
    assert "nth:daily:US:2" not in its.slots()


def test_a_work_of_another_id_is_not_meant_by_its_title() -> None:
    its = days(Chronicle(NTH, CHANGE, works=(replace(RED, ids=("f:1",)), OZARK)), OTHER, ("Red", "f:2"))
    assert its.holders("new:daily:US:2022-01-02") == [("unlisted:series:red", 1)]
    its = days(Chronicle(NTH, CHANGE, works=(replace(RED, ids=("g:1",)), OZARK)), OTHER, ("Red", "f:2"))
    assert its.holders("new:daily:US:2022-01-02") == [("red", 1)], "ids of two schemes cannot be compared"


def test_an_id_decides_which_of_several_works_of_a_title_is_meant() -> None:
    older = replace(RED, id="older", release_date=date(2013, 1, 1), ids=("f:1",))
    newer = replace(RED, id="newer", release_date=date(2019, 1, 1))
    its = days(Chronicle(CHANGE, works=(older, newer, OZARK)), OTHER, ("Red", "f:1"), ("Red", "f:2"), ("Red", None))
    assert its.holders("new:daily:US:2022-01-02") == [("older", 1)]
    assert its.holders("new:daily:US:2022-01-03") == [("newer", 2)], "the other one has another id"
    assert its.held("new:daily:US:2022-01-04").because, "without an id it may be either"


def test_who_learns_the_id_of_a_work_recounts_from_where_it_was_number_one() -> None:
    its = days(Chronicle(NTH, works=(RED, OZARK)), OTHER, ("Rouge", "f:1"), ("Ozark", "f:9"))
    assert "nth:daily:US:1" not in its.slots()
    its.learns(replace(RED, ids=("f:1",)), OZARK)
    assert its.holders("nth:daily:US:1") == [("red", 1)]


def test_who_learns_the_id_of_a_work_is_told_what_is_new_of_it_and_no_correction() -> None:
    its = days(Chronicle(CHANGE, REIGN, NTH, works=(RED, OZARK)), OTHER, ("Rouge", "f:1"), ("Rouge", "f:1"), OTHER)
    told = sent(its.learns(replace(RED, ids=("f:1",)), OZARK))
    assert told == [("nth:daily:US:1", Status.ANNOUNCED)]


def test_another_title_under_the_same_id_is_told_nobody_also_on_a_chart_of_number_ones() -> None:
    its = Chronicle(CHANGE, REIGN, works=(OZARK,))
    its.chart = replace(its.chart, depth=1)
    days(its, OTHER, ("Red", "f:1"), ("Red", "f:1"))
    told = [sent(a_day(its, number, ("Rouge", "f:1"), fetched=1)) for number in (1, 2)]
    assert told == [[], []]


def test_another_id_under_the_same_title_is_another_work_and_is_told() -> None:
    its = Chronicle(CHANGE, works=(OZARK,))
    days(its, OTHER, ("Red", "f:1"), OTHER, ("Red", "f:1"))
    told = sent(a_day(its, 3, ("Red", "f:2"), fetched=1))
    assert [slot for slot, _ in told] == ["new:daily:US:2022-01-04"]


@examples(50)
@given(st.lists(st.tuples(st.sampled_from(["f:1", "f:2", "f:3"]), st.sampled_from("ABC")), min_size=3, max_size=8))
def test_titles_do_not_matter_where_there_are_ids(ones: Sequence[tuple[str, str]]) -> None:
    def said(titles: bool) -> list[tuple[str, list[int]]]:
        rules = (CHANGE, replace(REIGN, count=Count.SEASONS))
        its = days(Chronicle(*rules, works=()), *((title if titles else its_id, its_id) for its_id, title in ones))
        slots = ((slot, its.held(slot)) for slot in its.slots())
        return sorted((m.period.isoformat(), [(h.since - DAY) // timedelta(1) for h in m.holders]) for _, m in slots)

    assert said(titles=True) == said(titles=False)


DAY = date(2022, 1, 1)
