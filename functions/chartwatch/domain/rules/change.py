"""`change`: a work is at #1 that was not there in the period before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from chartwatch.domain.rules.certain import Unknown, of_a_change
from chartwatch.domain.rules.claims import (
    MAX_UNDECIDED,
    Claim,
    Undecided,
    claim_of,
    evidence_of,
    reasons_of,
    undecided_reasons,
)
from chartwatch.domain.rules.evidence import Previous
from chartwatch.domain.rules.firsts import Past
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import DATE, WORDING, Priority, Rule
from chartwatch.domain.rules.standing import Standing
from chartwatch.domain.rules.written import AsWritten, Brief, Headline, WrittenRule


class Returns(StrEnum):
    """Whether a `change` rule tells of works that had topped there before."""

    ALSO = "also"
    ONLY = "only"
    NEVER = "never"

    def admits(self, returns: bool) -> bool:
        """Return whether a work that returns, or does not, is told of."""
        return self is Returns.ALSO or (self is Returns.ONLY) is returns


class _Returning(AsWritten):
    """How a change to a work that had topped there before is told."""

    headline: Headline
    brief: Brief


class WrittenChange(WrittenRule):
    """A `change` as it stands in a file."""

    kind: Literal["change"]
    returns: Annotated[Returns, Field(strict=False)] = Returns.ALSO
    returning: _Returning | None = None

    def meant(self) -> dict[str, Any]:
        """Return the fields of the rule; what `returning` says is two of them."""
        said = super().meant()
        returning = said.pop("returning")
        return said | {"return_headline": returning.headline, "return_brief": returning.brief} if returning else said


@dataclass(frozen=True, slots=True)
class ChangeRule(Rule):
    """A new #1. `return_headline` and `return_brief` take the place of the others where all newcomers return."""

    kind: ClassVar[str] = "change"
    written: ClassVar[type[WrittenRule]] = WrittenChange
    worth: ClassVar[Priority] = Priority.CHANGE
    turn: ClassVar[int] = 0
    is_dated: ClassVar[bool] = True

    returns: Returns = Returns.ALSO
    return_headline: str = field(default="", metadata={WORDING: True})
    return_brief: str = field(default="", metadata={WORDING: True})

    def claims(self, standing: Standing, past: Past) -> Iterator[Claim]:
        """Yield the claim that newcomers make; none at the beginning of a scope's record."""
        newcomers = [
            claimant
            for claimant in standing.newcomers
            if self.returns.admits(claimant in standing.returning) and self.verdict(claimant.work)
        ]
        if standing.before is None or not newcomers:
            return
        returning = {c.name: standing.returning[c] for c in newcomers if c in standing.returning}
        headline, brief = self.headline, self.brief
        if len(returning) == len(newcomers):
            headline, brief = self.return_headline or headline, self.return_brief or brief
        previous = Previous(standing.before.last, tuple(claimant.name for claimant in standing.previous))
        yield claim_of(
            self,
            standing,
            standing.period.isoformat(),
            [
                Holder(
                    c.work_id,
                    c.work.title,
                    standing.period,
                    c.season,
                    returned=c in standing.returning,
                    label=c.label,
                )
                for c in newcomers
            ],
            newcomers,
            reasons=(
                *reasons_of(self._unknown(standing)),
                *undecided_reasons(self._undecided(standing), MAX_UNDECIDED, past.titles),
            ),
            evidence=replace(evidence_of(standing, newcomers), previous=previous, first_topped=returning or None),
            templates=(headline, brief),
        )

    def _unknown(self, standing: Standing) -> list[Unknown]:
        never, only = self.returns is Returns.NEVER, self.returns is Returns.ONLY
        return of_a_change(self, standing, admits_new=not only, admits_returning=not never)

    def _undecided(self, standing: Standing) -> list[Undecided]:
        """Return the newcomers of which nobody can say whether they count, or only by what is assumed of them."""
        asked = [c for c in standing.newcomers if self.returns.admits(c in standing.returning)]
        facts = [(c, self.assumed_facts(c.work), self.verdict(c.work) is None) for c in asked]
        return [
            Undecided(
                Holder(c.work_id, c.work.title, standing.returning.get(c, standing.period), c.season, label=c.label),
                assumed or self.unknown_facts(c.work),
                bool(assumed),
            )
            for c, assumed, is_unknown in facts
            if is_unknown or assumed
        ]

    def places(self) -> Mapping[str, str]:
        """Return that a place is a period."""
        return {"a period, such as 2022-02-04": DATE}
