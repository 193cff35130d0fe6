"""What a rebuild changes, as people and machines are told of it."""

import json

from chartwatch.cli.rebuild import rebuilt_as_json, rebuilt_lines
from tests.chronicle import NTH, Chronicle, a_run


def test_machines_are_told_each_change_as_replay_tells_it_and_whether_it_is_sent() -> None:
    *_, bulletin = a_run(Chronicle(NTH), "Ozark", "Squid Game")
    found = json.loads(json.dumps(rebuilt_as_json("daily", bulletin, written=True)))
    assert (found["chart"], found["is_written"], found["bulletin"]) == ("daily", True, bulletin.id)
    (change,) = found["changes"]
    assert change == {**json.loads(json.dumps(bulletin.changes[0].milestone.as_json())), "is_sent": True}
    assert rebuilt_as_json("daily", bulletin, written=False)["bulletin"] is None


def test_a_rebuild_that_changes_nothing_says_so_to_both() -> None:
    nothing = {"chart": "daily", "is_written": False, "bulletin": None, "changes": []}
    assert rebuilt_as_json("daily", None, written=False) == nothing
    assert list(rebuilt_lines("daily", None, written=False)) == [
        "no change of daily: nothing was written; --write does, and --send also sends"
    ]
