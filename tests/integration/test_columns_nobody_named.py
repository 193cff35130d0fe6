"""Files whose columns deny what the options say, or say that there is nothing: no row is taken for what it is not."""

import json

import pytest

from tests.command_line import Write, run

CHART = ("--source", "csv", "-o", "chart=d", "-o", "name=D", "-o", "cadence=day", "-o", "depth=1", "--catalog", "none")


def replayed(write: Write, text: str, *options: str, name: str = "rows.csv") -> str:
    """Return all that a replay of a file says, on one line."""
    done = run("replay", str(write(name, text)), *CHART, *options)
    return " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize("column", ["Rank #", "position", "Pos", "chart_position", "This Week", "ranking"])
def test_a_file_of_number_ones_has_no_other_column_of_ranks(column: str, write: Write) -> None:
    said = replayed(write, f"period,territory,{column},title\n2022-01-01,US,1,A\n2022-01-02,US,3,B\n")
    assert f"line 3: {column.lower()} '3' looks like a rank" in said
    assert "0 publications" in said


@pytest.mark.parametrize("options", [("rank_column=rank",), ("figure_columns=position",)])
def test_whoever_says_that_it_is_no_rank_is_believed(options: tuple[str, ...], write: Write) -> None:
    text = "period,territory,position,title\n2022-01-01,US,4,A\n2022-01-02,US,3,B\n"
    said = replayed(write, text, *(part for its in options for part in ("-o", its)))
    assert "B: new #1" in said


def test_the_column_of_ranks_can_be_named(write: Write) -> None:
    text = "period,territory,position,title\n2022-01-01,US,1,A\n2022-01-01,US,3,B\n2022-01-02,US,1,C\n"
    assert "C: new #1" in replayed(write, text, "-o", "rank_column=position")


@pytest.mark.parametrize(
    ("column", "cells"), [("position", ("1", "1")), ("place", ("Seoul", "Paris")), ("peak", ("2", "3"))]
)
def test_a_column_that_says_nothing_against_number_ones_is_no_matter(
    column: str, cells: tuple[str, str], write: Write
) -> None:
    one, other = cells
    said = replayed(write, f"period,territory,{column},title\n2022-01-01,US,{one},A\n2022-01-02,US,{other},B\n")
    assert "B: new #1" in said


@pytest.mark.parametrize("column", ["Country Name", "country-code", "countryCode", "Territory Name", "geo", "nation"])
def test_a_column_of_countries_by_whatever_name_may_deny_the_territory(column: str, write: Write) -> None:
    text = f"period,{column},rank,title\n2022-01-01,United States,1,A\n2022-01-02,South Korea,1,B\n"
    said = replayed(write, text, "-o", "territory=US")
    assert "'South Korea' is not US" in said
    assert "0 publications" in said


def test_a_key_that_rows_have_is_their_own_also_of_one_that_lacks_it(write: Write) -> None:
    days = [
        {"title": "The Hot 100", "date": "2022-01-01", "territory": "US", "data": [{"rank": 1, "title": "A"}]},
        {"title": "The Hot 100", "date": "2022-01-02", "territory": "US", "data": [{"rank": 1, "artist": "X"}]},
    ]
    options = ("-o", "records=data", "-o", "period_column=date")
    said = replayed(write, json.dumps(days), *options, name="rows.json")
    assert "new #1" not in said
    assert "title '' is not a title, in d of 2022-01-02 in US" in said


@pytest.mark.parametrize("value", ["und", "mul", "zxx", "xx"])
def test_a_default_that_names_no_language_is_refused(value: str, write: Write) -> None:
    said = replayed(
        write, "period,territory,rank,title\n2022-01-01,US,1,A\n", "-o", f"defaults=original_language={value}"
    )
    assert f"has '{value}' as original_language, which says that nobody knows; leave it out" in said


def test_a_default_is_read_as_a_catalog_reads_it(write: Write) -> None:
    text = "period,territory,rank,title\n2022-01-01,US,1,A\n2022-01-02,US,1,B\n"
    said = replayed(
        write, text, "-o", "defaults=original_language=cn", "-o", "trust_defaults=true", "--format", "jsonl"
    )
    assert "in Chinese" in said
    assert "cn" not in {word.strip('"') for word in said.split()}


@pytest.mark.parametrize("code", ["und", "mul", "zxx"])
def test_no_claim_and_no_rule_is_about_a_language_that_is_none(code: str, write: Write) -> None:
    rows = write("rows.csv", "period,territory,rank,title\n2022-01-01,US,1,A\n")
    chart = f"csv,chart=d,cadence=day,depth=1:{rows}"
    asked = run("check", "--number", "0", "--language", code, "--chart", "d", "--territory", "US", "--from", chart)
    assert asked.exit_code == 2
    assert f"'{code}' is not" in asked.stderr
    rule = (
        f"- {{id: x, kind: nth, scope: chart, at: [1], where: {{original_language: {code}}}, headline: h, brief: b}}\n"
    )
    assert f"'{code}' is not an ISO 639 code" in run("rules", "lint", str(write("rules.yaml", rule))).stdout


@pytest.mark.parametrize("nothing", ["nan", "NaN", "None", "NULL", "null"])
def test_what_programs_write_for_nothing_is_no_kind_season_or_creator(nothing: str, write: Write) -> None:
    text = f"period,territory,rank,title,kind,season,artist\n2022-01-01,US,1,A,{nothing},{nothing},{nothing}\n"
    text += f"2022-01-02,US,1,A,,,\n2022-01-03,US,1,{nothing},,,\n"
    said = replayed(write, text, "-o", "creator=artist")
    assert "2022-01-02" not in said
    assert f"2022-01-03 {nothing}: new #1" in said, "a title may be called so"


def test_a_key_that_few_rows_have_is_looked_for_around_the_others(write: Write) -> None:
    rows = [{"rank": 1, "title": "A"}, {"rank": 2, "title": "B", "date": "2022-01-02"}, {"rank": 3, "title": "C"}]
    options = ("-o", "records=data", "-o", "period_column=date", "-o", "territory=US")
    said = replayed(write, json.dumps({"date": "2022-01-02", "data": rows}), *options, name="rows.json")
    assert "1 publication, 1 edition" in said


@pytest.mark.parametrize(
    ("row", "options"),
    [
        ("2022-01-0{},1,10,000 Hours,Dan,", ("kind=song",)),
        ("2022-01-0{},1,Hello, World,,", ("kind=film",)),
        ("2022-01-0{},1,Call Me,Tyler, The Creator,", ("kind=song", "creator=artist")),
    ],
)
def test_a_comma_in_a_title_cuts_it_nowhere(row: str, options: tuple[str, ...], write: Write) -> None:
    text = "".join(f"{line}\n" for line in ("period,rank,title,artist,note", *(row.format(day) for day in (1, 2, 3))))
    its = ("territory=US", *options)
    assert "0 publications" in replayed(write, text, *(part for one in its for part in ("-o", one)))
