"""How a deployment stands: whatever needs a person is named, and what will be done without one is not."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.cli.status import Report, report_lines, report_object
from chartwatch.domain.charts.publications import Provenance
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import layer_of
from chartwatch.services.cost import Bill
from chartwatch.services.delivery_ports import Checkpoint, Standing, Subscriber
from chartwatch.services.pacing import Pace
from chartwatch.services.ports import Fetched, Held, Outcome
from chartwatch.services.publish import Publisher
from chartwatch.services.reconcile import GRACE, LEASE, PROOF_KEPT
from chartwatch.services.record import FOLD, FORMAT, RecordedBulletins
from chartwatch.services.schedules import FetchSchedule, asked_of
from chartwatch.services.status import Overview
from chartwatch.services.troubles import LONG, Seen, Status, Trouble
from tests.chronicle import CHANGE, SQUID, Chronicle
from tests.stores import Cloud
from tests.unit.test_publishing import Inbox

NOW = datetime(2022, 1, 3, 10, 0, tzinfo=UTC)
FETCHED = NOW - timedelta(minutes=30)
URL = "https://charts.example/daily.csv"
EVENT = {"source": "csv", "options": {"url": URL, "chart": "daily", "cadence": "day"}}
DAILY = FetchSchedule("watch.daily", EVENT, "cron(30 9 * * ? *)", created_at=NOW - timedelta(days=30))
NEWS, WITNESS = "arn:aws:sns:x:1:News", "arn:aws:sqs:x:1:Witness"
HEARS = Subscriber(NEWS, "arn:aws:sns:x:1:News:1", "sqs", WITNESS)
READER = Subscriber(NEWS, "arn:aws:sns:x:1:News:2", "email", "a@charts.example")


@dataclass
class Subscribed:
    """Who is subscribed to the topic of news."""

    everybody: list[Subscriber] = field(default_factory=lambda: [HEARS, READER])

    def current(self) -> Sequence[Subscriber]:
        return self.everybody

    def topics(self) -> Sequence[str]:
        return [NEWS]

    def news(self) -> Sequence[str]:
        return [NEWS]


class Place:
    """A deployment of one chart that is fetched by a watch and has two days; all is processed and sent."""

    def __init__(self) -> None:
        self.cloud = Cloud(clock=lambda: NOW)
        self.chronicle = Chronicle(CHANGE)
        self.subscribed = Subscribed()
        self.catalogs = self.cloud.catalogs()
        self.inbox = Inbox()
        self.schedules = [DAILY]
        self.others_off: list[str] = []
        self.failures: tuple[int, Sequence[str]] = (0, ())
        self.missed: tuple[int, Sequence[str]] = (0, ())
        self.webhooks: dict[str, int | None] = {"slack-0a1b": 0}
        self.written_at: Callable[[str, int], datetime] = lambda _chart, _number: NOW - timedelta(minutes=5)
        self.fetched(0, FETCHED, US="Ozark")
        self.fetched(1, FETCHED, US="Elite")
        self.noted(Outcome.ACCEPTED)
        self.sends()

    def fetched(self, number: int, at: datetime, *, processed: bool = True, **number_ones: Any) -> None:
        written = at.isoformat().replace("+00:00", "Z")
        self.chronicle.document = Provenance(URL, written, f"{number:064d}")
        (self.chronicle.arrives if processed else self.chronicle.stored)(number, **number_ones)

    def noted(self, outcome: Outcome, detail: str = "", at: datetime = FETCHED) -> None:
        self.cloud.fetches().note(Fetched(asked_of(EVENT), at, outcome, detail))

    def sends(self) -> None:
        bulletins = RecordedBulletins(self.chronicle.record)
        outbox, checkpoints = self.cloud.outbox(), self.cloud.checkpoints()
        publisher = Publisher(outbox, bulletins, checkpoints, self.inbox, self.inbox, limits=LIMITS, pace=Pace(1000))
        for bulletin in bulletins.bulletins("daily"):
            if publisher.publish(bulletin).is_whole:
                checkpoints.advance("daily", Checkpoint(bulletin.number))

    def status(self, now: datetime = NOW) -> Status:
        seen = Seen(
            charts=self.chronicle.charts,
            record=self.chronicle.record,
            catalogs=self.catalogs,
            outbox=self.cloud.outbox(),
            checkpoints=self.cloud.checkpoints(),
            subscribers=self.subscribed,
            fetches=self.cloud.fetches(),
            schedules=self.schedules,
            others_off=self.others_off,
            urls={its.name: URL for its in self.schedules},
            failures=self.failures,
            missed=self.missed,
            webhooks=self.webhooks,
            witness=WITNESS,
            written_at=self.written_at,
            limits=LIMITS,
        )
        return Overview(seen, now).status()

    def troubles(self, now: datetime = NOW) -> list[Trouble]:
        return [problem.trouble for problem in self.status(now).problems]


@pytest.fixture
def place() -> Place:
    return Place()


def test_of_a_deployment_that_is_well_nothing_is_wrong_and_nothing_waits(place: Place) -> None:
    status = place.status()
    assert (status.problems, status.waiting, status.unscheduled) == ((), (), ())
    (source,) = status.sources
    assert source.fetched
    assert (source.fetched.outcome, source.next_run) == (Outcome.ACCEPTED, datetime(2022, 1, 4, 9, 30, tzinfo=UTC))
    (chart,) = source.charts
    assert (chart.chart.id, str(chart.period), chart.late) == ("daily", "2022-01-02", None)
    assert chart.next_due == datetime(2022, 1, 4, 12, 0, tzinfo=UTC)


def test_a_chart_is_late_when_nothing_came_of_a_day_that_is_due(place: Place) -> None:
    later = NOW + timedelta(days=2)
    place.noted(Outcome.UNCHANGED, at=later - timedelta(minutes=30))
    (problem,) = place.status(later).problems
    assert (problem.trouble, problem.where) == (Trouble.CHART_LATE, "daily")
    assert problem.detail == "nothing of 2022-01-03 yet, which was due 2022-01-04 12:00 UTC"


def test_a_schedule_that_is_off_is_named(place: Place) -> None:
    place.schedules = [replace(DAILY, is_enabled=False)]
    assert place.troubles() == [Trouble.SCHEDULE_OFF]
    assert place.status().sources[0].next_run is None
    place.schedules, place.others_off = [DAILY], ["chartwatch-ReconcileRun-1"]
    assert place.troubles() == [Trouble.SCHEDULE_OFF]


@pytest.mark.parametrize(
    ("schedule", "last", "is_missed"),
    [
        (DAILY, timedelta(minutes=30), False),
        (DAILY, timedelta(days=2), True),
        (DAILY, None, True),
        (replace(DAILY, created_at=NOW - timedelta(minutes=1)), None, False),
        (replace(DAILY, expression="rate(1 hour)"), timedelta(hours=1), False),
        (replace(DAILY, expression="rate(1 hour)"), timedelta(hours=3), True),
        (replace(DAILY, expression="rate(1 hour)"), None, True),
        (replace(DAILY, expression="rate(1 day)", created_at=NOW - timedelta(hours=5)), None, False),
        (replace(DAILY, expression="cron(0 0 1 1 ? 2099)"), None, False),
        (replace(DAILY, expression="at(2021-12-31T10:00:00)"), timedelta(days=40), True),
        (replace(DAILY, expression="what nobody here understands"), None, False),
    ],
)
def test_a_fetch_that_did_not_come_at_its_time_is_missed(
    place: Place, schedule: FetchSchedule, last: timedelta | None, is_missed: bool
) -> None:
    place.schedules = [schedule]
    if last is None:
        # Nothing was ever fetched with these options.
        place.schedules = [replace(schedule, event={**EVENT, "options": {}})]
    else:
        place.noted(Outcome.ACCEPTED, at=NOW - last)
    now = NOW + timedelta(minutes=45)  # the last time was an hour and a quarter ago
    assert (Trouble.FETCH_MISSED in place.troubles(now)) is is_missed


@pytest.mark.parametrize(
    ("outcome", "trouble"),
    [
        (Outcome.FAILED, Trouble.FETCH_FAILED),
        (Outcome.REFUSED, Trouble.DOCUMENT_REFUSED),
        (Outcome.PARTLY, Trouble.DOCUMENT_REFUSED),
    ],
)
def test_a_fetch_that_came_to_nothing_good_is_named_until_the_next_one(
    place: Place, outcome: Outcome, trouble: Trouble
) -> None:
    place.noted(outcome, "it is a page of markup")
    (problem,) = place.status().problems
    assert (problem.trouble, problem.where) == (trouble, "daily")
    assert problem.detail == "2022-01-03 09:30 UTC: it is a page of markup"
    place.noted(Outcome.UNCHANGED)
    assert place.troubles() == []


def test_a_publication_waits_for_an_hour_and_then_needs_a_person(place: Place) -> None:
    place.fetched(2, FETCHED, processed=False, US="Ozark")
    assert [its.what for its in place.status().waiting] == ["daily: 1 publication of 2022-01-03, to be processed"]
    assert place.troubles() == []
    assert place.troubles(FETCHED + LONG) == [Trouble.PUBLICATION_UNPROCESSED]


def test_a_long_history_that_is_not_processed_is_one_thing_that_waits(place: Place) -> None:
    for number in range(2, 60):
        place.fetched(number, FETCHED, processed=False, US="Ozark")
    (waiting,) = place.status().waiting
    assert waiting.what == "daily: 58 publications of 2022-01-03 to 2022-03-01, to be processed"


def test_an_old_publication_that_was_revised_and_not_processed_is_found(place: Place) -> None:
    place.fetched(0, FETCHED, processed=False, US="Squid Game")
    assert [its.what for its in place.status().waiting] == ["daily: 1 publication of 2022-01-01, to be processed"]


def test_editions_that_are_set_aside_or_without_a_publication_are_named(place: Place) -> None:
    place.fetched(2, FETCHED, US="Ozark", KR="Squid Game")
    place.fetched(3, FETCHED, US="Ozark", KR=None)
    place.sends()
    (problem,) = place.status().problems
    assert problem.trouble is Trouble.EDITIONS_SET_ASIDE
    assert (problem.where, problem.detail) == ("daily of 2022-01-04", "South Korea")


def test_a_message_waits_for_an_hour_and_then_needs_a_person(place: Place) -> None:
    place.fetched(2, FETCHED, US="Squid Game")
    status = place.status()
    assert [its.what for its in status.waiting] == [
        "the story daily:00000003:squid, to be sent",
        "the story daily:00000003:digest, to be sent",
    ]
    assert status.problems == ()
    assert set(place.troubles(NOW + LONG)) == {Trouble.STORY_UNSENT}


def test_a_message_that_sns_refused_is_named_at_once(place: Place) -> None:
    place.inbox.refuses = {"daily:00000003:squid"}
    place.fetched(2, FETCHED, US="Squid Game")
    place.sends()
    (problem,) = place.status().problems
    assert (problem.trouble, problem.where) == (Trouble.STORY_REFUSED, "daily:00000003:squid")
    assert problem.advice == "`chartwatch resend daily:00000003:squid --stack {stack}`"


def test_a_message_in_doubt_is_under_way_first_then_the_witness_s_and_then_a_person_s(place: Place) -> None:
    place.fetched(2, FETCHED, US="Squid Game")
    story = "daily:00000003:squid"
    assert place.cloud.outbox().take(story)
    assert f"the story {story}, being sent" in [its.what for its in place.status().waiting]
    free, aged = NOW + LEASE + GRACE, NOW + PROOF_KEPT

    def said(now: datetime) -> str:
        return next(its.detail for its in place.status(now).problems if its.trouble is Trouble.STORY_IN_DOUBT)

    assert said(free).endswith("`reconcile` decides, if the witness proves anything")
    assert said(aged).endswith("only a person can decide")


def test_what_lies_in_the_queue_of_failures_is_named(place: Place) -> None:
    place.failures = (3, ("the function fetch", "a fetch of csv"))
    (problem,) = place.status().problems
    assert (problem.trouble, problem.where) == (Trouble.FAILURES, "3 messages")
    assert problem.detail == "the function fetch and a fetch of csv"


def test_what_the_witness_missed_is_named(place: Place) -> None:
    place.missed = (1, ("the story daily:00000002:elite",))
    (problem,) = place.status().problems
    assert (problem.trouble, problem.where) == (Trouble.WITNESS_MISSED, "1 message")


def test_what_waits_for_a_webhook_is_under_way_and_one_that_has_no_queue_is_named(place: Place) -> None:
    assert place.status().waiting == ()
    place.webhooks = {"discord-1": 1, "slack-2": 0, "teams-3": None, "webhook-4": 12}
    status = place.status()
    assert [(its.trouble, its.where) for its in status.problems] == [(Trouble.WEBHOOK_BROKEN, "teams-3")]
    assert status.problems[0].advice.startswith("`chartwatch webhooks remove teams-3 --stack {stack}`")
    assert [its.what for its in status.waiting] == [
        "the webhook discord-1: 1 message, to be delivered",
        "the webhook webhook-4: 12 messages, to be delivered",
    ]


@pytest.mark.parametrize("newer", [{"fold": FOLD + 1}, {"format": FORMAT + 1}])
def test_a_record_of_a_later_release_is_named_and_not_read(place: Place, newer: dict[str, int]) -> None:
    head = place.chronicle.head
    assert place.chronicle.record.swap(head, replace(head, version=head.version + 1, **newer))
    (problem,) = place.status().problems
    assert (problem.trouble, problem.where) == (Trouble.RECORD_UNREADABLE, "daily")
    assert "later version of Chartwatch" in problem.detail


def test_a_record_that_is_damaged_is_named_and_hides_no_other_chart_s_troubles(place: Place) -> None:
    head = place.chronicle.head
    lost = replace(head, version=head.version + 1, ledgers={2022: "lost"})
    assert place.chronicle.record.swap(head, lost)
    place.failures = (1, ())
    assert place.troubles() == [Trouble.RECORD_UNREADABLE, Trouble.FAILURES]


def test_subscribers_who_are_unconfirmed_or_gone_and_a_witness_who_is_not_there_are_named(place: Place) -> None:
    place.cloud.checkpoints().note_subscribers(frozenset(who.name for who in (HEARS, READER)))
    assert place.troubles() == []
    place.subscribed.everybody = [READER._replace(arn="")]
    found = {problem.trouble: problem for problem in place.status().problems}
    assert set(found) == {
        Trouble.WITNESS_MISSING,
        Trouble.SUBSCRIBER_UNCONFIRMED,
        Trouble.SUBSCRIBER_VANISHED,
    }
    assert found[Trouble.SUBSCRIBER_UNCONFIRMED].where == "email a@charts.example of News"
    assert found[Trouble.SUBSCRIBER_VANISHED].where == "News"


def test_what_an_audit_found_and_what_of_the_catalog_waits_are_named(place: Place) -> None:
    place.cloud.checkpoints().note_audit("daily", (Standing("RecordDiffers", "1 milestone", 1),))
    place.catalogs.hold(Held(Layer.STARTER, layer_of([SQUID], Layer.STARTER, "starter"), ("nth:daily:US:1",)))
    found = {problem.trouble: problem for problem in place.status().problems}
    assert set(found) == {Trouble.RECORD_DIFFERS, Trouble.CATALOG_CHANGE_HELD}
    assert "would take back 1 sent milestone (nth:daily:US:1" in found[Trouble.CATALOG_CHANGE_HELD].detail


def test_works_without_facts_are_told_and_need_no_person_at_once(place: Place) -> None:
    place.fetched(2, FETCHED, US="A Riddle")
    place.sends()
    status = place.status()
    assert status.problems == ()
    assert [work.title for work in status.unknown if work.title == "A Riddle"] == ["A Riddle"]
    assert {fact for work in status.unknown for fact in work.lacks} == {"original_language", "origin_countries"}


def test_a_chart_that_no_schedule_fetches_is_told(place: Place) -> None:
    place.schedules = []
    assert [state.chart.id for state in place.status().unscheduled] == ["daily"]


# As a person reads it.


def test_what_is_wrong_comes_first_the_worst_before_all_and_of_many_some_are_shown(place: Place) -> None:
    place.failures = (1, ("the function fetch",))
    place.noted(Outcome.FAILED, "it does not answer")
    for number in range(2, 10):
        place.fetched(number, FETCHED, US=("Squid Game", "Elite")[number % 2])
    status = place.status(NOW + LONG)
    lines = list(report_lines(Report("charts", NOW, status, Bill(NOW, NOW, ()))))
    assert lines[0] == "18 things wrong in charts:"
    kinds = [line.split(":")[0].removeprefix("* ") for line in lines if line.startswith("* ")]
    assert kinds == [*["story not sent"] * 6, "failures", "fetch failed"]
    assert "* story not sent: and 11 more; --format json has all" in lines
    assert "  `chartwatch fetch daily --stack charts` tries again" in lines
    (written,) = report_object(Report("charts", NOW, status, Bill(NOW, NOW, ())))
    as_json = json.loads(written)
    assert (as_json["is_well"], len(as_json["problems"])) == (False, 18)
    assert {"trouble": "failures", "where": "1 message"}.items() <= as_json["problems"][16].items()


def test_of_a_deployment_that_is_well_a_person_sees_its_sources_and_nothing_above(place: Place) -> None:
    first, *lines = report_lines(Report("charts", NOW, place.status(), Bill(NOW, NOW, ())))
    assert first.split() == ["source", "last", "fetch", "last", "publication", "next", "fetch"]
    assert lines[0].split("  ")[0] == "daily"
    assert not [line for line in (first, *lines) if line.startswith("*")]
