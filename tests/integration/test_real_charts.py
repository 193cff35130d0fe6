"""What the detector makes of Netflix's file of 2022-02-27, in the folder that $CHARTWATCH_DATA names."""

import hashlib
import json
import os
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import pytest
import yaml

from chartwatch.adapters.catalog_file import read_catalog
from chartwatch.adapters.memory import MemoryCharts, MemoryRecord, NoArchive
from chartwatch.adapters.starter import starter_layer
from chartwatch.cli.replay import Stores
from chartwatch.cli.replay import replay as replay_files
from chartwatch.domain.charts.publications import Provenance, Publication
from chartwatch.domain.milestones.milestone import Bulletin, Milestone, Replaced, Status
from chartwatch.domain.rules.change import ChangeRule
from chartwatch.domain.rules.rule import Count, RuleSet, Scope
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.layers import catalog_of
from chartwatch.rules import default_rules, parse_rules
from chartwatch.services.detect import Detector
from chartwatch.services.ingest import Ingested, ingest
from chartwatch.services.ports import ChartStore
from chartwatch.services.record import RecordStore
from chartwatch.services.updating import store_publication
from chartwatch.sources import open_source
from tests.oracle import agreement, loading, sql
from tests.recorded import milestones

DATA = Path(os.environ.get("CHARTWATCH_DATA", ""))

pytestmark = [
    pytest.mark.skipif("CHARTWATCH_DATA" not in os.environ, reason="CHARTWATCH_DATA names no folder"),
    pytest.mark.xdist_group("real charts"),
]

WEEKS = DATA / "netflix-countries-2022-02-27.tsv"
TV, FILMS = "netflix-weekly-tv", "netflix-weekly-films"
SERIES = {TV: sql.Chart(7, "tv"), FILMS: sql.Chart(7, "films")}

EMPTY = "no catalog"
FULL = "catalog.csv"
STARTER = "the starter catalog"
"""With facts of low confidence, which are assumed."""
BOTH = pytest.mark.parametrize("catalog", [EMPTY, FULL])
EACH = pytest.mark.parametrize("catalog", [EMPTY, FULL, STARTER])

USUAL = RuleSet(rule for rule in default_rules() if rule.id in {stated["id"] for stated in sql.DEFAULT_RULES})
"""The default rules that the oracle states too."""

SEASONS = RuleSet(
    replace(rule, id="new-season-number-one", count=Count.SEASONS)
    for rule in USUAL
    if isinstance(rule, ChangeRule) and rule.scope is Scope.TERRITORY
)


@dataclass
class Replay:
    charts: MemoryCharts
    record: MemoryRecord
    detector: Detector
    publications: list[Publication]
    bulletins: list[Bulletin]

    def held(self, slot: str) -> Milestone:
        return milestones(self.record, slot.split(":")[1])[slot]

    def recorded(self) -> list[Milestone]:
        return recorded(self.record, self.charts)


def recorded(record: RecordStore, charts: ChartStore) -> list[Milestone]:
    return [milestone for chart in charts.charts() for milestone in milestones(record, chart).values()]


def ingest_file(charts: MemoryCharts) -> Ingested:
    source, body = open_source("netflix-countries", {}), WEEKS.read_bytes()
    return ingest(
        source.name,
        body,
        Provenance(source.url, "2022-03-01T20:00:00Z", hashlib.sha256(body).hexdigest()),
        parse=source.parse,
        whole_history=source.whole_history,
        archive=NoArchive(),
        charts=charts,
    )


@cache
def ingested() -> tuple[MemoryCharts, Ingested]:
    charts = MemoryCharts()
    return charts, ingest_file(charts)


@cache
def known(catalog: str) -> Catalog:
    if catalog == STARTER:
        return catalog_of(starter_layer())
    return read_catalog(DATA / catalog) if catalog == FULL else Catalog()


def replay(catalog: str, rules: RuleSet) -> Replay:
    charts, brought = ingested()
    publications = brought.written
    record = MemoryRecord()
    detector = Detector(charts, record, known(catalog), rules)
    bulletins = [b for p in publications for b in detector.detect(p.chart.id, p.period)]
    return Replay(charts, record, detector, publications, bulletins)


@cache
def usual(catalog: str) -> Replay:
    return replay(catalog, USUAL)


def holders(milestone: Milestone | Replaced) -> list[tuple[str, date]]:
    return [(holder.title, holder.since) for holder in milestone.holders]


def test_the_file_is_70_publications_of_94_editions() -> None:
    _, brought = ingested()
    rows = sum(len(edition.entries) for p in brought.written for edition in p.editions)
    assert (len(brought.new), len(brought.revised), rows) == (70, 0, 65_800)
    assert {len(p.editions) for p in brought.written} == {94}
    assert len({p.period for p in brought.written}) == 35


