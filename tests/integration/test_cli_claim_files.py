"""`chartwatch check --claims`: a file of claims, each of which has a verdict, or a mistake, on a line of its own."""

import json

import pytest

from tests.command_line import Write, assert_refused, run
from tests.weekly_reigns import CATALOG, RANKS, REIGNS, weekly

JSON_LINES = """\
{"id": "a", "chart": "tv", "territory": "US", "title": "Squid", "run": 3}
{"id": "b", "chart": "tv", "territory": "US", "title": "Squid", "run": 3, "as_of": "2022-01-30"}

{"id": "c", "slot": "nth-non-english-series:tv:US:1", "title": "Squid"}
{"chart": "tv", "territory": "US", "title": "Heist", "on": "2023-01-01"}
"""
CSV = """\
id,chart,territory,title,run,as-of,on,slot
a,tv,US,Squid,3,,,
b,tv,US,Squid,3,2022-01-30,,
,,,,,,,
c,,,Squid,,,,nth-non-english-series:tv:US:1
,tv,US,Heist,,,2023-01-01,
"""


@pytest.mark.parametrize("claims", [JSON_LINES, CSV], ids=["JSON Lines", "CSV"])
def test_each_claim_of_a_file_has_a_verdict_on_a_line(write: Write, claims: str) -> None:
    file, catalog = write("claims", claims), write("catalog.csv", CATALOG)
    tv = write("tv.csv", RANKS + weekly(REIGNS.split()))
    history = ("--from", f"csv,chart=tv,name=the TV chart,cadence=week,depth=2,shortest=1:{tv}", "--catalog", catalog)
    done = run("check", "--claims", file, *history, "--format", "jsonl")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 1
    first = 1 if claims is JSON_LINES else 2
    assert [(its["line"] - first, its["id"], its["verdict"]) for its in found] == [
        (0, "a", "true"),
        (1, "b", "false"),
        (3, "c", "true"),
        (4, None, "unknown"),
    ]
    assert found[1]["claim"]["as_of"] == "2022-01-30"
    text = run("check", "--claims", file, *history)
    assert text.exit_code == 1
    assert [line.split(":")[0] for line in text.stdout.splitlines()] == [
        *(f"{first} a", f"{first + 1} b", f"{first + 3} c", f"{first + 4}")
    ]
    alone = run("check", "nth-non-english-series:tv:US:1", "--title", "Squid", *history, "--format", "json")
    its = json.loads(alone.stdout)
    assert its == {name: value for name, value in found[2].items() if name not in ("line", "id")}


MISTAKEN = """\
{"chart": "tv", "territory": "US", "title": "Squid", "run": 3}
{"chart": "tv", "territory": "US", "title": "Squid", "runs": 3}
{"chart": "tv", "territory": "US", "title": "Squid"
[1]
{"chart": "tw", "territory": "US", "title": "Squid", "run": 3}
{"chart": "tv", "territory": "US", "title": "Squidd", "run": 3}
{"chart": "tv", "territory": "US", "title": "Squid", "run": "three"}
{"chart": "tv", "territory": "US", "title": "Squid", "run": "%s"}
{"chart": "tv", "territory": "US", "title": "Squid", "on": "2022-01-10"}
{"chart": "tv", "territory": "US", "title": "Squid", "run": 3, "total": 3}
{"chart": "tv", "territory": "US", "title": "Squid", "run": 3, "as_of": "1999-01-01"}
{"chart": "tv", "territory": "US", "nth": 2, "nth": 3}
{"chart": "tv", "territory": "US", "nth": 2, "as_of": "2022-01-02", "as-of": "2022-01-09"}
""" % ("9" * 5000)
MISTAKES = [
    "line 2: option --runs: is no option of a claim; did you mean run?",
    "line 3: is not JSON: ",
    "line 4: is not an object of names and values",
    "line 5: option --chart: 'tw' is not in the history; there are tv",
    "line 6: option --title: 'Squidd' is neither in the catalog nor on a chart; did you mean Squid?",
    "line 7: option --run: 'three' is not a whole number from 1 to 999,999,999",
    f"line 8: option --run: '{'9' * 299}…' is not a whole number from 1 to 999,999,999",
    "line 9: option --on: tv has no 2022-01-10: a week is named by its last day, such as 2022-01-16",
    "line 10: option --run: what is claimed is said by one of",
    "line 11: option --as-of: the history of tv begins with 2022-01-02, which is after 1999-01-01",
    "line 12: says 'nth' twice",
    "line 13: option --as-of: is said twice",
]


