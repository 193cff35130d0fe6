"""Look-ups: what is kept of a work from one look-up to the next, and for how long."""

from dataclasses import dataclass
from datetime import date, timedelta

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


LONGEST_PAUSE = timedelta(days=30)
"""How long at most until a work of which nothing was found is looked up again."""


@dataclass(frozen=True, slots=True)
class WorkLookup:
    """Every fact that a source said of a work, and what each provider answered last.

    `tries` is how often it was looked up without coming to know all that is asked of it, `unanswered` how often since
    then without an answer of anybody.
    """

    facts: tuple[Fact, ...] = ()
    answers: tuple[Answered, ...] = ()
    tries: int = 0
    unanswered: int = 0

    @property
    def times(self) -> int:
        """How often it was looked up, by which it takes its turn among others."""
        return self.tries + self.unanswered

    def with_found(self, found: Identified, asked: date) -> "WorkLookup":
        """Return it with what a provider's answer of a day came to, in place of that provider's earlier answer."""
        others = tuple(answer for answer in self.answers if answer.provider is not found.provider)
        return WorkLookup(
            tuple(dict.fromkeys((*self.facts, *facts_found(found, asked)))),
            (*others, Answered(found.provider, asked, found.ranked)),
            self.tries,
            self.unanswered,
        )

    def kept(self, today: date) -> "WorkLookup":
        """Return it without what may not be kept on that day any longer."""
        return WorkLookup(
            tuple(fact for fact in self.facts if fact.is_kept(today)),
            tuple(answer for answer in self.answers if answer.expires is None or today < answer.expires),
            self.tries,
            self.unanswered,
        )

    def is_due(self, today: date) -> bool:
        """Return whether it is time to look the work up, again or for the first time: after a day, two, four, eight."""
        last = max((answer.asked for answer in self.answers), default=None)
        return last is None or today >= last + min(timedelta(days=1 << int(min(self.tries, 10))) / 2, LONGEST_PAUSE)

    def due(self, today: date) -> frozenset[Provider]:
        """Return the providers that it is time to ask again, before what they said may not be kept."""
        return frozenset(a.provider for a in self.answers if a.expires is not None and today >= a.expires - ASK_AGAIN)
