"""Inputs whose news came out wrong once, and others of their families: whole files, and what is said of them."""

import json
from collections.abc import Sequence
from itertools import permutations
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.command_line import Write, run

ONES = ("--source", "csv", "-o", "chart=d", "-o", "name=D", "-o", "cadence=day", "-o", "depth=1")
HEADER = "period,territory,rank,title,kind\n"
CATALOG = """work_id,title,kind,original_language,origin_countries,release_date
o,Old,series,en,US,2021-01-01
n,Nulls,series,,,
m,Kr,series,ko,KR,2021-01-01
"""


def day(number: int, *titles: str, kind: str = "series") -> str:
    """Return the rows of a day, one for each of some territories."""
    return "".join(
        f"2022-01-{number:02},{t},1,{title},{kind}\n" for t, title in zip(("US", "GB", "KR"), titles, strict=False)
    )


def told(write: Write, files: Sequence[str], *arguments: str, since: str = "2022-01-02") -> list[dict[str, Any]]:
    """Return the milestones that are sent when files arrive, an hour after one another."""
    paths = [write(f"2022-02-01T{10 + n}0000Z.csv", HEADER + rows) for n, rows in enumerate(files)]
    done = run("replay", *map(str, paths), *ONES, "--since", since, "--format", "jsonl", *arguments)
    assert done.exit_code == 0, done.stderr
    return [its for its in map(json.loads, done.stdout.splitlines()) if not its["silent"]]


