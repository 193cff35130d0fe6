"""The subject of a story: one line of printable ASCII, which names the chart and is marked where it is not certain."""

from collections.abc import Sequence

from chartwatch.domain.charts.chart import GLOBAL
from chartwatch.domain.milestones.milestone import Bulletin, WorkFacts
from chartwatch.domain.outside_text import printable_ascii
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.stories.points import Point, published_of
from chartwatch.domain.stories.wording import (
    PERHAPS,
    SUBJECT_MARKS,
    in_places,
    in_short,
    joined,
    shortened,
)

MAX_TITLE = 44
"""Characters of a subject that a title may take."""

LEAST = 16
"""Characters of a subject that a title, and what is said of it first, have at least, if they are as long."""


def subject_of(bulletin: Bulletin, work: WorkFacts, points: Sequence[Point], room: int) -> str:
    """Return the subject of a story, of at most `room` characters of printable ASCII.

    Where there is not room for all, what is said later is left out, then the place is named in short, then the title is
    shortened, then what is said first. The mark of what is not certain and the chart's name stay.
    """
    first, briefs = points[0], _briefs(points)
    short, full = _places(bulletin, first)
    mark, title = SUBJECT_MARKS[first.status, first.is_certain], shortened(printable_ascii(work.title), MAX_TITLE)
    room -= len(f"{mark}:  ()")
    # A name that takes the whole line is nobody's but a person's own.
    name = printable_ascii(bulletin.chart_name)
    name = shortened(name, room - len(short) - min(len(title), LEAST) - min(len(briefs[0]), LEAST))
    room -= len(name)
    title = shortened(title, max(room - len(short) - len(briefs[0]), min(len(title), LEAST)))
    said = shortened(briefs[0], room - len(short) - len(title))
    # Where it is one place its name comes first, and of several how many there are of them, but not of how many.
    place = full if len(first.territories) == 1 and len(f"{title}{said}{full}") <= room else short
    said = next((more for more in reversed(briefs) if len(f"{title}{more}{place}") <= room), said)
    place = full if len(f"{title}{said}{full}") <= room else place
    return f"{mark}{title}: {said} ({name}{place})"


def _briefs(points: Sequence[Point]) -> list[str]:
    """Return what can be said in one breath, ever more of it: it holds in the same territories, which are the first's.

    The text says where the rest does.
    """
    first, *others = [point for point in points if point.territories == points[0].territories]
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
    full = printable_ascii(in_places(territories, published_of(bulletin, point)))
    return in_short(territories), f" {full}"
