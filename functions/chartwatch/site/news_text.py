"""What a piece of news says: its title, and paragraphs of text and links. Addresses are from the site's root."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chartwatch.domain import words
from chartwatch.domain.milestones.milestone import Bulletin, Change, Published, Status
from chartwatch.domain.outside_text import plain
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.kinds import KINDS
from chartwatch.domain.stories.text import MAX_REASONS, on_the_record
from chartwatch.domain.stories.wording import (
    CONFIRMED,
    MAX_NAMES,
    NO_LONGER_CERTAIN,
    NOT_CERTAIN,
    SUBJECT_MARKS,
    cadence_of,
    during,
    in_places,
    named,
    taken_back,
)
from chartwatch.site.addresses import milestone_address, work_address
from chartwatch.site.became import Became


class Part(NamedTuple):
    """A part of a text: what it says, and the address, of the site or of another one, that it leads to."""

    said: str
    address: str = ""


class Paragraph(NamedTuple):
    """A sentence in parts, and a list under it, each of its items a part."""

    parts: tuple[Part, ...]
    items: tuple[Part, ...] = ()


class Said(NamedTuple):
    """What a piece of news says. `mark` stands before the title; `page` is where there is more."""

    mark: str
    title: str
    page: str
    paragraphs: tuple[Paragraph, ...]


def said_of(bulletin: Bulletin, became: Became, changes: Sequence[Change]) -> Said:
    """Return what changes say, which are of the same works in one territory or in many."""
    return Said(
        _mark(became, changes[0]),
        _title(bulletin, changes),
        _page(changes),
        tuple(_paragraphs(bulletin, became, changes)),
    )


def _mark(became: Became, change: Change) -> str:
    is_certain = change.milestone.is_certain
    match became:
        case Became.CONFIRMED:
            return CONFIRMED
        case Became.CORRECTED:
            return SUBJECT_MARKS[Status.CORRECTED, is_certain]
        case Became.RETRACTED:
            return SUBJECT_MARKS[Status.RETRACTED, True]
    return SUBJECT_MARKS[Status.ANNOUNCED if is_certain else Status.PROVISIONAL, is_certain]


def _title(bulletin: Bulletin, changes: Sequence[Change]) -> str:
    """Return "Squid Game: first title from South Korea in 17 of 94 countries (Netflix's weekly TV chart)"."""
    return plain(f"{_of_whom(changes)}{changes[0].milestone.brief}{_where(bulletin, changes)} ({bulletin.chart_name})")


def _of_whom(changes: Sequence[Change]) -> str:
    titles = words.some(list(dict.fromkeys(holder.title for holder in holders_of(changes[0]))), MAX_NAMES)
    return f"{titles}: " if titles else ""


def holders_of(change: Change) -> Sequence[Holder]:
    """Return whom a change is of: who holds the slot, or who held what is retracted."""
    return change.milestone.holders or (change.replaced.holders if change.replaced else ())


def _where(bulletin: Bulletin, changes: Sequence[Change]) -> str:
    is_of_it = changes[0].milestone.period == bulletin.period
    published: Published | None = bulletin.published if is_of_it else None
    return in_places([change.milestone.territory for change in changes], published)


def _paragraphs(bulletin: Bulletin, became: Became, changes: Sequence[Change]) -> Iterator[Paragraph]:
    m = changes[0].milestone
    yield sentence(f"{words.sentence(bulletin.chart_name)}, {named(m.period, cadence_of(bulletin))}.")
    yield _claim(bulletin, became, changes)
    reasons = list(dict.fromkeys(reason for change in changes for reason in change.milestone.because))
    for reason in reasons[:MAX_REASONS]:
        uncertain = NO_LONGER_CERTAIN if became is Became.DOUBTED else NOT_CERTAIN
        yield sentence(f"{uncertain}{words.with_days_in_words(reason)}.")
    if (more := len(reasons) - MAX_REASONS) > 0:
        yield sentence(f"And {words.counted(more, 'more reason')}.")
    if evidence := m.evidence:
        url = plain(evidence.edition.url)
        source = Part(url, url if url.startswith(("https://", "http://")) else "")
        yield Paragraph((Part(plain(f"{on_the_record(evidence, bulletin)}. Source: ")), source))


def _claim(bulletin: Bulletin, became: Became, changes: Sequence[Change]) -> Paragraph:
    """Return the claim: as its headline has it, where it is one that stands; what was told and what is so otherwise."""
    m = changes[0].milestone
    if len(changes) == 1 and m.is_held and became is not Became.CORRECTED:
        return sentence(f"{words.with_days_in_words(m.headline)}.", milestone_address(m.slot))
    taken = {_taken_back(bulletin, became, change) for change in changes}
    said = f"{_of_whom(changes)}{m.brief}{_where(bulletin, changes)}{taken.pop() if len(taken) == 1 else ''}"
    if len(changes) == 1:
        return sentence(f"{said}.", milestone_address(m.slot))
    places = [(change.milestone.territory, change.milestone.slot) for change in changes]
    listed = sorted(places, key=lambda place: words.alphabetical([place[0]]))
    return Paragraph(
        (Part(plain(f"{said}:")),),
        tuple(Part(words.country_name(place), milestone_address(slot)) for place, slot in listed),
    )


def _taken_back(bulletin: Bulletin, became: Became, change: Change) -> str:
    if became is Became.RETRACTED:
        return f", which we said of it {during(change.milestone.period, cadence_of(bulletin))}, is not so"
    return taken_back(change, bulletin)


def sentence(said: str, address: str = "") -> Paragraph:
    """Return a paragraph of one part."""
    return Paragraph((Part(plain(said), address),))


def _page(changes: Sequence[Change]) -> str:
    """Return the page of the one milestone that is told; of several, that of its work."""
    m, holders = changes[0].milestone, holders_of(changes[0])
    is_of_work = len(changes) > 1 and holders and not KINDS[m.kind].is_of_groups
    return work_address(holders[0].work_id) if is_of_work else milestone_address(m.slot)
