"""The email of a story: what it says of each milestone and in which order, and the subject above it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from chartwatch.domain import words
from chartwatch.domain.milestones.milestone import Bulletin, Change, Milestone, Status, WorkFacts
from chartwatch.domain.outside_text import plain, printable_ascii
from chartwatch.domain.rules.claims import MAX_DAYS
from chartwatch.domain.rules.evidence import Evidence
from chartwatch.domain.rules.kinds import priority_of
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.works.work import ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE

WIDTH = 72
"""Columns of a text; only a word that is longer takes more."""

MAX_TITLE = 44
"""Characters of a subject that a title may take."""

LEAST = 16
"""Characters of a subject that a title, and what is said of it first, have at least, if they are as long."""

MAX_EARLIER = 12
"""Earlier holders that a text lists; the JSON body has them all."""

MAX_NAMES = 6
"""Titles that a text lists in one sentence."""

MAX_REASONS = 5
"""Reasons why something is not certain that a text lists."""

Paragraph = tuple[list[str], int]
"""Its lines, and how many milestones they are about."""

_SUBJECT_MARKS = {
    (Status.RETRACTED, True): "Retracted: ",
    (Status.CORRECTED, True): "Correction: ",
    (Status.CORRECTED, False): "Correction, not certain: ",
    (Status.PROVISIONAL, False): "Provisional: ",
    (Status.ANNOUNCED, True): "",
}
_TEXT_MARKS = {
    (Status.RETRACTED, True): "",  # its words say so
    (Status.CORRECTED, True): "Corrected: ",
    (Status.CORRECTED, False): "Corrected, not certain: ",
    (Status.PROVISIONAL, False): "Provisional: ",
    (Status.ANNOUNCED, True): "",
}
"""By what became of a milestone, and whether it is certain."""

_TAKES_BACK = (Status.RETRACTED, Status.CORRECTED)
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


def points_of(work_id: str, changes: Sequence[Change]) -> list[Point]:
    """Return what a story says of its work, at least one thing.

    What is certain comes first, of that what takes something back, and then what weighs most.
    """
    gathered: dict[tuple[str, Status, bool, Priority, bool], list[Change]] = {}
    for change in [change for change in changes if not _says_the_same_again(change)] or changes:
        m = change.milestone
        holds = any(holder.work_id == work_id for holder in m.holders)
        brief = m.brief if holds else f"no longer {change.replaced.brief if change.replaced else m.brief}"
        key = brief, m.status, m.is_certain, priority_of(m.kind, m.n), holds
        gathered.setdefault(key, []).append(change)
    return sorted(
        (Point(*key, tuple(its)) for key, its in gathered.items()),
        key=lambda point: (
            not point.is_certain,
            _TAKES_BACK.index(point.status) if point.status in _TAKES_BACK else len(_TAKES_BACK),
            -point.priority,
            point.territories == [EVERYWHERE],
            -len(point.changes),
        ),
    )


def _says_the_same_again(change: Change) -> bool:
    """Return whether a change is of all territories of a chart that ranks only one."""
    evidence = change.milestone.evidence
    return change.milestone.territory == EVERYWHERE and evidence is not None and evidence.editions == 1


def subject_of(bulletin: Bulletin, work: WorkFacts, points: Sequence[Point], room: int) -> str:
    """Return the subject of a story, of at most `room` characters of printable ASCII.

    Where there is not room for all, what is said later is left out, then the title is shortened, then what is said
    first. The mark of what is not certain and the chart's name stay.
    """
    # What is said in one breath holds in the same territories; the text says where the rest does.
    first = points[0]
    brief, *others = (
        f"{'perhaps ' if first.is_certain and not point.is_certain else ''}{printable_ascii(point.brief)}"
        for point in points
        if point.territories == first.territories
    )
    mark, title = _SUBJECT_MARKS[first.status, first.is_certain], shortened(printable_ascii(work.title), MAX_TITLE)
    room -= len(f"{mark}: ({_place(first)}, ) ")
    name = printable_ascii(bulletin.chart_name)
    # A name that takes the whole line is nobody's but a person's own.
    name = shortened(name, room - min(len(title), LEAST) - min(len(brief), LEAST))
    room -= len(name)
    title = shortened(title, max(room - len(brief), min(len(title), LEAST)))
    said = shortened(brief, room - len(title))
    for other in others:
        if len(f"{title}{said}, {other}") > room:
            break
        said += f", {other}"
    return f"{mark}{title}: {said} ({name}, {_place(first)})"


def shortened(text: str, room: int) -> str:
    """Return text that ends in dots where it would be longer than `room`, of at least three characters."""
    return text if len(text) <= room else f"{text[: room - 3].rstrip()}..."


def _place(point: Point) -> str:
    """Return where something holds, in a word or two."""
    territories = [territory for territory in point.territories if territory != EVERYWHERE]
    several = len(territories) > 1
    return words.counted(len(territories), "territory") if several else "".join(territories) or "anywhere"


def text_of(bulletin: Bulletin, work: WorkFacts, points: Sequence[Point], room: int) -> str:
    """Return the text of a story. After `room` bytes of it the milestones that are left are only counted."""
    text = [*wrapped(work.title), *wrapped(_description(work)), "", *wrapped(_standing(bulletin, work, points)), ""]
    text += _milestones(points, bulletin.period, room - len("\n".join(text).encode()))
    evidence = (change.milestone.evidence for point in points for change in point.changes)
    text += _record(next((each for each in evidence if each is not None), None), bulletin.period)
    return "\n".join([*text, "", f"Bulletin {bulletin.id}", ""])


def wrapped(text: str, start: str = "") -> list[str]:
    """Return text without control characters, in lines: `start` stands before the first, spaces before the others."""
    return words.wrapped(plain(text), WIDTH, initial_indent=start, subsequent_indent=" " * len(start))


def _description(work: WorkFacts) -> str:
    """Return what a work is: language, kind, countries, release; nothing where nothing is known."""
    language = f"{words.language_name(work.original_language)}-language " if work.original_language else ""
    if not (work.original_language or work.kind or work.origin_countries or work.release_date or work.creators):
        return ""
    kind = work.kind or "title"
    countries = words.listed([words.territory_name(code) for code in work.origin_countries])
    released = f", released {work.release_date.isoformat()}" if work.release_date else ""
    by = f" by {words.some(work.creators, MAX_NAMES)}" if work.creators else ""
    featured = f" featuring {words.some(work.featured, MAX_NAMES)}" if work.featured else ""
    origin = f" from {countries}" if countries else ""
    return words.sentence(f"{language}{kind}{by}{featured}{origin}{released}{_assumed(work)}")


def _assumed(work: WorkFacts) -> str:
    """Return which of the facts that are shown are assumed."""
    shown = {ORIGINAL_LANGUAGE: "language", ORIGIN_COUNTRIES: "country"}
    names = [name for fact, name in shown.items() if fact in work.assumed]
    return f" ({words.listed(names)} assumed)" if names else ""


def _standing(bulletin: Bulletin, work: WorkFacts, points: Iterable[Point]) -> str:
    """Return where and when the work is at #1, and how long after its release."""
    standing = words.sentence(bulletin.chart_name)
    held = {c.milestone.period for point in points for c in point.changes if c.milestone.holders}
    if bulletin.period in held:
        standing += f", {bulletin.period.isoformat()}"
    released = work.release_date
    if released and held == {bulletin.period} and 0 <= (days := (bulletin.period - released).days) <= MAX_DAYS:
        standing += f", {words.counted(days, 'day')} after release" if days else ", the day of its release"
    return standing


