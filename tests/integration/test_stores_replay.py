"""The same history on every store: the detector on AWS says what it says in memory, in the same order."""

import hashlib
import json
import os
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from chartwatch.adapters.catalog_file import read_catalog
from chartwatch.adapters.memory import NoArchive
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication, in_order
from chartwatch.domain.milestones.milestone import Bulletin, Status
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import KINDS, Kind, Work
from chartwatch.rules import default_rules, parse_rules
from chartwatch.services.detect import Detector
from chartwatch.services.ingest import ingest
from chartwatch.services.record import RecordedBulletins
from chartwatch.services.updating import store_publication
from chartwatch.sources import open_source
from tests.integration.conftest import Aws, Memory, Place
from tests.recorded import entries, processed, snapshots

SERIES = Chart("weekly-tv", "the weekly chart", "a provider", Cadence.WEEK, 3, Kind.SERIES)
FILMS = Chart("weekly-films", "the weekly film chart", "a provider", Cadence.WEEK, 3, Kind.FILM)
TERRITORIES = ("BR", "DE", "JP", "KR", "US")
TITLES = ("Dark", "Maid", "Lupin", "지옥", "Elite", "Ozark", "You", "#Alive", "Sweet Home", "Unknown")
SEASONS = parse_rules(
    b"""
- {id: new, kind: change, scope: territory, headline: "{title}", brief: "new", count: seasons}
- {id: second-season, kind: nth, scope: chart, at: [1, 2], headline: "{title}", brief: "{ordinal}", count: seasons}
- {id: first-from, kind: nth, scope: territory, per: origin_country, at: [1], headline: "{title}", brief: "{group}"}
""",
    "seasons.yaml",
)


def catalog(unknown: Sequence[str] = ("Unknown", "Elite")) -> Catalog:
    facts = zip(TITLES, ("de", "en", "fr", "ko", "es", "en", "en", "ko", "ko", "en"), strict=True)
    countries = {"de": "DE", "en": "US", "fr": "FR", "ko": "KR", "es": "ES"}
    return Catalog(
        Work(
            id=f"{kind}-{title}",
            title=title,
            kind=kind,
            original_language=None if title in unknown else language,
            origin_countries=() if title in unknown else (countries[language],),
        )
        for title, language in facts
        for kind in KINDS
        if title != "Sweet Home"
    )


def publication(chart: Chart, period: date, chance: random.Random) -> Publication:
    def entries() -> Iterator[Entry]:
        titles = chance.sample(TITLES, 3)
        for rank, title in zip((1, chance.choice((1, 2, 2, 2)), 3), titles, strict=True):
            yield Entry(rank, title, chance.choice((None, "Season 1", "Season 2")))

    territories = chance.sample(TERRITORIES, chance.randint(2, len(TERRITORIES)))
    editions = tuple(Edition(territory, tuple(entries())) for territory in territories)
    return Publication(chart, period, editions, Provenance("all.tsv", f"{period}T20:00:00Z", f"{chance.random()}"))


def history(seed: int) -> list[Publication]:
    """Return what is published: mostly in order, some weeks late, corrected, repeated or never."""
    chance = random.Random(seed)
    arrivals: list[tuple[float, Publication]] = []
    for week in range(14):
        for chart in (SERIES, FILMS):
            published = publication(chart, date(2021, 10, 3) + timedelta(weeks=week), chance)
            if chance.random() < 0.9:
                arrivals.append((week + chance.choice((0, 0, 0, 0, 2.5)), published))
            if chance.random() < 0.3:
                arrivals.append((week + 0.5 + 3 * chance.random(), publication(chart, published.period, chance)))
            if chance.random() < 0.2:
                arrivals.append((week + 3.5, published))
    return [published for _, published in sorted(arrivals, key=lambda arrival: arrival[0])]


def bulletins_of(
    place: Place, publications: Sequence[Publication], in_force: Sequence[tuple[Catalog, RuleSet]]
) -> list[Bulletin]:
    """Return all bulletins, in order, while catalogs and rules come into force one after another."""
    bulletins: list[Bulletin] = []
    share = len(publications) // len(in_force) + 1
    earlier = {works.version: works for works, _ in in_force}.get
    for number, (works, rules) in enumerate(in_force):
        start = date(2021, 10, 24)
        detector = Detector(place.charts(), place.record(), works, rules, start, earlier_catalog=earlier)
        for chart in (SERIES.id, FILMS.id):
            bulletins += detector.reconsider(chart)
        for published in publications[number * share : (number + 1) * share]:
            store_publication(published, place.charts())
            bulletins += detector.detect(published.chart.id, published.period)
    return bulletins


def as_json(bulletins: Iterable[Bulletin]) -> list[str]:
    """Return each change with its bulletin as JSON, and what the bulletin says of works."""
    return [
        f"{bulletin.id} {json.dumps(change.milestone.as_json())} {bulletin.works}"
        for bulletin in bulletins
        for change in bulletin.changes
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_late_corrected_and_repeated_publications_come_to_the_same(aws: Aws, memory: Memory, seed: int) -> None:
    in_force = [
        (catalog(), default_rules()),
        (catalog(unknown=()), default_rules()),
        (catalog(unknown=("Dark",)), SEASONS),
    ]
    publications = history(seed)
    lines = as_json(bulletins_of(memory, publications, in_force))
    assert as_json(bulletins_of(aws, publications, in_force)) == lines
    assert len(lines) > 200
    assert all(f'"status": "{status.value}"' in "".join(lines) for status in Status)
    for chart in (SERIES.id, FILMS.id):
        recorded = [RecordedBulletins(its.record()).bulletins(chart) for its in (aws, memory)]
        assert as_json(recorded[0]) == as_json(recorded[1]) != []
        for its in (entries, processed, snapshots):
            assert its(aws.record(), chart) == its(memory.record(), chart)
        assert aws.charts().summaries(chart) == memory.charts().summaries(chart)


def test_what_is_processed_again_is_not_sent_again(place: Place) -> None:
    publications = history(1)
    in_force = [(catalog(), default_rules())]
    assert bulletins_of(place, publications, in_force)
    latest = {(p.chart.id, p.period): p for p in publications}
    assert bulletins_of(place, in_order(latest.values()), in_force) == []


@pytest.mark.skipif("CHARTWATCH_DATA" not in os.environ, reason="CHARTWATCH_DATA names no folder of published charts")
def test_eight_weeks_of_the_published_charts_come_to_the_same(moto: Aws, memory: Memory) -> None:
    folder = Path(os.environ["CHARTWATCH_DATA"])
    body = (folder / "netflix-countries-2022-02-27.tsv").read_bytes()
    works = read_catalog(folder / "catalog.csv")
    provenance = Provenance("netflix-countries.tsv", None, hashlib.sha256(body).hexdigest())
    publications = open_source("netflix-countries", {}).parse(body, provenance)[:16]

    def lines(place: Place) -> list[str]:
        ingested = ingest(
            "netflix-countries",
            body,
            provenance,
            parse=lambda _body, _provenance: publications,
            whole_history=True,
            archive=NoArchive(),
            charts=place.charts(),
        )
        detector = Detector(place.charts(), place.record(), works, default_rules())
        return as_json(b for p in ingested.written for b in detector.detect(p.chart.id, p.period))

    expected = lines(memory)
    assert len(expected) > 1000
    assert lines(moto) == expected