def test_every_mistake_of_a_file_of_claims_is_named_with_its_line_and_the_others_are_answered(write: Write) -> None:
    file, tv = write("claims.jsonl", MISTAKEN), write("tv.csv", RANKS + weekly(REIGNS.split()))
    history = ("--from", f"csv,chart=tv,cadence=week,depth=2,shortest=1:{tv}")
    done = run("check", "--claims", file, *history, "--format", "jsonl")
    assert done.exit_code == 2
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [its["verdict"] for its in found] == ["true", *[None] * 12]
    for mistake, line, its in zip(MISTAKES, done.stderr.splitlines(), found[1:], strict=True):
        assert f"claims.jsonl, {mistake}" in line
        assert its["mistake"] in line
    text = run("check", "--claims", file, *history).stdout.splitlines()
    assert [line.split(": ")[1].split(" in")[0] for line in text] == ["TRUE", *["NO CLAIM"] * 12]


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        (b"", "has no claims"),
        (b"title,nth\n", "has no claims"),
        (b"[]", "has no claims"),
        (b"\xff\xfe", "is UTF-16, not UTF-8: save it as CSV (UTF-8)"),
        (b"\xff", "byte 0: is not UTF-8"),
        (b"chart,teritory\ntv,US\n", "line 1: the column teritory: is no option of a claim; did you mean territory?"),
        (b'chart,title\ntv,"Squid\n', "line 2: unexpected end of data"),
        (b"chart,title,nth,Nth\ntv,Squid,2,3\n", "line 1: the column nth: stands there twice"),
    ],
)
def test_a_file_that_holds_no_claims_is_refused(write: Write, claims: bytes, said: str) -> None:
    assert_refused(run("check", "--claims", write("claims", claims), "--from", "sample"), said)


def test_nothing_of_a_file_of_claims_reaches_a_terminal_but_what_can_be_seen(write: Write) -> None:
    hidden = "\x1b[31mX\u202e"
    rows = [{"id": hidden, "title": "Squid", "run": 3}, {"title": "Squid", "language": hidden, "nth": 2}]
    file = write("claims.jsonl", "\n".join(map(json.dumps, rows)))
    tv = write("tv.csv", RANKS + weekly(REIGNS.split()))
    history = ("--from", f"csv,chart=tv,cadence=week,depth=2,shortest=1:{tv}", "--chart", "tv", "--territory", "US")
    done = run("check", "--claims", file, *history)
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == ["1 [31mX", "2"]
    assert all(line.isprintable() for line in (done.stdout + done.stderr).splitlines())


def test_what_each_line_says_is_not_said_for_all(write: Write) -> None:
    file = write("claims.csv", "title,on\nOzark,2022-01-29\n")
    for its in (["--title", "Ozark"], ["--nth", "2"], ["a:b:c:d"], ["--format", "json"]):
        assert run("check", *its, "--claims", file, "--from", "sample").exit_code == 2
    for_all = ("--chart", "netflix-daily-overall", "--territory", "US", "--as-of", "2022-01-29")
    done = run("check", "--claims", file, *for_all, "--from", "sample")
    assert (done.exit_code, done.stdout[:9]) == (0, "2: TRUE: ")


@pytest.mark.parametrize(
    "text",
    [
        '[{"title": "Squid Game", "on": "2021-10-01"},\n {"title": "Ozark", "on": "2021-10-01"}]',
        "title;on\nSquid Game;2021-10-01\nOzark;2021-10-01\n",
        "title\ton\nSquid Game\t2021-10-01\nOzark\t2021-10-01\n",
    ],
    ids=["an array", "semicolons", "tabs"],
)
def test_claims_may_be_an_array_or_columns_between_semicolons_or_tabs(write: Write, text: str) -> None:
    asked = ("check", "--chart", "netflix-daily-overall", "--territory", "US", "--from", "sample", "--format", "jsonl")
    done = run(*asked, "--claims", write("claims.txt", text))
    assert [json.loads(line)["verdict"] for line in done.stdout.splitlines()] == ["true", "false"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]", "line 1: is not an object of names and values"),
        ('[{"title": ', "claims.txt: is not JSON: "),
    ],
)
def test_an_array_that_holds_no_claims_is_called_so(write: Write, text: str, said: str) -> None:
    done = run("check", "--from", "sample", "--claims", write("claims.txt", text))
    assert (done.exit_code, said in done.stderr) == (2, True), done.stderr
