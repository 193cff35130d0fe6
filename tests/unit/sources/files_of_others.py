"""Files as others make them, read with options alone."""

import io
from collections.abc import Mapping
from typing import Any

import pytest
from openpyxl import Workbook

from chartwatch.document_errors import SourceError
from chartwatch.domain.charts.publications import Provenance, Publication
from chartwatch.sources import open_source

DAILY = {"chart": "songs-daily", "cadence": "day", "territory": "US"}
WEEKLY = {"chart": "songs-weekly", "cadence": "week", "territory": "US"}


def read(options: Mapping[str, Any], text: str | bytes, name: str = "chart.csv") -> list[Publication]:
    body = text if isinstance(text, bytes) else text.encode()
    return open_source("csv", options).parse(body, Provenance(name, None, "0" * 64))


def refusal(options: Mapping[str, Any], text: str | bytes, name: str = "chart.csv") -> SourceError:
    """Return why a file is refused."""
    with pytest.raises(SourceError) as caught:
        read(options, text, name)
    return caught.value


def set_aside(options: Mapping[str, Any], text: str | bytes, name: str = "chart.csv") -> SourceError:
    """Return what is wrong with the one edition of a file that is set aside."""
    (error,) = (error for publication in read(options, text, name) for error in publication.set_aside.values())
    return error


def titles(publications: list[Publication]) -> list[list[str]]:
    return [[entry.title for edition in p.editions for entry in edition.entries] for p in publications]


def workbook(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
