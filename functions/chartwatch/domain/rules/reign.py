"""`reign`: a work has been at #1 of a scope for a number of periods, or for longer than any other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from chartwatch.domain.rules import certain
from chartwatch.domain.rules.claims import Claim, claim_of_one
from chartwatch.domain.rules.firsts import Past
from chartwatch.domain.rules.rule import DATE, NUMBER, OPTION, WORK, Priority, Rule
from chartwatch.domain.rules.standing import Standing
from chartwatch.domain.rules.written import Number, WrittenRule, in_order

RECORD = "record"
"""The mark of a run that is the longest of its scope."""


class WrittenReign(WrittenRule):
    """A `reign` as it stands in a file."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["at"], "properties": {"at": {"minItems": 1}}},
                {"required": ["record"], "properties": {"record": {"const": True}}},
            ],
            "not": {
                "required": ["record"],
                "properties": {"record": {"const": True}},
                "anyOf": [
                    {"required": ["total"], "properties": {"total": {"const": True}}},
                    {"required": ["at"], "properties": {"at": {"minItems": 1}}},
                ],
            },
        }
    )
    kind: Literal["reign"]
    record: bool = False
    total: bool = False
    across_methods: bool = True
    at: list[Number] = Field(
        default_factory=list,
        validate_default=True,
        max_length=100,
        description="reign needs the numbers that are worth telling",
    )

    @field_validator("total")
    @classmethod
    def _no_record_of_totals(cls, total: bool, info: ValidationInfo) -> bool:
        if total and info.data.get("record"):
            raise ValueError("counts all runs together, and `record` tells of single ones: make it two rules")
        return total

    @field_validator("at")
    @classmethod
    def _either_these_or_record(cls, at: list[int], info: ValidationInfo) -> tuple[int, ...]:
        if not at and not info.data.get("record"):
            raise PydanticCustomError("missing", "neither numbers nor records")
        if at and info.data.get("record"):
            raise ValueError("tells of runs that need not be the longest, as `record` says they are: make it two rules")
        return in_order(at)


@dataclass(frozen=True, slots=True)
class ReignRule(Rule):
    """A slot for each work and number of periods in a run, or with `total` in all its runs.

    `record` asks for runs that become the longest of the scope, each a slot of its own. Unless `across_methods`, a run
    ends where the chart comes to rank by something else, and what is counted and compared begins anew.
    """

    kind: ClassVar[str] = "reign"
    written: ClassVar[type[WrittenRule]] = WrittenReign
    worth: ClassVar[Priority] = Priority.LASTING
    turn: ClassVar[int] = 3
    names_its_work: ClassVar[bool] = True
    asks_for_runs: ClassVar[bool] = True

    record: bool = False
    total: bool = False
    across_methods: bool = field(default=True, metadata={OPTION: True})

    @property
    def is_within_methods(self) -> bool:
        """Whether its runs end where the chart comes to rank by something else."""
        return not self.across_methods

    @property
    def marks(self) -> tuple[str, ...]:
        """The numbers, and `record`."""
        return (*map(str, self.at), *([RECORD] if self.record else []))

    def claims(self, standing: Standing, past: Past) -> Iterator[Claim]:
        """Yield the claims that the runs of the works at #1 make."""
        its = standing if self.across_methods else standing.of_method or standing
        for claimant in its.current:
            if not self.verdict(claimant.work):
                continue
            run, first = its.reigns.runs[claimant.key], past.first_topped(standing, claimant)
            claim = partial(claim_of_one, self, its, claimant, first_topped=first, whole=standing)
            n = run.total if self.total else run.length
            if n in self.at and (self.total or run.length > run.past.longest):
                censored = run.ever_censored if self.total else run.censored
                against = certain.of_a_total(its, claimant) if self.total else certain.of_a_run(its, claimant, run, n)
                counted_from = None if its.method else first if self.total else run.since
                mark = f"{n}:{its.method.since}" if its.method else str(n)
                yield claim(n, mark, against=against, censored=censored, since=counted_from)
            before = its.reigns_before.runs.get(claimant.key)
            was_record = before is not None and before.record and before.since == run.since
            if self.record and run.record and not was_record:
                mark, against = f"{RECORD}:{run.since.isoformat()}", certain.of_a_record(its, claimant, run)
                counted_from = None if its.method else its.coverage.first  # it is compared with all runs
                yield claim(run.length, mark, against=against, censored=run.censored, since=counted_from)

    def places(self) -> Mapping[str, str]:
        """Return that a place is a work with a number, or with the beginning of a run that is a record.

        Within methods, that of a work with a number says since when the chart ranks as it did then, if it had before.
        """
        forms = {"WORK:N, such as squid-game:5": f"{WORK}:{NUMBER}"} if self.at else {}
        if self.at and self.is_within_methods:
            forms["WORK:N:DATE, such as squid-game:5:2023-06-18"] = f"{WORK}:{NUMBER}:(?P<since>{DATE})"
        example = "WORK:record:DATE, such as squid-game:record:2021-09-21"
        return forms | ({example: f"{WORK}:record:{DATE}"} if self.record else {})
