"""`chartwatch check` asked what papers print: runs, weeks, territories, the first since another, of a day, in files."""

from collections.abc import Sequence
from typing import Any

import pytest

from chartwatch.adapters import edition_versions
from chartwatch.cli.histories import GivenFiles
from tests.command_line import Write, assert_refused, run
from tests.weekly_reigns import CATALOG, RANKS, REIGNS, weekly

ASKED = ("check", "--chart", "tv", "--territory", "US")


@pytest.fixture
def answer(write: Write) -> Any:
    """Return what asks about a chart of two ranks, and returns the exit code and what is said on one line."""

    def ask(charted: str, *arguments: str, more: str = "", options: str = "") -> tuple[int, str]:
        file, catalog = write("tv.csv", RANKS + weekly(charted.split()) + more), write("catalog.csv", CATALOG)
        history = f"csv,chart=tv,name=the TV chart,cadence=week,depth=2,shortest=1{options}:{file}"
        done = run(*arguments, "--from", history, "--catalog", catalog)
        return done.exit_code, " ".join((done.stdout or done.stderr).split("\n\nOn the record")[0].split())

    return ask


IN_US = "of the TV chart in the United States"
RECORD = "in records from 2022-01-02 to 2022-02-13"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ("Squid", "--run", "4"),
            1,
            f"FALSE: The longest run of Squid at #1 {IN_US} was three weeks, 2022-01-30 to 2022-02-13, {RECORD}.",
        ),
        (("Squid", "--run", "3"), 0, f"TRUE: Squid has been #1 {IN_US} for three weeks running, 45 days after release"),
        (
            ("Squid", "--total", "6"),
            1,
            f"FALSE: Squid has been #1 {IN_US} for five weeks in all in 2 runs, 2022-01-09 to 2022-02-13, {RECORD}.",
        ),
        (("Squid", "--total", "4"), 0, f"TRUE: Squid has been #1 {IN_US} for four weeks in all, "),
        (
            ("Squid", "--total", "4", "--exactly"),
            1,
            f"FALSE: Squid has been #1 {IN_US} for five weeks in all in 2 runs",
        ),
        (("Squid", "--total", "5", "--exactly"), 0, f"TRUE: Squid has been #1 {IN_US} for five weeks in all in 2 runs"),
        (
            ("Squid", "--longest", "run"),
            3,
            "UNKNOWN: Nobody can say. As far as is known, the longest run of Squid at #1",
        ),
        (
            ("Ozark", "--longest", "total"),
            3,
            f"UNKNOWN: Nobody can say. As far as is known, Ozark has been #1 {IN_US} for two weeks in all",
        ),
        (("Squid", "--on", "2022-01-16"), 0, f"TRUE: Squid was #1 {IN_US} in the week to 2022-01-16, its second week"),
        (
            ("Squid", "--on", "2022-01-23"),
            1,
            f"FALSE: Squid was not #1 {IN_US} in the week to 2022-01-23: Ozark was #1.",
        ),
        (
            ("Squid", "--on", "2022-01-16", "--new"),
            1,
            f"FALSE: Squid was #1 {IN_US} in the week to 2022-01-16, but not new there: it had been #1 since 2022-01-",
        ),
        (("Squid", "--on", "2022-01-30", "--back"), 0, f"TRUE: Squid is back at #1 {IN_US}, 31 days after release"),
        (
            ("Squid", "--on", "2022-01-09", "--back"),
            1,
            f"FALSE: Squid was #1 {IN_US} in the week to 2022-01-09, for the first time in these records.",
        ),
        (("Squid", "--nth", "1", "--language", "ko"), 0, "TRUE in these records, 7 weeks since 2022-01-02: Squid is"),
        (("Dead", "--nth", "1"), 1, f"FALSE: Dead has not been #1 {IN_US}, {RECORD}."),
    ],
)
def test_what_is_false_is_answered_with_what_is_right(
    answer: Any, arguments: Sequence[str], code: int, said: str
) -> None:
    title, *asked = arguments
    found = answer(REIGNS, *ASKED, "--title", title, *asked)
    assert (found[0], found[1][: len(said)]) == (code, said)


