"""Tables: what pages let people download: milestones, reigns at #1, and what of a record was read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.charts.publications import ALL_TERRITORIES, PublicationSummary
from chartwatch.domain.milestones.ledger import LedgerEntry
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.works.work import Work
from chartwatch.site.addresses import milestone_address, work_address
from chartwatch.site.downloads import Cell, Field, Table, Type
from chartwatch.site.recorded import Run

READ = "read"
MISSING = "missing"

_CHART = Field("chart", Type.STRING, "The chart's id.", required=True)
_TERRITORY = Field(
    "territory", Type.STRING, "ISO 3166-1 alpha-2; GLOBAL: the world as one; *: all territories.", required=True
)

_MILESTONES = (
    Field("slot", Type.STRING, "The id of what is held: RULE:CHART:TERRITORY:PLACE.", required=True),
    Field("rule", Type.STRING, "The rule's id.", required=True),
    _CHART,
    _TERRITORY,
    Field("group", Type.STRING, "The country, language, creator or work that the rule counts for; empty: for none."),
    Field("n", Type.INTEGER, "The number that was reached; empty where the rule counts nothing."),
    Field("period", Type.DATE, "When it came true: a day, or the last day of a week or month.", required=True),
    Field("status", Type.STRING, "provisional, announced, corrected, or retracted: nobody holds it.", required=True),
    Field("certain", Type.BOOLEAN, "Whether it holds however what is unknown turns out.", required=True),
    Field("left_censored", Type.BOOLEAN, "So since the record begins: nobody can say it was a first.", required=True),
    Field("revision", Type.INTEGER, "How often something else was recorded of it, from 1 on.", required=True),
    Field("holders", Type.STRING, "The titles of the works that hold it; empty: nobody does."),
    Field("work_ids", Type.ARRAY, "The ids of these works.", required=True),
    Field("headline", Type.STRING, "The claim as a sentence.", required=True),
    Field("address", Type.STRING, "Its page, from the site's root.", required=True),
)

_REIGNS = (
    _CHART,
    _TERRITORY,
    Field("title", Type.STRING, "What the work is called; of a season, what the chart calls that.", required=True),
    Field("work_id", Type.STRING, "The work's id.", required=True),
    Field("first", Type.DATE, "The first period of the unbroken run at #1.", required=True),
    Field("last", Type.DATE, "Its last period; where it goes on, the latest known.", required=True),
    Field("periods", Type.INTEGER, "How many periods: days, weeks or months, as the chart appears.", required=True),
    Field("goes_on", Type.BOOLEAN, "Whether its last period is the latest of the chart.", required=True),
    Field("address", Type.STRING, "The work's page, from the site's root.", required=True),
)

_TITLES = (
    Field("title", Type.STRING, "What the work is called.", required=True),
    Field("work_id", Type.STRING, "The work's id.", required=True),
    Field("kind", Type.STRING, "film, series, song …; empty: nobody knows."),
    Field("original_language", Type.STRING, "ISO 639-1; empty: nobody knows."),
    Field("origin_countries", Type.ARRAY, "ISO 3166-1 alpha-2, the main one first where it is known.", required=True),
    Field("release_date", Type.DATE, "When it was released; empty: nobody knows."),
    Field("first", Type.DATE, "The period in which it was first at #1, on whatever chart.", required=True),
    Field("places", Type.INTEGER, "In how many territories it was at #1.", required=True),
    Field("periods", Type.INTEGER, "For how many days, weeks or months, in all of them together.", required=True),
    Field("address", Type.STRING, "Its page, from the site's root.", required=True),
)

_COVERAGE = (
    _CHART,
    _TERRITORY,
    Field("period", Type.DATE, "A day, or the last day of a week or month.", required=True),
    Field(
        "state",
        Type.STRING,
        "read; missing; set aside: not whole; withdrawn: taken back by a person; not published: there never was one.",
        required=True,
    ),
    Field("editions", Type.INTEGER, "How many territories were read.", required=True),
    Field("source", Type.STRING, "The address of the document; empty where there is none."),
    Field("fetched_at", Type.DATETIME, "When it was fetched (UTC); empty where nobody knows."),
    Field("sha256", Type.STRING, "The SHA-256 of the document; empty where there is none."),
)


def milestones_table(entries: Iterable[LedgerEntry], chart: str, title: str) -> Table:
    """Return the slots of a chart, each by its last revision, in the order that they are given."""
    return Table("milestones", title, _MILESTONES, [_milestone(entry, chart) for entry in entries], ("slot",))


def _milestone(entry: LedgerEntry, chart: str) -> tuple[Cell, ...]:
    return (
        entry.slot,
        entry.rule,
        chart,
        entry.territory,
        entry.group,
        entry.n,
        entry.period,
        entry.status.value,
        entry.is_certain,
        entry.left_censored,
        entry.revision,
        "; ".join(holder.title for holder in entry.holders) or None,
        tuple(dict.fromkeys(holder.work_id for holder in entry.holders)),
        entry.headline,
        milestone_address(entry.slot),
    )


def reigns_table(reigns: Iterable[Run], titles: Mapping[str, str], title: str) -> Table:
    """Return reigns in the order that they are given; `titles` are those of the works, by id."""
    rows: list[tuple[Cell, ...]] = [
        (
            its.chart,
            its.territory,
            its.label or titles[its.work],
            its.work,
            its.first,
            its.last,
            its.periods,
            its.is_on,
            work_address(its.work),
        )
        for its in reigns
    ]
    return Table("reigns", title, _REIGNS, rows, ("chart", "territory", "work_id", "first"))


class Topped(NamedTuple):
    """A work that was at #1: when first, in how many territories, and for how many periods in all of them together."""

    work: Work
    first: date
    places: int
    periods: int


