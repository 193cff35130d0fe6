"""The true history of Netflix's files, version by version, with all that was retitled, restated and broken in it."""

import gzip
import os
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from chartwatch.adapters.catalog_file import read_catalog
from chartwatch.cli.replay import Stores, replay
from chartwatch.document_errors import SourceError
from chartwatch.domain.charts.publications import Publication
from chartwatch.domain.milestones.ledger import substance
from chartwatch.domain.milestones.milestone import Bulletin, Change, Milestone, Status
from chartwatch.domain.works.catalog import Catalog
from chartwatch.rules import default_rules
from chartwatch.services.detect import Detector
from chartwatch.services.document_guard import PERIODS_GONE
from chartwatch.services.ingest import Ingested
from chartwatch.services.ports import PublicationUpdate
from chartwatch.sources import open_source
from tests.recorded import milestones

DATA = Path(os.environ.get("CHARTWATCH_DATA", ""))

pytestmark = [
    pytest.mark.skipif("CHARTWATCH_DATA" not in os.environ, reason="CHARTWATCH_DATA names no folder"),
    pytest.mark.xdist_group("published history"),
]

GLOBAL, COUNTRIES = "netflix-global", "netflix-countries"
SOURCES = pytest.mark.parametrize("source", [GLOBAL, COUNTRIES])
CATALOGS = pytest.mark.parametrize("catalog", ["catalog.csv", "no catalog"])
TAKEN_BACK = (Status.CORRECTED, Status.RETRACTED)


@dataclass
class Course:
    """A replay of documents: what was refused, what was said, and what stands in the end."""

    stores: Stores = field(default_factory=Stores)
    refused_files: dict[str, str] = field(default_factory=dict)
    bulletins: list[Bulletin] = field(default_factory=list)

    def refused(self, file: Path, error: SourceError) -> None:
        self.refused_files[file.name] = type(error).__name__

    def ingested(self, _file: Path, _ingested: Ingested) -> None:
        pass

    def processed(self, _publication: Publication) -> None:
        pass

    @property
    def changes(self) -> list[Change]:
        return [change for bulletin in self.bulletins for change in bulletin.changes]

    def record(self) -> Mapping[str, Milestone]:
        charts = self.stores.charts.charts()
        return {slot: m for chart in charts for slot, m in milestones(self.stores.record, chart).items() if m.is_held}


def versions(source: str) -> Sequence[Path]:
    return sorted((DATA / f"{source}-published").glob("*.tsv.gz"))


def known(catalog: str) -> Catalog:
    return read_catalog(DATA / catalog) if catalog.endswith(".csv") else Catalog()


def course(source: str, files: Iterable[Path], catalog: str) -> Course:
    done = Course()
    opened = open_source(source, {})
    done.bulletins += replay(files, opened, known(catalog), default_rules(), stores=done.stores, observer=done)
    return done


@cache
def whole(source: str, catalog: str) -> Course:
    return course(source, versions(source), catalog)


def said(milestone: Milestone) -> tuple[object, ...]:
    """Return all that is said of a slot, but for the document that shows it and the revision that it replaces."""
    evidence = milestone.evidence.as_json() if milestone.evidence else {}
    return substance(milestone), milestone.headline, milestone.brief, {**evidence, "edition": None}


def test_every_version_is_processed_or_refused_for_a_named_reason() -> None:
    assert (len(versions(GLOBAL)), len(versions(COUNTRIES))) == (106, 8)
    assert whole(GLOBAL, "catalog.csv").refused_files == {
        "2023-06-01T132840Z.tsv.gz": "SourceNotATable",
        "2023-12-27T132417Z.tsv.gz": "SourceNotATable",
    }
    assert [q.error for q in whole(GLOBAL, "catalog.csv").stores.charts.quarantined()] == ["SourceNotATable"] * 2
    assert whole(COUNTRIES, "catalog.csv").refused_files == {}


@SOURCES
@CATALOGS
def test_in_the_end_all_stands_as_if_there_had_been_the_last_good_version_alone(source: str, catalog: str) -> None:
    done = whole(source, catalog)
    good = [file for file in versions(source) if file.name not in done.refused_files]
    last = course(source, good[-1:], catalog).record()
    assert {slot: said(m) for slot, m in done.record().items()} == {slot: said(m) for slot, m in last.items()}


@SOURCES
def test_the_versions_come_to_the_same_in_whatever_order_they_arrive(source: str) -> None:
    shuffled = [*versions(source)]
    random.Random(1).shuffle(shuffled)
    record = course(source, shuffled, "no catalog").record()
    assert {slot: said(m) for slot, m in record.items()} == {
        slot: said(m) for slot, m in whole(source, "no catalog").record().items()
    }


@CATALOGS
def test_no_name_figure_or_bad_byte_of_two_years_makes_a_false_claim(catalog: str) -> None:
    done = whole(GLOBAL, catalog)
    sent = [change.milestone for change in done.changes if change.is_sent]
    assert sent
    assert not [m for m in sent if m.status in TAKEN_BACK]
    assert {m.slot for m in sent} <= done.record().keys(), "all that was ever sent is true in the end"
    first_sent = Counter(m.slot for m in sent if m.status is Status.ANNOUNCED)
    assert set(first_sent.values()) == {1}


