"""Who the holders of recorded slots are by now: titles are given up for others, and catalogs learn of works."""

from collections.abc import Callable, Collection
from datetime import date

from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.renames import Names
from chartwatch.domain.works.work import kind_of_unlisted

Who = Callable[[str, str, date], str]
"""From a work's id, title and time at #1, as recorded, to its id now."""


def as_recorded(work_id: str, _title: str, _since: date) -> str:
    """Return the id as it stands; a `Who` for when nothing was learned."""
    return work_id


def by_now(catalog: Catalog, names: Names, charted: Collection[str]) -> Who:
    """Return what finds the works that a catalog did not hold under the names and ids that they have now.

    `charted` are the ids of all works that have topped the chart as it stands: whoever is among them has not become
    another, though a title like theirs was given up elsewhere.
    """

    def now(work_id: str, title: str, since: date) -> str:
        if work_id in charted or catalog.work(work_id) is not None:
            return work_id
        kind = kind_of_unlisted(work_id)
        return catalog.match(names.latest(title, kind), kind, since).id

    return now
