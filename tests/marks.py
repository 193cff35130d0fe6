"""Whether what is not certain is marked wherever it is named; worked out from messages as they are sent."""

import re
from collections.abc import Iterator

from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.cli.history import _milestone_lines
from chartwatch.cli.wording import changed_lines
from chartwatch.domain import words
from chartwatch.domain.milestones.milestone import Bulletin, Change
from chartwatch.domain.outside_text import plain, printable_ascii
from chartwatch.domain.stories.digest import digest
from chartwatch.domain.stories.story import Story, stories

IN_SUBJECTS = ("Provisional: ", "Correction, not certain: ")
IN_TEXTS = ("* Provisional: ", "* Corrected, not certain: ")
AS_FACTS = ("", "Corrected: ", "Confirmed: ")


def unmarked(bulletin: Bulletin) -> list[str]:
    """Return each place of a bulletin's messages and listings that states what is not certain without a mark."""
    its = stories(bulletin, LIMITS)
    found = [place for story in its for place in _in_story(bulletin, story)]
    if its:
        message = digest(bulletin, its, LIMITS)
        listed = _flat(message.text)
        found += [f"digest lacks: {story.subject}" for story in its if _flat(story.subject) not in listed]
        said = {entry["story"]: entry for entry in message.body["stories"]}
        found += [
            f"digest calls certain: {story.subject}"
            for story in its
            if story.id in said and said[story.id]["certain"] is not story.is_certain
        ]
    for change in bulletin.changes:
        if not change.milestone.is_certain:
            status, *_ = _milestone_lines(change.milestone, change.milestone.period)
            listed = "\n".join(changed_lines([change]))
            found += [line for line in (status, listed) if not re.search("provisional|not certain", line)]
    return found


def _in_story(bulletin: Bulletin, story: Story) -> Iterator[str]:
    work_id = story.id.removeprefix(f"{bulletin.id}:")
    changes = [c for c in bulletin.changes if c.is_sent and work_id in set(c.concerned())]
    certain = [change for change in changes if change.milestone.is_certain]
    certain_briefs = {printable_ascii(_brief(change, work_id)) for change in certain}
    certain_headlines = {_flat(change.milestone.headline) for change in certain}
    is_marked = story.subject.startswith(IN_SUBJECTS)
    if is_marked is story.is_certain or is_marked is story.body["certain"]:
        yield f"certain and marked, or neither: {story.subject}"
    facts = story.attributes["facts"]
    assert isinstance(facts, tuple)
    if ("certain=false" if is_marked else "certain=true") not in facts:
        yield f"facts {facts}: {story.subject}"
    bullets = [_flat(bullet) for bullet in re.split(r"\n(?=\* |\n)", story.text) if bullet.startswith("* ")]
    for change in changes:
        if change.milestone.is_certain:
            continue
        if f"uncertain={change.milestone.rule}" not in facts:
            yield f"facts {facts} lack {change.milestone.rule}"
        brief = printable_ascii(_brief(change, work_id))
        named = re.search(rf"(?<=: |, ){re.escape(brief)}(?=, | \()", story.subject)
        if named and not is_marked and brief not in certain_briefs:
            yield f"subject: {story.subject}"
        headline = _flat(change.milestone.headline)
        stated = [] if headline in certain_headlines else [headline]
        stated += [] if brief in certain_briefs else [f"{words.sentence(_flat(_brief(change, work_id)))} in "]
        facts_of = tuple(f"* {mark}{said}" for mark in AS_FACTS for said in stated)
        yield from (f"text: {bullet}" for bullet in bullets if facts_of and bullet.startswith(facts_of))
    yield from (f"text: {b}" for b in bullets if "Not certain:" in b and not b.startswith(IN_TEXTS))


def _brief(change: Change, work_id: str) -> str:
    if any(holder.work_id == work_id for holder in change.milestone.holders):
        return change.milestone.brief
    return f"no longer {change.replaced.brief if change.replaced else change.milestone.brief}"


def _flat(text: str) -> str:
    return " ".join(plain(text).split())
