"""Versions of editions that are trimmed, read again from the raw files in the archive."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from chartwatch.document_errors import SourceError
from chartwatch.domain.charts.publications import Edition, Provenance, Publication, PublicationSummary, Version
from chartwatch.domain.charts.versions import Versions, concluded_until
from chartwatch.services.ports import Archive, ChartStore

Parse = Callable[[bytes, Provenance], Sequence[Publication]]
"""How a source parses a document. Raises `SourceError` for one that has to be rejected."""


@dataclass(frozen=True, slots=True)
class VersionReader:
    """Reads the versions of stored publications: those that are trimmed by `parse` of their source, where asked for."""

    charts: ChartStore
    archive: Archive
    parse: Parse

    def before(self, publication: Publication, stored: PublicationSummary | None) -> Mapping[str, Versions]:
        """Return the versions to which those of a publication are added, by territory; all of them where it is late."""
        if stored is None:
            return {}
        editions = self.charts.versions(stored)
        until, fetched_at = concluded_until(editions), publication.provenance.fetched_at
        is_late = until is not None and fetched_at is not None and fetched_at <= until
        return self.whole(stored, editions) if is_late else editions

    def whole(self, publication: PublicationSummary, editions: Mapping[str, Versions]) -> Mapping[str, Versions]:
        """Return the versions with the trimmed ones among them.

        Those stay trimmed whose raw file is not there, or is none that the source parses by now.
        """
        trimmed = (its for versions in editions.values() for version in versions for its in version.trimmed)
        documents = {its: self._editions(its, publication) for its in dict.fromkeys(trimmed)}
        return {territory: _filled(versions, territory, documents) for territory, versions in editions.items()}

    def _editions(self, provenance: Provenance, publication: PublicationSummary) -> Mapping[str, Edition]:
        """Return the editions of a publication as a document has them, by territory."""
        body = self.archive.get(provenance.sha256)
        if body is None:
            return {}
        try:
            publications = self.parse(body, provenance)
        except SourceError:
            return {}
        wanted = publication.chart.id, publication.period
        found = (its.editions for its in publications if (its.chart.id, its.period) == wanted)
        return {edition.territory: edition for editions in found for edition in editions}


def _filled(
    versions: Versions, territory: str, documents: Mapping[Provenance, Mapping[str, Edition]]
) -> Sequence[Version]:
    """Return the versions of one edition with those that documents have of it in their places."""
    found: list[Version] = []
    for version in versions:
        missing: tuple[Provenance, ...] = ()
        for provenance in version.trimmed:
            if (edition := documents[provenance].get(territory)) is None:
                missing = (*missing, provenance)
            else:
                found.append(Version(edition, provenance, missing))
                missing = ()
        found.append(version._replace(trimmed=missing))
    return tuple(found)
