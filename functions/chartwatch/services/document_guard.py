"""What a document is held against before it is accepted: what is stored, the calendar, and what can be stored."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Sized
from datetime import date
from itertools import groupby, pairwise
from typing import NamedTuple

from chartwatch.document_errors import (
    EditionTooLarge,
    HistoryRewritten,
    HistoryShrank,
    OtherProvider,
    PeriodMisplaced,
    PeriodToCome,
    PeriodTooEarly,
    SourceError,
    SourceTruncated,
)
from chartwatch.domain.charts.chart import Cadence, Era
from chartwatch.domain.charts.publications import ALL_TERRITORIES, Provenance, Publication, PublicationSummary
from chartwatch.domain.charts.revisions import RevisionKind, Revisions
from chartwatch.domain.charts.versions import MAX_EDITION, size_of
from chartwatch.services.archived import VersionReader
from chartwatch.services.dropped import is_expected, territories_in
from chartwatch.services.ports import ChartStore
from chartwatch.services.updating import Stored, updates

MAX_REPLACED, MAX_REPLACED_ROWS = 0.05, 50
"""Share of the rows of old periods, and a number that is always allowed, that one document may give to other works.

The most that Netflix's files did is 2.2 % (2021-12-08, by country; 2.5 % of the global file the same day).
"""

MAX_NEW_TOPS, MAX_NEW_TOP_ROWS = 0.01, 10
"""The same for rank 1 alone. The most seen is one of 3,948."""

MAX_TERRITORIES_GONE = 0.2
"""Share of a period's territories that a document, or the next period, may lack where each is the whole history.