def titles_table(works: Iterable[Topped], title: str) -> Table:
    """Return works that were at #1, in the order that they are given."""
    rows: list[tuple[Cell, ...]] = [
        (
            its.work.title,
            its.work.id,
            its.work.kind,
            its.work.original_language,
            its.work.origin_countries,
            its.work.release_date,
            its.first,
            its.places,
            its.periods,
            work_address(its.work.id),
        )
        for its in works
    ]
    return Table("titles", title, _TITLES, rows, ("work_id",))


def coverage_table(timeline: Sequence[PublicationSummary], territory: str, title: str) -> Table:
    """Return every period of a chart from the first that a territory has, or any (`*`), and what was read of it.

    `timeline` has the chart's publications, the oldest first.
    """
    rows = list(_covered(timeline, territory))
    return Table("coverage", title, _COVERAGE, rows, ("chart", "territory", "period"))


def _covered(timeline: Sequence[PublicationSummary], territory: str) -> Iterator[tuple[Cell, ...]]:
    before: date | None = None
    for publication in timeline:
        chart, period, state = publication.chart, publication.period, _state(publication, territory)
        if before is None and state == MISSING:
            continue
        if before is not None:
            for missing in _between(chart, before, period):
                yield chart.id, territory, missing, MISSING, 0, None, None, None
        read = _read(publication, territory)
        document = _document(publication, territory) if read else (None, None, None)
        yield chart.id, territory, period, state, read, *document
        before = period


def _document(publication: PublicationSummary, territory: str) -> tuple[str, str | None, str]:
    """Return the document that an edition is from: its address, when it was fetched, and its SHA-256."""
    its = publication.provenance_of(territory)
    return its.url, its.fetched_at, its.sha256


def _between(chart: Chart, before: date, after: date) -> Iterator[date]:
    """Yield the periods that there is no publication of between two others."""
    for first, last in chart.missing_between(before, after):
        period = first
        while period <= last:
            yield period
            period = chart.after(period)


def _read(publication: PublicationSummary, territory: str) -> int:
    return publication.edition_count if territory == EVERYWHERE else int(territory in publication.number_ones)


def _state(publication: PublicationSummary, territory: str) -> str:
    if _read(publication, territory):
        return READ
    absence = publication.absent.get(territory) or publication.absent.get(ALL_TERRITORIES)
    return absence.kind.value if absence else MISSING
