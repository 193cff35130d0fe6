"""`spread`: a work has topped a number of a chart's territories, or all of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from chartwatch.domain.rules.claims import Claim, claim_of_one
from chartwatch.domain.rules.firsts import Past
from chartwatch.domain.rules.rule import Priority, Rule
from chartwatch.domain.rules.standing import Standing


@dataclass(frozen=True, slots=True)
class SpreadRule(Rule):
    """A slot for each work and number of territories; `everywhere` asks for all that the chart has had by then."""

    kind: ClassVar[str] = "spread"
    turn: ClassVar[int] = 1
    names_its_work: ClassVar[bool] = True

    everywhere: bool = False

    @property
    def marks(self) -> tuple[str, ...]:
        """The numbers, and `all`."""
        return (*map(str, self.at), *(["all"] if self.everywhere else []))

    def claims(self, standing: Standing, past: Past) -> Iterator[Claim]:
        """Yield the claims that the newly topped territories make."""
        del past
        for claimant, spread in standing.spreads.items():
            if self.verdict(claimant.work):
                for n in self.at:
                    if spread.before < n <= spread.after:
                        yield claim_of_one(self, standing, claimant, n, str(n))
                if self.everywhere and spread.is_everywhere and not spread.was_everywhere:
                    yield claim_of_one(self, standing, claimant, spread.after, "all")

    @classmethod
    def priority(cls, n: int | None) -> Priority:
        """Return that it is worth as much as a reign."""
        del n
        return Priority.LASTING

    def places(self) -> Mapping[str, str]:
        """Return that a place is a work with a number, or with `all`."""
        forms = {"WORK:N, such as squid-game:5": r".+:[1-9]\d{0,4}"} if self.at else {}
        return forms | ({"WORK:all": ".+:all"} if self.everywhere else {})
