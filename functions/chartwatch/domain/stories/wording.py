"""How messages put things in English: when, where, and what is said of it. Another language is another such file."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from chartwatch.domain import words
from chartwatch.domain.charts.chart import GLOBAL, Cadence
from chartwatch.domain.milestones.milestone import Bulletin, Change, Published, Status, WorkFacts
from chartwatch.domain.outside_text import plain
from chartwatch.domain.rules.claims import MAX_DAYS
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.works.work import ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE

WIDTH = 72
"""Columns of a text; only a word that is longer takes more."""

MAX_NAMES = 6
"""Titles that a text lists in one sentence."""

MOST_LOST = 0.6
"""The share of the room that a text keeps which is cut where a part of its sentence, or a word, ends."""

FEW = 3
"""Places that stand in the sentence itself."""

SUBJECT_MARKS = {
    (Status.RETRACTED, True): "Retracted: ",
    (Status.CORRECTED, True): "Correction: ",
    (Status.CORRECTED, False): "Correction, not certain: ",
    (Status.PROVISIONAL, False): "Provisional: ",
    (Status.ANNOUNCED, True): "",
}
TEXT_MARKS = {
    (Status.RETRACTED, True): "Retracted: ",
    (Status.CORRECTED, True): "Corrected: ",
    (Status.CORRECTED, False): "Corrected, not certain: ",
    (Status.PROVISIONAL, False): "Provisional: ",
    (Status.ANNOUNCED, True): "",
}
"""By what became of a milestone, and whether it is certain."""

CONFIRMED = "Confirmed: "
"""The mark of what was told as provisional, and is certain now."""

NOT_CERTAIN, NO_LONGER_CERTAIN = "Not certain: ", "No longer certain: "
"""What stands before the reasons; the latter where something was told as certain."""

PERHAPS = "perhaps "
"""The mark of what is not certain beside what is."""

_ORDINAL = re.compile(rf"{'|'.join(map(words.ordinal, range(1, 11)))}|\d+(st|nd|rd|th)")
_PREPOSITIONS = frozenset({"by", "from", "in", "of", "on", "with"})

NO_LONGER = "no longer "
"""What stands before what a work has lost."""

SHORT_NAMES = {"AE": "the UAE", "GB": "the UK", "US": "the US"}
"""Names of places where there is little room."""


def wrapped(text: str, start: str = "") -> list[str]:
    """Return text without control characters, in lines: `start` stands before the first, spaces before the others."""
    return words.wrapped(plain(text), WIDTH, initial_indent=start, subsequent_indent=" " * len(start))


def shortened(text: str, room: int) -> str:
    """Return text that ends in dots where it would be longer than `room`, of at least three characters.

    It ends with a part of the sentence or else with a word, unless that would lose much of it.
    """
    if len(text) <= room:
        return text
    cut = text[: room - 2]
    for end in (r"[,:;] ", r" "):
        ends = [found.start() for found in re.finditer(end, cut) if found.start() >= MOST_LOST * (room - 3)]
        if ends:
            return f"{cut[: ends[-1]].rstrip(' ,:;-')}..."
    return f"{cut[:-1].rstrip(' ,:;-')}..."


# When.


def cadence_of(bulletin: Bulletin) -> Cadence | None:
    """Return how often the chart of a bulletin appears, where that is known."""
    return bulletin.published.cadence if bulletin.published else None


def named(period: date, cadence: Cadence | None) -> str:
    """Return "the week to Sunday 19 September 2021", "Sunday 19 September 2021", "September 2021"."""
    match cadence:
        case Cadence.WEEK:
            return f"the week to {words.weekday(period)}"
        case Cadence.MONTH:
            return words.month(period)
    return words.weekday(period)


def during(period: date, cadence: Cadence | None) -> str:
    """Return "in the week to Sunday 19 September 2021", "on Sunday 19 September 2021", "in September 2021"."""
    is_day = cadence not in {Cadence.WEEK, Cadence.MONTH}
    return f"{'on' if is_day else 'in'} {named(period, cadence)}"


def elsewhen(changes: Sequence[Change], bulletin: Bulletin) -> str:
    """Return when something was, where that is not the period that the text is about."""
    periods = {change.milestone.period for change in changes if change.milestone.holders}
    is_other = len(periods) == 1 and periods != {bulletin.period}
    return f", {during(periods.pop(), cadence_of(bulletin))}" if is_other else ""


# Where.


def counted_places(territories: Collection[str], published: Published | None) -> str:
    """Return "56 of 94 countries", "all 94 countries"; without the whole where that is not known."""
    number, read = len(territories), published.read if published else ()
    noun = words.place_noun(read or territories)
    if len(read) < 2 or not set(territories) <= {*read}:
        return words.counted(number, noun)
    every = len(read)
    if number == every and published and not published.unread:
        return f"all {every} {words.plural(noun)}"
    return f"{number} of {every} {words.plural(noun)}"


def in_places(territories: Collection[str], published: Published | None) -> str:
    """Return " in Brazil and the United States", " in 56 of 94 countries"; nothing for what is said of all of them."""
    # A chart of the world says in its name that it is.
    places = sorted(set(territories) - {EVERYWHERE, GLOBAL})
    if not places:
        return ""
    if len(places) > FEW:
        return f" in {counted_places(places, published)}"
    return f" in {words.listed(words.in_text(places))}"


def in_short(territories: Sequence[str]) -> str:
    """Return " in BR", " in the US", " in 56 countries"."""
    where = (
        SHORT_NAMES.get(territories[0], territories[0]) if len(territories) == 1 else counted_places(territories, None)
    )
    return f" in {where}"


# What.


def joined(briefs: Sequence[str]) -> str:
    """Return several briefs in one breath: "first title from South Korea anywhere" and "first title in Korean anywhere"
    are "first title from South Korea and first in Korean anywhere"."""
    said: list[list[str]] = []
    before: list[str] = []
    for brief in briefs:
        parts = brief.split()
        if (same := _shared(before, parts)) and parts[-1] == before[-1] and len(said[-1]) > 1:
            said[-1].pop()
        said.append([parts[0], *parts[same:]] if same else parts)
        before = parts
    return words.listed([" ".join(parts) for parts in said])


def _shared(before: Sequence[str], parts: Sequence[str]) -> int:
    """Return how many words from the first on need not be said again but for that: what an ordinal is of.

    All else is said in full: "no longer A and B" could mean that it has B, and of a group nobody would know of what it
    has two.
    """
    if not parts or not _ORDINAL.fullmatch(parts[0]):
        return 0
    same = next((i for i, pair in enumerate(zip(before, parts, strict=False)) if pair[0] != pair[1]), 0)
    while same and parts[same] not in _PREPOSITIONS:
        same -= 1
    return same


def held_by(holders: Sequence[Holder], *, is_dated: bool = True, works: Mapping[str, WorkFacts] | None = None) -> str:
    """Return "Squid Game (22 September 2021) and Dark (3 May 2022)", or the first of many.

    With `works`, their facts by id, each is followed by what tells it from others of its title.
    """
    names = [f"{holder.title}{_whose(works.get(holder.work_id)) if works else ''}" for holder in holders]
    dates = [f" ({words.day(holder.since)})" if is_dated else "" for holder in holders]
    return words.some([f"{name}{day}" for name, day in zip(names, dates, strict=True)], MAX_NAMES)


def _whose(work: WorkFacts | None) -> str:
    """Return " by Adele", or " (2019, South Korea)": what tells a work from others of its title."""
    if work is None or work.creators:
        return f" by {words.some(work.creators, MAX_NAMES)}" if work else ""
    year = str(work.release_date.year) if work.release_date else ""
    facts = ", ".join(filter(None, (year, *map(words.country_name, work.origin_countries))))
    return f" ({facts})" if facts else ""


def taken_back(change: Change, bulletin: Bulletin) -> str:
    """Return, after what is corrected, what was told and what is so; nothing where both read the same.

    Works of one title are told apart by whose they are, or by when and where they came out.
    """
    milestone, replaced = change.milestone, change.replaced
    if milestone.status is Status.RETRACTED:
        return f", which we said of it {during(milestone.period, cadence_of(bulletin))}"
    if replaced is None or not replaced.holders or milestone.status is not Status.CORRECTED:
        return ""
    is_dated = {holder.since for holder in (*replaced.holders, *milestone.holders)} != {milestone.period}
    both = replaced.holders, milestone.holders
    before, now = (held_by(its, is_dated=is_dated) for its in both)
    if before == now:
        before, now = (held_by(its, is_dated=is_dated, works=bulletin.works) for its in both)
    return f": not {before}, as we said, but {now}" if before != now else ""


def description(work: WorkFacts) -> str:
    """Return what a work is: language, kind, creators, countries, release; nothing where nothing is known."""
    language = f"{words.language_name(work.original_language)}-language " if work.original_language else ""
    if not (work.original_language or work.kind or work.origin_countries or work.release_date or work.creators):
        return ""
    kind = work.kind or "title"
    countries = words.listed([words.territory_name(code) for code in work.origin_countries])
    released = f", released {words.day(work.release_date)}" if work.release_date else ""
    by = f" by {words.some(work.creators, MAX_NAMES)}" if work.creators else ""
    featured = f" featuring {words.some(work.featured, MAX_NAMES)}" if work.featured else ""
    origin = f" from {countries}" if countries else ""
    return words.sentence(f"{language}{kind}{by}{featured}{origin}{released}{_assumed(work)}")


def _assumed(work: WorkFacts) -> str:
    """Return which of the facts that are shown are assumed."""
    shown = {ORIGINAL_LANGUAGE: "language", ORIGIN_COUNTRIES: "country"}
    names = [name for fact, name in shown.items() if fact in work.assumed]
    return f" ({words.listed(names)} assumed)" if names else ""


def since_release(work: WorkFacts, period: date) -> str:
    """Return ", 7 days after release", where that is worth a count of days."""
    released = work.release_date
    if released is None or not 0 <= (days := (period - released).days) <= MAX_DAYS:
        return ""
    return f", {words.counted(days, 'day')} after release" if days else ", the day of its release"
