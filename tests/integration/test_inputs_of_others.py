"""Files, catalogs and options as others write them: what stands for nothing, what ends where, and what is a slip."""

import json

import pytest

from tests.command_line import Write, run
from tests.integration.test_what_came_out_wrong import CATALOG, HEADER, ONES
from tests.unit.sources.flixpatrol_documents import day_of, page_of
from tests.unit.sources.weekly_files import countries_lines, global_lines

TWO_DAYS = "period,territory,rank,title\n2022-01-01,US,1,Old\n2022-01-02,US,1,B\n"


@pytest.mark.parametrize("kind", ["-", "N/A", "—"])
def test_what_stands_for_no_kind_is_none(write: Write, kind: str) -> None:
    rows = f"{HEADER}2022-01-01,US,1,A,series\n2022-01-02,US,1,B,{kind}\n"
    done = run("replay", str(write("ones.csv", rows)), *ONES)
    assert (done.exit_code, "2 publications, 2 editions" in done.stderr) == (0, True), done.stderr


@pytest.mark.parametrize("nobody", ["-", "N/A", "#REF!", "—", ""])
def test_what_stands_for_no_artist_is_none(write: Write, nobody: str) -> None:
    rows = f"period,territory,rank,title,artist\n2022-01-01,US,1,A,X\n2022-01-02,US,1,B,{nobody}\n"
    done = run("replay", str(write("ones.csv", rows)), *ONES, "-o", "creator=artist", "--rules", "music")
    assert done.exit_code == 0, done.stderr
    assert "2022-01-02" in done.stdout
    assert not any(f"{nobody}: first #1" in done.stdout for nobody in ("-", "N/A", "#REF!", "—"))


@pytest.mark.parametrize("title", ["NaN", "Infinity", "null"])
def test_a_title_that_is_no_json_is_none(write: Write, title: str) -> None:
    rows = '[{"period":"2022-01-01","territory":"US","rank":1,"title":"A"},{"period":"2022-01-01","territory":"KR",'
    rows += f'"rank":1,"title":"C"}},{{"period":"2022-01-02","territory":"US","rank":1,"title":{title}}}]'
    done = run("replay", str(write("ones.json", rows)), *ONES)
    assert done.exit_code == 0, done.stderr
    assert "NaN" not in done.stdout
    assert "title '' is not a title" in done.stderr


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ('{"period":"2022-01-02","territory":"US","rank":1,"title":"A"}', "1 publication, 1 edition"),
        ('{"Period":"2022-01-02","TERRITORY":"US","Rank":1,"Title":"A"}', "1 publication, 1 edition"),
        (
            '{"period":"2022-01-01","territory":"US","rank":1,"title":"B\u2028C"}\n'
            '{"period":"2022-01-02","territory":"US","rank":1,"title":"A\u0085D"}',
            "2 publications, 2 editions",
        ),
    ],
)
def test_lines_of_json_end_where_json_says(write: Write, text: str, counted: str) -> None:
    done = run("replay", str(write("ones.jsonl", text)), *ONES)
    assert done.exit_code == 0, done.stderr
    assert counted in done.stderr


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{broken", "line 3: it has a JSON value a line, and this one is none"),
        ('{"period":"2022-01-03","territory":"US"', "line 4: the document ends inside a value"),
        ('{"period":"2022-01-03","title":"Un', "line 4: the document ends inside a value"),
    ],
)
def test_a_line_of_json_that_is_none_is_named(write: Write, line: str, said: str) -> None:
    rows = [f'{{"period":"2022-01-0{n}","territory":"US","rank":1,"title":"{n}"}}' for n in (1, 2, 3)]
    lines = [*rows[:2], line, rows[2]] if "line 3" in said else [*rows, line]
    done = run("replay", str(write("ones.jsonl", "\n".join(lines))), *ONES)
    assert (done.exit_code, said in done.stderr) == (2, True), done.stderr


def test_an_object_around_an_array_is_no_row(write: Write) -> None:
    text = '{"title":"The Hot 100","period":"2022-01-06","territory":"US","data":[{"title":"A","rank":1}]}'
    done = run("replay", str(write("ones.json", text)), *ONES)
    assert (done.exit_code, "-o records=data" in done.stderr) == (2, True), done.stderr


def test_a_comment_may_stand_behind_an_inch_mark(write: Write) -> None:
    rows = 'period,territory,rank,title\n2022-01-01,US,1,Blue Monday (12" mix)\n# checked\n'
    rows += '2022-01-02,US,1,"Two\n# lines"\n2022-01-03,US,1,"An ""inch"""\n# the end\n'
    done = run("replay", str(write("ones.csv", rows)), *ONES, "-o", "comment=#", "--format", "jsonl")
    assert done.exit_code == 0, done.stderr
    titles = {holder["title"] for its in map(json.loads, done.stdout.splitlines()) for holder in its["holders"]}
    assert {title.replace("\n", " ") for title in titles} >= {"Two # lines", 'An "inch"'}


