"""What messages of Netflix's real charts state as a fact, in the folder that $CHARTWATCH_DATA names."""

import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from chartwatch.adapters.catalog_file import read_catalog
from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.adapters.starter import starter_catalog
from chartwatch.cli.replay import replay
from chartwatch.cli.sample_chart import SAMPLE_FOLDER, SAMPLE_OPTIONS
from chartwatch.domain.milestones.milestone import Bulletin, Milestone
from chartwatch.domain.outside_text import printable_ascii
from chartwatch.domain.stories.story import stories
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import kind_of_unlisted
from chartwatch.rules import default_rules
from chartwatch.sources import open_source
from tests.marks import unmarked

DATA = Path(os.environ.get("CHARTWATCH_DATA", ""))

pytestmark = [
    pytest.mark.skipif("CHARTWATCH_DATA" not in os.environ, reason="CHARTWATCH_DATA names no folder"),
    pytest.mark.xdist_group("real marks"),
]

FULL, STARTER, NONE = "the full catalog", "the starter catalog", "no catalog"
CHARTS = {
    "countries": ("netflix-countries", {}, DATA / "netflix-countries-2022-02-27.tsv"),
    "daily": ("csv", SAMPLE_OPTIONS, SAMPLE_FOLDER / "netflix-daily-us.csv"),
}


@cache
def catalog(name: str) -> Catalog:
    if name == NONE:
        return Catalog()
    return read_catalog(DATA / "catalog.csv") if name == FULL else starter_catalog()


@cache
def bulletins(chart: str, catalog_name: str) -> tuple[Bulletin, ...]:
    source, options, file = CHARTS[chart]
    return tuple(replay([file], open_source(source, options), catalog(catalog_name), default_rules()))


def recorded(chart: str, catalog_name: str) -> list[Milestone]:
    changes = (change for bulletin in bulletins(chart, catalog_name) for change in bulletin.changes)
    held = {change.milestone.slot: change.milestone for change in changes}
    return [milestone for milestone in held.values() if milestone.is_held]


@pytest.mark.parametrize("chart", sorted(CHARTS))
@pytest.mark.parametrize("catalog_name", [FULL, STARTER, NONE])
def test_no_message_and_no_listing_states_what_is_not_certain_as_a_fact(chart: str, catalog_name: str) -> None:
    uncertain = [m for m in recorded(chart, catalog_name) if not m.is_certain]
    assert len(uncertain) > (300 if chart == "countries" else -1)
    assert [place for bulletin in bulletins(chart, catalog_name) for place in unmarked(bulletin)] == []


@pytest.mark.parametrize("chart", sorted(CHARTS))
@pytest.mark.parametrize("catalog_name", [FULL, STARTER])
def test_every_subject_names_its_chart_and_every_line_fits(chart: str, catalog_name: str) -> None:
    for bulletin in bulletins(chart, catalog_name):
        for story in stories(bulletin, LIMITS):
            assert f"({printable_ascii(bulletin.chart_name)}" in story.subject
            assert all(len(line) <= 72 or " " not in line.strip() for line in story.text.splitlines())


@pytest.mark.parametrize("chart", sorted(CHARTS))
@pytest.mark.parametrize("less", [STARTER, NONE])
def test_what_a_smaller_catalog_calls_certain_the_full_one_says_too(chart: str, less: str) -> None:
    """Not only of firsts: whoever knows less says less, and nothing else."""
    known = Counter(map(claimed, recorded(chart, FULL)))
    told = [m for m in recorded(chart, less) if m.is_certain and not m.silent]
    assert [m.headline for m in told if claimed(m) not in known] == []
    assert len(told) > 100


def claimed(milestone: Milestone) -> tuple[object, ...]:
    """Return what a milestone claims, of works as the full catalog knows them."""
    full = catalog(FULL)
    holders = set()
    for holder in milestone.holders:
        work = full.work(holder.work_id) or full.match(holder.title, kind_of_unlisted(holder.work_id), holder.since)
        holders.add((work.id, holder.since, holder.group))
    m = milestone
    return m.rule, m.chart, m.territory, m.n, m.period, frozenset(holders)
