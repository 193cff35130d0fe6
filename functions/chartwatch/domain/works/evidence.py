"""Evidence: what speaks for and against a candidate, each with a weight, and the score they come to.

A weight is in bits: evidence of weight 3 is about eight times as usual of the right candidate as of a namesake. The
weights are few and round on purpose: `bench/candidates.py` says how often they are wrong.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from chartwatch.domain.works.candidates import Candidate, Role, Sighting, Span
from chartwatch.domain.works.catalog import EARLY
from chartwatch.domain.works.titles import title_key

NEW = timedelta(days=60)
"""A work that charts within this time of its release is new there."""

RECENT = timedelta(days=2 * 365)
"""Until then a work is recent: from the cinema to a streamer."""

FEW_TERRITORIES = 10
"""A title that stood in more territories than this says nothing by them."""

LONG_TITLE = 3
"""Words, without a leading article, from which on a title has few namesakes."""

MANY_VOTES = 1500
"""People who rated a work on TMDB that is widely known."""

MANY_ARTICLES = 20
"""Wikipedias with an article on a work that is widely known. Unlike the other values this one is not measured."""

SAME_LENGTH = 2
OTHER_LENGTH = 6
"""Minutes by which lengths differ at most if they are one work's, and at least if they are two works'."""


class Evidence(StrEnum):
    """One thing that speaks for or against a candidate."""

    SAME_ID = "same id"
    LINKED = "linked by another provider"
    OTHER_ID = "other id"
    OTHER_TITLE = "other title"
    ALTERNATIVE_TITLE = "alternative title"
    LONG_TITLE = "a title that few works bear"
    ONE_WORD = "a title that many works bear"
    LATEST = "the latest of that title"
    OTHER_KIND = "other kind"
    NEW = "new when it charted"
    NEW_THAT_YEAR = "new in the year it charted"
    RECENT = "recent when it charted"
    OLD = "old when it charted"
    NOT_YET_RELEASED = "released after it charted"
    UNDATED = "no release date"
    SAME_YEAR = "same year"
    OTHER_YEAR = "other year"
    SAME_LENGTH = "same length"
    OTHER_LENGTH = "other length"
    SAME_DATE = "same release date"
    ON_NETFLIX = "shown by Netflix"
    LIST_AGREES = "language of its list"
    LIST_DISAGREES = "not the language of its list"
    AT_HOME = "charted at home"
    NOT_AT_HOME = "charted elsewhere only"
    WIDELY_KNOWN = "widely known"


WEIGHTS = {
    Evidence.SAME_ID: 20,
    Evidence.LINKED: 14,
    Evidence.OTHER_ID: -8,
    Evidence.OTHER_TITLE: -10,
    Evidence.ALTERNATIVE_TITLE: -1,
    Evidence.LONG_TITLE: 2,
    Evidence.ONE_WORD: -1,
    Evidence.LATEST: 1,
    Evidence.OTHER_KIND: -10,
    Evidence.NEW: 6,
    Evidence.NEW_THAT_YEAR: 3,
    Evidence.RECENT: 2,
    Evidence.OLD: -2,
    Evidence.NOT_YET_RELEASED: -6,
    Evidence.UNDATED: -1,
    Evidence.SAME_YEAR: 3,
    Evidence.OTHER_YEAR: -5,
    Evidence.SAME_LENGTH: 3,
    Evidence.OTHER_LENGTH: -3,
    Evidence.SAME_DATE: 3,
    Evidence.ON_NETFLIX: 4,
    Evidence.LIST_AGREES: 2,
    Evidence.LIST_DISAGREES: -5,
    Evidence.AT_HOME: 4,
    Evidence.NOT_AT_HOME: -1,
    Evidence.WIDELY_KNOWN: 6,
}
"""Bits, each for what it says alone."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Evidence as it weighed."""

    evidence: Evidence
    weight: int


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with the evidence for and against it."""

    candidate: Candidate
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> int:
        """The sum of the weights, in bits."""
        return sum(reason.weight for reason in self.reasons)

    def shows(self, evidence: Evidence) -> bool:
        """Return whether that evidence is among its reasons."""
        return any(reason.evidence is evidence for reason in self.reasons)


def weigh(sighting: Sighting, candidates: Iterable[Candidate]) -> list[Scored]:
    """Return one provider's candidates with all that speaks for and against their being what the chart means."""
    found = [(candidate, list(_evidence(sighting, candidate))) for candidate in candidates]
    bearers = [(candidate, evidence) for candidate, evidence in found if not _ANOTHER.intersection(evidence)]
    # One without a date may be the latest.
    dated = len(bearers) == 1 or all(candidate.released for candidate, _ in bearers)
    days = [_released_last(sighting, candidate) for candidate, _ in bearers]
    if dated and days.count(last := max(days, default=date.min)) == 1:
        bearers[days.index(last)][1].append(Evidence.LATEST)
    return [Scored(candidate, tuple(Reason(one, WEIGHTS[one]) for one in evidence)) for candidate, evidence in found]


_ANOTHER = {Evidence.OTHER_TITLE, Evidence.OTHER_KIND, Evidence.NOT_YET_RELEASED}
"""What says that a candidate is not the work that the title named then."""


