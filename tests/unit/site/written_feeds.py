"""The feeds that news has, written, for claims about them."""

from collections.abc import Iterable, Iterator, Sequence

from chartwatch.site.addresses import FeedFormat
from chartwatch.site.feed_files import atom_of, json_of
from chartwatch.site.feeds import Site, feed_of
from chartwatch.site.news import News
from chartwatch.site.topics import EVERYTHING, Topic


def topics_of(news: Iterable[News]) -> list[Topic]:
    """Return what there are feeds of, sorted; always one of everything."""
    return sorted({EVERYTHING}.union(*(its.topics for its in news)))


def feed_files(news: Sequence[News], site: Site, topics: Iterable[Topic] | None = None) -> Iterator[tuple[str, bytes]]:
    """Yield address and content of the feeds of some topics, or of all that there are; `news` is the newest first."""
    for topic in topics_of(news) if topics is None else topics:
        feed = feed_of(news, topic, site)
        yield feed.address(FeedFormat.ATOM), atom_of(feed, site)
        yield feed.address(FeedFormat.JSON), json_of(feed, site)
