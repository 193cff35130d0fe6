"""The commands that run a deployment, as far as no deployment is needed: what they refuse, and what files tell."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from chartwatch.adapters import workstation
from chartwatch.cli import tail
from chartwatch.domain.rules.rule import Rule
from chartwatch.errors import FunctionFailed
from chartwatch.services.ports import Fetched, Outcome
from chartwatch.services.record import RecordStore
from chartwatch.services.schedules import FetchSchedule, asked_of
from tests.chronicle import CHANGE, Chronicle
from tests.command_line import assert_refused, chart, run
from tests.stores import Cloud

URL = "url=https://charts.example/top.csv"
SONGS = ("watch", "add", "songs", "--stack", "s", "--source", "csv", "-o", "cadence=day")
GOOD = (*SONGS, "-o", "chart=songs", "-o", URL)


@pytest.fixture(autouse=True)
def _no_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever asks AWS is told that nobody is there."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "CHARTWATCH_"))]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "no-such-file"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")


# What nobody could fetch is refused before AWS is asked.


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (SONGS[:-2], ("option cadence: ", "csv needs it")),
        ((*SONGS, "-o", "chart=songs"), ("option -o: ", "csv needs the option url")),
        ((*GOOD, "--live-from", "soon"), ("option --live-from: 'soon' is not a date",)),
        ((*GOOD, "-o", "depht=10"), ("option depht: ", "did you mean depth?")),
        ((*GOOD, "-o", "depth"), ("option -o: ", "is not of the form key=value")),
        ((*GOOD, "-o", "depth=many"), ("option depth: 'many' is not a whole number",)),
        ((*GOOD, "--schedule", "daily"), ("option --schedule: 'daily' is no schedule such as cron(",)),
        ((*GOOD, "--schedule", "cron(0 24 * * ? *)"), ("option --schedule: '24' is no value of the hours",)),
        ((*GOOD, "--schedule", "cron(0 9 31 2 ? *)"), ("option --schedule: ", "is never due any more")),
        ((*GOOD, "--schedule", "at(2099-01-01T00:00:00)"), ("option --schedule: at(…) is once",)),
        (("watch", "add", "songs", "--stack", "s", "--source", "cvs"), ("option --source: ", "did you mean csv?")),
        (
            ("watch", "add", "songs", "--stack", "s", "--source", "mine:Source"),
            ("option --source: ", "registered in its code"),
        ),
        (("watch", "add", "my songs", "--stack", "s", "--source", "netflix-global"), ("WATCH: 'my songs' is no name",)),
        (("watch", "add", "x" * 59, "--stack", "s", "--source", "netflix-global"), ("at most 58",)),
        (("watch", "add", "csv", "--stack", "s", "--source", "csv"), ("WATCH: 'csv' is the name of a source",)),
        (("fetch", "csv"), ("option --stack: is needed",)),
        (("fetch", "--stack", "s"), ("SOURCE: is needed; `chartwatch watch list --stack s`",)),
        (("fetch", "csv", "--stack", "s", "-o", "depth=3"), ("option --option: is for --dry-run",)),
        (("fetch", "csv", "--stack", "s", "--source", "csv"), ("option --source: is for --dry-run",)),
        (("fetch", "--dry-run"), ("option --source: is needed",)),
        (("fetch", "csv", "--source", "csv", "--dry-run"), ("option --source: is given twice",)),
        (("fetch", "csv", "--accept", "a", "--dry-run"), ("option --accept: is not for --dry-run",)),
        (("why", "Dark"), ("option --from: a history is needed",)),
        (("why", "Dark", "--stack", "s", "--catalog", "none"), ("option --catalog: is for --from",)),
    ],
)
def test_what_cannot_be_meant_is_refused_before_aws_is_asked(arguments: tuple[str, ...], said: tuple[str, ...]) -> None:
    assert_refused(run(*arguments), *said)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://charts.example/top.csv", "only https is fetched"),
        ("https://127.0.0.1/top.csv", "'127.0.0.1' is not the name of a public host"),
        ("https://10.0.0.7:8443/top.csv", "'10.0.0.7' is not the name of a public host"),
        ("https://localhost/top.csv", "'localhost' is not the name of a public host"),
        ("https://169.254.169.254/latest", "'169.254.169.254' is not the name of a public host"),
        ("https://[::1]/top.csv", "has no readable host and port"),
    ],
)
def test_an_address_that_no_function_would_fetch_is_refused_at_once(
    url: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One of this machine is fetched by an AWS on this machine alone.
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    assert_refused(
        run(*SONGS, "-o", "chart=songs", "-o", f"url={url}"), "option -o: the url would not be fetched: ", why
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("watch", "list"),
        ("watch", "remove", "songs"),
        ("fetch", "csv"),
        ("tail",),
        ("why", "Dark"),
        ("resend", "daily:00000001:dark"),
        ("cost",),
        GOOD[:3] + GOOD[5:],
    ],
    ids=" ".join,
)
def test_an_aws_that_is_not_there_is_said_in_a_sentence(arguments: tuple[str, ...]) -> None:
    assert_refused(run(*arguments, "--stack", "s"), "the stack s: Could not connect to the endpoint URL")


# What comes of fetching now.


@pytest.mark.parametrize(
    ("noted", "counts", "said", "code"),
    [
        (Outcome.ACCEPTED, (2, 1, 5), "songs: 2 new publications, 1 revised, 5 unchanged\n", 0),
        (Outcome.UNCHANGED, (0, 0, 0), "songs: the document is the one that was fetched before\n", 0),
        (
            Outcome.PARTLY,
            (1, 0, 0),
            "songs: 1 new publication, 0 revised, 0 unchanged\nIt was accepted in part:\n  a rank is there twice\n",
            0,
        ),
        (Outcome.FAILED, None, "The fetch of songs failed\nHTTP status 503\n", 1),
        (
            Outcome.REFUSED,
            None,
            "The document of songs was refused; `chartwatch quarantine --stack s` has it\nHTTP status 503\n",
            1,
        ),
    ],
)
def test_what_came_of_a_fetch_is_said(
    monkeypatch: pytest.MonkeyPatch, noted: Outcome, counts: tuple[int, ...] | None, said: str, code: int
) -> None:
    watch = FetchSchedule("watch.songs", {"source": "csv", "options": {"chart": "songs"}}, "rate(1 day)")
    fetches = Cloud().fetches()
    asked: list[object] = []

    def invoke(output: str, event: object) -> object:
        asked.append((output, event))
        fetches.note(Fetched(asked_of(watch.event), datetime.now(UTC), noted, "a rank is there twice"))
        if counts is None:
            raise FunctionFailed("fetch", "SourceUnavailable", "HTTP status 503")
        return dict(zip(("new", "revised", "unchanged"), counts, strict=True))

    @contextmanager
    def deployed(_stack: str) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(schedules=SimpleNamespace(all=lambda: iter([watch])), fetches=fetches, invoke=invoke)

    monkeypatch.setattr(workstation, "deployed_operations", deployed)
    done = run("fetch", "songs", "--stack", "s", "--accept", "abc")
    assert (done.stdout, done.exit_code) == (said, code)
    assert asked == [("FetchRankingsFunction", {**watch.event, "accept": "abc"})]
    assert_refused(run("fetch", "sogns", "--stack", "s"), "s has no schedule for 'sogns'", "did you mean songs?")


# Why, of files.


@pytest.fixture
def spec(tmp_path: Path) -> str:
    (file := tmp_path / "daily.csv").write_text(chart(("Ozark", "Squid Game", "Ozark")))
    return f"csv,chart=daily,cadence=day,depth=1:{file}"


def test_what_files_tell_of_a_work_is_followed_to_the_message_that_would_be_sent(spec: str) -> None:
    done = run("why", "squid game", "--from", spec)
    assert done.exit_code == 0
    assert "  revision 1: announced, of 2022-01-02\n" in done.stdout
    assert "    message   daily:00000002:squid-game: would be sent\n" in done.stdout
    everything = json.loads(run("why", "squid game", "--from", spec, "--format", "json").stdout)
    assert everything["asked"] == "squid game"
    assert {its["slot"] for its in everything["milestones"]} >= {"nth-non-english-series:daily:US:1"}


def test_of_many_milestones_a_person_is_shown_some_and_told_how_many_there_are(spec: str) -> None:
    every, one = (run("why", "Squid Game", "--from", spec, *more).stdout for more in ((), ("--limit", "1")))
    assert one.count("  revision ") == 1 < every.count("  revision ")
    assert one.splitlines()[-1] == f"{every.splitlines()[-1]}, the first 1 of them above (--limit)"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("Dark", "it was never at #1 of a chart in this history"),
        ("nth-non-english-series:daily:US:2", "nobody has held it; daily is recorded up to 2022-01-03"),
    ],
)
def test_what_is_not_on_record_says_so_with_exit_code_1(spec: str, asked: str, said: str) -> None:
    done = run("why", asked, "--from", spec)
    assert done.exit_code == 1
    assert said in " ".join(done.stdout.split())
    assert json.loads(run("why", asked, "--from", spec, "--format", "json").stdout)["milestones"] == []


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("Squid Gme", "; did you mean Squid Game?"),
        ("squid", "; did you mean Squid Game?"),
        ("squid-gane", "; did you mean Squid Game?"),
        ("Ozrak", "; did you mean Ozark?"),
        ("long-reign:daily:US:squid-gam:5", "; did you mean long-reign:daily:US:squid-game:5?"),
        ("longest-reign:daily:US:ozarks:record:2022-01-01", "mean longest-reign:daily:US:ozark:record:2022-01-01?"),
        ("long-reign:daily:US:squid-game:5", "`chartwatch check long-reign:daily:US:squid-game:5"),
        ("Wednesday", "milestones are of #1s alone"),
    ],
)
def test_what_is_mistyped_is_answered_with_what_was_probably_meant(spec: str, asked: str, meant: str) -> None:
    done = run("why", asked, "--from", spec)
    assert done.exit_code == 1
    said = " ".join(done.stdout.split())
    assert meant in said
    assert ("did you mean" in said) is ("mean " in meant)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("nth-non-english-serie:daily:US:2", "did you mean nth-non-english-series?"),
        ("nth-non-english-series:dayly:US:2", "did you mean daily?"),
        ("nth-non-english-series:daily:UK:2", "daily has no territory 'UK'"),
        ("nth-non-english-series:daily:*:2", "the rule nth-non-english-series counts in a territory"),
        ("nth-non-english-series:daily", "is not of the form RULE:CHART:TERRITORY:PLACE"),
    ],
)
def test_a_slot_that_there_cannot_be_is_refused(spec: str, asked: str, said: str) -> None:
    assert_refused(run("why", asked, "--from", spec), said)


# Bulletins as they come.


class Bulletins:
    """The record of a chronicle, as a deployment has it."""

    def __init__(self, record: RecordStore) -> None:
        self._record = record

    def __getattr__(self, name: str) -> object:
        return getattr(self._record, name)

    def last_bulletin(self, chart: str) -> int:
        return max((ref.number for ref in self._record.bulletins(chart)), default=0)


def lived(*rules: Rule) -> Chronicle:
    chronicle = Chronicle(*rules)
    for number, title in enumerate(("Ozark", "Squid Game", "Elite")):
        chronicle.arrives(number, US=title)
    return chronicle


@pytest.fixture
def chronicle(monkeypatch: pytest.MonkeyPatch) -> Chronicle:
    its = lived(CHANGE)

    @contextmanager
    def deployed(_stack: str) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(charts=its.charts, record=Bulletins(its.record))

    monkeypatch.setattr(tail, "deployed_operations", deployed)
    return its


@pytest.mark.usefixtures("chronicle")
def test_the_last_bulletin_is_shown_first_or_those_from_a_number_on() -> None:
    def numbers(*more: str) -> list[int]:
        lines = run("tail", "--stack", "s", "--once", "--format", "json", *more).stdout.splitlines()
        return [json.loads(line)["number"] for line in lines]

    assert numbers() == [3]
    assert numbers("--since", "2") == [2, 3]
    assert numbers("--since", "9", "--chart", "daily") == []
    assert_refused(run("tail", "--stack", "s", "--chart", "dayly", "--once"), "did you mean daily?")


def test_new_bulletins_are_shown_as_they_come_and_ctrl_c_ends_it_quietly(
    chronicle: Chronicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter((lambda: chronicle.arrives(3, US="Squid Game"), lambda: None))

    def pause(seconds: float) -> None:
        assert seconds == tail.PAUSE
        look = next(looks, None)
        if look is None:
            raise KeyboardInterrupt
        look()

    monkeypatch.setattr(tail.time, "sleep", pause)
    done = run("tail", "--stack", "s")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "daily:00000003  2022-01-03  1 change, 1 sent, 0 recorded only",
        "  Elite: new (the daily chart in the United States)",
        "daily:00000004  2022-01-04  1 change, 1 sent, 0 recorded only",
        "  Squid Game: new (the daily chart in the United States)",
    ]