def _released_last(sighting: Sighting, candidate: Candidate) -> date:
    """Return the last day on which a candidate may have been released when the title charted."""
    before = [span.last for span in candidate.released if span.first <= sighting.first_charted + EARLY]
    return max(before, default=date.min)


def denies_language(sighting: Sighting, candidate: Candidate) -> bool:
    """Return whether the title stood on a list that is not of the candidate's language."""
    return Evidence.LIST_DISAGREES in _of_language(sighting, candidate)


def _evidence(sighting: Sighting, candidate: Candidate) -> Iterator[Evidence]:
    yield from _of_ids(sighting, candidate)
    yield from _of_titles(sighting, candidate)
    if None not in (sighting.kind, candidate.kind) and sighting.kind != candidate.kind:
        yield Evidence.OTHER_KIND
    yield from _of_dates(sighting, candidate)
    yield from _of_lengths(sighting, candidate)
    if candidate.on_netflix:
        yield Evidence.ON_NETFLIX
    yield from _of_language(sighting, candidate)
    yield from _of_places(sighting, candidate)
    if (candidate.votes or 0) >= MANY_VOTES or (candidate.articles or 0) >= MANY_ARTICLES:
        yield Evidence.WIDELY_KNOWN


def _of_ids(sighting: Sighting, candidate: Candidate) -> Iterator[Evidence]:
    known = sighting.ids | sighting.linked
    if sighting.ids & candidate.ids:
        yield Evidence.SAME_ID
    elif sighting.linked & candidate.ids:
        yield Evidence.LINKED
    elif {one.scheme for one in known} & {one.scheme for one in candidate.ids}:
        yield Evidence.OTHER_ID


def _of_titles(sighting: Sighting, candidate: Candidate) -> Iterator[Evidence]:
    if not candidate.titles:
        return
    charted = {loose_title(title) for title in sighting.titles}
    borne = {(loose, title.role) for title in candidate.titles if (loose := loose_title(title.text)) in charted}
    if not borne:
        yield Evidence.OTHER_TITLE
        return
    if all(role is Role.ALTERNATIVE for _, role in borne):
        yield Evidence.ALTERNATIVE_TITLE
    words = max(len(title.removeprefix("the ").split()) for title, _ in borne)
    if words >= LONG_TITLE:
        yield Evidence.LONG_TITLE
    elif words == 1:
        yield Evidence.ONE_WORD


def _of_dates(sighting: Sighting, candidate: Candidate) -> Iterator[Evidence]:
    if not candidate.released:
        yield Evidence.UNDATED
        return
    charted = sighting.first_charted
    ages = {_age(sighting, span) for span in candidate.released}
    yield next(
        age
        for age in (Evidence.NEW, Evidence.NEW_THAT_YEAR, Evidence.RECENT, Evidence.OLD, Evidence.NOT_YET_RELEASED)
        if age in ages
    )
    if sighting.released and any(
        span.is_day and abs(span.first - sighting.released) <= timedelta(days=3) for span in candidate.released
    ):
        yield Evidence.SAME_DATE
    if sighting.year:
        apart = min(abs(span.first.year - sighting.year) for span in candidate.released)
        if apart == 0:
            yield Evidence.SAME_YEAR
        elif apart > 1 and abs(charted.year - sighting.year) <= 100:
            yield Evidence.OTHER_YEAR


def _age(sighting: Sighting, span: Span) -> Evidence:
    if span.first > sighting.first_charted + EARLY:
        return Evidence.NOT_YET_RELEASED
    age = sighting.first_charted - span.last
    if span.is_day and age <= NEW:
        return Evidence.NEW
    if not span.is_day and span.first <= sighting.first_charted <= span.last:
        return Evidence.NEW_THAT_YEAR
    return Evidence.RECENT if age <= RECENT else Evidence.OLD


def _of_lengths(sighting: Sighting, candidate: Candidate) -> Iterator[Evidence]:
    if sighting.minutes is None or candidate.minutes is None:
        return
    apart = abs(sighting.minutes - candidate.minutes)
    if apart <= SAME_LENGTH:
        yield Evidence.SAME_LENGTH
    elif apart >= OTHER_LENGTH:
        yield Evidence.OTHER_LENGTH


def _of_language(sighting: Sighting, candidate: Candidate) -> Iterator[Evidence]:
    if sighting.in_english is None or not candidate.languages:
        return
    agrees = "en" in candidate.languages if sighting.in_english else candidate.languages != ("en",)
    yield Evidence.LIST_AGREES if agrees else Evidence.LIST_DISAGREES


def _of_places(sighting: Sighting, candidate: Candidate) -> Iterator[Evidence]:
    countries = {*candidate.origins, *candidate.producers}
    if countries and 0 < len(sighting.territories) <= FEW_TERRITORIES:
        yield Evidence.AT_HOME if countries & sighting.territories else Evidence.NOT_AT_HOME


@lru_cache(maxsize=65_536)
def loose_title(title: str) -> str:
    """Return the form under which titles of different providers are compared: letters and digits, without accents."""
    letters = unicodedata.normalize("NFKD", title_key(title).replace("&", " and "))
    kept = "".join(
        " " if unicodedata.category(ch)[0] in "PZS" else ch for ch in letters if not unicodedata.combining(ch)
    )
    return re.sub(r" +", " ", kept).strip() or title_key(title)
