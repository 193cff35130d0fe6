"""A provider of facts as the simulation has one: it answers, refuses, is slow, or the process ends as it is asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from botocore.exceptions import ClientError, ReadTimeoutError

from chartwatch.domain.works.candidates import Candidate, Provider, Sighting, Span, Title
from chartwatch.domain.works.work import Kind, Work, unlisted
from chartwatch.errors import ProviderBusy, ProviderDown
from tests.simulation.cloud import Seam

LOOKUP = "Lookup"
"""The name of its calls."""

RELEASED = date(2022, 1, 4)


def _entry(number: int, title: str, kind: Kind, language: str, country: str) -> Candidate:
    titles, released = (Title(title),), (Span.day(RELEASED),)
    return Candidate(Provider.WIKIDATA, f"Q{number}", kind, titles, released, (language,), (country,))


ENTRIES = (
    _entry(1, "Elite", Kind.SERIES, "es", "ES"),
    _entry(2, "Bird Box Barcelona", Kind.FILM, "es", "ES"),
)
"""What it knows, and nobody else does."""


def works() -> Sequence[Work]:
    """Return the works that it knows, as they are when they were looked up."""
    its = ((unlisted(entry.titles[0].text, entry.kind), entry) for entry in ENTRIES)
    return [Work(work.id, work.title, work.kind, entry.languages[0], entry.origins, RELEASED) for work, entry in its]


@dataclass
class SimulatedProvider:
    """Implements `FactProvider`. `begins` is called before each look-up; `told` are the titles that it answered for."""

    seam: Seam
    begins: Callable[[], None] = lambda: None
    told: set[str] = field(default_factory=set)
    provider: Provider = Provider.WIKIDATA

    def candidates(self, sightings: Sequence[Sighting]) -> list[tuple[Candidate, ...]]:
        self.begins()
        its = [tuple(entry for entry in ENTRIES if entry.titles[0].text in sighting.titles) for sighting in sightings]
        try:
            self.seam.call(LOOKUP, lambda: None, retried=False)
        except ClientError as error:
            raise ProviderBusy("Wikidata", "answered 429") from error
        except ReadTimeoutError as error:
            raise ProviderDown("Wikidata", "timed out") from error
        self.told |= {entry.titles[0].text for one in its for entry in one}
        return its
