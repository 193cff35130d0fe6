"""Stories: one work's part of a bulletin, as machines and people are sent it; and the digest of a bulletin."""

import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from chartwatch.domain import words
from chartwatch.domain.milestones.milestone import Bulletin, Change, Milestone, Status, WorkFacts
from chartwatch.domain.outside_text import plain, printable_ascii
from chartwatch.domain.rules.claims import MAX_DAYS
from chartwatch.domain.rules.evidence import Evidence, Gap
from chartwatch.domain.rules.kinds import priority_of
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.rules.standing import EVERYWHERE

FORMAT = 1
"""Version of the JSON body; docs/story.schema.json describes it."""

WIDTH = 72
"""Columns of plain text."""

MAX_SUBJECT = 99
"""Characters of a subject; SNS wants fewer than 100, printable ASCII, no line break (API reference, Publish)."""

MAX_TITLE = 44
"""Characters of a subject that a title may take."""

MAX_BODY = 180_000
"""Bytes of a JSON body. SNS takes 262,144 for all forms of a message together, with the body's quotes escaped."""

MAX_TEXT = 30_000
"""Bytes of a text; what it leaves out, the JSON body has."""

MAX_DIGEST = 150_000
"""Bytes of the stories in a digest's JSON body: beside its text, of a line a story, SNS takes that much."""

MAX_EARLIER = 12
"""Earlier holders that a text lists; the JSON body has them all."""

MAX_NAMES = 6
"""Titles that a text lists in one sentence."""


_GRAVITY = (Status.RETRACTED, Status.CORRECTED, Status.ANNOUNCED, Status.PROVISIONAL)
"""Which status a story has whose milestones have several: what takes something back weighs most."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is published: a story or a digest. `body` is JSON for machines, `text` the same for a person.

    `attributes` are for SNS filter policies: strings, numbers, and tuples for arrays of strings; at most nine.
    `follows_up`: it corrects or adds to what earlier messages said, and must not come before them.
    """

    id: str
    subject: str
    text: str
    body: Mapping[str, Any]
    attributes: Mapping[str, str | int | tuple[str, ...]]
    follows_up: bool


@dataclass(frozen=True, slots=True)
class Story(Message):
    """One work's part of a bulletin."""

    title: str
    status: Status
    priority: Priority


def stories(bulletin: Bulletin) -> list[Story]:
    """Return the stories of a bulletin, the weightiest first; none when nobody is to be told."""
    parts: dict[str, list[Change]] = {}
    for change in bulletin.changes:
        if change.is_sent:
            for work_id in change.concerned():
                parts.setdefault(work_id, []).append(change)
    told = [_story(bulletin, work_id, changes) for work_id, changes in parts.items()]
    return sorted(told, key=lambda story: (-story.priority, -len(story.body["territories"]), story.id))


def digest(bulletin: Bulletin, told: Sequence[Story]) -> Message:
    """Return the one message about all stories of a bulletin, for those who want a single email."""
    counted = words.counted(len(told), "story")
    listed = _listed(told)
    lines = [f"{bulletin.chart_name}, {bulletin.period.isoformat()}: {counted}", ""]
    for story, _ in zip(told, listed, strict=False):
        lines += _wrapped(plain(story.subject), bullet="* ")
    if left_out := len(told) - len(listed):
        lines += _wrapped(f"and {words.counted(left_out, 'more story')}, each sent by itself", bullet="* ")
    lines += ["", f"Bulletin {bulletin.id}"]
    return Message(
        id=_digest_id(bulletin.id),
        subject=printable_ascii(f"{counted}: {bulletin.chart_name}, {bulletin.period.isoformat()}")[:MAX_SUBJECT],
        text="\n".join(lines) + "\n",
        body={
            "format": FORMAT,
            "bulletin": bulletin.id,
            "chart": {"id": bulletin.chart, "name": bulletin.chart_name},
            "period": bulletin.period.isoformat(),
            "stories": listed,
            "stories_left_out": left_out,
        },
        attributes={"chart": bulletin.chart, "priority": max(int(story.priority) for story in told)},
        follows_up=any(story.follows_up for story in told),
    )


def _listed(told: Iterable[Story]) -> list[Mapping[str, Any]]:
    """Return what a digest says of as many stories, weightiest first, as it has room for."""
    listed: list[Mapping[str, Any]] = []
    room = MAX_DIGEST
    for story in told:
        said = {
            "story": story.id,
            "title": story.title,
            "subject": story.subject,
            "status": story.status.value,
            "priority": int(story.priority),
            "territories": story.body["territories"],
        }
        room -= _size(said)
        if room < 0:
            break
        listed.append(said)
    return listed


