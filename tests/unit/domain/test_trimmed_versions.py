"""What is concluded from the versions of an edition does not depend on how many of them are stored."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from chartwatch.adapters import edition_versions
from chartwatch.adapters.memory import MemoryCharts, MemoryRecord
from chartwatch.document_errors import SourceEmpty
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.milestones.milestone import Milestone
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Kind, Work
from chartwatch.rules import default_rules
from chartwatch.services.archived import VersionReader
from chartwatch.services.detect import Detector
from chartwatch.services.updating import update_of
from tests.ingesting import week
from tests.recorded import milestones
from tests.strategies import examples

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


def publication(number: int, period: int, its: Said) -> Publication:
    editions = tuple(
        Edition(
            territory,
            tuple(Entry(rank, t, None, Kind.SERIES, (("hours", f"{h}"),)) for rank, (t, h) in enumerate(ranks, 1)),
        )
        for territory, ranks in sorted(its.items())
    )
    fetched_at = f"2023-01-{number + 1:02d}T00:00:00Z"
    return Publication(CHART, week(period), editions, Provenance("https://charts.example", fetched_at, str(number)))


class Archived(dict[str, bytes]):
    """Raw files in memory; implements `Archive`."""

    put = dict.__setitem__


def parse(body: bytes, provenance: Provenance) -> list[Publication]:
    """Parse a raw file, which is a period and what a document says of it."""
    period, its = json.loads(body)
    if period is None:
        raise SourceEmpty("somewhere", "there is nothing in the document")
    return [replace(publication(0, period, its), provenance=provenance)]


@dataclass
class Stored:
    """Stores in which an edition has no more versions than `most`, and the archive."""

    most: int
    charts: MemoryCharts = field(default_factory=MemoryCharts)
    record: MemoryRecord = field(default_factory=MemoryRecord)
    archive: Archived = field(default_factory=Archived)

    @property
    def reader(self) -> VersionReader:
        return VersionReader(self.charts, self.archive, parse)

    def process(self, number: int, period: int, its: Said) -> None:
        published = publication(number, period, its)
        self.archive.put(published.provenance.sha256, json.dumps([period, its]).encode())
        stored = self.charts.summary(CHART.id, published.period)
        with patch.object(edition_versions, "MAX_VERSIONS", self.most):
            if update := update_of(published, stored, self.reader.before(published, stored)):
                self.charts.put([update])
        Detector(self.charts, self.record, CATALOG, default_rules()).detect(CHART.id, published.period)

    def milestones(self) -> Mapping[str, Milestone]:
        return milestones(self.record, CHART.id)


@examples(30)
@given(documents.flatmap(lambda its: st.tuples(st.just(its), st.permutations(range(len(its))))), st.integers(1, 3))
def test_milestones_are_the_same_whatever_is_trimmed(
    fetched: tuple[Sequence[tuple[int, Said]], Sequence[int]], most: int
) -> None:
    whole, few = Stored(100), Stored(most)
    said, arrival = fetched
    for number in arrival:
        for stored in (whole, few):
            stored.process(number, *said[number])
        assert few.charts.summaries(CHART.id) == whole.charts.summaries(CHART.id)
    assert few.milestones() == whole.milestones()


@examples(30)
@given(documents, st.integers(1, 3))
def test_every_version_is_stored_or_named_and_read_again_from_the_archive(
    fetched: Sequence[tuple[int, Said]], most: int
) -> None:
    whole, few = Stored(100), Stored(most)
    for number, (_, its) in enumerate(fetched):
        for stored in (whole, few):
            stored.process(number, 0, its)
    (summary,) = whole.charts.summaries(CHART.id)
    every, kept = whole.charts.versions(summary), few.charts.versions(summary)
    for territory, versions in every.items():
        assert len(kept[territory]) <= most
        named = [its for version in kept[territory] for its in (*version.trimmed, version.provenance)]
        assert named == [version.provenance for version in versions]
    assert few.reader.whole(summary, kept) == {territory: tuple(versions) for territory, versions in every.items()}


def test_a_late_document_is_told_apart_from_trimmed_versions_of_other_territories_too() -> None:
    whole, few = Stored(100), Stored(2)
    said: list[Said] = [{"KR": [("A", 2)], "ES": [("A", 1)]}, {"KR": [("B", 2)], "ES": [("A", 1)]}]
    said += [{"KR": [("B", 2)], "ES": [("A", hours)]} for hours in (2, 3, 4)]
    for number in (1, 2, 3, 4, 0):
        for stored in (whole, few):
            stored.process(number, 0, said[number])
    (summary,) = whole.charts.summaries(CHART.id)
    assert [(its.before, its.after) for its in summary.renamings] == [("A", "B")]
    assert few.charts.summaries(CHART.id) == [summary]


def test_what_the_archive_lacks_or_the_source_no_longer_parses_stays_trimmed() -> None:
    few = Stored(1)
    for number, title in enumerate("ABCDE"):
        few.process(number, 0, {"US": [(title, 1)]})
    del few.archive["1"]
    few.archive["2"] = b"[null, null]"
    (summary,) = few.charts.summaries(CHART.id)
    versions = few.reader.whole(summary, few.charts.versions(summary))["US"]
    assert [version.edition.entries[0].title for version in versions] == ["A", "D", "E"]
    assert [[its.sha256 for its in version.trimmed] for version in versions] == [[], ["1", "2"], []]
