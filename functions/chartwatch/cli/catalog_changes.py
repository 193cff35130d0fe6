"""What a change of the catalog would change of milestones, shown and asked about before it is made."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import typer

from chartwatch.adapters.local_catalog import LocalCatalog
from chartwatch.adapters.workstation import deployed_stores
from chartwatch.cli.application import write
from chartwatch.cli.catalogs import NONE
from chartwatch.cli.histories import read_history
from chartwatch.cli.lists import cut
from chartwatch.cli.replay import Stores
from chartwatch.cli.wording import changed_lines
from chartwatch.domain import words
from chartwatch.domain.milestones.milestone import Bulletin, Change
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.works.catalog import EARLY, Catalog
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import Dossier, Known, catalog_of, known_works
from chartwatch.errors import OptionError
from chartwatch.rules import default_rules, included_rules
from chartwatch.services.catalog_changes import MOST_TAKEN_BACK
from chartwatch.services.detect import Detector, EarlierCatalog
from chartwatch.services.ports import CatalogLayers, ChartStore
from chartwatch.services.record import RecordStore
from chartwatch.services.unknown import Seen, seen_at_number_one

MOST_SHOWN = 100
"""Of the milestones that would be taken back, how many are listed."""

MOST_OTHERS = 20
"""Of the others that would be sent, how many are listed."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a catalog would change, chart by chart.

    `unknown` are the charts that are recorded by other rules than those here: what becomes of them cannot be told.
    """

    bulletins: tuple[Bulletin, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def taken_back(self) -> list[Change]:
        """What would be told to be otherwise than it was sent."""
        return [change for bulletin in self.bulletins for change in bulletin.changes if change.takes_back]

    @property
    def sent_otherwise(self) -> list[Change]:
        """Other changes that would be sent: firsts that come to light, provisional ones that are confirmed."""
        changes = (change for bulletin in self.bulletins for change in bulletin.changes)
        return [change for change in changes if change.is_sent and not change.takes_back]

    def without(self, other: "Foreseen") -> "Foreseen":
        """Return what of it is not foreseen by another."""
        known = {_told(change) for bulletin in other.bulletins for change in bulletin.changes}
        bulletins = (
            replace(its, changes=tuple(change for change in its.changes if _told(change) not in known))
            for its in self.bulletins
        )
        return Foreseen(tuple(bulletins), tuple(chart for chart in self.unknown if chart not in other.unknown))

    @property
    def wants_a_person(self) -> bool:
        """Whether somebody has to say that it is meant."""
        return len(self.taken_back) > MOST_TAKEN_BACK or bool(self.unknown)


def _told(change: Change) -> tuple[str, ...]:
    its = change.milestone
    return its.slot, its.status, its.headline


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a history has recorded of its charts: by which catalog and rules, and since when it is sent."""

    charts: ChartStore
    record: RecordStore
    rules: RuleSet
    live_from: date | None
    earlier: EarlierCatalog

    def foresee(self, catalog: Catalog) -> Foreseen:
        """Return what another catalog would change of it; nothing is changed. Raises `RecordDamaged`."""
        bulletins: list[Bulletin] = []
        unknown: list[str] = []
        for chart in self.charts.charts():
            head = self.record.head(chart)
            if head is not None and head.rules != self.rules.versions:
                unknown.append(chart)
                continue
            detector = Detector(
                self.charts, self.record, catalog, self.rules, self.live_from, earlier_catalog=self.earlier
            )
            bulletins += [bulletin] if (bulletin := detector.foresee(chart)) else []
        return Foreseen(tuple(bulletins), tuple(unknown))


@dataclass(frozen=True, slots=True)
class OpenCatalog:
    """A catalog that may be changed, and the history that shows what that changes, where one is given.

    `name` is what a person calls it: "the stack chartwatch".
    """

    name: str
    layers: CatalogLayers
    recorded: Recorded | None = None

    def known(self) -> list[Known]:
        """Return all that is known of each work."""
        return known_works(dossier for layer in Layer for dossier in self.layers.layer(layer))

    def seen(self) -> list[Seen]:
        """Return the works that are at #1 in the history; none without one."""
        return seen_at_number_one(self.recorded.charts, self.layers.current()) if self.recorded else []

    def with_layer(self, layer: Layer, dossiers: Iterable[Dossier]) -> Catalog:
        """Return the catalog that another layer, in place of the one of its kind, would come to."""
        others = (dossier for one in Layer if one is not layer for dossier in self.layers.layer(one))
        return catalog_of((*others, *dossiers))

    def approved(self, layer: Layer, dossiers: Iterable[Dossier], *, yes: bool, limit: int | None = None) -> None:
        """Show what another layer would change, and ask whether it is meant if that is much.

        Raises `OptionError` where nobody can be asked, and `typer.Exit` when the answer is no.
        """
        dossiers = list(dossiers)
        foreseen = self.foresee(layer, dossiers)
        write(detached_lines(self, self.with_layer(layer, dossiers), limit))
        write(foreseen_lines(foreseen, limit))
        if foreseen.wants_a_person and not yes:
            ask(foreseen)

    def foresee(self, layer: Layer, dossiers: Iterable[Dossier]) -> Foreseen:
        """Return what another layer would change; nothing where there is no history to show it."""
        return self.recorded.foresee(self.with_layer(layer, dossiers)) if self.recorded else Foreseen()