@dataclass(frozen=True, slots=True)
class _Line:
    """What a text says in one place: the same thing of one work, in one or many territories.

    `holds`: the work holds the slots, and has not lost them.
    """

    brief: str
    status: Status
    changes: tuple[Change, ...]
    holds: bool

    @property
    def territories(self) -> list[str]:
        return sorted({change.milestone.territory for change in self.changes})

    @property
    def priority(self) -> Priority:
        return max(_priority(change) for change in self.changes)


def _story(bulletin: Bulletin, work_id: str, changes: Sequence[Change]) -> Story:
    work = bulletin.works[work_id]
    changes = sorted(changes, key=lambda c: (-_priority(c), c.milestone.territory, c.milestone.slot))
    lines = _lines(work_id, changes)
    status = min((change.milestone.status for change in changes), key=_GRAVITY.index)
    priority = max(_priority(change) for change in changes)
    territories = sorted({c.milestone.territory for c in changes} - {EVERYWHERE}) or _everywhere(changes, work.title)
    story_id = f"{bulletin.id}:{work_id}"
    subject = _subject(bulletin, work, lines, status)
    text = _text(bulletin, work, lines)
    attributes: dict[str, str | int | tuple[str, ...]] = {
        "chart": bulletin.chart,
        "territories": tuple(territories),
        "milestones": tuple(sorted({change.milestone.rule for change in changes})),
        "status": status.value,
        "priority": int(priority),
    }
    if work.origin_countries:
        attributes["origin_countries"] = work.origin_countries
    if work.original_language:
        attributes["language"] = work.original_language
    if work.kind:
        attributes["work_kind"] = work.kind.value
    body = {
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
        "priority": int(priority),
        "territories": territories,
        "subject": subject,
        "text": text,
        "milestones_left_out": 0,
    }
    return Story(
        id=story_id,
        subject=subject,
        text=text,
        body=_fitted(body, [change.milestone.as_json() for change in changes]),
        attributes=attributes,
        follows_up=any(change.follows_up for change in changes),
        title=work.title,
        status=status,
        priority=priority,
    )


def _everywhere(changes: Sequence[Change], title: str) -> list[str]:
    """Return where the work stands at #1 now, for a story that has only milestones over all territories."""
    rested_on = (change.milestone.evidence for change in changes)
    where = (evidence.territories.get(title, ()) for evidence in rested_on if evidence and evidence.territories)
    return sorted({territory for territories in where for territory in territories})


def _priority(change: Change) -> Priority:
    return priority_of(change.milestone.kind, change.milestone.n)


def _fitted(body: dict[str, Any], milestones: list[dict[str, Any]]) -> Mapping[str, Any]:
    """Return the body with as many milestones, weightiest first, as SNS takes; evidence gives way before milestones.

    What is left out stands in the milestones table under the same slots.
    """
    room = MAX_BODY - _size(body)
    full = [_size(milestone) + 1 for milestone in milestones]
    short = [dict(milestone, evidence=None) for milestone in milestones]
    spare = room - sum(_size(milestone) + 1 for milestone in short)
    fitted: list[dict[str, Any]] = []
    for milestone, without, size in zip(milestones, short, full, strict=True):
        extra = size - _size(without) - 1
        fitted.append(milestone if extra <= spare else without)
        spare -= extra if extra <= spare else 0
    while spare < 0 and fitted:
        spare += _size(fitted.pop()) + 1
    return body | {"milestones": fitted, "milestones_left_out": len(milestones) - len(fitted)}


def _size(value: Any) -> int:
    # Measured as it will be sent: as JSON inside JSON.
    return len(json.dumps(as_text(value), ensure_ascii=False).encode())


def told_by(body: str) -> str | None:
    """Return the id of the message whose body it is, as a queue got it; None when it is the body of none."""
    try:
        said = json.loads(body)
    except ValueError:
        return None
    if not isinstance(said, dict):
        return None
    if isinstance(story := said.get("story"), str):
        return story
    bulletin = said.get("bulletin")
    return _digest_id(bulletin) if isinstance(bulletin, str) else None


def _digest_id(bulletin: str) -> str:
    return f"{bulletin}:digest"