@pytest.mark.parametrize(
    ("charted", "said"),
    [
        ("Ozark Ozark/Low Ozark Squid/Low", "it was second (2022-01-09) and second (2022-01-23)."),
        (
            "Ozark/Low Ozark/Low Ozark/Low Squid/Low",
            "it was at best second (2022-01-02, 2022-01-09 and 2 others), in 4 weeks from 2022-01-02 to 2022-01-23.",
        ),
    ],
)
@pytest.mark.parametrize("asked", [("--nth", "2"), ("--run", "1"), ("--total", "3"), ("--longest", "run")])
def test_a_title_that_stood_lower_is_told_where_it_stood(
    answer: Any, charted: str, said: str, asked: Sequence[str]
) -> None:
    code, found = answer(charted, *ASKED, "--title", "Low", *asked)
    assert code == 1
    # Who is the n-th, if that is asked, follows.
    assert said in found
    assert found.startswith(f"FALSE: Low has not been #1 {IN_US}, in records from ")


def test_a_slot_names_a_work_that_stood_lower(answer: Any) -> None:
    said = f"FALSE: Low has not been #1 {IN_US}, in records from 2022-01-02 to 2022-01-09: it was second (2022-01-09)."
    assert answer("Ozark Squid/Low", "check", "long-reign:tv:US:unlisted:series:low:5") == (1, said)
    code, refused = answer("Ozark Squid/Low", "check", "long-reign:tv:US:unlisted:series:lo:5")
    assert (code, "is the id of no work in the catalog or on tv" in refused) == (2, True)


def test_of_a_week_in_which_it_stood_lower_its_rank_is_told(answer: Any) -> None:
    found = answer("Ozark Squid/Low Ozark", *ASKED, "--title", "Low", "--on", "2022-01-09")
    assert found == (
        1,
        f"FALSE: Low was not #1 {IN_US} in the week to 2022-01-09: it was second; Squid was #1.",
    )


def test_a_slot_of_a_week_in_which_the_work_was_not_new_says_since_when_it_was_there(answer: Any) -> None:
    said = f"FALSE: Squid was #1 {IN_US} in the week to 2022-01-16, but not new there: it had been #1 since 2022-01-09."
    for title in ((), ("--title", "Squid")):
        assert answer(REIGNS, "check", "new-number-one:tv:US:2022-01-16", *title) == (1, said)


@pytest.mark.parametrize(
    ("title", "asked", "code", "said"),
    [
        ("Dead", ("--since", "Squid", "--country", "KR"), 0, "is the first title from South Korea there since Squid, "),
        ("Dead", ("--since", "Squid"), 1, "is not the first title there since Squid: Ozark was #1 in the week to"),
        ("Heist", ("--since", "Dead"), 1, "is not the first title there since Dead: Dead was not #1 before"),
        ("Dead", ("--since", "2022-01-09", "--language", "ko"), 0, "is the first Korean-language title there since"),
        ("Dead", ("--since", "2022-01", "--language", "ko"), 0, "is the first Korean-language title there since"),
        ("Dead", ("--since", "2019", "--language", "ko"), 1, "not the first Korean-language title there since 2019"),
        (
            "Dead",
            ("--since", "2019", "--language", "ko,es"),
            1,
            "since 2019-12-31: Heist was #1 in the week to 2022-01",
        ),
        ("Heist", ("--since", "2019", "--language", "es"), 3, "Nobody can say whether Heist, #1"),
        ("Squid", ("--since", "Ozark", "--language", "ko"), 1, "Ozark does not count"),
    ],
)
def test_the_first_since_another_or_a_day(answer: Any, title: str, asked: Sequence[str], code: int, said: str) -> None:
    found = answer("Ozark Squid Heist Ozark Ozark Dead Ozark", *ASKED, "--title", title, *asked)
    assert found[0] == code
    assert said in found[1]


