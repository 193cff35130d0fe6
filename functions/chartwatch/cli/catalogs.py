"""Which catalog the option `--catalog` names, for every command that has it."""

from pathlib import Path

from chartwatch.adapters.local_catalog import FILES, LocalCatalog
from chartwatch.cli.files import read_file
from chartwatch.domain.works.catalog import Catalog
from chartwatch.errors import FileProblem, OptionError

NONE = Path("none")
"""What stands for no catalog."""


def catalog_at(place: Path | None) -> Catalog:
    """Return the catalog of a place over the starter: a CSV file, or a folder; the starter alone where none is given.

    `NONE` is an empty catalog. Raises `FileProblem` and `FactsUnreadable`.
    """
    return Catalog() if place == NONE else layers_at(place).current()


def layers_at(place: Path | None) -> LocalCatalog:
    """Return the layers of a place. Raises `FileProblem` for a folder with none, and `OptionError` for `NONE`."""
    if place == NONE:
        raise OptionError("--catalog", "none holds no works")
    if place is None or not place.is_dir():
        if place is not None:
            read_file(place, 0)  # names what is there in its place
        return LocalCatalog(own_file=place)
    if not any((place / name).exists() for name in FILES.values()):
        detail = f"is a folder without any layer of a catalog ({', '.join(FILES.values())})"
        raise FileProblem(str(place), "", detail)
    return LocalCatalog(folder=place)