def detached_lines(opened: OpenCatalog, catalog: Catalog, limit: int | None) -> Iterator[str]:
    """Yield the works that some of their #1s would no longer be taken for by another catalog.

    A work charts `EARLY` before its release and no sooner: what a chart says earlier by the same title is another work,
    of which nothing is known. Without a history, those are named whose release would be later than it was.
    """
    before = opened.layers.current()
    if opened.recorded is None:
        later = [
            (work, its.release_date)
            for work in before
            if (its := catalog.work(work.id)) and its.release_date and work.release_date
            if its.release_date > work.release_date + EARLY
        ]
        yield from cut(later, lambda its: [_DETACHED.format(its[0].title, its[1] - EARLY)], limit)
        return
    charts = opened.recorded.charts
    after = {its.work.id: its.times for its in seen_at_number_one(charts, catalog)}
    seen = [its for its in seen_at_number_one(charts, before) if before.work(its.work.id)]
    lost = [(its, its.times - after.get(its.work.id, 0)) for its in seen if its.times > after.get(its.work.id, 0)]
    yield from cut(lost, lambda its: _lost(its[0], its[1], catalog), limit)


_DETACHED = "Note: what charts call {} before {} is then another work, of which nothing is known"


def _lost(seen: Seen, times: int, catalog: Catalog) -> Iterator[str]:
    work = catalog.work(seen.work.id)
    why = f", as it is released on {work.release_date}" if work and work.release_date else ""
    yield f"Note: {times:,} of {seen.times:,} #1s of {seen.work.title} ({seen.work.id}) are no longer taken for it{why}"


@contextmanager
def open_catalog(place: Path | None, stack: str | None, specs: Sequence[str]) -> Iterator[OpenCatalog]:
    """Yield the catalog of a folder, which need not be there yet, or of a deployment, to change it.

    Raises `OptionError` unless one of the two is named, and what a history and a deployment raise.
    """
    if stack is None:
        layers = LocalCatalog(folder=_folder(place))
        yield OpenCatalog(f"the folder {place}", layers, _recorded(layers, specs) if specs else None)
        return
    for option, given in (("--catalog", place), ("--from", specs)):
        if given:
            raise OptionError(option, "is for files; a deployment has its own")
    with deployed_stores(stack) as stores:
        live_from = date.fromisoformat(stores.parameters["LiveFrom"])
        rules = included_rules(stores.parameters["RulesFile"])
        recorded = Recorded(stores.charts, stores.record, rules, live_from, stores.catalogs.earlier)
        yield OpenCatalog(f"the stack {stack}", stores.catalogs, recorded)


def _folder(place: Path | None) -> Path:
    if place is None or place == NONE:
        raise OptionError("--catalog", "names the folder that is changed, a new one too; or --stack a deployment")
    if place.exists() and not place.is_dir():
        how = f"`chartwatch catalog import {place} --catalog FOLDER` makes one of it"
        raise OptionError("--catalog", f"{place} is a file, and a folder is changed: {how}")
    return place


def _recorded(layers: LocalCatalog, specs: Sequence[str]) -> Recorded:
    """Return what the documents of `--from` come to by a catalog as it is now."""
    stores, catalog, rules = Stores(), layers.current(), default_rules()
    read_history(specs, catalog, rules, stores)
    return Recorded(stores.charts, stores.record, rules, None, lambda version: _if_it_is(version, catalog))


def _if_it_is(version: str, catalog: Catalog) -> Catalog | None:
    return catalog if catalog.version == version else None


def foreseen_lines(foreseen: Foreseen, limit: int | None = None) -> Iterator[str]:
    """Yield what would be taken back, then what else would be sent; nothing where nothing would."""
    taken_back, others = foreseen.taken_back, foreseen.sent_otherwise
    yield from changed_lines(taken_back, limit, MOST_SHOWN)
    yield from changed_lines(others, limit, MOST_OTHERS)
    for chart in foreseen.unknown:
        yield f"{chart} is recorded by other rules than those here: what would be taken back of it is not known"
    if taken_back or others:
        yield f"{_to_be_taken_back(len(taken_back))}; {len(others):,} other changes would be sent"


def _to_be_taken_back(number: int) -> str:
    return f"{words.counted(number, 'sent milestone')} would be corrected or retracted"


def is_at_a_terminal() -> bool:
    """Return whether somebody can be asked."""
    return sys.stdin.isatty()


def ask(foreseen: Foreseen, otherwise: str = "Nothing was changed") -> None:
    """Ask whether to go on; `otherwise` is what is so if not.

    Raises `OptionError` where nobody can be asked, and `typer.Exit` when the answer is no.
    """
    if not is_at_a_terminal():
        why = f"what would be taken back of {', '.join(foreseen.unknown)} is not known"
        if len(foreseen.taken_back) > MOST_TAKEN_BACK:
            why = f"{_to_be_taken_back(len(foreseen.taken_back))}, more than {MOST_TAKEN_BACK}"
        raise OptionError("--yes", f"{why}; without a terminal to ask at, this option is needed. {otherwise}")
    if not typer.confirm("Put this catalog in force?"):
        write([otherwise])
        raise typer.Exit(1)