@BOTH
@pytest.mark.parametrize(("rules", "changes"), [(USUAL, 3_627), (SEASONS, 3_629)], ids=["works", "seasons"])
def test_number_ones_change_3627_times_by_work_and_3629_times_by_season(
    catalog: str, rules: RuleSet, changes: int
) -> None:
    done = usual(catalog) if rules is not SEASONS else replay(catalog, SEASONS)
    new = [m for m in done.recorded() if m.kind == "change" and m.territory != "*"]
    assert len(new) == changes


@BOTH
def test_the_first_week_of_each_chart_in_each_territory_is_a_baseline(catalog: str) -> None:
    first, *_ = (p.period for p in usual(catalog).publications)
    baselines = [
        (p.chart.id, e.territory) for p in usual(catalog).publications if p.period == first for e in p.editions
    ]
    assert len(set(baselines)) == 188
    assert first == date(2021, 7, 4)
    assert not [m for m in usual(catalog).recorded() if m.kind == "change" and m.period == first]


@BOTH
@pytest.mark.parametrize(("title", "territories"), [("Squid Game", 94), ("All of Us Are Dead", 67)])
def test_a_series_topped_so_many_territories(catalog: str, title: str, territories: int) -> None:
    new = (m for m in usual(catalog).recorded() if m.rule == "new-number-one" and m.chart == TV)
    assert len({m.territory for m in new for holder in m.holders if holder.title == title}) == territories


def test_all_of_us_are_dead_is_the_third_non_english_series_in_the_us() -> None:
    slots = [f"nth-non-english-series:{TV}:US:{n}" for n in (1, 2, 3)]
    assert [holders(usual(FULL).held(slot)) for slot in slots] == [
        [("Squid Game", date(2021, 9, 26))],
        [("Money Heist", date(2021, 12, 12))],
        [("All of Us Are Dead", date(2022, 2, 6))],
    ]
    assert f"nth-non-english-series:{TV}:US:4" not in {m.slot for m in usual(FULL).recorded()}


def test_south_korea_is_the_first_country_with_two_in_the_us() -> None:
    (held,) = usual(FULL).held(f"first-country-with-n-non-english-series:{TV}:US:2").holders
    assert (held.title, held.group, held.since) == ("All of Us Are Dead", "KR", date(2022, 2, 6))


def test_what_is_uncertain_stands_behind_unknown_works_or_runs_that_the_record_cuts_off() -> None:
    uncertain = [m for m in usual(FULL).recorded() if m.because]
    by_rule = Counter(m.rule for m in uncertain)
    cut_off = "nobody knows how long .+ had been #1 when the records began"
    assert all(re.fullmatch(cut_off, r) for m in uncertain for r in m.because if m.rule == "longest-reign")
    assert all(r.endswith("is unknown") for m in uncertain for r in m.because if m.rule != "longest-reign")
    assert (by_rule.pop("longest-reign"), by_rule.total(), len(usual(FULL).recorded())) == (310, 26, 7525)


@BOTH
def test_replaying_again_adds_nothing(catalog: str) -> None:
    done = usual(catalog)
    before = done.recorded()
    again = ingest_file(done.charts)
    assert (again.written, again.unchanged) == ([], 70)
    assert [b for p in done.publications for b in done.detector.detect(p.chart.id, p.period)] == []
    assert done.recorded() == before


@BOTH
def test_a_replay_writes_each_slot_once(catalog: str) -> None:
    changes = [change.milestone for bulletin in usual(catalog).bulletins for change in bulletin.changes]
    assert {m.revision for m in changes} == {1}
    assert len(changes) == len(usual(catalog).recorded())
    assert {m.status for m in changes} <= {Status.ANNOUNCED, Status.PROVISIONAL}


def oracle(catalog: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 2})
    loading.countries_tsv(connection, WEEKS)
    if catalog == FULL:
        loading.catalog_csv(connection, DATA / FULL)
    else:
        loading.catalog(connection, map(loading.work_row, known(catalog)))
    return connection


@EACH
def test_every_slot_is_as_sql_finds_it(catalog: str) -> None:
    expected = agreement.expected(oracle(catalog), sql.DEFAULT_RULES, SERIES)
    assert agreement.recorded(usual(catalog).recorded()) == expected
    assert len(expected) == {EMPTY: 4_274, FULL: 7_525, STARTER: 7_525}[catalog]


