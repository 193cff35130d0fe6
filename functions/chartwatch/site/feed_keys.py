"""What tells one state of a feed from another, without any bulletin being read: the ledger says it."""

from collections.abc import Callable, Iterable, Mapping
from heapq import nlargest

from chartwatch.domain.milestones.ledger import LedgerEntry
from chartwatch.domain.works.work import Work
from chartwatch.site.topics import EVERYTHING, Topic, topics_about

WINDOW = 60
"""Bulletins of each chart that feeds tell, the latest: more than a year of weeks, and two months of days."""

Shown = tuple[str, int, tuple[int, ...]]
"""A slot, its last revision, and the bulletins of its revisions that feeds tell."""


def bulletins_told(entries: Iterable[LedgerEntry]) -> list[int]:
    """Return the numbers of a chart's bulletins that feeds tell, in their order, given all that is in its ledgers."""
    return sorted(nlargest(WINDOW, {number for entry in entries for number in entry.bulletins}))


def shown_in_feeds(
    charts: Mapping[str, Mapping[str, LedgerEntry]], work: Callable[[str], Work | None], topics: Iterable[Topic] = ()
) -> Mapping[Topic, list[Shown]]:
    """Return which feeds there are, sorted, and what each shows: with the same shown it is the same, byte for byte.

    `charts` has the entries of each chart's ledgers by slot, `work` knows works as the catalog in force does. `topics`
    have a feed, too, also while there is nothing in it. By which facts something was told the ledger knows only of what
    was sent: what was recorded only counts as shown in all feeds. It cannot tell of a slot that was told by other
    facts, when it was recorded only, than by those it was sent with later.
    """
    found: dict[Topic, list[Shown]] = {topic: [] for topic in (EVERYTHING, *topics)}
    in_all: list[Shown] = []
    for chart, entries in sorted(charts.items()):
        told = {*bulletins_told(entries.values())}
        for slot, entry in sorted(entries.items()):
            shown = (slot, entry.revision, tuple(number for number in entry.bulletins if number in told))
            its = _topics(chart, entry, work)
            for topic in its:
                of_topic = found.setdefault(topic, [])
                if shown[2]:
                    of_topic.append(shown)
            if shown[2] and EVERYTHING in its and _is_recorded_only(entry):
                in_all.append(shown)
    return {topic: [*its, *in_all] for topic, its in sorted(found.items())}


def _is_recorded_only(entry: LedgerEntry) -> bool:
    """Return whether nothing was sent of a slot that may have been told."""
    return entry.sent is None and not (entry.left_censored and len(entry.bulletins) == 1)


def _topics(chart: str, entry: LedgerEntry, work: Callable[[str], Work | None]) -> frozenset[Topic]:
    holders = (*entry.holders, *(entry.replaces.holders if entry.replaces else ()))
    works = [its for holder in holders if (its := work(holder.work_id))]
    return topics_about(chart, entry, works, entry.sent.attributes if entry.sent else {})
