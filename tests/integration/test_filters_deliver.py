"""Filters of every pair of options, of which SNS, as moto simulates it, delivers what their previews name.

The stories and digests are those of Netflix's file of 2022-02-27, in the folder that $CHARTWATCH_DATA names: each is
published once to a topic that has a queue for each filter.
"""

import json
import os
from collections.abc import Mapping
from itertools import combinations
from math import prod
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sqs import sqs_backends

from chartwatch.adapters.sns import ONE_ATTEMPT, SnsSubscribers, SnsTopic
from chartwatch.adapters.sns_limits import LIMITS, MAX_COMBINATIONS, MAX_KEYS
from chartwatch.cli.asked_filters import Asked
from chartwatch.cli.histories import open_published
from chartwatch.cli.previews import Past, Told, preview_of, told
from chartwatch.cli.replay import replay
from chartwatch.cli.sample_chart import open_sample
from chartwatch.domain.stories.filters import Filter
from chartwatch.domain.stories.message import id_in_event
from chartwatch.domain.stories.story import Story
from chartwatch.errors import OptionError
from chartwatch.rules import default_rules
from chartwatch.services.publish import messages
from tests.pairwise import pairwise

DATA = Path(os.environ.get("CHARTWATCH_DATA", ""))

needs_charts = pytest.mark.skipif("CHARTWATCH_DATA" not in os.environ, reason="CHARTWATCH_DATA names no folder")

CHARTS = ("netflix-weekly-films", "netflix-weekly-tv")
RULES = tuple(default_rules().versions)

OPTIONS: Mapping[str, tuple[Any, ...]] = {
    "origins": ((), ("KR",), ("US",), ("South Korea", "Spain", "Japan", "MX", "IN")),
    "territories": ((), ("US",), ("KR", "Japan", "GB", "MX"), ("BR", "DE", "ES", "FR", "IN", "IT", "Martinique", "NG")),
    "languages": ((), ("ko",), ("English",), ("es", "ja", "hi", "ar", "Turkish")),
    "kinds": ((), ("series",), ("film",), ("film", "series")),
    "rules": (
        (),
        ("new-number-one",),
        ("first-from-country", "first-in-language", "nth-non-english-title"),
        ("number-one-in-n-territories", "longest-reign", "nth-non-english-series"),
    ),
    "min_priority": (None, 2, 3, 4),
    "charts": ((), CHARTS[:1], CHARTS[1:], CHARTS),
}
"""Values of each option, as codes or by name; first that it is not given."""

OF_FIVE: tuple[Mapping[str, Any], ...] = (
    {"origins": ("KR",), "languages": ("ko",), "kinds": ("series",), "min_priority": 2, "charts": CHARTS},
    {
        "origins": ("US",),
        "territories": ("US",),
        "languages": ("en",),
        "kinds": ("film",),
        "rules": ("new-number-one",),
    },
)
"""Filters of as many options as SNS takes."""

OF_ONE: tuple[Mapping[str, Any], ...] = tuple({option: its[1]} for option, its in OPTIONS.items())


def is_possible(row: Mapping[str, Any]) -> bool:
    """Return whether SNS takes a policy of these options, which are at most four, so that something passes it."""
    given = [its for its in row.values() if its not in ((), None)]
    return len(given) < MAX_KEYS and prod(len(its) for its in given if isinstance(its, tuple)) <= MAX_COMBINATIONS


ROWS = pairwise(OPTIONS, is_possible)


@pytest.fixture(scope="module")
def year() -> Told:
    with open_published([f"netflix-countries:{DATA / 'netflix-countries-2022-02-27.tsv'}"], None, None) as published:
        found = told(Past(published.charts, published.catalog, default_rules()))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def wanted() -> list[tuple[Filter, bool]]:
    """Return the filters, and whether each is of digests."""
    stories = [(Asked(**row).filter(CHARTS, RULES), False) for row in (*ROWS, *OF_ONE, *OF_FIVE)]
    return stories + [(Asked(charts=charts, digest=True).filter(CHARTS, RULES), True) for charts in OPTIONS["charts"]]


def test_the_filters_have_every_pair_of_values_that_sns_takes() -> None:
    for one, other in combinations(OPTIONS, 2):
        pairs = {(row[one], row[other]) for row in ROWS}
        assert len(pairs) == len(OPTIONS[one]) * len(OPTIONS[other])
    assert 40 <= len(ROWS) <= 70


