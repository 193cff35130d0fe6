"""`chartwatch sources check`: what a provider on this machine answers, and each way in which that may differ."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from chartwatch.adapters.tmdb import NOTICE
from chartwatch.domain.works.work import Kind
from tests.command_line import assert_refused, run
from tests.lookups import BROKEN_OFF, CUT_SHORT, HTML, KEY, LAGGING, SERVER_ERROR, Lookups, Served
from tests.providers import Answer, Asked, Server

GAME = Served(
    1,
    "Squid Game",
    Kind.SERIES,
    "ko",
    ("KR",),
    date(2021, 9, 17),
    original_title="오징어 게임",
    aliases=("Round Six",),
    netflix_id="81040344",
    imdb_id="tt1000001",
    seasons=(date(2021, 9, 17),),
)
OKJA = Served(2, "Okja", Kind.FILM, "ko", ("KR", "US"), date(2017, 6, 28), imdb_id="tt1000002", minutes=120)
CONTACT = ("--contact", "https://example.org/charts")
DOCUMENTS = Path(__file__).parents[1] / "data" / "sources" / "netflix-countries"
FILE = (DOCUMENTS / "labelled-as-of-2022.tsv").read_bytes()
PLAIN = {"Content-Type": "text/tab-separated-values"}


@pytest.fixture
def server() -> Iterator[Lookups]:
    with Lookups([GAME, OKJA]) as running:
        yield running


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHARTWATCH_WIKIDATA", "CHARTWATCH_TMDB", "CHARTWATCH_CONTACT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TMDB_KEY", KEY)


def check(server: Lookups, provider: str) -> Result:
    address = server.wikidata if provider == "wikidata" else server.tmdb
    return run("sources", "check", provider, "--address", address, *CONTACT)


def check_file(answer: Answer) -> Result:
    with Server() as server:
        server.answers(answer)
        return run("sources", "check", "netflix-countries", "--address", f"{server.address}/all-weeks-countries.tsv")


def changed(server: Lookups, change: Callable[[Asked, Any], Any]) -> None:
    """Let every answer of a server be what `change` makes of the true one."""
    true = server.answer

    def answer(asked: Asked) -> Answer:
        its: Answer = true(asked)
        return replace(its, body=json.dumps(change(asked, json.loads(its.body))).encode())

    server.answer = answer


def assert_silent(result: Result, said: str) -> None:
    """Nothing is said to differ of a provider that gave no answer."""
    assert result.exit_code == 3, result.output
    assert not result.stderr
    assert "differ" not in result.stdout
    assert "no answer: " in result.stdout
    assert said in result.stdout
    assert result.stdout.endswith("It gave no answer: whether it answers as recorded is not known\n")


def assert_differs(result: Result, *said: str) -> None:
    assert result.exit_code == 1, result.output
    assert not result.stderr
    assert "differs: " in result.stdout
    assert "differ from what was recorded" in result.stdout
    assert all(part in result.stdout for part in said), result.stdout


@pytest.mark.parametrize("provider", ["wikidata", "tmdb"])
def test_a_provider_that_answers_as_recorded_is_said_to(server: Lookups, provider: str) -> None:
    result = check(server, provider)
    assert result.exit_code == 0, result.output
    assert "differs" not in result.stdout
    assert "what Chartwatch reads of Squid Game: a series in ko from KR, which is right" in result.stdout
    assert result.stdout.endswith("It answers as recorded\n")
    assert (NOTICE in result.stdout) is (provider == "tmdb"), "its terms ask for it where its data are"


@pytest.mark.parametrize("provider", ["wikidata", "tmdb"])
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(HTML, "answers with a page of markup", id="a page"),
        pytest.param(BROKEN_OFF, "answers with no JSON", id="JSON that breaks off"),
        pytest.param(SERVER_ERROR, "answers 500 Internal Server Error, with a page of markup", id="500"),
        pytest.param(
            Answer(b"", 429, {"Retry-After": "7"}),
            "answers 429 Too Many Requests, to be asked again after 7 seconds",
            id="429",
        ),
        pytest.param(Answer(b"[]"), "JSON that is no object, but list", id="a list"),
        pytest.param(Answer(b"", 403), "answers 403 Forbidden", id="403"),
        pytest.param(Answer(b"", 404), "answers 404 Not Found", id="404"),
    ],
)
def test_what_comes_instead_of_an_answer_is_named(server: Lookups, provider: str, fault: Answer, said: str) -> None:
    server.faults.append(fault)
    assert_differs(check(server, provider), said)


@pytest.mark.parametrize("provider", ["wikidata", "tmdb"])
def test_a_provider_that_is_asked_too_much_is_not_asked_again(server: Lookups, provider: str) -> None:
    server.answer = lambda _: Answer(b"", 429, {"Retry-After": "1"})
    assert_differs(check(server, provider))
    assert len(server.asked) == 2


@pytest.mark.parametrize("provider", ["wikidata", "tmdb"])
def test_another_content_type_is_a_difference_and_the_answer_is_read(server: Lookups, provider: str) -> None:
    true = server.answer
    server.answer = lambda asked: replace(true(asked), headers={"Content-Type": "text/plain"})
    result = check(server, provider)
    assert_differs(result, "its content type is text/plain in place of application/json", "which is right")


def test_servers_that_lag_are_said_to_and_not_waited_for(server: Lookups) -> None:
    lagging = replace(LAGGING, headers={**LAGGING.headers, "Retry-After": "5"})
    server.faults.append(lagging)
    said = "the error maxlag: Waiting for db1: 7.5 seconds lagged. (maxlag: its servers lag"
    assert_differs(check(server, "wikidata"), said, "to be asked again after 5 seconds")


def test_an_error_of_wikidata_is_said_in_its_words(server: Lookups) -> None:
    server.faults.append(Answer(b'{"error": {"code": "badvalue", "info": "so it is"}}'))
    assert_differs(check(server, "wikidata"), "answers with the error badvalue: so it is")


@pytest.mark.parametrize(
    ("provider", "action", "change", "said"),
    [
        ("wikidata", "wbsearchentities", lambda s: s["search"][0].pop("match"), "search[].match is missing"),
        ("wikidata", "query", lambda s: s["query"].pop("search"), "query.search is missing"),
        (
            "wikidata",
            "wbgetentities",
            lambda s: [one.pop("rank") for its in s["entities"].values() for one in its["claims"].get("P31", ())],
            "entities.*.claims.*[].rank is missing",
        ),
        (
            "wikidata",
            "wbgetentities",
            lambda s: [its.update(claims="none") for its in s["entities"].values()],
            "entities.*.claims is text in place of an object",
        ),
        ("tmdb", "/3/search/tv", lambda s: s["results"][0].pop("original_name"), "results[].original_name is missing"),
        ("tmdb", "/3/tv/1", lambda s: s.pop("origin_country"), "origin_country is missing"),
        ("tmdb", "/3/tv/1", lambda s: s.update(networks=None), "networks is null in place of a list"),
        ("tmdb", "/3/movie/2", lambda s: s.update(runtime="2h"), "runtime is text in place of a number or null"),
        ("tmdb", "/3/movie/2", lambda s: s["external_ids"].pop("imdb_id"), "external_ids.imdb_id is missing"),
        ("tmdb", "/3/find/tt1000001", lambda s: s.pop("tv_results"), "tv_results is missing"),
    ],
)
def test_a_field_that_is_missing_or_of_another_type_is_named(
    server: Lookups, provider: str, action: str, change: Callable[[Any], Any], said: str
) -> None:
    def change_one(asked: Asked, answer: Any) -> Any:
        if action in (asked.path, *asked.query.get("action", ())):
            change(answer)
        return answer

    changed(server, change_one)
    assert_differs(check(server, provider), said)


@pytest.mark.parametrize("provider", ["wikidata", "tmdb"])
def test_a_field_that_is_new_is_no_difference(server: Lookups, provider: str) -> None:
    changed(server, lambda _, answer: answer | {"news": {"a": [1]}})
    assert check(server, provider).exit_code == 0


@pytest.mark.parametrize("provider", ["wikidata", "tmdb"])
def test_answers_in_the_right_shape_of_which_the_facts_are_wrong_are_a_difference(provider: str) -> None:
    with Lookups([replace(GAME, language="ja", countries=("JP",)), OKJA]) as server:
        said = "a series in ja from JP, and not a series in ko from KR"
        assert_differs(check(server, provider), said)


@pytest.mark.parametrize("provider", ["wikidata", "tmdb"])
def test_a_provider_that_knows_nothing_of_the_work_is_a_difference(provider: str) -> None:
    with Lookups() as server:
        assert_differs(check(server, provider), "no answer names one")


def test_a_wrong_key_is_refused_in_tmdbs_words_and_not_shown(server: Lookups, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMDB_KEY", "fedcba9876543210")
    result = check(server, "tmdb")
    assert_differs(result, "answers 401 Unauthorized: Invalid API key (7)")
    assert "fedcba" not in result.output


def test_the_key_is_read_from_a_file_and_an_access_token_stands_in_no_address(server: Lookups, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("a.b.c\n")
    result = run("sources", "check", "tmdb", "--address", server.tmdb, "--key-file", file)
    assert result.exit_code == 0, result.output
    assert all("api_key" not in asked.query for asked in server.asked)


@pytest.mark.parametrize("written", ["", "  \n", "two words", "k\u00e9y"])
def test_what_is_no_key_is_refused_without_being_shown(server: Lookups, tmp_path: Path, written: str) -> None:
    file = tmp_path / "key"
    file.write_text(written)
    result = run("sources", "check", "tmdb", "--address", server.tmdb, "--key-file", file)
    assert_refused(result, "--key-file")
    assert not server.asked
    assert not written.strip() or written.strip() not in result.output


def test_addresses_and_the_contact_are_those_of_the_settings(server: Lookups, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARTWATCH_WIKIDATA", server.wikidata)
    monkeypatch.setenv("CHARTWATCH_TMDB", server.tmdb)
    monkeypatch.setenv("CHARTWATCH_CONTACT", "desk@example.org")
    assert run("sources", "check", "wikidata").exit_code == 0
    assert run("sources", "check", "tmdb").exit_code == 0
    assert all("desk@example.org" in asked.headers["user-agent"] for asked in server.asked)


def test_wikidata_is_not_asked_by_nobody_in_particular(server: Lookups) -> None:
    assert_refused(run("sources", "check", "wikidata", "--address", server.wikidata), "--contact", "is needed")
    assert_refused(run("sources", "check", "wikidata", "--address", server.wikidata, "--contact", "(x)"), "--contact")
    assert not server.asked


@pytest.mark.parametrize("provider", ["wikidata", "tmdb", "netflix-countries"])
@pytest.mark.parametrize("address", ["http://example.org/x", "elsewhere", "https://", "ftp://127.0.0.1/x"])
def test_an_address_that_may_not_be_asked_is_said_to(provider: str, address: str) -> None:
    assert_silent(run("sources", "check", provider, "--address", address, *CONTACT), "is not fetched")


def test_a_provider_that_is_not_there_is_said_to_be() -> None:
    with Server() as server:
        address = server.address
    for provider in ("wikidata", "tmdb", "netflix-countries"):
        assert_silent(run("sources", "check", provider, "--address", address, *CONTACT), "is unavailable")


@pytest.mark.parametrize("provider", ["wikidata", "tmdb"])
def test_a_question_without_an_answer_is_counted_beside_those_that_got_one(server: Lookups, provider: str) -> None:
    server.faults.append(CUT_SHORT)
    result = check(server, provider)
    assert result.exit_code == 1
    assert "no answer: " in result.stdout
    assert "the response broke off" in result.stdout
    assert "differs" not in result.stdout
    assert result.stdout.endswith("It answers as recorded, and 1 question got none\n")


def test_of_a_file_that_breaks_off_nothing_is_known() -> None:
    assert_silent(check_file(Answer(FILE, length=len(FILE) + 5)), "the response broke off")


def test_a_contact_of_nothing_is_refused(server: Lookups) -> None:
    result = run("sources", "check", "wikidata", "--address", server.wikidata, "--contact", "")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, "Error: Invalid value for '--contact': is empty")


# Netflix's file.


def test_netflixs_file_as_recorded_is_said_to_be() -> None:
    result = check_file(Answer(FILE, 200, PLAIN))
    assert result.exit_code == 0, result.output
    assert "its columns: as recorded" in result.stdout
    assert "its rows: " in result.stdout
    assert "the weeks to" in result.stdout


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(HTML, "answers with a page of markup", id="a page"),
        pytest.param(Answer(b"null"), "the column week is missing", id="null"),
        pytest.param(Answer(b"", 404), "answers 404 Not Found", id="404"),
        pytest.param(Answer(b"", 429, {"Retry-After": "60"}), "asked again after 60 seconds", id="429"),
        pytest.param(
            Answer(FILE.replace(b"weekly_rank", b"rank", 1)),
            "the column weekly_rank is missing; the column rank is new",
            id="a column of another name",
        ),
        pytest.param(
            Answer((DOCUMENTS / "without-weeks-crlf-and-byte-order-mark.tsv").read_bytes()),
            "the column cumulative_weeks_in_top_10 is missing",
            id="a column that is gone",
        ),
        pytest.param(Answer(FILE[:-20]), "the document ends inside a character", id="a file that is cut short"),
        pytest.param(
            Answer(b"\n".join(FILE.splitlines()[:-1]) + b"\n"), "is not whole", id="a file without its last row"
        ),
    ],
)
def test_a_difference_of_netflixs_file_is_named(answer: Answer, said: str) -> None:
    assert_differs(check_file(answer), said)


def test_a_column_that_netflix_had_for_a_while_is_no_difference() -> None:
    lines = FILE.decode().splitlines()
    wider = "\n".join([f"{lines[0]}\tis_staggered_launch", *(f"{line}\tfalse" for line in lines[1:]), ""])
    assert check_file(Answer(wider.encode())).exit_code == 0


def test_the_sources_are_listed_as_before() -> None:
    result = run("sources")
    assert result.exit_code == 0
    assert "netflix-countries" in result.stdout
