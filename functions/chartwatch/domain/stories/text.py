"""The email of a story: what it says of its work and in which order, and what that rests on."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate

from chartwatch.domain import words
from chartwatch.domain.charts.chart import Cadence
from chartwatch.domain.milestones.milestone import Bulletin, Change, Milestone, Published, Status
from chartwatch.domain.rules.evidence import Evidence
from chartwatch.domain.rules.kinds import KINDS
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.stories.figures import how_it_did
from chartwatch.domain.stories.points import Point, breath_of, publication_of
from chartwatch.domain.stories.wording import (
    CONFIRMED,
    FEW,
    MAX_NAMES,
    NO_LONGER_CERTAIN,
    NOT_CERTAIN,
    SUBJECT_MARKS,
    TEXT_MARKS,
    cadence_of,
    counted_places,
    description,
    during,
    elsewhen,
    held_by,
    in_places,
    joined,
    named,
    since_release,
    taken_back,
    wrapped,
)

MAX_EARLIER = 3
"""Earlier holders that a text names of many; the JSON body has them all."""

MAX_REASONS = 5
"""Reasons why something is not certain that a text lists."""

MAX_EXCEPTIONS = 16
"""Places that are named because something does not hold there, in place of those where it does, if they are a third as
many at most."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Points that are said in one breath: the lines, and how many milestones they are about."""

    lines: list[str]
    milestones: int


@dataclass(slots=True)
class _Said:
    """What the text has said: which places it has listed, which reasons and whom it has named, so that none of it is
    said again."""

    listed: list[frozenset[str]] = field(default_factory=list)
    reasons: list[frozenset[str]] = field(default_factory=list)
    details: list[list[str]] = field(default_factory=list)

    def caveats(self, reasons: Sequence[str], uncertain: str = NOT_CERTAIN) -> list[str]:
        """Return why something is `uncertain`, in lines."""
        if not reasons:
            return []
        if (against := frozenset(reasons)) in self.reasons:
            same = "the same reason stands" if len(against) == 1 else "the same reasons stand"
            return [f"  {uncertain}{same} against it."]
        known = {reason for its in self.reasons for reason in its}
        self.reasons.append(against)
        new = [reason for reason in reasons if reason not in known]
        said = map(words.with_days_in_words, new[:MAX_REASONS])
        lines = [line for reason in said for line in wrapped(f"{uncertain}{reason}.", "  ")]
        if (more := len(new) - MAX_REASONS) > 0:
            lines.append(f"  And {words.counted(more, 'more reason')}, named in the JSON message.")
        if named := len(reasons) - len(new):
            stand = "a reason above stands" if named == 1 else f"{words.cardinal(named)} reasons above stand"
            lines += wrapped(f"And {stand} against it." if new else f"{uncertain}{stand} against it.", "  ")
        return lines

    def once(self, sentences: list[str], where: str) -> list[str]:
        """Return sentences that were not all said, in lines, and of each of them that was that it is so there, too."""
        if not sentences or sentences in self.details:
            return []
        known = {sentence for its in self.details for sentence in its}
        self.details.append(sentences)
        again = [its.replace("Before it:", f"Before it{where}, again:") if its in known else its for its in sentences]
        return wrapped(" ".join(again), "  ")

    def places(self, territories: Sequence[str], published: Published | None) -> tuple[str, list[str]]:
        """Return where something holds as the end of a sentence, and the lines of names that come after it."""
        places = frozenset(territories) - {EVERYWHERE}
        where = in_places(sorted(places), published)
        if len(places) <= FEW:
            return where, []
        if (like := self._like(places, where)) is not None:
            return like, []
        self.listed.append(places)
        if published and places <= {*published.read}:
            lacking = {*published.read} - places
            if not lacking:
                return where, []
            if _are_few(lacking, places):
                return f"{where}, {_all_but(lacking)}", []
        return f"{where}:", wrapped(", ".join(words.alphabetical(places)), "  ")

    def _like(self, places: frozenset[str], where: str) -> str | None:
        """Return where something holds by a list that the text has, if it is nearly that; else None."""
        if places in self.listed:
            return f" in the same {counted_places(places, None)}"
        for known in self.listed:
            if places < known and _are_few(known - places, places):
                these = f"of these {words.counted(len(known), words.place_noun(known))}"
                return f" in {len(places)} {these}, {_all_but(known - places)}"
            if known < places and _are_few(places - known, known):
                self.listed.append(places)
                return f"{where}: {words.listed([f'the same {len(known)}', *words.in_text(places - known)])}"
        return None


