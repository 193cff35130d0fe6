"""Schedule expressions mean what EventBridge Scheduler makes of them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chartwatch.services.cost import times_between
from chartwatch.services.schedules import WATCH, FetchSchedule, asked_of, read_expression

NOW = datetime(2026, 11, 28, 20, 0, tzinfo=UTC)  # a Saturday


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "before", "after"),
    [
        ("cron(0 20 ? * TUE *)", "2026-11-24 20:00", "2026-12-01 20:00"),
        ("cron(0 8,20,22 ? * TUE,WED *)", "2026-11-25 22:00", "2026-12-01 08:00"),
        ("cron(30 9 * * ? *)", "2026-11-28 09:30", "2026-11-29 09:30"),
        ("cron(0/15 * * * ? *)", "2026-11-28 20:00", "2026-11-28 20:15"),
        ("cron(0 0 1 * ? *)", "2026-11-01 00:00", "2026-12-01 00:00"),
        ("cron(0 12 L * ? *)", "2026-10-31 12:00", "2026-11-30 12:00"),
        ("cron(0 12 LW * ? *)", "2026-10-30 12:00", "2026-11-30 12:00"),
        ("cron(0 12 15W * ? *)", "2026-11-16 12:00", "2026-12-15 12:00"),
        ("cron(0 12 1W * ? *)", "2026-11-02 12:00", "2026-12-01 12:00"),
        ("cron(0 12 ? * 6L *)", "2026-11-27 12:00", "2026-12-25 12:00"),
        ("cron(0 12 ? * 3#1 *)", "2026-11-03 12:00", "2026-12-01 12:00"),
        ("cron(0 12 ? * MON-FRI *)", "2026-11-27 12:00", "2026-11-30 12:00"),
        ("cron(0 12 ? * 1,7 *)", "2026-11-28 12:00", "2026-11-29 12:00"),
        ("cron(0 12 ? JAN-MAR MON 2026-2027)", "2026-03-30 12:00", "2027-01-04 12:00"),
        ("cron(0 0 29 2 ? *)", None, "2028-02-29 00:00"),
        ("cron(0 0 1 1 ? 2099)", None, "2099-01-01 00:00"),
        ("cron(0 0 1 1 ? 2025)", "2025-01-01 00:00", None),
        ("rate(1 day)", "2026-11-27 20:00", "2026-11-29 20:00"),
        ("rate(15 minutes)", "2026-11-28 19:45", "2026-11-28 20:15"),
        ("at(2026-12-01T08:00:00)", None, "2026-12-01 08:00"),
        ("at(2026-11-01T08:00:00)", "2026-11-01 08:00", None),
    ],
)
def test_an_expression_is_due_before_and_after_a_moment(expression: str, before: str | None, after: str | None) -> None:
    when = read_expression(expression)
    assert (when.before(NOW), when.after(NOW)) == (before and at(before), after and at(after))


def test_times_of_another_zone_are_told_in_utc() -> None:
    when = read_expression("cron(0 9 * * ? *)", "America/New_York")
    assert when.after(NOW) == at("2026-11-29 14:00")
    assert when.after(at("2026-07-01 20:00")) == at("2026-07-02 13:00")


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("every day", "is no schedule such as"),
        ("rate(0 days)", "is no schedule such as"),
        ("rate(400 days)", "is less than once a year"),
        ("cron(0 9 * * *)", "has six fields"),
        ("cron(0 9 * * * *)", "is `?`"),
        ("cron(0 9 ? * ? *)", "is `?`"),
        ("cron(60 9 * * ? *)", "'60' is no value of the minutes: 0 to 59"),
        ("cron(0 25 * * ? *)", "'25' is no value of the hours: 0 to 23"),
        ("cron(0 9 0 * ? *)", "'0' is no value of the days of the month: 1 to 31"),
        ("cron(0 9 ? * SONNTAG *)", "'SONNTAG' is no value of the days of the week: 1 to 7, or SUN to SAT"),
        ("cron(0 9 ? * 3#6 *)", "is no day of the week of a month"),
        ("cron(0 9 * 5-3 ? *)", "ends before it begins"),
        ("cron(0/x 9 * * ? *)", "is no step"),
        ("cron(0 9 * * ? 1066)", "'1066' is no value of the years"),
        ("cron(² 9 * * ? *)", "is no value of the minutes"),
    ],
)
def test_what_scheduler_would_refuse_is_refused_in_a_sentence(expression: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        read_expression(expression)


fields = st.tuples(
    st.sampled_from(["0", "59", "0/7", "5,35", "*"]),
    st.sampled_from(["0", "23", "8-20/3", "*"]),
    st.sampled_from([("*", "?"), ("1,15", "?"), ("L", "?"), ("31", "?"), ("?", "TUE"), ("?", "2#5"), ("?", "1L")]),
    st.sampled_from(["*", "FEB", "1/3"]),
)
moments = st.integers(0, 3650 * 1440).map(lambda minutes: at("2020-01-01") + timedelta(minutes=minutes))


@settings(max_examples=100)
@given(fields, moments)
def test_no_time_lies_between_the_last_one_and_the_next(
    parts: tuple[str, str, tuple[str, str], str], now: datetime
) -> None:
    minutes, hours, (day, weekday), month = parts
    when = read_expression(f"cron({minutes} {hours} {day} {month} {weekday} *)")
    last, following = when.before(now), when.after(now)
    if following is None:
        # There is no 31 February.
        assert (day, month, last) == ("31", "FEB", None)
        return
    assert following > now
    assert when.before(following) == following
    if last is not None:
        assert last <= now
        assert when.after(last) == following
        assert times_between(when, last, following) == 1


def test_what_is_asked_for_is_the_same_text_whatever_the_order_of_options() -> None:
    one, other = ({"source": "csv", "options": its} for its in ({"a": 1, "b": 2}, {"b": 2, "a": 1}))
    assert asked_of(one) == asked_of(other) != asked_of({"source": "csv"})
    assert asked_of({"source": "csv", "accept": "x"}) == asked_of({"source": "csv", "options": {}})


def test_a_schedule_is_called_by_its_own_name_or_by_its_source() -> None:
    of_a_template = FetchSchedule("chartwatch-CsvFetch-ABC", {"source": "csv"}, "rate(1 day)")
    watch = FetchSchedule(f"{WATCH}songs", {"source": "csv"}, "rate(1 day)")
    assert (of_a_template.label, of_a_template.is_watch) == ("csv", False)
    assert (watch.label, watch.is_watch) == ("songs", True)
    assert watch.when().after(NOW) == NOW + timedelta(days=1)
