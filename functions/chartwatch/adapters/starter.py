"""The starter catalog: facts of 1,021 works that were at #1 on Netflix by November 2026, shipped with Chartwatch."""

from functools import cache
from importlib import resources
from pathlib import Path

from chartwatch.adapters.catalog_file import read_catalog
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import Dossier, layer_of

STARTER_FILE = Path(str(resources.files("chartwatch") / "works" / "starter.csv"))
"""A catalog file without the column `source`."""

STARTER = "starter"
"""What its facts name as their source."""


def starter_catalog() -> Catalog:
    """Return the works of the starter catalog."""
    return read_catalog(STARTER_FILE)


@cache
def starter_layer() -> tuple[Dossier, ...]:
    """Return the starter catalog as a layer; its facts are undated: any that was asked is later."""
    return layer_of(starter_catalog(), Layer.STARTER, STARTER)
