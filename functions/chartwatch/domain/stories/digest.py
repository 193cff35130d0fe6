"""Digests: one message about all stories of a bulletin."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from chartwatch.domain import words
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.outside_text import printable_ascii
from chartwatch.domain.stories.message import FORMAT, Limits, Message, digest_id, sent_size
from chartwatch.domain.stories.story import Story
from chartwatch.domain.stories.text import wrapped


def digest(bulletin: Bulletin, stories: Sequence[Story], limits: Limits) -> Message:
    """Return the digest of a bulletin, for those who want a single email; `stories` are all that it has."""
    entries = _entries(stories, limits.digest)
    number, chart = words.counted(len(stories), "story"), f"{bulletin.chart_name}, {bulletin.period.isoformat()}"
    # Those of their attributes: whoever asked for what was weightier gets its correction here too.
    priorities = [priority for story in stories if isinstance(priority := story.attributes["priority"], int)]
    text = [f"{chart}: {number}", ""]
    for story in stories[: len(entries)]:
        text += wrapped(story.subject, "* ")
    if left_out := len(stories) - len(entries):
        text += wrapped(f"and {words.counted(left_out, 'more story')}, each sent by itself", "* ")
    text += ["", f"Bulletin {bulletin.id}", ""]
    return Message(
        id=digest_id(bulletin.id),
        subject=printable_ascii(f"{number}: {chart}")[: limits.subject],
        text="\n".join(text),
        body={
            "type": "digest",
            "format": FORMAT,
            "bulletin": bulletin.id,
            "chart": {"id": bulletin.chart, "name": bulletin.chart_name},
            "period": bulletin.period.isoformat(),
            "stories": entries,
            "stories_left_out": left_out,
        },
        attributes={"chart": bulletin.chart, "priority": max(priorities)},
        follows_up=any(story.follows_up for story in stories),
    )


def _entries(stories: Sequence[Story], room: int) -> list[Mapping[str, Any]]:
    """Return what a digest says of as many stories, weightiest first, as there is room for."""
    entries = [
        {
            "story": story.id,
            "title": story.title,
            "subject": story.subject,
            "status": story.status.value,
            "certain": story.is_certain,
            "priority": int(story.priority),
            "territories": story.body["territories"],
        }
        for story in stories
    ]
    return [entry for entry, size in zip(entries, accumulate(map(sent_size, entries)), strict=True) if size <= room]
