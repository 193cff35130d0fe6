"""Editions and publications on DynamoDB: an edition is an item, and the publication that names them all comes last."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pydantic import TypeAdapter

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.codec import Packed, number, text
from chartwatch.adapters.dynamodb.table import Item, Key, Table
from chartwatch.adapters.edition_versions import Earlier
from chartwatch.document_errors import EditionTooLarge
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, PublicationSummary, Version
from chartwatch.domain.charts.versions import MAX_EDITION, Versions, written
from chartwatch.services.ports import PublicationUpdate, Quarantined

_SUMMARY = Packed(TypeAdapter(PublicationSummary))
_ENTRIES = TypeAdapter(tuple[Entry, ...])

AT_ONCE = 250
"""Editions that are written together: as many as `Table` has under way at once."""


@dataclass
class DynamoCharts:
    """Publications, editions and rejected documents; implements `ChartStore`."""

    charts_table: Table
    _listed: set[str] = field(default_factory=set)

    def charts(self) -> Sequence[str]:
        """Return the ids of the charts that have publications, sorted."""
        return sorted(item["sk"]["S"] for item in self.charts_table.query_all(keys.CHARTS))

    def summary(self, chart: str, period: date) -> PublicationSummary | None:
        """Return one publication without its lower ranks, or None."""
        item = self.charts_table.get(keys.publication(chart, period))
        return _SUMMARY.value(item["summary"]) if item else None

    def summaries(self, chart: str, since: date | None = None, until: date | None = None) -> list[PublicationSummary]:
        """Return a chart's publications from `since` to `until`, both included, oldest first."""
        return list(self.timeline(chart, since, until))

    def timeline(
        self, chart: str, since: date | None = None, until: date | None = None
    ) -> Iterator[PublicationSummary]:
        """Yield a chart's publications from `since` to `until`, both included, oldest first, page by page."""
        first = keys.publication(chart, since or date.min)
        last = keys.publication(chart, until or date.max)
        for item in self.charts_table.query_between(first.pk, first.sk, last.sk):
            yield _SUMMARY.value(item["summary"])

    def neighbours(self, chart: str, period: date) -> list[PublicationSummary]:
        """Return the latest publication of a chart up to a period and the earliest after it, those that there are."""
        first, reached, last = (keys.publication(chart, day) for day in (date.min, period, date.max))
        latest = self.charts_table.last_between(first.pk, first.sk, reached.sk)
        # A period with more behind it comes after that period, and before all later ones.
        earliest = self.charts_table.first_between(first.pk, f"{reached.sk}~", f"{last.sk}~~")
        return [_SUMMARY.value(item["summary"]) for item in (latest, earliest) if item]

    def versions(self, publication: PublicationSummary) -> Mapping[str, Versions]:
        """Return the versions of every edition of a stored publication, by territory, the current one last."""
        items = self.charts_table.query(keys.editions(publication.chart.id, publication.period), keys.EDITION)
        return {versions[-1].edition.territory: versions for versions in map(_versions, items)}

    def editions(self, chart: str, wanted: Mapping[date, Collection[str]]) -> Mapping[date, Mapping[str, Edition]]:
        """Return the editions of `wanted` territories, by period, that stored publications show; a hundred at once."""
        publications = {keys.publication(chart, period): period for period in wanted}
        editions = {keys.edition(chart, day, t): (day, t) for day, territories in wanted.items() for t in territories}
        shown: dict[date, Collection[str]] = {}
        found: dict[date, dict[str, Edition]] = {}
        for item in self.charts_table.get_all([*publications, *editions]):
            key = Key(item["pk"]["S"], item["sk"]["S"])
            if key in publications:
                shown[publications[key]] = _SUMMARY.value(item["summary"]).number_ones
            else:
                period, territory = editions[key]
                found.setdefault(period, {})[territory] = _edition(item)
        return {period: {t: its for t, its in found.get(period, {}).items() if t in shown[period]} for period in shown}

    def has_editions(self, chart: str, period: date) -> bool:
        """Return whether there is any edition of a chart for a period, whether or not the publication is."""
        return any(True for _ in self.charts_table.query(keys.editions(chart, period), keys.EDITION))

    def put(self, updates: Iterable[PublicationUpdate]) -> None:
        """Write the editions of all updates as they come, and only then their publications, at most a hundred at once.

        Of more than a hundred publications a reader may see some and not yet the others.
        """
        waiting: list[Item] = []
        publications: list[Item] = []
        charts: set[str] = set()
        for summary, editions in updates:
            if summary.chart.id not in self._listed | charts:
                charts.add(summary.chart.id)
                waiting.append(keys.listed(summary.chart.id).attributes)
            waiting += [_edition_item(summary, versions) for versions in editions.values()]
            publications.append(_publication_item(summary))
            if len(waiting) >= AT_ONCE:
                self.charts_table.put_all(waiting)
                waiting = []
        self.charts_table.put_all(waiting)
        self.charts_table.put_together(publications)
        self._listed |= charts

    def put_if(self, update: PublicationUpdate, stored: PublicationSummary | None) -> bool:
        """Write what was made of a `stored` publication, or of none; return False if it is another by now."""
        summary, editions = update
        self.charts_table.put_all([_edition_item(summary, versions) for versions in editions.values()])
        if stored is None:
            return self.charts_table.put_if(_publication_item(summary), "attribute_not_exists(pk)", {})
        condition = {":digest": text(stored.digest), ":sha256": text(stored.provenance.sha256)}
        # It says which editions count, and of which document they are.
        return self.charts_table.put_if(_publication_item(summary), "digest = :digest AND sha256 = :sha256", condition)

    def mark_ready(self, publication: PublicationSummary) -> None:
        """Mark a publication ready, which wakes the detector, also when it was marked before."""
        values = {":digest": text(publication.digest), ":one": number(1)}
        key = keys.ready(publication.chart.id, publication.period)
        self.charts_table.update(key, "SET digest = :digest ADD marks :one", values)

    def is_ready(self, publication: PublicationSummary) -> bool:
        """Return whether a publication was marked ready as it is."""
        item = self.charts_table.get(keys.ready(publication.chart.id, publication.period))
        return item is not None and item["digest"]["S"] == publication.digest

    def quarantine(self, document: Quarantined) -> None:
        """Quarantine a rejected document, in place of an earlier entry of the same source and bytes."""
        self.charts_table.put(_quarantined_item(document))

    def quarantined(self) -> Sequence[Quarantined]:
        """Return the rejected documents, by source and time fetched."""
        return sorted(map(_quarantined, self.charts_table.query_all(keys.QUARANTINE)), key=Quarantined.order)


