"""What a person writes by name: countries, languages, rules, files and titles; and what was meant by a mistyped one."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from chartwatch.cli.places import country_code, group_code, language_code, territory_code
from chartwatch.domain.codes import COUNTRIES, LANGUAGES
from tests.command_line import CATALOG, Write, assert_refused, chart, run

CLAIM = ("check", "--title", "All of Us Are Dead", "--chart", "netflix-daily-overall", "--from", "sample")
FOURTH = (*CLAIM, "--nth", "4", "--work-kind", "series")


# Countries, territories and languages.


@pytest.mark.parametrize(
    ("by_name", "by_code"),
    [
        (("--territory", "United States", "--language", "not:English"), ("--territory", "US", "--language", "not:en")),
        (("--territory", "usa", "--language", "Korean, Spanish"), ("--territory", "US", "--language", "ko,es")),
        (("--territory", "US", "--country", "South Korea"), ("--territory", "US", "--country", "KR")),
        (("--territory", "US", "--country", "not:Republic of Korea"), ("--territory", "US", "--country", "not:KR")),
        (("--territory", "US", "--country", "kor,Mexico"), ("--territory", "US", "--country", "KR,MX")),
    ],
)
def test_names_in_a_claim_stand_for_codes(by_name: tuple[str, ...], by_code: tuple[str, ...]) -> None:
    named, coded = run(*FOURTH, *by_name), run(*FOURTH, *by_code)
    assert (named.exit_code, named.stdout) == (coded.exit_code, coded.stdout)
    assert named.stdout


@pytest.mark.parametrize(
    ("per", "group", "code", "verdict"),
    [("origin_country", "South Korea", "KR", "TRUE:"), ("original_language", "Korean", "ko", "FALSE")],
)
def test_a_group_is_named(per: str, group: str, code: str, verdict: str) -> None:
    asked = (*CLAIM, "--territory", "US", "--first-with", "2", "--per", per, "--work-kind", "series")
    named, coded = (run(*asked, "--language", "not:en", "--group", its).stdout for its in (group, code))
    assert named == coded
    assert named[:5] == verdict


@pytest.mark.parametrize(
    ("option", "said", "meant"),
    [
        ("--country", "Sout Korea", "KR"),
        ("--country", "Germny", "DE"),
        ("--country", "uk", "GB"),
        ("--language", "Koreen", "ko"),
        ("--language", "Spainish", "es"),
    ],
)
def test_a_mistyped_name_is_answered_with_the_code_that_was_meant(option: str, said: str, meant: str) -> None:
    assert_refused(run(*FOURTH, "--territory", "US", option, said), f"'{said}' is not an ISO", f"did you mean {meant}?")


def test_a_territory_that_a_chart_does_not_have_is_told_with_those_that_were_meant() -> None:
    history = ("history", "netflix-daily-overall")
    assert run(*history, "United States", "2022-02-04", "--from", "sample").exit_code == 0
    refused = run(*history, "Untied States", "2022-02-04", "--from", "sample")
    assert_refused(refused, "has no territory 'Untied States'; it has US; did you mean US?")


def test_every_code_stands_for_itself_whatever_else_is_called_so() -> None:
    assert {code: language_code(code) for code in LANGUAGES} == {code: code for code in LANGUAGES}
    assert {code: territory_code(code) for code in COUNTRIES} == {code: code for code in COUNTRIES}
    assert (LANGUAGES["gaa"], language_code("ga"), language_code("Irish")) == ("Ga", "ga", "ga")


@pytest.mark.parametrize("code", sorted(COUNTRIES))
def test_every_country_is_known_by_its_name(code: str) -> None:
    assert country_code(COUNTRIES[code].upper()) == code


def test_the_world_is_a_territory_and_what_stands_for_nothing_stays_as_it_is() -> None:
    assert {territory_code(said) for said in ("global", "World", "the world", "GLOBAL")} == {"GLOBAL"}
    assert (territory_code("*"), country_code("Atlantis"), group_code("BTS", "creator")) == ("*", "Atlantis", "BTS")


def test_a_language_is_set_by_its_code_though_another_is_called_so(tmp_path: Path) -> None:
    done = run("catalog", "set", "squid-game", "original_language=ga", "--catalog", tmp_path / "works")
    assert "Irish (ga)" in done.stdout


def test_a_debut_is_told_by_its_rank() -> None:
    said = " ".join(run(*CLAIM, "--territory", "US", "--debut").stdout.split())
    assert "charted first on Netflix's daily Top 10 in the United States on 2022-02-04, at #1." in said


# Rules and files.


@pytest.mark.parametrize("command", ["rules list {}", "rules lint {}", "rules try {} --from sample"])
def test_a_name_of_no_rules_is_answered_with_those_that_there_are(command: str) -> None:
    assert_refused(
        run(*command.format("musik").split()),
        "musik: No such file or directory; the rules that come with Chartwatch are default and music; "
        "did you mean music?",
    )
    assert run(*command.format("music").split()).exit_code == 0


@pytest.mark.parametrize(
    "command",
    [
        "catalog check {}",
        "rules lint {}",
        "rules list {}",
        "check --claims {} --from sample",
        "replay {} --source csv",
        "catalog list --catalog {}",
        "rules try {} --from sample",
        "history a US 2022-01-01 --from csv,cadence=day:{}",
    ],
)
def test_a_mistyped_file_is_answered_with_the_one_beside_it(write: Write, command: str) -> None:
    there = write("number-ones.csv", "x")
    result = run(*command.format(there.with_name("number-onse.csv")).split())
    assert_refused(result, "number-onse.csv: No such file or directory; did you mean ", f"{there}?")


@pytest.mark.parametrize(
    ("separator", "said"), [("\t", "tabs"), (";", "semicolons"), ("|", "vertical bars"), (" ; ", "semicolons")]
)
def test_a_catalog_with_another_separator_is_said_to_have_it(write: Write, separator: str, said: str) -> None:
    file = write("catalog.tsv", CATALOG.replace(",", separator))
    for command in (("catalog", "check"), ("catalog", "list", "--catalog")):
        assert_refused(run(*command, file), f"{file}, line 1: the columns are separated by {said}, not by commas")


def test_a_column_that_is_missing_is_told_with_the_one_that_was_probably_meant(write: Write) -> None:
    file = write("catalog.csv", CATALOG.replace("origin_countries", "origin_country"))
    assert_refused(run("catalog", "check", file), "the column origin_countries is missing", "by origin_country?")


# Titles.


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("squd", "Squid Game"),
        ("squid gane", "Squid Game"),
        ("strangr", "Stranger Things"),
        ("MONEY HIEST", "Money Heist"),
    ],
)
def test_a_list_of_no_works_says_which_was_meant(said: str, meant: str) -> None:
    assert run("catalog", "list", said).stdout == f"0 works; did you mean {meant}?\n"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("rules list smple.yaml --format json", "smple.yaml: No such file or directory"),
        ("check --from smple --nth 1 --chart x --territory US", "SOURCE,key=value:FILE; did you mean sample?"),
        ("replay sample sample", "FILE: sample is a history by itself"),
        ("replay sample other.csv sample", "FILE: sample is a history by itself"),
        (
            "check --from csv,cadense=day:x.csv --nth 1 --chart x --territory US",
            "option cadense: csv has no such option; did you mean cadence?",
        ),
        (
            "check --from sample --chart netflix-daily-overall --territory US --nth 1 --list tv,films",
            "option --list: netflix-daily-overall is on the list 'overall', which is none of those that count",
        ),
        ("withdraw netflix-daily-overal 2022-01-01 --from sample", "; did you mean netflix-daily-overall?"),
    ],
)
def test_what_is_mistyped_in_a_value_is_answered_with_what_was_meant(command: str, said: str) -> None:
    assert_refused(run(*command.split()), said)


# What a date takes away.


def a_history(write: Write, number_ones: Sequence[str] = ("Dark", "Ozark", "Dark", "Ozark", "Ozark")) -> str:
    file = write("daily.csv", chart(number_ones))
    return f"csv,chart=daily,cadence=day,depth=1:{file}"


@pytest.mark.parametrize(
    ("released", "lost"),
    # What was there before may be there still in the week before the release.
    [("2022-01-08", 0), ("2022-01-10", 3), ("2022-01-12", 3), ("2031-01-01", 3)],
)
def test_a_release_date_that_takes_a_work_its_number_ones_is_noted(
    write: Write, tmp_path: Path, released: str, lost: int
) -> None:
    place = ("--catalog", tmp_path / "works", "--from", a_history(write))
    said = run("catalog", "set", "ozark", f"release_date={released}", *place).stdout
    note = f"Note: {lost} of 3 #1s of Ozark (ozark) are no longer taken for it, as it is released on {released}\n"
    assert (note in said) is bool(lost)
    assert ("Note: " in said) is bool(lost)


def test_what_was_number_one_long_before_a_release_is_lost_and_what_was_in_the_week_before_is_not(
    write: Write, tmp_path: Path
) -> None:
    history = a_history(write, ["Ozark", *["Dark"] * 40, "Ozark", "Ozark"])
    place = ("--catalog", tmp_path / "works", "--from", history)
    assert "Note: 1 of 3 #1s of Ozark" in run("catalog", "set", "ozark", "release_date=2022-02-15", *place).stdout


def test_a_file_that_takes_works_their_number_ones_is_noted(write: Write, tmp_path: Path) -> None:
    own = write("own.csv", CATALOG.replace("US,2021-12-01", "US,2023-12-01"))
    place = ("--catalog", tmp_path / "works", "--from", a_history(write))
    assert "Note: 3 of 3 #1s of Ozark (ozark) are no longer" in run("catalog", "import", own, *place).stdout


def test_without_a_history_a_later_release_date_says_from_when_on_a_chart_means_the_work(tmp_path: Path) -> None:
    works = ("--catalog", tmp_path / "works")
    later = run("catalog", "set", "squid-game", "release_date=2031-01-01", *works).stdout
    said = "Note: what charts call Squid Game before 2030-12-25 is then another work, of which nothing is known\n"
    assert later.startswith(said)
    assert "Note: " not in run("catalog", "set", "squid-game", "original_language=ko", *works).stdout


def test_what_was_not_looked_up_is_kept_nowhere(write: Write, tmp_path: Path) -> None:
    file = write("daily.csv", chart(["Ozark", "Squid Game"]))
    of = ("--from", f"csv,chart=daily,cadence=day,depth=1:{file}", "--contact", "someone@example.com")
    done = run("catalog", "enrich", *of, "--catalog", tmp_path / "works")
    assert (done.exit_code, done.stdout) == (0, "No work was looked up\n")
    assert_refused(run("catalog", "enrich", *of), "option --catalog: names the folder that is changed")
