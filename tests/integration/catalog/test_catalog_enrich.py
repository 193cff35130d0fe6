"""`chartwatch catalog enrich` on files, with providers of facts on this machine."""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from chartwatch.cli import catalog_changes, enrichment
from chartwatch.domain.works.candidates import Sighting
from chartwatch.services.enrich import FactProvider, LookedUp, look_up
from tests.catalog_commands import OWN, as_json, enrich, holders, replayed
from tests.command_line import HEADER, Write, assert_refused, run
from tests.lookups import HTML, KEY, SERVER_ERROR, Lookups
from tests.providers import Answer


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