@pytest.mark.parametrize(
    ("title", "n", "code", "said"),
    [
        (
            "Squid",
            "2",
            0,
            "TRUE: Squid has been #1 of the TV chart in all 2 countries, by the week to 2022-01-09, 10 days after",
        ),
        ("Squid", "1", 0, "TRUE: Squid has been #1 of the TV chart in all 2 countries, in 1 of them by the week to"),
        ("Dead", "1", 1, "FALSE: Dead has not been #1 of the TV chart in any territory"),
        ("Squid", "all", 0, "TRUE: Squid has been #1 of the TV chart in all 2 countries"),
        (
            "Squid",
            "3",
            1,
            "FALSE: Squid has been #1 of the TV chart in all 2 countries: South Korea and United States",
        ),
        ("Heist", "1", 0, "TRUE: Heist has been #1 of the TV chart in 1 of 2 countries, by the week to 2022-01-16"),
        # It is older than the record, so that it may have topped the other before.
        ("Heist", "2", 3, "UNKNOWN: Nobody can say. As far as is known, Heist has been #1 of the TV chart in 1 of 2"),
    ],
)
def test_territories_are_counted(answer: Any, title: str, n: str, code: int, said: str) -> None:
    more = weekly(["Ozark", "Squid", "Squid"], "KR")
    found = answer("Ozark Squid Heist", "check", "--chart", "tv", "--title", title, "--territories", n, more=more)
    assert (found[0], found[1][: len(said)]) == (code, said)


@pytest.mark.parametrize(
    ("title", "asked", "code", "said"),
    [
        ("Squid", ("2", "--on", "2022-01-16"), 0, "TRUE: Squid was #1 of the TV chart in 2 of 3 countries in the week"),
        (
            "Squid",
            ("3", "--on", "2022-01-16"),
            1,
            "FALSE: Squid was #1 of the TV chart in 2 of 3 countries in the week to 2022-01-16: Mexico and South "
            "Korea; by then it had been #1 in all 3 countries.",
        ),
        ("Squid", ("1", "--on", "2022-01-16", "--exactly"), 1, "FALSE: Squid was #1 of the TV chart in 2 of 3"),
        ("Squid", ("all", "--on", "2022-01-09"), 1, "FALSE: Squid was #1 of the TV chart in 2 of 3 countries"),
        ("Ozark", ("all", "--on", "2022-01-02"), 0, "TRUE: Ozark was #1 of the TV chart in all 3 countries"),
        ("Squid", ("1", "--on", "2022-01-16", "--new"), 0, "TRUE: Squid was new at #1 of the TV chart in 1 of 3"),
        (
            "Squid",
            ("2", "--on", "2022-01-16", "--new"),
            1,
            "FALSE: Squid was new at #1 of the TV chart in 1 of 3 countries in the week to 2022-01-16: Mexico.",
        ),
        ("Ozark", ("1", "--on", "2022-01-23", "--back"), 0, "TRUE: Ozark was back at #1 of the TV chart in 1 of 3"),
        ("Dead", ("1", "--on", "2022-01-16"), 1, "FALSE: Dead has not been #1 of the TV chart in any territory"),
        (
            "Squid",
            ("2", "--on", "2022-01-23"),
            3,
            "UNKNOWN: Nobody can say. As far as is known, Squid was #1 of the TV",
        ),
        ("Squid", ("3", "--on", "2021-12-26"), 3, "because: the records begin with 2022-01-02"),
        ("Squid", ("2", "--new"), 2, "option --new: is of one period: give --on"),
        ("Squid", ("2", "--on", "2022-01-15"), 2, "option --on: tv has no 2022-01-15"),
        ("Squid", ("few", "--on", "2022-01-16"), 2, "option --territories: 'few' is not a number"),
    ],
)
def test_territories_are_counted_that_a_work_topped_at_once(
    answer: Any, title: str, asked: Sequence[str], code: int, said: str
) -> None:
    more = weekly(["Ozark", "Squid", "Squid", "-", "Ozark"], "KR") + weekly(["Ozark"] * 2 + ["Squid"] * 3, "MX")
    arguments = ("check", "--chart", "tv", "--title", title, "--territories", *asked)
    found = answer("Ozark Squid Heist Ozark Ozark", *arguments, more=more)
    assert found[0] == code
    assert said.lower() in found[1].lower()


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (
            ("--number", "2"),
            0,
            f"TRUE in these records, 4 weeks since 2022-01-02: Three titles have been #1 {IN_US}, in",
        ),
        (("--number", "4"), 1, f"FALSE: Three titles have been #1 {IN_US}, in records from 2022-01-02 to 2022-01-23."),
        (("--number", "2", "--exactly"), 1, "FALSE: Three titles have been #1"),
        (("--number", "1", "--exactly", "--language", "ko"), 0, "One Korean-language title has been #1"),
        (("--number", "1", "--per", "origin_country", "--group", "ES"), 0, "One title from Spain has been #1"),
        (("--number", "3", "--as-of", "2022-01-09"), 1, "FALSE: Two titles have been #1"),
        (("--number", "2", "--group", "ES"), 2, "option --group: and --per go together with --number"),
        (("--number", "2", "--title", "Squid"), 2, "option --title: is one of the works that --number counts"),
    ],
)
def test_works_are_counted(answer: Any, asked: Sequence[str], code: int, said: str) -> None:
    found = answer("Ozark Squid Heist Ozark", *ASKED, *asked)
    assert found[0] == code
    assert said in found[1]


