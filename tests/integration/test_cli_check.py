"""`chartwatch check` as people and machines meet it."""

import json
from collections.abc import Sequence

import pytest
from typer.testing import Result

from tests.command_line import CATALOG, RULES, Write, assert_refused, chart, run

CLAIM = ("check", "--chart", "netflix-daily-overall", "--territory", "US", "--from", "sample")
STORY = (*CLAIM, "--title", "All of Us Are Dead", "--work-kind", "series", "--language", "not:en")


def test_the_story_of_february_2022_is_false_on_the_daily_chart() -> None:
    result = run(*STORY, "--nth", "2")
    assert result.exit_code == 1
    assert (
        result.stdout
        == """\
FALSE: All of Us Are Dead is the fourth non-English series to reach #1
of Netflix's daily Top 10 in the United States, 7 days after release, in
records since 2020-04-01: not the second. That was on 2022-02-04.

Before it:
  2021-03-27  Who Killed Sara?
  2021-09-22  Squid Game
  2021-12-04  Money Heist

On the record:
  Netflix's daily Top 10 in the United States: 710 of 710 days from
  2020-04-01 to 2022-03-11, none missing
"""
    )


def test_the_other_half_of_the_story_is_true() -> None:
    result = run(*STORY, "--first-with", "2", "--per", "origin_country", "--group", "KR")
    assert result.exit_code == 0
    assert result.stdout.startswith("TRUE: South Korea is the first country with two non-English series at #1\n")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("--language ko", "TRUE: Of the Korean-language titles, All of Us Are Dead was #1 of "),
        ("--work-kind series --year 2022-", "TRUE: Of the series of 2022 or later, All of Us Are Dead was #1 of "),
        ("--country Mexico", "FALSE: No title from Mexico was #1 of "),
        ("--work-kind film", "FALSE: No film was #1 of "),
        ("--year -2020", "FALSE: No title of 2020 or earlier was #1 of "),
    ],
)
def test_without_a_title_it_is_asked_whether_anything_that_counts_was_number_one(asked: str, said: str) -> None:
    result = run(*CLAIM, "--on", "2022-02-04", *asked.split())
    first = " ".join(result.stdout.partition("\n\n")[0].split())
    assert first.startswith(said)
    assert said.startswith("TRUE") or first.endswith(": All of Us Are Dead was.")


def test_of_what_counts_but_is_unknown_nobody_can_say_whether_any_was_number_one() -> None:
    result = run(*CLAIM, "--on", "2022-02-04", "--language", "ko", "--catalog", "none")
    assert " ".join(result.stdout.partition("\n\n")[0].split()) == (
        "UNKNOWN: Nobody can say whether any Korean-language title was #1 of Netflix's daily Top 10 in the United "
        "States on 2022-02-04; as far as is known, All of Us Are Dead was."
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("--longest run --language ko", "longer than any other Korean-language title; the longest of any other was "),
        ("--longest run --year 2021", "another title of 2021 was longer: 16 days, Ginny & Georgia, "),
        ("--longest total", "; another was longer: "),
    ],
)
def test_the_longest_of_those_that_count_is_said_to_be_of_these(asked: str, said: str) -> None:
    result = run(*CLAIM, "--title", "Squid Game", *asked.split())
    assert said in " ".join(result.stdout.split())


def test_a_slot_asks_the_same_as_its_options() -> None:
    slot = run("check", "nth-non-english-series:netflix-daily-overall:US:4", "--from", "sample", *STORY[7:9])
    assert slot.exit_code == 0
    assert slot.stdout == run(*STORY, "--nth", "4").stdout


