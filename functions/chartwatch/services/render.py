"""The site, kept up to date: all that is recorded is read, and the files that show something else are written."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import NamedTuple, Protocol

from chartwatch.domain.charts.publications import Edition, PublicationSummary
from chartwatch.domain.milestones.ledger import LedgerEntry
from chartwatch.domain.milestones.snapshot import in_one
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import Dossier
from chartwatch.services.collecting import nothing_collected
from chartwatch.services.ports import CatalogLayers, ChartStore
from chartwatch.services.record import Files, Head, RecordedBulletins, RecordStore
from chartwatch.site.feeds import NOWHERE, Site
from chartwatch.site.recorded import ChartRecord, Recorded
from chartwatch.site.site import files, key_of

Keys = Mapping[str, str]
"""The keys of the files of a site as they were written, by address."""


class SiteFiles(Protocol):
    """Where a site's files are."""

    def keys(self) -> Keys:
        """Return the keys of the files that are there, as they were noted; none where nothing was ever written."""

    def put(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write files, each with its address, in place of what was there."""

    def remove(self, addresses: Iterable[str]) -> None:
        """Remove files; those that are gone already, too."""

    def note(self, keys: Keys) -> None:
        """Note the keys of the files that are there now."""


class Rendered(NamedTuple):
    """The addresses of the files that were written and removed, and how many there are."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    files: int


@dataclass(frozen=True, slots=True)
class Renderer:
    """Writes the site of what is recorded in `charts` and `record`, by the facts of a catalog.

    `place` says where the site is, and `dossiers` returns what each layer of the catalog has.
    """

    charts: ChartStore
    record: RecordStore
    catalog: Catalog
    place: Site = NOWHERE
    dossiers: Callable[[], Iterable[Dossier]] = tuple

    def render(self, site: SiteFiles, *, anew: bool = False) -> Rendered:
        """Write the files whose keys are not those that were noted, or all `anew`, and remove those that are no more.

        The keys are noted last: what was cut short is done again. Raises `RecordDamaged`.
        """
        noted = site.keys()
        known: Keys = {} if anew else noted
        with nothing_collected():
            made = list(files(self.recorded(), self.place))
            keys = {file.address: file.key for file in made}
            changed = [file for file in made if known.get(file.address) != file.key]
            site.put((file.address, file.body()) for file in changed)
        removed = tuple(sorted(set(noted) - set(keys)))
        site.remove(removed)
        if keys != known:
            site.note(keys)
        return Rendered(tuple(file.address for file in changed), removed, len(made))

    def state(self, today: date) -> str:
        """Return a digest of what all files follow from: how each record stands, the catalog, the place, this release.

        To ask for it takes a few requests, to render hundreds. It is another each day, so that what these do not tell
        of, such as another figure of an old list, is seen within one.
        """
        stand = [(head, self.charts.summary(head.chart, head.last)) for head in self._heads()]
        return key_of((stand, self.catalog.version, self.place, today))

    def recorded(self) -> Recorded:
        """Return what is recorded of all charts. Raises `RecordDamaged`."""
        charts = {head.chart: self._chart(head) for head in self._heads()}
        return Recorded(charts, self.catalog, tuple(self.dossiers()))

    def _heads(self) -> Iterator[Head]:
        return (head for chart in self.charts.charts() if (head := self.record.head(chart)) is not None)

    def _chart(self, head: Head) -> ChartRecord:
        read = Files(self.record, head)
        entries: dict[str, LedgerEntry] = {}
        for ledger in (read.retracted(), *read.ledgers().values()):
            entries |= ledger.entries
        others = (its for chart, its in self.record.proved(head.provider).items() if chart != head.chart)
        return ChartRecord(
            # What was published since is shown when it has been processed.
            timeline=self.charts.summaries(head.chart, until=head.last),
            entries=entries,
            bulletin=cache(partial(RecordedBulletins(self.record).bulletin, head.chart)),
            editions=_once_each(self._editions),
            lent=in_one(renaming for its in others for renaming in its),
        )

    def _editions(self, publication: PublicationSummary) -> Mapping[str, Edition]:
        versions = self.charts.versions(publication)
        # What is stored of a territory may be withdrawn.
        return {t: its[-1].edition for t, its in versions.items() if t in publication.number_ones}


Editions = Callable[[PublicationSummary], Mapping[str, Edition]]


def _once_each(editions: Editions) -> Editions:
    """Return what reads the editions of each publication once."""
    read: dict[object, Mapping[str, Edition]] = {}

    def its(publication: PublicationSummary) -> Mapping[str, Edition]:
        if publication.period not in read:
            read[publication.period] = editions(publication)
        return read[publication.period]

    return its


def all_dossiers(layers: CatalogLayers) -> Iterator[Dossier]:
    """Yield what all layers of a catalog have."""
    for layer in Layer:
        yield from layers.layer(layer)
