"""What is concluded from the versions of an edition does not depend on how many of them are stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from chartwatch.adapters import edition_versions
from chartwatch.adapters.memory import MemoryCharts, MemoryRecord
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.milestones.milestone import Milestone
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Kind, Work
from chartwatch.rules import default_rules
from chartwatch.services.detect import Detector
from chartwatch.services.ingest import store_publication
from tests.ingesting import week
from tests.recorded import milestones

CHART = Chart("weekly", "the weekly chart", "somewhere", Cadence.WEEK, 3, Kind.SERIES, identifying=("hours",))
CATALOG = Catalog(
    Work(title.lower(), title, Kind.SERIES, language, (country,))
    for title, language, country in (("A", "ko", "KR"), ("B", "es", "ES"), ("C", "ko", "KR"))
)

Said = Mapping[str, Sequence[tuple[str, int]]]
"""Titles and hours of each territory, in order of rank."""

entries = st.tuples(st.sampled_from("ABCDE"), st.integers(1, 3))
said = st.dictionaries(st.sampled_from(["ES", "KR", "US"]), st.lists(entries, min_size=1, max_size=3), min_size=1)
documents = st.lists(st.tuples(st.integers(0, 1), said), min_size=3, max_size=9)
"""Documents in the order in which they were fetched: the number of a week, and what each says of it."""


def publication(number: int, period: int, its: Said, *, timed: bool = True) -> Publication:
    editions = tuple(
        Edition(
            territory,
            tuple(Entry(rank, t, None, Kind.SERIES, (("hours", f"{h}"),)) for rank, (t, h) in enumerate(ranks, 1)),
        )
        for territory, ranks in sorted(its.items())
    )
    fetched_at = f"2023-01-{number + 1:02d}T00:00:00Z" if timed else None
    return Publication(CHART, week(period), editions, Provenance("https://charts.example", fetched_at, str(number)))


@dataclass
class Stored:
    """Stores in which an edition has no more versions than `most`."""

    most: int
    charts: MemoryCharts = field(default_factory=MemoryCharts)
    record: MemoryRecord = field(default_factory=MemoryRecord)

    def process(self, published: Publication) -> None:
        with patch.object(edition_versions, "MAX_VERSIONS", self.most):
            store_publication(published, self.charts)
            Detector(self.charts, self.record, CATALOG, default_rules()).detect(CHART.id, published.period)

    def milestones(self) -> Mapping[str, Milestone]:
        return milestones(self.record, CHART.id)


@settings(deadline=None)
@given(documents, st.integers(1, 3))
def test_milestones_are_the_same_whatever_is_trimmed(arrived: Sequence[tuple[int, Said]], most: int) -> None:
    whole, few = Stored(100), Stored(most)
    for number, (period, its) in enumerate(arrived):
        for stored in (whole, few):
            stored.process(publication(number, period, its))
        assert few.charts.summaries(CHART.id) == whole.charts.summaries(CHART.id)
    assert few.milestones() == whole.milestones()


@settings(deadline=None)
@given(documents, st.integers(1, 3))
def test_every_version_is_stored_or_named_in_its_order(arrived: Sequence[tuple[int, Said]], most: int) -> None:
    whole, few = Stored(100), Stored(most)
    for number, (_, its) in enumerate(arrived):
        for stored in (whole, few):
            stored.process(publication(number, 0, its))
    (summary,) = whole.charts.summaries(CHART.id)
    kept = few.charts.versions(summary)
    for territory, versions in whole.charts.versions(summary).items():
        assert len(kept[territory]) <= most
        named = [its for version in kept[territory] for its in (*version.trimmed, version.provenance)]
        assert named == [version.provenance for version in versions]