def as_text(body: Any) -> str:
    """Return a body as the JSON text that is sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _lines(work_id: str, changes: Iterable[Change]) -> list[_Line]:
    """Gather the same thing said of many territories: what takes something back first, then by weight."""
    gathered: dict[tuple[str, Status, int, bool], list[Change]] = {}
    for change in _without_repetition(changes):
        m = change.milestone
        holds = any(holder.work_id == work_id for holder in m.holders)
        brief = m.brief if holds else f"no longer {change.replaced.brief if change.replaced else m.brief}"
        gathered.setdefault((brief, m.status, _priority(change), holds), []).append(change)
    lines = [_Line(brief, status, tuple(its), holds) for (brief, status, _, holds), its in gathered.items()]
    taken_back = {Status.RETRACTED, Status.CORRECTED}
    return sorted(
        lines,
        key=lambda line: (
            line.status not in taken_back,
            -line.priority,
            line.territories == [EVERYWHERE],
            -len(line.changes),
        ),
    )


def _without_repetition(changes: Iterable[Change]) -> Iterable[Change]:
    """Leave out what is said over all territories of a chart that ranks only one: it says the same again."""
    return (
        change
        for change in changes
        if change.milestone.territory != EVERYWHERE
        or (change.milestone.evidence is None or change.milestone.evidence.editions != 1)
    )


def _subject(bulletin: Bulletin, work: WorkFacts, lines: Sequence[_Line], status: Status) -> str:
    prefix = {
        Status.RETRACTED: "Retracted: ",
        Status.CORRECTED: "Correction: ",
        Status.PROVISIONAL: "Provisional: ",
        Status.ANNOUNCED: "",
    }[status]
    title = printable_ascii(work.title)
    title = title if len(title) <= MAX_TITLE else f"{title[: MAX_TITLE - 3].rstrip()}..."
    # What is said in one breath holds in the same territories; the text says where the rest does.
    territories = [territory for territory in lines[0].territories if territory != EVERYWHERE]
    place = words.counted(len(territories), "territory")
    if len(territories) <= 1:
        place = territories[0] if territories else "anywhere"
    said = [printable_ascii(line.brief) for line in lines if line.territories == lines[0].territories]
    start = f"{prefix}{title}: "
    named = _with_briefs(start, said, f" ({printable_ascii(bulletin.chart_name)}, {place})")
    # Two things to say, or the one there is, are worth more than the chart's name, which stands on top of the text.
    return named if all(brief in named for brief in said[:2]) else _with_briefs(start, said, f" ({place})")


def _with_briefs(start: str, briefs: Sequence[str], end: str) -> str:
    """Return a subject with as many of the briefs as fit, the first one cut if need be."""
    room = MAX_SUBJECT - len(start) - len(end)
    shown = briefs[0][:room]
    for brief in briefs[1:]:
        if len(shown) + len(brief) + 2 > room:
            break
        shown += f", {brief}"
    return f"{start}{shown}{end}"


def _text(bulletin: Bulletin, work: WorkFacts, lines: Sequence[_Line]) -> str:
    period = bulletin.period
    text = [*_wrapped(plain(work.title)), *_wrapped(_described(work)), ""]
    text += [*_wrapped(_standing(bulletin, work, lines)), ""]
    room = MAX_TEXT - len("\n".join(text).encode())
    left_out = 0
    for said in (said for line in lines for said in _told(line, period)):
        room -= len("\n".join(said.text).encode()) + 2
        if room < 0:
            left_out += said.milestones
        else:
            text += [*said.text, ""]
    if left_out:
        text += [f"And {words.counted(left_out, 'more milestone')}.", ""]
    text += _record(lines, period)
    text += ["", f"Bulletin {bulletin.id}"]
    return "\n".join(text) + "\n"


def _described(work: WorkFacts) -> str:
    language = f"{words.language_name(work.original_language)}-language " if work.original_language else ""
    kind = work.kind.value if work.kind else "title"
    said = f"{language}{kind}"
    if work.origin_countries:
        said += f" from {words.listed([words.territory_name(code) for code in work.origin_countries])}"
    if work.release_date:
        said += f", released {work.release_date.isoformat()}"
    return words.sentence(said)


def _standing(bulletin: Bulletin, work: WorkFacts, lines: Sequence[_Line]) -> str:
    """Say where and when the work is at #1, and how long after release."""
    said = words.sentence(bulletin.chart_name)
    held = [c.milestone.period for line in lines for c in line.changes if c.milestone.holders]
    if bulletin.period in held:
        said += f", {bulletin.period.isoformat()}"
    released = work.release_date
    if released and set(held) == {bulletin.period} and 0 <= (days := (bulletin.period - released).days) <= MAX_DAYS:
        said += f", {words.counted(days, 'day')} after release" if days else ", the day of its release"
    return said


class _Said(NamedTuple):
    """A paragraph of a text, and how many milestones it is about."""

    text: list[str]
    milestones: int


