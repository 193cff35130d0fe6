"""Where a chart stands with one more publication: what each scope covers, who is at #1 of it, and for how long."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from chartwatch.domain.charts.chart import Chart, MetricPeriod
from chartwatch.domain.charts.publications import ALL_TERRITORIES, NumberOne, PublicationSummary
from chartwatch.domain.rules.certain import OneOfSeveral
from chartwatch.domain.rules.evidence import Gap
from chartwatch.domain.rules.rule import Count, Scope
from chartwatch.domain.works.claimants import Claimant

EVERYWHERE = ALL_TERRITORIES
"""The scope over all territories of a chart; every other scope is a territory."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of one scope: first and last period seen, how many were, and the ranges that are missing.

    `number_ones` are those of the last period, as charted. `unpublished` are periods that there never were, as a person
    has declared. What was set aside or withdrawn is missing at once, also after the last period; of a scope of which
    nothing was seen yet, `first` is the first period that is missing, and `last` the one before it.
    """

    first: date
    last: date
    seen: int
    gaps: tuple[Gap, ...]
    number_ones: tuple[NumberOne, ...]
    unpublished: tuple[date, ...] = ()

    @classmethod
    def beginning(cls, period: date, number_ones: tuple[NumberOne, ...]) -> "Coverage":
        """Return the coverage of a scope that is first seen with a period."""
        return cls(period, period, 1, (), number_ones)

    @classmethod
    def unseen(cls, period: date, chart: Chart) -> "Coverage":
        """Return the coverage of a scope whose first edition is missing."""
        return cls(period, chart.before(period), 0, ((period, period),), ())

    @property
    def known_since(self) -> date:
        """The first period of which there is known to have been an edition, whether or not it was seen."""
        return min([self.first, *(gap[0] for gap in self.gaps[:1])])

    def extended(self, period: date, number_ones: tuple[NumberOne, ...], chart: Chart) -> "Coverage":
        """Return the coverage with one later period that was seen."""
        first = self.first if self.seen else period
        return replace(
            self,
            first=first,
            last=period,
            seen=self.seen + 1,
            gaps=self._gaps_until(period, chart),
            number_ones=number_ones,
        )

    def missed(self, period: date, chart: Chart) -> "Coverage":
        """Return the coverage with one later period that is known to be missing."""
        return replace(self, gaps=self._gaps_until(chart.after(period), chart))

    def without(self, period: date) -> "Coverage":
        """Return the coverage with one later period that there never was."""
        return replace(self, unpublished=(*self.unpublished, period))

    def expected(self, until: date, chart: Chart) -> int:
        """Return how many periods there should be from the first seen up to a period."""
        never = sum(self.first <= period <= until for period in self.unpublished)
        return chart.periods(self.first, until) - never

    def stretches(self, chart: Chart) -> list[tuple[Gap, ...]]:
        """Return the ranges that are missing, those together between which nothing was published."""
        found: list[tuple[Gap, ...]] = []
        for gap in self.gaps:
            follows = found and not chart.missing_between(found[-1][-1][1], gap[0], self.unpublished)
            if follows:
                found[-1] = (*found[-1], gap)
            else:
                found.append((gap,))
        return found

    def within(self, first: date, last: date, chart: Chart) -> "Coverage":
        """Return what is known of the periods from one to another, as if there had been no others.

        If none is known before the first of them, the record begins where it did. `seen` is still of all periods.
        """
        gaps = tuple((max(gap[0], first), min(gap[1], last)) for gap in self.gaps if gap[0] <= last and first <= gap[1])
        if first < self.known_since:
            return replace(self, last=min(self.last, last), gaps=gaps)
        return replace(self, first=first, last=min(max(self.last, chart.before(first)), last), gaps=gaps)

    def _gaps_until(self, period: date, chart: Chart) -> tuple[Gap, ...]:
        earlier = (gap for gap in self.gaps if gap[0] < self.last)
        return (*earlier, *chart.missing_between(self.last, period, self.unpublished))


class Possible(NamedTuple):
    """How long a run may have been: with the missing periods `through` which it may have gone on.

    The periods before the record are among them for what was at #1 when it begins.
    """

    length: int = 0
    through: tuple[Gap, ...] = ()


class Run(NamedTuple):
    """An unbroken run at #1 that goes on in the latest period: since when, and of how many periods.

    `possible` is how long it may have been. `past` are the same work's earlier runs. `censored`: the run began with the
    record; `ever_censored`: the work was at #1 when the record began. `record`: it has become the scope's longest.
    """

    since: date
    length: int
    possible: Possible
    past: "EndedRuns"
    censored: bool = False
    ever_censored: bool = False
    record: bool = False

    @property
    def total(self) -> int:
        """Periods at #1 in all runs of the work."""
        return self.past.total + self.length

    def ended(self, possible: Possible) -> "EndedRuns":
        """Return the runs of the work when this one has ended, which may have gone on to a `possible` length."""
        return EndedRuns(self.total, max(self.past.longest, self.length), max(self.past.possible, possible))