@pytest.mark.parametrize(
    ("charted", "code", "said"),
    [
        ("Ozark Dead/Ozark Ozark", 0, f"TRUE: Dead came in at #1 {IN_US} in the week to 2022-01-09."),
        (
            "Ozark Ozark/Dead Dead",
            1,
            "charted first on the TV chart in the United States in the week to 2022-01-09, at",
        ),
        ("Ozark - - Dead", 3, "because"),
        ("Dead Ozark", 3, "because"),
    ],
)
def test_a_debut_is_the_first_time_on_the_chart_at_whatever_rank(
    answer: Any, charted: str, code: int, said: str
) -> None:
    found = answer(charted, *ASKED, "--title", "Dead", "--debut")
    assert found[0] == code
    assert said.lower() in found[1].lower()


def test_a_chart_that_began_with_its_record_hides_nothing(answer: Any) -> None:
    its = (*ASKED, "--title", "Squid", "--longest", "run")
    assert answer(REIGNS, *its)[0] == 3
    code, said = answer(REIGNS, *its, options=",began=2022-01-02")
    assert code == 0
    assert "three weeks, 2022-01-30 to 2022-02-13, longer than any other; the longest of any other was one week" in said


@pytest.mark.parametrize(
    ("as_of", "code", "said"),
    [
        ("2022-02-13", 0, "TRUE: "),
        ("2022-02-12", 1, "was two weeks, 2022-01-09 to 2022-01-16, in records from 2022-01-02 to 2022-02-06."),
        ("2022-01-02", 1, "has not been #1"),
    ],
)
def test_a_claim_is_of_its_day(answer: Any, as_of: str, code: int, said: str) -> None:
    found = answer(REIGNS, *ASKED, "--title", "Squid", "--run", "3", "--as-of", as_of)
    assert found[0] == code
    assert said in found[1]


