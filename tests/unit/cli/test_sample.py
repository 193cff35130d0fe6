"""The sample that comes with the command: what Netflix's daily US chart says of February 2022."""

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

from chartwatch.adapters.starter import starter_catalog
from chartwatch.cli.replay import replay
from chartwatch.domain.works.work import Kind
from chartwatch.rules import default_rules
from chartwatch.sources import open_source

SAMPLE = Path(str(resources.files("chartwatch.cli") / "sample"))
OPTIONS = {"chart": "netflix-daily-overall", "name": "Netflix's daily chart", "cadence": "day", "depth": "1"}


@cache
def changes() -> list[Mapping[str, Any]]:
    bulletins = replay(
        [SAMPLE / "netflix-daily-us.csv"],
        open_source("csv", OPTIONS),
        starter_catalog(),
        default_rules(),
    )
    return [change.milestone.as_json() for bulletin in bulletins for change in bulletin.changes]


def slot(rule: str, n: int) -> Mapping[str, Any]:
    (found,) = [c for c in changes() if (c["rule"], c["territory"], c["n"]) == (rule, "US", n)]
    return found


def rows(name: str) -> list[dict[str, str]]:
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_sample_has_every_day_from_april_2020_to_march_2022() -> None:
    days = [date.fromisoformat(row["period"]) for row in rows("netflix-daily-us.csv")]
    assert (days[0], days[-1], len(days)) == (date(2020, 4, 1), date(2022, 3, 11), 710)
    assert {later - earlier for earlier, later in pairwise(days)} == {timedelta(days=1)}


def test_the_starter_catalog_knows_every_title_of_the_sample() -> None:
    catalog = starter_catalog()
    charted = rows("netflix-daily-us.csv")
    works = (catalog.match(row["title"], Kind(row["kind"]), date.fromisoformat(row["period"])) for row in charted)
    assert all(work.original_language and work.origin_countries for work in works)


def test_all_of_us_are_dead_is_the_fourth_non_english_series_not_the_second() -> None:
    fourth = slot("nth-non-english-series", 4)
    assert fourth["holders"] == [
        {"work_id": "all-of-us-are-dead", "title": "All of Us Are Dead", "since": "2022-02-04"}
    ]
    assert fourth["status"] == "announced"
    assert not fourth["silent"]
    assert [(holder["title"], holder["since"]) for holder in fourth["evidence"]["earlier"]] == [
        ("Who Killed Sara?", "2021-03-27"),
        ("Squid Game", "2021-09-22"),
        ("Money Heist", "2021-12-04"),
    ]


def test_south_korea_is_the_first_country_with_two_non_english_series() -> None:
    race = slot("first-country-with-n-non-english-series", 2)
    assert [(holder["group"], holder["title"], holder["since"]) for holder in race["holders"]] == [
        ("KR", "All of Us Are Dead", "2022-02-04")
    ]
    assert race["status"] == "announced"


def test_the_evidence_says_since_when_there_are_records_and_that_none_are_missing() -> None:
    evidence = slot("nth-non-english-series", 4)["evidence"]
    assert evidence["records_since"] == "2020-04-01"
    assert evidence["gaps"] == []
    assert evidence["periods_seen"] == evidence["periods_expected"] == 675
    assert evidence["edition"]["url"] == "netflix-daily-us.csv"


def test_nothing_in_the_sample_is_provisional_corrected_or_retracted() -> None:
    assert {change["status"] for change in changes()} == {"announced"}