@pytest.mark.parametrize("rank", ["10000", "123456789", "00010000"])
def test_a_rank_far_below_the_depth_is_passed_over(write: Write, rank: str) -> None:
    rows = "".join(f"2022-01-01,US,{n},{n}\n" for n in ("1", "2", "3", "9999", rank))
    done = run("replay", str(write("ones.csv", f"period,territory,rank,title\n{rows}")), *ONES[:-2], "-o", "depth=3")
    assert (done.exit_code, "2 rows below the depth of 3 passed over" in done.stderr) == (0, True), done.stderr


@pytest.mark.parametrize(
    ("column", "cell", "problem"),
    [
        ("assumed", "original_langauge;origin_countries", "'original_langauge' is not"),
        ("undecided", "main_contry", "'main_contry' is not main_country"),
        ("needs", "knd", "'knd' is not kind"),
    ],
)
def test_what_a_catalog_says_of_its_facts_is_checked(write: Write, column: str, cell: str, problem: str) -> None:
    header, *_ = CATALOG.splitlines()
    done = run("catalog", "check", str(write("works.csv", f"{header},{column}\na,A,series,ko,KR,2021-01-01,{cell}\n")))
    assert (done.exit_code, problem in done.stderr + done.stdout) == (2, True), done.stderr


def test_a_catalog_names_the_line_that_its_cell_is_not_closed_in_and_may_end_lines_as_old_macs_did(
    write: Write,
) -> None:
    open_cell = write("works.csv", CATALOG + 'a,"A,series,ko,KR,2021-01-01\n')
    done = run("catalog", "check", str(open_cell))
    assert (done.exit_code, "line 5: unexpected end of data" in done.stderr) == (2, True), done.stderr
    assert run("catalog", "check", str(write("macs.csv", CATALOG.replace("\n", "\r")))).exit_code == 0


def test_what_a_file_would_change_is_written_for_people_alone(write: Write) -> None:
    done = run("replay", str(write("a.csv", TWO_DAYS)), *ONES, "--dry-run", "--format", "jsonl")
    assert (done.exit_code, "--format: is not for --dry-run" in done.stderr) == (2, True), done.stderr


def test_a_metric_that_is_said_twice_in_a_row_is_a_mistake(write: Write) -> None:
    done = run("replay", str(write("a.csv", TWO_DAYS)), *ONES, "-o", "metric=sales; 2022-01-02 sales")
    assert (done.exit_code, "one after the other, that the metric is sales" in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize(
    ("source", "cell", "wrong", "said"),
    [
        ("netflix-countries", "\t6", "\t-", "weeks_in_top_10 '-' is not a number, in Films of 2022-02-27"),
        ("netflix-countries", "N/A", "\u200b", "season_title '\\u200b' is not a title, in Films of"),
        ("netflix-countries", "Films title 6", "a" * 1001, "is no title: it has more than 1000"),
        ("netflix-global", "89999994", "?", "weekly_hours_viewed '?' is not a number, in Films (English)"),
    ],
)
def test_a_cell_that_netflix_mistyped_is_said_and_all_else_is_read(
    write: Write, source: str, cell: str, wrong: str, said: str
) -> None:
    lines = {"netflix-countries": countries_lines, "netflix-global": global_lines}[source]
    rows = lines(("2022-02-27", "2022-02-20"))
    rows[6] = wrong.join(rows[6].rsplit(cell, 1))
    done = run("replay", str(write("all-weeks.tsv", "\n".join(rows))), "--source", source)
    assert (done.exit_code, said in done.stderr, "line 7: " in done.stderr) == (0, True, True), done.stderr
    assert f"{(len(rows) - 1) // 10 - 1} editions" in done.stderr


def test_a_title_that_flixpatrol_lacks_is_said_and_all_else_is_read(write: Write) -> None:
    body = page_of(day_of("2022-02-04")) + page_of(day_of("2022-02-04"), "cnt_k")
    pages = write("pages.jsonl", body.decode().replace('"title": "Title 7"', '"title": "N/A"', 1))
    options = ("-o", "company=cmp_n", "-o", "countries=US=cnt_u,KR=cnt_k")
    done = run("replay", str(pages), "--source", "flixpatrol", *options)
    said = "line 1, record 7: movie.data.title 'N/A' is not a title, in netflix-daily-overall of 2022-02-04 in US"
    assert (done.exit_code, said in done.stderr) == (0, True), done.stderr
    assert "1 publication, 1 edition" in done.stderr
