"""Netflix's files as they were published: each is read, or refused for what is wrong with it."""

import gzip
import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from chartwatch.document_errors import SourceNotATable
from chartwatch.domain.charts.chart import GLOBAL
from chartwatch.domain.charts.publications import Provenance, Publication
from chartwatch.sources import open_source

DATA = os.environ.get("CHARTWATCH_DATA")
PROVENANCE = Provenance("https://charts.example/file", None, "0" * 64)
COUNTRIES = open_source("netflix-countries", {})
WORLD = open_source("netflix-global", {})

pytestmark = pytest.mark.skipif(DATA is None, reason="CHARTWATCH_DATA names no folder of published charts")


def _versions(name: str) -> list[Path]:
    return sorted((Path(DATA) / f"{name}-published").glob("*.tsv.gz")) if DATA else []


def _by_week(publications: list[Publication]) -> dict[tuple[str, date], dict[str, list[tuple[int, str, str | None]]]]:
    return {
        (p.chart.id, p.period): {e.territory: [entry[:3] for entry in e.entries] for e in p.editions}
        for p in publications
    }


@pytest.fixture(scope="module")
def countries() -> list[Publication]:
    return COUNTRIES.parse((Path(DATA or "") / "netflix-countries-2022-02-27.tsv").read_bytes(), PROVENANCE)


def test_65800_rows_are_70_publications_of_94_editions(countries: list[Publication]) -> None:
    assert len(countries) == 70
    assert {len(publication.editions) for publication in countries} == {94}
    assert sum(len(edition.entries) for publication in countries for edition in publication.editions) == 65_800
    assert Counter(publication.chart.id for publication in countries) == {
        "netflix-weekly-tv": 35,
        "netflix-weekly-films": 35,
    }
    assert (countries[0].period, countries[-1].period) == (date(2021, 7, 4), date(2022, 2, 27))


def test_all_of_us_are_dead_is_number_one_where_the_file_says_so(countries: list[Publication]) -> None:
    [week] = [p for p in countries if (p.chart.id, p.period) == ("netflix-weekly-tv", date(2022, 2, 6))]
    topped = [e.territory for e in week.editions if e.number_ones[0].title == "All of Us Are Dead"]
    rows = (Path(DATA or "") / "netflix-countries-2022-02-27.tsv").read_text(encoding="utf-8").splitlines()
    assert topped == sorted(
        cells[1] for row in rows if "\t2022-02-06\tTV\t1\tAll of Us Are Dead\t" in row and (cells := row.split("\t"))
    )
    assert len(topped) > 10


@pytest.mark.parametrize("version", _versions("netflix-countries"), ids=lambda path: path.name)
def test_each_countries_version_is_read(version: Path) -> None:
    publications = COUNTRIES.parse(gzip.decompress(version.read_bytes()), PROVENANCE)
    weeks = {publication.period for publication in publications}
    assert len(publications) == 2 * len(weeks)
    assert {len(publication.editions) for publication in publications} == {94}


def test_the_versions_that_label_every_list_english_read_as_the_next_one() -> None:
    mislabelled, _, labelled = (
        _by_week(COUNTRIES.parse(gzip.decompress(version.read_bytes()), PROVENANCE))
        for version in _versions("netflix-countries")[:3]
    )
    assert mislabelled
    assert mislabelled.items() <= labelled.items()


NOT_TABLES = {"2023-06-01T132840Z.tsv.gz": "a page of markup", "2023-12-27T132417Z.tsv.gz": "'null' is not a header"}


@pytest.mark.parametrize("version", _versions("netflix-global"), ids=lambda path: path.name)
def test_each_global_version_is_read_or_refused_for_what_it_is(version: Path) -> None:
    body = gzip.decompress(version.read_bytes())
    if version.name in NOT_TABLES:
        with pytest.raises(SourceNotATable, match=NOT_TABLES[version.name]):
            WORLD.parse(body, PROVENANCE)
        return
    publications = WORLD.parse(body, PROVENANCE)
    assert sum(len(e.entries) for p in publications for e in p.editions) == body.count(b"\n")
    assert {e.territory for p in publications for e in p.editions} == {GLOBAL}


def test_lists_go_by_hours_until_the_week_of_2023_06_11_and_by_views_since() -> None:
    publications = WORLD.parse(gzip.decompress(_versions("netflix-global")[-1].read_bytes()), PROVENANCE)
    by_hours, by_views = Counter[date](), Counter[date]()
    for publication in publications:
        figures = [dict(entry.figures) for entry in publication.editions[0].entries]
        by_hours[publication.period] += _falls([float(entry["hours"]) for entry in figures])
        by_views[publication.period] += _falls([float(entry.get("views", -1)) for entry in figures])
    assert by_hours[date(2023, 6, 11)] == 4
    assert (by_hours[date(2023, 6, 18)], by_views[date(2023, 6, 18)]) == (0, 4)
    assert publications[0].chart.metric_periods[1].since == date(2023, 6, 18)


def _falls(numbers: list[float]) -> bool:
    return numbers == sorted(numbers, reverse=True)
