"""Editions and publications on DynamoDB: an edition is an item, and the publication that names them all comes last."""

from collections.abc import Mapping, Sequence
from datetime import date

from pydantic import TypeAdapter

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.codec import Packed, number, text
from chartwatch.adapters.dynamodb.table import Item, Table
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, PublicationSummary, Version
from chartwatch.domain.charts.versions import History
from chartwatch.services.ports import Filing, Quarantined

_SUMMARY = Packed(TypeAdapter(PublicationSummary))
_ENTRIES = TypeAdapter(tuple[Entry, ...])
_EARLIER = Packed(TypeAdapter(tuple[Version, ...]))


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

    def histories(self, chart: str, period: date) -> Mapping[str, History]:
        """Return all versions of the editions of a publication, by territory, the current one last."""
        if self._table.get(keys.publication(chart, period)) is None:
            # Editions without their publication are those of a writer that is under way, or was cut short.
            return {}
        items = self._table.query(keys.editions(chart, period), keys.EDITION)
        return {item["sk"]["S"].removeprefix(keys.EDITION): _history(item) for item in items}

    def has_editions(self, chart: str, period: date) -> bool:
        """Return whether there is any edition of a chart for a period, whether or not the publication is."""
        return any(True for _ in self._table.query(keys.editions(chart, period), keys.EDITION))

    def put(self, filings: Sequence[Filing]) -> None:
        """Write the histories of all filings, and only then their publications, up to a hundred at one stroke."""
        charts = {summary.chart.id for summary, _ in filings} - self._listed
        parts: list[Item] = [keys.listed(chart).attributes for chart in sorted(charts)]
        for summary, histories in filings:
            where = summary.chart.id, summary.period
            parts += [_edition_item(*where, territory, history) for territory, history in histories.items()]
        self._table.put_all(parts)
        self._table.put_together([_publication_item(summary) for summary, _ in filings])
        self._listed |= charts

    def quarantine(self, document: Quarantined) -> None:
        """Note a document that was not believed, in place of what was noted of it before."""
        self._table.put(_quarantined_item(document))

    def quarantined(self) -> Sequence[Quarantined]:
        """Return the documents that were not believed, by source and time fetched."""
        return sorted(map(_quarantined, self._table.query_all(keys.QUARANTINE)), key=Quarantined.order)


def _edition_item(chart: str, period: date, territory: str, history: History) -> Item:
    """Return the item of an edition; beside its history stand the entries that are current, for people."""
    *earlier, current = history
    item = {
        **keys.edition(chart, period, territory).attributes,
        "entries": text(_ENTRIES.dump_json(current.edition.entries).decode()),
        **_provenance_attributes(current.provenance),
    }
    return {**item, "earlier": _EARLIER.attribute(tuple(earlier))} if earlier else item


def _history(item: Item) -> History:
    territory = item["sk"]["S"].removeprefix(keys.EDITION)
    earlier = _EARLIER.value(item["earlier"]) if "earlier" in item else ()
    current = Edition(territory, _ENTRIES.validate_json(item["entries"]["S"]))
    return (*earlier, Version(current, _provenance(item)))


def _publication_item(summary: PublicationSummary) -> Item:
    """Return the item of a publication; beside the summary stands what a person looks for in the console."""
    return {
        **keys.publication(summary.chart.id, summary.period).attributes,
        "summary": _SUMMARY.attribute(summary),
        "editions": number(summary.edition_count),
        "digest": text(summary.digest),
        **_provenance_attributes(summary.provenance),
    }


def _quarantined_item(document: Quarantined) -> Item:
    source, provenance = document.source, document.provenance
    return {
        **keys.quarantined(source, provenance.sha256).attributes,
        "source": text(source),
        **_provenance_attributes(provenance),
        "error": text(document.error),
        "reason": text(document.reason),
    }


def _quarantined(item: Item) -> Quarantined:
    return Quarantined(item["source"]["S"], _provenance(item), item["error"]["S"], item["reason"]["S"])


def _provenance_attributes(provenance: Provenance) -> Item:
    time = {"fetched_at": text(provenance.fetched_at)} if provenance.fetched_at else {}
    return {"url": text(provenance.url), "sha256": text(provenance.sha256), **time}


def _provenance(item: Item) -> Provenance:
    fetched_at = item["fetched_at"]["S"] if "fetched_at" in item else None
    return Provenance(item["url"]["S"], fetched_at, item["sha256"]["S"])
