"""Every document under tests/data/sources reads as the JSON file beside it says."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chartwatch.domain.charts.chart import Cadence, Chart, Era
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.works.work import Kind
from chartwatch.sources import SOURCES, open_source

DOCUMENTS = Path(__file__).parents[2] / "data" / "sources"
PAIRS = [(raw, raw.with_suffix(".json")) for raw in sorted(DOCUMENTS.glob("*/*")) if raw.suffix != ".json"]
PROVENANCE = Provenance("https://charts.example/file", "2024-06-01T12:00:00Z", "0" * 64)


@pytest.mark.parametrize(("raw", "expected"), PAIRS, ids=[f"{raw.parent.name}-{raw.stem}" for raw, _ in PAIRS])
def test_a_document_reads_as_expected(raw: Path, expected: Path) -> None:
    said = json.loads(expected.read_text(encoding="utf-8"))
    source = open_source(raw.parent.name, said["options"])
    assert source.parse(raw.read_bytes(), PROVENANCE) == [
        _publication(publication) for publication in said["publications"]
    ]


def test_every_source_has_a_document() -> None:
    assert {raw.parent.name for raw, _ in PAIRS} == set(SOURCES)


def test_no_expectation_lacks_its_document() -> None:
    assert set(DOCUMENTS.glob("*/*.json")) == {expected for _, expected in PAIRS}


def _publication(said: dict[str, Any]) -> Publication:
    editions = (Edition(territory, tuple(map(_entry, entries))) for territory, entries in said["editions"].items())
    return Publication(_chart(said["chart"]), date.fromisoformat(said["period"]), tuple(editions), PROVENANCE)


def _chart(said: dict[str, Any]) -> Chart:
    eras = tuple(Era(metric, date.fromisoformat(since) if since else None) for metric, since in said["eras"])
    kind = Kind(said["kind"]) if said["kind"] else None
    cadence, listed = Cadence(said["cadence"]), said.get("list_name", "")
    return Chart(said["id"], said["name"], said["provider"], cadence, said["depth"], kind, eras, listed)


def _entry(said: list[Any]) -> Entry:
    rank, title, season, kind, figures = said
    return Entry(rank, title, season, Kind(kind) if kind else None, tuple(figures.items()))
