"""`chartwatch catalog` as a person uses it, on files, with providers of facts on this machine."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from chartwatch.adapters import answers
from chartwatch.adapters.answers import lookup_connection
from chartwatch.adapters.connection import HttpConnection
from chartwatch.adapters.layer_file import parse_layer, write_layer
from chartwatch.adapters.starter import starter_catalog
from chartwatch.cli import catalog_changes, enrichment
from chartwatch.domain.works.candidates import Sighting
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.work import Kind
from chartwatch.services.egress import EgressPolicy
from chartwatch.services.enrich import FactProvider, LookedUp, look_up
from tests.command_line import HEADER, Write, assert_refused, run
from tests.lookups import HTML, KEY, SERVER_ERROR, Lookups, Served
from tests.providers import Answer

SEEN = ("Ozark", "The Long Way Home", "Shadows of Gerolstein", "Echo", "Echo")
"""The number ones of five days, the first of which the starter catalog knows."""

WORKS = (
    Served(1, "The Long Way Home", Kind.SERIES, "ko", ("KR",), date(2022, 1, 1)),
    Served(2, "Shadows of Gerolstein", Kind.SERIES, "fr", ("BE", "FR"), date(2022, 1, 2)),
    Served(3, "Echo", Kind.SERIES, "sv", ("SE",), date(2010, 1, 4)),
    Served(4, "Echo", Kind.SERIES, "de", ("DE",), date(2012, 1, 4)),
)

OWN = "work_id,title,kind,original_language,origin_countries,release_date\n"


@pytest.fixture
def history(write: Write) -> str:
    rows = (f"2022-01-0{day},US,1,{title},series" for day, title in enumerate(SEEN, 1))
    return (
        f"csv,chart=daily,name=the daily chart,cadence=day,depth=1:{write('d.csv', chr(10).join((HEADER, *rows, '')))}"
    )


def as_json(command: str, *arguments: str | Path) -> Any:
    return json.loads(run("catalog", command, *arguments, "--format", "json").stdout)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that is not there yet."""
    return tmp_path / "works"


@pytest.fixture(autouse=True)
def _no_key_and_no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMDB_KEY", raising=False)

    def without_pauses(contact: str, policy: EgressPolicy) -> HttpConnection:
        return replace(lookup_connection(contact, policy), pauses=())

    monkeypatch.setattr(answers, "lookup_connection", without_pauses)


@pytest.fixture
def providers() -> Iterator[Lookups]:
    with Lookups(WORKS) as served:
        yield served


def enrich(providers: Lookups, history: str, folder: Path, *more: str) -> Result:
    asked = ("--wikidata", providers.wikidata, "--tmdb", providers.tmdb, "--contact", "someone@example.com")
    return run("catalog", "enrich", "--from", history, "--catalog", folder, *asked, *more)


def replayed(history: str, *more: str | Path) -> list[dict[str, object]]:
    *_, file = history.partition(":")
    chart = ("--source", "csv", "-o", "chart=daily", "-o", "cadence=day", "-o", "depth=1")
    done = run("replay", file, *chart, "--format", "jsonl", *more)
    assert done.exit_code == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def holders(changes: list[dict[str, object]], slot: str) -> list[object]:
    """Return the titles that hold a slot in its last revision."""
    its = [change for change in changes if change["slot"] == slot]
    return [holder["title"] for holder in its[-1]["holders"]] if its else []  # type: ignore[attr-defined]


# The starter catalog, under every command.


def test_the_sample_is_replayed_without_any_file_and_its_firsts_are_known() -> None:
    done = run("replay", "sample", "--since", "2022-02-01")
    assert done.exit_code == 0
    assert "All of Us Are Dead: South Korea first with 2 non-English series" in done.stdout
    assert done.stderr.count("\n") == 1, "nothing is missing of the sample's works"


def test_without_facts_no_first_is_claimed_and_nobody_is_told_what_is_missing() -> None:
    done = run("replay", "sample", "--catalog", "none", "--since", "2022-02-01")
    assert "first" not in done.stdout
    assert "a fact is not known" not in done.stderr


