"""Mutated inputs for whatever reads or shows what comes from outside: no error but the named ones, memory held.

`python -m tests.fuzz --count 1000000` divides that many inputs among the targets. An input that breaks one is printed.
"""

import argparse
import csv
import gzip
import io
import json
import logging
import os
import random
import resource
import sys
import tempfile
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chartwatch.adapters.catalog_file import parse_catalog, write_catalog
from chartwatch.adapters.http_responses import retry_after, unpacked
from chartwatch.adapters.layer_file import parse_layer, write_layer
from chartwatch.adapters.memory import MemoryCharts, MemoryRecord
from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.adapters.tmdb import Tmdb
from chartwatch.adapters.wikidata import Wikidata
from chartwatch.cli.claims import Asked, read_claims
from chartwatch.cli.questions import Options
from chartwatch.document_errors import SourceError
from chartwatch.domain.charts.publications import Provenance
from chartwatch.domain.outside_text import as_evidence, plain, printable_ascii, repeated
from chartwatch.domain.stories.message import Message
from chartwatch.domain.stories.wording import WIDTH
from chartwatch.domain.works.candidates import ExternalId, Scheme, Sighting
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.work import Kind
from chartwatch.errors import CatalogProblem, DestinationRefused, FileProblem, OptionError
from chartwatch.rules import default_rules, examine
from chartwatch.services.detect import Detector
from chartwatch.services.egress import EgressPolicy
from chartwatch.services.enrich import Lookups, updates_of
from chartwatch.services.fetching import Request
from chartwatch.services.publish import messages
from chartwatch.services.updating import store_publication
from chartwatch.sources import Source, open_source
from chartwatch.sources.date_formats import DateFormat
from tests.lookups import item_value, statement, time_value
from tests.unit.sources.documents import DOCUMENTS, source_of
from tests.unit.stories.netflix import last

MEMORY = 1_500_000_000
"""Bytes of address space: with the libraries loaded, less than a function of 1,024 MB has for itself."""

PROVENANCE = Provenance("https://charts.example/file", None, "0" * 64)

CHARTS = frozenset({"charts.example"})

TELLING = (
    *(b"\t", b"\n", b"\r", b'"', b"\0", b"\xff", b"\xef\xbb\xbf", b"null", b"-1", b"1e999", b"9" * 5000),
    *(b"[" * 500, b"{" * 500, b"\xe2\x80\xae", b"\xe2\x80\x8b", b"\xf0\x9f\xa6\x91", b"\xed\xa0\x80"),
    *(b"=1+1", b"@", b"#", b"\\", b"//", b"://", b"%00", b"*a", b"&a", b"!!python/object:x", b": ", b"- ", b"<<"),
    *(b"..", b":443", b",", b";;", b"a" * 3000, b"2022-02-30", b"0001-01-01", b"9999-12-31"),
)


@dataclass(frozen=True)
class Target:
    """What reads bytes from outside. `share` of the inputs go to it; `seeds` are what is mutated."""

    reads: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    share: int = 10


def _parses(source: Source) -> Callable[[bytes], object]:
    def reads(body: bytes) -> None:
        try:
            publications = source.parse(body, PROVENANCE)
        except SourceError as error:
            assert str(error).startswith(source.name)
        else:
            assert all(publication.digest() for publication in publications)

    return reads


class _Says:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def get(self, request: Request) -> bytes:
        assert EgressPolicy.PUBLIC.check_url(request.full_url, request.hosts).host == "api.flixpatrol.com"
        return self._body

    def secret(self, _name: str) -> str:
        return "aku_secret"

    def today(self) -> date:
        return date(2024, 1, 2)


def _options(body: bytes) -> None:
    """Read a line an option, and a small document with them where they are options."""
    lines = body.decode("utf-8", "replace").split("\n")
    options = {"cadence": "week"} | dict(line.partition("=")[::2] for line in lines if line)
    try:
        source = open_source("csv", options)
    except OptionError as error:
        assert str(error).startswith("option ")
        return
    for document in (_TABLE, _OBJECTS):
        _parses(source)(document)


def _dates(body: bytes) -> None:
    written, _, said = body.decode("utf-8", "replace").partition("\n")
    try:
        its = DateFormat.of(written)
    except ValueError:
        return
    try:
        assert its.read_or_advise(said) in its.find(f" {said.strip()} ") | {its.read(said)}
    except ValueError as error:
        assert str(error).startswith("is not ")
    assert all(isinstance(day, date) for day in its.find(said))