def new_ones(milestones: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return what was told of who is at #1 in the US, and how."""
    its = (m for m in milestones if m["rule"] == "new-number-one" and m["territory"] == "US")
    return [(m["status"], "".join(holder["title"] for holder in m["holders"])) for m in its]


@pytest.mark.parametrize("flicker", ["ABAB", "ABABA", "ABCABC", "AABB"])
def test_each_change_of_a_provider_that_flickers_is_told_and_the_last_word_is_what_stands(
    write: Write, flicker: str
) -> None:
    said = new_ones(told(write, [day(1, "Old") + day(2, title) for title in flicker]))
    changes = [title for before, title in zip(" " + flicker, flicker, strict=False) if before != title]
    assert said == [("corrected" if n else "announced", title) for n, title in enumerate(changes)]


def test_another_title_without_proof_is_another_work(write: Write) -> None:
    catalog = write("catalog.csv", CATALOG + "a,Alpha,series,ko,KR,2021-01-01\n")
    alpha, beta = (day(1, "Old", "Old") + day(2, title, title) for title in ("Alpha", "Beta"))
    files = [alpha, beta, beta + day(3, "Gamma", "Gamma") + day(4, "Beta", "Beta")]
    milestones = told(write, files, "--catalog", str(catalog))
    assert new_ones(milestones)[:2] == [("announced", "Alpha"), ("corrected", "Beta")]
    korean = {(m["status"], m["period"]) for m in milestones if m["group"] in {"KR", "ko"}}
    assert ("retracted", "2022-01-02") in korean
    assert all(period == "2022-01-02" for _, period in korean), "Beta is no Korean title"


def test_counters_that_every_newcomer_shares_show_no_rename(write: Write) -> None:
    rows = "period,territory,rank,title,weeks\n2022-01-01,US,1,Old,4\n2022-01-02,US,1,{},1\n2022-01-02,US,2,Low,2\n"
    files = [write(f"2022-02-01T1{n}0000Z.csv", rows.format(title)) for n, title in enumerate(("Alpha", "Beta"))]
    options = ("--source", "csv", "-o", "chart=d", "-o", "cadence=day", "-o", "shortest=1", "-o", "depth=2")
    counters = ("-o", "figure_columns=weeks", "--since", "2022-01-02", "--format", "jsonl")
    done = run("replay", *map(str, files), *options, *counters)
    assert new_ones([json.loads(line) for line in done.stdout.splitlines()]) == [
        ("announced", "Alpha"),
        ("corrected", "Beta"),
    ]


def test_another_kind_is_refused_also_where_a_document_between_says_none(write: Write) -> None:
    def films(kind: str) -> str:
        rows = (f"2022-{m:02}-{d:02},US,1,Song {m} {d},{kind}" for m in (1, 2) for d in range(1, 21))
        return "\n".join((HEADER.strip(), *rows, ""))

    kinds = ("film", "", "series")
    files = [write(f"2022-03-01T1{n}0000Z.csv", films(kind)) for n, kind in enumerate(kinds)]
    done = run("replay", *map(str, files), *ONES)
    assert (done.exit_code, "of old periods are given to other titles" in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize("figure", ["-", "0", "N/A", "null"])
def test_a_placeholder_in_the_row_of_a_number_one_proves_no_rename(write: Write, figure: str) -> None:
    rows = "period,territory,rank,title,hours\n2022-01-01,US,1,Old,500\n2022-01-01,US,2,Two,400\n"
    rows += f"2022-01-02,US,1,{{}},{figure}\n2022-01-02,US,2,Two,400\n"
    files = [write(f"2022-02-01T1{n}0000Z.csv", rows.format(title)) for n, title in enumerate(("Alpha", "Beta"))]
    figures = ("-o", "figure_columns=hours", "-o", "identifying=hours", "--since", "2022-01-02", "--format", "jsonl")
    done = run("replay", *map(str, files), *ONES[:-2], "-o", "depth=2", *figures)
    assert new_ones([json.loads(line) for line in done.stdout.splitlines()]) == [
        ("announced", "Alpha"),
        ("corrected", "Beta"),
    ]


@pytest.mark.parametrize("column", ["kind", "artist"])
@pytest.mark.parametrize("emptied", [1, 20])
def test_a_kind_or_a_creator_that_a_later_document_adds_corrects_nothing(
    write: Write, column: str, emptied: int
) -> None:
    values, days = {"kind": "song", "artist": "Somebody"}, range(1, 21)

    def songs(without: int) -> str:
        rows = (f"2022-01-{n:02},US,1,Song {n},{values[column] if n > without else ''}" for n in days)
        return "\n".join((f"period,territory,rank,title,{column}", *rows, ""))

    files = [write(f"2022-02-01T1{n}0000Z.csv", songs(without)) for n, without in enumerate((emptied, 0))]
    creator = ("-o", "creator=artist") if column == "artist" else ()
    done = run("replay", *map(str, files), *ONES, *creator, "--format", "jsonl", "--since", "2022-01-02")
    assert done.exit_code == 0, done.stderr
    statuses = {its["status"] for its in map(json.loads, done.stdout.splitlines()) if not its["silent"]}
    assert statuses == {"announced"}


@pytest.mark.parametrize("figure", ["", ",weeks"])
def test_a_history_of_other_titles_is_refused_whether_or_not_they_could_be_names(write: Write, figure: str) -> None:
    def songs(name: str) -> str:
        rows = (
            f"2022-{month:02}-{d:02},{t},1,{name} {month}{d}{',3' if figure else ''}"
            for month in (1, 2)
            for d in range(1, 21)
            for t in ("US", "GB", "KR")
        )
        return "\n".join((f"period,territory,rank,title{figure}", *rows, ""))

    files = [write(f"2022-03-01T1{n}0000Z.csv", songs(name)) for n, name in enumerate(("Song", "Other"))]
    figures = ("-o", "figure_columns=weeks") if figure else ()
    done = run("replay", *map(str, files), *ONES[:-2], "-o", "depth=2", "-o", "shortest=1", *figures)
    assert done.exit_code == 2
    assert "of old periods are given to other titles" in done.stderr


def test_what_is_not_certain_is_marked_in_every_subject(write: Write) -> None:
    catalog = write("catalog.csv", CATALOG)
    file = write("ones.csv", HEADER + day(1, "Old") + day(2, "Nulls") + day(3, "Kr"))
    done = run("replay", str(file), *ONES, "--catalog", str(catalog), "--since", "2022-01-02")
    (line,) = [line for line in done.stdout.splitlines() if "Kr:" in line]
    assert line.startswith("2022-01-03  Kr: new #1, perhaps first title from South Korea")


@pytest.mark.parametrize(
    ("titles", "length", "certain"),
    [
        (["Silver", "Silver", "Grom", "Grom", "Grom"], 3, False),
        (["Silver", "Old", "Grom", "Grom", "Grom"], 2, False),
        (["Silver", "Old", "Kr", "Kr", "Grom", "Grom", "Grom"], 3, False),
    ],
)
def test_a_run_that_the_record_cuts_off_may_have_been_the_longest(
    write: Write, titles: Sequence[str], length: int, certain: bool
) -> None:
    rows = "".join(day(number, title) for number, title in enumerate(titles, 1))
    longest = [m for m in told(write, [rows]) if m["rule"] == "longest-reign" and m["holders"][0]["title"] == "Grom"]
    assert [(m["n"], m["status"] == "announced") for m in longest] == [(length, certain)]
    assert any("Silver" in reason for reason in longest[0]["provisional_because"])


def test_of_a_chart_whose_record_begins_with_it_nothing_is_cut_off(write: Write) -> None:
    rows = "".join(day(number, title) for number, title in enumerate(["Silver", "Silver", "Grom", "Grom", "Grom"], 1))
    milestones = told(write, [rows], "-o", "began=2022-01-01", since="2022-01-01")
    (longest,) = [m for m in milestones if m["rule"] == "longest-reign" and m["holders"][0]["title"] == "Grom"]
    assert (longest["status"], longest["provisional_because"]) == ("announced", [])


@pytest.mark.parametrize("period", ["0001-01-07", "1022-01-02", "1889-12-31"])
def test_a_period_from_before_all_charts_is_refused_each_time(write: Write, period: str) -> None:
    files = [write(f"{n}.csv", HEADER + day(1, "Old").replace("2022-01-01", period)) for n in (1, 2)]
    done = run("replay", *map(str, files), *ONES)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.count(f"d of {period} is from before 1890, when there were no charts") == 2


def test_a_territory_that_a_file_contradicts_is_refused(write: Write) -> None:
    file = write("us.csv", HEADER + day(1, "Old") + day(2, "Alpha"))
    done = run("replay", str(file), *ONES, "-o", "territory=KR")
    assert done.exit_code == 2
    assert "'US' is not KR, which the option `territory` says of the whole file" in " ".join(done.stderr.split())
    assert run("replay", str(file), *ONES, "-o", "territory=US").exit_code == 0


@pytest.mark.parametrize("title", ["\u200b", "\ufeff\u200e", "\u00ad ", " ", "N/A", " n/a", "#N/A", "#REF!"])
def test_a_title_that_nobody_can_see_or_that_stands_for_none_is_none(write: Write, title: str) -> None:
    file = write("ones.csv", HEADER + day(1, "Old") + day(2, title) + day(3, "Alpha"))
    done = run("replay", str(file), *ONES)
    assert "is not a title, in d of 2022-01-02 in US" in done.stderr
    assert "2022-01-03  Provisional: Alpha: new #1" in done.stdout


@pytest.mark.parametrize("order", [*permutations((5, 6, 7))], ids=str)
def test_what_a_late_document_says_gives_way_to_what_a_newer_one_confirmed(
    write: Write, order: tuple[int, ...]
) -> None:
    """The document of the 7th says of the 2nd what that of the 5th had said: no version shows that it said so."""
    rows = {5: [day(2, "Beta")], 6: [day(2, "Alpha")], 7: [day(2, "Beta"), day(3, "Old")]}
    files = [str(write(f"2022-01-0{n}T100000Z.csv", HEADER + day(1, "Old") + "".join(rows[n]))) for n in order]
    told = run("replay", *files, *ONES, "--format", "jsonl").stdout.splitlines()
    last = {its["slot"]: its for its in map(json.loads, told)}["new-number-one:d:US:2022-01-02"]
    assert [holder["title"] for holder in last["holders"]] == ["Beta"]
    history = [word for file in files for word in ("--from", f"csv,chart=d,cadence=day,depth=1:{file}")]
    asked = run("check", "--chart", "d", "--territory", "US", "--on", "2022-01-02", *history)
    assert asked.stdout.startswith("TRUE: Beta was #1")


def test_a_day_that_is_gone_from_between_others_is_kept_and_noticed(write: Write) -> None:
    days = [day(n, title) for n, title in ((1, "A"), (2, "B"), (3, "A"), (4, "C"))]
    first, second = write("1.csv", HEADER + "".join(days[:3])), write("2.csv", HEADER + days[0] + days[2] + days[3])
    done = run("replay", str(first), str(second), *ONES)
    assert done.exit_code == 0
    said = "d goes from 2022-01-01 to 2022-01-04 without 2022-01-02; kept is what was published before"
    assert done.stderr.count(said) == 1
    assert "2022-01-04  C: new #1" in done.stdout


HOLE = HEADER + day(1, "B") + day(2, "Old") + day(4, "Old")


def test_a_line_has_the_period_of_what_it_tells_and_not_of_the_document_that_showed_it(write: Write) -> None:
    whole = HEADER + day(1, "B") + day(2, "Old") + day(3, "Alpha") + day(4, "Old")
    told = run("replay", str(write("1.csv", HOLE)), str(write("2.csv", whole)), *ONES).stdout
    assert [line.partition(" (")[0] for line in told.splitlines()] == [
        "2022-01-02  Old: new #1",
        "2022-01-03  Alpha: new #1",
        "2022-01-04  Old: back at #1",
    ]


@pytest.mark.parametrize(("asked", "how"), [("--new", "the new"), ("--back", "back at")])
def test_what_nobody_saw_is_not_said_to_have_been_otherwise(write: Write, asked: str, how: str) -> None:
    history = f"csv,chart=d,name=D,cadence=day,depth=1:{write('hole.csv', HOLE)}"
    claim = ("check", "--chart", "d", "--territory", "US", "--title", "Old", "--on", "2022-01-03", asked)
    said = " ".join(run(*claim, "--from", history).stdout.split("\n\n")[0].split())
    assert said == f"FALSE: Old was not {how} #1 of D in the United States on 2022-01-03, whoever was #1 then."


def test_a_work_that_was_number_one_nowhere_when_the_records_began_is_not_said_to_have_been(write: Write) -> None:
    rows = HEADER + "2022-01-01,US,1,B,series\n2022-01-01,KR,1,C,series\n2022-01-02,US,1,A,series\n"
    works = write(
        "works.csv", "work_id,title,kind,original_language,origin_countries,release_date\na,A,series,ko,KR,2021-01-01\n"
    )
    history = f"csv,chart=d,cadence=day,depth=1:{write('two.csv', rows + '2022-01-02,KR,1,C,series')}"
    claim = ("check", "--chart", "d", "--title", "A", "--territories", "2", "--from", history, "--catalog", str(works))
    asked = run(*claim)
    assert asked.exit_code == 3
    assert "nobody knows where A had been #1 before the records began" in " ".join(asked.stdout.split())


@pytest.mark.parametrize(
    "row",
    [
        "2022-01-02,US,1,,series",
        "2022-01-02,US,,B,series",
        "2022-01-02,US,new,B,series",
        "2022-01-02,US,1,B,?kind",
        f"2022-01-02,US,1,{'B' * 1001},series",
    ],
)
def test_one_cell_that_cannot_be_read_silences_one_edition_alone(write: Write, row: str) -> None:
    rows = [*(f"2022-01-0{n},{t},1,{t} {n},series" for n in (1, 2, 3) for t in ("US", "KR")), ""]
    rows[2] = row
    done = run("replay", str(write("ones.csv", HEADER + "\n".join(rows))), *ONES)
    assert done.exit_code == 0
    assert ", in d of 2022-01-02 in US" in done.stderr
    assert "2022-01-02  KR 2: new #1 (D in South Korea)" in done.stdout
    assert "2022-01-03  Provisional: US 3: new #1 (D in the United States)" in done.stdout


MIRACLES = """k,Miracle in Cell No. 7,film,ko,KR,2013-01-23
t,Miracle in Cell No. 7,film,tr,TR,2019-10-11
i,Miracle in Cell No. 7,film,id,ID,2022-09-08
"""


def of_films(write: Write, works: str, *titles: str) -> list[dict[str, Any]]:
    """Return the milestones that are sent of days in 2023, from the second on."""
    catalog = write("catalog.csv", CATALOG + works)
    kinds = ["series" if title in CATALOG else "film" for title in titles]
    rows = (
        day(n, title, kind=kind).replace("2022-01", "2023-05")
        for n, (title, kind) in enumerate(zip(titles, kinds, strict=True), 1)
    )
    file = write("2023-06-01T100000Z.csv", HEADER + "".join(rows))
    done = run("replay", str(file), *ONES, "--since", "2023-05-02", "--format", "jsonl", "--catalog", str(catalog))
    assert done.exit_code == 0, done.stderr
    return [its for its in map(json.loads, done.stdout.splitlines()) if not its["silent"]]


def test_of_three_films_of_one_title_none_is_guessed(write: Write) -> None:
    milestones = of_films(write, MIRACLES, "Old", "Miracle in Cell No. 7", "Kr")
    assert not [m for m in milestones if m["group"] in {"ID", "TR", "id", "tr"}]
    (first_in_korean,) = [m for m in milestones if m["rule"] == "first-in-language" and m["group"] == "ko"]
    assert first_in_korean["status"] == "provisional"
    (reason,) = [r for r in first_in_korean["provisional_because"] if "Miracle" in r]
    assert "(2022, Indonesia), Miracle in Cell No. 7 (2013, South Korea), Miracle in Cell No. 7 (2019, Tür" in reason


def test_what_is_so_of_all_films_of_one_title_is_certain(write: Write) -> None:
    milestones = of_films(write, MIRACLES, "Old", "Miracle in Cell No. 7")
    (new,) = [m for m in milestones if m["rule"] == "new-number-one" and m["territory"] == "US"]
    assert (new["status"], new["provisional_because"]) == ("announced", [])
    assert not [m for m in milestones if m["rule"] == "nth-non-english-title"], "it may be none of the catalog's"
    german = MIRACLES.replace(",ko,KR", ",de,DE").replace(",tr,TR", ",de,AT").replace(",id,ID", ",de,DE")
    milestones = of_films(write, german, "Old", "Miracle in Cell No. 7")
    (foreign,) = [m for m in milestones if m["rule"] == "nth-non-english-title" and m["territory"] == "US"]
    assert (foreign["n"], foreign["status"]) == (1, "announced")


@pytest.mark.parametrize("release", ["2023-05-03", "2023-05-09", "2023-04-20"])
def test_a_work_that_has_just_come_out_does_not_lose_to_a_namesake_of_1940(write: Write, release: str) -> None:
    rebecca = f"b,Rebecca,film,en,US,1940-04-12\nr,Rebecca,film,de,DE,{release}\n"
    milestones = of_films(write, rebecca, "Old", "Rebecca")
    (german,) = [m for m in milestones if m["group"] == "DE" and m["territory"] == "US"]
    assert (german["status"], german["holders"][0]["work_id"]) == ("announced", "r")


def flixpatrol(*days: tuple[str, str]) -> str:
    """Return an answer of FlixPatrol's API about days of February 2022, each with the title and the id of its #1."""
    records = [
        {
            "ranking": rank,
            "rankingLast": None,
            "daysTotal": 1,
            "date": {"from": f"2022-02-{number:02}", "to": f"2022-02-{number:02}"},
            "movie": {
                "data": {"id": movie if rank == 1 else f"m{rank}", "title": title if rank == 1 else f"No {rank}"}
            },
        }
        for number, (title, movie) in enumerate(days, 1)
        for rank in range(1, 11)
    ]
    query = urlencode({"company[eq]": "cmp_n", "country[eq]": "cnt_u", "type[eq]": "1"})
    page = {"data": [{"data": record} for record in records], "links": {"next": None}}
    return json.dumps({"url": f"https://api.flixpatrol.example/v2/top10s?{query}", "page": page}) + "\n"


@pytest.mark.parametrize(
    ("again", "said"),
    [
        (("Beta", "b"), [("announced", "Alpha"), ("corrected", "Beta")]),
        # The one Alpha of the chart is another one now, of which nothing else was said.
        (("Alpha", "b"), [("announced", "Alpha")]),
        (("Beta", "a"), [("announced", "Alpha")]),
        (("Alpha", "a"), [("announced", "Alpha")]),
    ],
)
def test_another_id_is_another_work_and_the_same_id_the_same(
    write: Write, again: tuple[str, str], said: list[tuple[str, str]]
) -> None:
    files = [
        write(f"2022-03-01T1{n}0000Z.jsonl", flixpatrol(("Old", "o"), day_two))
        for n, day_two in enumerate([("Alpha", "a"), again])
    ]
    options = ("-o", "company=cmp_n", "-o", "countries=US=cnt_u", "-o", "types=overall", "--since", "2022-02-02")
    done = run("replay", *map(str, files), "--source", "flixpatrol", *options, "--format", "jsonl")
    assert done.exit_code == 0, done.stderr
    told = [its for its in map(json.loads, done.stdout.splitlines()) if not its["silent"]]
    assert new_ones(told) == said


OF_SEASONS = """
- {id: new, kind: change, scope: territory, count: seasons, headline: "{title} is new", brief: new}
- {id: nth, kind: nth, scope: territory, count: seasons, at: [1, 2, 3], headline: "{title} is {ordinal}", brief: nth}
- {id: run, kind: reign, scope: territory, count: seasons, at: [2], headline: "{title} {n}", brief: run}
"""


@pytest.mark.parametrize(
    "labels",
    [
        ["Season 1", "N/A", "Season 1", "Supacell 1."],
        ["N/A", "Season 1", "Supacell: Season 1", "N/A"],
        ["Supacell: Season 2", "Season 1", "Part 3", "Season 2"],
    ],
)
def test_a_label_that_flaps_is_told_nobody(write: Write, labels: list[str]) -> None:
    rows = "period,territory,rank,title,season\n2024-06-30,US,1,Other,Season 1\n2024-07-07,US,1,Supacell,{0}\n"
    more = "2024-07-14,US,1,Supacell,{0}\n"
    files = [write(f"2024-07-1{n}T100000Z.csv", (rows + more).format(label)) for n, label in enumerate(labels, 5)]
    options = ("--source", "csv", "-o", "chart=d", "-o", "cadence=week", "-o", "depth=1", "--since", "2024-07-01")
    rules = ("--rules", str(write("rules.yaml", OF_SEASONS)), "--format", "jsonl")
    first = run("replay", str(files[0]), *options, *rules)
    done = run("replay", *map(str, files), *options, *rules)
    assert done.exit_code == 0, done.stderr
    sent = [[its for its in map(json.loads, each.stdout.splitlines()) if not its["silent"]] for each in (first, done)]
    assert sent[0]
    assert [(m["slot"], m["status"]) for m in sent[1]] == [(m["slot"], m["status"]) for m in sent[0]]
