"""Changes of the catalog by functions: put in force at once, or held for a person who may accept them.

What a function does, nobody looks at first. So a change that would take back much of what was sent waits.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.facts import Fact, Layer
from chartwatch.domain.works.layers import Dossier
from chartwatch.domain.works.work import Work
from chartwatch.errors import CatalogChanged, NothingHeld
from chartwatch.services.detect import Detector
from chartwatch.services.ports import CatalogStore, Held

MOST_TAKEN_BACK = 20
"""Sent milestones that a change may take back before a person has said that it is meant."""

ATTEMPTS = 5
"""How often a change is put in force where others change the catalog at the same time."""

TakenBack = Callable[[Catalog], Sequence[str]]
"""Says which slots of which something was sent would be corrected or retracted if a catalog were in force."""

Update = Callable[[Dossier | None], Dossier]
"""From what is known of a work, if anything is, to what is known by now."""


def nothing_taken_back(_catalog: Catalog) -> Sequence[str]:
    """Say that nothing was sent that any catalog could take back."""
    return ()


def slots_taken_back(foreseeing: Detector, charts: Iterable[str]) -> Sequence[str]:
    """Return the slots of charts of which a detector with another catalog would correct or retract what was sent.

    Raises `RecordDamaged`.
    """
    bulletins = (foreseeing.foresee(chart) for chart in charts)
    changes = (change for bulletin in bulletins if bulletin for change in bulletin.changes)
    return [change.milestone.slot for change in changes if change.takes_back]


@dataclass(frozen=True)
class CatalogChanges:
    """Puts changes in force, less those that wait for a person."""

    catalogs: CatalogStore
    taken_back: TakenBack = nothing_taken_back

    def known(self) -> dict[str, Dossier]:
        """Return what was looked up of each work, by its id there: as it waits for a person, or is in force."""
        known = {its.work.id: its for its in self.catalogs.layer(Layer.LOOKED_UP)}
        return known | {its.work.id: its for its in self._held(Layer.LOOKED_UP).dossiers}

    def put_looked_up(self, updates: Mapping[str, Update]) -> frozenset[str]:
        """Put what was looked up of works in force, by their ids; return those that wait for a person.

        Raises `CatalogChanged` when others change the catalog again and again.
        """
        for attempt in range(ATTEMPTS):
            before = self.catalogs.layer(Layer.LOOKED_UP)
            held = self._held(Layer.LOOKED_UP)
            waiting = {its.work.id: its for its in held.dossiers}
            known = {its.work.id: its for its in before}
            new = {work_id: update(waiting.get(work_id) or known.get(work_id)) for work_id, update in updates.items()}
            refused, taken_back = self._refused(known, new)
            others = {work_id: its for work_id, its in waiting.items() if work_id not in new}
            still = others | {work_id: new[work_id] for work_id in refused}
            # Before the layer, so that what is put in force later is not put back by whoever accepts what waits.
            if still != waiting:
                slots = dict.fromkeys((*taken_back, *(held.taken_back if others else ())))
                self.catalogs.hold(Held(Layer.LOOKED_UP, tuple(still.values()), tuple(slots)))
            after = known | {work_id: its for work_id, its in new.items() if work_id not in refused}
            try:
                if after != known:
                    self.catalogs.replace(Layer.LOOKED_UP, after.values(), before=before)
            except CatalogChanged:
                if attempt + 1 == ATTEMPTS:
                    raise
            else:
                return refused
        raise AssertionError

    def take_up_starter(self, shipped: tuple[Dossier, ...]) -> bool:
        """Put the starter catalog that came with this release in force; return whether that changed anything.

        Raises `CatalogChanged` when another one was put in force meanwhile.
        """
        if self.catalogs.is_in_force(Layer.STARTER, shipped):
            return False
        held = self._held(Layer.STARTER)
        if _stated(held.dossiers) == _stated(shipped):
            return False
        before = self.catalogs.layer(Layer.STARTER)
        taken_back = tuple(self.taken_back(self.catalogs.foreseen(Layer.STARTER, shipped)))
        if len(taken_back) > MOST_TAKEN_BACK:
            self.catalogs.hold(Held(Layer.STARTER, shipped, taken_back))
            return False
        if held.dossiers:
            self.catalogs.hold(Held(Layer.STARTER))
        self.catalogs.replace(Layer.STARTER, shipped, before=before)
        return True

    def accept(self, sha256: str) -> None:
        """Put in force what waits under a hash, as a person has decided. Raises `NothingHeld` and `CatalogChanged`."""
        held = next((its for its in self.catalogs.held() if its.sha256 == sha256), None)
        if held is None:
            raise NothingHeld(sha256)
        before = self.catalogs.layer(held.layer)
        kept = () if held.layer is Layer.STARTER else before
        after = {its.work.id: its for its in (*kept, *held.dossiers)}
        self.catalogs.replace(held.layer, after.values(), before=before)
        self.catalogs.hold(Held(held.layer))

    def _held(self, layer: Layer) -> Held:
        return next((held for held in self.catalogs.held() if held.layer is layer), Held(layer))

    def _refused(
        self, known: Mapping[str, Dossier], new: Mapping[str, Dossier]
    ) -> tuple[frozenset[str], Sequence[str]]:
        """Return which works' changes have to wait, and the slots that they would take back."""
        if len(self._would_take_back({**known, **new})) <= MOST_TAKEN_BACK:
            return frozenset(), ()
        after, refused = dict(known), dict[str, Sequence[str]]()
        for work_id, its in new.items():
            if len(taken_back := self._would_take_back({**after, work_id: its})) > MOST_TAKEN_BACK:
                refused[work_id] = taken_back
            else:
                after[work_id] = its
        return frozenset(refused), [slot for slots in refused.values() for slot in slots]

    def _would_take_back(self, looked_up: Mapping[str, Dossier]) -> Sequence[str]:
        return self.taken_back(self.catalogs.foreseen(Layer.LOOKED_UP, looked_up.values()))


def _stated(dossiers: Iterable[Dossier]) -> Mapping[Work, frozenset[Fact]]:
    """Return what a layer says, in whatever order it does."""
    return {its.work: frozenset(its.facts) for its in dossiers}