def test_a_file_without_a_source_is_asked_for_one(write: Write) -> None:
    assert_refused(run("replay", write("d.csv", "x")), "option --source: is needed to read files")
    assert_refused(run("replay", "sample", "-o", "chart=x"), "option --option: is an option of --source")


def test_an_own_file_lies_over_the_starter_catalog(write: Write, history: str) -> None:
    file = write(
        "own.csv", f"{OWN}ozark,Ozark,series,fi,FI,2021-12-01\nhome,The Long Way Home,series,ko,KR,2022-01-01\n"
    )
    shown = run("catalog", "show", "ozark", "--catalog", file).stdout
    assert "  original language: Finnish (fi)\n" in shown
    assert "English (en): starter (starter, high confidence, overruled)" in shown
    changes = replayed(history, "--catalog", file)
    assert holders(changes, "first-from-country:daily:US:KR:1") == ["The Long Way Home"]
    assert run("catalog", "show", "Squid Game", "--catalog", file).exit_code == 0, (
        "what the file lacks, the starter has"
    )


def test_a_title_of_unknown_kind_means_no_work_of_the_starter_catalog(write: Write) -> None:
    rows = "period,territory,rank,title\n2022-01-01,US,1,Ozark\n2022-01-02,US,1,Squid Game\n"
    of = ("--source", "csv", "-o", "chart=songs", "-o", "cadence=day", "--format", "jsonl")
    slots = {}
    for name, more in (("unknown", ()), ("series", ("-o", "kind=series"))):
        done = run("replay", write(f"{name}.csv", rows), *of, *more)
        assert done.exit_code == 0, done.stderr
        slots[name] = {json.loads(line)["slot"] for line in done.stdout.splitlines()}
    korean = "first-in-language:songs:US:ko:1"
    assert korean not in slots["unknown"], "a song may be called as a series is"
    assert korean in slots["series"]


def test_a_replay_ends_with_what_is_not_known_and_what_helps(history: str) -> None:
    *_, file = history.partition(":")
    done = run("replay", file, "--source", "csv", "-o", "chart=daily", "-o", "cadence=day", "-o", "depth=1")
    assert done.stderr.splitlines()[-1] == (
        "Of 4 of 5 #1s (3 works) a fact is not known: original language of 4 and countries of origin of 4. "
        "`chartwatch catalog missing` names the works, `chartwatch catalog enrich` looks them up."
    )


def test_of_songs_nobody_is_told_that_they_are_looked_up(history: str) -> None:
    *_, file = history.partition(":")
    songs = ("--source", "csv", "-o", "chart=songs", "-o", "cadence=day", "-o", "depth=1", "-o", "creator=title")
    assert (
        run("replay", file, *songs)
        .stderr.splitlines()[-1]
        .endswith("Only films and series are looked up; `chartwatch catalog set`, or a file, says what is so.")
    )


# Looking up.


def test_what_is_missing_at_number_one_is_looked_up_kept_and_used(
    providers: Lookups, history: str, folder: Path
) -> None:
    assert holders(replayed(history), "first-in-language:daily:US:ko:1") == []
    done = enrich(providers, history, folder)
    assert (done.exit_code, done.stderr) == (0, "")
    assert (
        "3/3 The Long Way Home: original language Korean (ko), countries of origin South Korea (KR), "
        "release date 2022-01-01, by wikidata\n"
    ) in done.stdout
    assert "The Long Way Home is the first title in Korean to reach #1" in done.stdout.replace("\n            ", " ")
    assert done.stdout.splitlines()[-2:] == [
        f"3 works looked up, kept in the folder {folder}",
        "Of 1 work at #1 a fact is not known: `chartwatch catalog missing` names them",
    ]
    changes = replayed(history, "--catalog", folder)
    assert holders(changes, "first-in-language:daily:US:ko:1") == ["The Long Way Home"]