@BOTH
def test_every_slot_is_as_sql_finds_it_when_seasons_count(catalog: str) -> None:
    rules = RuleSet(replace(rule, count=Count.SEASONS) for rule in USUAL)
    by_season = [{**rule, "count": "seasons"} for rule in sql.DEFAULT_RULES]
    expected = agreement.expected(oracle(catalog), by_season, SERIES)
    assert agreement.recorded(replay(catalog, rules).recorded()) == expected


KOREAN: sql.Rule = {"origin_country": "KR"}
OTHER_RULES: list[sql.Rule] = [
    {"id": "korean", "kind": "change", "scope": "territory", "where": KOREAN},
    {"id": "partly-korean", "kind": "change", "scope": "territory", "where": KOREAN, "origin": "any"},
    {
        "id": "nothing-american",
        "kind": "nth",
        "scope": "territory",
        "where": {"origin_country": {"not": "US"}},
        "origin": "any",
        "at": [1, 10],
    },
    {"id": "back", "kind": "change", "scope": "chart", "returns": "only"},
    {"id": "new-film", "kind": "change", "scope": "territory", "where": {"list": "films"}, "returns": "never"},
    {"id": "any-country", "kind": "nth", "scope": "territory", "per": "origin_country", "origin": "any", "at": [1]},
    {
        "id": "country-race",
        "kind": "race",
        "scope": "chart",
        "per": "origin_country",
        "origin": "any",
        "where": {"release_year": {"from": 2021}},
        "at": [2, 5, 10],
    },
    {
        "id": "korean-spread",
        "kind": "spread",
        "scope": "chart",
        "where": {**KOREAN, "release_year": 2021},
        "at": [1, 2, 90, "all"],
    },
    {
        "id": "series-everywhere",
        "kind": "spread",
        "scope": "chart",
        "where": {"list": {"not": ["films"]}},
        "count": "seasons",
        "at": ["all"],
    },
    {"id": "in-all", "kind": "reign", "scope": "territory", "total": True, "at": [2, 5, 10]},
    {"id": "somewhere", "kind": "reign", "scope": "chart", "at": [5], "where": {"work_kind": "series"}},
    {"id": "longest-somewhere", "kind": "reign", "scope": "chart", "record": True, "where": {"work_kind": "series"}},
    {"id": "season-reign", "kind": "reign", "scope": "territory", "count": "seasons", "at": [3]},
    {"id": "longest-of-seasons", "kind": "reign", "scope": "territory", "count": "seasons", "record": True},
]
"""Every kind with the fields that none of the usual rules has."""


@EACH
def test_every_slot_of_other_rules_is_as_sql_finds_it(catalog: str) -> None:
    worded = [{"headline": "{title}", "brief": "{title}", **rule} for rule in OTHER_RULES]
    rules = parse_rules(yaml.safe_dump(json.loads(json.dumps(worded))).encode(), "other.yaml")
    expected = agreement.expected(oracle(catalog), OTHER_RULES, SERIES)
    assert agreement.recorded(replay(catalog, rules).recorded()) == expected
    if catalog != EMPTY:
        assert {held.rule for held in expected.values()} == {rule["id"] for rule in OTHER_RULES}


def test_weeks_that_arrive_late_come_to_the_slots_that_sql_finds() -> None:
    publications = [p for p in usual(FULL).publications if p.chart.id == TV]
    late = publications[::5]
    charts, record = MemoryCharts(), MemoryRecord()
    detector = Detector(charts, record, known(FULL), USUAL)
    for publication in [p for p in publications if p not in late] + late[::-1]:
        store_publication(publication, charts)
        detector.detect(TV, publication.period)
    expected = agreement.expected(oracle(FULL), sql.DEFAULT_RULES, SERIES)
    assert agreement.recorded(milestones(record, TV).values()) == {
        slot: held for slot, held in expected.items() if held.chart == TV
    }


def test_all_versions_of_the_file_one_after_the_other_come_to_the_slots_of_the_last() -> None:
    versions = sorted((DATA / "netflix-countries-published").glob("*.tsv.gz"))
    stores = Stores()
    source = open_source("netflix-countries", {})
    bulletins = list(replay_files([*versions, WEEKS], source, known(FULL), USUAL, stores=stores))
    its = recorded(stores.record, stores.charts)
    assert agreement.recorded(its) == agreement.recorded(usual(FULL).recorded())
    moved = {change.milestone.slot: change for b in bulletins for change in b.changes if change.milestone.revision > 1}
    first = moved[f"first-from-country:{FILMS}:NL:NL:1"]
    assert first.replaced is not None
    assert holders(first.replaced) == [("The Forgotten Battle", date(2021, 10, 17))]
    assert holders(first.milestone) == [("Bon Bini Holland 2", date(2021, 7, 18))]
    assert (first.milestone.status, first.is_sent) == (Status.CORRECTED, True)
