"""Evidence: what a claim rests on, as a typed value and as the JSON that is published."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from chartwatch.domain.charts.chart import MetricPeriod
from chartwatch.domain.charts.publications import Provenance
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import Origin

Gap = tuple[date, date]
"""First and last of a range of missing periods."""


@dataclass(frozen=True, slots=True)
class Previous:
    """Who was at #1 in the period known before."""

    period: date
    number_ones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherPolicy:
    """Who would hold the slot if works counted for their countries the other way; nobody when `holders` is empty."""

    origin: Origin
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The coverage of a claim's scope up to its period, the edition that shows it, and who stood there before.

    `editions` and `territories` (by name of the work, where it is at #1 now) are those of scope chart. `previous` and
    `first_topped` (by name, since when works that return had topped there) are a change's, `earlier` and `other_policy`
    those of rules that count firsts. `method_changes` are by what the chart came to rank within the periods that a
    claim counts or compares; `within_method` is the one by which all of these were ranked, of a rule that asks for that
    where the chart had ranked otherwise before.
    """

    records_since: date
    periods_expected: int
    periods_seen: int
    gaps: tuple[Gap, ...]
    metric: tuple[MetricPeriod, ...]
    edition: Provenance
    editions: int | None = None
    territories: Mapping[str, tuple[str, ...]] | None = None
    previous: Previous | None = None
    first_topped: Mapping[str, date] | None = None
    earlier: tuple[Holder, ...] | None = None
    other_policy: OtherPolicy | None = None
    method_changes: tuple[MetricPeriod, ...] | None = None
    within_method: MetricPeriod | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the evidence as it stands in a change; what does not apply is left out."""
        written: dict[str, Any] = {
            "records_since": self.records_since.isoformat(),
            "periods_expected": self.periods_expected,
            "periods_seen": self.periods_seen,
            "gaps": [[first.isoformat(), last.isoformat()] for first, last in self.gaps],
            "metric": _metrics_as_json(self.metric),
            "method_changes": self.method_changes and _metrics_as_json(self.method_changes),
            "within_method": self.within_method and _metrics_as_json([self.within_method])[0],
            "edition": {
                "url": self.edition.url,
                "fetched_at": self.edition.fetched_at,
                "sha256": self.edition.sha256,
            },
            "editions": self.editions,
            "territories": self.territories and {name: list(where) for name, where in self.territories.items()},
            "previous": self.previous
            and {"period": self.previous.period.isoformat(), "number_ones": list(self.previous.number_ones)},
            "first_topped": self.first_topped
            and {name: since.isoformat() for name, since in self.first_topped.items()},
            "earlier": None if self.earlier is None else [holder.as_json() for holder in self.earlier],
            "other_policy": self.other_policy
            and {
                "origin": self.other_policy.origin.value,
                "holders": [holder.as_json() for holder in self.other_policy.holders],
            },
        }
        return {name: value for name, value in written.items() if value is not None}


def _metrics_as_json(metrics: Iterable[MetricPeriod]) -> list[dict[str, Any]]:
    return [{"metric": each.metric, "since": each.since and each.since.isoformat()} for each in metrics]
