"""Stories: one work's part of a bulletin, as machines and people are sent it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chartwatch.domain.milestones.milestone import Bulletin, Change, Row, Status, WorkFacts
from chartwatch.domain.rules.kinds import priority_of
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.stories.attributes import attributes_of, parts_of, status_of, territories_of
from chartwatch.domain.stories.message import FORMAT, Limits, Message, PageOf, sent_size
from chartwatch.domain.stories.points import Point, points_of
from chartwatch.domain.stories.subject import subject_of
from chartwatch.domain.stories.text import text_of


@dataclass(frozen=True, slots=True)
class Story(Message):
    """One work's part of a bulletin; it is certain when what it leads with is. `points` are what it says."""

    title: str
    status: Status
    is_certain: bool
    priority: Priority
    points: tuple[Point, ...]


def stories(bulletin: Bulletin, limits: Limits, page_of: PageOf | None = None) -> list[Story]:
    """Return the stories of a bulletin, the weightiest first, of these the rarest; none when all is recorded only.

    Each links to the page of what it leads with; where there are no pages, `page_of` is None.
    """
    found = [_story(bulletin, work_id, changes, limits, page_of) for work_id, changes in parts_of(bulletin).items()]
    return sorted(found, key=_turn)


def _turn(story: Story) -> tuple[int, int, int, str]:
    return -story.priority, story.points[0].rarity, -len(story.body["territories"]), story.id


def _story(
    bulletin: Bulletin, work_id: str, changes: Sequence[Change], limits: Limits, page_of: PageOf | None
) -> Story:
    work = bulletin.works[work_id]
    milestones = [change.milestone for change in changes]
    status = status_of(milestones)
    priority = priority_of(milestones[0].kind, milestones[0].n)
    territories = territories_of(milestones, work.title)
    points = points_of(work_id, changes)
    story_id = f"{bulletin.id}:{work_id}"
    is_certain = points[0].is_certain
    subject = subject_of(bulletin, work, points, limits.subject)
    page = page_of(points[0].milestone.slot) if page_of else None
    text = text_of(bulletin, work_id, points, limits.text, page)
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
            **_of_creators(work),
        },
        "status": status.value,
        "certain": is_certain,
        "priority": int(priority),
        "territories": territories,
        "listed": _listed(bulletin, work_id),
        "subject": subject,
        "text": text,
        **({"page": page} if page else {}),
        "milestones_left_out": 0,
    }
    return Story(
        id=story_id,
        subject=subject,
        text=text,
        body=_fitted(body, [milestone.as_json() for milestone in milestones], limits.body),
        attributes=attributes_of(bulletin, work_id, changes),
        follows_up=any(change.follows_up for change in changes),
        title=work.title,
        status=status,
        is_certain=is_certain,
        priority=priority,
        points=tuple(points),
    )


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


def _listed(bulletin: Bulletin, work_id: str) -> Mapping[str, Any] | None:
    """Return how the work did in the one list where it is at #1, and in the one before, where that is known."""
    listed = bulletin.published.listed.get(work_id) if bulletin.published else None
    if listed is None:
        return None
    return {**_row(listed.now), "before": listed.before and _row(listed.before)}


def _row(row: Row) -> Mapping[str, Any]:
    return {"rank": row.rank, "figures": dict(row.figures)}


def _of_creators(work: WorkFacts) -> Mapping[str, Any]:
    """Return what stands of creators and of a catalog's own facts, where there are any."""
    facts: dict[str, list[str]] = {}
    for name, value in work.own_facts:
        facts.setdefault(name, []).append(value)
    named = {"creators": work.creators, "featured": work.featured, "assumed": work.assumed}
    said = {name: list(value) for name, value in named.items() if value}
    return {**said, **({"facts": facts} if facts else {})}
