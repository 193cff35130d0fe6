"""Topics: what there are feeds of, and which of them are about a milestone."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from chartwatch.domain.milestones.attributes import Attributes
from chartwatch.domain.milestones.ledger import LedgerEntry
from chartwatch.domain.milestones.milestone import Milestone, WorkFacts
from chartwatch.domain.rules.kinds import priority_of
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.works.work import Work
from chartwatch.site.addresses import FeedKind


class Topic(NamedTuple):
    """What a feed is about, and of which value: `(FeedKind.ORIGIN, "KR")`."""

    kind: FeedKind
    value: str


EVERYTHING = Topic(FeedKind.ALL, "")


def topics_about(
    chart: str, stated: Milestone | LedgerEntry, works: Iterable[WorkFacts | Work], sent: Attributes
) -> frozenset[Topic]:
    """Return the topics of a milestone of these works. One that says no more than a new #1 is in that of its rule.

    Those of what was `sent` of its slot before are among them, so that whoever read that reads what became of it.
    """
    of_rule = Topic(FeedKind.RULE, stated.rule)
    if priority_of(stated.kind, stated.n) <= Priority.CHANGE:
        return frozenset({of_rule})
    its = (topic for work in works for topic in _of_work(work))
    return frozenset({of_rule, EVERYTHING, Topic(FeedKind.CHART, chart), *its, *_of_sent(sent)})


def _of_work(work: WorkFacts | Work) -> Iterator[Topic]:
    yield from (Topic(FeedKind.ORIGIN, country) for country in work.origin_countries)
    yield from (Topic(FeedKind.CREATOR, name) for name in (*work.creators, *work.featured))
    if work.original_language:
        yield Topic(FeedKind.LANGUAGE, work.original_language)


def _of_sent(sent: Attributes) -> Iterator[Topic]:
    for kind, name, start in (
        (FeedKind.ORIGIN, "origin_countries", ""),
        (FeedKind.LANGUAGE, "language", ""),
        (FeedKind.CREATOR, "facts", "creator="),
    ):
        said = sent.get(name, ())
        for value in (said,) if isinstance(said, str) else said if isinstance(said, tuple) else ():
            if value.startswith(start):
                yield Topic(kind, value.removeprefix(start))