def test_a_slot_by_itself_asks_who_holds_it(write: Write) -> None:
    result = run("check", "nth-non-english-series:netflix-daily-overall:US:2", "--from", "sample")
    assert (result.exit_code, result.stdout.split(" is ")[0]) == (0, "TRUE: Squid Game")
    changed = run("check", "new-number-one:netflix-daily-overall:US:2022-02-04", "--from", "sample")
    assert (changed.exit_code, changed.stdout.split(" is ")[0]) == (0, "TRUE: All of Us Are Dead")
    mine = write("rules.yaml", RULES)
    own = run("check", "nth-series:netflix-daily-overall:US:2", "--from", "sample", "--rules", mine)
    assert own.exit_code == 0
    assert "is the second series" in own.stdout


def test_a_slot_of_another_work_than_the_title_says_whose_it_is() -> None:
    slot = "long-reign:netflix-daily-overall:US:pieces-of-her:5"
    assert run("check", slot, "--from", "sample").exit_code == 0
    other = run("check", slot, "--from", "sample", "--title", "Squid Game")
    assert other.exit_code == 1
    assert "not Squid Game." in " ".join(other.stdout.split())
    assert run("check", slot.replace(":5", ":50"), "--from", "sample").stdout.startswith("FALSE: The longest run of")


def test_the_right_place_is_given_for_a_rule_that_has_the_first_only() -> None:
    slot = "first-from-country:netflix-daily-overall:US:KR:1"
    result = run("check", slot, "--from", "sample", "--title", "All of Us Are Dead")
    assert result.exit_code == 1
    assert result.stdout.startswith("FALSE: All of Us Are Dead is the second title from South Korea to reach\n")


def test_what_nobody_can_know_has_an_exit_code_of_its_own(write: Write) -> None:
    file, catalog = write("daily.csv", chart(["Ozark", "A riddle", "Dark"])), write("catalog.csv", CATALOG)
    claim = ("check", "--chart", "daily", "--territory", "US", "--title", "dark", "--nth", "1", "--language", "not:en")
    result = run(*claim, "--from", f"csv,chart=daily,cadence=day:{file}", "--catalog", catalog)
    assert result.exit_code == 3
    assert result.stdout.startswith("UNKNOWN: Nobody can say whether it is the first. As far as is known,")
    assert "Because:\n  the original language of A riddle, #1 since 2022-01-02, is unknown\n" in result.stdout
    assert "There is no catalog" not in result.stdout


def test_an_answer_that_lacks_a_catalog_says_so(write: Write) -> None:
    file = write("daily.csv", chart(["Ozark", "Dark"]))
    claim = ("check", "--chart", "daily", "--territory", "US", "--title", "dark", "--nth", "2")
    history = ("--from", f"csv,chart=daily,cadence=day:{file}", "--catalog", "none")
    result = run(*claim, "--language", "not:en", *history)
    assert result.exit_code == 3
    assert (
        "\n\nThere is no catalog, so what a chart does not say of a work is unknown:\nsee --catalog.\n" in result.stdout
    )
    assert "There is no catalog" not in run(*claim, *history).stdout
    gap = write(
        "gap.csv", "period,territory,rank,title,kind\n2022-01-01,US,1,Ozark,series\n2022-01-03,US,1,Dark,series\n"
    )
    history = ("--from", f"csv,chart=daily,cadence=day:{gap}")
    result = run(*claim, "--work-kind", "series", *history)
    assert (result.exit_code, "There is no catalog" in result.stdout) == (3, False), "a catalog would not help"


def test_an_answer_for_machines_is_one_object() -> None:
    said = json.loads(run(*STORY, "--nth", "2", "--format", "json").stdout)
    assert [*said] == [
        *("claim", "verdict", "chart", "chart_name", "territory", "sentence", "n", "period", "holders", "before"),
        *("reasons", "record", "other_charts"),
    ]
    assert (said["verdict"], said["n"], said["period"]) == ("false", 4, "2022-02-04")
    assert [holder["title"] for holder in said["before"]] == ["Who Killed Sara?", "Squid Game", "Money Heist"]
    assert said["record"] == {
        "since": "2020-04-01",
        "until": "2022-03-11",
        "periods_expected": 710,
        "periods_seen": 710,
        "gaps": [],
        "is_short": False,
    }


