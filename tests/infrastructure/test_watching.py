"""What is seen of a deployment: logs, alarms and the dashboard."""

import json
import re
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chartwatch.services.findings import ALARMED, Found
from chartwatch.services.reconcile import TURN
from chartwatch.settings import PREFIX, Settings
from chartwatch.sources import SOURCES
from tests.infrastructure.templates import ROOT, attribute, many, read

TEMPLATE = read("template.yaml")
ALARMS = read("infrastructure/alarms.yaml")
FUNCTIONS = TEMPLATE.properties("AWS::Serverless::Function")
GLOBALS = TEMPLATE.body["Globals"]["Function"]
MAPPINGS = TEMPLATE.mappings()
SCHEDULES = TEMPLATE.properties("AWS::Scheduler::Schedule")
FAILURES = attribute("FailuresQueue")


def scheduled_sources() -> list[str]:
    """Return the sources that the schedules fetch."""
    inputs = " ".join(json.dumps(its["Target"].get("Input", "")) for its in SCHEDULES.values())
    return re.findall(r'\\"source\\": \\"([^\\]+)', inputs)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_s_logs_are_kept_for_a_while_and_it_writes_to_no_others(name: str) -> None:
    logs = TEMPLATE.properties("AWS::Logs::LogGroup")[f"{name}Logs"]
    assert logs["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert FUNCTIONS[name]["LoggingConfig"] == {
        "LogFormat": "JSON",
        # Lambda keeps back what is below it. Metrics are logged as INFO, and alarms see nothing without them.
        "ApplicationLogLevel": {"Ref": "LogLevel"},
        "LogGroup": {"Ref": f"{name}Logs"},
    }
    assert TEMPLATE.body["Parameters"]["LogLevel"]["AllowedValues"] == ["DEBUG", "INFO"]
    written = [
        its["Resource"] for role, its in TEMPLATE.role_statements() if role == f"{name}Role" and its["Sid"] == "Log"
    ]
    assert written == [attribute(f"{name}Logs")]


def test_every_function_is_traced() -> None:
    assert GLOBALS["Tracing"] == "Active"
    assert {role for role, its in TEMPLATE.role_statements() if "xray:PutTraceSegments" in many(its["Action"])} == {
        f"{name}Role" for name in FUNCTIONS
    }


def test_every_variable_is_one_that_is_read_and_every_one_is_set() -> None:
    variables = {name for name in GLOBALS["Environment"]["Variables"] if not name.startswith("POWERTOOLS_")}
    assert variables == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert [name for name, function in FUNCTIONS.items() if "Environment" in function] == []


def test_every_function_that_fails_and_every_mapping_that_is_behind_has_an_alarm() -> None:
    assert ALARMS.watched() == {
        *(("Errors", name) for name in FUNCTIONS),
        *(("Throttles", name) for name in FUNCTIONS),
        *(("IteratorAge", name.split(".")[0]) for name in MAPPINGS),
        ("Invocations", "Reconcile"),
        ("NumberOfMessagesSent", "FailuresQueue"),
        ("ApproximateNumberOfMessagesVisible", "WitnessMissedQueue"),
        ("NumberOfMessagesSent", "WebhookFailuresQueue"),
        ("ApproximateNumberOfMessagesVisible", "WebhookFailuresQueue"),
        ("ApproximateAgeOfOldestMessage", "SiteQueue"),
        ("ApproximateNumberOfMessagesVisible", "SiteFailuresQueue"),
    }


def test_what_reconcile_finds_and_a_person_should_know_has_an_alarm() -> None:
    found = [
        its["MetricName"]
        for its in ALARMS.properties("AWS::CloudWatch::Alarm").values()
        if its["Dimensions"] == [{"Name": "service", "Value": "reconcile"}]
    ]
    assert tuple(Found(name) for name in found) == ALARMED
    assert 'Metrics(service="reconcile")' in (ROOT / "functions" / "reconcile.py").read_text()


