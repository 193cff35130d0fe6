"""Titles of no catalog, said in part or spelt otherwise: nobody can say if the one is the other."""

from dataclasses import replace
from itertools import permutations, product

import pytest

from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.milestones.fold import fold
from chartwatch.domain.milestones.milestone import Bulletin, Status
from chartwatch.domain.rules.change import ChangeRule
from chartwatch.domain.rules.nth import NthRule
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import RuleSet, Scope
from chartwatch.domain.works.renames import Renaming
from chartwatch.domain.works.work import Kind, Work
from chartwatch.services.updating import store_publication
from tests.chronicle import Chronicle

CHART = Chart("daily", "the daily chart", "somewhere", Cadence.DAY, 1)
CHANGE = ChangeRule("new", Scope.TERRITORY, "{title} is new", "new")
RUN = ReignRule("run", Scope.TERRITORY, "{title} for {n}", "{n}", at=(2, 3))
ANY = NthRule("any", Scope.TERRITORY, "{title} {is} {ordinal}", "{ordinal}", at=(1, 2, 3, 4))

Said = tuple[str, str | None, str | None]
"""A title, its kind and its creator, as a row says them."""

OLD: Said = ("Old", "film", "Somebody")
WHOLE: Said = ("Alpha: One", "film", "Beck")


def chronicle(*works: Work) -> Chronicle:
    return Chronicle(CHANGE, RUN, ANY, works=works, chart=CHART)


def arrives(its: Chronicle, number: int, said: Said) -> list[Bulletin]:
    title, kind, creator = said
    entry = Entry(1, title, None, Kind(kind) if kind else None, credit=creator)
    editions = (Edition("US", (entry,)),)
    store_publication(Publication(CHART, its.period(number), editions, Provenance("d", None, "0" * 64)), its.charts)
    return its.detector.detect(CHART.id, its.period(number))


def statuses(its: Chronicle) -> dict[str, bool]:
    """Return which slots are held, and whether they are certain."""
    return {slot: its.held(slot).is_certain for slot in its.slots()}


def day(number: int) -> str:
    return f"new:daily:US:2022-01-{number + 1:02}"


LESS = {
    "no kind": ("Alpha: One", None, "Beck"),
    "no creator": ("Alpha: One", "film", None),
    "neither": ("Alpha: One", None, None),
    "spelt otherwise": ("Alpha - One!", "film", "Beck"),
}


@pytest.mark.parametrize("less", LESS.values(), ids=LESS)
@pytest.mark.parametrize("is_whole_first", [True, False])
def test_what_says_less_is_perhaps_not_new_the_day_after_what_says_more_and_the_other_way_round(
    less: Said, is_whole_first: bool
) -> None:
    its = chronicle()
    both = (WHOLE, less) if is_whole_first else (less, WHOLE)
    for number, said in enumerate((OLD, *both)):
        arrives(its, number, said)
    held = statuses(its)
    assert held[day(1)]
    assert not held[day(2)]
    (reason,) = its.held(day(2)).reasons
    assert reason.said.startswith(f"nobody can say which {both[1][0]} was #1, ")


@pytest.mark.parametrize("less", LESS.values(), ids=LESS)
def test_what_says_all_is_itself_once_it_has_been_there(less: Said) -> None:
    its = chronicle()
    for number, said in enumerate((OLD, WHOLE, OLD, less, OLD, WHOLE, WHOLE)):
        arrives(its, number, said)
    assert statuses(its)[day(5)]
    assert its.held("run:daily:US:unlisted:film:alpha: one:by:beck:2").holders[0].work_id.endswith(":by:beck")


@pytest.mark.parametrize("less", LESS.values(), ids=LESS)
def test_a_catalog_that_lists_the_title_says_that_they_are_one(less: Said) -> None:
    its = chronicle(Work("alpha", "Alpha: One", Kind.FILM, creators=("Beck",)))
    for number, said in enumerate((OLD, WHOLE, less, WHOLE)):
        arrives(its, number, said)
    assert statuses(its)["run:daily:US:alpha:3"]
    assert day(2) not in its.slots()


@pytest.mark.parametrize("less", LESS.values(), ids=LESS)
def test_whoever_lists_it_later_is_told_so(less: Said) -> None:
    its = chronicle()
    for number, said in enumerate((OLD, WHOLE, less)):
        arrives(its, number, said)
    bulletins = its.learns(Work("alpha", "Alpha: One", Kind.FILM, creators=("Beck",)))
    taken_back = {c.milestone.slot for b in bulletins for c in b.changes if c.milestone.status is Status.RETRACTED}
    assert day(2) in taken_back
    assert statuses(its)["run:daily:US:alpha:2"]


