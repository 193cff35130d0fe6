"""The ledger tells which feeds are other ones than before, and no bulletin is read for that."""

from collections.abc import Mapping
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from chartwatch.adapters.memory import MemoryCharts, MemoryRecord
from chartwatch.domain.works.catalog import Catalog
from chartwatch.services.detect import Detector
from chartwatch.services.record import RecordedBulletins
from chartwatch.site.addresses import FeedFormat, feed_address
from chartwatch.site.feed_keys import WINDOW, bulletins_told, shown_in_feeds
from chartwatch.site.feeds import Site
from chartwatch.site.news import news_of
from chartwatch.site.topics import EVERYTHING
from tests.chronicle import Chronicle
from tests.courses import Run, arriving
from tests.recorded import entries
from tests.strategies import World, courses, examples, other_catalogs, period_of, worlds
from tests.unit.site.written_feeds import feed_files
from tests.unit.stories.netflix import FIRST_FROM, NEW, NTH, netflix

SITE = Site("https://charts.example.org/")


def keys_of(done: Run, catalog: Catalog) -> Mapping[str, object]:
    """Return what each feed shows, by its address."""
    ledgers = {chart: entries(done.store, chart) for chart in done.charts.charts()}
    shown = shown_in_feeds(ledgers, catalog.work)
    return {feed_address(topic.kind, topic.value, form): its for topic, its in shown.items() for form in FeedFormat}


def written_by(done: Run, catalog: Catalog) -> Mapping[str, bytes]:
    """Return all feeds, by their addresses."""
    ledgers = {chart: entries(done.store, chart) for chart in done.charts.charts()}
    recorded = RecordedBulletins(done.store)
    told = [recorded.bulletin(chart, n) for chart, its in ledgers.items() for n in bulletins_told(its.values())]
    return dict(feed_files(news_of(told), SITE, shown_in_feeds(ledgers, catalog.work)))


def as_run(chronicle: Chronicle) -> Run:
    assert isinstance(chronicle.charts, MemoryCharts)
    assert isinstance(chronicle.record, MemoryRecord)
    return Run(chronicle.charts, chronicle.record)


def keys(chronicle: Chronicle) -> Mapping[str, object]:
    return keys_of(as_run(chronicle), chronicle.catalog)


def written(chronicle: Chronicle) -> Mapping[str, bytes]:
    return written_by(as_run(chronicle), chronicle.catalog)


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


@given(worlds(), st.data())
@examples(60)
def test_whatever_arrives_a_feed_that_is_another_has_another_key(world: World, data: st.DataObject) -> None:
    course = data.draw(courses(world, other_facts=other_catalogs(world)))
    live_from = data.draw(st.sampled_from([None, date(2030, 1, 1)]))
    done = Run()
    shown, files = keys_of(done, Catalog()), written_by(done, Catalog())
    catalogs = [facts.catalog for facts in course.facts]
    earlier = {catalog.version: catalog for catalog in catalogs}.get
    for slot, facts, times in arriving(course, done.charts):
        catalog, rules = catalogs[facts], course.facts[facts].rule_set
        detector = Detector(done.charts, done.store, catalog, rules, live_from, earlier_catalog=earlier)
        for _ in range(times):
            done.bulletins += detector.detect(slot[0], period_of(slot))
        now, after = keys_of(done, catalog), written_by(done, catalog)
        assert now.keys() == after.keys()
        changed = {name for name in after if after[name] != files.get(name)}
        assert changed <= {name for name in now if now[name] != shown.get(name)}
        shown, files = now, after