def test_an_answer_fits_seventy_two_columns() -> None:
    for arguments in (["--nth", "2"], ["--first-with", "2", "--per", "origin_country"]):
        assert max(map(len, run(*STORY, *arguments).stdout.splitlines())) <= 72


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "option --chart: is needed, unless a SLOT such as RULE:CHART:TERRITORY:PLACE is given"),
        (["x:y"], "SLOT: 'x:y' is not of the form RULE:CHART:TERRITORY:PLACE"),
        (["nth-english-series:a:US:2"], "there is no rule 'nth-english-series'; did you mean nth-non-english-series?"),
        (
            ["nth-non-english-series:a:US:two"],
            "SLOT: a place of nth-non-english-series is a number from 1 to 10000, not",
        ),
        (["nth-non-english-series:a:US:-2"], "is a number from 1 to 10000, not '-2'"),
        (["long-reign:a:US:5"], "SLOT: a place of long-reign is WORK:N, such as squid-game:5, not '5'"),
        (["long-reign:a:US:squid-game:6"], "SLOT: long-reign tells of 5, 10, 20, 30, 50 and 100, not of 6"),
        (["longest-reign:a:US:squid-game:5"], "a place of longest-reign is WORK:record:DATE, such as"),
        (["number-one-in-n-territories:a:*:all"], "is WORK:N, such as squid-game:5 or WORK:all, not 'all'"),
        (["new-number-one:a:US:2"], "SLOT: a place of new-number-one is a period, such as 2022-02-04, not '2'"),
        ([f"new-number-one:{CLAIM[2]}:US:2022-02-30"], "SLOT: '2022-02-30' is not a date"),
        ([f"new-number-one:{CLAIM[2]}:US:2030-01-01"], "2030-01-01 is not in it"),
        ([f"long-reign:{CLAIM[2]}:US:squid-gane:5"], "SLOT: 'squid-gane' is the id of no work in the catalog"),
        (["first-from-country:a:US:1"], "a place of first-from-country is GROUP:N, such as KR:1, not '1'"),
        (["nth-non-english-series:a:*:2"], "counts in a territory, not '*'"),
        (["nth-non-english-series:a:US:2"], "SLOT: 'a' is not in the history; there are netflix-daily-overall"),
        ([f"nth-non-english-series:{CLAIM[2]}:XX:2"], f"SLOT: {CLAIM[2]} has no territory 'XX'; it has US"),
        (
            ["--chart", "netflix-daily", "--territory", "US", "--nth", "2"],
            f"option --chart: 'netflix-daily' is not in the history; there are {CLAIM[2]}; did you mean {CLAIM[2]}?",
        ),
        (["nth-non-english-series:a:US:2", "--nth", "2"], "SLOT: says all but the title"),
        ([*CLAIM[1:]], "option --nth: what is claimed is said by one of --nth, --first-with, --on, --run, --total,"),
        ([*CLAIM[1:], "--first-with", "2"], "option --per: is missing: a race needs the groups that run it"),
        ([*CLAIM[1:], "--nth", "2", "--group", "KR"], "option --group: is one of the groups that --per makes"),
        (
            [*CLAIM[1:], "--nth", "2", "--language", "koreen"],
            "option --language: 'koreen' is not an ISO 639 code; did you mean ko?",
        ),
        (
            [*CLAIM[1:], "--nth", "2", "--country", "not:UK"],
            "option --country: 'UK' is not an ISO 3166-1 alpha-2 code;",
        ),
        ([*CLAIM[1:], "--nth", "2", "--work-kind", "movie"], "option --work-kind: 'movie' is not a kind; did"),
        ([*CLAIM[1:], "--nth", "2", "--year", "20"], "option --year: '20' is not of the form 2021, 2020-2022"),
        ([*CLAIM[1:], "--nth", "2", "--count", "season"], "option --count: 'season' is not one of works, seasons"),
        (
            [*CLAIM[1:], "--nth", "2", "--list", "tv"],
            "option --list: netflix-daily-overall is on the list 'overall', which is none of those that count",
        ),
        ([*CLAIM[1:], "--nth", "2", "--territory", "KR"], f"option --territory: {CLAIM[2]} has no territory 'KR'; it"),
        ([*CLAIM[1:], "--nth", "2", "--title", "Squid Gme"], "nor on a chart; did you mean Squid Game?"),
    ],
)
def test_a_claim_that_cannot_be_understood_is_refused_in_one_sentence(arguments: list[str], said: str) -> None:
    its = arguments if "--from" in arguments else [*arguments, "--from", "sample"]
    assert_refused(run("check", *its), said)


