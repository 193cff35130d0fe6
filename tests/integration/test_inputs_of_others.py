"""Files, catalogs and options as others write them: what stands for nothing, what ends where, and what is a slip."""

import gzip
import json
from itertools import product
from pathlib import Path

import pytest

from tests.command_line import Write, run
from tests.integration.test_what_came_out_wrong import CATALOG, HEADER, ONES
from tests.unit.sources.files_of_others import workbook
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
    assert (done.exit_code, "line 5: a quoted cell opens here that nothing closes" in done.stderr) == (2, True), (
        done.stderr
    )
    assert run("catalog", "check", str(write("macs.csv", CATALOG.replace("\n", "\r")))).exit_code == 0


def test_an_unclosed_cell_of_a_catalog_is_named_where_it_opens(write: Write) -> None:
    rows = 'x,X,series,kor,KR,\ny,"Y,series,ko,KR,\nz,Z,film,,,\n'
    for more, said in (
        ("", "line 6: a quoted cell opens here that nothing closes"),
        ('v,"V",,,,\n', "line 6: a quoted cell opens here and is not closed before line 8, which cannot be told into"),
    ):
        done = run("catalog", "check", str(write("works.csv", CATALOG + rows + more)))
        first, second = done.stderr.splitlines()
        assert "line 5, column original_language: 'kor' is not an ISO 639 code" in first
        assert said in second


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (workbook(("Works", [["work_id", "title"]])), "is an Excel workbook (.xlsx), and no text: save it as {}"),
        (CATALOG.encode("utf-16"), "is UTF-16, not UTF-8: save it as {}"),
        (CATALOG.encode("utf-16-le"), "is UTF-16, not UTF-8: save it as {}"),
        (gzip.compress(CATALOG.encode()), "is gzip data, and no text: unpack it"),
    ],
    ids=["workbook", "UTF-16", "UTF-16 without a mark", "gzip"],
)
def test_a_file_of_a_person_that_is_no_text_is_called_what_it_is(write: Write, body: bytes, said: str) -> None:
    for arguments, form in (
        (("catalog", "check"), "CSV (UTF-8)"),
        (("check", "--from", "sample", "--claims"), "CSV (UTF-8)"),
        (("rules", "lint"), "text in UTF-8"),
    ):
        done = run(*arguments, str(write("file", body)))
        assert done.exit_code == 2
        assert f"file: {said.format(form)}\n" in done.output


def test_a_header_of_a_catalog_with_a_cell_that_is_not_closed_is_refused(write: Write) -> None:
    done = run("catalog", "check", str(write("works.csv", f'"{CATALOG}')))
    assert done.stderr.endswith("works.csv, line 1: a quoted cell opens here that nothing closes\n")


def test_a_catalog_that_is_json_is_called_so_and_no_cut_file(write: Write) -> None:
    for text in ('[{"work_id": "a"}]', '{"work_id": "a"}\n'):
        done = run("catalog", "check", str(write("works.csv", text)))
        assert done.stderr.endswith("works.csv, line 1: is JSON, not a CSV file\n")


def test_blank_lines_and_rows_of_empty_cells_are_no_works(write: Write) -> None:
    rows = "\n,,,,,\n" + CATALOG + "\n,,,,,\n , ,\n"
    done = run("catalog", "check", str(write("works.csv", rows + "p,P,kin d!,,,\n")))
    assert "works.csv, line 10, column kind: 'kin d!' is not a kind" in done.stderr
    assert "      3 works\n" in run("catalog", "check", str(write("works.csv", rows))).stdout
    done = run("catalog", "check", str(write("works.csv", rows.replace("title", "titel"))))
    assert "works.csv, line 3: the column title is missing; did you mean it by titel?" in done.stderr


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("#N/A", "'#N/A' stands for no title"),
        ("-", "'-' stands for no title; of a work that is called so, it can be an alias"),
        ("\u2014", "'\u2014' stands for no title"),
        ("\u200b", "has nothing in it that can be seen"),
        ("\u3164", "has nothing in it that can be seen"),
    ],
)
def test_a_work_has_a_title_that_can_be_seen(write: Write, title: str, said: str) -> None:
    done = run("catalog", "check", str(write("works.csv", f"{CATALOG}a,{title},series,ko,KR,\n")))
    assert (done.exit_code, f"line 5, column title: {said}" in done.stderr) == (2, True), done.stderr
    header, *_ = CATALOG.splitlines()
    text = f"{header},aliases\na,Subtract,album,,,,-\n"
    assert run("catalog", "check", str(write("works.csv", text))).exit_code == 0


@pytest.mark.parametrize(
    ("column", "said"),
    [
        *product(("kind", "original_language", "origin_countries", "release_date", "ids"), ("None", "null")),
        *product(
            ("kind", "original_language", "origin_countries", "release_date", "creators", "featured", "ids"),
            ("nan", "NaN", "#N/A", "<NA>"),
        ),
    ],
)
def test_what_programs_write_for_an_empty_cell_is_a_mistake_of_that_cell(write: Write, column: str, said: str) -> None:
    columns = dict.fromkeys((*CATALOG.splitlines()[0].split(","), "creators", "featured", "ids"), "")
    row = {**columns, "work_id": "a", "title": "A", "creators": "B", column: said}
    done = run("catalog", "check", str(write("works.csv", f"{','.join(row)}\n{','.join(row.values())}\n")))
    assert done.exit_code == 2
    assert f"line 2, column {column}: {said!r} is what programs write for an empty cell" in done.stderr


@pytest.mark.parametrize("name", ["None", "Null", "null"])
def test_somebody_may_be_called_none(write: Write, name: str) -> None:
    text = f"{CATALOG.splitlines()[0]},creators\na,A,song,,,,{name}\n"
    assert run("catalog", "check", str(write("works.csv", text))).exit_code == 0


def test_min_nan_is_said_by_its_name_and_not_by_the_nan_of_pandas(write: Write, tmp_path: Path) -> None:
    row = "a,A,series,{},TW,2021-01-01\n"
    done = run("catalog", "check", str(write("works.csv", CATALOG + row.format("nan"))))
    assert done.stderr.endswith(
        "works.csv, line 5, column original_language: 'nan' is what programs write for an empty cell, "
        "and the code of Min Nan Chinese: leave it empty, or write Min Nan Chinese\n"
    )
    named = write("works.csv", CATALOG + row.format("Min Nan Chinese"))
    folder = tmp_path / "works"
    assert run("catalog", "import", str(named), "--catalog", str(folder)).exit_code == 0
    assert "Min Nan Chinese (nan)" in run("catalog", "show", "a", "--catalog", str(folder)).stdout


def test_a_country_of_two_letters_that_r_writes_for_nothing_is_namibia(write: Write) -> None:
    row = "a,A,{},{},NA,\n"
    assert run("catalog", "check", str(write("works.csv", CATALOG + row.format("film", "en")))).exit_code == 0
    done = run("catalog", "check", str(write("works.csv", CATALOG + row.format("film", "NA"))))
    assert "column original_language: 'NA' is what programs write for an empty cell: leave it empty" in done.stderr


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
