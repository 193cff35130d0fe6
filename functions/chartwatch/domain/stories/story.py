"""Stories: one work's part of a bulletin, as machines and people are sent it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chartwatch.domain.milestones.milestone import Bulletin, Change, Milestone, Status
from chartwatch.domain.rules.kinds import priority_of
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.stories.message import FORMAT, Attributes, Limits, Message, sent_size
from chartwatch.domain.stories.text import points_of, subject_of, text_of

_MOST_SERIOUS_FIRST = (Status.RETRACTED, Status.CORRECTED, Status.ANNOUNCED, Status.PROVISIONAL)
"""A story whose milestones differ in status has the first of these: what takes something back is most serious."""


@dataclass(frozen=True, slots=True)
class Story(Message):
    """One work's part of a bulletin; it is certain when what it leads with is."""

    title: str
    status: Status
    is_certain: bool
    priority: Priority


def stories(bulletin: Bulletin, limits: Limits) -> list[Story]:
    """Return the stories of a bulletin, the weightiest first; none when all of it is recorded only."""
    parts: dict[str, list[Change]] = {}
    for change in bulletin.changes:
        if change.is_sent:
            for work_id in change.concerned():
                parts.setdefault(work_id, []).append(change)
    found = [_story(bulletin, work_id, changes, limits) for work_id, changes in parts.items()]
    return sorted(found, key=lambda story: (-story.priority, -len(story.body["territories"]), story.id))


def _story(bulletin: Bulletin, work_id: str, changes: Iterable[Change], limits: Limits) -> Story:
    work = bulletin.works[work_id]
    changes = sorted(
        changes,
        key=lambda c: (-priority_of(c.milestone.kind, c.milestone.n), c.milestone.territory, c.milestone.slot),
    )
    milestones = [change.milestone for change in changes]
    status = min((milestone.status for milestone in milestones), key=_MOST_SERIOUS_FIRST.index)
    priority = priority_of(milestones[0].kind, milestones[0].n)
    territories = _territories(milestones, work.title)
    points = points_of(work_id, changes)
    story_id = f"{bulletin.id}:{work_id}"
    is_certain = points[0].is_certain
    uncertain = sorted({milestone.rule for milestone in milestones if not milestone.is_certain})
    subject = subject_of(bulletin, work, points, limits.subject)
    text = text_of(bulletin, work, points, limits.text)
    body = {
        "type": "story",
        "format": FORMAT,
        "story": story_id,
        "bulletin": bulletin.id,
        "chart": {"id": bulletin.chart, "name": bulletin.chart_name},
        "period": bulletin.period.isoformat(),
        "work": {
            "work_id": work_id,
            "title": work.title,
            "kind": work.kind,
            "original_language": work.original_language,
            "origin_countries": list(work.origin_countries),
            "release_date": work.release_date and work.release_date.isoformat(),
            "source": work.source,
        },
        "status": status.value,
        "certain": is_certain,
        "priority": int(priority),
        "territories": territories,
        "subject": subject,
        "text": text,
        "milestones_left_out": 0,
    }
    facts = {
        "origin_countries": work.origin_countries,
        "language": work.original_language,
        "work_kind": work.kind and work.kind.value,
    }
    attributes: Attributes = {
        "chart": bulletin.chart,
        "territories": tuple(territories),
        "milestones": tuple(sorted({milestone.rule for milestone in milestones})),
        "status": status.value,
        "priority": int(priority),
        "facts": (f"certain={'true' if is_certain else 'false'}", *(f"uncertain={rule}" for rule in uncertain)),
        **{name: value for name, value in facts.items() if value},
    }
    return Story(
        id=story_id,
        subject=subject,
        text=text,
        body=_fitted(body, [milestone.as_json() for milestone in milestones], limits.body),
        attributes=attributes,
        follows_up=any(change.follows_up for change in changes),
        title=work.title,
        status=status,
        is_certain=is_certain,
        priority=priority,
    )


def _territories(milestones: Sequence[Milestone], title: str) -> list[str]:
    """Return the territories of milestones; of some that are over all territories only, where the work is #1 now."""
    if named := {milestone.territory for milestone in milestones} - {EVERYWHERE}:
        return sorted(named)
    known = [milestone.evidence.territories or {} for milestone in milestones if milestone.evidence]
    return sorted({territory for territories in known for territory in territories.get(title, ())})


def _fitted(body: Mapping[str, Any], milestones: Sequence[Mapping[str, Any]], room: int) -> Mapping[str, Any]:
    """Return the body with as many milestones, weightiest first, as there is room for.

    Evidence gives way before milestones. What is left out stands in the record under the same slots.
    """
    without_evidence = [{**milestone, "evidence": None} for milestone in milestones]
    # A comma comes with each.
    spare = room - sent_size(body) - sum(sent_size(milestone) + 1 for milestone in without_evidence)
    fitted: list[Mapping[str, Any]] = []
    for whole, shorter in zip(milestones, without_evidence, strict=True):
        extra = sent_size(whole) - sent_size(shorter)
        fitted.append(whole if extra <= spare else shorter)
        spare -= extra if extra <= spare else 0
    while spare < 0 and fitted:
        spare += sent_size(fitted.pop()) + 1
    return {**body, "milestones": fitted, "milestones_left_out": len(milestones) - len(fitted)}
