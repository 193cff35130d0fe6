"""What a story says of its work: each thing once, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chartwatch.domain.milestones.milestone import Bulletin, Change, Milestone, Published, Status
from chartwatch.domain.rules.kinds import KINDS, priority_of
from chartwatch.domain.rules.reign import RECORD
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.stories.wording import NO_LONGER

TAKES_BACK = (Status.RETRACTED, Status.CORRECTED)
"""What takes something back, the most serious first."""


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that a story says of its work, in one territory or in many.

    `holds`: the work holds the slots, and has not lost them.
    """

    brief: str
    status: Status
    is_certain: bool
    priority: Priority
    holds: bool
    changes: tuple[Change, ...]

    @property
    def territories(self) -> list[str]:
        """The scopes of its milestones, `EVERYWHERE` among them, sorted."""
        return sorted({change.milestone.territory for change in self.changes})

    @property
    def milestone(self) -> Milestone:
        """The first of its milestones."""
        return self.changes[0].milestone

    @property
    def takes_back(self) -> bool:
        """Whether it says that something which was told is not so."""
        return self.status in TAKES_BACK

    @property
    def is_confirmed(self) -> bool:
        """Whether it was told as provisional before, and is certain now."""
        return self.status is Status.ANNOUNCED and Status.PROVISIONAL in self._told

    @property
    def is_doubted(self) -> bool:
        """Whether it was told as certain before, and is provisional now."""
        return self.status is Status.PROVISIONAL and Status.ANNOUNCED in self._told

    @property
    def _told(self) -> list[Status]:
        return [its.status for change in self.changes if (its := change.replaced) and its.was_sent]

    @property
    def rarity(self) -> int:
        """How often the chart had come to the like, by doublings: 0 for never, 1 for once, 2 for two or three times."""
        return min((change.milestone.precedents or 0 for change in self.changes), default=0).bit_length()


def publication_of(bulletin: Bulletin, point: Point) -> Published | None:
    """Return the publication that a point is about as a whole, where it is the bulletin's own."""
    is_of_it = all(change.milestone.period == bulletin.period for change in point.changes)
    return bulletin.published if is_of_it else None


def breath_of(point: Point) -> object:
    """Return what points have in common that can be said in one breath."""
    periods = frozenset(change.milestone.period for change in point.changes)
    lasts = KINDS[point.milestone.kind].names_its_work
    how = point.status, point.is_certain, point.is_confirmed, point.is_doubted, lasts
    return how, tuple(point.territories), periods


def points_of(work_id: str, changes: Sequence[Change]) -> list[Point]:
    """Return what a story says of its work, at least one thing, and the same thing once.

    What is certain comes first, of that what takes something back, then what is rarest, and then what weighs most and
    holds in most territories.
    """
    gathered: dict[tuple[str, Status, bool, Priority, bool], list[Change]] = {}
    for change in said_once(changes):
        m = change.milestone
        holds = any(holder.work_id == work_id for holder in m.holders)
        brief = m.brief if holds else f"{NO_LONGER}{change.replaced.brief if change.replaced else m.brief}"
        key = brief, m.status, m.is_certain, priority_of(m.kind, m.n), holds
        gathered.setdefault(key, []).append(change)
    return sorted(
        (Point(*key, tuple(its)) for key, its in gathered.items()),
        key=lambda point: (
            not point.is_certain,
            TAKES_BACK.index(point.status) if point.takes_back else len(TAKES_BACK),
            point.rarity,
            -point.priority,
            point.territories != [EVERYWHERE],
            -len(point.changes),
        ),
    )


def said_once(changes: Sequence[Change]) -> Sequence[Change]:
    """Return changes of a bulletin without those that others say as well, as surely, or that are a step to others."""
    sure: dict[tuple[Status, bool], set[str]] = {}
    most: dict[tuple[object, ...], int] = {}
    new_in_places: set[tuple[Status, bool, date]] = set()
    records: set[tuple[object, ...]] = set()
    for m in (change.milestone for change in changes):
        sure.setdefault((m.status, m.is_certain), set()).add(m.slot)
        most[_steps(m)] = max(m.n or 0, most.get(_steps(m), 0))
        if KINDS[m.kind].is_dated and m.territory != EVERYWHERE:
            new_in_places.add((m.status, m.is_certain, m.period))
        if m.mark == RECORD:
            records.add(_length(m))

    def is_said_otherwise(m: Milestone) -> bool:
        if KINDS[m.kind].is_dated and m.territory == EVERYWHERE:
            return any((m.status, certain, m.period) in new_in_places for certain in {m.is_certain, True})
        if KINDS[m.kind].asks_for_runs and m.mark != RECORD and _length(m) in records:
            return True
        return m.said_by in sure[m.status, m.is_certain] or (m.n or 0) < most[_steps(m)]

    return [change for change in changes if not is_said_otherwise(change.milestone)] or changes


def _length(m: Milestone) -> tuple[object, ...]:
    """Return whose run came to which length, and where: what a record says too."""
    return m.territory, m.group, m.period, m.n, m.status, m.is_certain


def _steps(m: Milestone) -> tuple[object, ...]:
    """Return what milestones have in common of which the highest number says all: those of one work and scope."""
    is_step = KINDS[m.kind].names_its_work and m.mark != RECORD
    return m.rule, m.territory, m.group, m.status, m.is_certain, None if is_step else m.slot
