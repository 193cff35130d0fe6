"""Revisions: what each version of an edition changed of the one before: a name, a figure, or the work itself."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.charts.publications import Edition, Entry, NumberOne, Provenance
from chartwatch.domain.charts.versions import Versions, concluded_until
from chartwatch.domain.works.credits import lead_of
from chartwatch.domain.works.renames import Renaming, order_of
from chartwatch.domain.works.seasons import season_of
from chartwatch.domain.works.titles import letters, title_key
from chartwatch.domain.works.work import scheme_of


class RevisionKind(StrEnum):
    """What happened to a rank of an edition."""

    RELABELLED = "relabelled"
    """Another title or season under the same figures, or the same id: the same work, by another name."""
    RESTATED = "restated"
    """Other figures of the same work."""
    REPLACED = "replaced"
    """Another work."""


@dataclass(frozen=True, slots=True)
class RankRevision:
    """One rank of an edition, before and after; None where the rank was not there."""

    kind: RevisionKind
    before: Entry | None
    after: Entry | None

    @property
    def is_of_number_one(self) -> bool:
        """Whether it is rank 1."""
        return 1 in (self.before and self.before.rank, self.after and self.after.rank)


_Fetch = tuple[str | None, str, int]
"""A version's document: the same bytes may come back, and are another fetch then. It is known by its time and SHA-256;
where no time is known, by how often those bytes came before."""


def _fetches(versions: Versions) -> list[_Fetch]:
    """Return of which fetch each version is."""
    before: Counter[tuple[str | None, str]] = Counter()
    found: list[_Fetch] = []
    for version in versions:
        known = version.provenance.fetched_at, version.provenance.sha256
        found.append((*known, before[known]))
        before[known] += 1
    return found


class Revisions:
    """The revisions of one publication, in all its territories."""

    def __init__(self, editions: Mapping[str, Versions], chart: Chart) -> None:
        """`editions` has the versions of every edition of the publication, by territory."""
        self._editions = editions
        self._chart = chart
        self._compared: dict[tuple[str, int], Sequence[RankRevision]] = {}
        self._changed: dict[_Fetch, list[tuple[str, int]]] = {}
        """The versions that came of each fetch, but the first of an edition: their territory and place."""
        for territory, versions in editions.items():
            for place, fetch in enumerate(_fetches(versions)):
                if place > 0:
                    self._changed.setdefault(fetch, []).append((territory, place))

    def of(self, territory: str) -> Iterator[tuple[Provenance, Sequence[RankRevision]]]:
        """Yield, for each version of an edition but the first, its provenance and what it changed, in order of rank.

        With ties a rank is compared entry by entry in the order of the editions. What a version changed is not known
        where the one before it is trimmed.
        """
        for place, version in enumerate(self._editions.get(territory, ())):
            if place > 0:
                yield version.provenance, self._made_by(territory, place)

    def latest(self, provenance: Provenance) -> Iterator[RankRevision]:
        """Yield what a document changed, in all territories, when it came last."""
        fetches = [fetch for fetch in self._changed if fetch[:2] == (provenance.fetched_at, provenance.sha256)]
        if fetches:
            for territory, place in self._changed[max(fetches, key=lambda fetch: fetch[2])]:
                yield from self._made_by(territory, place)

    def _made_by(self, territory: str, place: int) -> Sequence[RankRevision]:
        """Return what a version of an edition changed of the one before, compared once."""
        found = self._compared.get((territory, place))
        if found is None:
            before, after = self._editions[territory][place - 1 : place + 1]
            found = () if after.trimmed else tuple(_Comparison(self._chart, before.edition, after.edition).revisions())
            self._compared[territory, place] = found
        return found

    def number_ones(self) -> Mapping[str, tuple[NumberOne, ...]]:
        """Return the number ones of territories where some have got the label of another season, with the one before.

        A label that changes while work and figures stay is that of the same season, whatever it says.
        """
        found: dict[str, tuple[NumberOne, ...]] = {}
        for territory, versions in self._editions.items():
            edition = versions[-1].edition
            if len(versions) > 1 and any(entry.rank == 1 for entry in edition.entries):
                history = [its for _, its in self.of(territory)]
                labelled = (_with_first_label(e, history) if e.rank == 1 else e for e in edition.entries)
                if (kept := Edition(territory, tuple(labelled))) != edition:
                    found[territory] = kept.number_ones
        return found

    def renamings(self, concluded: Iterable[Renaming] = ()) -> tuple[Renaming, ...]:
        """Return the renamings, each once, in order: another title, and the same work.

        Those of lower ranks count too: a title may be at #1 elsewhere. `concluded` are those that were found before: of
        documents up to the last one whose predecessor is trimmed somewhere, they stand, since what these documents
        changed is not all there any more.
        """
        until = concluded_until(self._editions)
        found = {
            Renaming(fetched_at or "", revision.after.kind, revision.before.title, revision.after.title)
            for (fetched_at, *_), changed in self._changed.items()
            if until is None or not fetched_at or fetched_at > until
            for territory, place in changed
            for revision in self._made_by(territory, place)
            if revision.kind is RevisionKind.RELABELLED
            if revision.before and revision.after
            if title_key(revision.before.title) != title_key(revision.after.title)
        }
        if until is not None:
            found |= {renaming for renaming in concluded if renaming.fetched_at <= until}
        return tuple(sorted(found, key=order_of))


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A version of an edition beside the one before."""

    chart: Chart
    before: Edition
    after: Edition

    def revisions(self) -> Iterator[RankRevision]:
        """Yield what is another in the later version, in order of rank."""
        for was, now in _differing(self.before, self.after):
            yield RankRevision(self._kind(was, now), was, now)

    def _kind(self, was: Entry | None, now: Entry | None) -> RevisionKind:
        if was is None or now is None:
            return RevisionKind.REPLACED
        if (is_same := _is_same_by_id(was, now)) is not None:
            relabelled = (was.title, was.season) != (now.title, now.season)
            same = RevisionKind.RELABELLED if relabelled else RevisionKind.RESTATED
            return same if is_same else RevisionKind.REPLACED
        return self._kind_by_title(was, now)

    def _kind_by_title(self, was: Entry, now: Entry) -> RevisionKind:
        is_said_now = was.kind is None and title_key(was.title) == title_key(now.title)
        if was.kind != now.kind and not is_said_now:
            return RevisionKind.REPLACED
        if was.credit and now.credit and lead_of(was.credit) != lead_of(now.credit):
            return RevisionKind.REPLACED
        alike = _agree(was, now)
        if title_key(was.title) == title_key(now.title):
            return self._kind_of_season(was, now, alike=alike)
        if _is_spelt_alike(was.title, now.title):
            return RevisionKind.RELABELLED
        # Two works that change places may have a figure in common.
        if not alike or _lists(self.after, was.title) or _lists(self.before, now.title):
            return RevisionKind.REPLACED
        is_same = self.chart.depth > 1 and self._identify(was, now)
        return RevisionKind.RELABELLED if is_same else RevisionKind.REPLACED

    def _kind_of_season(self, was: Entry, now: Entry, *, alike: bool) -> RevisionKind:
        is_another = season_of(was.title, was.season) != season_of(now.title, now.season)
        # Where both versions have both seasons, they change places.
        if is_another and (_lists_season(self.after, was) or _lists_season(self.before, now)):
            return RevisionKind.REPLACED
        relabelled = alike and (was.title, was.season) != (now.title, now.season)
        return RevisionKind.RELABELLED if relabelled else RevisionKind.RESTATED

    def _identify(self, was: Entry, now: Entry) -> bool:
        """Return whether both versions have an identifying figure that no other rank of their editions has.

        What has nothing but signs and zeros, such as a dash, or says that it is none, stands for a figure that is not
        there, and so does what several ranks have. A tie has one figure.
        """
        old, new = dict(was.figures), dict(now.figures)
        shared = [name for name in self.chart.identifying if all(map(_is_figure, (old.get(name), new.get(name))))]
        return any(_is_alone(was, self.before, name) and _is_alone(now, self.after, name) for name in shared)


