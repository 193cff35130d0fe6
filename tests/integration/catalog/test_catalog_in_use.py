"""The catalog under every command, and what is shown, imported and exported of it."""

import json
from pathlib import Path

from chartwatch.adapters.layer_file import write_layer
from chartwatch.adapters.starter import starter_catalog
from tests.catalog_commands import OWN, as_json, enrich, holders, replayed
from tests.command_line import Write, assert_refused, run
from tests.lookups import Lookups


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