def test_a_claim_without_a_history_is_refused() -> None:
    assert_refused(run("check", "nth-non-english-series:a:US:2"), "give --from or --stack")


def test_a_run_that_the_record_shows_is_its_works_whenever_it_began(write: Write) -> None:
    file = write("daily.csv", chart(["Dark", "Dark", "Ozark"]))
    rule = "- {id: reign, kind: reign, scope: territory, at: [2], headline: '{title} stays', brief: stays}"
    rules, catalog = write("rules.yaml", rule), write("catalog.csv", CATALOG)
    asked = ("check", "reign:daily:US:dark:2", "--rules", rules, "--catalog", catalog, "--title", "Ozark")
    result = run(*asked, "--from", f"csv,chart=daily,cadence=day,depth=1:{file}")
    assert result.exit_code == 1
    assert result.stdout.startswith("FALSE: Dark stays, ")
    assert "not Ozark." in " ".join(result.stdout.split())


def test_a_work_of_the_catalog_that_never_charted_is_one_that_somebody_may_ask_for() -> None:
    result = run(*CLAIM, "--title", "Juvenile Justice", "--run", "3")
    assert result.exit_code == 1
    assert result.stdout.startswith("FALSE: Juvenile Justice has not been #1 of Netflix's daily Top 10 in the\n")


WITHIN = """\
- id: run
  kind: reign
  scope: territory
  at: [2, 3]
  across_methods: false
  headline: "{title} {has} been #1 of {chart} in {territory} for {cardinal} {periods}"
  brief: "{cardinal} {periods} at #1"
- id: longest
  kind: reign
  scope: territory
  record: true
  across_methods: false
  headline: "{title} {has} been #1 of {chart} in {territory} for {cardinal} {periods}"
  brief: "{cardinal} {periods} at #1"
"""


def ask_within(write: Write, place: str, titles: Sequence[str]) -> Result:
    """Ask for a place of a chart that comes to rank by views on its fourth day."""
    rules, catalog, file = (
        write("rules.yaml", WITHIN),
        write("catalog.csv", CATALOG),
        write("d.csv", chart(titles)),
    )
    history = f"csv,chart=daily,name=D,cadence=day,depth=1,metric=hours; 2022-01-04 views:{file}"
    rule = "longest" if "record" in place else "run"
    return run("check", f"{rule}:daily:US:{place}", "--rules", rules, "--catalog", catalog, "--from", history)


