"""Milestones: what has been recorded of each slot, and the bulletins that tell of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from chartwatch.domain.charts.chart import Cadence
from chartwatch.domain.milestones.attributes import Attributes
from chartwatch.domain.rules.claims import CENSORED, Reason
from chartwatch.domain.rules.evidence import Evidence
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.works.work import Kind, Work


class Status(StrEnum):
    """Where a milestone stands in its life."""

    PROVISIONAL = "provisional"
    ANNOUNCED = "announced"
    CORRECTED = "corrected"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Reference:
    """A revision of a slot, named by another that replaces it."""

    slot: str
    revision: int
    status: Status
    holders: tuple[Holder, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the reference as it stands in evidence."""
        return {
            "slot": self.slot,
            "revision": self.revision,
            "status": self.status.value,
            "holders": [holder.as_json() for holder in self.holders],
        }


@dataclass(frozen=True, slots=True)
class Milestone:
    """One revision of a slot: a claim and what became of it.

    `silent`: it is recorded only, and sent to nobody. `evidence` is None when the slot was retracted; `replaces` is the
    revision before, of this slot or of the one that the work had under another id, and `moved_to` the slot that it has
    by now. `said`, `mark`, `precedents` and `said_by` are those of the claim: what messages go by, and no part of what
    was claimed. `is_believed`: what was last sent of the slot, with this revision or before, is that somebody holds it.
    """

    slot: str
    rule: str
    kind: str
    chart: str
    territory: str
    group: str | None
    n: int | None
    period: date
    status: Status
    silent: bool
    left_censored: bool
    revision: int
    holders: tuple[Holder, ...]
    reasons: tuple[Reason, ...]
    headline: str
    brief: str
    evidence: Evidence | None
    replaces: Reference | None = None
    moved_to: str | None = None
    said: str = ""
    mark: str = ""
    precedents: int | None = None
    said_by: str | None = None
    is_believed: bool = False

    @property
    def is_held(self) -> bool:
        """Whether it stands: it was not retracted."""
        return self.status is not Status.RETRACTED

    @property
    def is_certain(self) -> bool:
        """Whether it holds however the unknown turns out; a correction may be uncertain, too."""
        return not self.because

    @property
    def because(self) -> tuple[str, ...]:
        """Why it is provisional, in words.

        What is so since the record begins is sent only to those who were told of another beginning before.
        """
        # Older bulletins do not say whether it is believed: then it is, unless the revision is silent.
        is_known = self.is_believed or not self.silent
        censored = (CENSORED,) if self.left_censored and self.is_held and is_known else ()
        return (*(reason.said for reason in self.reasons), *censored)

    def as_json(self) -> dict[str, Any]:
        """Return the milestone as one JSON object: a line of `chartwatch replay`, and a part of a story."""
        evidence = self.evidence.as_json() if self.evidence else {}
        if self.replaces is not None:
            evidence["replaces"] = self.replaces.as_json()
        if self.moved_to is not None:
            evidence["moved_to"] = self.moved_to
        return {
            "slot": self.slot,
            "rule": self.rule,
            "chart": self.chart,
            "territory": self.territory,
            "group": self.group,
            "n": self.n,
            "period": self.period.isoformat(),
            "status": self.status.value,
            "silent": self.silent,
            "left_censored": self.left_censored,
            "revision": self.revision,
            "holders": [holder.as_json() for holder in self.holders],
            "joint": len(self.holders) > 1,
            "provisional_because": list(self.because),
            "headline": self.headline,
            "evidence": evidence,
        }


