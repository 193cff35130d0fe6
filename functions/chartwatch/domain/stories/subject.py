"""The subject of a story: one line of printable ASCII, which names the chart and is marked where it is not certain."""

from collections.abc import Iterator, Sequence

from chartwatch.domain.charts.chart import GLOBAL
from chartwatch.domain.milestones.milestone import Bulletin, WorkFacts
from chartwatch.domain.outside_text import printable_ascii
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.stories.points import Point, publication_of
from chartwatch.domain.stories.wording import (
    NO_LONGER,
    PERHAPS,
    SHORT_NAMES,
    SUBJECT_MARKS,
    in_places,
    in_short,
    joined,
    shortened,
)

MAX_TITLE = 44
"""Characters of a subject that a title may take."""

LEAST = 10
"""Characters of a subject that a title, and what is said of it first, have at least, if they are as long."""

LENGTHS = (24, 16, LEAST)
"""To how many characters a title is cut: at each, what is said first is tried whole, then without its last part."""


def subject_of(bulletin: Bulletin, work: WorkFacts, points: Sequence[Point], room: int) -> str:
    """Return the subject of a story, of at most `room` characters of printable ASCII.

    Where there is not room for all, what is said later is left out, then of several places how many there could be,
    then the title is shortened, or what is said first by its last part. A single place becomes a code where the title
    would be nearly gone, and only then is what is said first shortened further. The mark of what is not certain and the
    chart's name stay.
    """
    first, briefs = points[0], _briefs(points)
    short, full = _places(bulletin, first)
    mark, title = SUBJECT_MARKS[first.status, first.is_certain], shortened(printable_ascii(work.title), MAX_TITLE)
    room -= len(f"{mark}:  ()")
    # A name that takes the whole line is nobody's but a person's own.
    name = printable_ascii(bulletin.chart_name)
    name = shortened(name, room - len(short) - min(len(title), LEAST) - min(len(briefs[0]), LEAST))
    room -= len(name)
    # Where it is one place its name comes first, and of several how many there are of them, but not of how many.
    tries = _tries(first, _parts(briefs[0]), full, short)
    fits = (its for its in tries if min(len(title), its[0]) + len(f"{its[1]}{its[2]}") <= room)
    _, said, place = next(fits, (LEAST, briefs[0], short))
    title = shortened(title, max(room - len(f"{said}{place}"), min(len(title), LEAST)))
    said = shortened(said, room - len(f"{title}{place}"))
    said = next((more for more in reversed(briefs) if len(f"{title}{more}{place}") <= room), said)
    place = full if len(f"{title}{said}{full}") <= room else place
    return f"{mark}{title}: {said} ({name}{place})"


def _tries(first: Point, parts: Sequence[str], full: str, short: str) -> Iterator[tuple[int, str, str]]:
    """Yield the least length of a title, what is said first, and its place, from the best to the last resort."""
    is_one = len(first.territories) == 1
    named = [full, *([short] if first.territories[0] in SHORT_NAMES else [])] if is_one else [short]
    yield from ((least, said, place) for least in LENGTHS for said in parts for place in named)
    yield from ((least, said, short) for least in LENGTHS for said in parts)


def _parts(brief: str) -> list[str]:
    """Return what is said first, and then without its last part, unless that is most of it."""
    but_last = brief.rpartition(", ")[0]
    return [brief, f"{but_last}..."] if 2 * len(but_last) > len(brief) else [brief]


def _briefs(points: Sequence[Point]) -> list[str]:
    """Return what can be said in one breath, ever more of it: it holds in the same territories, which are the first's.

    The text says where the rest does.
    """
    first, *others = [point for point in points if point.territories == points[0].territories]
    # What is so no longer of one period and so of another cannot be told apart without days.
    others = [point for point in others if first.brief != f"{NO_LONGER}{point.brief}"]
    surely = [first.brief, *(point.brief for point in others if point.is_certain is first.is_certain)]
    perhaps = [f"{PERHAPS}{point.brief}" for point in others if point.is_certain is not first.is_certain]
    found = [joined(surely[: number + 1]) for number in range(len(surely))]
    found += [", ".join([found[-1], *perhaps[: number + 1]]) for number in range(len(perhaps))]
    return [printable_ascii(each) for each in found]


def _places(bulletin: Bulletin, point: Point) -> tuple[str, str]:
    """Return where something holds in few words, and in more."""
    territories = [territory for territory in point.territories if territory not in (EVERYWHERE, GLOBAL)]
    if not territories:
        return "", ""
    full = printable_ascii(in_places(territories, publication_of(bulletin, point)))
    return in_short(territories), f" {full}"
