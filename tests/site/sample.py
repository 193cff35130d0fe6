"""The site that is looked at here: the sample, and beside it a chart of songs that is hard on pages.

Its titles are long, of every script, and made of what means something in HTML and in addresses; it is of many places; a
week of it is missing, and two are published again with another song.
"""

import csv
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.command_line import run

CHART = "odd-songs"
OPTIONS = (f"chart={CHART}", "name=Odd Songs", "cadence=week", "kind=song", "creator=artist")
PLACES = (
    *("AR", "BR", "DE", "EG", "GB", "IN", "JP", "KR", "MX", "NG", "TH", "US"),
    *("ES", "FR", "IT", "NL", "PL", "PT", "SE"),
)
FIRST = date(2022, 1, 2)
WEEKS = 16
LAST = FIRST + timedelta(weeks=WEEKS - 1)
MISSING = ("JP", 5)
"""A place, and the week that is not known of it."""

CORRECTED = (("US", 2), ("US", 3))

SONGS = (
    ("Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 2, "Die Ämter"),
    ("The Song Whose Title Goes On " + "and On " * 30 + "and Then Ends", "A Band with a Name that Takes Its Time"),
    ("<script>alert('title')</script>", "Tom & Jerry"),
    ("\"Quoted\" & <b>Bold</b> 'Single' &copy;", "<i>Leaning</i>"),
    ("../../index.html?q=1#top", "//elsewhere.example"),
    ("أغنية طويلة عن الليل", "فيروز"),
    ("שיר של יום", "עידן"),
    ("夜に駆ける", "YOASOBI"),
    ("사랑을 했다", "아이콘"),
    ("रात का गीत", "लता"),
    ("เพลงรัก", "ก้อง"),
    ("🎉🎉🎉", "👩‍👩‍👧‍👦"),
    ("É́́́́́lite", "Zalgo"),
    ("1999", "0"),
)


def write_songs(file: Path, *, is_again: bool = False) -> Path:
    """Write the chart as CSV: as it was published first, or with another #1 in two weeks of a place."""
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("period", "territory", "rank", "title", "artist"))
        rows.writerows(song_rows(is_again=is_again))
    return file


def song_rows(*, is_again: bool) -> Iterator[tuple[str, str, int, str, str]]:
    """Yield period, territory, rank, title and artist of each row."""
    for place, territory in enumerate(PLACES):
        for week in range(WEEKS):
            if (territory, week) == MISSING:
                continue
            period = (FIRST + timedelta(weeks=week)).isoformat()
            at = (
                place // 3 + week * (1 + place % 2) // 2 + (7 if is_again and (territory, week) in CORRECTED else 0)
            ) % len(SONGS)
            for rank in (1, 2, 3):
                title, artist = SONGS[(at + rank - 1) % len(SONGS)]
                yield period, territory, rank, title, artist


def origins(folder: Path) -> list[str]:
    """Write the charts of the site into `folder`; return what `--from` is to say."""
    return ["sample", *(f"csv,{','.join(OPTIONS)}:{file}" for file in _files(folder))]


def _files(folder: Path) -> list[Path]:
    return [write_songs(folder / "first.csv"), write_songs(folder / "again.csv", is_again=True)]


def chartwatch(*arguments: str | Path) -> str:
    """Run the command; return what it writes. Raises AssertionError where it fails."""
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def write_site(folder: Path) -> Path:
    """Write the charts and their site into `folder`; return where the site is."""
    folder.mkdir(parents=True, exist_ok=True)
    histories = (part for origin in origins(folder) for part in ("--from", origin))
    chartwatch("site", "--out", folder / "site", *histories)
    return folder / "site"


def write_site_of_songs(folder: Path, address: str) -> Path:
    """Write the chart of songs into `folder`, and its site as published at `address`; return where the site is."""
    histories = (part for origin in origins(folder)[1:] for part in ("--from", origin))
    chartwatch("site", "--out", folder / "site", "--address", address, *histories)
    return folder / "site"


def write_lines(folder: Path) -> list[dict[str, Any]]:
    """Write the charts into `folder`; return each change of a milestone as `chartwatch replay` tells it."""
    written = [chartwatch("replay", "sample", "--format", "jsonl")]
    options = (part for option in OPTIONS for part in ("-o", option))
    written.append(chartwatch("replay", *map(str, _files(folder)), "--source", "csv", *options, "--format", "jsonl"))
    return [json.loads(line) for text in written for line in text.splitlines()]