def _are_few(lacking: Collection[str], places: Collection[str]) -> bool:
    return len(lacking) <= min(MAX_EXCEPTIONS, max(1, len(places) // 3))


def _all_but(lacking: Collection[str]) -> str:
    return f"all but {words.listed(words.in_text(lacking))}"


def text_of(bulletin: Bulletin, work_id: str, points: Sequence[Point], room: int, page: str | None = None) -> str:
    """Return the text of a story. After `room` bytes of it the milestones that are left are only counted.

    `page` is the address of the page of what it leads with, where there is one.
    """
    link = ["", "Its page, with all that becomes of it:", page] if page else []
    work, first = bulletin.works[work_id], points[0]
    mark = SUBJECT_MARKS[first.status, first.is_certain] if first.takes_back else ""
    text = [*wrapped(f"{mark}{work.title}"), *wrapped(description(work)), ""]
    text += [*wrapped(_standing(bulletin, work_id, points)), *_how_it_did(bulletin, work_id, points), ""]
    text += _milestones(bulletin, points, room - len("\n".join([*text, *link]).encode()))
    evidence = (change.milestone.evidence for point in points for change in point.changes)
    text += _record([each for each in evidence if each is not None], bulletin)
    return "\n".join([*text, *link, "", f"Bulletin {bulletin.id}", ""])


def _standing(bulletin: Bulletin, work_id: str, points: Iterable[Point]) -> str:
    """Return when the work is at #1, how long after its release, and of how many places."""
    work, published = bulletin.works[work_id], bulletin.published
    standing = words.sentence(bulletin.chart_name)
    held = {c.milestone.period for point in points for c in point.changes if c.milestone.holders}
    if bulletin.period in held:
        standing += f", {named(bulletin.period, cadence_of(bulletin))}"
    if held == {bulletin.period}:
        standing += since_release(work, bulletin.period)
    places = published.number_ones.get(work_id, ()) if published else ()
    if published and len(published.read) > 1 and places and bulletin.period in held:
        alone = in_places(places, published).removeprefix(" in ") if len(places) == 1 else ""
        standing += f": #1 in {f'{alone} alone' if alone else counted_places(places, published)}"
    return standing


def _how_it_did(bulletin: Bulletin, work_id: str, points: Sequence[Point]) -> list[str]:
    """Return how the work did in the one list that all is about, where it is known."""
    published = bulletin.published
    listed = published.listed.get(work_id) if published else None
    where = {territory for point in points for territory in point.territories} - {EVERYWHERE}
    periods = {change.milestone.period for point in points for change in point.changes}
    is_of_it = periods == {bulletin.period} and published and where <= {*published.number_ones.get(work_id, ())}
    if published is None or listed is None or not is_of_it:
        return []
    return wrapped(how_it_did(listed, published.cadence))


def _milestones(bulletin: Bulletin, points: Sequence[Point], room: int) -> list[str]:
    paragraphs = paragraphs_of(bulletin, points)
    sizes = accumulate(len("\n".join(its.lines).encode()) + 2 for its in paragraphs)
    shown = [its.lines for its, size in zip(paragraphs, sizes, strict=True) if size <= room]
    text = [line for lines in shown for line in (*lines, "")]
    if left_out := sum(its.milestones for its in paragraphs[len(shown) :]):
        text += [f"And {words.counted(left_out, 'more milestone')}.", ""]
    return text


def paragraphs_of(bulletin: Bulletin, points: Sequence[Point]) -> list[Paragraph]:
    """Return what points say: those of the same places together, unless there is more to say of one."""
    cadence = cadence_of(bulletin)
    together: dict[object, list[Point]] = {}
    details: dict[object, list[list[str]]] = {}
    for point in points:
        key = breath_of(point)
        its = [_details(change, bulletin, cadence) if point.holds else [] for change in point.changes]
        of_groups = KINDS[point.milestone.kind].is_of_groups and len(point.territories) <= FEW
        if (len(point.territories) == 1 or of_groups) and any(its):
            key = id(point)
            details[key] = its
        together.setdefault(key, []).append(point)
    said, paragraphs = _Said(), list[Paragraph]()
    for key, (first, *others) in together.items():
        if others or (key not in details and len(first.territories) > 1):
            paragraphs.append(_of_places((first, *others), bulletin, said))
            continue
        is_whole = first is points[0] or KINDS[first.milestone.kind].is_of_groups
        for change, detail in zip(first.changes, details.get(key) or [[] for _ in first.changes], strict=True):
            lines = said.once(detail, in_places([change.milestone.territory], None))
            text = _in_full(first, change, bulletin, is_whole=is_whole)
            is_whole = False
            caveats = said.caveats(change.milestone.because, _uncertain(first))
            paragraphs.append(Paragraph(text + caveats + lines, 1))
    return paragraphs


def _of_places(points: Sequence[Point], bulletin: Bulletin, known: _Said) -> Paragraph:
    """Return what is said of the same places, by number and list where they are many."""
    first, changes = points[0], [change for point in points for change in point.changes]
    where, names = known.places(first.territories, publication_of(bulletin, first))
    said = words.sentence(joined([point.brief for point in points]))
    corrections = dict.fromkeys(taken_back(change, bulletin) for change in changes)
    correction = next(iter(corrections)) if len(corrections) == 1 and not names else ""
    end = where if where.endswith(":") else f"{where}{correction}{elsewhen(changes, bulletin)}"
    lines = wrapped(f"{_mark(first)}{said}{end}", "* ") + names
    reasons = dict.fromkeys(reason for change in changes for reason in change.milestone.because)
    return Paragraph(lines + known.caveats(list(reasons), _uncertain(first)), len(changes))


def _in_full(point: Point, change: Change, bulletin: Bulletin, *, is_whole: bool) -> list[str]:
    """Return what is said of one place, as a whole sentence or in brief."""
    milestone = change.milestone
    is_plain = milestone.status in {Status.ANNOUNCED, Status.PROVISIONAL} and len(milestone.holders) <= MAX_NAMES
    is_sentence = is_whole and point.holds and is_plain
    if is_sentence and not KINDS[milestone.kind].names_its_work:
        said = milestone.said
    else:
        said = f"{words.sentence(point.brief)}{in_places([milestone.territory], None)}{_beside(point, milestone)}"
    correction = taken_back(change, bulletin)
    return wrapped(f"{_mark(point)}{said}{correction}{elsewhen([change], bulletin)}", "* ")


def _mark(point: Point) -> str:
    return CONFIRMED if point.is_confirmed else TEXT_MARKS[point.status, point.is_certain]


def _uncertain(point: Point) -> str:
    return NO_LONGER_CERTAIN if point.is_doubted else NOT_CERTAIN


def _beside(point: Point, milestone: Milestone) -> str:
    """Return how many others hold what a work does."""
    others = len(milestone.holders) - 1
    return f", with {words.counted(others, 'other title')}" if point.holds and others > 0 else ""


def _details(change: Change, bulletin: Bulletin, cadence: Cadence | None) -> list[str]:
    """Return who was there before, and of a race how it stands, in sentences."""
    milestone, evidence = change.milestone, change.milestone.evidence
    if evidence is None or milestone.period != bulletin.period:
        return []
    if KINDS[milestone.kind].is_of_groups:
        return _tally(milestone, evidence)
    if earlier := evidence.earlier:
        if len(earlier) <= MAX_NAMES:
            return [f"Before it: {held_by(earlier)}."]
        others, latest = len(earlier) - MAX_EARLIER, held_by(earlier[-MAX_EARLIER:])
        return [f"Before it: {others} others, then {latest}."]
    is_told = milestone.status is not Status.CORRECTED and len(_read(bulletin)) < 2
    if is_told and (previous := evidence.previous) and previous.number_ones:
        is_next = cadence is not None and cadence.after(previous.period) == milestone.period
        when = f"The {cadence} before" if is_next else f"Before it, {during(previous.period, cadence)}"
        return [f"{when}: {words.some(previous.number_ones, MAX_NAMES)}."]
    return []


def _read(bulletin: Bulletin) -> Sequence[str]:
    """Return the territories of the publication that a bulletin is named for."""
    return bulletin.published.read if bulletin.published else ()


def _tally(milestone: Milestone, evidence: Evidence) -> list[str]:
    """Return how many works each group has, and the earlier ones of those that came first, in sentences."""
    earlier, holders = evidence.earlier or (), milestone.holders
    counts = Counter(holder.group for holder in (*earlier, *holders) if holder.group)
    ordered = sorted((-number, words.group_name(group)) for group, number in counts.items())
    tally = words.some([f"{name} {-number}" for number, name in ordered], 2 * MAX_NAMES)
    winners = {holder.group for holder in holders}
    theirs = [holder for holder in earlier if holder.group in winners]
    before = [f"Before it: {held_by(theirs)}."] if theirs else []
    return [f"The tally: {tally}.", *before]


def _record(evidence: Sequence[Evidence], bulletin: Bulletin) -> list[str]:
    """Return what milestones that stand rest on: coverage and metrics of the first, and the documents of all."""
    if not evidence:
        return wrapped("What was told before does not stand any more.")
    sources = list(dict.fromkeys(each.edition.url for each in evidence))
    source = "Source" if len(sources) == 1 else "Sources"
    return wrapped(f"{on_the_record(evidence[0], bulletin)}. {source}: {words.some(sources, MAX_NAMES)}")


def on_the_record(evidence: Evidence, bulletin: Bulletin) -> str:
    """Return what evidence of a bulletin covers: "On the record: 675 of 675 days since 1 April 2020"."""
    cadence = cadence_of(bulletin)
    seen, expected = evidence.periods_seen, evidence.periods_expected
    covered = f"{seen} of {words.counted(expected, cadence or 'period')} since {words.day(evidence.records_since)}"
    missing = ", ".join(_gap(*gap) for gap in evidence.gaps)
    metrics = " and then ".join(
        f"{each.metric} since {words.day(each.since)}" if each.since else each.metric
        for each in evidence.metric
        if not each.since or each.since <= bulletin.period
    )
    ranked = f", ranked by {metrics}" if metrics else ""
    lacks = f"; missing: {missing}" if missing else ""
    return f"On the record: {covered}{ranked}{lacks}"


def _gap(first: date, last: date) -> str:
    return words.day(first) if first == last else f"{words.day(first)} to {words.day(last)}"
