"""What comes before the detector: what is not known of the works at #1 is looked up, and the publication marked ready.

Providers are asked in turn, each with what the ones before know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from chartwatch.domain.works.candidates import Candidate, Provider, Sighting
from chartwatch.domain.works.facts import Fact, facts_found
from chartwatch.domain.works.identification import Identified, identify
from chartwatch.errors import LookupFailed
from chartwatch.services.ports import MarkedCharts

WAIT = timedelta(minutes=2)
"""How long a publication waits at most for what is looked up of its works, from when it was stored."""


class FactProvider(Protocol):
    """A provider of facts on works; adapters implement it."""

    @property
    def provider(self) -> Provider:
        """Which one it is."""

    def candidates(self, sightings: Sequence[Sighting]) -> list[tuple[Candidate, ...]]:
        """Return the candidates for each sighting. Raises a `LookupFailed`."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What looking up one title came to: by provider which candidates it may be, the facts, and who did not answer."""

    sighting: Sighting
    identified: tuple[Identified, ...] = ()
    facts: tuple[Fact, ...] = ()
    failures: tuple[LookupFailed, ...] = ()


def look_up(sighting: Sighting, providers: Sequence[FactProvider], today: date) -> LookedUp:
    """Ask the providers in turn what a sighting means.

    The numbers by which one knows the work lead the next to its entry. One that fails is left out, and named.
    """
    identified: list[Identified] = []
    failures: list[LookupFailed] = []
    seen = sighting
    for provider in providers:
        try:
            (candidates,) = provider.candidates([seen])
        except LookupFailed as failure:
            failures.append(failure)
            continue
        found = identify(seen, provider.provider, candidates)
        identified.append(found)
        seen = seen.known_as(found.ids)
    facts = tuple(fact for found in identified for fact in facts_found(found, today))
    return LookedUp(sighting, tuple(identified), facts, tuple(failures))


class Enricher:
    """Marks publications ready."""

    def __init__(self, charts: MarkedCharts) -> None:
        """`charts` has what was published."""
        self._charts = charts

    def enrich(self, chart: str, period: date) -> None:
        """Mark the publication of a chart for a period ready, as it is stored now."""
        publication = self._charts.summary(chart, period)
        if publication is not None:
            self._charts.mark_ready(publication)
