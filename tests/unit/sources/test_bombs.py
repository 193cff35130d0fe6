"""Documents that are small to send and large to hold are refused, and by name."""

import json
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import date

import pytest
import yaml

from chartwatch.adapters.catalog_file import parse_catalog
from chartwatch.document_errors import SourceError, SourceNotATable
from chartwatch.domain.charts.publications import Provenance
from chartwatch.errors import CatalogProblem, RuleProblem, SourceTooLarge
from chartwatch.rules import MAX_BYTES, parse_rules
from chartwatch.services.fetching import Request
from chartwatch.sources import delimited_text, flixpatrol, open_source

PROVENANCE = Provenance("https://charts.example/file", None, "0" * 64)

CSV = open_source("csv", {"cadence": "day", "chart": "a", "ties": "true"})

HEADER = b"period,territory,rank,title,kind\n"

DEEP = 100_000

TABLES = {
    "a row of 20 million cells": HEADER + b"," * 20_000_000,
    "a header of 20 million cells": b"period," + b"," * 20_000_000,
    "a row of 200,000 cells over as many lines": HEADER + b'"%b\n",' % (b"a" * 96) * 200_000,
    "a cell of 20 million characters": HEADER + b"2024-01-01,KR,1," + b"a" * 20_000_000 + b",\n",
    "a quoted cell without end": HEADER + b'2024-01-01,KR,1,"' + b"a\n" * 10_000_000,
    "a cell of 200,000 characters": HEADER + b"2024-01-01,KR,1," + b"a" * 200_000 + b",film\n",
    "20 million quotation marks": HEADER + b'"' * 20_000_000,
    "20 million NUL bytes": bytes(20_000_000),
    "NUL bytes behind a header": HEADER + bytes(20_000_000),
    "NUL bytes as a rank": HEADER + b"2024-01-01,KR,\0,A,film\n",
    "20 million line ends": b"\n" * 20_000_000,
    "300,000 carriage returns behind a header": HEADER + b"\r" * 300_000,
    "byte order marks alone": b"\xef\xbb\xbf" * 1_000_000,
    "a rank of 100,000 digits": HEADER + b"2024-01-01,KR," + b"9" * 100_000 + b",A,film\n",
    "50,000 ranks that are none": HEADER + b"2024-01-01,KR,x,A,film\n" * 50_000,
    "a UTF-16 document": HEADER.decode().encode("utf-16"),
    "gzip data": b"\x1f\x8b\x08" + bytes(1000),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_takes_much_more_than_it_shows_is_refused(name: str) -> None:
    body = TABLES[name]
    peak = _peak_of(lambda: CSV.parse(body, PROVENANCE))
    assert peak < 250_000_000


def test_a_table_of_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited_text, "MAX_ROWS", 1000)
    body = HEADER + b"2024-01-01,KR,1,A,film\n" * 1501
    with pytest.raises(SourceNotATable) as caught:
        CSV.parse(body, PROVENANCE)
    assert str(caught.value) == "csv: the document has more than 1000 rows"


def test_a_table_longer_than_a_block_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited_text, "MAX_BLOCK", 40 * delimited_text.BLOCK)
    days = [date.fromordinal(date(2020, 1, 1).toordinal() + day) for day in range(3 * delimited_text.BLOCK)]
    body = HEADER + b"".join(b"%b,KR,1,A,film\n" % day.isoformat().encode() for day in days)
    assert len(open_source("csv", {"cadence": "day", "chart": "a"}).parse(body, PROVENANCE)) == len(days)


JSON = {
    "lists in lists": b"[" * DEEP,
    "objects in objects": b'{"a":' * DEEP,
    "lists in lists, closed": b"[" * DEEP + b"]" * DEEP,
    "a list of 2 million numbers": b"[" + b"0," * 2_000_000 + b"0]",
    "a number of 100,000 digits": b'{"data": [], "links": {"next": ' + b"9" * 100_000 + b"}}",
    "NaN": b'{"data": NaN}',
    "an exponent": b'{"data": [{"data": {"ranking": 1e999999999}}]}',
    "a next page of 100,000 characters": b'{"data": [], "links": {"next": "/' + b"a" * 100_000 + b'"}}',
    "a next page in brackets": b'{"data": [], "links": {"next": "//["}}',
    "a next page on another port": b'{"data": [], "links": {"next": "//api.flixpatrol.com:22/"}}',
    "a next page behind a user": b'{"data": [], "links": {"next": "https://api.flixpatrol.com@127.0.0.1/"}}',
    "NUL bytes": bytes(1000),
}


