"""Claims about the files of records as bytes: the same for the same value, and read back as what was written."""

import gzip
import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chartwatch.adapters.memory import MemoryRecord
from chartwatch.adapters.record import _head_item
from chartwatch.adapters.record_files import FormatTooNew, packed, unpacked
from chartwatch.domain.charts.publications import NumberOne
from chartwatch.domain.milestones.fold import fold
from chartwatch.domain.milestones.ledger import Ledger
from chartwatch.domain.milestones.milestone import Status
from chartwatch.domain.milestones.snapshot import ScopeState, Snapshot, is_kept
from chartwatch.domain.rules.firsts import Topped
from chartwatch.domain.rules.rule import Count
from chartwatch.domain.rules.standing import EVERYWHERE, Coverage, EndedRuns, Possible, Reigns, Rival, Run
from chartwatch.domain.works.charted import Charted
from chartwatch.domain.works.claimants import Claimant
from chartwatch.domain.works.renames import Renaming
from chartwatch.domain.works.work import Kind, Work
from chartwatch.services.record import FORMAT, KEPT_FOR, SNAPSHOT, FileKind, Head, KeptSnapshot
from tests import courses as recorded
from tests.courses import run, straight
from tests.recorded import entries
from tests.strategies import courses, examples, other_facts, worlds

EXAMPLES = Path(__file__).parents[1] / "data" / "record"
"""A file of each kind in each format that was ever released: some of what courses of generated worlds wrote then."""


