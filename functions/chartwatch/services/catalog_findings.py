"""What of the catalog waits for a person: changes that were held back, and works that nobody could look up."""

import json
from collections.abc import Iterator, Sequence

from chartwatch.domain import words
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import Dossier
from chartwatch.services.enrich import is_unknown
from chartwatch.services.findings import Finding, Found
from chartwatch.services.ports import CatalogStore

MOST_SLOTS = 30
"""Slots that a run names of those which a change would take back."""

MOST_WORKS, MOST_CANDIDATES = 10, 3
"""Unknown works that a run names, and candidates of each provider for one."""


def found_of_catalog(catalogs: CatalogStore) -> Iterator[Finding]:
    """Yield the changes of the catalog that wait for a person, and the works that were looked up in vain."""
    for held in catalogs.held():
        taken_back = words.counted(len(held.taken_back), "sent milestone")
        slots = ", ".join(held.taken_back[:MOST_SLOTS])
        accepts = json.dumps({"accept": held.sha256})
        said = f"would take back {taken_back} ({slots}, …); enrich_catalog accepts it by {accepts}"
        yield Finding(Found.CATALOG_CHANGE_HELD, held.layer.name.lower(), said, len(held.dossiers))
    looked_up = catalogs.layer(Layer.LOOKED_UP)
    if unknown := looked_up and unknown_works(catalogs.current(), looked_up):
        listed = "; ".join(map(_with_candidates, unknown[:MOST_WORKS]))
        said = f"{listed}; `chartwatch catalog missing` lists all"
        yield Finding(Found.WORK_UNKNOWN, "catalog", said, len(unknown))


def unknown_works(catalog: Catalog, looked_up: Sequence[Dossier]) -> Sequence[Dossier]:
    """Return the works that were looked up and are not known, those first that were looked up most often."""
    works = ((its, catalog.work(its.work.id)) for its in looked_up)
    unknown = [its for its, work in works if work is not None and is_unknown(work)]
    return sorted(unknown, key=lambda its: (-its.lookup.tries, its.work.id))


def _with_candidates(dossier: Dossier) -> str:
    """Return the title of a work with the candidates that a person may choose from."""
    best = [one.candidate for answer in dossier.lookup.answers for one in answer.candidates[:MOST_CANDIDATES]]
    named = ", ".join(f"{candidate.provider} {candidate.id}" for candidate in best)
    return f"{dossier.work.title} ({named or 'no candidates'})"