LISTED = {
    "a kind is needed": (Work("alpha", "Alpha: One", Kind.FILM, "ko", ("KR",), needs_kind=True), "no kind"),
    "of another kind": (Work("alpha", "Alpha: One", Kind.FILM, needs_kind=True), "neither"),
    "a creator is not listed": (Work("alpha", "Alpha: One", Kind.FILM, "ko", ("KR",)), "no creator"),
}


@pytest.mark.parametrize(("work", "less"), LISTED.values(), ids=LISTED)
def test_a_work_that_is_found_by_one_row_may_be_what_a_later_one_names(work: Work, less: str) -> None:
    its = chronicle(work)
    said = LESS[less] if less == "no creator" else ("Alpha: One", None, None)
    # The row that the catalog knows is the one with a kind, or the one without a creator.
    both = (said, WHOLE) if less == "no creator" else (("Alpha: One", "film", None), said)
    for number, one in enumerate((OLD, *both, both[1])):
        arrives(its, number, one)
    held = statuses(its)
    assert held[day(1)]
    assert not held[day(2)]
    (reason,) = its.held(day(2)).reasons
    assert reason.said.startswith("nobody can say which Alpha: One was #1, ")


def test_what_says_something_else_is_something_else() -> None:
    its = chronicle()
    other: tuple[Said, ...] = (
        ("Alpha: One", "series", "Beck"),
        ("Alpha: One", "film", "Bush"),
        ("Alpha 1", "film", "Beck"),
    )
    for number, said in enumerate((OLD, WHOLE, *other)):
        arrives(its, number, said)
    assert all(statuses(its)[day(number)] for number in range(1, 5))


def test_numbers_that_are_written_in_other_ways_are_other_titles() -> None:
    its = chronicle()
    for number, title in enumerate(("Old", "9-1-1", "9/11", "911")):
        arrives(its, number, (title, "film", None))
    assert all(statuses(its)[day(number)] for number in range(1, 4))


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_whatever_order_the_periods_come_the_record_is_one(order: tuple[int, ...]) -> None:
    titles = (OLD, LESS["no kind"], WHOLE, LESS["no creator"])
    straight, other = chronicle(), chronicle()
    for number in range(4):
        arrives(straight, number, titles[number])
    for number in order:
        arrives(other, number, titles[number])
    assert statuses(other) == statuses(straight)
    assert {slot: other.held(slot).holders for slot in other.slots()} == {
        slot: straight.held(slot).holders for slot in straight.slots()
    }


def readings(rows: tuple[Said, ...]) -> set[tuple[int, ...]]:
    """Return all works that rows could be of, by number, if those who say the same are the same."""
    found = set()
    distinct = list(dict.fromkeys(rows))
    for meant in product(range(len(distinct)), repeat=len(distinct)):
        agree = all(
            None in pair or pair[0] == pair[1]
            for one, work in zip(distinct, meant, strict=True)
            for other, its in zip(distinct, meant, strict=True)
            if work == its
            for pair in zip(one[1:], other[1:], strict=True)
        )
        if agree:
            found.add(tuple(meant[distinct.index(row)] for row in rows))
    return found


ROWS: tuple[Said, ...] = (("Alpha", "film", None), ("Alpha", None, None), ("Alpha", "series", None))


@pytest.mark.parametrize("rows", list(product(ROWS, repeat=4)))
def test_what_is_certain_is_so_in_every_reading(rows: tuple[Said, ...]) -> None:
    its = chronicle()
    for number, said in enumerate((OLD, *rows)):
        arrives(its, number, said)
    for works in readings(rows):
        for number in range(1, len(rows)):
            if statuses(its).get(day(number + 1)):
                assert works[number] != works[number - 1], (rows, works, number)
        for slot in its.slots():
            if slot.startswith("any:") and (m := its.held(slot)).is_certain and m.n:
                at = (m.period - its.period(1)).days
                if at >= 0:
                    assert len(set(works[: at + 1])) + 1 == m.n, (rows, works, slot)
            if slot.startswith("run:") and (m := its.held(slot)).is_certain and m.n:
                at = (m.period - its.period(1)).days
                assert len(set(works[at - m.n + 1 : at + 1])) == 1, (rows, works, slot)


@pytest.mark.parametrize("is_renamed", [True, False])
def test_a_title_that_was_renamed_may_be_one_that_says_less_under_its_new_name(is_renamed: bool) -> None:
    its = chronicle()
    for number, said in enumerate((WHOLE, OLD, ("Beta: Two", None, "Beck"))):
        arrives(its, number, said)
    *earlier, last = its.charts.summaries(CHART.id)
    renaming = Renaming("2022-01-09T00:00:00Z", Kind.FILM, "Alpha: One", "Beta: Two")
    last = replace(last, renamings=(renaming,) if is_renamed else ())
    claims, _ = fold([*earlier, last], its.catalog, RuleSet([ANY]))
    assert [bool(claim.reasons) for claim in claims if claim.period == its.period(2)] == [is_renamed]
