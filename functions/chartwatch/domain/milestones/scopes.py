"""What a claim is measured by: a scope of a chart up to a period, its calendar, who was at #1, and what counts."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property

from chartwatch.domain import words
from chartwatch.domain.charts.chart import Cadence, MetricPeriod
from chartwatch.domain.charts.publications import Entry
from chartwatch.domain.milestones.as_of import coverages_on
from chartwatch.domain.milestones.asked import Record
from chartwatch.domain.milestones.eligibility import eligibility
from chartwatch.domain.milestones.scope_history import ScopeHistory, ToppedWork
from chartwatch.domain.rules.certain import (
    Missing,
    may_hold_a_qualifying_work,
    out_by_then,
    was_out,
)
from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.rules.evidence import Gap
from chartwatch.domain.rules.firsts import Eligibility
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import Rule
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.works.claimants import Claimant
from chartwatch.domain.works.work import Work, unlisted

Edition = tuple[str, date]
"""Of which territory and period an edition is."""

SHORT = timedelta(days=366)
"""A record that is shorter says so wherever a claim is about all of history."""


def in_period(cadence: Cadence, period: date) -> str:
    """Return "in the week to 2022-01-30", of a day "on 2022-01-30"."""
    return f"{'on' if cadence is Cadence.DAY else f'in the {cadence} to'} {period}"


class AskedScope:
    """All that a claim is measured by: a scope up to a period, and which works a rule counts."""

    def __init__(
        self,
        rule: Rule,
        its: ScopeHistory,
        as_of: date | None = None,
        within: tuple[date, date] | None = None,
        method: MetricPeriod | None = None,
    ) -> None:
        """Look at the scope as it was on the day `as_of`, which is not before its first period.

        With `within`, a period and a later day, look as if there had been nothing before and after these. That is what
        was ranked by a `method` to which the chart came.
        """
        self.rule, self._its, self._until, self._method = rule, its, as_of or date.max, method
        self.territory, self.chart, self.catalog = its.territory, its.history.chart, its.history.catalog
        self.read_as, self.called = its.reading, its.called
        self.shows_ties = its.history.shows_ties(self._until)
        self._coverages = coverages_on(as_of, its) if as_of else its.coverages[-1]
        self._since = date.min
        if within is not None:
            self._coverages = {t: c.within(*within, self.chart) for t, c in self._coverages.items()}
            self._since, self._until = within[0], min(self._until, within[1])
            self.chart = self.chart.beginning_with(self._since) if method else self.chart
        known = slice(bisect_left(its.periods, self._since), bisect_right(its.periods, self._until))
        self.periods, self.present = its.periods[known], its.present[known]
        topped = [topped for topped in its.topped if topped.since <= self._until]
        if within is not None:
            topped = [t._replace(since=periods[0]) for t in topped if (periods := self.known_periods(t.key))]
            topped.sort(key=lambda topped: (topped.since, topped.work.id, topped.season or ""))
        self.topped = topped
        its_own = self._coverages[self.territory]
        self.calendar = sorted({*self.periods, *(period for gap in its_own.gaps for period in self.periods_in(gap))})
        expected = its_own.expected(its_own.last, self.chart)
        self.record = Record(its_own.first, its_own.last, expected, len(self.periods), its_own.gaps)
        self._eligible: dict[str, Eligibility] = {}

    # What the record is, in words.

    @property
    def where(self) -> str:
        """The chart and the territory."""
        return f"{self.chart.name} in {words.territory_name(self.territory)}"

    def counted(self, periods: int) -> str:
        """Return "five weeks"."""
        return f"{words.cardinal(periods)} {self.chart.cadence}{'' if periods == 1 else 's'}"

    def in_period(self, period: date) -> str:
        """Return "in the week to 2022-01-30"."""
        return in_period(self.chart.cadence, period)

    @property
    def span(self) -> str:
        """The time that the record covers, and by what was ranked if only that is looked at."""
        if self._method:
            by = f"counted since the chart came to rank by {self._method.metric} ({self._method.since})"
            return f"{by}, in records from {self.record.first} to {self.record.last}"
        return f"in records from {self.record.first} to {self.record.last}"

    @property
    def is_short(self) -> bool:
        """Whether the record is so short that it has to be said of a claim about all of history."""
        return not self.begins_with_chart and self.record.last - self.record.first < SHORT

    @property
    def begins_with_chart(self) -> bool:
        """Whether nothing was before the record."""
        return self.chart.began is not None and self.record.first <= self.chart.began

    def is_censored(self, since: date) -> bool:
        """Return whether nobody can say if what is so since a period was so before: the record begins with it."""
        return since == self.record.first and not self.begins_with_chart

    # What is missing.

    @cached_property
    def missing(self) -> Sequence[Missing]:
        """What is missing of the scope: periods, and what single territories lack beside, in order."""
        whole = [Missing(gap) for gap in self.record.gaps]
        parts = (
            Missing(gap, territory)
            for territory, gaps in self.gaps_by_territory.items()
            for gap in gaps
            if self.territory == EVERYWHERE
            and not any(first <= gap[0] and gap[1] <= last for first, last in self.record.gaps)
        )
        return [*whole, *parts]

    @cached_property
    def gaps_by_territory(self) -> Mapping[str, Sequence[Gap]]:
        """The missing periods of each territory of the scope that has been known by then."""
        return {its: coverage.gaps for its, coverage in sorted(self._coverages.items()) if its != EVERYWHERE}

    @cached_property
    def editions(self) -> Sequence[Edition]:
        """The editions that are missing."""
        return [
            (territory, period)
            for territory, gaps in self.gaps_by_territory.items()
            for gap in gaps
            for period in self.periods_in(gap)
        ]

    @cached_property
    def missing_periods(self) -> frozenset[date]:
        """The periods of which any territory has no edition."""
        return frozenset(period for _, period in self.editions)

    def usable(self, work: Work, until: date = date.max) -> Sequence[Missing]:
        """Return what is missing up to a period, as far as a work was out by then."""
        return [
            Missing(usable, each.territory)
            for each in self.missing
            if each.gap[0] <= until and (usable := out_by_then(each.gap, work, self.chart))
        ]

    def usable_in(self, territory: str, gaps: Sequence[Gap], work: Work) -> Sequence[Missing]:
        """Return what is missing of a territory, as far as a work was out by then."""
        where = territory if self.territory == EVERYWHERE else None
        return [Missing(usable, where) for gap in gaps if (usable := out_by_then(gap, work, self.chart))]

    def hidden_periods(self, work: Work, before: date = date.max) -> Sequence[date]:
        """Return the periods before another in which a work may have been #1 for what is missing."""
        return sorted(period for period in self.missing_periods if period < before and was_out(period, work))

    # The calendar: all periods of the record, those that are missing too, and none that there never was.

    def periods_in(self, gap: Gap) -> Iterator[date]:
        """Yield the periods of a gap."""
        period = gap[0]
        while period <= gap[1]:
            yield period
            period = self.chart.after(period)

    def position(self, period: date) -> int:
        """Return at which place a period stands in the calendar, or would."""
        return bisect_left(self.calendar, period)

    def number(self, first: date, last: date) -> int:
        """Return how many periods of the calendar there are from one to another, both included."""
        return self.position(last) - self.position(first) + 1

    def before(self, period: date) -> date | None:
        """Return the period before one, which after the record may be none of it; None before the first."""
        at = self.position(period)
        if at == len(self.calendar) > 0:
            return max(self.calendar[-1], self.chart.before(period))
        return self.calendar[at - 1] if at > 0 else None

    def nth_from(self, first: date, n: int) -> date:
        """Return the n-th period from one on, which counts."""
        return self.calendar[self.position(first) + n - 1]

    def covers(self, day: date) -> bool:
        """Return whether nothing is unknown between a day and the beginning of the record."""
        return self.begins_with_chart or self.chart.before(self.record.first) <= day

    # Who was at #1.

    def was_number_one(self, key: str, work: Work, period: date) -> bool | None:
        """Return whether a work, or a season, was at #1 in a period; None: nobody knows."""
        if key in self.at(period):
            return True
        if period in self.missing_periods:
            return None if was_out(period, work) else False
        return False if self.record.first <= period <= self.record.last else None

    def at(self, period: date) -> Mapping[str, Claimant]:
        """Return who was at #1 in a period, as far as is known."""
        at = bisect_left(self.periods, period)
        return self.present[at] if self.periods[at : at + 1] == [period] else {}

    def known_periods(self, key: str) -> Sequence[date]:
        """Return the periods in which a work, or a season, was at #1."""
        return self._periods_by_key.get(key, [])

    @cached_property
    def _periods_by_key(self) -> Mapping[str, list[date]]:
        found: dict[str, list[date]] = {}
        for period, its in zip(self.periods, self.present, strict=True):
            for key in its:
                found.setdefault(key, []).append(period)
        return found

    def territories_of(self, key: str) -> Mapping[str, date]:
        """Return the territories that a work, or a season, has topped, with the first period of each, oldest first."""
        first = (
            (min(periods), territory)
            for territory, its in self._its.there.items()
            if (periods := [period for period, keys in its.items() if key in keys and period <= self._until])
        )
        return {territory: since for since, territory in sorted(first)}

    def territories_in(self, period: date) -> Sequence[str]:
        """Return the territories of which there was an edition in a period, whether or not it is known."""
        return [territory for territory in self.gaps_by_territory if period in self.periods_of(territory)]

    def periods_of(self, territory: str) -> Sequence[date]:
        """Return the periods of which a territory had an edition, whether or not it is known, in order."""
        return self._calendars[territory]

    @cached_property
    def _calendars(self) -> Mapping[str, Sequence[date]]:
        seen = {its: {period for period in there if period <= self._until} for its, there in self._its.there.items()}
        return {
            territory: sorted({*seen.get(territory, ()), *(period for gap in gaps for period in self.periods_in(gap))})
            for territory, gaps in self.gaps_by_territory.items()
        }

    def was_number_one_in(self, territory: str, key: str, work: Work, period: date) -> bool | None:
        """Return whether a work, or a season, was at #1 of a territory in one of its periods; None: nobody knows."""
        keys = self._its.there.get(territory, {}).get(period)
        return key in keys if keys is not None else None if was_out(period, work) else False

    def began_with(self, territory: str) -> bool:
        """Return whether nothing was before the first edition of a territory."""
        return self.chart.began is not None and self.first_of(territory) <= self.chart.began

    def first_of(self, territory: str) -> date:
        """Return the first period of a territory of the scope of which there is known to have been an edition."""
        return self._coverages[territory].known_since

    def find(self, key: str) -> ToppedWork | None:
        """Return the work, or the season, that has topped the scope, by `Claimant.key`."""
        return next((topped for topped in self.topped if topped.key == key), None)

    def claims(self, rule: Rule, period: date) -> Sequence[Claim]:
        """Return what a rule claims with the publication of a period; nothing of a later one."""
        return self._its.claims(rule, period) if self._since <= period <= self._until else ()

    def all_claims(self, rule: Rule) -> Sequence[Claim]:
        """Return what a rule claims with all publications."""
        return [claim for claim in self._its.all_claims(rule) if self._since <= claim.period <= self._until]

    @cached_property
    def charted(self) -> Sequence[tuple[date, Entry, Work]]:
        """All that stood on the chart, of one territory or of any, at whatever rank, with the work that it means."""
        last = self._its.dates[bisect_right(self._its.dates, self._until) - 1]
        return [
            (period, entry, self._its.work_of(entry, period, last))
            for period, entry in self._its.history.charted(self.territory)
            if self._since <= period <= self._until
        ]

    @property
    def depth(self) -> int:
        """How many ranks the chart has, by all its publications up to the period."""
        return max(its.chart.depth for its in self._its.publications if its.period <= self._until)

    # Who counts.

    def named(self, works: frozenset[str]) -> Sequence[ToppedWork]:
        """Return those of some works, or their seasons, that have topped the scope."""
        return [topped for topped in self.topped if topped.work.id in works]

    def work(self, work_id: str) -> Work:
        """Return the work of an id that has not topped the scope: the catalog's, or what stood lower on the chart."""
        if (listed := self.catalog.work(work_id)) is not None:
            return listed
        charted = (self._its.work_of(entry, period) for period, entry in self._its.history.charted(self.territory))
        return next((work for work in charted if work.id == work_id), Work(work_id, work_id))

    def unseen(self, works: frozenset[str], title: str) -> Work:
        """Return the work that is meant by a title which has not topped the scope: the catalog's, or one of its own."""
        known = [work for work in map(self.catalog.work, sorted(works)) if work is not None]
        counting = [work for work in known if self.rule.verdict(work) is not False]
        return next(iter(counting or known), unlisted(title, self.chart.kind))

    def counts(self, work: Work, group: str | None) -> bool | None:
        """Return whether a work counts for a group of the rule, None for any; None: nobody can say."""
        its = self._eligibility(work)
        if its.unknown:
            return None if group is None or its.possible is None or group in its.possible else False
        return bool(its.groups) if group is None else group in its.groups

    def possible_groups(self, work: Work) -> Sequence[str | None]:
        """Return the groups of the rule for which a work counts, or may; none where it may for any."""
        its = self._eligibility(work)
        return its.possible or () if its.unknown else its.groups

    def _eligibility(self, work: Work) -> Eligibility:
        if work.id not in self._eligible:
            self._eligible[work.id] = eligibility(self.rule, work)
        return self._eligible[work.id]

    def qualifying(self, group: str | None, before: date | None = None) -> list[ToppedWork]:
        """Return the works that count for a group (None: for any), all or those that topped before a date."""
        return [t for t in self.topped if (before is None or t.since < before) and self.counts(t.work, group)]

    def undecided(self, group: str | None = None, before: date | None = None) -> list[ToppedWork]:
        """Return the works of which nobody knows whether they count, all or those that topped before a date."""
        return [t for t in self.topped if (before is None or t.since < before) and self.counts(t.work, group) is None]

    def most_hidden(self, group: str | None, before: date) -> int | None:
        """Return how many works that nobody has seen may have topped before a date and count; None: any number."""
        hidden = sum(
            period < before and may_hold_a_qualifying_work(self.rule, group, (period, period))
            for _, period in self.editions
        )
        return None if hidden and self.shows_ties else hidden

    def lines(self, before: date | None = None) -> tuple[Holder, ...]:
        """Return the qualifying works, once for each of their groups."""
        counted = self.qualifying(None, before)
        return tuple(topped.holder(group) for topped in counted for group in self.rule.groups(topped.work))
