"""The examples that stand beside rules, tried: short histories, and whether the rule tells of their last period."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from importlib import resources

from chartwatch.adapters.catalog_file import parse_catalog
from chartwatch.adapters.memory import MemoryCharts, MemoryMilestones
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.rules.rule import Rule, RuleSet
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import UNLISTED
from chartwatch.rules import Example
from chartwatch.services.detect import Detector
from chartwatch.services.ingest import take_in

FIRST_PERIOD = date(2022, 4, 1)
"""Later than the sample: all works of its catalog are out, so that a chart can mean them."""

_CHART = Chart("example", "the example's chart", "example", Cadence.DAY, 1)
_PROVENANCE = Provenance("example", None, "0" * 64)


def sample_catalog() -> Catalog:
    """Return the catalog of the sample, whose works the examples name."""
    name = "catalog.csv"
    return parse_catalog((resources.files("chartwatch.cli") / "sample" / name).read_bytes(), name)


def broken(rules: RuleSet, examples: Iterable[Example], catalog: Catalog) -> Iterator[tuple[Example, str]]:
    """Yield each example that does not come out as it says, with a sentence about it."""
    by_id = {rule.id: rule for rule in rules}
    for example in examples:
        told = any(
            change.is_told
            for bulletin in _bulletins(by_id[example.rule], example, catalog)
            for change in bulletin.changes
        )
        if told is not example.tells:
            said = "has nothing to tell" if example.tells else "tells something"
            yield example, f"{said} of the last period of {_shown(example)}{_unlisted(example, catalog)}"


def _bulletins(rule: Rule, example: Example, catalog: Catalog) -> list[Bulletin]:
    """Return what comes of the last period."""
    chart = replace(_CHART, list_name=min(rule.lists.names)) if rule.lists and not rule.lists.negated else _CHART
    charts, milestones = MemoryCharts(), MemoryMilestones()
    detector = Detector(charts, milestones, catalog, RuleSet([rule]))
    latest: list[Bulletin] = []
    for number, number_ones in enumerate(example.periods):
        if number_ones is None:
            continue
        period = FIRST_PERIOD + timedelta(number)
        editions = tuple(Edition(t, (Entry(1, title),)) for t, title in sorted(number_ones.items()))
        take_in(Publication(chart, period, editions, _PROVENANCE), charts)
        latest = detector.detect(chart.id, period)
    return latest


def _unlisted(example: Example, catalog: Catalog) -> str:
    """Say which titles the catalog does not hold: of these a rule can know nothing."""
    titles = {title: None for said in example.periods if said for title in said.values()}
    unlisted = [title for title in titles if catalog.match(title, None, FIRST_PERIOD).id.startswith(UNLISTED)]
    return f" (not in the sample's catalog: {', '.join(unlisted)})" if unlisted else ""


def _shown(example: Example) -> str:
    return ", ".join(
        "nothing" if said is None else "/".join(f"{title} in {territory}" for territory, title in said.items())
        for said in example.periods
    )