def _edition_item(publication: PublicationSummary, versions: Versions) -> Item:
    """Return the item of an edition: the current entries, which people can read, and the earlier versions."""
    current, earlier = versions[-1], Earlier.of(versions)
    entries = written(current.edition.entries)
    if len(entries) > MAX_EDITION:
        which = f"{publication.chart.id} of {publication.period} in {current.edition.territory}"
        raise EditionTooLarge(which, f"{len(entries):,} bytes; an edition may have {MAX_EDITION:,}")
    return {
        **keys.edition(publication.chart.id, publication.period, current.edition.territory).attributes,
        "entries": text(entries.decode()),
        **_provenance_attributes(current.provenance),
        **({"earlier": {"B": earlier.versions}} if earlier.versions else {}),
        **({"trimmed": {"B": earlier.trimmed}} if earlier.trimmed else {}),
    }


def _versions(item: Item) -> Versions:
    earlier = Earlier(*(item[name]["B"] if name in item else b"" for name in ("earlier", "trimmed")))
    return earlier.with_current(Version(_edition(item), _provenance(item)))


def _edition(item: Item) -> Edition:
    return Edition(item["sk"]["S"].removeprefix(keys.EDITION), _ENTRIES.validate_json(item["entries"]["S"]))


def _publication_item(summary: PublicationSummary) -> Item:
    """Return the item of a publication: its summary, and what a person looks for in the console."""
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
