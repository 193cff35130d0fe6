"""What Netflix's files may not say, and the error that says so."""

import pickle

import pytest

from chartwatch.document_errors import (
    RanksDuplicated,
    RanksIncomplete,
    SourceChanged,
    SourceEmpty,
    SourceEncodingError,
    SourceError,
    SourceMislabelled,
    SourceNotATable,
    SourceTruncated,
    SourceValueError,
)
from chartwatch.domain.charts.publications import Provenance
from chartwatch.sources import Source, open_source
from tests.unit.sources.files_of_others import workbook
from tests.unit.sources.weekly_files import COUNTRIES_HEADER, countries_lines, document, global_lines

PROVENANCE = Provenance("https://charts.example/file", None, "0" * 64)
COUNTRIES = open_source("netflix-countries", {})
GLOBAL = open_source("netflix-global", {})


def _refusal(body: bytes, source: Source = COUNTRIES) -> SourceError:
    """Return why a document is refused, or else the first of its editions is set aside."""
    try:
        publications = source.parse(body, PROVENANCE)
    except SourceError as error:
        return error
    return next(error for publication in publications for error in publication.set_aside.values())


def _global_refusal(body: bytes) -> SourceError:
    return _refusal(body, GLOBAL)


def _with_cell(line: int, column: str, cell: str) -> bytes:
    """Return a countries file of two lists in which one cell is another."""
    lines = countries_lines()
    cells = lines[line - 1].split("\t")
    cells[COUNTRIES_HEADER.split("\t").index(column)] = cell
    lines[line - 1] = "\t".join(cells)
    return document([*lines, ""])


@pytest.mark.parametrize("body", [b"", b"\n \r\n", b"\xef\xbb\xbf\n"])
def test_a_document_without_bytes_is_empty(body: bytes) -> None:
    assert _refusal(body) == SourceEmpty("netflix-countries", "there is nothing in the document")


def test_a_header_without_rows_is_empty() -> None:
    error = _refusal(document(countries_lines()[:1]))
    assert isinstance(error, SourceEmpty)
    assert str(error) == "netflix-countries, line 1: there is a header and nothing below it"


def test_a_page_of_html_is_not_a_table() -> None:
    error = _refusal(b'<a href="https://www.netflix.com/tudum">Moved Permanently</a>.\n\n')
    assert isinstance(error, SourceNotATable)
    assert str(error) == (
        "netflix-countries, line 1: a page of markup, not a table: '<a href=\"https://www.netflix.com/tudum\"…'"
    )


def test_the_word_null_is_not_a_table() -> None:
    error = _global_refusal(b"null")
    assert isinstance(error, SourceNotATable)
    assert str(error) == (
        "netflix-global, line 1: 'null' is not a header with week, category, weekly_rank, show_title, season_title"
    )


def test_a_file_that_was_saved_otherwise_is_wanted_as_it_is_published() -> None:
    wanted = "what netflix-countries reads is "
    with_commas = "\n".join(line.replace("\t", ",") for line in countries_lines()[:3]).encode()
    assert str(_refusal(with_commas)).endswith(
        f"; the columns are separated by commas, not by tabs: {wanted}the file as its provider publishes it; "
        "--source csv reads others"
    )
    sheet = workbook(("Sheet1", [line.split("\t") for line in countries_lines()[:3]]))
    assert str(_refusal(sheet)) == (
        f"netflix-countries: this is an Excel workbook (.xlsx); {wanted}text, as its provider publishes it; "
        "--source csv reads workbooks"
    )


def test_a_row_of_other_width_amid_the_file_is_not_a_table() -> None:
    lines = countries_lines()
    lines[6] += "\tone more"
    error = _refusal(document(lines))
    assert isinstance(error, SourceNotATable)
    assert str(error) == "netflix-countries, line 7: a row of 9 cells, where the header has 8"


def test_a_quoted_cell_followed_by_text_is_not_a_table() -> None:
    error = _refusal(_with_cell(7, "show_title", '"Sr." and more'))
    assert isinstance(error, SourceNotATable)
    assert str(error) == "netflix-countries, line 7: a row cannot be told into cells: '\t' expected after '\"'"


def test_a_file_cut_in_a_row_is_truncated() -> None:
    error = _refusal(document([*countries_lines()[:8], "Somewhere\tKR\t2022-0"]))
    assert isinstance(error, SourceTruncated)
    assert str(error) == ("netflix-countries, line 9: the document ends in a row of 3 cells, where the header has 8")


def test_a_file_cut_in_its_last_cell_is_truncated() -> None:
    error = _refusal(document(countries_lines()).removesuffix(b"10") + b"x")
    assert isinstance(error, SourceTruncated)
    assert str(error) == (
        "netflix-countries, line 21: the document ends inside a cell: cumulative_weeks_in_top_10 'x' is not a number"
    )