def _milestones(points: Iterable[Point], period: date, room: int) -> list[str]:
    paragraphs = [paragraph for point in points for paragraph in _paragraphs(point, period)]
    sizes = accumulate(len("\n".join(lines).encode()) + 2 for lines, _ in paragraphs)
    shown = [lines for (lines, _), size in zip(paragraphs, sizes, strict=True) if size <= room]
    text = [line for lines in shown for line in (*lines, "")]
    if left_out := sum(milestones for _, milestones in paragraphs[len(shown) :]):
        text += [f"And {words.counted(left_out, 'more milestone')}.", ""]
    return text


def _paragraphs(point: Point, period: date) -> list[Paragraph]:
    """Return what a point says: by number and list for many territories; for one in full, each period by itself."""
    if len(point.territories) == 1:
        return [(_in_full(point, change, period), 1) for change in point.changes]
    number = words.counted(len(point.territories), "territory")
    lines = wrapped(f"{_TEXT_MARKS[point.status, point.is_certain]}{words.sentence(point.brief)} in {number}:", "* ")
    lines += wrapped(", ".join(map(words.territory_name, point.territories)), "  ")
    reasons = dict.fromkeys(reason for change in point.changes for reason in change.milestone.because)
    return [(lines + _caveats(list(reasons)), len(point.changes))]


