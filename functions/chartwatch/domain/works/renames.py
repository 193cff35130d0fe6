"""Renames: titles that a provider gave up for others, while the work stayed the same."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import Kind


class Renaming(NamedTuple):
    """A title of that kind which a provider gave up for another, while the work stayed the same.

    `fetched_at` is the time of the document that shows it (RFC 3339), or empty.
    """

    fetched_at: str
    kind: Kind | None
    before: str
    after: str


def order_of(renaming: Renaming) -> tuple[str, str, str, str]:
    """Return by what renamings are sorted: as they were fetched, then by kind and titles."""
    return renaming.fetched_at, renaming.kind or "", title_key(renaming.before), renaming.after


def _given_up(renaming: Renaming) -> tuple[str, Kind | None, str]:
    return renaming.fetched_at, renaming.kind, title_key(renaming.before)


class Names:
    """What titles that were given up have come to."""

    def __init__(self, renamings: Iterable[Renaming]) -> None:
        """A title that is given up and taken again has the name that it was given last.

        One that was given up for two names at once named two works, so it has come to neither.
        """
        self._successors: dict[tuple[Kind | None, str], str] = {}
        for (_, kind, given_up), its in groupby(sorted(renamings, key=order_of), key=_given_up):
            names = {title_key(renaming.after): renaming.after for renaming in its}
            self._successors.pop((kind, given_up), None)
            if len(names) == 1:
                ((key, name),) = names.items()
                self._successors[kind, given_up] = name
                self._successors.pop((kind, key), None)
        self._of_any_kind: dict[str, set[str]] = {}
        for (_, key), name in self._successors.items():
            self._of_any_kind.setdefault(key, set()).add(name)

    def latest(self, title: str, kind: Kind | None) -> str:
        """Return the name that a title has now; the title itself when it was never given up."""
        *_, name = (title, *self.later(title, kind))
        return name

    def later(self, title: str, kind: Kind | None) -> Iterator[str]:
        """Yield the names that a title has come to, one after the other; none when it was never given up."""
        seen = {title_key(title)}
        while (name := self._successor(title_key(title), kind)) and title_key(name) not in seen:
            seen.add(title_key(name))
            title = name
            yield title

    def _successor(self, key: str, kind: Kind | None) -> str | None:
        """Return the name that a title was given up for, of its kind; or where either says none, of the only other."""
        if (name := self._successors.get((kind, key)) or self._successors.get((None, key))) or kind is not None:
            return name
        names = self._of_any_kind.get(key, ())
        return next(iter(names)) if len(names) == 1 else None


def with_renamings(catalog: Catalog, renamings: Iterable[Renaming]) -> Catalog:
    """Return the catalog in which works of known titles bear the names too that these have come to, and others them.

    A name that is some work's in the catalog stays that work's alone.
    """
    renamings = tuple(renamings)
    names = Names(renamings)
    aliases: dict[str, dict[str, None]] = {}
    for renaming in sorted(renamings, key=order_of):
        for work in catalog.named(renaming.before, renaming.kind):
            for name in names.later(renaming.before, renaming.kind):
                if not catalog.named(name, renaming.kind):
                    aliases.setdefault(work.id, {})[name] = None
    if not renamings:
        return catalog
    works = (replace(work, aliases=(*work.aliases, *aliases.get(work.id, ()))) for work in catalog)
    return Catalog(works, names.latest)
