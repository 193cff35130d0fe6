"""A week of a chart in a store: what is published of it, and what is stored."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from bench.metering import metered
from chartwatch.adapters.memory import NoArchive
from chartwatch.domain.charts.chart import Cadence, Chart, Due, Era, MetricPeriod
from chartwatch.domain.charts.publications import (
    Edition,
    Entry,
    Provenance,
    Publication,
)
from chartwatch.domain.charts.versions import Versions
from chartwatch.domain.works.work import Kind
from chartwatch.services.ingest import Ingested, ingest
from chartwatch.services.ports import ChartStore
from chartwatch.services.updating import store_publication
from tests.integration.conftest import Aws

WEEK = date(2022, 2, 6)
NEXT_WEEK = date(2022, 2, 13)
MONDAY, TUESDAY, WEDNESDAY = (f"2022-02-{day:02d}T20:00:00Z" for day in (7, 8, 9))


def chart(chart_id: str = "weekly-tv") -> Chart:
    return Chart(
        chart_id,
        "the weekly chart",
        "a provider",
        Cadence.WEEK,
        10,
        Kind.SERIES,
        (MetricPeriod("hours"), MetricPeriod("views", WEEK)),
        identifying=("hours",),
        eras=(Era(date(1962, 1, 6), date(1961, 12, 25)),),
        due=Due(timedelta(hours=21, minutes=5), 2),
    )


def edition(territory: str, *titles: str) -> Edition:
    return Edition(territory, tuple(Entry(rank, title) for rank, title in enumerate(titles, 1)))


def publication(
    period: date, *editions: Edition, of: str = "weekly-tv", sha256: str = "0", fetched_at: str | None = None
) -> Publication:
    return Publication(chart(of), period, editions, Provenance("https://example.org/all.tsv", fetched_at, sha256))


def stored_versions(charts: ChartStore) -> Mapping[str, Versions]:
    """Return the versions of the editions of the week; none without its publication."""
    summary = charts.summary("weekly-tv", WEEK)
    return charts.versions(summary) if summary else {}


def current(charts: ChartStore) -> Mapping[str, Edition]:
    """Return the editions of the week as they are now."""
    return {territory: versions[-1].edition for territory, versions in stored_versions(charts).items()}


def many_editions(number: int) -> Publication:
    """Return a week of that many editions."""
    return publication(WEEK, *(edition(f"T{at:03d}", f"Title {at}") for at in range(number)))


def titles(versions: Versions) -> list[list[str]]:
    """Return the titles of each version, oldest first."""
    return [[entry.title for entry in version.edition.entries] for version in versions]


def requests(moto: Aws, published: Publication) -> Mapping[str, int]:
    """Store a publication, and return the requests for it by operation."""
    client = moto.client()
    with metered(client, moto.client()) as meter:
        assert store_publication(published, moto.charts(client))
    return meter.requests


def take_in(publications: Sequence[Publication], charts: ChartStore) -> Ingested:
    return ingest(
        "somewhere",
        b"",
        publications[0].provenance,
        parse=lambda _body, _provenance: publications,
        whole_history=True,
        archive=NoArchive(),
        charts=charts,
    )