def _in_full(point: Point, change: Change, period: date) -> list[str]:
    milestone, replaced = change.milestone, change.replaced
    was_provisional = replaced is not None and replaced.status is Status.PROVISIONAL
    is_confirmed = was_provisional and milestone.status is Status.ANNOUNCED
    mark = "Confirmed: " if is_confirmed else _TEXT_MARKS[milestone.status, milestone.is_certain]
    lines = wrapped(f"{mark}{_headline(point, milestone)}", "* ")
    if milestone.status is Status.RETRACTED:
        lines += wrapped(f"It was told of {milestone.period.isoformat()}.", "  ")
    elif milestone.period != period:
        lines += wrapped(f"Since {milestone.period.isoformat()}.", "  ")
    lines += _caveats(milestone.because)
    if milestone.status is Status.CORRECTED and replaced is not None and replaced.holders:
        before = words.some([f"{h.title} ({h.since.isoformat()})" for h in replaced.holders], MAX_NAMES)
        lines += wrapped(f"Before this correction: {before}.", "  ")
    return lines + _earlier(milestone.evidence)


def _headline(point: Point, milestone: Milestone) -> str:
    """Return the headline of a slot; of one that many works hold together, only what it means for the story's work."""
    others = len(milestone.holders) - 1
    if others < MAX_NAMES:
        return milestone.headline
    return words.sentence(f"{point.brief}, with {others} other titles" if point.holds else point.brief)


def _caveats(reasons: Sequence[str]) -> list[str]:
    lines = [line for reason in reasons[:MAX_REASONS] for line in wrapped(f"Not certain: {reason}.", "  ")]
    if (more := len(reasons) - MAX_REASONS) > 0:
        lines.append(f"  and {words.counted(more, 'more reason')}, named in the JSON message.")
    return lines


def _earlier(evidence: Evidence | None) -> list[str]:
    """Return who was there before, with dates."""
    if evidence and (earlier := evidence.earlier):
        lines = ["  Before it:"]
        if len(earlier) > MAX_EARLIER:
            lines.append(f"    {len(earlier) - MAX_EARLIER} more, named in the JSON message, then")
        for holder in earlier[-MAX_EARLIER:]:
            group = f" ({holder.group})" if holder.group is not None else ""
            lines += wrapped(f"{holder.since}  {holder.title}{group}", "    ")
        return lines
    if evidence and (previous := evidence.previous) and previous.number_ones:
        return wrapped(f"Before it, on {previous.period}: {words.some(previous.number_ones, MAX_NAMES)}.", "  ")
    return []


def _record(evidence: Evidence | None, period: date) -> list[str]:
    """Return what the weightiest milestone that stands rests on: coverage, metrics until `period`, and source."""
    if evidence is None:
        return ["What was told before does not stand any more."]
    missing = ", ".join(words.span(*gap) for gap in evidence.gaps)
    covered = f"{evidence.periods_seen} of {evidence.periods_expected} periods since {evidence.records_since}"
    lines = ["On the record", *wrapped(f"{covered}; {f'missing: {missing}' if missing else 'no gaps'}", "  ")]
    metrics = ", ".join(
        f"{each.metric} since {each.since}" if each.since else each.metric
        for each in evidence.metric
        if not each.since or each.since <= period
    )
    if metrics:
        lines += wrapped(f"Ranked by {metrics}", "  ")
    edition = evidence.edition
    lines += wrapped(f"Source {edition.url}", "  ")
    if edition.fetched_at:
        lines += wrapped(f"Fetched {edition.fetched_at}", "  ")
    return [*lines, "  SHA-256 of the document:", f"  {edition.sha256}"]
