"""Digests: one message about all stories of a bulletin, by what they tell of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from chartwatch.domain import words
from chartwatch.domain.milestones.milestone import Bulletin, Published
from chartwatch.domain.outside_text import printable_ascii
from chartwatch.domain.rules.kinds import KINDS
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.stories.message import FORMAT, Limits, Message, digest_id, sent_size
from chartwatch.domain.stories.points import Point, breath_of, publication_of
from chartwatch.domain.stories.story import Story
from chartwatch.domain.stories.wording import (
    MAX_NAMES,
    PERHAPS,
    cadence_of,
    counted_places,
    elsewhen,
    in_places,
    joined,
    named,
    shortened,
    taken_back,
    wrapped,
)

MAX_LINES = 50
"""Lines of a digest's sections."""

MAX_TITLE = 80
"""Characters of a title in a digest; the story has it whole."""

MAX_NEW = 40
"""New #1s that a digest names."""

FIRSTS, RUNS, NEW, CORRECTIONS = "Firsts and records", "Runs at #1", "New #1s", "Corrections"
"""The sections, in their order."""


@dataclass(slots=True)
class Section:
    """A part of a digest: its items, each in lines, the weightiest first, and how many more there are."""

    heading: str
    items: list[list[str]]
    left_out: int = 0

    @property
    def lines(self) -> list[str]:
        """The lines, with an empty one at the end; none when there is nothing in it."""
        if not self.items and not self.left_out:
            return []
        more = [f"* and {self.left_out} more"] if self.left_out else []
        return [self.heading, *(line for item in self.items for line in item), *more, ""]


def digest(bulletin: Bulletin, stories: Sequence[Story], limits: Limits) -> Message:
    """Return the digest of a bulletin, for those who want a single email; `stories` are all that it has, or none."""
    entries = _entries(stories, limits.digest)
    number = words.counted(len(stories), "story") if stories else _nothing_new(bulletin)
    period = named(bulletin.period, cadence_of(bulletin))
    # Those of their attributes: whoever asked for what was weightier gets its correction here too.
    priorities = [priority for story in stories if isinstance(priority := story.attributes["priority"], int)]
    said = words.sentence(f"{_read(bulletin.published)}{number}")
    text = [*wrapped(f"{words.sentence(bulletin.chart_name)}, {period}"), *wrapped(f"{said}."), ""]
    text += [line for section in _fitted(_sections(bulletin, stories)) for line in section.lines]
    text += [f"Bulletin {bulletin.id}", ""]
    return Message(
        id=digest_id(bulletin.id),
        subject=shortened(
            printable_ascii(f"{words.sentence(number)}: {bulletin.chart_name}, {period}"), limits.subject
        ),
        text="\n".join(text),
        body={
            "type": "digest",
            "format": FORMAT,
            "bulletin": bulletin.id,
            "chart": {"id": bulletin.chart, "name": bulletin.chart_name},
            "period": bulletin.period.isoformat(),
            "read": bulletin.published
            and {"territories": len(bulletin.published.read), "missing": list(bulletin.published.unread)},
            "stories": entries,
            "stories_left_out": len(stories) - len(entries),
        },
        attributes={"chart": bulletin.chart, "priority": max(priorities, default=int(Priority.CHANGE))},
        follows_up=any(story.follows_up for story in stories),
    )


