"""What the pages say is what `chartwatch replay` says line by line, and what the charts have."""

import csv
import json
import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from chartwatch.cli.sample_chart import SAMPLE_OPTIONS, open_sample
from chartwatch.rules import default_rules
from chartwatch.site.addresses import chart_address, milestone_address, work_address
from tests.site.documents import Document, read_page
from tests.site.sample import CHART, LAST, PLACES, song_rows, write_lines

pytestmark = pytest.mark.xdist_group("site-files")

Line = Mapping[str, Any]

ON = "still at #1"
MARKS = {"provisional": "Provisional", "corrected": "Corrected", "retracted": "Retracted"}


@pytest.fixture(scope="session")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[Line]:
    """Return the last line of each slot."""
    return list({line["slot"]: line for line in write_lines(tmp_path_factory.mktemp("lines"))}.values())


def page_of(site: Path, line: Line) -> Document:
    return read_page(site, milestone_address(line["slot"]))


def in_words(text: str) -> str:
    """Return a headline with its dates as a page writes them, and single spaces."""
    days = re.sub(r"\d{4}-\d{2}-\d{2}", lambda found: date.fromisoformat(found[0]).strftime("%-d %B %Y"), text)
    return " ".join(days.split())


def data_of(page: Document) -> Any:
    (script,) = page.all("script")
    return json.loads("".join(script.words))


def test_every_milestone_has_its_page_and_the_page_says_its_headline(site: Path, lines: list[Line]) -> None:
    assert {line["status"] for line in lines} == {"announced", *MARKS}
    headings = {line["slot"]: next(page_of(site, line).all("h1")).text for line in lines}
    said = {line["slot"]: in_words(line["headline"].removeprefix("Retracted: ")) for line in lines}
    assert headings == said


def test_there_is_no_page_of_a_milestone_that_is_none(site: Path, lines: list[Line]) -> None:
    pages = {file.relative_to(site).as_posix() for file in (site / "milestones").iterdir()}
    assert pages == {milestone_address(line["slot"]) for line in lines}


def test_a_page_of_what_is_not_certain_or_no_longer_said_is_marked(site: Path, lines: list[Line]) -> None:
    for line in lines:
        page = page_of(site, line)
        marks = {element.text for element in page.all("strong") if "status" in element.attributes.get("class", "")}
        assert marks == ({MARKS[line["status"]]} if line["status"] in MARKS else set()), line["slot"]
        assert all(in_words(reason) in page.main for reason in line["provisional_because"])


def test_a_milestone_leads_to_the_works_that_hold_it(site: Path, lines: list[Line]) -> None:
    for line in lines:
        page = page_of(site, line)
        for holder in line["holders"]:
            titles = {element.text for element in page.all("a")}
            assert " ".join(holder["title"].split()) in titles
            assert work_address(holder["work_id"]) in page.leads_to


def test_the_place_of_a_milestone_leads_to_it_and_so_does_the_work_where_it_is_more_than_a_new_number_one(
    site: Path, lines: list[Line]
) -> None:
    kinds = {rule.id: rule.kind for rule in default_rules()}
    for line in lines:
        if line["territory"] == "*" or line["status"] == "retracted":
            continue
        address = milestone_address(line["slot"])
        assert address in read_page(site, chart_address(line["chart"], line["territory"])).leads_to
        for holder in line["holders"] if kinds[line["rule"]] != "change" else ():
            assert address in read_page(site, work_address(holder["work_id"])).leads_to


def test_a_page_names_the_document_that_a_claim_rests_on(site: Path, lines: list[Line]) -> None:
    for line in lines:
        if "edition" in line["evidence"]:
            assert line["evidence"]["edition"]["sha256"] in page_of(site, line).main


def test_a_claim_is_marked_up_as_one_with_its_corrections(site: Path, lines: list[Line]) -> None:
    for line in lines:
        data = data_of(page_of(site, line))
        assert (data["@context"], data["@type"]) == ("https://schema.org", "Claim")
        assert data["text"] == line["headline"].removeprefix("Retracted: ")
        assert ("correction" in data) == (line["status"] in ("corrected", "retracted")), line["slot"]


def test_all_that_was_corrected_or_retracted_is_on_the_page_of_corrections(site: Path, lines: list[Line]) -> None:
    leads_to = set(read_page(site, "corrections.html").leads_to)
    wrong = {milestone_address(line["slot"]) for line in lines if line["status"] in ("corrected", "retracted")}
    assert wrong
    assert leads_to & {milestone_address(line["slot"]) for line in lines} == wrong


def test_a_correction_says_something_else_than_what_it_corrects(site: Path) -> None:
    items = [element.text for element in read_page(site, "corrections.html").all("li")]
    corrections = [text.partition(" We said: ") for text in items if " We said: " in text]
    assert corrections
    assert [now for now, _, was in corrections if was.startswith(f"{now.removeprefix('Corrected ')}.")] == []


def runs(number_ones: Mapping[date, str], step: timedelta) -> list[tuple[str, date, date, int]]:
    """Return title, first and last period and length of each run, the latest first."""
    found: list[tuple[str, date, date, int]] = []
    for period, title in sorted(number_ones.items()):
        if found and found[-1][0] == title and found[-1][2] == period - step:
            found[-1] = (title, found[-1][1], period, found[-1][3] + 1)
        else:
            found.append((title, period, period, 1))
    return found[::-1]


def runs_shown(page: Document) -> list[tuple[str, str, str, str]]:
    """Return title, first and last day and length of each row that says from when to when somebody was #1."""
    found = []
    for row in page.all("tr"):
        words = [" ".join(word.split()) for word in row.words if word.strip()]
        days = [word for word in words if re.fullmatch(r"\d+ \w+ \d{4}", word)]
        if days and words[-1].isdigit():
            found.append((words[0], days[0], ON if ON in row.text else days[-1], words[-1]))
    return found


def said_of(run: tuple[str, date, date, int], latest: date) -> tuple[str, str, str, str]:
    title, first, last, length = run
    until = ON if last == latest else f"{last.day} {last:%B %Y}"
    return " ".join(title.split()), f"{first.day} {first:%B %Y}", until, str(length)


@pytest.mark.parametrize("territory", PLACES)
def test_a_place_shows_every_run_at_number_one_that_the_chart_has(territory: str, site: Path) -> None:
    rows = song_rows(is_again=True)
    ones = {date.fromisoformat(row[0]): row[3] for row in rows if (row[1], row[2]) == (territory, 1)}
    expected = [said_of(run, max(ones)) for run in runs(ones, timedelta(weeks=1))]
    assert runs_shown(read_page(site, chart_address(CHART, territory))) == expected


def test_the_sample_shows_every_run_at_number_one_that_its_file_has(site: Path) -> None:
    _, file = open_sample()
    with file.open(encoding="utf-8", newline="") as lines:
        ones = {date.fromisoformat(row["period"]): row["title"] for row in csv.DictReader(lines)}
    expected = [said_of(run, max(ones)) for run in runs(ones, timedelta(days=1))]
    page = read_page(site, chart_address(SAMPLE_OPTIONS["chart"], "US"))
    assert [row[1:] for row in runs_shown(page)] == [row[1:] for row in expected]


def test_the_front_page_says_what_is_number_one_now(site: Path) -> None:
    page = read_page(site, "index.html")
    assert "The Last Kingdom" in page.main
    assert f"the week to Sunday {LAST.day} {LAST:%B %Y}" in page.main