class Packing(MemoryRecord):
    """A record in memory whose files are bytes, all of which it remembers."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[tuple[str, Any]] = []

    def put(self, chart: str, kind: FileKind[Any], value: Any) -> str:
        self.written.append((kind.name, value))
        return super().put(chart, kind, packed(kind.name, value))

    def get(self, chart: str, kind: FileKind[Any], name: str) -> Any:
        return unpacked(kind.name, super().get(chart, kind, name))


@examples(100)
@given(st.data())
def test_every_file_is_read_back_as_it_was_written(data: st.DataObject) -> None:
    world = data.draw(worlds())
    course = data.draw(courses(world, other_facts=other_facts()))
    done, plain = run(course, done=recorded.Run(store=Packing())), run(course)
    for kind, value in done.store.written:
        body = packed(kind, value)
        again = unpacked(kind, body)
        assert again == value
        assert packed(kind, value) == packed(kind, again) == body
    assert done.bulletins == plain.bulletins
    for chart in world.chart_ids:
        assert entries(done.store, chart) == entries(plain.store, chart)


@examples(50)
@given(st.data())
def test_a_step_from_any_snapshot_writes_the_same_bytes(data: st.DataObject) -> None:
    """Whether it was read on the way or the fold began with nothing: a step taken again writes no other file."""
    world = data.draw(worlds())
    done = run(straight(world), done=recorded.Run(store=Packing()))
    for chart in world.chart_ids:
        head = done.store.head(chart)
        assert head is not None
        _, snapshot = fold(done.charts.summaries(chart), world.facts.catalog, world.facts.rule_set)
        last = done.store.get(chart, SNAPSHOT, head.snapshots[-1].file)
        assert packed("snapshot", last) == packed("snapshot", snapshot)


@pytest.mark.parametrize("kind", sorted(KEPT_FOR))
def test_a_file_of_a_later_format_is_told_by_its_number(kind: str) -> None:
    body = gzip.compress(json.dumps({"format": FORMAT + 1, "of another form": {}}).encode())
    with pytest.raises(FormatTooNew, match=str(FORMAT + 1)):
        unpacked(kind, body)


def test_a_head_stays_below_8_kb_after_70_years_of_days() -> None:
    days, first = 70 * 365 + 17, date(1956, 1, 1)

    def name(of: object) -> str:
        return hashlib.sha256(repr(of).encode()).hexdigest()

    kept = (KeptSnapshot(n, first + timedelta(n), name(("snapshot", n))) for n in range(days) if is_kept(n, days - 1))
    head = Head(
        chart="netflix-daily-series-by-country",
        version=99_999,
        rules={f"a-rule-of-some-length-{number}": name(("rule", number))[:32] for number in range(15)},
        catalog=name("catalog"),
        last=first + timedelta(days - 1),
        snapshots=tuple(kept),
        ledgers={year: name(("ledger", year)) for year in range(1956, 2026)},
        retracted=name("retracted"),
        renamings=name("renamings")[:32],
    )
    item = _head_item(head)
    assert len(head.snapshots) > 14
    assert sum(len(part) + len(*value.values()) for part, value in item.items()) < 8 * 1024


# What was written in each format.


def example(number: int, kind: str) -> Any:
    return unpacked(kind, (EXAMPLES / str(number) / f"{kind}.json.gz").read_bytes())


@pytest.mark.parametrize("number", range(1, FORMAT + 1))
@pytest.mark.parametrize("kind", sorted(KEPT_FOR))
def test_a_file_of_every_format_is_read_and_can_be_written_anew(number: int, kind: str) -> None:
    value = example(number, kind)
    assert unpacked(kind, packed(kind, value)) == value


@pytest.mark.parametrize("kind", ["ledger", "retracted"])
def test_a_ledger_of_format_1_is_read_as_what_it_says(kind: str) -> None:
    says = (EXAMPLES / "1" / f"{kind}.says.json").read_text()
    assert example(1, kind) == TypeAdapter(Ledger).validate_json(says)


@pytest.mark.parametrize("kind", ["ledger", "retracted"])
def test_in_format_2_a_slot_of_a_ledger_has_which_one_says_all_of_it(kind: str) -> None:
    before = example(1, kind)
    first, *_, last = sorted(before.entries)
    entry = replace(before.entries[first], said_by=last)
    assert example(2, kind) == replace(before, entries={**before.entries, first: entry})


def test_a_bulletin_of_format_1_is_read_as_what_it_says() -> None:
    bulletin = example(1, "bulletin")
    corrected, *_, moved = bulletin.changes
    assert (bulletin.chart, bulletin.number, bulletin.period) == ("weekly-films", 6, date(2021, 2, 14))
    assert bulletin.works["work-1"].release_date == date(2021, 1, 8)
    assert (corrected.milestone.status, corrected.milestone.silent) == (Status.CORRECTED, False)
    assert corrected.milestone.replaces.slot == moved.milestone.slot
    assert corrected.milestone.evidence.territories == {"The King’s Ace": ("AR",)}
    assert (corrected.replaced.was_sent, corrected.replaced.brief) == (True, "a first")
    assert corrected.replaced.attributes["language"] == ("es", "ko")
    assert moved.milestone.moved_to == corrected.milestone.slot


def test_a_snapshot_of_format_1_is_read_as_what_it_says() -> None:
    first, second, last = (date(2020, 12, day) for day in (28, 29, 31))
    gap = (date(2020, 12, 30), date(2020, 12, 30))
    before = Possible(9, ((date(2020, 12, 21), date(2020, 12, 27)), gap))
    ones = (NumberOne("Alpha", None, None),)
    whole = Topped("work-0", None, "Alpha", Kind.FILM, None, first)
    season = Topped("work-0", "1", "Alpha", Kind.FILM, "Season 1", first)

    def topped(works: date, seasons: date, *others: Topped) -> Any:
        by_season = (whole._replace(since=seasons), *others)
        return {
            Count.WORKS: {("work-0", None): whole._replace(since=works)},
            Count.SEASONS: {(its.work_id, its.season): its for its in by_season},
        }

    assert example(1, "snapshot") == Snapshot(
        scopes={
            "KR": ScopeState(Coverage(first, last, 3, (gap,), ones), topped(first, last, season)),
            "AR": ScopeState(Coverage(second, last, 2, (gap,), ones), topped(second, second)),
            EVERYWHERE: ScopeState(
                Coverage(first, last, 3, (gap,), ones),
                topped(first, second, season),
                reigns={
                    Count.SEASONS: Reigns(
                        {"work-0": Run(last, 1, Possible(3, (gap,)), EndedRuns(1, 1, Possible(2, (gap,))))},
                        longest_ended=2,
                        rival=Rival(Claimant("work-0", "1", Work("work-0", "Alpha"), "Season 1"), before),
                    )
                },
                ended={Count.SEASONS: {"work-0/1": EndedRuns(2, 2, before)}},
            ),
        },
        everywhere=frozenset({(Count.SEASONS, "work-0"), (Count.WORKS, "work-0")}),
        renamings={first: (Renaming("2022-01-09T00:00:00Z", Kind.FILM, "Former ALPHA", "ALPHA"),)},
        charted={Charted(Kind.FILM, "alpha"): first, Charted(None, "alpha"): second},
        last=last,
        periods=3,
    )
