"""A deployment that begins with no facts at all: what it comes to once its works were looked up."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from chartwatch.adapters.connection import HttpConnection
from chartwatch.adapters.memory import MemoryCharts, NoArchive
from chartwatch.adapters.starter import STARTER_FILE, starter_catalog
from chartwatch.adapters.tmdb import Tmdb
from chartwatch.adapters.wikidata import Wikidata
from chartwatch.cli.documents import ingest_document, read_document
from chartwatch.cli.sample_chart import SAMPLE_FOLDER, SAMPLE_OPTIONS
from chartwatch.domain.milestones.fold import Fold, fold
from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.charted import Charted
from chartwatch.domain.works.work import UNLISTED, kind_of_unlisted
from chartwatch.rules import default_rules
from chartwatch.services.egress import EgressPolicy
from chartwatch.services.enrich import is_unknown, seen_at
from chartwatch.services.upkeep import Upkeep
from chartwatch.sources import open_source
from tests.lookups import KEY, Lookups, from_catalog
from tests.stores import Cloud

DATA = Path(os.environ.get("CHARTWATCH_DATA", ""))

pytestmark = [
    pytest.mark.skipif("CHARTWATCH_DATA" not in os.environ, reason="CHARTWATCH_DATA names no folder"),
    pytest.mark.xdist_group("real charts"),
]

NOW = datetime(2026, 11, 30, tzinfo=UTC)
MOST_MISSING = 0.05
"""Share of the certain milestones that may be missing, since works that they rest on stay unknown."""

Said = tuple[object, ...]
"""What a claim says, with works as the full catalog names them."""


def published() -> MemoryCharts:
    """Return Netflix's file by country, and its daily chart of the US."""
    charts = MemoryCharts()
    files = {
        DATA / "netflix-countries-2022-02-27.tsv": open_source("netflix-countries", {}),
        SAMPLE_FOLDER / "netflix-daily-us.csv": open_source("csv", SAMPLE_OPTIONS),
    }
    for file, source in files.items():
        ingest_document(read_document(file, source.name), source, charts, NoArchive(), accepted=True)
    return charts


@dataclass
class Course:
    """What charts come to by a catalog: all claims but those held since the record begins."""

    charts: MemoryCharts
    catalog: Catalog

    def __post_init__(self) -> None:
        folded = [fold(self.charts.timeline(chart), self.catalog, default_rules()) for chart in self.charts.charts()]
        self.claims = [claim for claims, _ in folded for claim in claims if not claim.left_censored]

    def said(self, names: Catalog, *, certain: bool = True) -> frozenset[Said]:
        """Return what is claimed, or claimed for certain, under the names of a catalog."""
        return frozenset(under(names, claim) for claim in self.claims if not (certain and claim.reasons))


def under(names: Catalog, claim: Claim) -> Said:
    """Return what a claim says, of the works that a catalog has under the names that it has for them."""

    def name(work_id: str, title: str, since: date) -> str:
        if not work_id.startswith(UNLISTED):
            return work_id
        return names.match(title, kind_of_unlisted(work_id), since).id

    named = {h.work_id: name(h.work_id, h.title, h.since) for h in claim.holders}
    holders = frozenset((named[h.work_id], h.season, h.since, h.group, h.returned) for h in claim.holders)
    # A run, and how far a work has spread, are slots of the work's own.
    group = named.get(claim.group or "", claim.group)
    return claim.rule, claim.chart, claim.territory, group, claim.n, claim.period, holders


def first_at_one(charts: MemoryCharts, chart: str) -> Mapping[Charted, date]:
    """Return since when each title of a chart has been at #1."""
    folding = Fold(Catalog(), RuleSet(()))
    for publication in charts.timeline(chart):
        folding.skip(publication)
    return folding.snapshot.charted


def first_charted(charts: MemoryCharts, catalog: Catalog) -> Mapping[str, date]:
    """Return the days on which works were at #1 first; of one that was not, days after its release."""
    firsts = {work.id: (work.release_date or date(2021, 7, 4)) + timedelta(days=3) for work in catalog}
    topped: dict[str, date] = {}
    for chart in charts.charts():
        for publication in charts.timeline(chart):
            for work, sighting in seen_at(publication, catalog, lambda _work: True):
                topped[work.id] = min(sighting.first_charted, topped.get(work.id, date.max))
    return firsts | {work_id: day for work_id, day in topped.items() if work_id in firsts}


@pytest.fixture(scope="module")
def full() -> Course:
    return Course(published(), starter_catalog())


@pytest.fixture(scope="module")
def enriched(full: Course) -> Course:
    catalogs = Cloud().catalogs()
    served = from_catalog(STARTER_FILE, first_charted(full.charts, full.catalog))
    with Lookups(served) as server:
        connection = HttpConnection(EgressPolicy.PUBLIC_AND_LOOPBACK)
        providers = (Wikidata(connection, address=server.wikidata), Tmdb(connection, KEY, address=server.tmdb))
        upkeep = Upkeep(
            full.charts,
            catalogs,
            first_at_one=partial(first_at_one, full.charts),
            providers=providers,
            starter=(),
            clock=lambda: NOW,
        )
        for _, task in upkeep.tasks():
            task()
    return Course(full.charts, catalogs.current())


def test_enrichment_alone_comes_to_the_certain_milestones_of_the_full_catalog_and_to_no_false_one(
    full: Course, enriched: Course
) -> None:
    certain, found = full.said(full.catalog), enriched.said(full.catalog)
    missing = certain - found
    false = found - full.said(full.catalog, certain=False)
    unknown = [work.title for work in enriched.catalog if is_unknown(work)]
    print(f"{len(certain):,} certain with the full catalog, {len(found & certain):,} of them after enrichment")
    print(f"{len(missing):,} missing ({len(missing) / len(certain):.2%}), {len(false)} false; unknown: {unknown}")
    assert len(certain) > 5000
    assert false == frozenset()
    assert len(missing) <= MOST_MISSING * len(certain)
