"""The site of Netflix's file by country: all of it, and what one new week changes."""

import os
from pathlib import Path

import pytest

from bench.site import without_last_week
from chartwatch.adapters.site_folder import SiteFolder
from chartwatch.cli.catalogs import catalog_at
from chartwatch.cli.replay import Stores, replay
from chartwatch.rules import default_rules
from chartwatch.services.render import Renderer
from chartwatch.site.addresses import chart_address, milestone_address, origin_address, work_address
from chartwatch.site.recorded import Recorded
from chartwatch.sources import open_source

DATA = Path(os.environ.get("CHARTWATCH_DATA", ""))
FILE = DATA / "netflix-countries-2022-02-27.tsv"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.mark.skipif("CHARTWATCH_DATA" not in os.environ, reason="CHARTWATCH_DATA names no folder")
def test_a_new_week_writes_its_places_works_and_milestones_and_leaves_all_else(folder: Path) -> None:
    stores, catalog = Stores(), catalog_at(DATA / "catalog.csv")
    source, site = open_source("netflix-countries", {}), SiteFolder(folder / "site")
    renderer = Renderer(stores.charts, stores.record, catalog)
    for file in (without_last_week(FILE, folder / FILE.name), FILE):
        for _ in replay([file], source, catalog, default_rules(), stores=stores):
            pass
        written = set(renderer.render(site).written)
    recorded = renderer.recorded()
    assert {address for address in written if address.startswith("milestones/")} == new_milestones(recorded)
    places = {chart_address(chart, its) for chart, record in recorded.charts.items() for its in record.territories}
    assert places <= written
    works = {address for address in written if address.startswith("works/") and address.endswith(".html")}
    assert works <= {work_address(its) for its in lately_on(recorded)}
    assert {work_address(run.work) for run in recorded.runs if run.is_on} <= works
    assert origin_address("KR") in written
    assert (folder / "site" / work_address("squid-game")).exists()
    assert work_address("squid-game") not in written


def new_milestones(recorded: Recorded) -> set[str]:
    """Return the pages of the slots that came, or changed, with the latest week."""
    return {
        milestone_address(slot)
        for record in recorded.charts.values()
        for slot, entry in record.entries.items()
        if entry.bulletins[-1] == max(its.bulletins[-1] for its in record.entries.values())
    }


def lately_on(recorded: Recorded) -> set[str]:
    """Return the works whose timelines may still grow: on the chart within five weeks."""
    latest = max(run.last for run in recorded.runs)
    return {run.work for run in recorded.runs if (latest - run.last).days <= 35}