@needs_charts
def test_sns_delivers_by_each_filter_exactly_what_its_preview_names(
    year: Told, wanted: list[tuple[Filter, bool]]
) -> None:
    session = boto3.Session("testing", "testing", region_name="eu-west-1")
    with mock_aws():
        sns, sqs = session.client("sns", config=ONE_ATTEMPT), session.client("sqs")
        topics = {kind: sns.create_topic(Name=kind)["TopicArn"] for kind in ("stories", "digests")}
        subscribers, came = SnsSubscribers(sns, [*topics.values()]), [list[str]() for _ in wanted]
        failures = "arn:aws:sqs:eu-west-1:123456789012:failures"
        for number, (its, of_digests) in enumerate(wanted):
            url = sqs.create_queue(QueueName=f"queue-{number}")["QueueUrl"]
            queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
            subscribers.subscribe(topics["digests" if of_digests else "stories"], "sqs", queue, its.policy, failures)
        for number, (_, message) in enumerate(year.sent, 1):
            topic = topics["stories" if isinstance(message, Story) else "digests"]
            SnsTopic(sns, topic).publish(message)
            if number % 50 == 0 or number == len(year.sent):
                queues = sqs_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].queues.values()
                came = [ids + taken_from(queue) for ids, queue in zip(came, queues, strict=True)]
    named = [
        sorted(one.message.id for one in found.passed)
        for its, of_digests in wanted
        if (found := preview_of(year, its, digests=of_digests))
    ]
    assert [sorted(ids) for ids in came] == named
    stories = sum(isinstance(message, Story) for _, message in year.sent)
    assert (stories, len(year.sent) - stories) == (697, 70)
    # They tell the filters apart.
    assert len({tuple(ids) for ids in named if ids}) >= 40


def taken_from(queue: Any) -> list[str]:
    """Take all messages out of a queue of moto's, which is slow once it holds many, and return their ids."""
    ids = [id_in_event(message.body) or "" for message in queue.messages]
    queue._messages.clear()
    return ids


@pytest.mark.parametrize("left_out", [None, *OPTIONS])
def test_what_sns_would_refuse_for_its_many_options_is_refused_before(left_out: str | None) -> None:
    row = {option: its[1] for option, its in OPTIONS.items() if option != left_out}
    with pytest.raises(OptionError, match=rf"asks for {len(row)} things, and SNS filters by 5 at most; leave one out"):
        Asked(**row).filter(CHARTS, RULES)
    assert refused_by_moto({str(number): ["x"] for number in range(len(row))})


@pytest.mark.parametrize("values", [(13, 12), (6, 6, 5), (151,)])
def test_what_sns_would_refuse_for_its_many_values_is_refused_before(values: tuple[int, ...]) -> None:
    charts = [f"chart-{number}" for number in range(values[0])]
    territories = ("AR", "AU", "AT", "BE", "BR", "CA", "CL", "CO", "DK", "EG", "ES", "FR")[: sum(values[1:2])]
    languages = ("ar", "da", "de", "en", "es")[: sum(values[2:])]
    asked = Asked(charts=charts, territories=territories, languages=languages)
    with pytest.raises(OptionError, match=r"and SNS takes 150 at most; ask for fewer values, or subscribe several"):
        asked.filter(charts, RULES)
    assert refused_by_moto({str(number): ["x"] * count for number, count in enumerate(values)})


def refused_by_moto(policy: Mapping[str, Any]) -> bool:
    session = boto3.Session("testing", "testing", region_name="eu-west-1")
    with mock_aws():
        sns = session.client("sns")
        topic = sns.create_topic(Name="stories")["TopicArn"]
        try:
            said = {"FilterPolicy": json.dumps(policy)}
            sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="me@example.org", Attributes=said)
        except sns.exceptions.InvalidParameterException:
            return True
    return False


def test_a_year_is_told_as_a_replay_tells_it_and_what_came_before_is_known() -> None:
    source, file = open_sample()
    with open_published(["sample"], None, None) as published:
        past = Past(published.charts, published.catalog, default_rules())
        found = told(past)
    assert found is not None
    live = replay([file], source, past.catalog, past.rules, live_from=found.first)
    expected = [
        (bulletin.period, message.subject, message.attributes)
        for bulletin in live
        for message in messages(bulletin, LIMITS)
    ]
    assert [(period, message.subject, message.attributes) for period, message in found.sent] == expected
    assert len(expected) > 50
    assert (found.last - found.first).days == 52 * 7 - 1