def test_what_stays_unknown_is_shown_with_its_candidates_and_reasons(
    providers: Lookups, history: str, folder: Path
) -> None:
    said = enrich(providers, history, folder).stdout
    assert "1/3 Echo: original language and countries of origin unknown still\n" in said
    assert "  candidate wikidata:Q1000003, score " in said
    assert "old when it charted -2" in said
    missing = run("catalog", "missing", "--from", history, "--catalog", folder).stdout.splitlines()
    assert missing == [
        "     2  Echo: original language and countries of origin; 2 candidates",
        "        unlisted:series:echo, first at #1 2022-01-04",
        "Of 2 of 5 #1s (1 work) a fact is not known: original language of 2 and countries of origin of 2.",
    ]
    candidates = run("catalog", "candidates", "echo", "--catalog", folder).stdout
    assert "  wikidata:Q1000003, asked " in candidates
    assert "      Echo, series, German (de), Germany (DE), 2012-01-04\n" in candidates
    (its,) = as_json("missing", "--from", history, "--catalog", folder)
    assert its == {
        "work_id": "unlisted:series:echo",
        "title": "Echo",
        "lacks": ["original_language", "origin_countries"],
        "times_at_number_one": 2,
        "first_at_number_one": "2022-01-04",
        "may_be": [],
        "candidates": 2,
    }
    found = {each["candidate"]: each for each in as_json("candidates", "echo", "--catalog", folder)["candidates"]}
    assert (found["wikidata:Q1000003"]["languages"], found["wikidata:Q1000003"]["countries"]) == (["sv"], ["SE"])
    assert {"evidence": "old when it charted", "weight": -2} in found["wikidata:Q1000004"]["reasons"]


def test_what_was_looked_up_lately_is_not_asked_for_again(providers: Lookups, history: str, folder: Path) -> None:
    enrich(providers, history, folder)
    before = len(providers.asked)
    done = enrich(providers, history, folder)
    assert (done.exit_code, len(providers.asked)) == (0, before)
    assert "Not asked about again so soon: 1 work looked up lately\n" in done.stdout


def test_one_request_is_under_way_at_a_time_and_says_who_asks(providers: Lookups, history: str, folder: Path) -> None:
    enrich(providers, history, folder)
    assert {asked.headers["user-agent"] for asked in providers.asked} == {
        "Chartwatch/0.1.0 (watches popularity charts; someone@example.com)"
    }


def test_tmdb_is_asked_with_a_key_and_its_notice_is_shown(
    providers: Lookups, history: str, folder: Path, monkeypatch: pytest.MonkeyPatch, write: Write
) -> None:
    assert not [its for its in (enrich(providers, history, folder / "1"), *providers.actions()) if "/3/" in str(its)]
    monkeypatch.setenv("TMDB_KEY", KEY)
    by_variable = enrich(providers, history, folder / "2", "--wikidata", "none")
    monkeypatch.delenv("TMDB_KEY")
    by_file = enrich(
        providers, history, folder / "3", "--wikidata", "none", "--key-file", str(write("key", f"{KEY}\n"))
    )
    for done, name in ((by_variable, "2"), (by_file, "3")):
        assert "The Long Way Home: original language Korean (ko)" in done.stdout
        assert done.stdout.endswith("\nThis product uses the TMDB API but is not endorsed or certified by TMDB.\n")
        assert KEY not in (folder / name / "looked-up.json").read_text() + done.output


