"""Reigns: unbroken runs of works at #1, carried from period to period."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple


class Run(NamedTuple):
    """A run that lasted in the latest period: since when, and of how many periods.

    `periods_before` and `longest_before` are those of the same work's earlier runs. `censored`: the run began with the
    record; `ever_censored`: the work was at #1 when the record began. `record`: it has become the scope's longest.
    """

    since: date
    length: int
    periods_before: int = 0
    longest_before: int = 0
    censored: bool = False
    ever_censored: bool = False
    record: bool = False

    @property
    def total(self) -> int:
        """Periods at #1 in all runs of the work."""
        return self.periods_before + self.length

    @property
    def longest(self) -> int:
        """The length of the longest run of the work."""
        return max(self.longest_before, self.length)


@dataclass(frozen=True, slots=True)
class Reigns:
    """The runs that last, by claimant (`Claimant.key`), and the length of the longest that has ended (0: none has)."""

    runs: Mapping[str, Run] = field(default_factory=dict)
    longest_ended: int = 0

    def longest_other(self, key: str) -> int:
        """Return the length of the longest run but that of `key`; 0 when there is no other."""
        return max((self.longest_ended, *(run.length for other, run in self.runs.items() if other != key)))
