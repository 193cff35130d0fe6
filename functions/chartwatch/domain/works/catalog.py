"""The catalog: from a title as charted to a work, never by guess."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import Kind, Work, unlisted

EARLY = timedelta(days=7)
"""How long before its release date a work may chart: catalogs err by days, and a week is named by its last."""


class Catalog:
    """All works, found by the titles that charts give them."""

    def __init__(self, works: Iterable[Work] = ()) -> None:
        """Index `works` by title and aliases."""
        self._works = {work.id: work for work in works}
        self._by_title: dict[str, list[Work]] = {}
        for work in self._works.values():
            for key in {title_key(title) for title in (work.title, *work.aliases)}:
                self._by_title.setdefault(key, []).append(work)
        self._matched: dict[tuple[str, Kind | None, date | None], Work] = {}
        self.version = self._digest()

    def __iter__(self) -> Iterator[Work]:
        """Iterate over the works in the order they were given."""
        return iter(self._works.values())

    def __len__(self) -> int:
        """Return the number of works."""
        return len(self._works)

    def work(self, work_id: str) -> Work | None:
        """Return the work of that id, or None."""
        return self._works.get(work_id)

    def named(self, title: str, kind: Kind | None) -> Sequence[Work]:
        """Return the works that bear the title and may be of the kind."""
        candidates = self._by_title.get(title_key(title), ())
        return [work for work in candidates if kind is None or work.kind in (None, kind)]

    def facts_of(self, title: str, kind: Kind | None) -> Sequence[Work]:
        """Return the works that bear the title and may be of the kind, with nothing but the facts that rules read."""
        return [replace(work, aliases=(), source="", confidence="") for work in self.named(title, kind)]

    def match(self, title: str, kind: Kind | None, period: date) -> Work:
        """Return the work that a chart of `period` means by `title`.

        The kind must agree where the chart says it. Namesakes are told apart by date: the one released last, on or
        before the period. A work without namesakes is not meant by a chart more than `EARLY` before its release.
        Where that does not decide, and where the catalog has no such title, the title is a work of its own with unknown
        facts. A title that a provider cut short is a title like any other: it is found as an alias, or not at all.
        """
        candidates = self._by_title.get(title_key(title), ())
        dated = period if len(candidates) > 1 or any(_is_later(work, period) for work in candidates) else None
        found = self._matched.get((title, kind, dated))
        if found is None:
            found = _decide([w for w in candidates if kind is None or w.kind in (None, kind)], period)
            found = found or unlisted(title, kind)
            self._matched[title, kind, dated] = found
        return found

    def _digest(self) -> str:
        known = hashlib.sha256()
        for work in sorted(self._works.values(), key=lambda w: w.id):
            known.update(repr(work).encode())
        return known.hexdigest()


def _decide(candidates: Sequence[Work], period: date) -> Work | None:
    if len(candidates) <= 1:
        return next((work for work in candidates if not _is_later(work, period)), None)
    if any(work.release_date is None for work in candidates):
        return None
    released = sorted(
        (w for w in candidates if w.release_date and w.release_date <= period), key=lambda w: w.release_date or period
    )
    if not released or (len(released) > 1 and released[-1].release_date == released[-2].release_date):
        return None
    return released[-1]


def _is_later(work: Work, period: date) -> bool:
    return work.release_date is not None and work.release_date > period + EARLY
