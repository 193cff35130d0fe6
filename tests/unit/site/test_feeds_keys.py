"""The ledger tells which feeds are other ones than before, and no bulletin is read for that."""

from collections.abc import Mapping

from chartwatch.services.record import RecordedBulletins
from chartwatch.site.addresses import FeedFormat, feed_address
from chartwatch.site.feed_files import feed_files
from chartwatch.site.feed_keys import WINDOW, bulletins_told, shown_in_feeds
from chartwatch.site.feeds import Site
from chartwatch.site.news import news_of
from chartwatch.site.topics import EVERYTHING
from tests.chronicle import Chronicle
from tests.recorded import entries
from tests.unit.stories.netflix import FIRST_FROM, NEW, NTH, netflix

SITE = Site("https://charts.example.org/")


def keys(chronicle: Chronicle) -> Mapping[str, object]:
    """Return what each feed shows, by its address."""
    shown = shown_in_feeds({chronicle.chart.id: entries(chronicle.record, chronicle.chart.id)}, chronicle.catalog.work)
    return {feed_address(topic.kind, topic.value, form): its for topic, its in shown.items() for form in FeedFormat}


def written(chronicle: Chronicle) -> Mapping[str, bytes]:
    """Return all feeds, by their addresses."""
    chart = chronicle.chart.id
    ledgers = entries(chronicle.record, chart)
    told = RecordedBulletins(chronicle.record)
    news = news_of([told.bulletin(chart, number) for number in bulletins_told(ledgers.values())])
    return dict(feed_files(news, SITE, shown_in_feeds({chart: ledgers}, chronicle.catalog.work)))


def test_a_feed_that_is_another_has_another_key() -> None:
    chronicle = netflix(NEW, FIRST_FROM, NTH)
    days = ["Ozark", "Squid Game", "Ozark", None, "Who Killed Sara?", "All of Us Are Dead"]
    steps = [
        *enumerate(days),
        (3, "Squid Game"),
        (1, "Who Killed Sara?"),
        (1, "Ozark"),
        (4, "Ozark"),
        (1, "Squid Game"),
    ]
    shown, files = dict(keys(chronicle)), dict(written(chronicle))
    for number, title in steps:
        if title is None:
            continue
        chronicle.arrives(number, US=title)
        now, after = keys(chronicle), written(chronicle)
        assert now.keys() == after.keys()
        assert {name for name in after if after[name] != files.get(name)} <= {
            name for name in now if now[name] != shown.get(name)
        }
        shown, files = dict(now), dict(after)


def test_a_new_number_one_alone_makes_no_feed_another_but_that_of_its_rule() -> None:
    chronicle = netflix(NEW, NTH)
    for number, title in enumerate(["Ozark", "Squid Game"]):
        chronicle.arrives(number, US=title)
    before = keys(chronicle)
    chronicle.arrives(2, US="Ozark")
    after = keys(chronicle)
    assert {name for name in after if after[name] != before[name]} == {
        "feeds/rules/new-number-one.atom",
        "feeds/rules/new-number-one.json",
    }


def test_feeds_tell_the_latest_bulletins_and_stay_where_nothing_is_left_in_them() -> None:
    chronicle = netflix(NEW, NTH)
    for number in range(WINDOW + 10):
        chronicle.arrives(number, US="Squid Game" if number == 1 else f"Work {number}")
    assert len(bulletins_told(entries(chronicle.record, chronicle.chart.id).values())) == WINDOW
    shown = shown_in_feeds({chronicle.chart.id: entries(chronicle.record, chronicle.chart.id)}, chronicle.catalog.work)
    assert shown[EVERYTHING] == []
    assert b"<entry>" not in written(chronicle)["feeds/origins/KR.atom"]
    assert written(chronicle)["feeds/rules/new-number-one.atom"].count(b"<entry>") == WINDOW