One always may. Of Netflix's 94 by country one left (Russia, 2022).
"""

MOST_NAMED = 5
"""Editions or periods that a notice names; further ones are counted."""

EARLIEST = date(1890, 1, 1)
"""Before it nobody charted what people watch, hear or read: bestsellers have been listed since 1895."""

NEVER = date(2200, 1, 1)
"""From then on a date stands for something else, as 9999-12-31 does for "open", whenever a document was fetched."""

ALWAYS_FIT = 100
"""Ranks that are not measured: 2,500 bytes each would be too many, and a row has some 60."""

_HOW_TO_ACCEPT = 'to accept it all the same, give its SHA-256 to `replay --accept`, or as "accept" to fetch_rankings:'


class Notice(NamedTuple):
    """What a person should know of a document that was accepted: the name of what was found, and a sentence."""

    found: str
    detail: str


EDITIONS_SET_ASIDE = "EditionsSetAside"
"""Editions that are not whole were left out."""

EDITIONS_GONE = "EditionsGone"
"""Editions that were published before are gone from the document; they stay."""

PERIODS_GONE = "PeriodsGone"
"""Periods that were published before are gone from the document; they stay."""

PERIODS_LEFT_OUT = "PeriodsLeftOut"
"""Periods that nobody can mean were left out of a document that a person has accepted."""


class Guard:
    """Judges one document by what is stored; `notices` are what it finds that is no reason to reject it."""

    def __init__(self, source: str, provenance: Provenance, *, is_accepted: bool) -> None:
        """`is_accepted`: a person has accepted the document, so that nothing of it is rejected that one can judge."""
        self._source = source
        self._provenance = provenance
        self._is_accepted = is_accepted
        self.notices: list[Notice] = []

    def without_impossible_periods(self, publications: Sequence[Publication]) -> Sequence[Publication]:
        """Reject a period that nobody can mean, and one that could not be known when the document was fetched.

        A period may be named by a day ahead, its last, and so by a day or a week ahead of the fetch at most. Of a
        document that a person has accepted, the former are left out.
        """
        possible = [publication for publication in publications if EARLIEST <= publication.period < NEVER]
        early = [publication for publication in publications if publication.period < EARLIEST]
        self._leave_out(PeriodTooEarly, early, f"before {EARLIEST.year}, when there were no charts")
        late = [publication for publication in publications if publication.period >= NEVER]
        self._leave_out(PeriodToCome, late, f"{NEVER.year} or later, of which there are no charts")
        if self._provenance.fetched_at is not None:
            fetched_on = date.fromisoformat(self._provenance.fetched_at[:10])
            for publication in possible:
                if publication.period > fetched_on + publication.chart.cadence.step:
                    known = f"could not be known yet on {fetched_on}, when the document was fetched"
                    self._judge(PeriodToCome, f"{_named([publication])} {known}")
        return possible

    def _leave_out(self, error: type[SourceError], impossible: Sequence[Publication], when: str) -> None:
        if impossible:
            detail = f"{_named(impossible)} is from {when}"
            self._judge(error, detail)
            self.notices.append(Notice(PERIODS_LEFT_OUT, detail))

    def check_providers(self, publications: Sequence[Publication], stored: Stored, charts: ChartStore) -> None:
        """Reject a document of a chart that another provider published so far.

        A source that has the option `provider` says with it whose chart it is: the history of one may come from a file.
        """
        for offered in {publication.chart.id: publication.chart for publication in publications}.values():
            known = list(stored[offered.id].values()) or charts.summaries(offered.id)
            if known and known[-1].chart.provider != offered.provider:
                said = f"{offered.id} is published by {known[-1].chart.provider}, and here by {offered.provider}"
                self._judge(OtherProvider, f"{said}; where it is the same chart, say so by the option `provider`")

    def check_what_is_set_aside(self, publications: Sequence[Publication], stored: Stored) -> None:
        """Note the editions that are not whole, and were not known to be absent.

        Reject a document that was cut, if anything else is not there.
        """
        broken = [(publication, *its) for publication in publications for its in publication.set_aside.items()]
        cut = next((error for _, _, error in broken if isinstance(error, SourceTruncated)), None)
        if cut and not all(_has_all(publication, stored[publication.chart.id]) for publication in publications):
            self._judge(SourceTruncated, cut.detail, cut.where)
        named = [
            f"{error.where}: {error.detail}" if error.where else error.detail
            for publication, territory, error in broken
            if not _is_absent(stored[publication.chart.id].get(publication.period), territory)
        ]
        if named:
            self.notices.append(Notice(EDITIONS_SET_ASIDE, f"set aside: {_listed(named)}"))

    def check_that_nothing_is_gone(
        self, publications: Sequence[Publication], stored: Stored, *, whole_history: bool
    ) -> None:
        """Reject a document that lacks stored territories or, with `whole_history`, a period between others.

        A territory of a few is noted, and so are periods before all that it has: its provider keeps only the latest. So
        are periods between others of a source that need not repeat them.
        What was withdrawn, never published or filled in by hand, or was lacking in a document that a person has
        accepted, cannot be gone.
        """
        found = {(p.chart.id, p.period): territories_in(p) for p in publications}
        editions_gone: list[str] = []
        for chart, summaries in stored.items():
            periods = [period for its, period in found if its == chart]
            first, last = min(periods), max(periods)
            expected = {period for period, summary in summaries.items() if whole_history and is_expected(summary)}
            rolled = sorted(period for period in expected if period < first)
            for period, summary in summaries.items():
                if (chart, period) in found:
                    lost = sorted(summary.expected - {*found[chart, period]})
                    has_none = summary.number_ones.keys().isdisjoint(found[chart, period])
                    if lost and (has_none or (whole_history and _are_many(lost, summary))):
                        self._judge(HistoryShrank, f"{chart} of {period} has lost {', '.join(lost)}")
                    editions_gone += [f"{chart} of {period} in {territory}" for territory in lost]
                elif period in expected and period > first:
                    detail = f"{chart} of {period} is gone, which was published before"
                    self._judge(HistoryShrank, detail)
                    self.notices.append(Notice(PERIODS_GONE, f"{detail}; it is kept"))
            between = [its for its in summaries if first < its < last and (chart, its) not in found]
            if not whole_history and (lacking := sorted(its for its in between if is_expected(summaries[its]))):
                which = _listed(map(str, lacking))
                detail = f"{chart} goes from {first} to {last} without {which}; kept is what was published before"
                self.notices.append(Notice(PERIODS_GONE, detail))
            if rolled:
                detail = f"{chart} begins with {first}; kept is what was published before: {_listed(map(str, rolled))}"
                self.notices.append(Notice(PERIODS_GONE, detail))
            if whole_history and (latest := _latest(summaries)):
                self._check_territories(latest, found)
        if editions_gone:
            self.notices.append(Notice(EDITIONS_GONE, f"gone, and kept as published before: {_listed(editions_gone)}"))

    def _check_territories(self, latest: PublicationSummary, found: Mapping[tuple[str, date], Collection[str]]) -> None:
        """Reject a new period that most territories of the latest stored one cannot have left at once."""
        for (chart, period), territories in found.items():
            gone = range(len(latest.expected) - len(territories))
            if chart == latest.chart.id and period > latest.period and _are_many(gone, latest):
                counts = f"{len(territories)} territories, where {latest.period} has {len(latest.expected)}"
                self._judge(HistoryShrank, f"{chart} of {period} has {counts}")

    def check_beginnings(self, publications: Sequence[Publication], stored: Stored) -> None:
        """Reject periods before all stored ones that leave a gap, where each document is the whole history.

        No first would stay one. A version that lacks its oldest weeks, as Netflix has published, is completed by the
        next.
        """
        for chart, summaries in stored.items():
            its = {publication.period: publication for publication in publications if publication.chart.id == chart}
            if not summaries:
                continue
            first = reached = min(summaries)
            while (before := its[min(its)].chart.before(reached)) in its:
                reached = before
            if (period := min(its)) < reached:
                before_all = f"comes before the first period that was published before, {first}, with a gap"
                self._judge(HistoryRewritten, f"{chart} of {period} {before_all}")

    def check_replacements(
        self, publications: Sequence[Publication], changed: Iterable[Publication], stored: Stored, reader: VersionReader
    ) -> None:
        """Reject a document that gives more of the old periods to other works than a correction would.

        The latest period of a chart is not old: charts of the day are completed in its course.
        """
        if self._is_accepted:
            return
        latest = {chart: max(summaries, default=None) for chart, summaries in stored.items()}

        def is_old(publication: Publication) -> bool:
            chart, period = publication.chart.id, publication.period
            return period in stored[chart] and period != latest[chart]

        editions = [edition for publication in publications if is_old(publication) for edition in publication.editions]
        rows = sum(len(edition.entries) for edition in editions)
        replaced = [
            revision.is_of_number_one
            for update in updates(filter(is_old, changed), stored, reader)
            for revision in Revisions(update.editions, update.summary.chart).latest(self._provenance)
            if revision.kind is RevisionKind.REPLACED
        ]
        for what, count, of, share, always in (
            ("ranks", len(replaced), rows, MAX_REPLACED, MAX_REPLACED_ROWS),
            ("number ones", sum(replaced), len(editions), MAX_NEW_TOPS, MAX_NEW_TOP_ROWS),
        ):
            if count > always and count > share * of:
                self._judge(HistoryRewritten, f"{count} of {of} {what} of old periods are given to other titles")

    def _judge(self, error: type[SourceError], detail: str, where: str = "") -> None:
        """Reject the document, and say how it is accepted, unless a person has accepted it."""
        if not self._is_accepted:
            raise error(self._source, f"{detail}; {_HOW_TO_ACCEPT} {self._provenance.sha256}", where)


def check_sizes(source: str, publications: Iterable[Publication]) -> None:
    """Reject an edition that no store has room for, whatever is trimmed."""
    for publication in publications:
        for edition in publication.editions:
            ranks = len(edition.entries)
            if ranks > ALWAYS_FIT and (size := size_of(edition)) > MAX_EDITION:
                its = f"{publication.chart.id} of {publication.period} in {edition.territory} has {ranks:,} ranks"
                most = f"{MAX_EDITION:,} bytes, some {ranks * MAX_EDITION // size:,} ranks like these"
                raise EditionTooLarge(source, f"{its}, of {size:,} bytes; what can be stored is {most}")


def check_steps(
    source: str, publications: Sequence[Publication], stored: Stored, charts: ChartStore, *, whole_history: bool
) -> None:
    """Reject a period that is no whole number of steps from the stored ones around it: a week on another weekday.

    What was counted from the stored periods would be wrong. A chart that changed its day says so by its eras.
    """
    for chart, its in groupby(sorted(publications, key=lambda p: (p.chart.id, p.period)), key=lambda p: p.chart):
        offered = {publication.period for publication in its}
        known = dict(stored[chart.id])
        # Any day is one of a chart of days.
        if not whole_history and (chart.cadence is not Cadence.DAY or chart.eras):
            for end in {min(offered), max(offered)}:
                known.update((summary.period, summary) for summary in charts.neighbours(chart.id, end))
        if others := {summary.chart.cadence for summary in known.values()} - {chart.cadence}:
            detail = f"{chart.id} is stored as a chart of {min(others)}s, and this is one of {chart.cadence}s"
            raise PeriodMisplaced(source, f"{detail}; another chart has another id")
        if forgotten := sorted({era for summary in known.values() for era in summary.chart.eras} - {*chart.eras}):
            eras = ",".join(map(str, sorted((*chart.eras, *forgotten))))
            detail = f"{chart.id} has changed its day, as is stored, and the options do not say it: -o eras={eras}"
            raise PeriodMisplaced(source, detail)
        for before, after in pairwise(sorted(offered | known.keys())):
            if not chart.are_whole_steps(before, after) and offered & {before, after}:
                period, other = (after, before) if after in offered else (before, after)
                detail = (
                    f"{chart.id} of {period} is not a whole number of {chart.cadence}s from {other}, which is stored"
                )
                advice = f"where the chart changed its day, say so: -o eras={Era(after, before)}"
                raise PeriodMisplaced(source, f"{detail}; {advice}")


def _has_all(publication: Publication, stored: Mapping[date, PublicationSummary]) -> bool:
    """Return whether a publication has all territories that are expected of its period, or else of the latest."""
    its = stored.get(publication.period)
    known = its if its and its.expected else _latest(stored)
    return known is not None and known.expected <= {*territories_in(publication)}


def _is_absent(stored: PublicationSummary | None, territory: str) -> bool:
    return stored is not None and not stored.absent.keys().isdisjoint({territory, ALL_TERRITORIES})


def _latest(stored: Mapping[date, PublicationSummary]) -> PublicationSummary | None:
    """Return the latest publication of which an edition is expected, or None."""
    return stored.get(max((period for period, summary in stored.items() if summary.expected), default=date.min))


def _are_many(gone: Sized, summary: PublicationSummary) -> bool:
    return len(gone) > max(1, MAX_TERRITORIES_GONE * len(summary.expected))


def _named(publications: Sequence[Publication]) -> str:
    return f"{publications[0].chart.id} of {publications[0].period}"


def _listed(named: Iterable[str]) -> str:
    """Return names in one sentence, the further ones counted."""
    its = list(named)
    more = len(its) - MOST_NAMED
    return "; ".join([*its[:MOST_NAMED], *([f"and {more} more"] if more > 0 else [])])
