"""Sources are found by name, and their options say what is wrong with them."""

from collections.abc import Mapping
from typing import Any

import pytest

from chartwatch.errors import OptionError
from chartwatch.sources import SOURCES, open_source

KEY = {"key_parameter": "/chartwatch/flixpatrol", "company": "cmp_n"}


def test_each_source_is_registered_under_its_own_name() -> None:
    assert list(SOURCES) == [source.name for source in SOURCES.values()]


@pytest.mark.parametrize("name", SOURCES)
def test_each_source_is_described_in_a_line_and_so_is_each_of_its_options(name: str) -> None:
    assert 0 < len(SOURCES[name].summary) <= 100
    assert "\n" not in SOURCES[name].summary
    assert all(SOURCES[name].options.values())


def test_an_unknown_source_is_answered_with_the_known_ones() -> None:
    with pytest.raises(OptionError) as caught:
        open_source("netflix", {})
    assert str(caught.value) == f"option source: 'netflix' is not known; the sources are {', '.join(SOURCES)}"


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("netflix-global", {"uri": "x"},
         "option uri: netflix-global has no such option; did you mean url?; it has url"),
        ("csv", {}, "option cadence: csv needs it: how often the chart appears: day, week or month"),
        ("csv", {"cadence": "year"}, "option cadence: 'year' is not day, week or month"),
        ("csv", {"cadence": "day", "depth": "ten"},
         "option depth: 'ten' is not a whole number"),
        ("csv", {"cadence": "day", "chart": "My Chart"},
         "option chart: 'My Chart' is not a chart's id such as netflix-daily-overall"),
        ("csv", {"cadence": "day", "territory": "usa"},
         "option territory: 'usa' is not an ISO 3166-1 alpha-2 code such as KR; did you mean US?"),
        ("csv", {"cadence": "day", "delimiter": "::"},
         "option delimiter: '::' is not one character that can stand between cells"),
        ("csv", {"cadence": "day", "name": "My chart"},
         "option csv: a `name` is of one chart, so that `chart` is needed with it"),
        ("csv", {"cadence": "day", "depth": "3", "shortest": "4"},
         "option csv: `shortest` is 4, more than a `depth` of 3"),
        ("flixpatrol", {"countries": "US=cnt_u"},
         "option company: flixpatrol needs it: FlixPatrol's id of the company whose charts these are, Netflix"),
        ("flixpatrol", {**KEY, "countries": "US=cnt_u", "key_parameter": ""},
         "option key_parameter: '' is empty"),
        ("flixpatrol", {**KEY, "countries": "US"}, "option countries: 'US' has no id for US"),
        ("flixpatrol", {**KEY, "countries": "usa=cnt_u"},
         "option countries: 'usa=cnt_u' is not an ISO 3166-1 alpha-2 code such as KR; did you mean US?"),
        ("flixpatrol", {**KEY, "countries": "US=cnt_u,KR=cnt_u"},
         "option countries: 'US=cnt_u,KR=cnt_u' gives two territories the same id"),
        ("flixpatrol", {**KEY, "countries": "US=cnt_u", "types": "kids"},
         "option types: 'kids' is not overall, films or tv"),
        ("csv", {"cadence": "day", "ties": "maybe"}, "option ties: 'maybe' is neither true nor false"),
        ("csv", {"cadence": "day", "began": "2022-99-01"},
         "option began: '2022-99-01' is not a date such as 2022-01-31"),
        ("csv", {"cadence": "day", "min_periods": "-1"}, "option min_periods: '-1' is less than 0"),
        ("csv", {"cadence": "day", "depth": "1001"}, "option depth: '1001' is more than 1000"),
        ("csv", {"cadence": "day", "depth": 1.5}, "option depth: 1.5 is not a whole number"),
        ("csv", {"cadence": "day", "name": 5}, "option name: 5 is not text"),
        ("csv", {"cadence": "day", "url": "ftp://x"}, "option url: 'ftp://x' is not of the form ^https?://.+$"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_named(name: str, options: Mapping[str, Any], message: str) -> None:
    with pytest.raises(OptionError) as caught:
        open_source(name, options)
    assert str(caught.value) == message