def test_a_source_that_another_one_led_to_the_work_is_shown_as_led(
    providers: Lookups, history: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMDB_KEY", KEY)
    enrich(providers, history, folder)
    shown = " ".join(run("catalog", "show", "the long way home", "--catalog", folder).stdout.split())
    today = datetime.now(UTC).date()
    assert f"Korean (ko): wikidata (looked up, {today}, medium confidence)" in shown
    assert f"Korean (ko): tmdb (looked up, {today}, by the link of wikidata, medium confidence" in shown


def test_what_tmdb_said_is_gone_when_it_may_not_be_kept(
    providers: Lookups, history: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMDB_KEY", KEY)
    enrich(providers, history, folder, "--wikidata", "none")
    file = folder / "looked-up.json"
    asked = datetime.now(UTC).date()
    for day in (asked, asked + timedelta(days=180)):
        file.write_text(file.read_text().replace(day.isoformat(), (day - timedelta(days=181)).isoformat()))
    shown = run("catalog", "show", "the long way home", "--catalog", folder).stdout
    assert "original language: unknown" in shown
    assert "TMDB" not in shown


@pytest.mark.parametrize("fault", [SERVER_ERROR, HTML])
def test_a_provider_that_fails_is_named_and_what_was_found_before_is_kept(
    providers: Lookups, history: str, folder: Path, fault: Answer
) -> None:
    whole = providers.answer
    providers.answer = lambda asked: whole(asked) if "Gerolstein" not in str(asked.query) else fault
    done = enrich(providers, history, folder)
    assert done.exit_code == 1
    assert "  no answer: Wikidata: " in done.stdout
    assert "1 work left: the same command goes on where this one ended" in done.stdout
    assert "original language: Korean (ko)" in run("catalog", "show", "the long way home", "--catalog", folder).stdout
    providers.answer = whole
    again = enrich(providers, history, folder)
    assert again.exit_code == 0
    assert "1/1 Shadows of Gerolstein: original language French (fr)" in again.stdout


def test_a_provider_that_never_answers_is_soon_asked_no_more(history: str, folder: Path, providers: Lookups) -> None:
    providers.answer = lambda _: SERVER_ERROR
    done = enrich(providers, history, folder)
    assert done.exit_code == 1
    assert done.stdout.count("  no answer: ") == 3
    assert "  wikidata is asked no more\n" in done.stdout
    assert not folder.exists(), "nothing was found, so nothing is kept"


def test_a_provider_that_refuses_is_asked_once(
    history: str, folder: Path, providers: Lookups, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMDB_KEY", "f" * 32)
    done = enrich(providers, history, folder, "--wikidata", "none")
    assert (done.exit_code, len(providers.asked)) == (1, 1)
    assert "  no answer: TMDB: answered 401" in done.stdout
    assert "3 works left" in done.stdout


@pytest.mark.parametrize("after", ["3600", "61", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_a_provider_that_asks_to_be_left_alone_is_not_asked_again_in_that_round(
    history: str, folder: Path, providers: Lookups, after: str
) -> None:
    whole = providers.answer
    busy = Answer(b"", 429, {"Retry-After": after})
    providers.answer = lambda asked: whole(asked) if "Gerolstein" not in str(asked.query) else busy
    done = enrich(providers, history, folder)
    assert done.exit_code == 1
    assert "  no answer: Wikidata: answered 429" in done.stdout
    assert "  wikidata is asked no more\n" in done.stdout
    assert "Gerolstein" in str(providers.asked[-1].query)
    assert "1 work looked up, kept in " in done.stdout
    assert "2 works left: the same command goes on where this one ended" in done.stdout
    providers.answer = whole
    assert enrich(providers, history, folder).exit_code == 0


def test_who_is_not_due_is_not_asked_when_what_another_said_runs_out(
    providers: Lookups, history: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMDB_KEY", KEY)
    enrich(providers, history, folder)
    run("catalog", "set", "Echo", "original_language=sv", "origin_countries=SE", "--catalog", folder)
    file = folder / "looked-up.json"
    asked = datetime.now(UTC).date()
    for day in (asked, asked + timedelta(days=180)):
        file.write_text(file.read_text().replace(f'"{day}"', f'"{day - timedelta(days=155)}"'))
    providers.asked.clear()
    monkeypatch.delenv("TMDB_KEY")
    assert enrich(providers, history, folder).exit_code == 0
    assert providers.actions() == []
    monkeypatch.setenv("TMDB_KEY", KEY)
    assert enrich(providers, history, folder).exit_code == 0
    assert providers.actions()
    assert all(action.startswith("/3/") for action in providers.actions())
    providers.asked.clear()
    assert enrich(providers, history, folder).exit_code == 0
    assert providers.actions() == []


def test_a_round_that_is_stopped_keeps_what_it_has_found(
    history: str, folder: Path, providers: Lookups, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_up_until_ctrl_c(sighting: Sighting, its: Sequence[FactProvider], today: date) -> LookedUp:
        if "Gerolstein" in str(sighting):
            raise KeyboardInterrupt
        return look_up(sighting, its, today)

    monkeypatch.setattr(enrichment, "look_up", look_up_until_ctrl_c)
    done = enrich(providers, history, folder)
    assert done.exit_code == 1
    assert "Stopped\n" in done.stdout
    assert "1 work looked up, kept in the folder" in done.stdout
    assert "2 works left" in done.stdout


def test_what_a_round_finds_is_kept_while_it_goes_on(
    history: str, folder: Path, providers: Lookups, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is there also when the process is killed."""
    kept: list[int] = []

    def look_up_and_see(sighting: Sighting, its: Sequence[FactProvider], today: date) -> LookedUp:
        file = folder / "looked-up.json"
        kept.append(len(json.loads(file.read_bytes())["works"]) if file.exists() else 0)
        return look_up(sighting, its, today)

    monkeypatch.setattr(enrichment, "look_up", look_up_and_see)
    monkeypatch.setattr(enrichment, "PORTION", 1)
    done = enrich(providers, history, folder)
    assert (done.exit_code, kept) == (0, [0, 1, 2])
    said = " ".join(done.stdout.split())
    belgian = "first title from Belgium to reach #1 of the daily chart anywhere"
    assert said.count(f"provisional, sent: Shadows of Gerolstein is the {belgian}") == 1, "what changes is said once"


def test_what_a_round_finds_is_kept_though_nobody_reads_what_it_says(
    history: str, folder: Path, providers: Lookups
) -> None:
    asked = ("--wikidata", providers.wikidata, "--contact", "someone@example.com")
    command = (sys.executable, "-u", "-m", "chartwatch.cli", "catalog", "enrich", "--from", history)
    with subprocess.Popen(
        [*command, "--catalog", folder, *asked], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1
    assert len(json.loads((folder / "looked-up.json").read_bytes())["works"]) == 1


def test_a_portion_that_takes_much_back_is_asked_about_and_those_before_it_are_kept(
    folder: Path, providers: Lookups, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog_changes, "MOST_TAKEN_BACK", 4)
    monkeypatch.setattr(enrichment, "PORTION", 1)
    titles = ("Bonjour", "Shadows of Gerolstein", "Shadows of Gerolstein", "The Long Way Home", "Loud")
    rows = (f"2022-01-0{day},US,1,{title},series" for day, title in enumerate(titles, 1))
    file = write("d.csv", "\n".join((HEADER, *rows, "")))
    history = f"csv,chart=daily,name=the daily chart,cadence=day,depth=1:{file}"
    own = ("b,Bonjour,series,fr,BE,2022-01-01", "loud,Loud,series,ko,KR,2022-01-05", "")
    run("catalog", "import", write("own.csv", OWN + "\n".join(own)), "--catalog", folder)
    refused = enrich(providers, history, folder)
    assert refused.exit_code == 2
    assert "sent milestones would be corrected or retracted, more than 4" in refused.stderr
    assert refused.stderr.endswith(". No more was changed\n")
    assert "French (fr)" in run("catalog", "list", "gerolstein", "--catalog", folder).stdout
    assert "Korean" not in run("catalog", "list", "long way", "--catalog", folder).stdout
    before = len(providers.asked)
    assert enrich(providers, history, folder, "--yes").exit_code == 0
    assert "Gerolstein" not in str([asked.query for asked in providers.asked[before:]])
    assert "Korean (ko)" in run("catalog", "list", "long way", "--catalog", folder).stdout


def test_nobody_is_asked_where_nothing_can_be_kept(write: Write, history: str, providers: Lookups) -> None:
    file = write("own.csv", OWN)
    assert_refused(enrich(providers, history, file / "works"), f"{file / 'works'}: Not a directory")
    assert providers.asked == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--catalog", "{folder}"), "option --contact: is needed"),
        (("--catalog", "{folder}", "--contact", "é"), "option --contact: 'é' is no contact"),
        (("--catalog", "{folder}", "--wikidata", "none"), "option --wikidata: nobody is asked: TMDB wants a key"),
        (("--catalog", "{folder}", "--key-file", "no-such-file", "--wikidata", "none"), "no-such-file: No such file"),
        (("--contact", "x@example.com"), "option --catalog: names the folder that is changed"),
        (("--contact", "x@example.com", "--catalog", "none"), "option --catalog: names the folder that is changed"),
        (("--contact", "x@example.com", "--catalog", "{file}"), "is a file, and a folder is changed: `chartwatch cat"),
    ],
)
def test_a_look_up_that_cannot_be_is_refused_before_anybody_is_asked(
    write: Write, history: str, folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    file = write("own.csv", OWN)
    its = [argument.format(folder=folder, file=file) for argument in arguments]
    assert_refused(run("catalog", "enrich", "--from", history, *its), said)
    assert not folder.exists()


def test_a_look_up_needs_a_history(folder: Path) -> None:
    asked = run("catalog", "enrich", "--catalog", folder, "--contact", "x@example.com")
    assert_refused(asked, "option --from: or --stack is needed")


# What a person says.


def test_an_override_wins_over_every_source_and_over_an_own_file(
    providers: Lookups, history: str, folder: Path, write: Write
) -> None:
    enrich(providers, history, folder)
    own = write("own.csv", f"{OWN}home,The Long Way Home,series,vi,VN,2022-01-01\n")
    assert run("catalog", "import", own, "--catalog", folder).exit_code == 0
    assert "Vietnamese (vi)" in run("catalog", "list", "long way", "--catalog", folder).stdout
    done = run("catalog", "set", "home", "original_language=Thai", "origin_countries=Thailand;KR", "--catalog", folder)
    assert done.stdout.splitlines() == [
        f"The Long Way Home, series, Thai (th), Thailand (TH), South Korea (KR), 2022-01-01, in the folder {folder}",
        "With --from, it is shown which milestones that touches",
    ]
    assert run("catalog", "import", own, "--catalog", folder).exit_code == 0
    shown = run("catalog", "show", "home", "--catalog", folder).stdout
    assert "  original language: Thai (th)\n    Thai (th): a person (override, " in shown
    assert "Korean (ko): wikidata (looked up, " in shown
    assert "Vietnamese (vi): own file (own file, high confidence, overruled)" in shown
    assert holders(replayed(history, "--catalog", folder), "first-in-language:daily:US:th:1") == ["The Long Way Home"]


def test_a_change_shows_the_milestones_that_it_touches(history: str, folder: Path) -> None:
    done = run("catalog", "set", "ozark", "original_language=ko", "--catalog", folder, "--from", history)
    assert done.exit_code == 0
    asked = ("set", "the long way home", "original_language=ko", "origin_countries=KR", "--source", "its makers")
    done = run("catalog", *asked, "--catalog", folder, "--from", history)
    assert done.exit_code == 0
    assert "The Long Way Home is the first title from South Korea to reach #1" in done.stdout
    assert "0 sent milestones would be corrected or retracted; " in done.stdout
    assert (
        "Korean (ko): its makers (override, " in run("catalog", "show", "the long way home", "--catalog", folder).stdout
    )


def test_what_was_set_is_taken_back(folder: Path) -> None:
    place = ("--catalog", folder)
    run("catalog", "set", "ozark", "original_language=ko", "fact:studio=Media Rights", *place)
    assert "  fact:studio: Media Rights\n" in run("catalog", "show", "ozark", *place).stdout
    done = run("catalog", "set", "ozark", "original_language=", "fact:studio=", *place)
    assert "Ozark, series, English (en)" in done.stdout
    assert parse_layer((folder / "override.json").read_bytes(), Layer.OVERRIDE, "it") == ()


def test_a_candidate_that_is_chosen_stands_over_all_that_others_say(
    providers: Lookups, history: str, folder: Path
) -> None:
    enrich(providers, history, folder)
    done = run("catalog", "choose", "Echo", "wikidata:Q1000004", "--catalog", folder, "--from", history)
    assert done.exit_code == 0
    assert "Echo is the first title in German to reach #1" in done.stdout
    assert (
        done.stdout.splitlines()[-1] == f"Echo, series, German (de), Germany (DE), 2012-01-04, in the folder {folder}"
    )
    assert "wikidata Q1000004 (override, " in run("catalog", "show", "echo", "--catalog", folder).stdout
    assert "Nothing is missing" in run("catalog", "missing", "--from", history, "--catalog", folder).stdout


def test_what_a_person_set_stays_where_the_candidate_that_is_chosen_says_nothing_of_it(
    providers: Lookups, history: str, folder: Path
) -> None:
    enrich(providers, history, folder)
    run("catalog", "set", "Echo", "original_language=tr", "fact:studio=Own", "--catalog", folder)
    run("catalog", "choose", "Echo", "wikidata:Q1000004", "--catalog", folder)
    (override,) = parse_layer((folder / "override.json").read_bytes(), Layer.OVERRIDE, "it")
    said = {fact.name: fact.source for fact in override.facts}
    assert said["fact:studio"] == "a person"
    assert said["original_language"] == "wikidata Q1000004", "of that the candidate says something"


def test_what_tmdbs_candidate_says_is_kept_for_as_long_as_tmdb_allows(
    providers: Lookups, history: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMDB_KEY", KEY)
    enrich(providers, history, folder, "--wikidata", "none")
    run("catalog", "choose", "echo", "tmdb:4", "--catalog", folder)
    until = datetime.now(UTC).date() + timedelta(days=180)
    (override,) = parse_layer((folder / "override.json").read_bytes(), Layer.OVERRIDE, "it")
    assert {fact.expires for fact in override.facts} == {until}


def test_all_that_is_wrong_is_said_at_once_with_what_was_probably_meant(folder: Path) -> None:
    wrong = ("original_langauge=ko", "original_language=Koreann", "main_country=UK", "release_date=2022", "origin")
    assert_refused(
        run("catalog", "set", "ozark", *wrong, "--catalog", folder),
        "'original_langauge' is no fact",
        "did you mean original_language?",
        "'Koreann' is not an ISO 639 code; did you mean ko?",
        "'UK' is not an ISO 3166-1 alpha-2 code; did you mean GB?",
        "'2022' is not a date such as 2022-01-28",
        "'origin' is not of the form FACT=VALUE",
    )
    assert not folder.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "squid gme"), "'squid gme' is no id and no title of a work that is known; did you mean Squid Game?"),
        (("show", "The Gentlemen"), "'The Gentlemen' may be "),
        (("set", "Nothing At All Like It", "original_language=ko"), "is no id and no title of a work that is known"),
        (("choose", "squid-game", "wikidata:Q1"), "'wikidata:Q1' is no candidate of Squid Game; there are none yet"),
        (("show", "squid-game", "--stack", "x", "--catalog", "y"), "option --catalog: is for files"),
        (
            ("set", "squid-game", "original_language=ko", "--stack", "x", "--from", "sample"),
            "option --from: is for files",
        ),
        (("list", "--catalog", "none"), "option --catalog: none holds no works"),
        (("list", "--catalog", "no-such-place"), "no-such-place: No such file or directory"),
        (("missing",), "option --from: a history is needed: give --from or --stack"),
    ],
)
def test_what_cannot_be_shown_or_changed_is_refused_in_one_sentence(
    folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    place = ("--catalog", str(folder)) if arguments[0] in ("set", "choose") and "--stack" not in arguments else ()
    assert_refused(run("catalog", *arguments, *place), said)


def test_a_change_that_takes_much_back_is_asked_about(
    history: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog_changes, "MOST_TAKEN_BACK", 0)
    place = ("--catalog", folder, "--from", history)
    run("catalog", "set", "the long way home", "original_language=ko", *place)
    refused = run("catalog", "set", "the long way home", "original_language=vi", *place)
    assert refused.exit_code == 2
    assert "more than 0; without a terminal to ask at, this option is needed. Nothing was changed" in refused.stderr
    assert "Korean (ko)" in run("catalog", "list", "long way", "--catalog", folder).stdout
    assert run("catalog", "set", "the long way home", "original_language=vi", *place, "--yes").exit_code == 0
    assert "Vietnamese (vi)" in run("catalog", "list", "long way", "--catalog", folder).stdout


# What is shown, imported and exported.


def test_a_list_is_cut_and_says_how_many_more_there_are() -> None:
    lines = run("catalog", "list", "--limit", "2").stdout.splitlines()
    assert len(lines) == 3
    assert lines[-1] == "and 1,019 more; --limit 1021 shows all"
    assert run("catalog", "list", "no such title").stdout == "0 works\n"


def test_conflicts_are_shown_with_what_each_source_says(providers: Lookups, history: str, folder: Path) -> None:
    enrich(providers, history, folder)
    file = folder / "looked-up.json"
    dossiers = json.loads(file.read_text())
    its = dossiers["works"]["unlisted:series:the long way home"]["facts"]
    (language,) = [fact for fact in its if fact["name"] == "original_language"]
    its.append({**language, "source": "another source", "value": "th", "asked": "2099-01-01"})
    file.write_text(json.dumps(dossiers))
    said = run("catalog", "conflicts", "--catalog", folder).stdout
    assert said.splitlines()[0] == (
        "unlisted:series:the long way home: original language of The Long Way Home: Korean (ko), assumed, in conflict"
    )
    assert "    Thai (th): another source (looked up, 2099-01-01, " in said
    assert "    Korean (ko): wikidata (looked up, " in said
    assert said.endswith("1 work with facts in conflict\n")
    assert run("catalog", "conflicts").stdout == "0 works with facts in conflict\n"
    assert as_json("conflicts") == []
    (its,) = as_json("conflicts", "--catalog", folder)
    assert its["work_id"] == "unlisted:series:the long way home"
    (fact,) = its["facts"].values()
    assert {(said["value"], said["source"].split()[0]) for said in fact["said"]} == {
        ("ko", "wikidata"),
        ("th", "another"),
    }
    shown = as_json("show", "the long way home", "--catalog", folder)
    assert (shown["facts"]["original_language"], shown["original_language"]) == (fact, "ko")


def test_a_list_of_works_for_machines_has_all_of_them_and_those_that_a_text_names() -> None:
    assert len(as_json("list")) == 1021
    assert [work["work_id"] for work in as_json("list", "squid game")] == ["squid-game", "squid-game-the-challenge"]
    assert as_json("list", "squid gaem") == []


def test_what_is_exported_is_a_catalog_that_can_be_imported(folder: Path, write: Write) -> None:
    file = write("all.csv", run("catalog", "export").stdout)
    assert run("catalog", "check", file).stdout.splitlines()[0] == "  1,021 works"
    assert run("catalog", "import", file, "--catalog", folder).stdout == (
        f"Imported 1021 works of {file} into the folder {folder}\n"
    )
    assert len(starter_catalog()) == 1021


def test_a_layer_that_is_damaged_is_named_and_nothing_is_lost(folder: Path) -> None:
    folder.mkdir()
    (folder / "override.json").write_bytes(write_layer(())[:-5])
    before = (folder / "override.json").read_bytes()
    done = run("catalog", "set", "ozark", "original_language=ko", "--catalog", folder)
    assert_refused(done, f"{folder / 'override.json'} cannot be read")
    assert (folder / "override.json").read_bytes() == before
