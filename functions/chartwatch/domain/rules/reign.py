"""`reign`: a work has been at #1 of a scope for a number of periods, or for longer than any other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from chartwatch.domain.rules.claims import Claim, claim_of_one
from chartwatch.domain.rules.firsts import Past
from chartwatch.domain.rules.rule import Priority, Rule
from chartwatch.domain.rules.standing import Standing


@dataclass(frozen=True, slots=True)
class ReignRule(Rule):
    """A slot for each work and number of periods in a run, or with `total` in all its runs.

    `record` asks for runs that become the longest of the scope, each a slot of its own.
    """

    kind: ClassVar[str] = "reign"
    turn: ClassVar[int] = 3
    names_its_work: ClassVar[bool] = True
    asks_for_runs: ClassVar[bool] = True

    record: bool = False
    total: bool = False

    @property
    def marks(self) -> tuple[str, ...]:
        """The numbers, and `record`."""
        return (*map(str, self.at), *(["record"] if self.record else []))

    def claims(self, standing: Standing, past: Past) -> Iterator[Claim]:
        """Yield the claims that the runs of the works at #1 make."""
        del past
        for claimant in standing.current:
            if not self.verdict(claimant.work):
                continue
            run = standing.reigns.runs[claimant.key]
            n = run.total if self.total else run.length
            if n in self.at and (self.total or run.length > run.longest_before):
                censored = run.ever_censored if self.total else run.censored
                yield claim_of_one(self, standing, claimant, n, str(n), censored=censored)
            before = standing.reigns_before.runs.get(claimant.key)
            was_record = before is not None and before.record and before.since == run.since
            if self.record and run.record and not was_record:
                mark = f"record:{run.since.isoformat()}"
                yield claim_of_one(self, standing, claimant, run.length, mark, censored=run.censored)

    @classmethod
    def priority(cls, n: int | None) -> Priority:
        """Return that it is worth as much as a spread."""
        del n
        return Priority.LASTING

    def places(self) -> Mapping[str, str]:
        """Return that a place is a work with a number, or with the beginning of a run that is a record."""
        forms = {"WORK:N, such as squid-game:5": r".+:[1-9]\d{0,4}"} if self.at else {}
        example = "WORK:record:DATE, such as squid-game:record:2021-09-21"
        return forms | ({example: r".+:record:\d{4}-\d\d-\d\d"} if self.record else {})