class EndedRuns(NamedTuple):
    """The runs of a work that have ended: how many periods they had together, and the longest of them.

    `possible` is the longest that any of them may have been.
    """

    total: int = 0
    longest: int = 0
    possible: Possible = Possible()


class Rival(NamedTuple):
    """A run that has ended, whose it was, and how long it may have been."""

    claimant: Claimant | None = None
    possible: Possible = Possible()


class JointRival(NamedTuple):
    """A run that has ended of works that are one, perhaps: its key among those, and how long it may have been."""

    key: str = ""
    possible: Possible = Possible()


@dataclass(frozen=True, slots=True)
class Reigns:
    """The runs that go on, by claimant (`Claimant.key`), and the length of the longest that has ended (0: none has).

    `rival` is the one of those that have ended which may have been the longest. `together` has the runs that works had
    if those are one of which nobody can say, and `joint_rival` the one of these that may have been the longest.
    """

    runs: Mapping[str, Run] = field(default_factory=dict)
    longest_ended: int = 0
    rival: Rival = field(default_factory=Rival)
    together: Mapping[str, Run] = field(default_factory=dict)
    joint_rival: JointRival = field(default_factory=JointRival)

    def longest_other(self, key: str) -> int:
        """Return the length of the longest run but that of `key`; 0 when there is no other."""
        return max((self.longest_ended, *(run.length for other, run in self.runs.items() if other != key)))


class Spread(NamedTuple):
    """How many territories of a chart a work has topped before a publication, and with it.

    `topped` says of those before since when, and `topped_perhaps` also of those that others have topped which may be
    the same work. `was_everywhere`, `is_everywhere`: all territories that the chart had then were among them.
    """

    topped: Mapping[str, date]
    topped_perhaps: Mapping[str, date]
    after: int
    was_everywhere: bool
    is_everywhere: bool


class Namesake(NamedTuple):
    """Another that has topped a scope, by id and season, and may be the same work, as `title` may mean it."""

    identity: tuple[str, str | None]
    since: date
    title: OneOfSeveral


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is at #1 of a scope with a publication, works or seasons as `count` says, and who was before.

    `coverage` is that with the publication, `before` that without. `newcomers` were not at #1 in the period known
    before, whose number ones are `previous`; `returning` says of those that had topped the scope earlier since when,
    and `debuts` are the others. Of scope chart are `territories` (where each newcomer is at #1 now), `spreads`, and
    `coverages` (of all territories, also of those that are not in the publication). `reigns` with the publication and
    `reigns_before` are kept where a rule asks for them.

    `namesakes` has for those at #1 the others that may be the same work, and `together` the runs which they have with
    these in `reigns`, each with the title of which nobody can say what it means; `joint_rival` is the one that ended.
    Where there are any, `topped` is how many have topped the scope.

    `of_method` is the same as if the chart had begun when it came to rank as it does, by its `method`. It is where that
    came after another method, and a rule asks for runs that do not cross this.
    """

    publication: PublicationSummary
    scope: str
    count: Count
    coverage: Coverage
    before: Coverage | None
    previous: tuple[Claimant, ...]
    current: tuple[Claimant, ...]
    newcomers: tuple[Claimant, ...]
    returning: Mapping[Claimant, date]
    debuts: tuple[Claimant, ...]
    territories: Mapping[Claimant, Sequence[str]] = field(default_factory=dict)
    spreads: Mapping[Claimant, Spread] = field(default_factory=dict)
    coverages: Mapping[str, Coverage] = field(default_factory=dict)
    reigns: Reigns = Reigns()
    reigns_before: Reigns = Reigns()
    namesakes: Mapping[Claimant, Sequence[Namesake]] = field(default_factory=dict)
    together: Mapping[Claimant, Mapping[str, OneOfSeveral]] = field(default_factory=dict)
    joint_rival: tuple[OneOfSeveral, Possible] | None = None
    topped: int | None = None
    method: MetricPeriod | None = None
    of_method: "Standing | None" = None

    @property
    def period(self) -> date:
        """The period of the publication."""
        return self.publication.period

    def is_censored(self, since: date) -> bool:
        """Return whether nobody can say if what is so since a period was so before: the record begins with it."""
        began = self.publication.chart.began
        return since == self.coverage.first and not (began and self.coverage.first <= began)

    def may_be_its_own_rivals(self, claimant: Claimant) -> Sequence[Namesake]:
        """Return the others whose runs may have been parts of a work's own, which they are compared with.

        Where they are all others there was no other run; and over all territories they may have been at #1 beside it.
        """
        its = self.namesakes.get(claimant, ())
        if self.topped == 1 + len(its):
            return its
        return [other for other in its if self.scope == EVERYWHERE and other.since < self.period]

    @property
    def gaps_before(self) -> tuple[Gap, ...]:
        """The ranges of periods that are missing right before, of those that count: before the record none does."""
        if self.before is None:
            return tuple(gap for gap in self.coverage.gaps if self.coverage.first <= gap[0])
        return tuple(gap for gap in self.coverage.gaps if gap[0] > self.before.last)

    @property
    def rules_scope(self) -> Scope:
        """Which rules are asked of it."""
        return Scope.CHART if self.scope == EVERYWHERE else Scope.TERRITORY