@pytest.mark.parametrize(
    ("place", "code", "said"),
    [
        ("dark:2", 0, "for two days, 2 days after release, in records since 2022-01-01."),
        ("dark:3", 1, "The longest run of Dark at #1 of D in the United States was two days"),
        (
            "dark:2:2022-01-04",
            0,
            "for two days, counted since the chart came to rank by views (2022-01-04), 4 days after",
        ),
        (
            "dark:3:2022-01-04",
            1,
            "counted since the chart came to rank by views (2022-01-04), in records from 2022-01-04",
        ),
        ("dark:record:2022-01-04", 1, "no longer than any other had been"),
        ("ozark:2:2022-01-04", 0, "TRUE: Ozark"),
        (
            "ozark:record:2022-01-06",
            0,
            "TRUE: Ozark has been #1 of D in the United States for three days, counted since",
        ),
    ],
)
def test_a_place_of_a_rule_within_methods_is_of_one(write: Write, place: str, code: int, said: str) -> None:
    result = ask_within(write, place, ["Ozark", "Dark", "Dark", "Dark", "Dark", "Ozark", "Ozark", "Ozark"])
    assert result.exit_code == code, result.output
    assert said in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("dark:2:2022-01-05", "daily came to rank by views since 2022-01-04, not since 2022-01-05"),
        ("dark:record:2022-02-31", "2022-02-31"),
        ("dark:4:2022-01-04", "run tells of 2 and 3, not of 4"),
    ],
)
def test_a_place_that_no_run_within_methods_can_have_is_refused(write: Write, place: str, said: str) -> None:
    assert_refused(ask_within(write, place, ["Dark"] * 5), said)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--run", "3", "--on", "2022-02-04"), "option --on: what is claimed is said by one of"),
        (("--run", "3", "--on", "2022-02-04"), "and --debut, and not by --on and --run together"),
        ((), "option --nth: what is claimed is said by one of --nth, --first-with,"),
    ],
)
def test_two_things_that_are_claimed_at_once_are_named(asked: tuple[str, ...], said: str) -> None:
    assert said in run(*CLAIM, "--title", "Squid Game", *asked).stderr


def test_a_title_that_was_longer_at_number_one_than_is_asked_is_said_to_have_come_to_more() -> None:
    asked = " ".join(run(*CLAIM, "--title", "Squid Game", "--run", "3").stdout.split())
    assert "has been #1 of Netflix's daily Top 10 in the United States for three days running" in asked
    assert "; it came to 15 days at its longest." in asked
    asked = " ".join(run(*CLAIM, "--title", "Squid Game", "--total", "20").stdout.split())
    assert "for 20 days in all, 25 days after release, in records since 2020-04-01. That was on 2021-10-" in asked
    assert "; it came to 23 days." in asked


def test_before_a_large_ordinal_the_last_ones_are_shown() -> None:
    shown = run(*CLAIM, "--nth", "120", "--limit", "2").stdout.partition("Before it:\n")[2].splitlines()
    assert shown[0] == "  117 earlier ones not shown; --limit 119 shows all"
    assert [line[:12] for line in shown[1:4]] == ["  2022-02-26", "  2022-02-28", ""]


def test_the_name_of_a_season_is_answered_with_its_work(write: Write) -> None:
    file = write("d.csv", "period,rank,title,season\n2022-01-01,1,Old,\n2022-01-02,1,Things,Things 4\n")
    history = f"csv,chart=d,territory=US,cadence=day,depth=1:{file}"
    refused = run("check", "--chart", "d", "--territory", "US", "--title", "things 4", "--nth", "2", "--from", history)
    assert (
        "'things 4' is what the chart calls a season of Things; ask for Things, with --count seasons" in refused.stderr
    )


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (
            "--country Japan",
            0,
            "TRUE: No titles from Japan have been #1 of Netflix's daily Top 10 in the United States, in",
        ),
        (
            "--country Mexico",
            1,
            "FALSE: One title from Mexico has been #1 of Netflix's daily Top 10 in the United States",
        ),
        ("--language ja --catalog none", 3, "UNKNOWN: Nobody can say. As far as is known, no Japanese-language titles"),
    ],
)
def test_that_nothing_that_counts_has_been_number_one_can_be_claimed(
    asked: str, code: int, said: str, write: Write
) -> None:
    found = run(*CLAIM, "--number", "0", *asked.split())
    assert (found.exit_code, " ".join(found.stdout.split())[: len(said)]) == (code, said)
    names = {"--country": "country", "--language": "language"}
    option, value, *rest = asked.split()
    lines = write("claims.jsonl", json.dumps({"number": 0, names[option]: value}))
    assert run(*CLAIM, "--claims", lines, *rest).exit_code == code
