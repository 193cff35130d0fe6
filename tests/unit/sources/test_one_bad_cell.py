"""A cell of a provider's that cannot be read: its edition is set aside, and ninety others are read as ever."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from chartwatch.document_errors import SourceError, SourceTruncated, SourceValueError
from chartwatch.domain.charts.publications import Provenance, Publication
from chartwatch.sources import Source, open_source
from tests.unit.sources.weekly_files import countries_lines, document, global_lines

PROVENANCE = Provenance("https://charts.example/file", None, "0" * 64)
WEEKS = ("2022-02-27", "2022-02-20")

COUNTRIES = open_source("netflix-countries", {})
GLOBAL = open_source("netflix-global", {})
FILES: Mapping[str, tuple[Source, Callable[..., list[str]], tuple[str, str, str]]] = {
    "countries": (COUNTRIES, countries_lines, ("netflix-weekly-films", "2022-02-27", "KR")),
    "global": (GLOBAL, global_lines, ("netflix-weekly-films-english", "2022-02-27", "GLOBAL")),
}
CHANGED = 7
"""The line of rank 6 of the first edition."""

LONG = "x" * 1001

CELLS = [
    ("countries", "cumulative_weeks_in_top_10", "-", "'-' is not a number"),
    ("countries", "cumulative_weeks_in_top_10", "", "'' is not a number"),
    ("countries", "cumulative_weeks_in_top_10", "1,234", "'1,234' is not a number"),
    ("countries", "season_title", "\u200b", "'\\u200b' is not a title"),
    ("countries", "season_title", LONG, f"'{'x' * 39}…' is no title: it has more than 1000 characters"),
    ("countries", "show_title", "N/A", "'N/A' is not a title"),
    ("countries", "show_title", LONG, f"'{'x' * 39}…' is no title: it has more than 1000 characters"),
    ("global", "weekly_hours_viewed", "n/a", "'n/a' is not a number"),
    ("global", "weekly_hours_viewed", "12.340.000", "'12.340.000' is not a number"),
    ("global", "weekly_hours_viewed", "12,34,000", "'12,34,000' is not a number"),
    ("global", "season_title", "\u2800", "'\u2800' is not a title"),
    ("global", "cumulative_weeks_in_top_10", "new", "'new' is not a number"),
]


def _with(lines: Sequence[str], column: str, cell: str, rows: Sequence[int]) -> bytes:
    """Return a file in which a column has another cell in some lines, with a line end at its end."""
    index, changed = lines[0].split("\t").index(column), list(lines)
    for row in rows:
        cells = changed[row - 1].split("\t")
        cells[index] = cell
        changed[row - 1] = "\t".join(cells)
    return document([*changed, ""])


def _aside(publications: Sequence[Publication]) -> dict[tuple[str, str, str], SourceError]:
    return {(p.chart.id, str(p.period), its): error for p in publications for its, error in p.set_aside.items()}


def _whole(publications: Sequence[Publication]) -> int:
    return sum(len(publication.editions) for publication in publications)


@pytest.mark.parametrize(("file", "column", "cell", "reason"), CELLS)
def test_a_cell_of_netflix_silences_its_own_edition(file: str, column: str, cell: str, reason: str) -> None:
    source, lines, key = FILES[file]
    whole = _whole(source.parse(document(lines(WEEKS)), PROVENANCE))
    found = source.parse(_with(lines(WEEKS), column, cell, [CHANGED]), PROVENANCE)
    ((its, error),) = _aside(found).items()
    assert (its, _whole(found)) == (key, whole - 1)
    assert (error.where, error.detail.partition(", in ")[0]) == (f"line {CHANGED}", f"{column} {reason}")


@pytest.mark.parametrize("file", FILES)
def test_an_edition_of_netflix_of_which_no_row_can_be_read_is_not_a_cut_file(file: str) -> None:
    source, lines, key = FILES[file]
    found = source.parse(_with(lines(WEEKS), "cumulative_weeks_in_top_10", "-", range(2, 12)), PROVENANCE)
    ((its, error),) = _aside(found).items()
    assert its == key
    assert isinstance(error, SourceValueError)


def test_a_week_that_lacks_a_list_is_cut_also_where_its_other_list_cannot_be_read() -> None:
    lines = countries_lines(WEEKS, ["KR", "US"])
    del lines[11:21]
    found = COUNTRIES.parse(_with(lines, "cumulative_weeks_in_top_10", "-", range(2, 12)), PROVENANCE)
    errors = {key: type(error) for key, error in _aside(found).items()}
    assert errors == {
        ("netflix-weekly-films", WEEKS[0], "KR"): SourceValueError,
        ("netflix-weekly-tv", WEEKS[0], "KR"): SourceTruncated,
    }


@pytest.mark.parametrize(("file", "column", "cell", "reason"), CELLS)
def test_a_column_of_netflix_that_cannot_be_read_anywhere_is_another_format(
    file: str, column: str, cell: str, reason: str
) -> None:
    source, lines, _ = FILES[file]
    whole = lines(WEEKS)
    editions = len(whole) // 10
    with pytest.raises(SourceValueError) as caught:
        source.parse(_with(whole, column, cell, range(2, len(whole) + 1)), PROVENANCE)
    said = str(caught.value)
    assert said.startswith(f"{source.name}, line 2: {column} {reason}, in ")
    assert f"; {editions} of {editions} editions are not whole: where the format has changed, give a copy" in said


@pytest.mark.parametrize(
    ("column", "cell"), [("week", "soon"), ("week", ""), ("category", "Podcasts"), ("country_iso2", "XX")]
)
def test_a_cell_that_names_an_edition_of_netflix_refuses_the_file(column: str, cell: str) -> None:
    with pytest.raises(SourceValueError, match=f"line {CHANGED}: {column} '{cell}' is not "):
        COUNTRIES.parse(_with(countries_lines(WEEKS), column, cell, [CHANGED]), PROVENANCE)


@pytest.mark.parametrize(
    ("written", "read"), [("12,340,000", "12340000"), ("1,000", "1000"), ("12340000", "12340000"), ("0", "0")]
)
def test_hours_may_have_commas_between_their_thousands(written: str, read: str) -> None:
    found = GLOBAL.parse(_with(global_lines(), "weekly_hours_viewed", written, [CHANGED]), PROVENANCE)
    assert not _aside(found)
    assert ("hours", read) in found[0].editions[0].entries[5].figures
