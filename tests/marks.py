"""Whether what is not certain is marked wherever it is named; worked out from messages as they are sent."""

import re
from collections.abc import Iterator

from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.cli.history import _milestone_lines
from chartwatch.cli.wording import changed_lines
from chartwatch.domain import words
from chartwatch.domain.milestones.milestone import Bulletin, Change
from chartwatch.domain.outside_text import plain, printable_ascii
from chartwatch.domain.stories.digest import MAX_TITLE as MAX_DIGEST_TITLE
from chartwatch.domain.stories.digest import digest
from chartwatch.domain.stories.story import Story, stories
from chartwatch.domain.stories.wording import shortened

IN_SUBJECTS = ("Provisional: ", "Correction, not certain: ")
IN_TEXTS = ("* Provisional: ", "* Corrected, not certain: ")
NO_MORE = r"(?! since ranked by )"
"""What does not follow the words of a milestone that is not of one method alone."""

AS_FACTS = ("", "Corrected: ", "Confirmed: ")


def unmarked(bulletin: Bulletin) -> list[str]:
    """Return each place of a bulletin's messages and listings that states what is not certain without a mark."""
    its = stories(bulletin, LIMITS)
    found = [place for story in its for place in _in_story(bulletin, story)]
    if its:
        message = digest(bulletin, its, LIMITS)
        found += [place for story in its for place in _in_digest(bulletin, story, its, message.text)]
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


def _in_digest(bulletin: Bulletin, story: Story, its: list[Story], text: str) -> Iterator[str]:
    """Yield the items of a digest that state of a story's work what is not certain without a mark.

    Works of one title are told apart by nothing in it.
    """
    _, uncertain = _by_certainty(bulletin, story)
    certain_briefs = {
        _flat(_brief(change, _work_of(bulletin, other)))
        for other in its
        if other.title == story.title
        for change in _by_certainty(bulletin, other)[0]
    }
    title = shortened(plain(story.title), MAX_DIGEST_TITLE)
    items = [_flat(item) for item in re.split(r"\n(?=\* |\n)", text)]
    for change in uncertain:
        brief = _flat(_brief(change, _work_of(bulletin, story)))
        if brief in certain_briefs:
            continue
        for item in items:
            said = item.removeprefix(_flat(f"* {title}: ")) if item.startswith(_flat(f"* {title}: ")) else ""
            is_item = re.search(rf"(?:^|; |, | and ){re.escape(brief)}{NO_MORE}(?=$|[ ;,])", said)
            is_new = item.startswith(f"* {words.sentence(brief)}: ") and re.search(
                rf"(?:: |, | and ){re.escape(_flat(title))}(?=$| \(|, )", item
            )
            if is_item or is_new:
                yield f"digest: {item}"


def _work_of(bulletin: Bulletin, story: Story) -> str:
    return story.id.removeprefix(f"{bulletin.id}:")


def _by_certainty(bulletin: Bulletin, story: Story) -> tuple[list[Change], list[Change]]:
    changes = [c for c in bulletin.changes if c.is_sent and _work_of(bulletin, story) in set(c.concerned())]
    return [c for c in changes if c.milestone.is_certain], [c for c in changes if not c.milestone.is_certain]


def _in_story(bulletin: Bulletin, story: Story) -> Iterator[str]:
    work_id = _work_of(bulletin, story)
    certain, uncertain = _by_certainty(bulletin, story)
    certain_briefs = {printable_ascii(_brief(change, work_id)) for change in certain}
    certain_sentences = {_flat(change.milestone.said) for change in certain}
    is_marked = story.subject.startswith(IN_SUBJECTS)
    if is_marked is story.is_certain or is_marked is story.body["certain"]:
        yield f"certain and marked, or neither: {story.subject}"
    facts = story.attributes["facts"]
    assert isinstance(facts, tuple)
    if ("certain=false" if is_marked else "certain=true") not in facts:
        yield f"facts {facts}: {story.subject}"
    bullets = [_flat(bullet) for bullet in re.split(r"\n(?=\* |\n)", story.text) if bullet.startswith("* ")]
    for change in uncertain:
        if f"uncertain={change.milestone.rule}" not in facts:
            yield f"facts {facts} lack {change.milestone.rule}"
        brief = printable_ascii(_brief(change, work_id))
        named = re.search(rf"(?:(?<=: )|(?<=, )|(?<= and )){re.escape(brief)}{NO_MORE}(?=, | and | \()", story.subject)
        if named and not is_marked and brief not in certain_briefs:
            yield f"subject: {story.subject}"
        sentence = _flat(change.milestone.said)
        stated = [] if sentence in certain_sentences else [sentence]
        stated += [] if brief in certain_briefs else [words.sentence(_flat(_brief(change, work_id)))]
        facts_of = tuple(f"* {mark}{said}" for mark in AS_FACTS for said in stated)
        yield from (f"text: {bullet}" for bullet in bullets if facts_of and _begins(bullet, facts_of))
    yield from (f"text: {b}" for b in bullets if "Not certain:" in b and not b.startswith(IN_TEXTS))


def _begins(bullet: str, stated: tuple[str, ...]) -> bool:
    """Return whether a bullet says just one of these, and where."""
    return any(re.match(rf"{re.escape(said)}(?=$| in | at |, )", bullet) for said in stated)


def _brief(change: Change, work_id: str) -> str:
    if any(holder.work_id == work_id for holder in change.milestone.holders):
        return change.milestone.brief
    return f"no longer {change.replaced.brief if change.replaced else change.milestone.brief}"


def _flat(text: str) -> str:
    return " ".join(plain(text).split())
