"""Looking up what is not known of works at #1, as a person follows it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date

from chartwatch.cli.application import write
from chartwatch.cli.catalog_changes import Foreseen, OpenCatalog, ask, foreseen_lines
from chartwatch.cli.catalog_lines import MOST_CANDIDATES, facts_in_words, scored_lines
from chartwatch.cli.lacking import FACTS_IN_WORDS
from chartwatch.cli.overrides import candidate_id
from chartwatch.domain import words
from chartwatch.domain.works.candidates import Provider, is_looked_up
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import Dossier
from chartwatch.domain.works.lookups import WorkLookup
from chartwatch.domain.works.titles import title_key
from chartwatch.errors import CatalogChanged, LookupFailed, ProviderBusy, ProviderRefused
from chartwatch.services.catalog_changes import ATTEMPTS
from chartwatch.services.enrich import FactProvider, LookedUp, dossier_of, look_up, titles_of, updates_of
from chartwatch.services.unknown import Seen

MOST_FAILURES = 3
"""Look-ups in a row that a provider may fail before it is asked no more."""

PORTION = 20
"""Works whose look-ups are put in force together: no more are lost, however a round ends."""


@dataclass
class Keeping:
    """Puts what a round finds in force, portion by portion: what it changes is shown once, and asked about once."""

    opened: OpenCatalog
    today: date
    yes: bool
    limit: int | None = None
    kept: int = 0
    _shown: Foreseen = field(default_factory=Foreseen)
    _meant: Foreseen = field(default_factory=Foreseen)

    def put(self, portion: Mapping[str, LookedUp]) -> None:
        """Put a portion in force.

        Raises `CatalogChanged` when others change the catalog again and again, and what `catalog_changes.ask` raises.
        """
        for attempt in range(ATTEMPTS):
            before = self.opened.layers.layer(Layer.LOOKED_UP)
            after = with_found(before, portion, self.today)
            foreseen = self.opened.foresee(Layer.LOOKED_UP, after)
            if not self.yes:
                self._approve(foreseen)
            try:
                self.opened.layers.replace(Layer.LOOKED_UP, after, before=before)
            except CatalogChanged:
                if attempt + 1 == ATTEMPTS:
                    raise
            else:
                self.kept += len(portion)
                self._show(foreseen)
                return

    def _approve(self, foreseen: Foreseen) -> None:
        """Ask about what would be taken back since a person was asked last, if that is much."""
        if foreseen.without(self._meant).wants_a_person:
            self._show(foreseen)
            ask(foreseen.without(self._meant), "No more was changed" if self.kept else "Nothing was changed")
            self._meant = foreseen

    def _show(self, foreseen: Foreseen) -> None:
        shown, self._shown = self._shown, foreseen
        write(foreseen_lines(foreseen.without(shown), self.limit))


@dataclass(frozen=True, slots=True)
class Due:
    """A work to be looked up, and who is asked."""

    seen: Seen
    among: frozenset[Provider]


@dataclass
class Enrichment:
    """One round of look-ups, one after the other. `found` has what came of it by work, also where it is cut short.

    `put` puts a portion of it in force, and `asked_about` is called after each work.
    """

    providers: list[FactProvider]
    today: date
    put: Callable[[Mapping[str, LookedUp]], None]
    found: dict[str, LookedUp] = field(default_factory=dict)
    left: int = 0
    asked_about: Callable[[], None] = lambda: None
    _failed: dict[Provider, int] = field(default_factory=dict)
    _portion: dict[str, LookedUp] = field(default_factory=dict)

    def ask(self, due: Sequence[Due]) -> Iterator[str]:
        """Look works up, and yield what is taken as fact, what stays unknown, and who did not answer.

        `left` is then the number of works that were not looked up. Ctrl-C ends the round, and loses nothing.
        """
        self.left = len(due)
        try:
            for number, (seen, asked) in enumerate(((one.seen, self._asked(one)) for one in due), 1):
                if not asked:
                    continue
                its = look_up(seen.sighting, asked, self.today)
                if its.identified:
                    self.found[seen.work.id] = self._portion[seen.work.id] = its
                    self.left -= 1
                    said, *candidates = looked_up_lines(seen, its)
                    yield f"{number}/{len(due)} {said}"
                    yield from candidates
                yield from self._failures(asked, its)
                self.asked_about()
                if len(self._portion) == PORTION:
                    self.put_rest()
        except KeyboardInterrupt:
            yield "Stopped"

    def put_rest(self) -> None:
        """Put in force what was found and is not yet, at one try: who says no to it is not asked again."""
        portion, self._portion = self._portion, {}
        if portion:
            self.put(portion)

    def _asked(self, due: Due) -> list[FactProvider]:
        return [one for one in self.providers if one.provider in due.among]

    def _failures(self, asked: Sequence[FactProvider], its: LookedUp) -> Iterator[str]:
        """Yield who did not answer, and ask those no more who refuse, or are busy, or fail again and again."""
        yield from (f"  no answer: {failure}" for failure in its.failures)
        answered = {identified.provider for identified in its.identified}
        silent = [one.provider for one in asked if one.provider not in answered]
        before = {one: times for one, times in self._failed.items() if one not in answered}
        self._failed = before | {one: before.get(one, 0) + 1 for one in silent}
        refused = [one for one, failure in zip(silent, its.failures, strict=True) if _is_for_this_round(failure)]
        gone = {one for one in silent if self._failed[one] >= MOST_FAILURES} | set(refused)
        self.providers = [one for one in self.providers if one.provider not in gone]
        yield from (f"  {provider} is asked no more" for provider in sorted(gone))


def _is_for_this_round(failure: LookupFailed) -> bool:
    """Return whether the next question would fail too; one that is busy has been waited for already."""
    return isinstance(failure, ProviderRefused | ProviderBusy)


def due_of(
    seen: Iterable[Seen], looked_up: Iterable[Dossier], providers: Set[Provider], today: date
) -> tuple[list[Due], int]:
    """Return the works to look up, and how many others wait: they were looked up lately, and nothing was found.

    Of a work of which all is known, a provider is asked when what it said may not be kept for much longer.
    """
    known = {its.work.id: its for its in looked_up}
    due: list[Due] = []
    waiting = 0
    for its in seen:
        if its.work.candidates:
            continue  # the catalog knows what it may be: only a person, or a date, can say which
        if not is_looked_up(its.work.kind, its.work.credit):
            continue
        dossier = dossier_of(its.work.id, titles_of(its.work), its.work.kind, known)
        lookup = dossier.lookup if dossier else WorkLookup()
        if among := providers & (frozenset(Provider) if its.lacks and lookup.is_due(today) else lookup.due(today)):
            due.append(Due(its, frozenset(among)))
        elif its.lacks:
            waiting += 1
    return due, waiting


def with_found(before: Iterable[Dossier], found: Mapping[str, LookedUp], today: date) -> list[Dossier]:
    """Return the layer of what was looked up, with what was found on a day."""
    after = {its.work.id: its for its in before}
    for work_id, update in updates_of(found, today).items():
        sighting = found[work_id].sighting
        its = update(dossier_of(work_id, set(map(title_key, sighting.titles)), sighting.kind, after))
        after[its.work.id] = its
    return list(after.values())


def looked_up_lines(seen: Seen, its: LookedUp) -> Iterator[str]:
    """Yield what looking up a work came to, with the candidates where something stays unknown."""
    said = {fact.name for fact in its.facts}
    unknown = [FACTS_IN_WORDS[name] for name in seen.lacks if name not in said]
    sources = words.listed(sorted({fact.source for fact in its.facts}))
    facts = f"{facts_in_words(its.facts)}, by {sources}" if its.facts else ""
    stays = f"{words.listed(unknown)} unknown still" if unknown else ""
    yield f"{seen.work.title}: {'; '.join(filter(None, (facts, stays))) or 'nothing new'}"
    if not unknown:
        return
    ranked = [scored for identified in its.identified for scored in identified.ranked]
    for scored in sorted(ranked, key=lambda one: -one.score)[:MOST_CANDIDATES]:
        yield from scored_lines(scored, f"  candidate {candidate_id(scored.candidate)}")
    if (more := len(ranked) - MOST_CANDIDATES) > 0:
        yield f"  and {words.counted(more, 'more candidate')}"
    if not ranked:
        yield "  no candidates"
