"""Editions and publications on DynamoDB: an edition is an item, and the publication that names them all comes last."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from pydantic import TypeAdapter

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.codec import Packed, number, text
from chartwatch.adapters.dynamodb.table import Item, Table
from chartwatch.domain.charts import Edition, Entry, Publication, PublicationSummary

_SUMMARY = Packed(TypeAdapter(PublicationSummary))
_ENTRIES = TypeAdapter(tuple[Entry, ...])


class DynamoCharts:
    """Editions and publications; implements `ChartStore`."""

    def __init__(self, table: Table) -> None:
        """`table` is the charts table."""
        self._table = table
        self._listed: set[str] = set()

    def charts(self) -> Sequence[str]:
        """Return the ids of the charts that have publications, sorted."""
        return sorted(item["sk"]["S"] for item in self._table.query_all(keys.CHARTS))

    def summary(self, chart: str, period: date) -> PublicationSummary | None:
        """Return one publication without its lower ranks, or None."""
        item = self._table.get(keys.publication(chart, period))
        return _SUMMARY.value(item["summary"]) if item else None

    def summaries(self, chart: str, since: date | None = None, until: date | None = None) -> list[PublicationSummary]:
        """Return a chart's publications from `since` to `until`, both included, oldest first."""
        first = keys.publication(chart, since or date.min)
        last = keys.publication(chart, until or date.max)
        return [_SUMMARY.value(item["summary"]) for item in self._table.query_between(first.pk, first.sk, last.sk)]

    def editions(self, chart: str, period: date) -> Mapping[str, Edition]:
        """Return the editions of a publication by territory; empty when there is none."""
        if self._table.get(keys.publication(chart, period)) is None:
            # Editions without their publication are those of a writer that is under way, or was cut short.
            return {}
        found = map(_edition, self._table.query(keys.editions(chart, period), keys.EDITION))
        return {edition.territory: edition for edition in found}

    def put(self, publication: Publication, changed: Collection[str]) -> None:
        """Write the editions of the territories in `changed`, and only then the publication."""
        chart, period = publication.chart.id, publication.period
        parts = [_edition_item(chart, period, e) for e in publication.editions if e.territory in changed]
        if chart not in self._listed:
            parts.append(keys.listed(chart).attributes)
        self._table.put_all(parts)
        self._table.put(_publication_item(publication.summary()))
        self._listed.add(chart)


def _edition_item(chart: str, period: date, edition: Edition) -> Item:
    return {
        **keys.edition(chart, period, edition.territory).attributes,
        "entries": text(_ENTRIES.dump_json(edition.entries).decode()),
    }


def _edition(item: Item) -> Edition:
    return Edition(item["sk"]["S"].removeprefix(keys.EDITION), _ENTRIES.validate_json(item["entries"]["S"]))


def _publication_item(summary: PublicationSummary) -> Item:
    """Return the item of a publication; beside the summary stands what a person looks for in the console."""
    return {
        **keys.publication(summary.chart.id, summary.period).attributes,
        "summary": _SUMMARY.attribute(summary),
        "editions": number(summary.editions),
        "digest": text(summary.digest),
        "url": text(summary.provenance.url),
        "sha256": text(summary.provenance.sha256),
    }