@pytest.fixture
def fetched(write: Write) -> str:
    """Return a history of two documents, the second of which puts another work at #1 of a week and adds one."""
    first = write("2022-01-25T100000Z.csv", RANKS + weekly(["Ozark", "Squid", "Dead"]))
    second = write("2022-02-01T100000Z.csv", RANKS + weekly(["Ozark", "Squid", "Squid", "Heist"]))
    spec = "csv,chart=tv,name=the TV chart,cadence=week,depth=2,shortest=1:"
    return f"--from={spec}{first}\0--from={spec}{second}"


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (("Squid", "--run", "2", "--known", "2022-02-01"), 0, "TRUE: Squid has been #1"),
        (("Squid", "--run", "2", "--known", "2022-01-31"), 1, "was one week, 2022-01-09,"),
        (("Dead", "--on", "2022-01-16", "--known", "2022-01-25"), 0, "TRUE: Dead was #1"),
        (("Dead", "--on", "2022-01-16", "--known", "2022-02-02"), 1, "Squid was #1."),
        (("Heist", "--on", "2022-01-23", "--known", "2022-01-31"), 3, "the records end with 2022-01-16"),
    ],
)
def test_a_claim_is_answered_by_what_was_known_on_a_day(
    fetched: str, write: Write, asked: Sequence[str], code: int, said: str
) -> None:
    title, *its = asked
    catalog = write("catalog.csv", CATALOG)
    arguments = (*ASKED, "--title", title, *its, *fetched.split("\0"), "--catalog", catalog)
    done = run(*arguments)
    assert done.exit_code == code
    assert said in " ".join(done.stdout.split())


def test_what_was_fetched_only_later_of_a_known_territory_was_missing_before(write: Write) -> None:
    rows = "period,territory,rank,title\n" + "".join(
        f"2022-01-0{day},{territory},1,{title}\n"
        for day, territory, title in ((1, "US", "Dark"), (1, "KR", "Dark"), (2, "US", "Ozark"))
    )
    first = write("2022-01-03T100000Z.csv", rows)
    second = write("2022-01-05T100000Z.csv", f"{rows}2022-01-02,KR,1,Squid Game\n2022-01-02,JP,1,Elite\n")
    spec = "csv,chart=tv,cadence=day,depth=1:"
    asked = (
        "--chart",
        "tv",
        "--territory",
        "*",
        "--on",
        "2022-01-02",
        f"--from={spec}{first}",
        f"--from={spec}{second}",
    )
    for title, then in (("Squid Game", 3), ("Ozark", 0)):
        done = run("check", *asked, "--title", title, "--known", "2022-01-03")
        assert done.exit_code == then, done.stderr
        later = run("check", *asked, "--title", title, "--known", "2022-01-05")
        assert later.exit_code == 0
        assert "in at least one territory" in " ".join(later.stdout.split())


@pytest.mark.parametrize(("known", "code"), [("2022-01-25", 1), ("2022-02-02", 0)])
def test_what_a_version_said_that_is_not_stored_is_read_again_from_its_file(
    fetched: str, monkeypatch: pytest.MonkeyPatch, known: str, code: int
) -> None:
    monkeypatch.setattr(edition_versions, "MAX_VERSIONS", 1)
    done = run(*ASKED, "--title", "Squid", "--on", "2022-01-16", "--known", known, *fetched.split("\0"))
    assert done.exit_code == code, done.stderr


def test_nothing_is_said_of_what_was_known_by_a_version_that_cannot_be_read(
    fetched: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edition_versions, "MAX_VERSIONS", 1)
    monkeypatch.setattr(GivenFiles, "get", lambda its, sha256: None)  # noqa: ARG005
    done = run(*ASKED, "--title", "Dead", "--on", "2022-01-16", "--known", "2022-01-25", *fetched.split("\0"))
    assert_refused(done, "option --known: what tv of 2022-01-16 said then is not stored: name the files of then with")


