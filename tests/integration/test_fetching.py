"""Fetching over HTTP from a server on this machine: what is sent, what is tried again, and when it is given up."""

import base64
import gzip
import json
import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from importlib import metadata
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities import parameters
from moto import mock_aws

from chartwatch.adapters.connection import VERSION, HttpConnection, Limits
from chartwatch.document_errors import SourceNotATable, SourceTruncated, SourceValueError
from chartwatch.domain.charts.publications import Provenance, Publication
from chartwatch.errors import DestinationRefused, SourceUnavailable
from chartwatch.services.egress import EgressPolicy
from chartwatch.services.fetching import (
    ConditionalFetch,
    DocumentUnchanged,
    NotModified,
    Request,
    Response,
    Validators,
)
from chartwatch.services.pacing import half_to_whole
from chartwatch.sources import open_source
from tests.providers import Answer, Asked, Server
from tests.stores import Cloud

LOCAL = EgressPolicy.PUBLIC_AND_LOOPBACK


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def waits() -> list[float]:
    """The pauses that a connection took, in seconds; none of them passes."""
    return []


@pytest.fixture
def connection(waits: list[float]) -> HttpConnection:
    return HttpConnection(LOCAL, Limits(connect=5, read=5), wait=waits.append, jitter=as_it_is)


def as_it_is(pause: float) -> float:
    return pause


def _unavailable(connection: HttpConnection, request: Request) -> str:
    with pytest.raises(SourceUnavailable) as caught:
        connection.get(request)
    return str(caught.value)


def test_a_request_says_who_asks(server: Server, connection: HttpConnection) -> None:
    server.answers(Answer(b"week\tcategory"))
    assert connection.get(server.request("/file.tsv")) == b"week\tcategory"
    [asked] = server.asked
    assert asked.path == "/file.tsv"
    assert asked.headers["user-agent"].startswith(f"Chartwatch/{VERSION} ")
    assert "authorization" not in asked.headers


def test_the_version_is_that_of_the_package() -> None:
    assert metadata.version("chartwatch") == VERSION


def test_a_query_and_credentials_are_sent(server: Server, connection: HttpConnection) -> None:
    server.answers(Answer(b"{}"))
    filters = {"country[eq]": "cnt_u", "q": "a b&c"}
    request = server.request("/v2/top10s", query=filters, basic_auth=("the key", ""))
    connection.get(request)
    [asked] = server.asked
    assert asked.query == {"country[eq]": ["cnt_u"], "q": ["a b&c"]}
    assert asked.headers["authorization"] == f"Basic {base64.b64encode(b'the key:').decode()}"
    assert "key" not in request.full_url
    assert "key" not in repr(request)