def _told(line: _Line, period: date) -> list[_Said]:
    """Say one thing: in full for one territory, each period of it by itself; by number and list for many."""
    if len(line.territories) > 1:
        said = f"{words.sentence(line.brief)} in {len(line.territories)} territories"
        text = _wrapped(f"{_marked(line.status)}{plain(said)}:", bullet="* ")
        text += _wrapped(", ".join(words.territory_name(t) for t in line.territories), indent="  ")
        reasons = dict.fromkeys(reason for c in line.changes for reason in c.milestone.because)
        return [_Said(text + _caveats(list(reasons)), len(line.changes))]
    return [_Said(_told_in_full(line, change, period), 1) for change in line.changes]


def _told_in_full(line: _Line, change: Change, period: date) -> list[str]:
    milestone = change.milestone
    confirmed = change.replaced is not None and change.replaced.status is Status.PROVISIONAL
    mark = "Confirmed: " if confirmed and milestone.status is Status.ANNOUNCED else _marked(milestone.status)
    text = _wrapped(f"{mark}{plain(_headline(line, milestone))}", bullet="* ")
    if milestone.period != period:
        text += _wrapped(f"Since {milestone.period.isoformat()}.", indent="  ")
    text += _caveats(milestone.because)
    if change.replaced is not None and change.replaced.holders and milestone.status is Status.CORRECTED:
        before = words.some([f"{h.title} ({h.since.isoformat()})" for h in change.replaced.holders], MAX_NAMES)
        text += _wrapped(f"Before this correction: {plain(before)}.", indent="  ")
    return text + _earlier(milestone)


def _headline(line: _Line, milestone: Milestone) -> str:
    """Return what is said of a slot; of one that many works hold together, only what it means for the story's work."""
    others = len(milestone.holders) - 1
    if others < MAX_NAMES:
        return milestone.headline
    return words.sentence(f"{line.brief}, with {others} other titles" if line.holds else line.brief)


def _marked(status: Status) -> str:
    return {Status.CORRECTED: "Corrected: ", Status.PROVISIONAL: "Provisional: "}.get(status, "")


def _caveats(reasons: Sequence[str]) -> list[str]:
    shown = reasons[:5]
    text = [line for reason in shown for line in _wrapped(f"Not certain: {plain(reason)}.", indent="  ")]
    if len(reasons) > len(shown):
        more = words.counted(len(reasons) - len(shown), "more reason")
        text.append(f"  and {more}, named in the JSON message.")
    return text


def _earlier(milestone: Milestone) -> list[str]:
    """List who was there before, with dates."""
    evidence = milestone.evidence
    if evidence and (earlier := evidence.earlier):
        text = ["  Before it:"]
        for holder in earlier[-MAX_EARLIER:]:
            group = f" ({holder.group})" if holder.group is not None else ""
            text += _wrapped(f"{holder.since}  {plain(holder.title)}{group}", indent="    ")
        if len(earlier) > MAX_EARLIER:
            text.insert(1, f"    {len(earlier) - MAX_EARLIER} more, named in the JSON message, then")
        return text
    if evidence and (previous := evidence.previous) and previous.number_ones:
        beaten = words.some(previous.number_ones, MAX_NAMES)
        return _wrapped(f"Before it, on {previous.period}: {plain(beaten)}.", indent="  ")
    return []


def _record(lines: Sequence[_Line], period: date) -> list[str]:
    """Say what the claims rest on: coverage, metrics so far, and source of the weightiest milestone."""
    rested_on = (c.milestone.evidence for line in lines for c in line.changes)
    evidence: Evidence | None = next((each for each in rested_on if each is not None), None)
    if evidence is None:
        return ["What was told before does not stand any more."]
    text = ["On the record"]
    gap = "no gaps" if not evidence.gaps else f"missing: {', '.join(map(_range, evidence.gaps))}"
    covered = f"{evidence.periods_seen} of {evidence.periods_expected} periods since {evidence.records_since}"
    text += _wrapped(f"{covered}; {gap}", indent="  ")
    if metrics := [each for each in evidence.metric if not each.since or each.since <= period]:
        ranked = ", ".join(f"{each.metric} since {each.since}" if each.since else each.metric for each in metrics)
        text += _wrapped(f"Ranked by {ranked}", indent="  ")
    edition = evidence.edition
    text += _wrapped(f"Source {plain(edition.url)}", indent="  ")
    if edition.fetched_at:
        text += [f"  Fetched {edition.fetched_at}"]
    return [*text, "  SHA-256 of the document:", f"  {edition.sha256}"]


def _range(gap: Gap) -> str:
    return words.span(*gap)


def _wrapped(said: str, *, bullet: str = "", indent: str = "") -> list[str]:
    following = " " * len(bullet) if bullet else indent
    return textwrap.wrap(said, WIDTH, initial_indent=bullet or indent, subsequent_indent=following)
