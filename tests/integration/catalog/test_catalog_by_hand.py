"""`chartwatch catalog set` and `choose`: what a person says stands over what others do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chartwatch.adapters.layer_file import parse_layer
from chartwatch.cli import catalog_changes
from chartwatch.domain.works.facts import Layer
from tests.catalog_commands import OWN, enrich, holders, replayed
from tests.command_line import Write, assert_refused, run
from tests.lookups import KEY, Lookups


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
