"""Cells of a person's catalog that a program or a spreadsheet has written, and nobody meant."""

from collections.abc import Mapping

from chartwatch.adapters.catalog_rows import WrongCell
from chartwatch.domain.codes import LANGUAGES
from chartwatch.domain.outside_text import plain
from chartwatch.domain.works.titles import NO_TITLES, title_key
from chartwatch.domain.works.work import OWN_FACT

MIN_NAN = "nan"
"""The code of Min Nan Chinese, and what pandas writes for an empty cell."""

_NEVER_MEANT = frozenset({"nan", "NaN", "NaT", "<NA>", *NO_TITLES})
"""What is no value of any column but a title."""

_HARDLY_MEANT = _NEVER_MEANT | {"None", "none", "null", "NULL", "Null", "n/a"}
"""What is none of the columns below."""

_OF_FACTS = ("kind", "original_language", "origin_countries", "release_date", "confidence", "ids")
_OF_NAMES = ("creators", "featured")
"""Somebody may be called None."""
_NO_NAMIBIA = ("kind", "original_language", "release_date")
"""Columns in which `NA`, which R writes for an empty cell, is nothing. It is the code of a country, and a name."""


def refuse_slips(cells: Mapping[str, str]) -> None:
    """Raise `WrongCell` for a cell that nobody can have meant, with what to write instead."""
    _refuse_no_title(cells.get("title", "").strip())
    for column, cell in cells.items():
        said = cell.strip()
        is_named = column in _OF_NAMES or column.startswith(OWN_FACT)
        slips = _HARDLY_MEANT if column in _OF_FACTS else _NEVER_MEANT if is_named else frozenset()
        if column == "original_language" and said == MIN_NAN:
            name = LANGUAGES[MIN_NAN]
            reason = f"is what programs write for an empty cell, and the code of {name}"
            raise WrongCell(column, f"{said!r} {reason}: leave it empty, or write {name}")
        if said in slips or (said == "NA" and column in _NO_NAMIBIA):
            raise WrongCell(column, f"{said!r} is what programs write for an empty cell: leave it empty")


def _refuse_no_title(title: str) -> None:
    """Refuse what stands for nothing. An empty title is refused anyway."""
    key = title_key(title)
    if title and (not key or not plain(title).strip(" \u2800")):
        raise WrongCell("title", "has nothing in it that can be seen")
    if title and (title.upper() in NO_TITLES or not key.strip("-")):
        raise WrongCell("title", f"{title!r} stands for no title; of a work that is called so, it can be an alias")
