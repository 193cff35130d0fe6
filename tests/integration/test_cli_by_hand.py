"""What a person says of publications on the command line, and what a document would change before it is accepted."""

import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.command_line import Write, run

CHART = "csv,chart=d,name=D,cadence=day,depth=2"
OPTIONS = ("--source", "csv", "-o", "chart=d", "-o", "name=D", "-o", "cadence=day", "-o", "depth=2")
HEADER = "period,territory,rank,title\n"


def day(number: int, *, ranks: int = 2, **titles: str) -> str:
    """Return the rows of a day, each territory with its #1 and a second rank."""
    return "".join(
        f"2022-01-{number:02},{territory},{rank},{title if rank == 1 else 'Second'}\n"
        for territory, title in titles.items()
        for rank in range(1, ranks + 1)
    )


@pytest.fixture
def whole(write: Write) -> Path:
    """Return a file of three days in two territories."""
    rows = (day(1, US="Old", KR="Old"), day(2, US="Nulls", KR="Kr"), day(3, US="Nulls", KR="Kr"))
    return write("2022-01-04T100000Z.csv", HEADER + "".join(rows))


@pytest.fixture
def broken(write: Write) -> Path:
    """Return the same file as it would be if KR had but one rank on the second day."""
    rows = (day(1, US="Old", KR="Old"), day(2, US="Nulls") + day(2, ranks=1, KR="Kr"), day(3, US="Nulls", KR="Kr"))
    return write("2022-01-04T090000Z.csv", HEADER + "".join(rows))


def said(*arguments: object) -> str:
    done = run(*map(str, arguments))
    assert done.exit_code == 0, done.stderr
    return " ".join(done.stdout.split())


def refused(*arguments: object) -> str:
    done = run(*map(str, arguments))
    assert (done.exit_code, done.stdout) == (2, "")
    return done.stderr.strip()


def test_one_bad_edition_silences_no_other_and_is_reported(broken: Path) -> None:
    done = run("replay", str(broken), *OPTIONS, "--since", "2022-01-02", "--format", "jsonl")
    assert done.exit_code == 0
    sent = [its for its in map(json.loads, done.stdout.splitlines()) if not its["silent"]]
    new = {(m["territory"], m["period"]): m["status"] for m in sent if m["rule"].startswith("new-number-one")}
    assert new == {
        ("US", "2022-01-02"): "announced",
        ("*", "2022-01-02"): "provisional",
        ("KR", "2022-01-03"): "provisional",
        ("*", "2022-01-03"): "provisional",
    }
    assert f"Notice: {broken}: set aside: line 8: d of 2022-01-02 in KR has 1 of 2 ranks" in done.stderr


def test_a_claim_is_answered_with_a_notice_of_what_was_set_aside(broken: Path) -> None:
    asked = ("check", "--title", "Kr", "--chart", "d", "--territory", "KR", "--nth", "2", "--from", f"{CHART}:{broken}")
    done = run(*asked)
    assert (done.exit_code, done.stdout.partition(":")[0]) == (3, "UNKNOWN")
    assert "set aside: line 8: d of 2022-01-02 in KR has 1 of 2 ranks" in done.stderr


def test_an_edition_that_is_withdrawn_is_missing(whole: Path) -> None:
    shown = said("withdraw", "d", "2022-01-02", "KR", "--from", f"{CHART}:{whole}")
    assert "2022-01-02 retracted, sent: Retracted: Kr is the new #1 of D in South Korea" in shown
    assert "2022-01-02 corrected, not certain, sent: Nulls is newly #1 of D somewhere in the world" in shown
    assert "2022-01-03 provisional, sent: Kr is the new #1 of D in South Korea" in shown
    assert shown.endswith("changes of d: nothing was written")


def test_a_gap_that_is_declared_as_never_published_is_none(broken: Path) -> None:
    declared = ("gap", "d", "2022-01-02", "KR", "--not-published", "--source", "the publisher")
    shown = said(*declared, "--from", f"{CHART}:{broken}")
    assert "2022-01-03 announced, sent: Kr is the new #1 of D in South Korea" in shown


def test_an_edition_that_is_missing_is_filled_in_by_hand(broken: Path, write: Write) -> None:
    ranks = write("ranks.csv", "rank,title\n1,Kr\n")
    shown = said("fill", "d", "2022-01-02", "KR", ranks, "--source", "a paper", "--from", f"{CHART}:{broken}")
    assert "2022-01-02 announced, sent: Kr is the new #1 of D in South Korea" in shown


def test_an_edition_filled_in_by_hand_names_creators_as_its_chart_does(write: Write) -> None:
    rows = "2022-01-01,KR,1,Old,A B\n2022-01-02,US,1,Old,A B\n2022-01-02,KR,2,Low,C D\n2022-01-03,KR,1,Old,A B\n"
    file = write("2022-01-04T090000Z.csv", f"period,territory,rank,title,by\n2022-01-01,US,1,Old,A B\n{rows}")
    ranks = write("ranks.csv", "rank,title,creator\n1,Hello,Adele Featuring E F\n")
    chart = CHART.replace("depth=2", "depth=1").replace("csv,", "csv,creator=by,")
    shown = said("fill", "d", "2022-01-02", "KR", ranks, "--source", "a paper", "--from", f"{chart}:{file}")
    assert "Hello is the new #1 of D in South Korea" in shown