@CATALOGS
def test_a_renamed_number_one_is_the_same_number_one(catalog: str) -> None:
    done = whole(GLOBAL, catalog)
    slot = "new-number-one:netflix-weekly-films-non-english:GLOBAL:2023-06-25"
    said = [
        (c.milestone.status, c.is_sent, c.milestone.holders[0].title) for c in done.changes if c.milestone.slot == slot
    ]
    assert said == [
        (Status.ANNOUNCED, True, "Through My Window: Across the Sea"),
        (Status.ANNOUNCED, False, "Through My Window 2: Across the Sea"),
    ]


@CATALOGS
def test_what_truly_changed_is_corrected_once(catalog: str) -> None:
    """On 2021-12-08 Netflix gave one #1 of 4,324 to another film, and nothing else that counts changed then."""
    done = whole(COUNTRIES, catalog)
    taken_back = [c for c in done.changes if c.is_sent and c.milestone.status in TAKEN_BACK]
    by_slot = Counter(change.milestone.slot for change in taken_back)
    assert set(by_slot.values()) == {1}
    assert len(by_slot) == {"catalog.csv": 8, "no catalog": 2}[catalog]
    for change in taken_back:
        before = {holder.title for holder in change.replaced.holders} if change.replaced else set()
        after = {holder.title for holder in change.milestone.holders}
        assert before != after
    slot = "new-number-one:netflix-weekly-films:NL:2021-07-18"
    (change,) = (change for change in taken_back if change.milestone.slot == slot)
    replaced = change.milestone.as_json()["evidence"]["replaces"]
    assert replaced["holders"][0]["title"] == "The Magnificent Seven"
    assert change.milestone.holders[0].title == "Bon Bini Holland 2"


@CATALOGS
@pytest.mark.parametrize("withheld", [0, 12])
def test_a_week_that_comes_late_corrects_just_the_slots_whose_holders_it_changes(catalog: str, withheld: int) -> None:
    """One week is withheld, the others are processed, then it is supplied."""
    source, file = open_source(COUNTRIES, {}), versions(COUNTRIES)[-1]
    everything = Course()
    list(replay([file], source, known(catalog), default_rules(), stores=everything.stores, observer=everything))
    chart = "netflix-weekly-tv"
    periods = [summary.period for summary in everything.stores.charts.summaries(chart)]
    late = Stores()
    detector = Detector(late.charts, late.record, known(catalog), default_rules())

    def supply(week: int) -> list[Change]:
        found = everything.stores.charts
        summary = found.summary(chart, periods[week])
        assert summary is not None
        late.charts.put([PublicationUpdate(summary, found.versions(summary))])
        return [change for bulletin in detector.detect(chart, periods[week]) for change in bulletin.changes]

    sent = {c.milestone.slot: c.milestone for w in range(len(periods)) if w != withheld for c in supply(w) if c.is_sent}
    changes = supply(withheld)
    assert supply(withheld) == []
    true = {slot: m for slot, m in everything.record().items() if m.chart == chart}
    now = {slot: m for slot, m in milestones(late.record, chart).items() if m.is_held}
    assert {slot: said(m) for slot, m in now.items()} == {slot: said(m) for slot, m in true.items()}
    corrected = {c.milestone.slot for c in changes if c.is_sent and c.milestone.status in TAKEN_BACK}
    wrong = {slot for slot, m in sent.items() if slot not in true or m.holders != true[slot].holders}
    assert corrected == wrong
    assert len([c for c in changes if c.milestone.slot in corrected]) == len(corrected)


def short_of_its_oldest_weeks(file: Path, folder: Path) -> Path:
    """Write what a version would be without its two oldest weeks, as if it had been fetched right before it."""
    header, *rows = gzip.decompress(file.read_bytes()).decode().splitlines(keepends=True)
    column = header.split("\t").index("week")
    oldest = sorted({row.split("\t")[column] for row in rows})[:2]
    day, _, time = file.name.removesuffix("Z.tsv.gz").partition("T")
    before = datetime.fromisoformat(f"{day}T{time}") - timedelta(seconds=1)
    short = folder / f"{before:%Y-%m-%dT%H%M%S}Z.tsv"
    short.write_text(header + "".join(row for row in rows if row.split("\t")[column] not in oldest))
    return short


@SOURCES
@pytest.mark.parametrize("every", [1, 7])
def test_a_file_short_of_its_two_oldest_weeks_is_told_as_a_whole_one_is(
    source: str, every: int, tmp_path: Path
) -> None:
    """Netflix's global file of 2026-07-15 was; the next one was whole."""
    refused = whole(source, "no catalog").refused_files
    files: list[Path] = []
    for number, file in enumerate(versions(source)):
        # The first one has nothing to be kept of, and would begin the record two weeks later.
        if number and file.name not in refused and number % every == 0:
            files.append(short_of_its_oldest_weeks(file, tmp_path))
        files.append(file)
    done = course(source, files, "no catalog")
    assert done.refused_files == refused

    def told(its: Course) -> list[tuple[object, ...]]:
        return [(c.milestone.slot, c.milestone.status, c.milestone.revision) for c in its.changes if c.is_sent]

    assert told(done) == told(whole(source, "no catalog"))
    assert {slot: said(m) for slot, m in done.record().items()} == {
        slot: said(m) for slot, m in whole(source, "no catalog").record().items()
    }
    rolled = [q for q in done.stores.charts.quarantined() if q.error == PERIODS_GONE]
    assert len(rolled) == len(files) - len(versions(source)), "a person hears of each"