def test_what_was_known_before_anything_was_fetched_and_by_whom_is_refused(fetched: str, answer: Any) -> None:
    done = run(*ASKED, "--title", "Squid", "--run", "2", "--known", "2022-01-24", *fetched.split("\0"))
    assert_refused(done, "option --known: nothing of 'tv' had been fetched by 2022-01-24")
    code, said = answer(REIGNS, *ASKED, "--title", "Squid", "--run", "2", "--known", "2022-01-24")
    assert code == 2
    assert (
        "option --known: nobody knows when tv of 2022-01-02 was fetched: the name of a file has to begin with" in said
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--run", "2"], "option --title: is needed with --run"),
        (["--title", "Ozark", "--new", "--run", "2"], "option --new: goes with --on or --territories, not with"),
        (
            ["--title", "Ozark", "--exactly", "--nth", "2"],
            "option --exactly: goes with --run or --total or --territories",
        ),
        (
            ["--title", "Ozark", "--per", "origin_country", "--run", "2"],
            "option --per: goes with --nth or --first-with",
        ),
        (["--title", "Ozark", "--on", "2022-01-30", "--new", "--back"], "option --new: is of a work that comes to #1"),
        (
            ["--title", "Ozark", "--nth", "1", "--origin-policy", "KR"],
            "option --origin-policy: 'KR' is not one of main, any",
        ),
        (["--title", "Ozark", "--nth", "1", "--origin", "KR"], "option --origin-policy: 'KR' is not one of"),
        (["--title", "Ozark", "--longest", "runs"], "option --longest: 'runs' is not `run`, of one run, or `total`"),
        (["--title", "Ozark", "--territories", "none"], "option --territory: is * for --territories"),
        (["--title", "Ozark", "--since", "2022-13"], "option --since: '2022-13' is not a date such as 2022-01-31"),
        (
            ["--title", "Ozark", "--since", "Squid Gme"],
            "option --since: 'Squid Gme' is neither in the catalog nor on a",
        ),
        (["--title", "Ozark", "--on", "yesterday"], "option --on: 'yesterday' is not a date such as 2022-01-31"),
        (["--title", "Ozark", "--run", "2", "--as-of", "x"], "option --as-of: 'x' is not a date such as 2022-01-31"),
    ],
)
def test_a_claim_that_makes_no_sense_is_refused_in_one_sentence(arguments: list[str], said: str) -> None:
    its = ("check", "--chart", "netflix-daily-overall", "--territory", "US", *arguments, "--from", "sample")
    assert_refused(run(*its), said)


def test_a_title_is_found_however_it_is_spelt_and_a_part_of_one_is_not(write: Write) -> None:
    titles = ["Uptown Funk!", "Macarena (Bayside Boys Mix)", "It's On", "Its On"]
    history = ("--from", f"csv,chart=tv,cadence=week,depth=1:{write('ones.csv', RANKS + weekly(titles))}")
    assert run(*ASKED, "--title", "uptown funk", "--on", "2022-01-02", *history).exit_code == 0
    refused = run(*ASKED, "--title", "Macarena", "--on", "2022-01-09", *history)
    assert_refused(refused, "'Macarena' is neither in the catalog nor on a chart; did you mean Macarena (Bayside Boys")
    # Two titles have these letters.
    assert run(*ASKED, "--title", "It’s-on", "--on", "2022-01-16", *history).exit_code == 2


def test_a_work_is_found_by_the_name_that_it_had(write: Write) -> None:
    rows = (
        "period,territory,rank,title,hours\n2022-01-02,US,1,Ozark,900\n2022-01-09,US,1,{},55\n2022-01-09,US,2,Low,2\n"
    )
    files = [write(f"2022-02-01T1{n}0000Z.csv", rows.format(title)) for n, title in enumerate(("Berlin", "Berlin 1"))]
    spec = "csv,chart=tv,cadence=week,depth=2,shortest=1,figure_columns=hours,identifying=hours:"
    history = [argument for file in files for argument in ("--from", f"{spec}{file}")]
    for title in ("Berlin", "Berlin 1"):
        done = run(*ASKED, "--title", title, "--on", "2022-01-09", *history)
        assert (done.exit_code, done.stdout[:5]) == (0, "TRUE:"), done.stdout + done.stderr
