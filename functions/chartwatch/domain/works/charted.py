"""What stood at #1 as a chart said it, and what of it may be one: spelt otherwise, or said in part."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from chartwatch.domain.works.credits import lead_of
from chartwatch.domain.works.titles import spelling, title_key
from chartwatch.domain.works.work import Kind


class Charted(NamedTuple):
    """What stood at #1: its kind and its credit, as far as the chart said them, and the key of its title."""

    kind: Kind | None
    key: str
    credit: str | None = None

    @classmethod
    def of(cls, title: str, kind: Kind | None, credit: str | None) -> "Charted":
        """Return what stood at #1 under a title."""
        return cls(kind, title_key(title), credit)

    @property
    def said(self) -> "Said":
        """What tells it from others of its letters: the kind, the creator whom the credit names first, and the key."""
        return Said(self.kind, lead_of(self.credit) if self.credit else None, self.key)


class Said(NamedTuple):
    """What a chart says of a title: its kind, the key of whom it credits first, and the key of the title itself."""

    kind: Kind | None
    lead: str | None
    key: str

    def may_be(self, other: "Said") -> bool:
        """Return whether the two may be one: neither says anything that the other denies."""
        both = zip(self[:2], other[:2], strict=True)
        return self != other and all(None in pair or pair[0] == pair[1] for pair in both)

    def says_all_of(self, other: "Said") -> bool:
        """Return whether the title is one of a kind, and by somebody, as far as the other is."""
        return all(theirs in (None, its) for its, theirs in zip(self[:2], other[:2], strict=True))


Latest = Callable[[str, Kind | None], str]
"""Returns the name that a title of a kind has now."""


class ChartedTitles:
    """The titles of a chart that were at #1, and since when each has been there in a way that tells it from others."""

    def __init__(self, latest: Latest | None = None, charted: Mapping[Charted, date] | None = None) -> None:
        """Begin with what is known; a title that was given up is the `latest` one that it came to, if any was."""
        self._latest = latest
        self._since = dict(charted or {})

    def add(self, charted: Iterable[Charted], period: date) -> None:
        """Take in what is at #1 in a period, the latest of the chart."""
        for one in charted:
            self._since.setdefault(one, period)

    def _spelt_as(self, own: Charted) -> Mapping[Said, tuple[date, Charted]]:
        """Return the titles that are spelt as one is, but for spaces and punctuation, each with since when."""
        found: dict[Said, tuple[date, Charted]] = {}
        wanted = spelling(own.key)
        for one, since in self._since.items():
            its = self._named(one) if self._latest else one
            if spelling(its.key) == wanted and (its.said not in found or since < found[its.said][0]):
                found[its.said] = since, its
        return found

    def may_be(self, own: Charted) -> Sequence[Charted]:
        """Return the titles that may be the same as one at #1 now: spelt otherwise, or one lacks what the other says.

        What says all that another does is itself, unless that one was there first: later it is that one of which nobody
        can say what it is.
        """
        own = self._named(own)
        its = self._spelt_as(own)
        if len(its) < 2:
            return ()
        begun = its[own.said][0]
        return [
            one
            for said, (since, one) in sorted(its.items(), key=repr)
            if said.may_be(own.said) and (since <= begun or not own.said.says_all_of(said))
        ]

    def _named(self, one: Charted) -> Charted:
        return one._replace(key=title_key(self._latest(one.key, one.kind))) if self._latest else one
