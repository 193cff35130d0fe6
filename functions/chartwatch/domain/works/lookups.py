"""Look-ups: what is kept of a work from one look-up to the next, and for how long."""

from dataclasses import dataclass
from datetime import date

from chartwatch.domain.works.candidates import Provider
from chartwatch.domain.works.evidence import Scored
from chartwatch.domain.works.facts import ASK_AGAIN, TIME_TO_LIVE, Fact, facts_found
from chartwatch.domain.works.identification import Identified


@dataclass(frozen=True, slots=True)
class Answered:
    """The candidates that a provider had when it was asked, best first, for a person to choose from."""

    provider: Provider
    asked: date
    candidates: tuple[Scored, ...]

    @property
    def expires(self) -> date | None:
        """The day from which on it may not be kept; None if it may for good."""
        lives = TIME_TO_LIVE.get(self.provider)
        return self.asked + lives if lives else None


@dataclass(frozen=True, slots=True)
class WorkLookup:
    """Every fact that a source said of a work, and what each provider answered last."""

    facts: tuple[Fact, ...] = ()
    answers: tuple[Answered, ...] = ()

    def with_found(self, found: Identified, asked: date) -> "WorkLookup":
        """Return it with what a provider's answer of a day came to, in place of that provider's earlier answer."""
        others = tuple(answer for answer in self.answers if answer.provider is not found.provider)
        return WorkLookup(
            tuple(dict.fromkeys((*self.facts, *facts_found(found, asked)))),
            (*others, Answered(found.provider, asked, found.ranked)),
        )

    def kept(self, today: date) -> "WorkLookup":
        """Return it without what may not be kept on that day any longer."""
        return WorkLookup(
            tuple(fact for fact in self.facts if fact.is_kept(today)),
            tuple(answer for answer in self.answers if answer.expires is None or today < answer.expires),
        )

    def due(self, today: date) -> frozenset[Provider]:
        """Return the providers that it is time to ask again, before what they said may not be kept."""
        return frozenset(a.provider for a in self.answers if a.expires is not None and today >= a.expires - ASK_AGAIN)
