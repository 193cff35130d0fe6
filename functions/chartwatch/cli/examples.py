"""The examples that stand beside rules, tried: short histories, and whether the rule tells of their last period."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from importlib import resources

from chartwatch.adapters.catalog_file import parse_catalog
from chartwatch.adapters.memory import MemoryCharts, MemoryMilestones
from chartwatch.domain.catalog import Catalog
from chartwatch.domain.charts import Cadence, Chart, Edition, Entry, Provenance, Publication
from chartwatch.domain.detection import Detector
from chartwatch.domain.milestones import Bulletin
from chartwatch.domain.rules import RuleSet
from chartwatch.rules import Example

FIRST_PERIOD = date(2022, 4, 1)
"""Later than the sample: all works of its catalog are out, so that a chart can mean them."""

_CHART = Chart("example", "the example's chart", "example", Cadence.DAY, 1)
_PROVENANCE = Provenance("example", None, "0" * 64)


def sample_catalog() -> Catalog:
    """Return the catalog of the sample, whose works the examples name."""
    name = "catalog.csv"
    return parse_catalog((resources.files("chartwatch.cli") / "sample" / name).read_bytes(), name)


def broken(rules: RuleSet, examples: Iterable[Example], catalog: Catalog) -> Iterator[str]:
    """Yield a sentence for each example that does not come out as it says."""
    for example in examples:
        told = any(
            change.is_told and change.milestone.rule == example.rule
            for bulletin in _bulletins(rules, example, catalog)
            for change in bulletin.changes
        )
        if told is not example.tells:
            said = "has nothing to tell" if example.tells else "tells something"
            yield f"rule {example.rule} {said} of the last period of {_shown(example)}"


def _bulletins(rules: RuleSet, example: Example, catalog: Catalog) -> list[Bulletin]:
    """Return what comes of the last period."""
    charts, milestones = MemoryCharts(), MemoryMilestones()
    detector = Detector(charts, milestones, catalog, rules)
    latest: list[Bulletin] = []
    for number, number_ones in enumerate(example.periods):
        if number_ones is None:
            continue
        period = FIRST_PERIOD + timedelta(number)
        editions = tuple(Edition(t, (Entry(1, title),)) for t, title in sorted(number_ones.items()))
        charts.put(Publication(_CHART, period, editions, _PROVENANCE), set(number_ones))
        latest = detector.detect(_CHART.id, period)
    return latest


def _shown(example: Example) -> str:
    return ", ".join(
        "nothing" if said is None else "/".join(f"{title} in {territory}" for territory, title in said.items())
        for said in example.periods
    )
