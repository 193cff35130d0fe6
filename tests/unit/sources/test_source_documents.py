"""Every document under tests/data/sources reads as the JSON file beside it says."""

from datetime import date, timedelta
from typing import Any

import pytest

from chartwatch.domain.charts.chart import Cadence, Chart, Due, Era, MetricPeriod
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.works.work import Kind
from chartwatch.sources import SOURCES
from tests.unit.sources.documents import DOCUMENTS, FOLDER, expectation, source_of

PROVENANCE = Provenance("https://charts.example/file", "2024-06-01T12:00:00Z", "0" * 64)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_reads_as_expected(name: str) -> None:
    raw = DOCUMENTS[name]
    assert source_of(raw).parse(raw.read_bytes(), PROVENANCE) == [
        _publication(expected) for expected in expectation(raw)["publications"]
    ]


def test_every_source_has_a_document() -> None:
    assert {raw.parent.name for raw in DOCUMENTS.values()} == set(SOURCES)


def test_no_expectation_lacks_its_document() -> None:
    assert set(FOLDER.glob("*/*.json")) == {raw.with_suffix(".json") for raw in DOCUMENTS.values()}


def _publication(expected: dict[str, Any]) -> Publication:
    editions = (Edition(territory, tuple(map(_entry, entries))) for territory, entries in expected["editions"].items())
    return Publication(_chart(expected["chart"]), date.fromisoformat(expected["period"]), tuple(editions), PROVENANCE)


def _chart(expected: dict[str, Any]) -> Chart:
    metric_periods = tuple(
        MetricPeriod(metric, date.fromisoformat(since) if since else None)
        for metric, since in expected["metric_periods"]
    )
    kind = Kind(expected["kind"]) if expected["kind"] else None
    read = {"cadence": Cadence(expected["cadence"]), "kind": kind, "metric_periods": metric_periods}
    eras = tuple(Era(date.fromisoformat(since), date.fromisoformat(after)) for after, since in expected.get("eras", ()))
    due = Due(timedelta(hours=expected["due"][0]), expected["due"][1]) if "due" in expected else None
    identifying = tuple(expected.get("identifying", ()))
    return Chart(**{**expected, **read, "identifying": identifying, "eras": eras, "due": due})


def _entry(expected: list[Any]) -> Entry:
    rank, title, season, kind, figures, *its_id = expected
    return Entry(rank, title, season, Kind(kind) if kind else None, tuple(figures.items()), *its_id)