def test_a_file_cut_in_a_character_is_truncated() -> None:
    error = _refusal(document([*countries_lines()[:2], "Korea\tKR\t2022-02-27\tTV\t1\t지"])[:-1])
    assert isinstance(error, SourceTruncated)
    assert str(error) == "netflix-countries, line 3: the document ends inside a character"


def test_a_file_cut_in_a_quoted_cell_is_truncated() -> None:
    error = _global_refusal(document([*global_lines()[:2], '2022-02-27\tTV\t1\t"""Sr.']))
    assert isinstance(error, SourceTruncated)
    assert str(error) == "netflix-global, line 3: the document ends inside a quoted cell"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_file_cut_in_an_edition_is_truncated(end: str) -> None:
    error = _refusal(document(countries_lines(["2022-02-27", "2022-02-20"])[:-4]) + end.encode())
    assert isinstance(error, SourceTruncated)
    assert str(error) == ("netflix-countries, line 37: the document ends after rank 6 of 10 of TV of 2022-02-20 in KR")


def test_a_file_cut_between_the_lists_of_a_week_is_truncated() -> None:
    error = _global_refusal(document(global_lines(["2022-02-27", "2022-02-20"])[:-10]))
    assert isinstance(error, SourceTruncated)
    assert str(error) == "netflix-global: 2022-02-20 in GLOBAL stands on some lists, but not on TV (Non-English)"


@pytest.mark.parametrize(
    ("source", "whole"), [(COUNTRIES, document(countries_lines())), (GLOBAL, document(global_lines()))]
)
def test_wherever_one_week_is_cut_the_file_is_known_to_be(source: Source, whole: bytes) -> None:
    header = whole.index(b"\n")
    for end in range(len(whole) - len("0")):  # without the last digit of the last number it may well be whole
        # Cut between two lists of its only week, a file looks like one that has lost a list.
        expected = (SourceTruncated, SourceMislabelled) if end > header + 1 else SourceError
        assert isinstance(_refusal(whole[:end], source), expected)


@pytest.mark.parametrize("column", ["country_iso2", "week", "category", "weekly_rank", "show_title", "season_title"])
def test_a_missing_column_is_named(column: str) -> None:
    lines = countries_lines()
    lines[0] = lines[0].replace(column, "renamed")
    error = _refusal(document(lines))
    assert error == SourceChanged("netflix-countries", f"the column {column} is missing", "line 1", column=column)
    assert str(error) == f"netflix-countries, line 1: the column {column} is missing"


def test_a_column_that_stands_twice_is_named() -> None:
    lines = countries_lines()
    lines[0] = lines[0].replace("country_name", "week")
    error = _refusal(document(lines))
    assert isinstance(error, SourceChanged)
    assert str(error) == "netflix-countries, line 1: the column week stands there twice"


def test_a_byte_that_is_not_utf_8_is_named_with_its_line() -> None:
    lines = document(countries_lines()).split(b"\n")
    lines[4] = lines[4].replace(b"title", b"titl\xe9")
    error = _refusal(b"\n".join(lines))
    assert isinstance(error, SourceEncodingError)
    assert str(error) == "netflix-countries, line 5: the byte 0xe9 is not UTF-8"


