"""Charts of music: what the page says of the Hot 100 is what the rules for music come to."""

import json
import os
import re
from pathlib import Path

import pytest

from bench.most_number_ones import rows
from chartwatch.adapters.catalog_file import parse_catalog
from chartwatch.cli.rule_files import rules_in
from chartwatch.rules import INCLUDED, included_rules
from tests.command_line import Write, run

PAGE = (Path(__file__).parents[2] / "docs" / "music.md").read_text()
WANTS_DATA = pytest.mark.skipif("CHARTWATCH_DATA" not in os.environ, reason="CHARTWATCH_DATA names no folder")
NUMBER_ONES = Path(os.environ.get("CHARTWATCH_DATA", "")) / "other-charts" / "hot-100-number-ones.csv"


@WANTS_DATA
def test_the_table_of_artists_with_most_number_ones_is_what_the_list_comes_to() -> None:
    table = re.search(r"\| artist \| #1s \| of these it leads \|\n\|[-|]+\n((?:\|.*\n)+)", PAGE)
    assert table is not None
    assert table[1].splitlines() == rows(NUMBER_ONES)


SONGS = (
    *("--source", "csv", "-o", "cadence=week", "-o", "territory=US", "-o", "chart=songs", "-o", "depth=1"),
    *("-o", "kind=song", "-o", "creator=performer", "--rules", "music"),
)


def test_the_rules_for_music_are_named_and_count_by_artist(write: Write) -> None:
    file = write(
        "songs.csv",
        "period,title,performer\n2024-01-06,Opener,A B\n2024-01-13,Hello,Lionel Richie\n2024-01-20,Hello,Adele\n"
        "2024-01-27,Easy,Lionel Richie & A B Featuring Adele\n",
    )
    done = run("replay", str(file), *SONGS, "--format", "jsonl")
    assert done.exit_code == 0, done.stderr
    for said in (
        "Easy is the second #1 of songs in the United States by Adele",
        "Easy is the second #1 of songs in the United States by Lionel Richie",
    ):
        assert said in done.stdout
    emails = run("replay", str(file), *SONGS, "--format", "emails")
    assert "Song by Lionel Richie and A B featuring Adele" in emails.stdout


@pytest.mark.parametrize("name", INCLUDED)
def test_each_rules_file_that_comes_with_chartwatch_goes_by_its_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert [rule.id for rule in rules_in(Path(name))] == [rule.id for rule in included_rules(f"{name}.yaml")]


def test_every_rule_for_music_is_on_the_page() -> None:
    assert [rule.id for rule in included_rules("music.yaml") if f"`{rule.id}`" not in PAGE] == []


def test_the_catalog_on_the_page_is_one() -> None:
    (block,) = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    artist, song = parse_catalog(block.encode(), "docs/music.md")
    assert (artist.kind, song.creators, song.featured) == ("artist", ("Luis Fonsi", "Daddy Yankee"), ("Justin Bieber",))
    assert song.own_facts == (("fact:girl group", "no"),)


SPANISH = (
    "work_id,title,kind,original_language,origin_countries,release_date,creators\n"
    "volare,Volare,song,it,IT,,Domenico Modugno\n"
)


