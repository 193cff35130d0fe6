"""Identification: which of one provider's candidates a chart means, and which facts follow from that.

What one candidate decides is a fact. Where several are as likely, a fact is what all of them say: it is so whichever
it is. What the candidates leave open is unknown, and they are kept for a person.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from chartwatch.domain.works.candidates import Candidate, ExternalId, Provider, Sighting
from chartwatch.domain.works.evidence import Evidence, Scored, denies_language, weigh

ENOUGH = 3
"""Bits from which on a candidate is what the chart means, where no other comes near."""

MARGIN = 4
"""Bits by which a candidate has to be ahead of another for that one not to count."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Identified:
    """What a provider's candidates came to.

    `ranked` are all of them, best first. `likely` are those which it may be: one where the evidence decides, several
    where it does not, none where no candidate has evidence enough. `led_by` is the provider whose link led to all of
    them, None where a number that charts give did, or a title.
    """

    provider: Provider
    ranked: tuple[Scored, ...] = ()
    likely: tuple[Scored, ...] = ()
    language: str | None = None
    main_country: str | None = None
    countries: frozenset[str] = frozenset()
    released: date | None = None
    led_by: Provider | None = None

    @property
    def by_id(self) -> bool:
        """Whether a number that charts give says which it is, and not a title."""
        return bool(self.likely) and all(scored.shows(Evidence.SAME_ID) for scored in self.likely)

    @property
    def ids(self) -> frozenset[ExternalId]:
        """The numbers of the one candidate that it is; none where it may be several."""
        return self.likely[0].candidate.ids if len(self.likely) == 1 else frozenset()


def identify(sighting: Sighting, provider: Provider, candidates: Iterable[Candidate]) -> Identified:
    """Return which candidates of a provider a chart may mean, and the facts that they agree on.

    The order in which the candidates come does not matter.
    """
    ranked = sorted(weigh(sighting, candidates), key=_order)
    if not ranked or ranked[0].score < ENOUGH:
        return Identified(provider, tuple(ranked))
    likely = tuple(scored for scored in ranked if scored.score > ranked[0].score - MARGIN)
    whose = [scored.candidate for scored in likely]
    return Identified(
        provider,
        tuple(ranked),
        likely,
        _agreed(language_of(candidate, sighting) for candidate in whose),
        _agreed(main_country_of(candidate) for candidate in whose),
        _agreed(countries_of(candidate) or None for candidate in whose) or frozenset(),
        _agreed(released_of(candidate) for candidate in whose),
        _led_by(sighting, likely),
    )


def chosen(scored: Scored) -> Identified:
    """Return what follows where a person says which candidate it is: all that this one says, whatever its list says."""
    its = scored.candidate
    language = its.languages[0] if len(its.languages) == 1 else None
    countries, released = countries_of(its), released_of(its)
    return Identified(its.provider, (scored,), (scored,), language, main_country_of(its), countries, released)


def language_of(candidate: Candidate, sighting: Sighting) -> str | None:
    """Return the original language that a candidate names; None for several, and for one that its list denies."""
    if len(candidate.languages) != 1 or denies_language(sighting, candidate):
        return None
    return candidate.languages[0]


def released_of(candidate: Candidate) -> date | None:
    """Return the first day on which a candidate was released; None where it may be an earlier one."""
    first = min(candidate.released, default=None)
    return first.first if first and first.is_day else None


def countries_of(candidate: Candidate) -> frozenset[str]:
    """Return the countries that a candidate names."""
    return frozenset((*candidate.origins, *candidate.producers))


def main_country_of(candidate: Candidate) -> str | None:
    """Return the one country that a candidate names, or prefers; None where nothing says which is the main one.

    Of a co-production, neither the first of TMDB's countries is, which are sorted, nor the only one that it names as
    origin among several of production: of 33 such films that one was wrong for 14. The language does not say it either.
    """
    countries = countries_of(candidate)
    return candidate.main_origin or (next(iter(countries)) if len(countries) == 1 else None)


def _led_by(sighting: Sighting, likely: Iterable[Scored]) -> Provider | None:
    """Return the provider whose link led to all that is likely; of several the first by name."""
    if not all(scored.shows(Evidence.LINKED) for scored in likely):
        return None
    ids = frozenset(one for scored in likely for one in scored.candidate.ids)
    return min((link.by for link in sighting.links if link.id in ids), default=None)


def _order(scored: Scored) -> tuple[int, str, str, list[ExternalId]]:
    """Return by what candidates are sorted: the best first, and always in the same order."""
    candidate = scored.candidate
    return -scored.score, candidate.id, repr(replace(candidate, ids=frozenset())), sorted(candidate.ids)


def _agreed(values: Iterable[Value | None]) -> Value | None:
    """Return the value that all say; None where one says nothing or another."""
    said = set(values)
    return said.pop() if len(said) == 1 else None