def _json(body: bytes) -> None:
    """Read a document at the path that stands before it."""
    path, _, document = body.partition(b"\n")
    options = {
        "chart": "a",
        "cadence": "day",
        "territory": "US",
        "depth": 1,
        "records": path.decode("utf-8", "replace"),
    }
    _parses(open_source("csv", {**options, "title_column": "title.en"}))(b"[" + document + b"]")


def _sheet(body: bytes) -> None:
    """Read a workbook of which one part is the bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_WORKBOOK)) as old, zipfile.ZipFile(packed, "w") as new:
        target = next((name for start, name in _PARTS.items() if start in body), "xl/worksheets/sheet2.xml")
        for name in old.namelist():
            new.writestr(name, body if name == target else old.read(name))
    _parses(source_of(DOCUMENTS["csv-workbook"]))(packed.getvalue())


def _fetches(body: bytes) -> None:
    options = {"key_parameter": "/key", "company": "cmp_n", "countries": "US=cnt_u", "types": "tv"}
    try:
        source = open_source("flixpatrol", options)
        source.parse(source.fetch(_Says(body)), PROVENANCE)
    except (SourceError, DestinationRefused) as error:
        assert "aku_secret" not in str(error)


class _Answering:
    """Answers look-ups by the lines of a body: what is asked, and its answer."""

    def __init__(self, body: bytes) -> None:
        lines = (line.partition(b"\t") for line in body.split(b"\n"))
        self._answers = {asked.decode("utf-8", "replace"): answer for asked, _, answer in lines}

    def get(self, request: Request) -> bytes:
        asked = request.query.get("action", request.url.rpartition("/")[2])
        return self._answers.get(asked, self._answers.get("", b""))

    def secret(self, _name: str) -> str:
        return "aku_secret"

    def today(self) -> date:
        return _DAY


def _looks_up(provider: Callable[[_Answering], Wikidata | Tmdb]) -> Callable[[bytes], object]:
    """Look a title up with whatever is answered; what it comes to is written, and read as the same."""

    def reads(body: bytes) -> None:
        found = {_SEEN.titles[0]: Lookups([provider(_Answering(body))]).ask(_SEEN, _DAY)}
        dossiers = tuple(update(None) for update in updates_of(found, _DAY).values())
        written = write_layer(dossiers)
        again = parse_layer(written, Layer.LOOKED_UP, "looked-up.json")
        assert write_layer(again) == written
        assert [{*its.lookup.facts} for its in again] == [{*its.lookup.facts} for its in dossiers]

    return reads


def _claims(body: bytes) -> None:
    """Ask what stands in a file of claims, as far as that needs no history."""
    file = Path(tempfile.gettempdir()) / f"claims-{os.getpid()}"
    file.write_bytes(body)
    try:
        for asked in read_claims(file, Asked(None, None, Options())):
            if isinstance(asked, Asked):
                _asks(asked)
    except FileProblem as error:
        assert str(error).startswith(str(file))
    finally:
        file.unlink()


def _asks(asked: Asked) -> None:
    try:
        assert asked.question(_RULES)
        assert asked.known_day is None or isinstance(asked.known_day, date)
    except OptionError as error:
        assert str(error)


def _rules(body: bytes) -> None:
    assert all(str(mistake) for mistake in examine(body, "rules.yaml").mistakes)


def _catalog(body: bytes) -> None:
    try:
        catalog = parse_catalog(body, "catalog.csv")
    except CatalogProblem as error:
        assert str(error).startswith("catalog.csv")
    else:
        assert write_catalog(catalog)


def _leads(body: bytes) -> None:
    said = body.decode("utf-8", "surrogateescape")
    origin = EgressPolicy.PUBLIC.check_url("https://charts.example/file.csv", CHARTS)
    for read in (
        lambda: EgressPolicy.PUBLIC.check_url(said, CHARTS),
        lambda: EgressPolicy.PUBLIC.check_redirect(origin, said, CHARTS),
    ):
        try:
            destination = read()
        except DestinationRefused:
            continue
        assert (destination.scheme, destination.authority) == ("https", "charts.example")
        assert destination.target.startswith("/")
        assert destination.target.isprintable()
    as_evidence(said)


def _unpacks(body: bytes) -> None:
    try:
        for size, piece in enumerate(unpacked([body[:7], body[7:]])):
            assert len(piece) <= 70_000
            if size > 100:
                break
    except zlib.error:
        pass


def _waits(body: bytes) -> None:
    retry_after(body.decode("latin-1"))


def _shows(body: bytes) -> None:
    said = body.decode("utf-8", "surrogatepass" if b"\xed" in body else "replace") if _is_text(body) else repr(body)
    assert not [ch for ch in plain(said) if unicodedata.category(ch)[0] == "C" or ch in "\u2028\u2029"]
    assert all(" " <= ch <= "~" for ch in printable_ascii(said))
    assert repeated(said).isprintable() or any(
        ch.isspace() or unicodedata.category(ch) == "Zs" for ch in repeated(said)
    )


def _is_text(body: bytes) -> bool:
    try:
        body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _tells(body: bytes) -> None:
    title = body.decode("utf-8", "replace")
    if title.strip():
        _is_fit_to_send(last("Ozark", title))


def _tells_of_cells(body: bytes) -> None:
    """Tell of a document in whose second week the lines are cells of the number one: title, season and figures."""
    cells = [*body.decode("utf-8", "replace").split("\n"), *[""] * 5][:5]
    table = io.StringIO()
    csv.writer(table).writerows(
        [*_WEEK, ["2024-01-14", "1", *cells], ["2024-01-14", "2", "Ozark", "", "80", "3", "30"]]
    )
    try:
        publications = _WITH_FIGURES.parse(table.getvalue().encode(), PROVENANCE)
    except SourceError:
        return
    charts, record = MemoryCharts(), MemoryRecord()
    detector = Detector(charts, record, Catalog(()), _RULES)
    for publication in sorted(publications, key=lambda its: its.period):
        store_publication(publication, charts)
        for bulletin in detector.detect(publication.chart.id, publication.period):
            for message in messages(bulletin, LIMITS):
                _is_fit_to_send(message)


def _is_fit_to_send(message: Message) -> None:
    assert len(message.subject) <= LIMITS.subject
    assert all(" " <= ch <= "~" for ch in message.subject)
    assert not [ch for ch in message.text if unicodedata.category(ch)[0] == "C" and ch != "\n"]
    too_wide = [line for line in message.text.splitlines() if len(line) > WIDTH]
    assert not [line for line in too_wide if " " in line.removeprefix("* ").lstrip(" ")], "a word alone may be wider"


_TABLE = b"period,territory,rank,title,kind\n2024-01-07,KR,1,A,film\n2024-01-14,KR,1,B,\n"
_OBJECTS = b'{"period": "2024-01-07", "x": [{"rank": 1, "title": "A", "territory": "KR", "kind": "film"}]}'
_OPTIONS = (
    b"cadence=week\nchart=songs\neras=2024-01-07/2024-01-10,2024-01-10/2024-01-14\ndue=Tuesday 21:00 UTC\ndepth=2",
    b"cadence=month\nchart=songs\ndate_format=b d, Y\nmetric=hours; 2024-01-14 views\nterritories=Korea=KR;=GLOBAL",
    b"cadence=day\nchart_column=kind\ncharts=film=films\nkinds=TV Show=series\nmalformed=mend\ncomment=#\nskip=0",
    b"cadence=day\nchart=songs\nperiod=name\nrecords=x\nshortest=1\nties=true\nencoding=cp949\ndelimiter=tab\nsheet=A",
    b"cadence=week\nchart=songs\nfigure_columns=rank,kind\nidentifying=rank\nbegan=2024-01-07\nterritory=KR",
)
_DATES = (
    b"d/m/Y\n27/02/2022", b"YYYYMMDD\n20220227", b"b d, Y\nFeb 5, 2022", b"week\n2022-W05", b"Y-m\n2022-02",
    b"timestamp\n2022-02-27T10:00:00Z", b"timestamp\n1645912800", b"dd.mm.yyyy\n27.02.2022", b"Y-m-d\n2022-02-27",
)  # fmt: skip
_PATHS = (
    b'a.b\n{"a": {"period": "2024-01-01", "b": [{"title": {"en": "A"}}]}}',
    b'a.b\n{"a": [{"b": [{"period": "2024-01-01", "title": {"en": "A"}, "season": "1"}]}, {"b": []}]}',
    b'\n{"period": "2024-01-01", "title": {"en": "\\u00e9"}, "rank": 1.0}, {"period": "20240102"}',
)
_WORKBOOK = DOCUMENTS["csv-workbook"].read_bytes()
_PARTS = {b"<styleSheet": "xl/styles.xml", b"<workbook": "xl/workbook.xml", b"<Types": "[Content_Types].xml"}
_SHEETS = tuple(
    zipfile.ZipFile(io.BytesIO(_WORKBOOK)).read(name) for name in ("xl/worksheets/sheet2.xml", *_PARTS.values())
)

_ROOT = Path(__file__).parents[1] / "functions" / "chartwatch"
_ADDRESSES = (
    b"https://charts.example/file.csv?a=b#c",
    b"//charts.example:443/",
    b"../a",
    b"http://user:p@127.0.0.1:80/",
)
_PAGES = DOCUMENTS["flixpatrol-pages-of-three-lists"].read_bytes().splitlines()
_PAGE = json.dumps(json.loads(_PAGES[0])["page"] | {"links": {"next": "/v2/top10s?page=2"}}).encode()
_DAY = date(2022, 2, 1)
_SEEN = Sighting(
    ("The Long Night",), Kind.SERIES, date(2022, 1, 30), ids=frozenset({ExternalId(Scheme.NETFLIX, "81237994")})
)


def _items() -> bytes:
    """Return the item of a series, and those of its language and its country."""
    text = {"text": "긴 밤", "language": "ko"}
    minutes = {"amount": "+50", "unit": "http://www.wikidata.org/entity/Q7727"}
    series = {
        "P31": [statement("P31", item_value("Q5398426"))],
        "P364": [statement("P364", item_value("Q8"))],
        "P495": [statement("P495", item_value("Q9"), "preferred"), statement("P495", item_value("Q8"))],
        "P580": [statement("P580", time_value(date(2022, 1, 28)))],
        **{
            prop: [statement(prop, value)]
            for prop, value in (("P1874", "81237994"), ("P1476", text), ("P2047", minutes))
        },
    }
    label, alias = ({"language": "en", "value": said} for said in ("The Long Night", "Night"))
    night = {"labels": {"en": label}, "aliases": {"en": [alias]}, "claims": series, "sitelinks": {"enwiki": {}}}
    korean, korea = ({"claims": {prop: [statement(prop, said)]}} for prop, said in (("P218", "ko"), ("P297", "KR")))
    entities = {named: {"id": named, **said} for named, said in (("Q7", night), ("Q8", korean), ("Q9", korea))}
    return json.dumps({"entities": entities}, ensure_ascii=False).encode()


_WIKIDATA = (
    b'wbsearchentities\t{"search": [{"id": "Q7", "match": {"text": "The Long Night"}}]}\n'
    b'query\t{"query": {"search": [{"title": "Q7"}]}}\nwbgetentities\t' + _items(),
    b'\t{"error": {"code": "maxlag", "info": "Waiting for a server"}}',
    b'query\t{"query": {"search": null}}\nwbsearchentities\t{"search": []}\n\t{"error": {"code": "no-such-entity"}}',
)
_TMDB = (
    b'tv\t{"results": [{"id": 7, "name": "The Long Night"}, {"id": 9, "original_name": "Night"}]}\n'
    b'\t{"id": 7, "name": "The Long Night", "original_name": "\\uae34", "original_language": "ko", "first_air_date": '
    b'"2022-01-28", "origin_country": ["KR"], "production_countries": [{"iso_3166_1": "KR"}, {"iso_3166_1": "XC"}], '
    b'"networks": [{"id": 213}], "seasons": [{"air_date": "2022-01-28", "season_number": 1}, {"air_date": null}], '
    b'"runtime": null, "vote_count": 100, "alternative_titles": {"results": [{"title": "Night", "iso_3166_1": "US"}]}, '
    b'"external_ids": {"imdb_id": "tt1000007", "wikidata_id": "Q7"}}',
)
_RULES = default_rules()
_FIGURES = {"figure_columns": "hours,weeks,views", "identifying": "hours", "metric": "hours"}
_WITH_FIGURES = open_source("csv", {"chart": "list", "cadence": "week", "depth": 2, "territory": "KR", **_FIGURES})
_WEEK = (
    ("period", "rank", "title", "season", "hours", "weeks", "views"),
    ("2024-01-07", "1", "Ozark", "", "100", "2", "50.5"),
    ("2024-01-07", "2", "Elite", "", "90", "1", "40"),
)
_CELLS = (b"Elite\n\n1000000\n2\n500.25", b"Elite\nElite: Season 2\n90\n1\n")
_CLAIMS = (
    b"id,slot,title,chart,territory,nth,language\n1,,Squid Game,tv,US,2,not:en\n2,new:tv:US:2022-02-04,,,,,\n",
    b"title,territory,run,exactly,as_of,known\nOzark,US,5,yes,2022-02-04,2022-03-01\n",
    b'{"title": "Squid Game", "chart": "tv", "territory": "KR", "nth": 2, "country": "KR"}\n{"slot": "a:b:*:1"}\n',
    b'{"title": "Ozark", "territories": 10, "on": "2022-02-04", "new": true}\n{"id": "3", "group": "South Korea"}\n',
)
_TITLES = (b"Squid Game", "지금 우리 학교는".encode(), "=1+1\u202e\u200b".encode(), b"a\r\nBcc: b")

TARGETS: Mapping[str, Target] = {
    **{name: Target(_parses(source_of(raw)), (raw.read_bytes(),)) for name, raw in DOCUMENTS.items()},
    "options of csv": Target(_options, _OPTIONS, share=20),
    "dates": Target(_dates, _DATES, share=20),
    "paths of JSON": Target(_json, _PATHS, share=20),
    "parts of a workbook": Target(_sheet, _SHEETS, share=5),
    "pages of flixpatrol": Target(_fetches, (_PAGE,)),
    "answers of Wikidata": Target(_looks_up(lambda its: Wikidata(its, wait=lambda _: None)), _WIKIDATA, share=20),
    "answers of TMDB": Target(_looks_up(lambda its: Tmdb(its, "0123456789abcdef0123456789abcdef")), _TMDB, share=20),
    "claims": Target(_claims, _CLAIMS, share=20),
    "rules": Target(_rules, ((_ROOT / "rules" / "default.yaml").read_bytes()[:1500],), share=2),
    "catalog": Target(_catalog, (b"".join((_ROOT / "works/starter.csv").read_bytes().splitlines(True)[:8]),)),
    "addresses": Target(_leads, _ADDRESSES, share=20),
    "gzip": Target(_unpacks, (gzip.compress(b"rank\n" * 99), gzip.compress(b"a") * 3)),
    "Retry-After": Target(_waits, (b"120", b"Tue, 01 Mar 2022 20:00:00 GMT", b"Tue, 01 Mar 2022 20:00:00 -0000")),
    "outside text": Target(_shows, _TITLES, share=20),
    "stories": Target(_tells, _TITLES, share=1),
    "messages of cells": Target(_tells_of_cells, _CELLS, share=2),
}


def inputs(seeds: tuple[bytes, ...], chance: random.Random, count: int) -> Iterator[bytes]:
    """Yield mutated seeds: cut, repeated, flipped, spliced and salted, one to six times over."""
    for _ in range(count):
        body = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 6)):
            at = chance.randint(0, len(body))
            end = min(len(body), at + chance.choice((0, 1, 2, 8, 40, 400)))
            match chance.randrange(6):
                case 0:
                    del body[at:end]
                case 1:
                    body[at:at] = body[at:end] * chance.choice((1, 2, 20))
                case 2 if at < len(body):
                    body[at] ^= 1 << chance.randrange(8)
                case 3:
                    body[at:end] = chance.randbytes(chance.randint(0, 6))
                case 4:
                    other = chance.choice(seeds)
                    start = chance.randint(0, len(other))
                    body[at:end] = other[start : start + 40]
                case _:
                    body[at:end] = chance.choice(TELLING)
        yield bytes(body)


def run(name: str, count: int, seed: int) -> None:
    """Give a target that many inputs. Raises what it raises, with the input as a note."""
    target = TARGETS[name]
    for body in inputs(target.seeds, random.Random(f"{seed} {name}"), count):
        try:
            target.reads(body)
        except BaseException as error:
            error.add_note(f"{name} was given {body!r}")
            raise


def main() -> None:
    """Divide the inputs among the targets, and say how many each has had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, default=None)
    asked = parser.parse_args()
    seed = random.SystemRandom().randrange(1 << 32) if asked.seed is None else asked.seed
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    logging.disable(logging.WARNING)  # what sources pass over
    shares = sum(target.share for target in TARGETS.values())
    print(f"seed {seed}")
    done = 0
    for name, target in TARGETS.items():
        began, count = time.monotonic(), -(-asked.count * target.share // shares)
        run(name, count, seed)
        done += count
        print(f"{name}: {count:,} inputs in {time.monotonic() - began:.0f} s", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1 if sys.platform == "linux" else 1024)
    print(f"{done:,} inputs, and no error but the named ones; {peak // 1024} MB at the peak")


if __name__ == "__main__":
    main()
