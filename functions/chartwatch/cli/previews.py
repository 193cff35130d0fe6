"""What a filter would have let through of a history: its latest year, told as if it had been live."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple

from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.cli.histories import open_published
from chartwatch.cli.lists import cut_to_latest
from chartwatch.cli.replay import Stores
from chartwatch.domain import words
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.stories.filters import Filter
from chartwatch.domain.stories.message import Message
from chartwatch.domain.stories.story import Story
from chartwatch.domain.works.catalog import Catalog
from chartwatch.errors import OptionError
from chartwatch.rules import default_rules, included_rules
from chartwatch.services.detect import Detector
from chartwatch.services.ports import ChartStore, PublicationUpdate
from chartwatch.services.publish import messages

WEEKS = 52
"""How far back a preview looks, from the latest period that there is."""

LATEST = 20
"""Messages that a person is shown unless they ask for more."""


class Past(NamedTuple):
    """What a preview is made of: publications, and the catalog and the rules by which they are told."""

    charts: ChartStore
    catalog: Catalog
    rules: RuleSet


@contextmanager
def open_past(specs: Sequence[str], stack: str | None, catalog: Path | None) -> Iterator[Past]:
    """Yield the history of a deployment, by its own catalog and rules, or that of files, by the default rules.

    Raises what `open_published` raises.
    """
    if specs or stack is None:
        with open_published(specs, stack, catalog) as published:
            yield Past(published.charts, published.catalog, default_rules())
        return
    if catalog is not None:
        raise OptionError("--catalog", "is for --from; a deployment goes by its own")
    from chartwatch.adapters.workstation import deployed_stores  # noqa: PLC0415  # files are read without boto3

    with deployed_stores(stack) as deployed:
        yield Past(deployed.charts, deployed.catalogs.current(), included_rules(deployed.parameters["RulesFile"]))


class Sent(NamedTuple):
    """A message that would have been sent, and the period of its publication."""

    period: date
    message: Message


class Told(NamedTuple):
    """All that would have been sent of the periods from `first` to `last`, both included, in its order."""

    first: date
    last: date
    sent: Sequence[Sent]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a filter lets through of the stories, or of the digests, that would have been `sent`."""

    first: date
    last: date
    sent: Sequence[Sent]
    passed: Sequence[Sent]

    @property
    def weeks(self) -> Sequence[int]:
        """How many messages come in each week, the latest first; a week ends on the weekday of `last`."""
        counts = [0] * ((self.last - self.first).days // 7 + 1)
        for one in self.passed:
            counts[(self.last - one.period).days // 7] += 1
        return counts


def told(past: Past) -> Told | None:
    """Return what the latest year of a history would have told, had each publication come live; None without any.

    What was published before is known by then. Each publication is as it is stored now.
    """
    publications = sorted(
        (
            replace(publication, chart=replace(publication.chart, live_from=None))
            for chart in past.charts.charts()
            for publication in past.charts.summaries(chart)
        ),
        key=lambda publication: (publication.period, publication.chart.id),
    )
    if not publications:
        return None
    last = publications[-1].period
    first = max(publications[0].period, last - timedelta(weeks=WEEKS, days=-1))
    stores = Stores()
    detector = Detector(stores.charts, stores.record, past.catalog, past.rules, first)
    before = [publication for publication in publications if publication.period < first]
    stores.charts.put(PublicationUpdate(publication, {}) for publication in before)
    known = stores.charts.charts()
    for chart in known:
        detector.rebuild(chart, commit=True)
    for chart in known:
        # By now the names that a provider's other charts have proved are there to be lent.
        detector.reconsider(chart)
    bulletins: list[Bulletin] = []
    for publication in publications[len(before) :]:
        stores.charts.put([PublicationUpdate(publication, {})])
        bulletins += detector.detect(publication.chart.id, publication.period)
    return Told(first, last, [Sent(its.period, message) for its in bulletins for message in messages(its, LIMITS)])


def preview_of(year: Told | None, wanted: Filter, *, digests: bool) -> Preview | None:
    """Return what a filter lets through of what was told; None where nothing is published."""
    if year is None:
        return None
    sent = [one for one in year.sent if isinstance(one.message, Story) is not digests]
    return Preview(year.first, year.last, sent, [its for its in sent if wanted.lets_through(its.message.attributes)])


def preview_lines(found: Preview | None, what: str, limit: int | None) -> Iterator[str]:
    """Yield the latest messages that a filter lets through, oldest first, and how many there are; `what` names one."""
    if found is None:
        yield "nothing is published yet"
        return
    yield from cut_to_latest(found.passed, lambda one: [f"{one.period}  {one.message.subject}"], limit, most=LATEST)
    weeks = found.weeks
    number = f"{len(found.passed)} of {words.counted(len(found.sent), what)}"
    yield (
        f"{number} in {words.counted(len(weeks), 'week')}, {words.span(found.first, found.last)}: "
        f"{median(weeks):g} a week in the median, {max(weeks)} at most"
    )
    yield "Told as if it had been live, from what is stored now: what was corrected meanwhile is not among them."
