"""What a deployment can be told: each parameter takes what can be meant, and CloudFormation refuses the rest."""

import json
import re
from datetime import date, timedelta

import pytest

from chartwatch.domain.charts.calendars import due_of
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.rules import examine
from tests.infrastructure.templates import ROOT, read

TEMPLATE = read("template.yaml")

SCHEDULES_TAKEN = [
    "never",
    "cron(0 20 ? * TUE *)",
    "cron(5 8,20,22 ? * TUE,WED *)",
    "cron(0 0 1 1 ? 2099)",
    "rate(1 day)",
    "rate(15 minutes)",
]
SCHEDULES_REFUSED = [
    "",
    "Never",
    "none",
    '""',
    "0 20 * * 2",
    "cron(0 20 * * 2)",
    "cron()",
    "rate(0 days)",
    "rate(1 week)",
    '"cron(0 20 ? * TUE *)"',
    r"\"never\"",
    "cron(0 20 ? * TUE *) ",
]
NO_DATES = [
    "2026-31-01",
    "2026-99-99",
    "2026-02-29",
    "2100-01-01",
    "26-01-31",
    "2026-1-31",
    "2026-01-31 ",
    "today",
    "20260131",
    '"2026-01-31"',
    "2026-01-31T00:00:00",
    "20٢٦-01-31",
    "",
]
OPTIONS: list[dict[str, object]] = [
    {},
    {"url": "https://charts.example/top.csv", "name": "the Top Songs", "delimiter": "\t"},
    {"company": "cmp_1", "countries": {"US": "cnt_1"}},
    {"depth": 10, "kinds": {"TV Show": "series"}, "columns": ["a", "b"], "ties": True, "list": None, "margin": -1.5},
    {"name": "Élite; 오징어", "path": "a\\b\\"},
]
MANGLED = [
    r"{\"url\": \"https://charts.example\"}",
    r'"{\"url\": \"x\"}"',
    r'{"name": "the \"Top\""}',
    r'{"path": "a\ b"}',
    "{url: https://charts.example}",
    '{"name": "the "Top""}',
    '{"url": "https://charts.example",}',
    '{"url": https://charts.example}',
    """{"url": 'https://charts.example'}""",
    '{"url": "https://charts.example"',
    '"{}"',
    "'{}'",
    "",
    "{",
    "[]",
    "never",
]


def takes(parameter: str, value: str) -> bool:
    """Return whether CloudFormation takes a value: a pattern has to match the whole of it."""
    its = TEMPLATE.body["Parameters"][parameter]
    return value in its["AllowedValues"] if "AllowedValues" in its else bool(re.fullmatch(its["AllowedPattern"], value))


@pytest.mark.parametrize("name", TEMPLATE.body["Parameters"])
def test_every_default_is_taken_and_none_is_empty(name: str) -> None:
    its = TEMPLATE.body["Parameters"][name]
    if name == "LiveFrom":
        assert "Default" not in its
    elif its["Type"] == "String":
        assert its["Default"] != "", (
            "where a default is not empty, a guided deployment cannot be told that it should be"
        )
        assert takes(name, its["Default"])


@pytest.mark.parametrize("name", [name for name in TEMPLATE.body["Parameters"] if name.endswith("Schedule")])
def test_a_schedule_is_never_or_one_that_the_scheduler_reads(name: str) -> None:
    assert {"Fn::Not": [{"Fn::Equals": [{"Ref": name}, "never"]}]} in TEMPLATE.body["Conditions"].values()
    for value in SCHEDULES_TAKEN:
        assert takes(name, value), value
    for value in SCHEDULES_REFUSED:
        assert not takes(name, value), value


def test_live_from_is_a_date_that_there_is_and_none_other_is_taken() -> None:
    there = {str(date(1999, 1, 1) + timedelta(days=day)) for day in range(37_500)}
    assert {day for day in there if takes("LiveFrom", day)} == {day for day in there if day.startswith("20")}
    every = {f"{year}-{month:02}-{day:02}" for year in range(2000, 2100) for month in range(14) for day in range(34)}
    assert {day for day in every if takes("LiveFrom", day)} == every & there
    for value in NO_DATES:
        assert not takes("LiveFrom", value), value


def test_a_rules_file_that_is_not_there_does_not_deploy() -> None:
    folder = ROOT / "functions" / "chartwatch" / "rules"
    listed = TEMPLATE.body["Parameters"]["RulesFile"]["AllowedValues"]
    assert sorted(listed) == sorted(file.name for file in folder.glob("*.yaml")), "each file is listed, and no other"
    assert [name for name in listed if examine((folder / name).read_bytes(), name).mistakes] == []
    for value in ("defaults.yaml", "Default.yaml", "../default.yaml", ""):
        assert not takes("RulesFile", value), value


@pytest.mark.parametrize("name", ["FlixPatrolOptions", "CsvOptions"])
def test_options_are_json_whose_quotation_marks_nothing_has_mangled(name: str) -> None:
    for options in OPTIONS:
        for value in (json.dumps(options), json.dumps(options, ensure_ascii=False, indent=1)):
            assert takes(name, value), value
    for value in MANGLED:
        assert not takes(name, value), value


@pytest.mark.parametrize("name", ["AlertEmail", "DigestEmail", "AlarmEmail"])
def test_an_address_of_email_is_one_or_none(name: str) -> None:
    assert takes(name, "none")
    assert takes(name, "first.last+charts@news.example.org")
    for value in ("", "me", "me@", "@example.org", '"me@example.org"', "me@example.org, you@example.org", "me@a@b"):
        assert not takes(name, value), value


def test_a_week_that_was_not_there_in_the_evening_is_fetched_the_next_morning() -> None:
    for name in ("NetflixCountriesSchedule", "NetflixGlobalSchedule"):
        minute, hours, _, _, days, _ = TEMPLATE.body["Parameters"][name]["Default"][5:-1].split()
        due = due_of(Chart("netflix-weekly-tv", "", "netflix", Cadence.WEEK, 10)).of(date(2026, 1, 4))
        assert f"{due:%a}".upper() in days.split(",")
        assert f"{due + timedelta(days=1):%a}".upper() in days.split(",")
        assert int(minute) < 60
        evening, morning = [int(hour) >= due.hour for hour in hours.split(",")], [int(h) < 10 for h in hours.split(",")]
        assert any(evening)
        assert any(morning)