@pytest.mark.parametrize("name", JSON)
def test_an_answer_of_the_api_that_is_deep_or_leads_away_is_refused(name: str) -> None:
    body = _flixpatrol().fetch(_Pages(iter([JSON[name], b""])))
    with pytest.raises(SourceError):
        _flixpatrol().parse(body, PROVENANCE)


@pytest.mark.parametrize("name", JSON)
def test_a_document_of_the_api_that_is_deep_is_refused(name: str) -> None:
    with pytest.raises(SourceError):
        _flixpatrol().parse(b'{"url": "https://x.example/", "page": ' + JSON[name] + b"}\n", PROVENANCE)


DEEP_RECORDS = {
    "in the document": b"[" * DEEP + b"]" * DEEP,
    "in an object": b'{"a":' * DEEP,
    "in a first line": b'{"a":' + b"[" * DEEP + b"]" * DEEP + b'}\n{"a": 1}\n',
    "in a line after the first": b'{"a": 1}\n' + b"[" * DEEP + b"]" * DEEP + b"\n",
    "in the cell of a later line": b'{"a": 1}\n{"a": ' + b"[" * DEEP + b"]" * DEEP + b"}\n",
}


@pytest.mark.parametrize("name", DEEP_RECORDS)
def test_records_that_stand_deep_in_each_other_are_refused(name: str) -> None:
    source = open_source("csv", {"chart": "a", "cadence": "day", "records": ""})
    with pytest.raises(SourceNotATable, match="stand too deep in each other"):
        source.parse(DEEP_RECORDS[name], PROVENANCE)


def test_pages_that_together_are_too_many_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flixpatrol, "MAX_BYTES", 10_000)
    page = json.dumps({"data": [], "links": {"next": "?page=2"}, "x": "a" * 3000}).encode()
    with pytest.raises(SourceTooLarge, match="flixpatrol has more than 10000 bytes"):
        _flixpatrol().fetch(_Pages(iter([page] * 50)))


YAML = {
    "lists in lists": b"[" * 200_000,
    "maps in maps": b"{a: " * 50_000,
    "lists by dashes": b"- " * 100_000,
    "a billion laughs": b"- &a [x, x]\n- &b [*a, *a]\n- &c [*b, *b]\n- &d [*c, *c]\n",
    "a list of itself": b"- &a [*a]\n",
    "merged keys": b"- &a {id: x}\n- <<: *a\n",
    "a Python object": b"- !!python/object/apply:os.system [id]\n",
    "a Python name": b"- id: !!python/name:os.system\n",
    "several documents": b"- id: a\n---\n- id: b\n",
    "more than is read": b"#" * (MAX_BYTES + 1),
    "NUL bytes": bytes(1000),
    "a number of 100,000 digits": b"- id: a\n  kind: nth\n  at: [" + b"9" * 100_000 + b"]\n",
    "a key that is a list": b"- {[a]: b}\n",
    "a date that is none": b"- id: 2022-02-30\n",
}


@pytest.mark.parametrize("name", YAML)
def test_rules_that_are_deep_or_do_more_than_say_something_are_refused(name: str) -> None:
    with pytest.raises(RuleProblem):
        parse_rules(YAML[name], "rules.yaml")


def test_the_objects_of_python_are_not_read_because_only_safe_yaml_is() -> None:
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load(YAML["a Python object"])


CATALOG = b"work_id,title,kind,original_language,origin_countries,release_date\n"

CATALOGS = {
    "a cell of 200,000 characters": CATALOG + b"a," + b"x" * 200_000 + b",,,,\n",
    "NUL bytes": bytes(1000),
    "a million quotation marks": b'"' * 1_000_001,
}


@pytest.mark.parametrize("name", CATALOGS)
def test_a_catalog_of_long_cells_or_other_bytes_is_refused(name: str) -> None:
    with pytest.raises(CatalogProblem):
        parse_catalog(CATALOGS[name], "catalog.csv")


def _flixpatrol() -> flixpatrol.FlixPatrol:
    options = {"key_parameter": "/key", "company": "cmp_n", "countries": "US=cnt_u", "types": "tv"}
    return flixpatrol.FlixPatrol.configured(options)


class _Pages:
    """A connection that answers with one page after the other, whatever is requested."""

    def __init__(self, pages: Iterator[bytes]) -> None:
        self._pages = pages

    def get(self, _request: Request) -> bytes:
        return next(self._pages)

    def secret(self, _name: str) -> str:
        return "aku_secret"

    def today(self) -> date:
        return date(2024, 1, 2)


def _peak_of(parse: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        with pytest.raises(SourceError):
            parse()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_what_is_refused_here_is_refused_for_what_it_is_and_not_for_the_options() -> None:
    assert CSV.parse(HEADER + b"2024-01-01,KR,1,A,film\n2024-01-01,KR,2,B,\n", PROVENANCE)