@pytest.mark.parametrize(("trusted", "status"), [((), "provisional"), (("-o", "trust_defaults=true"), "announced")])
def test_a_default_language_is_assumed_unless_the_user_trusts_it(
    write: Write, trusted: tuple[str, ...], status: str
) -> None:
    days = "2024-01-06,Opener,A B\n2024-01-13,Other,C D\n2024-01-20,Volare,Domenico Modugno\n"
    file, catalog = write("songs.csv", f"period,title,performer\n{days}"), write("catalog.csv", SPANISH)
    defaults = ("-o", "defaults=original_language=en", *trusted)
    done = run("replay", str(file), *SONGS, *defaults, "--catalog", str(catalog), "--format", "jsonl")
    assert done.exit_code == 0, done.stderr
    changes = [json.loads(line) for line in done.stdout.splitlines()]
    (first,) = [its for its in changes if its["slot"] == "first-in-language:songs:US:it:1"]
    assert first["status"] == status
    assumed = "the original language of Other, #1 since 2024-01-13, is assumed"
    assert (assumed in first["provisional_because"]) is (status == "provisional")
    emails = run("replay", str(file), *SONGS, *defaults, "--catalog", str(catalog), "--format", "emails")
    assert ("English-language song by C D (language assumed)" in emails.stdout) is (status == "provisional")


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("original_language=english", "'english' is not an ISO 639 code; did you mean en?"),
        ("origin_country=UK", "'UK' is not an ISO 3166-1 alpha-2 code; did you mean GB?"),
        (
            "language=en",
            "names 'language', which is none of original_language, origin_country",
        ),
        ("en", "is not of the form CELL=MEANING"),
    ],
)
def test_a_default_that_is_no_fact_is_refused(write: Write, option: str, said: str) -> None:
    file = write("songs.csv", "period,title,performer\n2024-01-06,Opener,A B\n")
    done = run("replay", str(file), *SONGS, "-o", f"defaults={option}")
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_column_of_creators_that_is_not_there_is_named(write: Write) -> None:
    done = run("replay", str(write("songs.csv", "period,title\n2024-01-06,Opener\n")), *SONGS)
    assert done.exit_code == 2
    assert "performer" in done.stderr


def test_a_claim_on_one_of_two_works_of_a_title_is_about_the_one_of_the_artist_that_it_names(write: Write) -> None:
    rows = "2024-01-06,Opener,A B\n2024-01-13,Hello,Lionel Richie\n2024-01-20,Other,Adele\n2024-01-27,Hello,Adele\n"
    file = write("songs.csv", f"period,title,performer\n{rows}")
    options = ",".join(option for option in SONGS[2:-2] if option != "-o")
    asked = ("--chart", "songs", "--territory", "US", "--per", "creator", "--group", "Adele", "--title", "Hello")
    wrong = run("check", *asked, "--nth", "1", "--from", f"csv,{options}:{file}")
    assert "FALSE: Hello is the second title by Adele" in " ".join(wrong.stdout.split())
    right = run("check", *asked, "--nth", "2", "--from", f"csv,{options}:{file}")
    assert right.exit_code == 0
    assert "Hello is the second title by Adele" in " ".join(right.stdout.split())
    slot = run("check", "nth-by-artist:songs:US:Adele:2", "--rules", "music", "--from", f"csv,{options}:{file}")
    assert "Hello is the second #1 of songs in the United States by Adele" in " ".join(slot.stdout.split())


def test_a_claim_on_a_song_that_was_never_first_says_where_it_stood(write: Write) -> None:
    rows = "2024-01-06,1,Opener,A B\n2024-01-06,2,Hello,Adele\n2024-01-13,1,Hello,Lionel Richie\n2024-01-13,2,Low,C D\n"
    file = write("songs.csv", f"period,rank,title,performer\n{rows}")
    options = f"{','.join(option for option in SONGS[2:-2] if option != '-o')}".replace("depth=1", "depth=2")
    done = run(
        "check",
        "--chart",
        "songs",
        "--territory",
        "US",
        "--title",
        "Low",
        "--nth",
        "1",
        "--from",
        f"csv,{options}:{file}",
    )
    assert "Low has not been #1 of songs" in " ".join(done.stdout.split())
    assert "it was second (2024-01-13)" in " ".join(done.stdout.split())


def test_an_artist_who_is_written_much_like_one_of_the_chart_is_mistyped(write: Write) -> None:
    file = write("songs.csv", "period,title,performer\n2024-01-06,Opener,A B\n2024-01-13,Karma,Taylor Swift\n")
    options = ",".join(option for option in SONGS[2:-2] if option != "-o")
    asked = ("--chart", "songs", "--territory", "US", "--per", "creator", "--number", "1", "--from")
    mistyped = run("check", "--group", "Tailor Swift", *asked, f"csv,{options}:{file}")
    assert mistyped.exit_code == 2
    assert "nothing by 'Tailor Swift' was at #1 of songs; did you mean Taylor Swift?" in mistyped.stderr
    assert run("check", "--group", "Adele", *asked, f"csv,{options}:{file}").exit_code == 1, "she had none"
