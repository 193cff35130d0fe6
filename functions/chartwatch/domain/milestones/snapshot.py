"""Snapshots: all that the later periods of a chart need to know of those up to one of them."""

from collections.abc import ItemsView, Iterable, Iterator, Mapping, ValuesView
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from chartwatch.domain.milestones.methods import RunsOfMethod, known_of_method
from chartwatch.domain.milestones.pauses import Gaps
from chartwatch.domain.milestones.rarity import Precedents
from chartwatch.domain.milestones.runs import at_most
from chartwatch.domain.rules.firsts import Topped
from chartwatch.domain.rules.rule import Count
from chartwatch.domain.rules.standing import EVERYWHERE, Coverage, EndedRuns, Reigns, Standing
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.charted import Charted
from chartwatch.domain.works.meanings import NOTHING_KNOWN, Meanings
from chartwatch.domain.works.renames import Renaming
from chartwatch.domain.works.titles import title_key

Key = TypeVar("Key")
Value = TypeVar("Value")

Identity = tuple[str, str | None]
"""A work's id, and the season where seasons are counted."""


class Overlay(Mapping[Key, Value]):
    """A mapping with what has come since it was read of a file, or is otherwise: what stands below stays as it is."""

    def __init__(self, below: Mapping[Key, Value], recent: Mapping[Key, Value]) -> None:
        """Lay what is recent over what stands below."""
        self.below, self.recent = below, recent

    @staticmethod
    def parts(mapping: Mapping[Key, Value]) -> tuple[Mapping[Key, Value], Mapping[Key, Value]]:
        """Return what stands below and what has come since; of any other mapping all stands below."""
        return (mapping.below, mapping.recent) if isinstance(mapping, Overlay) else (mapping, {})

    def __contains__(self, key: object) -> bool:
        """Return whether it has a key."""
        return key in self.recent or key in self.below

    def __getitem__(self, key: Key) -> Value:
        """Return the value of a key."""
        return self.recent[key] if key in self.recent else self.below[key]

    def __iter__(self) -> Iterator[Key]:
        """Yield the keys: those of below, then the new ones."""
        return iter(self._in_one())

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._in_one())

    def values(self) -> ValuesView[Value]:
        """Return the values, in the order of the keys."""
        return self._in_one().values()

    def items(self) -> ItemsView[Key, Value]:
        """Return the keys and their values."""
        return self._in_one().items()

    def _in_one(self) -> dict[Key, Value]:
        return dict(self.below.items()) | dict(self.recent)


@dataclass(frozen=True, slots=True)
class ScopeState:
    """What is known of one scope: its coverage, who first topped it when, and the runs that go on and that ended.

    `ended` has the runs of works that are not at #1 now, by `Claimant.key`; runs are kept where a rule asks for them.
    `of_method` has them since the chart ranks as it did when the scope was seen last, where it had ranked otherwise.
    """

    coverage: Coverage
    first_topped: Mapping[Count, Mapping[Identity, Topped]] = field(default_factory=dict)
    reigns: Mapping[Count, Reigns] = field(default_factory=dict)
    ended: Mapping[Count, Mapping[str, EndedRuns]] = field(default_factory=dict)
    of_method: Mapping[Count, RunsOfMethod] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where a chart stands after a period; `Snapshot()` is a chart of which nothing is known.

    `everywhere` are the works that have topped all territories which the chart had then, by `Claimant.key`; `renamings`
    those that the publications show, by their periods; `charted` says since when each title has been at #1 anywhere,
    and `meanings` what those with namesakes mean. `lent` are the renamings that other charts of its provider show, and
    `precedents` counts what the chart came to so far (`rarity`). `last` is the latest period that is in it, and
    `periods` how many publications, those without an edition among them.
    """

    scopes: Mapping[str, ScopeState] = field(default_factory=dict)
    everywhere: frozenset[tuple[Count, str]] = frozenset()
    renamings: Mapping[date, tuple[Renaming, ...]] = field(default_factory=dict)
    charted: Mapping[Charted, date] = field(default_factory=dict)
    last: date | None = None
    periods: int = 0
    meanings: Meanings = NOTHING_KNOWN
    lent: tuple[Renaming, ...] = ()
    precedents: Precedents = field(default_factory=dict)

    @property
    def all_renamings(self) -> tuple[Renaming, ...]:
        """Its own renamings, and those of its provider's other charts, each once, in a fixed order."""
        return in_one((*self.own_renamings, *self.lent))

    @property
    def own_renamings(self) -> tuple[Renaming, ...]:
        """The renamings of all its publications, each once, in a fixed order."""
        return in_one(renaming for its in self.renamings.values() for renaming in its)

    @property
    def gaps(self) -> Gaps:
        """What is missing of each territory that lacks anything."""
        known = ((its, state.coverage.gaps) for its, state in self.scopes.items() if its != EVERYWHERE)
        return {its: gaps for its, gaps in known if gaps}

    def has_topped(self, work_id: str) -> bool:
        """Return whether a work has been at #1 anywhere."""
        overall = self.scopes.get(EVERYWHERE)
        counted = overall.first_topped if overall else {}
        if (works := counted.get(Count.WORKS)) is not None:
            return (work_id, None) in works
        return any(work_id == topped for its in counted.values() for topped, _ in its)

    def first_affected(self, before: Catalog, after: Catalog, renamed: frozenset[Charted] = frozenset()) -> date | None:
        """Return the first period at #1 of a title that means another work, or one of other facts, by another catalog.

        Titles that are among `renamed`, as renamings name them that are new or are gone, count as affected, of whatever
        kind: one without a kind may be one with it.
        """
        keys = {each.key for each in renamed}
        titles = (
            since
            for (kind, key, credit), since in self.charted.items()
            if key in keys or before.facts_of(key, kind, credit) != after.facts_of(key, kind, credit)
        )
        ids = (
            its.since
            for provider_id, its in self.meanings.by_id.items()
            if before.identified(provider_id) != after.identified(provider_id)
        )
        return min((*titles, *ids), default=None)