@dataclass(frozen=True, slots=True)
class Replaced:
    """The revision that another replaces: what a story says of it.

    `was_sent`: something was sent of the slot before, with these `attributes`. `brief` is there where a work has lost
    the slot; it is what that work's story says is so no longer.
    """

    status: Status
    holders: tuple[Holder, ...]
    was_sent: bool
    brief: str = ""
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A milestone's new revision and the one it replaces."""

    milestone: Milestone
    replaced: Replaced | None = None

    @property
    def is_sent(self) -> bool:
        """Whether it is sent to subscribers, and not recorded only."""
        return not self.milestone.silent

    @property
    def follows_up(self) -> bool:
        """Whether something was sent of the slot before, which this must not come before."""
        was_sent = self.replaced is not None and self.replaced.was_sent
        return was_sent or self.milestone.status in (Status.CORRECTED, Status.RETRACTED)

    @property
    def takes_back(self) -> bool:
        """Whether subscribers are told that what they were sent of the slot is not so."""
        return self.is_sent and self.milestone.status in (Status.CORRECTED, Status.RETRACTED)

    def works(self) -> Iterable[str]:
        """Yield the ids of the works it is about: the holders, then those that lost the slot."""
        yield from dict.fromkeys(holder.work_id for holder in self._holders())

    def concerned(self) -> Iterable[str]:
        """Yield the ids of the works of which it says something new: of joint holders, those that came or went."""
        before = set(self.replaced.holders) if self.replaced else set()
        moved = before ^ set(self.milestone.holders)
        corrected = self.milestone.status is Status.CORRECTED
        yield from dict.fromkeys(h.work_id for h in self._holders() if not corrected or not moved or h in moved)

    def _holders(self) -> Iterator[Holder]:
        yield from self.milestone.holders
        yield from self.replaced.holders if self.replaced else ()


class WorkFacts(NamedTuple):
    """What a story says of a work: the facts that subscribers filter on."""

    title: str
    kind: Kind | None
    original_language: str | None
    origin_countries: tuple[str, ...]
    release_date: date | None
    source: str
    creators: tuple[str, ...] = ()
    featured: tuple[str, ...] = ()
    own_facts: tuple[tuple[str, str], ...] = ()
    assumed: tuple[str, ...] = ()

    @classmethod
    def of(cls, work: Work) -> "WorkFacts":
        """Take them from a work."""
        return cls(
            work.title,
            work.kind,
            work.original_language,
            work.origin_countries,
            work.release_date,
            work.source,
            work.creators,
            work.featured,
            work.own_facts,
            tuple(sorted(work.assumed)),
        )


class Row(NamedTuple):
    """A row of an edition, without what it is of. `figures` are the source's, by its names for them, as text."""

    rank: int
    figures: tuple[tuple[str, str], ...] = ()


class Listed(NamedTuple):
    """The row of a work in an edition, and the one that it had in that of the period before, where it is known.

    `shown` are the figures that tell how it did, by their names, and how these read in a sentence.
    """

    now: Row
    before: Row | None = None
    shown: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """What a bulletin says of the publication that it is named for.

    `read` are the territories that it has an edition of, `unread` those that it lacks one of; `number_ones` says where
    each work of the bulletin is at #1, by id. All are sorted. `listed` has the rows of the works, by id, that are alone
    at #1 of one territory and nowhere else; `charted` are the titles at #1 of a publication of one territory.
    `is_news`: it was processed for the first time, as its chart's latest, and whoever wants to know of each publication
    is told of it, whether or not anything in it is new.
    """

    cadence: Cadence
    read: tuple[str, ...]
    unread: tuple[str, ...] = ()
    number_ones: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    listed: Mapping[str, Listed] = field(default_factory=dict)
    charted: tuple[str, ...] = ()
    is_news: bool = False


@dataclass(frozen=True, slots=True)
class Bulletin:
    """Every milestone change that came out of processing one publication, or one catalog change.

    `number` is the version of the chart's record that it made; with the chart it is the bulletin's id. `published` is
    None where a bulletin was made by hand.
    """

    chart: str
    chart_name: str
    number: int
    period: date
    changes: tuple[Change, ...]
    works: Mapping[str, WorkFacts]
    published: Published | None = None

    @property
    def id(self) -> str:
        """The id, in the order of telling within a chart."""
        return f"{self.chart}:{self.number:08d}"

    @property
    def is_news(self) -> bool:
        """Whether its publication is news, also where nothing in it is new."""
        return self.published is not None and self.published.is_news

    @property
    def is_kept(self) -> bool:
        """Whether it says anything."""
        return bool(self.changes) or self.is_news