def test_an_alarm_speaks_up_and_is_quiet_where_nothing_runs() -> None:
    for name, alarm in ALARMS.properties("AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}], name
        # What never runs says nothing of itself; what failed when it last ran stands until it runs well.
        stands = alarm["MetricName"] in ("Errors", "DocumentsRefused")
        expected = "breaching" if name == "ReconcileDoesNotRun" else "ignore" if stands else "notBreaching"
        assert alarm["TreatMissingData"] == expected, name


def of_reconcile() -> dict[str, dict[str, Any]]:
    """Return the alarms that read what `reconcile` finds."""
    return {
        name: its
        for name, its in ALARMS.properties("AWS::CloudWatch::Alarm").items()
        if its["Namespace"] == "Chartwatch" and its["Dimensions"] == [{"Name": "service", "Value": "reconcile"}]
    }


@pytest.mark.parametrize("name", of_reconcile())
@given(seed=st.integers(0, 10**6), offset=st.sampled_from([0, 1, 450, 841, 899]), most=st.sampled_from([0, 1, 59]))
@settings(max_examples=60)
def test_an_alarm_does_not_go_back_while_the_finding_stands(name: str, seed: int, offset: int, most: int) -> None:
    alarm = of_reconcile()[name]
    period, of, wanted = alarm["Period"], alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]
    # A schedule may be up to a minute late; each run sends what it found.
    late = Random(seed).choices([0, most], k=110)
    runs = [offset + number * TURN.total_seconds() + by for number, by in enumerate(late)]
    periods = {int(run // period) for run in runs}
    seen = [number in periods for number in range(max(periods) + 1)]
    # The first periods are before the first run, and the last may not be over.
    states = [sum(seen[end - of : end]) >= wanted for end in range(of + 1, len(seen) - 1)]
    assert states
    assert all(states)


@pytest.mark.parametrize("name", of_reconcile())
def test_an_alarm_goes_back_within_hours_of_the_finding_s_end_and_forgives_a_run(name: str) -> None:
    alarm = of_reconcile()[name]
    assert alarm["Statistic"] == "Maximum"
    assert alarm["OKActions"] == [{"Ref": "AlarmTopic"}]
    assert alarm["Period"] * alarm["EvaluationPeriods"] <= 24 * 3600
    assert alarm["Period"] >= TURN.total_seconds()
    assert alarm["EvaluationPeriods"] > alarm["DatapointsToAlarm"], "a run that failed ends no finding"


def test_what_parks_in_the_queue_of_failures_hides_nothing_that_comes_after() -> None:
    (alarm,) = (
        its
        for its in ALARMS.properties("AWS::CloudWatch::Alarm").values()
        if its["Dimensions"] == [{"Name": "QueueName", "Value": {"Ref": "FailuresQueue"}}]
    )
    # It counts what comes and not what lies there; and never says that it is well again, which nobody knows.
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Period"]) == ("NumberOfMessagesSent", "Sum", 300)
    assert "OKActions" not in alarm
    # What SQS moves there itself is not counted.
    queues = TEMPLATE.properties("AWS::SQS::Queue").values()
    assert FAILURES not in [its["RedrivePolicy"]["deadLetterTargetArn"] for its in queues if "RedrivePolicy" in its]


def test_no_metric_of_an_alarm_is_sent_where_nothing_is_found() -> None:
    code = (ROOT / "functions" / "reconcile.py").read_text()
    assert "metrics.log_metrics" not in code, "it would send what is empty too"
    assert "if counts[found]" in code


@pytest.mark.parametrize("function", ["enrich_catalog", "detect_milestones", "publish_stories"])
def test_a_record_that_goes_on_failing_has_an_alarm_though_no_function_fails(function: str) -> None:
    (alarm,) = (
        its
        for its in ALARMS.properties("AWS::CloudWatch::Alarm").values()
        if (its["MetricName"], its["Dimensions"]) == ("RecordsFailed", [{"Name": "service", "Value": function}])
    )
    assert (alarm["Period"], alarm["DatapointsToAlarm"]) == (300, 2), "a conflict with another process is over by then"
    assert 'add_metric("RecordsFailed"' in (ROOT / "functions" / f"{function}.py").read_text()


def test_a_refused_document_is_counted_under_the_name_that_an_alarm_watches() -> None:
    watched = [
        {dimension["Name"]: dimension["Value"] for dimension in its["Dimensions"]}
        for its in ALARMS.properties("AWS::CloudWatch::Alarm").values()
        if (its["Namespace"], its["MetricName"]) == ("Chartwatch", "DocumentsRefused")
    ]
    code = (ROOT / "functions" / "fetch_rankings.py").read_text()
    assert watched == [{"service": "fetch_rankings", "source": name} for name in scheduled_sources()]
    assert 'Metrics(service="fetch_rankings")' in code
    assert 'add_metric("DocumentsRefused"' in code
    assert 'add_dimension("source", source.name)' in code
    assert GLOBALS["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"] == "Chartwatch"


def test_every_source_that_is_scheduled_is_registered() -> None:
    assert [name for name in scheduled_sources() if name not in SOURCES] == []


@pytest.mark.parametrize("page", ["README.md", "docs/deploying.md"])
def test_the_documents_know_how_many_alarms_there_are(page: str) -> None:
    always = [its for its in ALARMS.resources("AWS::CloudWatch::Alarm").values() if "Condition" not in its]
    assert f"{len(always)} alarms" in (ROOT / page).read_text()


def test_the_dashboard_is_json() -> None:
    body = ALARMS.properties("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    assert json.loads(body)["widgets"]
