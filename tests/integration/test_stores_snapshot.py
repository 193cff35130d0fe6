"""What the file of a snapshot says, word by word, and how it answers without being read as a whole."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.adapters.record_files import packed, unpacked
from chartwatch.domain.charts.publications import NumberOne
from chartwatch.domain.milestones.methods import RunsOfMethod
from chartwatch.domain.milestones.snapshot import Identity, Overlay, ScopeState, Snapshot
from chartwatch.domain.rules.firsts import Topped
from chartwatch.domain.rules.rule import Count
from chartwatch.domain.rules.standing import Coverage, EndedRuns, JointRival, Possible, Reigns, Rival, Run
from chartwatch.domain.works.charted import Charted
from chartwatch.domain.works.claimants import Claimant
from chartwatch.domain.works.meanings import Identified, Meanings, Undecided
from chartwatch.domain.works.renames import Renaming
from chartwatch.domain.works.work import Kind, Work

FIRST, THEN, LAST = (date.fromordinal(day) for day in (738_000, 738_001, 738_002))
RENAMING = Renaming("2022-01-09T00:00:00Z", Kind.FILM, "Before", "After")
SEASON = Topped("elite", "2", "Elite", Kind.SERIES, "Season 2", FIRST)
WHOLE = Topped("elite", None, "Elite", None, None, FIRST)
SONG = Topped("song", None, "Flowers", None, None, THEN, "Miley Cyrus")
RUN = Run(THEN, 2, Possible(3, ((FIRST, THEN),)), EndedRuns(1, 1, Possible(1)), True, True, False)
REIGNS = Reigns(
    {"song": RUN},
    longest_ended=4,
    rival=Rival(Claimant("elite", "2", Work("elite", "Elite"), "Season 2"), Possible(4)),
)
TOGETHER = Reigns({}, 0, Rival(), {"perhaps:song": RUN}, JointRival("perhaps:song", Possible(5, ((FIRST, LAST),))))
FULL = Snapshot(
    scopes={
        "US": ScopeState(
            Coverage(
                FIRST,
                LAST,
                2,
                ((THEN, THEN),),
                (
                    NumberOne("Elite", "Season 2", Kind.SERIES),
                    NumberOne("Elite", None, None, "tmdb:1"),
                    NumberOne("Flowers", None, None, None, "Miley Cyrus"),
                ),
                (THEN,),
            ),
            {Count.SEASONS: {("elite", "2"): SEASON}, Count.WORKS: {("elite", None): WHOLE, ("song", None): SONG}},
            {Count.WORKS: REIGNS},
            {Count.WORKS: {"어둠": EndedRuns(7, 5, Possible(6, ((FIRST, FIRST),)))}},
            {Count.WORKS: RunsOfMethod(TOGETHER, {"dark": EndedRuns(1, 1, Possible(1))})},
        )
    },
    everywhere=frozenset({(Count.WORKS, "song"), (Count.SEASONS, "elite/2")}),
    renamings={THEN: (RENAMING,)},
    charted={Charted(None, "flowers", "miley cyrus"): THEN, Charted(Kind.SERIES, "elite"): FIRST},
    last=LAST,
    periods=3,
    meanings=Meanings(
        frozenset({"squid", "dark"}),
        {"riddle": Undecided("A Riddle", Kind.FILM, FIRST, ("riddle-2020", "riddle"))},
        {"tmdb:1": Identified("elite", FIRST)},
        frozenset({"unlisted:film:it:2022-01-09", "unlisted:film:crash:2022-01-02"}),
    ),
    lent=(RENAMING,),
    precedents={("nth", "한국"): {2: 5, 1: 7}, ("first", ""): {1: 3}},
)
RUN_AS_JSON = [738_001, 2, [3, [738_000, 738_001]], [1, 1, 1], True, True, False]
AS_JSON: dict[str, Any] = {
    "titles": [
        ["elite", "2", "Elite", "series", "Season 2"],
        ["elite", None, "Elite", None, None],
        ["song", None, "Flowers", None, None, "Miley Cyrus"],
    ],
    "scopes": {
        "US": {
            "coverage": [738_000, 738_002, 2, [[738_001, 738_001]], [738_001]],
            "number_ones": [
                ["Elite", "Season 2", "series"],
                ["Elite", None, None, "tmdb:1"],
                ["Flowers", None, None, None, "Miley Cyrus"],
            ],
            "topped": {"seasons": ",0:738000", "works": ",1:738000,2:738001"},
            "reigns": {"works": [4, ["elite", "2", "Elite", "Season 2", 4], {"song": RUN_AS_JSON}]},
            "ended": {"works": '{"어둠":[7,5,6,[738000,738000]]}'},
            "of_method": {
                "works": [
                    [0, None, {}, {"perhaps:song": RUN_AS_JSON}, ["perhaps:song", 5, [738_000, 738_002]]],
                    '{"dark":[1,1,1]}',
                ]
            },
        }
    },
    "everywhere": [["seasons", "elite/2"], ["works", "song"]],
    "renamings": {str(THEN): [["2022-01-09T00:00:00Z", "film", "Before", "After"]]},
    "charted": [[None, "flowers", 738_001, "miley cyrus"], ["series", "elite", 738_000]],
    "last": str(LAST),
    "periods": 3,
    "meanings": {
        "recent": ["dark", "squid"],
        "preceded": ["unlisted:film:crash:2022-01-02", "unlisted:film:it:2022-01-09"],
        "undecided": {"riddle": ["A Riddle", "film", 738_000, ["riddle-2020", "riddle"]]},
        "by_id": {"tmdb:1": ["elite", 738_000]},
    },
    "lent": [["2022-01-09T00:00:00Z", "film", "Before", "After"]],
    "precedents": [["first", "", [[1, 3]]], ["nth", "한국", [[1, 7], [2, 5]]]],
}
NOTHING: dict[str, Any] = {key: [] for key in ("titles", "everywhere", "charted", "precedents")}
NOTHING |= {"scopes": {}, "renamings": {}, "last": None, "periods": 0}


def as_json(snapshot: Snapshot) -> Any:
    return json.loads(gzip.decompress(packed("snapshot", snapshot)))["snapshot"]


def again(snapshot: Snapshot) -> Snapshot:
    read: Snapshot = unpacked("snapshot", packed("snapshot", snapshot))
    return read


@pytest.mark.parametrize(("snapshot", "says"), [(FULL, AS_JSON), (Snapshot(), NOTHING)], ids=["full", "empty"])
def test_a_snapshot_is_written_in_these_words_and_read_again(snapshot: Snapshot, says: Any) -> None:
    assert as_json(snapshot) == says
    assert again(snapshot) == snapshot
    assert as_json(again(snapshot)) == says


def is_read(lines: Mapping[Identity, Topped]) -> bool:
    """Return whether an honour roll of a file was read as a whole."""
    return "_all" in vars(lines)


def test_the_rival_of_a_run_is_named_as_it_was() -> None:
    rival = again(FULL).scopes["US"].reigns[Count.WORKS].rival
    assert (rival.claimant.work, rival.claimant.label) == (Work("elite", "Elite"), "Season 2")


def test_an_honour_roll_answers_of_one_title_without_being_read_as_a_whole() -> None:
    roll = again(FULL).scopes["US"].first_topped[Count.WORKS]
    assert (roll["song", None], roll["elite", None]) == (SONG, WHOLE)
    assert ("song", None) in roll
    assert not is_read(roll)
    # Of what is on another roll of the file, or on none, there is no line.
    for other in (("elite", "2"), ("dark", None)):
        assert other not in roll
        assert roll.get(other) is None


def test_lines_that_have_come_are_added_to_a_roll_with_their_titles_and_the_others_stay_as_they_were() -> None:
    read = again(FULL)
    new = [
        SONG._replace(work_id=name, title=title, since=since)
        for name, title, since in (("b", "Beta", LAST), ("a", "Alpha", LAST), ("c", "Gamma", THEN))
    ]
    state = read.scopes["US"]
    before: Any = state.first_topped[Count.WORKS]
    roll: Mapping[Identity, Topped] = Overlay(before, {(line.work_id, None): line for line in new})
    now = Snapshot(scopes={"US": ScopeState(state.coverage, {**state.first_topped, Count.WORKS: roll})})
    written = as_json(now)
    assert [row[2] for row in written["titles"]] == ["Elite", "Elite", "Flowers", "Gamma", "Alpha", "Beta"]
    assert written["scopes"]["US"]["topped"] == {
        "seasons": ",0:738000",
        "works": ",1:738000,2:738001,5:738002,4:738002,3:738001",
    }
    assert "of_method" not in written["scopes"]["US"]
    # What stood in the file is written as it was read: a step takes no longer for what has come before.
    assert not any(is_read(lines) for lines in state.first_topped.values())
    assert again(now) == now


ENDED = EndedRuns(7, 5, Possible(6, ((FIRST, FIRST),)))
LATER = EndedRuns(2, 1, Possible(1))
KEYS = st.text(st.sampled_from('a,:"{}[]\\é\n'), max_size=4)


def with_ended(ended: Mapping[str, EndedRuns]) -> Snapshot:
    state = FULL.scopes["US"]
    return replace(FULL, scopes={"US": replace(state, ended={Count.WORKS: ended})})


def ended_of(snapshot: Snapshot) -> Mapping[str, EndedRuns]:
    return snapshot.scopes["US"].ended[Count.WORKS]


@given(
    ended=st.dictionaries(KEYS, st.sampled_from([ENDED, LATER])),
    more=st.dictionaries(KEYS, st.sampled_from([ENDED, LATER])),
)
def test_ended_runs_of_a_file_are_read_and_replaced_one_by_one(
    ended: dict[str, EndedRuns], more: dict[str, EndedRuns]
) -> None:
    read = ended_of(again(with_ended(ended)))
    laid = Overlay(read, more)
    assert {key: laid.get(key) for key in (*ended, *more, "b")} == {
        key: (ended | more).get(key) for key in (*ended, *more, "b")
    }
    assert {key: (key in read, key in laid) for key in (*ended, *more, "b")} == {
        key: (key in ended, key in ended | more) for key in (*ended, *more, "b")
    }
    written = packed("snapshot", with_ended(laid))
    assert written == packed("snapshot", with_ended(ended | more))
    assert "_all" not in vars(read)
    assert list(laid.items()) == list((ended | more).items())
    assert (list(laid), list(laid.values()), len(laid)) == (
        [*(ended | more)],
        [*(ended | more).values()],
        len(ended | more),
    )
