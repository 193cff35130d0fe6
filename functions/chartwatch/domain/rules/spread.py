"""`spread`: a work has topped a number of a chart's territories, or all of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from chartwatch.domain.rules import certain
from chartwatch.domain.rules.claims import Claim, claim_of_one
from chartwatch.domain.rules.firsts import Past
from chartwatch.domain.rules.rule import MOST, NUMBER, WORK, Priority, Rule, Scope
from chartwatch.domain.rules.standing import Standing
from chartwatch.domain.rules.written import Number, WrittenRule, in_order, saying

_Spread = Annotated[Number | Literal["all"], saying(f"{{found}} is not a whole number from 1 to {MOST}, nor `all`")]


class WrittenSpread(WrittenRule):
    """A `spread` as it stands in a file."""

    kind: Literal["spread"]
    scope: Annotated[Literal[Scope.CHART], saying("should be chart: a spread counts territories")]
    at: list[_Spread] = Field(
        min_length=1, max_length=100, description="spread needs the numbers that are worth telling"
    )

    def meant(self) -> dict[str, Any]:
        """Return the fields of the rule, which knows `all` as `everywhere`."""
        numbers = in_order(n for n in self.at if n != "all")
        return super().meant() | {"at": numbers, "everywhere": "all" in self.at}


@dataclass(frozen=True, slots=True)
class SpreadRule(Rule):
    """A slot for each work and number of territories; `everywhere` asks for all that the chart has had by then."""

    kind: ClassVar[str] = "spread"
    written: ClassVar[type[WrittenRule]] = WrittenSpread
    worth: ClassVar[Priority] = Priority.LASTING
    turn: ClassVar[int] = 1
    names_its_work: ClassVar[bool] = True

    everywhere: bool = False

    @property
    def marks(self) -> tuple[str, ...]:
        """The numbers, and `all`."""
        return (*map(str, self.at), *(["all"] if self.everywhere else []))

    def claims(self, standing: Standing, past: Past) -> Iterator[Claim]:
        """Yield the claims that the newly topped territories make."""
        for claimant, spread in standing.spreads.items():
            if self.verdict(claimant.work):
                claim = partial(
                    claim_of_one, self, standing, claimant, first_topped=past.first_topped(standing, claimant)
                )
                for n in self.at:
                    if len(spread.topped) < n <= spread.after:
                        against = certain.of_a_spread(standing, claimant, n)
                        yield claim(n, str(n), against=against)
                if self.everywhere and spread.is_everywhere and not spread.was_everywhere:
                    against = certain.of_a_spread_to_all(standing, claimant)
                    yield claim(spread.after, "all", against=against)

    def places(self) -> Mapping[str, str]:
        """Return that a place is a work with a number, or with `all`."""
        forms = {"WORK:N, such as squid-game:5": f"{WORK}:{NUMBER}"} if self.at else {}
        return forms | ({"WORK:all": f"{WORK}:all"} if self.everywhere else {})