OF_IT = ", in TV of 2022-02-27 in KR"
"""Which edition a cell is of that leaves the others as they are."""


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("weekly_rank", "first", f"weekly_rank 'first' is not a rank from 1 to 10{OF_IT}"),
        ("weekly_rank", "11", f"weekly_rank '11' is not a rank from 1 to 10{OF_IT}"),
        ("weekly_rank", "١", f"weekly_rank '١' is not a rank from 1 to 10{OF_IT}"),
        ("weekly_rank", "", f"weekly_rank '' is not a rank from 1 to 10{OF_IT}"),
        ("week", "2022-02-30", "week '2022-02-30' is not a day of the calendar"),
        ("week", "20220227", "week '20220227' is not a date such as 2022-02-27"),
        ("week", "2022-02-26", "week '2022-02-26' is not a Sunday, by which Netflix names a week"),
        ("category", "Podcasts", "category 'Podcasts' is not a list of Netflix's"),
        ("country_iso2", "kr", "country_iso2 'kr' is not an ISO 3166-1 alpha-2 code such as KR; did you mean KR?"),
        ("country_iso2", "KOR", "country_iso2 'KOR' is not an ISO 3166-1 alpha-2 code such as KR; did you mean KR?"),
        ("show_title", "  ", f"show_title '  ' is not a title{OF_IT}"),
        ("season_title", "\u200b", f"season_title '\\u200b' is not a title{OF_IT}"),
        ("cumulative_weeks_in_top_10", "many", f"cumulative_weeks_in_top_10 'many' is not a number{OF_IT}"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_with_line_and_column(column: str, cell: str, reason: str) -> None:
    error = _refusal(_with_cell(12, column, cell))
    assert error == SourceValueError("netflix-countries", reason, "line 12", column=column, value=cell)
    assert str(error) == f"netflix-countries, line 12: {reason}"


def test_the_first_of_several_wrong_cells_is_named() -> None:
    lines = countries_lines()
    for line in (19, 8, 13):
        lines[line - 1] = lines[line - 1].replace("2022-02-27", f"week {line}")
    assert _refusal(document(lines)).where == "line 8"


def test_lines_are_counted_past_blank_ones_and_line_ends_in_cells() -> None:
    lines = countries_lines()
    lines[3] = lines[3].replace("Films title 3", '"Films\ntitle 3"')
    lines[5:5] = [""]
    lines[9] = lines[9].replace("2022-02-27", "soon")
    assert _refusal(document(lines)).where == "line 11"


def test_a_long_wrong_cell_is_shown_cut() -> None:
    error = _refusal(_with_cell(12, "week", "x" * 5000))
    assert str(error) == f"netflix-countries, line 12: week '{'x' * 39}…' is not a date such as 2022-02-27"


def test_a_rank_that_an_edition_has_twice_is_refused() -> None:
    error = _refusal(_with_cell(8, "weekly_rank", "2"))
    assert isinstance(error, RanksDuplicated)
    assert str(error) == "netflix-countries, line 8: Films of 2022-02-27 in KR has rank 2 twice"


def test_a_territory_that_is_listed_twice_is_refused() -> None:
    lines = countries_lines()
    error = _refusal(document([*lines, *lines[1:]]))
    assert isinstance(error, RanksDuplicated)
    assert str(error) == "netflix-countries, line 22: Films of 2022-02-27 in KR has rank 1 twice"


def test_a_rank_that_an_edition_lacks_is_refused() -> None:
    lines = countries_lines()
    del lines[4]
    error = _refusal(document(lines))
    assert isinstance(error, RanksIncomplete)
    assert str(error) == "netflix-countries, line 5: Films of 2022-02-27 in KR has no rank 4"


def test_an_edition_that_ends_early_amid_the_file_is_refused() -> None:
    lines = countries_lines()
    del lines[9:11]
    error = _refusal(document(lines))
    assert isinstance(error, RanksIncomplete)
    assert str(error) == "netflix-countries, line 9: Films of 2022-02-27 in KR has 8 of 10 ranks"


def test_a_global_file_that_calls_every_list_english_is_refused() -> None:
    lines = [line.replace("Non-English", "English").replace("Films (", "TV (") for line in global_lines()]
    error = _global_refusal(document(lines))
    assert isinstance(error, SourceMislabelled)
    assert str(error) == (
        "netflix-global: the lists are labelled TV (English), "
        "not Films (English), Films (Non-English), TV (English), TV (Non-English)"
    )


def test_a_global_file_without_the_languages_is_refused() -> None:
    error = _global_refusal(document(global_lines(labels=["Films", "TV"])))
    assert isinstance(error, SourceMislabelled)
    assert str(error) == (
        "netflix-global: the lists are labelled Films, TV, "
        "not Films (English), Films (Non-English), TV (English), TV (Non-English)"
    )


@pytest.mark.parametrize(
    ("labels", "labelled"),
    [
        (["TV"], "TV"),
        (["TV (English)"], "TV (English)"),
        (["Films", "TV (English)"], "Films, TV (English)"),
        (["Films (English)", "TV (English)", "TV (Non-English)"], "Films (English), TV (English), TV (Non-English)"),
    ],
)
def test_a_countries_file_is_refused_whose_lists_are_labelled_as_no_version_did(
    labels: list[str], labelled: str
) -> None:
    error = _refusal(document(countries_lines(labels=labels)))
    assert isinstance(error, SourceMislabelled)
    assert str(error) == f"netflix-countries: the lists are labelled {labelled}, not Films, TV"


def test_a_refusal_survives_pickling() -> None:
    error = _refusal(_with_cell(12, "week", "soon"))
    assert pickle.loads(pickle.dumps(error)) == error


def test_rows_in_any_order_make_the_same_publications() -> None:
    lines = countries_lines(["2022-02-27", "2022-02-20"], ["KR", "US"])
    shuffled = [lines[0], *sorted(lines[1:], key=lambda line: line[::-1]), lines[1].replace("KR", "AA")]
    assert COUNTRIES.parse(document([*shuffled[:-1]]), PROVENANCE) == COUNTRIES.parse(document(lines), PROVENANCE)