def in_one(renamings: Iterable[Renaming]) -> tuple[Renaming, ...]:
    """Return renamings, each once, in a fixed order."""
    return tuple(sorted(set(renamings), key=repr))


def titles_of(renamings: frozenset[Renaming]) -> frozenset[Charted]:
    """Return the titles that renamings name, before and after."""
    return frozenset(
        Charted(renaming.kind, title_key(title))
        for renaming in renamings
        for title in (renaming.before, renaming.after)
    )


def is_kept(number: int, latest: int) -> bool:
    """Return whether the snapshot after the publication of a number, counted from 0, is kept when `latest` is the last.

    Kept are the last two, and one for each doubling of age: what is no longer kept never has to be made again.
    """
    age = latest - number
    return age < 2 or number % (1 << (age.bit_length() - 1)) == 0


def with_standing(state: ScopeState | None, standing: Standing) -> ScopeState:
    """Return what is known of a scope with one more standing of it."""
    state = state or ScopeState(standing.coverage)
    first_topped, reigns, ended = state.first_topped, state.reigns, state.ended
    count = standing.count
    if debuts := {(topped.work_id, topped.season): topped for topped in topped_first(standing)}:
        first_topped = {**first_topped, count: _laid_over(first_topped.get(count, {}), debuts)}
    if standing.reigns.runs or standing.reigns_before.runs:
        reigns = {**reigns, count: standing.reigns}
    if ended_now := _ended_with(standing):
        ended = {**ended, count: _laid_over(ended.get(count, {}), ended_now)}
    of_method = state.of_method
    if its := standing.of_method:
        known = known_of_method(of_method.get(count), standing.before, standing.publication.chart, standing.period)
        since_method = _ended_with(its)
        all_ended = _laid_over(known.ended, since_method) if since_method else known.ended
        of_method = {**of_method, count: RunsOfMethod(its.reigns, all_ended)}
    return ScopeState(standing.coverage, first_topped, reigns, ended, of_method)


def _ended_with(standing: Standing) -> Mapping[str, EndedRuns]:
    """Return the runs of works that are not at #1 any more with a standing."""
    before, after = standing.reigns_before, standing.reigns
    ended = {key: run for key, run in before.runs.items() if key not in after.runs}
    ended |= {key: run for key, run in before.together.items() if key not in after.together}
    return {key: run.ended(at_most(run, standing)) for key, run in ended.items()}


def _laid_over(known: Mapping[Key, Value], more: Mapping[Key, Value]) -> Mapping[Key, Value]:
    """Return what is known with more; what was read of a file stays below it as it is."""
    if isinstance(known, dict):
        return {**known, **more}
    below, recent = Overlay.parts(known)
    return Overlay(below, {**recent, **more})


def topped_first(standing: Standing) -> Iterator[Topped]:
    """Yield the works that top a scope for the first time with a standing."""
    return (Topped.of(claimant, standing.period) for claimant in standing.debuts)
