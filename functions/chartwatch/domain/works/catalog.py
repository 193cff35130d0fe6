"""The catalog: from a title as charted to a work, never by guess."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from chartwatch.domain.works.acts import ACTS
from chartwatch.domain.works.charted import Charted, ChartedTitles, Latest
from chartwatch.domain.works.credits import Credit, lead_of, name_key, read_credit
from chartwatch.domain.works.meanings import NOTHING_KNOWN, OF_SEVERAL, Meanings, undecided_work
from chartwatch.domain.works.titles import spelling, title_key
from chartwatch.domain.works.work import (
    ANY_KIND,
    CREATOR_COUNTRY,
    UNLISTED,
    Kind,
    Work,
    kind_of_unlisted,
    scheme_of,
    unlisted,
)

EARLY = timedelta(days=7)
"""How long before its release date a work may chart: catalogs err by days, and a week is named by its last."""

RECENT = timedelta(days=30)
"""How long after its release a work is what its title means, rather than one that came out longer before."""


class Catalog:
    """All works, found by the titles that charts give them."""

    def __init__(self, works: Iterable[Work] = (), latest: Latest | None = None) -> None:
        """Index `works` by title and aliases; a title of none is the `latest` one that it came to."""
        listed = list(works)
        self.renamed = latest
        artists = [work for work in listed if work.kind == Kind.ARTIST]
        self._acts = {**ACTS} | {title_key(name): its.title for its in artists for name in (its.title, *its.aliases)}
        of_name = Counter(its.title for its in artists)
        self._artists = {
            its.title: its
            for its in artists
            if of_name[its.title] == 1 and its.origin_countries and its.is_main_country_known
        }
        self._works = {work.id: self._by_their_names(work) if work.creators else work for work in listed}
        self._by_title: dict[str, list[Work]] = {}
        for work in self._works.values():
            for key in {title_key(title) for title in (work.title, *work.aliases)}:
                self._by_title.setdefault(key, []).append(work)
        self._by_spelling: dict[str, dict[Work, None]] = {}
        for key, bearers in self._by_title.items():
            self._by_spelling.setdefault(spelling(key), {}).update(dict.fromkeys(bearers))
        self._credited: dict[tuple[Work, bool, str], Work] = {}
        self._named: dict[tuple[str, Kind | None, str | None], tuple[Sequence[Work], Work]] = {}
        self._undecided: dict[tuple[str, str, tuple[str, ...]], Work] = {}
        self._by_id = {provider_id: work for work in self for provider_id in work.ids}
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
        candidates = self._by_title.get(title_key(title)) or self._by_spelling.get(spelling(title), {})
        if kind is None:
            return [work for work in candidates if not work.needs_kind and work.kind != Kind.ARTIST]
        return [work for work in candidates if work.kind in (None, kind)]

    def may_mean(self, title: str, kind: Kind | None, not_in: str | None) -> Sequence[Work]:
        """Return the works that a title may mean on a chart, or the one that stands for it where there is none."""
        return _admitted(self._bearing(title, kind, None)[0], not_in) or [unlisted(self.latest(title, kind), kind)]

    def latest(self, title: str, kind: Kind | None) -> str:
        """Return the name that a title has come to; itself, where it was never given up."""
        return self.renamed(title, kind) if self.renamed else title

    def facts_of(self, title: str, kind: Kind | None, credit: str | None = None) -> Sequence[Work]:
        """Return the works that a title may mean, with nothing but the facts that rules read.

        With a credit the last one is whom it names.
        """
        found = [replace(work, aliases=(), source="", confidence="") for work in self._bearing(title, kind, credit)[0]]
        return [*found, self.credited(Work("", ""), credit)] if credit else found

    def credited(self, work: Work, credit: str | None) -> Work:
        """Return a work with the creators whom a credit names, unless the catalog names its creators."""
        if credit is None or work.credit == credit:
            return work
        # What a work may be does not tell it from others.
        key = work, bool(work.candidates), credit
        if (found := self._credited.get(key)) is None:
            found = self._credited[key] = self._with_creators(work, credit)
        return found

    def read(self, credit: str) -> Credit:
        """Return whom a credit names, as the catalog calls them."""
        return read_credit(credit, self._acts)

    def is_credited(self, work: Work, credit: str) -> bool:
        """Return whether a work is known to be by all whom a credit names first, or charted under that credit."""
        names = {name_key(name) for name in (*work.creators, *work.featured)}
        is_its_own = work.credit is not None and name_key(work.credit) == name_key(credit)
        return is_its_own or names.issuperset(map(name_key, self.read(credit).main))

    def _with_creators(self, work: Work, credit: str) -> Work:
        listed = self.work(work.id)
        main, featured = (
            (listed.creators, listed.featured) if listed and listed.creators else read_credit(credit, self._acts)
        )
        return self._of_countries(replace(work, creators=main, featured=featured, credit=credit))

    def _by_their_names(self, work: Work) -> Work:
        """Return a work whose creators are called as the catalog calls these artists, with their countries."""
        creators, featured = (
            tuple(dict.fromkeys(self._acts.get(title_key(name), name) for name in names))
            for names in (work.creators, work.featured)
        )
        return self._of_countries(replace(work, creators=creators, featured=featured))

    def _of_countries(self, work: Work) -> Work:
        names = (*work.creators, *work.featured)
        artists = [self._artists[name] for name in names if name in self._artists]
        countries = tuple(dict.fromkeys(artist.origin_countries[0] for artist in artists))
        is_assumed = any(artist.without_assumed() != artist for artist in artists)
        assumed = work.assumed | ({CREATOR_COUNTRY} if is_assumed else set())
        lacks = len(artists) < len(names)
        return replace(work, creator_countries=countries, lacks_creator_country=lacks, assumed=assumed)

    def _is_by(self, work: Work, credit: str) -> bool:
        """Return whether a work is by the creator whom a credit names first; one without creators is by nobody."""
        first, leads = read_credit(credit, self._acts).main[0], (title_key(name) for name in work.creators)
        return first in work.creators or lead_of(credit) in leads

    def identified(self, provider_id: str) -> Work | None:
        """Return the work that has a provider's id, or None."""
        return self._by_id.get(provider_id)

    def match(
        self,
        title: str,
        kind: Kind | None,
        period: date,
        known: Meanings = NOTHING_KNOWN,
        provider_id: str | None = None,
        *,
        not_in: str | None = None,
        credit: str | None = None,
    ) -> Work:
        """Return the work that a chart of `period` means by `title`, or by the id that its provider has for it.

        Where the catalog names the id, nothing else is asked, nor where it has been at #1 of the chart before
        (`known`). Otherwise it is what its title means, unless that has another id of the same scheme.

        The kind must agree where the chart says it. None is meant that is certainly in a language which the chart
        does not have (`not_in`). Nothing charts more than `EARLY` before its release. Of several
        such works it is the one released last, when that came out `RECENT` or more after the others and no longer than
        that before the period, or was at #1 of the chart in that time (`known`). Before its release nobody can say if
        the title was at #1 shortly before as something else. Where that does not decide, the work is one of which
        nothing is known but what is so of all `candidates`; where the catalog has no such title, one of unknown facts.
        A title that a provider cut short is a title like any other: it is found as an alias, or not at all.

        Where the chart names creators (`credit`), a work must be by the first of them: of the same title by others, or
        by nobody that the catalog names, it is another.
        """
        if provider_id is None:
            named, own = self._bearing(title, kind, credit)
        else:
            if found := self._by_id.get(provider_id) or self._seen_before(provider_id, title, known):
                return self.credited(found, credit)
            named, own = self._left_for(provider_id, title, kind, known, credit)
        return self.credited(self._meant(named, own, period, known, not_in), credit)

    def _meant(self, named: Sequence[Work], own: Work, period: date, known: Meanings, not_in: str | None) -> Work:
        out = [work for work in _admitted(named, not_in) if not _is_later(work, period, EARLY)]
        if not out:
            its = None if named else known.among_others(own, period)
            return (self.undecided(known, its) or own) if its else own
        latest = _released_last(out)
        if latest is None:
            return self._one_of(out, own)
        released = latest.release_date
        if released and period < released:
            is_meant = _until(own, released) not in known.preceded
        else:
            is_new = released is not None and period <= released + RECENT
            is_meant = len(out) == 1 or is_new or latest.id in known.recent
        return latest if is_meant else self._one_of(out, own)

    def learned(
        self,
        titles: Iterable[tuple[str, Kind | None, str | None, str | None]],
        period: date,
        known: Meanings,
        not_in: str | None = None,
        charted: ChartedTitles | None = None,
    ) -> Meanings:
        """Return the meanings with those of titles that are at #1 in a period, the latest of the chart.

        Each is a title with its kind, its provider's id and its credit. `charted` has all that were there before:
        of two of no catalog nobody can say if they are one, where one says less than the other. Without it each is.
        """
        titles = tuple(titles)
        if charted:
            charted.add((Charted.of(title, kind, credit) for title, kind, _, credit in titles), period)
        for title, kind, provider_id, credit in titles:
            is_new = provider_id is not None and provider_id not in known.by_id
            named, own = self._bearing(title, kind, credit)
            if charted and provider_id is None:
                known = self._among(charted, Charted.of(title, kind, credit), own, period, known)
            coming = [its for its in named if _is_later(its, period, EARLY) and not _is_later(its, period, RECENT)]
            if not is_new and len(named) < 2 and not coming and not known.preceded:
                continue
            work = self.match(title, kind, period, known, provider_id, not_in=not_in, credit=credit)
            if work.candidates or (work.release_date and period <= work.release_date + RECENT):
                known = known.with_meaning(work, title, kind, period)
            if provider_id is None:
                known = known.with_preceded(_until(own, its.release_date) for its in coming)
            elif is_new:
                known = known.with_id(provider_id, work, period)
        return known

    def standing_for(self, title: str, kind: Kind | None) -> Sequence[Work]:
        """Return the works that stand for a title at some time, as it means none or several of the catalog's."""
        named, own = self._bearing(title, kind, None)
        dates = {work.release_date for work in named if work.release_date}
        shown = ([w for w in named if w.release_date is None or w.release_date <= day] for day in sorted(dates))
        return [own, *(self._one_of(out, own) for out in (*shown, named) if out)]

    def undecided(self, known: Meanings, work_id: str) -> Work | None:
        """Return the work that stands for a title of which nobody can say what it means, by its id."""
        if (its := known.undecided.get(work_id)) is None:
            return None
        candidates = [work for each in its.may_be[:-1] if (work := self.work(each) or _charted_as(its.title, each))]
        return undecided_work(work_id, candidates, replace(unlisted(its.title, its.kind), id=its.may_be[-1]))

    def _seen_before(self, provider_id: str, title: str, known: Meanings) -> Work | None:
        """Return the work that an id has meant before, or None."""
        if (its := known.by_id.get(provider_id)) is None:
            return None
        work = self.work(its.work_id) or self.undecided(known, its.work_id)
        return work or Work(its.work_id, title, kind_of_unlisted(its.work_id))

    def _left_for(
        self, provider_id: str, title: str, kind: Kind | None, known: Meanings, credit: str | None
    ) -> tuple[Sequence[Work], Work]:
        """Return what a title may mean under an id that is seen for the first time, as `_bearing` does without one."""
        named, own = self._bearing(title, kind, credit)
        others, scheme = known.others_of(provider_id), scheme_of(provider_id)
        its = [w for w in named if w.id not in others and scheme not in map(scheme_of, w.ids)]
        is_taken = any(other == own.id or other.startswith(f"{own.id}:") for other in others)
        # What may mean fewer works than its title does is another undecided title.
        is_another = is_taken or 1 < len(its) < len(named)
        return its, replace(own, id=f"{UNLISTED}:{kind or ANY_KIND}:{provider_id}") if is_another else own

    def _bearing(self, title: str, kind: Kind | None, credit: str | None) -> tuple[Sequence[Work], Work]:
        """Return the works that a title may mean, and the one that stands for it where it means none of them."""
        found = self._named.get((title, kind, credit))
        if found is None:
            latest = self.latest(title, kind)
            bearing = self.named(title, kind) or self.named(latest, kind)
            named = [work for work in bearing if credit is None or self._is_by(work, credit)]
            own = unlisted(latest, kind, credit)
            # A work that the catalog lists under such an id is not what bore its title before it came out.
            its = own if own.id not in self._works else replace(own, id=f"{own.id}{OF_SEVERAL}0")
            found = self._named[title, kind, credit] = named, its
        return found

    def _among(self, charted: ChartedTitles, title: Charted, own: Work, period: date, known: Meanings) -> Meanings:
        """Return the meanings with what a title may be besides itself, of what was at #1 under the same letters.

        Where the catalog lists it as the chart says it now, it is that work.
        """
        if self._bearing(title.key, title.kind, title.credit)[0]:
            return known
        others = [(each, self._bearing(each.key, each.kind, each.credit)[0]) for each in charted.may_be(title)]
        ids = [
            its.id
            for each, found in others
            for its in found or (unlisted(each.key, each.kind, each.credit),)
            if not found or self._may_be_said(its, title)
        ]
        return known.with_others(own, list(dict.fromkeys(ids)), title.kind, period) if ids else known

    def _may_be_said(self, work: Work, title: Charted) -> bool:
        """Return whether a work may be what a chart says of one of its title, as far as both say it."""
        is_by = not work.creators or title.credit is None or self._is_by(work, title.credit)
        return is_by and (None in (title.kind, work.kind) or title.kind == work.kind)

    def _one_of(self, candidates: Sequence[Work], own: Work) -> Work:
        # Namesakes that come out later make another title of it: those before them were none of these.
        work_id = _until(own, max((work.release_date for work in candidates if work.release_date), default=None))
        key = work_id, own.title, tuple(work.id for work in candidates)
        found = self._undecided.get(key)
        if found is None:
            found = self._undecided[key] = undecided_work(work_id, candidates, own)
        return found

    def _digest(self) -> str:
        known = hashlib.sha256()
        for work in sorted(self._works.values(), key=lambda w: w.id):
            # A set is in another order in each process.
            known.update(repr((replace(work, assumed=frozenset()), sorted(work.assumed))).encode())
        return known.hexdigest()


def _charted_as(title: str, work_id: str) -> Work | None:
    """Return what stands for a title of no catalog, by its id; None for any other."""
    return Work(work_id, title, kind_of_unlisted(work_id)) if work_id.startswith(f"{UNLISTED}:") else None


def _admitted(works: Sequence[Work], not_in: str | None) -> Sequence[Work]:
    """Return the works that are not certainly in a language which a chart does not have."""
    return [work for work in works if not_in is None or work.without_assumed().original_language != not_in]


def _released_last(works: Sequence[Work]) -> Work | None:
    """Return the work that was released last, `RECENT` or more after the others, or the only one; None if none is."""
    if len(works) == 1:
        return works[0]
    dated = sorted(((work.release_date, work) for work in works if work.release_date), key=lambda its: its[0])
    is_apart = len(dated) == len(works) and dated[-1][0] - dated[-2][0] >= RECENT
    return dated[-1][1] if is_apart else None


def _until(own: Work, released: date | None) -> str:
    """Return the id of what stands for a title from a release on until the next one."""
    return f"{own.id}:{released or ''}"


def _is_later(work: Work, period: date, by: timedelta) -> bool:
    return work.release_date is not None and work.release_date > period + by
