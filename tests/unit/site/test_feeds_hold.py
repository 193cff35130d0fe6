"""Whatever arrives in whatever order, feeds end with what is so, and have marked all that is not."""

from collections.abc import Mapping
from datetime import date
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from chartwatch.domain.milestones.milestone import Milestone
from chartwatch.site.became import Became
from chartwatch.site.feed_files import ATOM, TOMBSTONES, atom_of
from chartwatch.site.feeds import Site, feed_of
from chartwatch.site.news import News, RevisionKey, news_of
from chartwatch.site.topics import EVERYTHING
from tests.courses import Run, run
from tests.strategies import START, World, courses, examples, other_catalogs, other_facts, worlds
from tests.unit.site.written_feeds import feed_files

SITE = Site("https://charts.example.org/")
LIVE_FROM = st.sampled_from([None, START, date(2030, 1, 1)])


def revisions(done: Run) -> Mapping[RevisionKey, Milestone]:
    return {
        RevisionKey(m.slot, m.revision): m
        for bulletin in done.bulletins
        for m in (change.milestone for change in bulletin.changes)
    }


def unfollowed(news: list[News]) -> list[tuple[News, RevisionKey]]:
    """Return what is left to stand: the revisions told of which nothing became since."""
    return [
        (its, told.revision)
        for its in news
        for told in its.milestones
        if told.revision.slot not in its.followed and not {*its.followed} - {t.revision.slot for t in its.milestones}
    ]


def says(m: Milestone) -> tuple[object, ...]:
    """Return what a revision says, but for the names of works, which may be others later.

    Two works of one title, of which nobody could say which it is, may be one by then.
    """
    holders = {(its.title, its.since, its.group or "") for its in m.holders}
    return m.is_held, m.is_certain, sorted((since, group) for _, since, group in holders)


@given(worlds(), st.data())
@examples(150)
def test_what_feeds_let_stand_is_so(world: World, data: st.DataObject) -> None:
    done = run(data.draw(courses(world, other_facts=other_catalogs(world))), data.draw(LIVE_FROM))
    told, last = revisions(done), done.record()
    for _, revision in unfollowed(news_of(done.bulletins)):
        now = last[revision.slot]
        if now.moved_to is None:
            assert says(told[revision]) == says(now), revision


@given(worlds(), st.data())
@examples(100)
def test_whatever_takes_back_what_feeds_told_is_told(world: World, data: st.DataObject) -> None:
    done = run(data.draw(courses(world, other_facts=other_facts())), data.draw(LIVE_FROM))
    news = news_of(done.bulletins)
    told = {its.revision for each in news for its in each.milestones}
    slots: set[str] = set()
    for bulletin in done.bulletins:
        for change in bulletin.changes:
            m = change.milestone
            if change.takes_back and m.slot in slots:
                assert RevisionKey(m.slot, m.revision) in told
            if RevisionKey(m.slot, m.revision) in told:
                slots.add(m.slot)


@given(worlds(), st.data())
@examples(100)
def test_every_feed_is_in_order_and_names_what_it_follows(world: World, data: st.DataObject) -> None:
    done = run(data.draw(courses(world, other_facts=other_facts())), data.draw(LIVE_FROM))
    news = news_of(done.bulletins)
    assert len({its.key for its in news}) == len(news)
    for place, its in enumerate(news):
        assert all(news.index(old) > place and old.at <= its.at for old in its.follows)
        assert all(its.topics >= old.topics for old in its.follows)
        assert (its.became in (Became.NEW, Became.CORRECTED, Became.RETRACTED)) or its.follows
    feed = ElementTree.fromstring(atom_of(feed_of(news, EVERYTHING, SITE), SITE))
    ids = [entry.text for entry in feed.iterfind(f"{{{ATOM}}}entry/{{{ATOM}}}id")]
    assert len(set(ids)) == len(ids)
    updated = {entry.findtext(f"{{{ATOM}}}id"): entry.findtext(f"{{{ATOM}}}updated", "") for entry in feed}
    for stone in feed.iterfind(f"{{{TOMBSTONES}}}deleted-entry"):
        # RFC 6721, 3: an entry that was updated later than its tombstone says is not deleted.
        assert updated.get(stone.get("ref"), "") <= stone.get("when", "")
    assert dict(feed_files(news_of(done.bulletins), SITE)) == dict(feed_files(news, SITE))