@pytest.mark.parametrize(
    ("ranks", "reason"),
    [
        ("rank,title\n1,A\n1,B\n", "d of 2022-01-02 in KR has rank 1 twice"),
        ("rank,title\n2,A\n", "d of 2022-01-02 in KR has no rank 1"),
        ("rank,title,territory\n1,A,US\n", "territory 'US' is not KR, of which an edition is filled in"),
        (
            "rank,title,period\n1,A,2022-01-03\n",
            "period '2022-01-03' is not 2022-01-02, of which",
        ),
    ],
)
def test_what_is_no_edition_of_the_one_that_is_meant_is_not_filled_in(
    broken: Path, write: Write, ranks: str, reason: str
) -> None:
    asked = ("fill", "d", "2022-01-02", "KR", write("ranks.csv", ranks), "--source", "a paper")
    assert reason in refused(*asked, "--from", f"{CHART}:{broken}")


def test_an_edition_that_is_filled_in_may_name_itself_and_share_ranks_where_told(broken: Path, write: Write) -> None:
    ranks = write("ranks.csv", "period,territory,rank,title\n2022-01-02,South Korea,1,Kr\n2022-01-02,KR,1,Other\n")
    asked = ("fill", "d", "2022-01-02", "KR", ranks, "--source", "a paper", "--ties", "--from", f"{CHART}:{broken}")
    assert "Kr and Other are the new #1 of D in South Korea" in said(*asked)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("withdraw", "d", "2022-01-09"), "d of 2022-01-09: there is no such publication"),
        (("withdraw", "e", "2022-01-02"), "CHART: 'e' is not in the history; there are d"),
        (("withdraw", "d", "2022-01-02", "--write"), "option --write: is for --stack: files are not written"),
        (("withdraw", "d", "2022-01-02", "GB"), "d of 2022-01-02: there is no edition of GB that counts; there are"),
        (("gap", "d", "2022-01-02", "KR"), "option --not-published: is what can be declared of a gap"),
        (("gap", "d", "2022-01-02", "--not-published"), "option --source: is needed: who says that it was never"),
        (
            ("gap", "d", "2022-01-02", "KR", "--not-published", "--source", "x"),
            "d of 2022-01-02: there is an edition of KR; what is wrong can be withdrawn first",
        ),
        (("gap", "d", "2022-01-02", "--not-published", "--undo"), "no edition is declared as never published"),
    ],
)
def test_what_cannot_be_said_is_refused_in_a_sentence(whole: Path, arguments: tuple[str, ...], reason: str) -> None:
    assert reason in refused(*arguments, "--from", f"{CHART}:{whole}")


def test_a_dry_run_shows_what_the_last_file_would_change(broken: Path, whole: Path) -> None:
    shown = said("replay", broken, whole, *OPTIONS, "--since", "2022-01-02", "--dry-run")
    assert f"{whole} would be accepted: 0 publications new, 1 revised, 2 unchanged" in shown
    assert "added: d of 2022-01-02 in KR" in shown
    assert "2022-01-02 announced, sent: Kr is the new #1 of D in South Korea" in shown
    assert shown.endswith("Nothing was written")


def test_a_dry_run_says_why_a_file_would_be_refused_and_what_it_would_change_all_the_same(
    whole: Path, write: Write
) -> None:
    other = write("2022-01-05T100000Z.csv", HEADER + day(3, US="Nulls", KR="Kr") + day(2, GB="Gb"))
    shown = said("replay", whole, other, *OPTIONS, "--since", "2022-01-02", "--dry-run")
    assert f"{other} would be refused: csv: d of 2022-01-02 has lost KR, US; to accept it all the same" in shown
    assert "If it were accepted: 0 publications new, 1 revised, 1 unchanged" in shown
    assert "Notice: gone, and kept as published before: d of 2022-01-02 in KR; d of 2022-01-02 in US" in shown
    null = write("null.csv", "null")
    assert "would be refused" in (shown := said("replay", null, *OPTIONS, "--dry-run"))
    assert shown.endswith("Nobody can accept it")


def test_a_dry_run_names_what_was_replaced(whole: Path, write: Write) -> None:
    other = write(
        "2022-01-05T100000Z.csv",
        HEADER + day(1, US="Old", KR="Old") + day(2, US="Other", KR="Kr") + day(3, US="Nulls", KR="Kr"),
    )
    shown = said("replay", whole, other, *OPTIONS, "--dry-run")
    assert "replaced: d of 2022-01-02 in US, rank 1: Nulls -> Other" in shown
    assert "2022-01-02 corrected, sent: Other is the new #1 of D in the United States" in shown


def test_a_dry_run_fetches_what_a_source_publishes_at_this_moment(
    broken: Path, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only where AWS itself is on this machine, may a source be.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    handler = partial(SimpleHTTPRequestHandler, directory=str(whole.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/{whole.name}"
        shown = said("fetch", *OPTIONS, "-o", f"url={url}", "--dry-run", "--from", f"{CHART}:{broken}")
        server.shutdown()
    assert f"{url} would be accepted: 0 publications new, 1 revised, 2 unchanged added: d of 2022-01-02 in KR" in shown
    assert "option --source: is for --dry-run; a deployment fetches as its schedule says" in refused(
        "fetch", *OPTIONS, "-o", f"url={url}"
    )


def test_a_replay_writes_to_no_deployment(whole: Path) -> None:
    assert "is for --dry-run" in refused("replay", whole, *OPTIONS, "--stack", "chartwatch")
