"""The starter catalog: facts of 1,021 works that were at #1 on Netflix by November 2026, shipped with Chartwatch."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from chartwatch.adapters.catalog_file import read_catalog
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.facts import Fact, Layer, facts_of

STARTER_FILE = Path(str(resources.files("chartwatch") / "works" / "starter.csv"))
"""A catalog file without the column `source`."""

STARTER = "starter"
"""What its facts name as their source."""


def starter_catalog() -> Catalog:
    """Return the works of the starter catalog."""
    return read_catalog(STARTER_FILE)


def starter_facts() -> Mapping[str, tuple[Fact, ...]]:
    """Return the facts of the starter catalog by the ids of works, undated: any that was asked is later."""
    return {work.id: facts_of(work, Layer.STARTER, STARTER) for work in starter_catalog()}