def test_a_body_is_decoded(server: Server, connection: HttpConnection) -> None:
    server.answers(Answer(gzip.compress(b"rank\n" * 1000), headers={"Content-Encoding": "gzip"}))
    assert connection.get(server.request()) == b"rank\n" * 1000
    assert server.asked[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_refusal_is_tried_again(
    server: Server, connection: HttpConnection, waits: list[float], status: int
) -> None:
    server.answers(Answer(status=status), Answer(status=status), Answer(b"now"))
    assert connection.get(server.request()) == b"now"
    assert waits == [1.0, 2.0]


def test_a_pause_is_as_long_as_the_provider_asks(
    server: Server, connection: HttpConnection, waits: list[float]
) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    server.answers(
        Answer(status=429, headers={"Retry-After": "7"}),
        Answer(status=503, headers={"Retry-After": moment}),
        Answer(status=503, headers={"Retry-After": "soon"}),
        Answer(b"now"),
    )
    assert connection.get(server.request()) == b"now"
    assert waits[0] == 7.0
    assert 20 < waits[1] <= 30
    assert waits[2] == 4.0


@pytest.mark.parametrize("after", ["0", "00", "Mon, 01 Jan 2024 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "-5"])
def test_a_provider_that_asks_for_no_pause_gets_the_usual_ones(
    server: Server, connection: HttpConnection, waits: list[float], after: str
) -> None:
    at_once = Answer(status=429, headers={"Retry-After": after})
    server.answers(at_once, at_once, at_once, Answer(b"now"))
    assert connection.get(server.request()) == b"now"
    assert waits == [1.0, 2.0, 4.0]


def test_a_pause_that_would_be_too_long_is_not_taken(
    server: Server, connection: HttpConnection, waits: list[float]
) -> None:
    server.answers(Answer(status=503, headers={"Retry-After": "3600"}))
    said = _unavailable(connection, server.request())
    assert said == (
        f"{server.address.removeprefix('http://')} is unavailable: "
        "answered 503 Service Unavailable and asks to come back after 3600 seconds"
    )
    assert waits == []


def test_what_never_passes_is_given_up_after_five_attempts(
    server: Server, connection: HttpConnection, waits: list[float]
) -> None:
    server.answer = lambda _: Answer(status=500)
    assert _unavailable(connection, server.request()).endswith(": answered 500 Internal Server Error")
    assert len(server.asked) == 5
    assert waits == [1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize("status", [204, 304, 400, 401, 403, 404, 410])
def test_a_lasting_refusal_is_not_tried_again(server: Server, connection: HttpConnection, status: int) -> None:
    server.answer = lambda _: Answer(status=status)
    assert f"answered {status} " in _unavailable(connection, server.request())
    assert len(server.asked) == 1


def test_a_redirect_is_followed(server: Server, connection: HttpConnection) -> None:
    server.answers(Answer(status=301, headers={"Location": "/moved.tsv"}), Answer(b"moved"))
    assert connection.get(server.request("/file.tsv")) == b"moved"
    assert [asked.path for asked in server.asked] == ["/file.tsv", "/moved.tsv"]


def test_a_redirect_to_another_host_does_not_take_the_credentials_along(
    server: Server, connection: HttpConnection
) -> None:
    with Server() as other:
        server.answers(Answer(status=302, headers={"Location": f"{other.address}/elsewhere"}))
        other.answers(Answer(b"elsewhere"))
        request = server.request(basic_auth=("the key", ""), hosts=frozenset({server.host, other.host}))
        assert connection.get(request) == b"elsewhere"
        assert "authorization" in server.asked[0].headers
        assert "authorization" not in other.asked[0].headers


def test_redirects_without_end_are_given_up_and_not_tried_again(server: Server, connection: HttpConnection) -> None:
    server.answer = lambda _: Answer(status=302, headers={"Location": "/again"})
    assert _unavailable(connection, server.request()).endswith(": too many redirects")
    assert len(server.asked) == 6


def test_a_body_that_breaks_off_is_fetched_again(server: Server, connection: HttpConnection) -> None:
    server.answers(Answer(b"half", length=8, headers={"Connection": "close"}), Answer(b"all of it"))
    assert connection.get(server.request()) == b"all of it"


def test_a_body_that_always_breaks_off_is_given_up(server: Server, connection: HttpConnection) -> None:
    server.answer = lambda _: Answer(b"half", length=8, headers={"Connection": "close"})
    assert ": the response broke off: " in _unavailable(connection, server.request())


@pytest.mark.parametrize("compressed", [False, True])
def test_a_body_that_is_too_large_once_decoded_is_refused(
    server: Server, connection: HttpConnection, compressed: bool
) -> None:
    body = b"x" * 100_001
    server.answer = lambda _: (
        Answer(gzip.compress(body), headers={"Content-Encoding": "gzip"}) if compressed else Answer(body)
    )
    said = _unavailable(connection, server.request(max_bytes=100_000))
    assert said.endswith(": the response is larger than 100000 bytes")
    assert len(server.asked) == 1


def test_a_server_that_does_not_listen_is_tried_again_and_given_up(
    connection: HttpConnection, waits: list[float]
) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{reserved.getsockname()[1]}"
        said = _unavailable(connection, Request(f"http://{address}/file.tsv", hosts=frozenset({address})))
    assert said.startswith(f"{address} is unavailable: ")
    assert "refused" in said
    assert len(waits) == 4


@pytest.mark.parametrize("url", ["http://", "ftp://127.0.0.1/file.tsv"])
def test_what_is_no_http_address_is_not_tried(connection: HttpConnection, waits: list[float], url: str) -> None:
    with pytest.raises(DestinationRefused) as caught:
        connection.get(Request(url, hosts=frozenset({"127.0.0.1"})))
    assert str(caught.value) == f"{url} is not fetched: is no address of http or https"
    assert waits == []


def test_a_pause_is_between_half_and_all_of_what_it_may_be() -> None:
    pauses = [half_to_whole(8.0) for _ in range(100)]
    assert all(4.0 <= pause <= 8.0 for pause in pauses)
    assert len(set(pauses)) > 1


def test_attempts_and_pauses_together_end_in_time(server: Server, waits: list[float]) -> None:
    server.answer = lambda _: Answer(status=503)
    connection = HttpConnection(LOCAL, Limits(seconds=2.5), wait=waits.append, jitter=as_it_is)
    assert "answered 503" in _unavailable(connection, server.request())
    # Here no time passes in a pause, so that it is the third alone for which there is none.
    assert waits == [1.0, 2.0]


def test_a_response_has_the_validators_of_its_version(server: Server, connection: HttpConnection) -> None:
    modified = "Tue, 01 Mar 2022 20:00:00 GMT"
    server.answers(Answer(b"week", headers={"ETag": 'W/"7"', "Last-Modified": modified}))
    assert connection.get_if_modified(server.request()) == Response(b"week", Validators('W/"7"', modified))


def test_a_request_with_validators_is_conditional(server: Server, connection: HttpConnection) -> None:
    stored = Validators('"7"', "Tue, 01 Mar 2022 20:00:00 GMT")
    server.answers(Answer(status=304))
    assert connection.get_if_modified(server.request(validators=stored)) == NotModified()
    [asked] = server.asked
    assert asked.headers["if-none-match"] == '"7"'
    assert asked.headers["if-modified-since"] == "Tue, 01 Mar 2022 20:00:00 GMT"


def test_only_an_accepted_document_is_not_fetched_again(server: Server, connection: HttpConnection) -> None:
    store, request = Cloud().validators(), server.request("/file.tsv")
    server.answer = lambda asked: (
        Answer(status=304) if "if-none-match" in asked.headers else Answer(b"week", headers={"ETag": '"7"'})
    )
    for _ in range(2):  # the first document was rejected, so its validators were not stored
        fetch = ConditionalFetch(connection, store)
        assert fetch.get(request) == b"week"
    fetch.remember()
    with pytest.raises(DocumentUnchanged):
        ConditionalFetch(connection, store).get(request)


@pytest.mark.parametrize("etag", ["a" * 1001, "\xe9", "a\tb"])
def test_a_validator_that_cannot_be_sent_back_is_left_out(
    server: Server, connection: HttpConnection, etag: str
) -> None:
    server.answers(Answer(b"week", headers={"ETag": etag}))
    assert connection.get_if_modified(server.request()) == Response(b"week", Validators())


def test_a_netflix_file_is_fetched_from_where_the_option_says(server: Server, connection: HttpConnection) -> None:
    server.answers(Answer(b"week\tcategory"))
    source = open_source("netflix-global", {"url": f"{server.address}/all-weeks-global.tsv"})
    assert source.fetch(connection) == b"week\tcategory"
    assert source.url == f"{server.address}/all-weeks-global.tsv"


def test_a_secret_is_read_decrypted_from_the_parameter_store(
    connection: HttpConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    _offline_aws(monkeypatch)
    with mock_aws():
        boto3.client("ssm").put_parameter(Name="/chartwatch/key", Value="opensesame", Type="SecureString")
        assert connection.secret("/chartwatch/key") == "opensesame"
        with pytest.raises(SourceUnavailable) as caught:
            connection.secret("/chartwatch/none")
    assert str(caught.value).startswith("the parameter /chartwatch/none is unavailable: ")


def test_today_is_a_date_of_utc(connection: HttpConnection) -> None:
    before = datetime.now(UTC).date()
    assert before <= connection.today() <= datetime.now(UTC).date()


def _offline_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    # Powertools keeps its client and what it has read; both would outlive the mock.
    monkeypatch.setattr(parameters.base, "DEFAULT_PROVIDERS", {})


# FlixPatrol.


class KeyedConnection(HttpConnection):
    """A connection to a real server, on a given day and with a given key."""

    def secret(self, name: str) -> str:
        assert name == "/chartwatch/flixpatrol"
        return "aku_secret"

    def today(self) -> date:
        return date(2022, 2, 5)


class Charts:
    """FlixPatrol's API in small: ten titles a day, country and list, `size` days a page."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __call__(self, asked: Asked) -> Answer:
        [first], [last] = asked.query["date[from][gte]"], asked.query["date[to][lte]"]
        days = [date.fromisoformat(first)]
        while days[-1] < date.fromisoformat(last):
            days.append(days[-1] + timedelta(days=1))
        page = int(asked.query.get("page[number]", ["1"])[0])
        shown = days[(page - 1) * self._size : page * self._size]
        more = len(days) > page * self._size
        # The following page is named without the filters: a client must keep them.
        links = {"next": f"/v2/top10s?page[number]={page + 1}" if more else None}
        records = [_record(asked, day, rank) for day in shown for rank in range(1, 11)]
        return Answer(json.dumps({"data": records, "links": links}, indent=1, ensure_ascii=False).encode())


def _record(asked: Asked, day: date, rank: int) -> dict[str, Any]:
    [country], [which] = asked.query["country[eq]"], asked.query["type[eq]"]
    title = f"지금 {country} {which} {rank}"
    return {
        "data": {
            "id": f"t10_{day}",
            "ranking": rank,
            "rankingLast": rank + 1,
            "daysTotal": 4,
            "type": int(which),
            "date": {"type": 1, "from": day.isoformat(), "to": day.isoformat()},
            "movie": {"data": {"id": title, "title": title, "imdbId": 1}},
        }
    }


def _options(server: Server, **more: Any) -> dict[str, Any]:
    return {
        "key_parameter": "/chartwatch/flixpatrol",
        "company": "cmp_n",
        "countries": "US=cnt_u,KR=cnt_k",
        "base_url": f"{server.address}/v2",
        **more,
    }


def _keyed(waits: list[float]) -> KeyedConnection:
    return KeyedConnection(LOCAL, wait=waits.append, jitter=as_it_is)


def test_every_page_of_every_country_and_list_is_one_line(server: Server, waits: list[float]) -> None:
    server.answer = Charts(size=3)
    source = open_source("flixpatrol", _options(server, types="overall,tv", days="6"))
    body = source.fetch(_keyed(waits))
    assert len(body.splitlines()) == 2 * 2 * 3
    assert b"aku_secret" not in body
    publications = source.parse(body, Provenance(source.url, None, "0" * 64))
    assert [(p.chart.id, p.period.isoformat()) for p in publications] == [
        (chart, f"2022-{day}")
        for day in ("01-30", "01-31", "02-01", "02-02", "02-03", "02-04", "02-05")
        for chart in ("netflix-daily-overall", "netflix-daily-tv")
    ]
    assert {edition.territory for p in publications for edition in p.editions} == {"KR", "US"}
    assert publications[-1].editions[0].entries[0].title == "지금 cnt_k 3 1"


def test_the_api_is_asked_with_key_and_filters_on_every_page(server: Server, waits: list[float]) -> None:
    server.answer = Charts(size=4)
    open_source("flixpatrol", _options(server, countries={"US": "cnt_u"}, types=["films"])).fetch(_keyed(waits))
    filters = {
        "company[eq]": ["cmp_n"],
        "country[eq]": ["cnt_u"],
        "type[eq]": ["2"],
        "date[type][eq]": ["1"],
        "date[from][gte]": ["2022-01-29"],
        "date[to][lte]": ["2022-02-05"],
    }
    assert [asked.path for asked in server.asked] == ["/v2/top10s", "/v2/top10s"]
    assert [asked.query for asked in server.asked] == [filters, filters | {"page[number]": ["2"]}]
    expected = f"Basic {base64.b64encode(b'aku_secret:').decode()}"
    assert {asked.headers["authorization"] for asked in server.asked} == {expected}


def test_an_api_that_is_busy_is_asked_again(server: Server, waits: list[float]) -> None:
    charts, busy = Charts(size=8), iter([Answer(status=503), Answer(status=429, headers={"Retry-After": "3"})])
    server.answer = lambda asked: next(busy, None) or charts(asked)
    source = open_source("flixpatrol", _options(server, countries="US=cnt_u", types="tv"))
    assert len(source.parse(source.fetch(_keyed(waits)), Provenance(source.url, None, "0" * 64))) == 8
    assert waits == [1.0, 3.0]


def test_a_following_page_on_another_host_is_refused(server: Server, waits: list[float]) -> None:
    away = json.dumps({"data": [], "links": {"next": "https://elsewhere.example/v2/top10s?page=2"}})
    server.answer = lambda _: Answer(away.encode())
    with pytest.raises(SourceValueError) as caught:
        _parsed(server, waits)
    assert caught.value.column == "links.next"
    assert "leads away from 127.0.0.1" in str(caught.value)
    assert len(server.asked) == 1


def test_pages_without_end_are_given_up(server: Server, waits: list[float]) -> None:
    server.answer = lambda _: Answer(b'{"data": [], "links": {"next": "?page=2"}}')
    with pytest.raises(SourceTruncated) as caught:
        _parsed(server, waits)
    assert str(caught.value).startswith("flixpatrol, line 50: the page after it, ")
    assert len(server.asked) == 50


def test_an_answer_that_is_not_json_is_refused(server: Server, waits: list[float]) -> None:
    server.answer = lambda _: Answer(b"<html>maintenance</html>")
    with pytest.raises(SourceNotATable) as caught:
        _parsed(server, waits)
    assert "line 1: is not JSON: '<html>maintenance</html>'" in str(caught.value)
    assert "aku_secret" not in str(caught.value)
    assert len(server.asked) == 1, "no page is fetched after one that is rejected"


def test_the_page_that_is_rejected_is_in_the_document(server: Server, waits: list[float]) -> None:
    charts, pages = Charts(size=4), iter([None, Answer(b"<html>\nmaintenance</html>")])
    server.answer = lambda asked: next(pages) or charts(asked)
    body = open_source("flixpatrol", _options(server)).fetch(_keyed(waits))
    whole, broken = body.splitlines()
    assert json.loads(whole)["page"]["data"]
    assert broken.endswith(b'"page": <html> maintenance</html>}')


def test_a_record_that_cannot_be_read_ends_no_fetch(server: Server, waits: list[float]) -> None:
    charts = Charts(size=4)

    def without_a_title(asked: Asked) -> Answer:
        body = charts(asked).body
        title, none = '"title": "지금 cnt_u 1 7"'.encode(), b'"title": "N/A"'
        return Answer(body if "page[number]" in asked.query else body.replace(title, none))

    server.answer = without_a_title
    publications = _parsed(server, waits)
    assert len(server.asked) == 2 * 3 * 2, "two pages of each country and list"
    aside = [(p.chart.list_name, str(p.period), *p.set_aside) for p in publications if p.set_aside]
    assert aside == [("overall", day, "US") for day in ("2022-01-29", "2022-01-30", "2022-01-31", "2022-02-01")]


def _parsed(server: Server, waits: list[float]) -> list[Publication]:
    source = open_source("flixpatrol", _options(server))
    return source.parse(source.fetch(_keyed(waits)), Provenance(source.url, None, "0" * 64))