def _nothing_new(bulletin: Bulletin) -> str:
    """Return "nothing new, #1 is Cobra Kai"; of a chart of several territories only that nothing is.

    It says so of what was read alone, and of what is recorded only that nothing of it is told.
    """
    published = bulletin.published
    if published and published.unread:
        return "nothing new in what was read" if published.read else "nothing was read"
    nothing = "nothing told" if any(KINDS[its.milestone.kind].is_dated for its in bulletin.changes) else "nothing new"
    charted = published.charted if published else ()
    titles = [shortened(title, MAX_TITLE // len(charted)) for title in charted]
    return f"{nothing}, #1 is {words.some(titles, MAX_NAMES)}" if titles else nothing


def _read(published: Published | None) -> str:
    """Return "93 of 94 countries read, missing: Russia; "; nothing of a chart of one territory that has it."""
    if published is None or (len(published.read) < 2 and not published.unread):
        return ""
    every = len(published.read) + len(published.unread)
    noun = words.plural(words.place_noun((*published.read, *published.unread)))
    missing = f", missing: {words.listed(words.in_text(published.unread))}" if published.unread else ""
    return f"{len(published.read)} of {every} {noun} read{missing}; "


def _sections(bulletin: Bulletin, stories: Sequence[Story]) -> list[Section]:
    told = {heading: [its for s in stories if (its := _item(bulletin, s, heading))] for heading in (FIRSTS, RUNS)}
    corrections = [its for story in stories if (its := _item(bulletin, story, CORRECTIONS))]
    return [
        *(Section(heading, items) for heading, items in told.items()),
        Section(NEW, list(_new(bulletin, stories))),
        Section(CORRECTIONS, corrections),
    ]


def _section_of(point: Point) -> str:
    kind = KINDS[point.milestone.kind]
    if point.takes_back:
        return CORRECTIONS
    return NEW if kind.is_dated else RUNS if kind.asks_for_runs else FIRSTS


def _item(bulletin: Bulletin, story: Story, heading: str) -> list[str]:
    """Return what a story has for a section, that of the same places in one breath; nothing when it has nothing."""
    together: dict[object, list[Point]] = {}
    for point in story.points:
        if _section_of(point) == heading:
            key = breath_of(point)
            together.setdefault(key, []).append(point)
    said = []
    for first, *others in together.values():
        where = in_places(first.territories, publication_of(bulletin, first))
        briefs = [point.brief for point in (first, *others)]
        what = joined(briefs) if first.is_certain else words.listed([f"{PERHAPS}{brief}" for brief in briefs])
        ends = {taken_back(change, bulletin) for change in first.changes} if not others else set()
        said.append(f"{what}{where}{ends.pop() if len(ends) == 1 else ''}{elsewhen(first.changes, bulletin)}")
    return wrapped(f"{shortened(story.title, MAX_TITLE)}: {'; '.join(said)}", "* ") if said else []


def _new(bulletin: Bulletin, stories: Sequence[Story]) -> Iterable[list[str]]:
    """Yield in one paragraph each who is new at #1, and who is back, with how many places that is in."""
    by_brief: dict[str, list[tuple[int, str]]] = {}
    for story in stories:
        for point in story.points:
            if _section_of(point) == NEW:
                places = [territory for territory in point.territories if territory != EVERYWHERE]
                name = f"{'' if point.is_certain else PERHAPS}{shortened(story.title, MAX_TITLE)}"
                where = words.listed(words.alphabetical(places)) if len(places) < 2 else counted_places(places, None)
                read = len(bulletin.published.read) if bulletin.published else 0
                when = elsewhen(point.changes, bulletin).removeprefix(", ")
                about = "; ".join(part for part in (where if read != 1 else "", when) if part)
                shown = f"{name} ({about})" if about else name
                by_brief.setdefault(point.brief, []).append((-len(places), shown))
    for brief, names in by_brief.items():
        listed = [name for _, name in sorted(names)]
        yield wrapped(f"{words.sentence(brief)}: {words.some(listed, MAX_NEW)}", "* ")


def _fitted(sections: Sequence[Section]) -> Sequence[Section]:
    """Return sections with as many items as there is room for; the longest gives way first."""
    while sum(len(section.lines) for section in sections) > MAX_LINES:
        # Corrections give way last: who was told something is told that it is not so.
        longest = max(sections, key=lambda its: (len(its.items) > 1, its.heading != CORRECTIONS, len(its.lines)))
        if len(longest.items) <= 1:
            break
        longest.items.pop()
        longest.left_out += 1
    return sections


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
