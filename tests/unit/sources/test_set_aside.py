"""One edition that is not whole: it is set aside with what is wrong, and all others of the document are read."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.document_errors import (
    RanksDuplicated,
    RanksIncomplete,
    SourceError,
    SourceTruncated,
    SourceValueError,
)
from chartwatch.domain.charts.publications import Provenance, Publication
from chartwatch.sources import open_source
from tests.unit.sources.weekly_files import countries_lines, document

PROVENANCE = Provenance("https://charts.example/file", None, "0" * 64)
CSV = open_source("csv", {"chart": "d", "name": "D", "cadence": "day", "depth": "4"})
DAY = date(2022, 1, 1)
AS_FAR_AS_WHOLE = "to take editions as far as they are whole: -o shortest"

OF_IT = ", in d of 2022-01-01 in KR"

NO_TITLE = "3!"
"""Rank 3, whose title is an empty cell."""

RANKS: Mapping[str, Sequence[int | str]] = {
    "whole": (1, 2, 3, 4),
    "short": (1, 2, 3),
    "without its first": (2, 3, 4),
    "with a hole": (1, 2, 4),
    "with a rank twice": (1, 2, 2, 3),
    "with a rank that is none": (1, 2, "new", 4),
    "with an empty rank": ("", 2, 3, 4),
    "without a title": (1, 2, NO_TITLE, 4),
    "with nothing but a title missing": (NO_TITLE,),
}

Shapes = Mapping[tuple[int, str], str]
"""How each edition is, by day and territory."""


def parsed(shapes: Shapes) -> list[Publication]:
    rows = [
        f"{DAY + timedelta(day)},{territory}," + ("3," if rank == NO_TITLE else f"{rank},Title {territory} {row}")
        for (day, territory), shape in shapes.items()
        for row, rank in enumerate(RANKS[shape])
    ]
    return list(CSV.parse("\n".join(("period,territory,rank,title", *rows, "")).encode(), PROVENANCE))


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 3), st.sampled_from(["GB", "KR", "US"])), st.sampled_from([*RANKS]), min_size=1
    )
)
def test_each_edition_is_judged_by_itself(shapes: Shapes) -> None:
    broken = {key for key, shape in shapes.items() if shape != "whole"}
    if len(broken) * 2 > len(shapes):
        # Where most are not whole, it is the document that is wrong.
        with pytest.raises(SourceError):
            parsed(shapes)
        return
    found = parsed(shapes)
    whole = {((p.period - DAY).days, edition.territory) for p in found for edition in p.editions}
    aside = {((p.period - DAY).days, territory) for p in found for territory in p.set_aside}
    assert (whole, aside) == (shapes.keys() - broken, broken)


@pytest.mark.parametrize(
    ("shape", "error", "reason"),
    [
        ("short", RanksIncomplete, f"d of 2022-01-01 in KR has 3 of 4 ranks; {AS_FAR_AS_WHOLE}=3"),
        ("without its first", RanksIncomplete, "d of 2022-01-01 in KR has no rank 1"),
        ("with a hole", RanksIncomplete, f"d of 2022-01-01 in KR has no rank 3; {AS_FAR_AS_WHOLE}=2"),
        (
            "with a rank twice",
            RanksDuplicated,
            "d of 2022-01-01 in KR has rank 2 twice; where equal ranks are ties, say so: -o ties=true",
        ),
        (
            "with a rank that is none",
            SourceValueError,
            f"rank 'new' is not a rank such as 1{OF_IT}; {AS_FAR_AS_WHOLE}=2",
        ),
        ("with an empty rank", SourceValueError, f"rank '' is not a rank such as 1{OF_IT}"),
        ("without a title", SourceValueError, f"title '' is not a title{OF_IT}; {AS_FAR_AS_WHOLE}=2"),
        ("with nothing but a title missing", SourceValueError, f"title '' is not a title{OF_IT}"),
    ],
)
def test_what_is_wrong_with_an_edition_is_said_with_its_place(
    shape: str, error: type[SourceError], reason: str
) -> None:
    (found,) = parsed({(0, "KR"): shape, (0, "US"): "whole"})
    assert isinstance(found.set_aside["KR"], error)
    assert found.set_aside["KR"].detail == reason
    assert found.set_aside["KR"].where.startswith("line ")


def test_an_edition_in_which_a_document_ends_may_have_been_cut() -> None:
    (found,) = parsed({(0, "KR"): "whole", (0, "US"): "short"})
    assert isinstance(found.set_aside["US"], SourceTruncated)


def test_a_week_of_netflix_with_a_rank_twice_silences_no_other_list() -> None:
    lines = countries_lines()
    lines[8] = lines[7]
    films, series = open_source("netflix-countries", {}).parse(document([*lines, ""]), PROVENANCE)
    aside = {**films.set_aside, **series.set_aside}
    assert [type(error) for error in aside.values()] == [RanksDuplicated]
    assert len([*films.editions, *series.editions]) == 1


@pytest.mark.parametrize(("column", "cell"), [("weekly_rank", "new"), ("weekly_rank", ""), ("show_title", " ")])
def test_a_week_of_netflix_with_a_cell_that_cannot_be_read_silences_no_other_list(column: str, cell: str) -> None:
    lines = countries_lines()
    cells = lines[8].split("\t")
    cells[lines[0].split("\t").index(column)] = cell
    lines[8] = "\t".join(cells)
    films, series = open_source("netflix-countries", {}).parse(document([*lines, ""]), PROVENANCE)
    ((territory, error),) = {**films.set_aside, **series.set_aside}.items()
    assert (territory, error.where) == ("KR", "line 9")
    assert error.detail.startswith(f"{column} '{cell}' is not a ")
    assert len([*films.editions, *series.editions]) == 1


def test_with_editions_of_any_length_one_is_taken_down_to_the_cell_that_cannot_be_read() -> None:
    source = open_source("csv", {"chart": "d", "cadence": "day", "depth": "4", "shortest": "2"})
    for rows, titles in [
        ("1,A\n2,B\n3,\n4,D\n", ["A", "B"]),
        ("1,A\n2,B\nnew,C\n4,D\n", ["A", "B"]),
        ("1,A\n2,B\n3,C\n4,\n", ["A", "B", "C"]),
    ]:
        text = "period,territory,rank,title\n" + "".join(f"2022-01-01,KR,{row}\n" for row in rows.split())
        ((found,),) = (publication.editions for publication in source.parse(text.encode(), PROVENANCE))
        assert [entry.title for entry in found.entries] == titles
    text = "period,territory,rank,title\n2022-01-01,US,1,A\n2022-01-01,US,2,B\n2022-01-01,KR,1,A\n2022-01-01,KR,2,\n"
    (publication,) = source.parse(text.encode(), PROVENANCE)
    assert [*publication.set_aside] == ["KR"], "too little is left of it"