def _with_first_label(entry: Entry, history: Sequence[Sequence[RankRevision]]) -> Entry:
    """Return an entry of the last version with the label that its season had first, where it says another now."""
    now = season_of(entry.title, entry.season)
    first = entry
    for revisions in reversed(history):
        revision = next((its for its in revisions if its.after == first), None)
        if revision is None:
            continue
        was = revision.before
        if was is None or revision.kind is RevisionKind.REPLACED:
            break
        if not _agree(was, first) and season_of(was.title, was.season) != season_of(first.title, first.season):
            break
        first = was
    is_renamed = title_key(first.title) != title_key(entry.title)
    label = season_of(first.title, first.season) if is_renamed else first.season
    # Under another title the same words may say something else; they are the same label all the same.
    is_same = now in (season_of(entry.title, label), season_of(entry.title, first.season))
    return entry if is_same else entry._replace(season=label)


def _differing(before: Edition, after: Edition) -> Iterator[tuple[Entry | None, Entry | None]]:
    old, new = _by_place(before), _by_place(after)
    for place in sorted(old.keys() | new.keys()):
        was, now = old.get(place), new.get(place)
        if was != now:
            yield was, now


def _by_place(edition: Edition) -> dict[tuple[int, int], Entry]:
    places: dict[tuple[int, int], Entry] = {}
    tied: Counter[int] = Counter()
    for entry in edition.entries:
        places[entry.rank, tied[entry.rank]] = entry
        tied[entry.rank] += 1
    return places


def _is_same_by_id(was: Entry, now: Entry) -> bool | None:
    """Return whether two entries have one id, or two; None where the provider does not say it of both."""
    if was.id is None or now.id is None or scheme_of(was.id) != scheme_of(now.id):
        return None
    return was.id == now.id


def _agree(was: Entry, now: Entry) -> bool:
    """Return whether all figures that both versions have agree; columns come and go, so the others do not count."""
    old, new = dict(was.figures), dict(now.figures)
    return all(old[name] == new[name] for name in old.keys() & new.keys())


_NO_FIGURES = frozenset({"n/a", "#n/a", "n.a.", "na", "nan", "nil", "none", "null"})


def _is_figure(written: str | None) -> bool:
    said = (written or "").strip().casefold()
    return said not in _NO_FIGURES and any(ch.isalnum() and ch != "0" for ch in said)


def _is_alone(entry: Entry, edition: Edition, figure: str) -> bool:
    value = dict(entry.figures).get(figure)
    return all(its.rank == entry.rank or dict(its.figures).get(figure) != value for its in edition.entries)


def _lists(edition: Edition, title: str) -> bool:
    return any(title_key(entry.title) == title_key(title) for entry in edition.entries)


def _lists_season(edition: Edition, entry: Entry) -> bool:
    """Return whether an edition has the season of an entry; then another label does not stand for that one."""
    key, season = title_key(entry.title), season_of(entry.title, entry.season)
    same = (its for its in edition.entries if title_key(its.title) == key)
    return any(season_of(its.title, its.season) == season for its in same)


def _is_spelt_alike(one: str, other: str) -> bool:
    """Return whether titles differ in case, spaces and punctuation alone; `÷` and `×` have nothing else."""
    return letters(one) == letters(other) != ""
