"""Claims about every chart store: what is published is read as it was, in all its versions."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bench.metering import item_size, metered
from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.validators import DynamoValidators
from chartwatch.adapters.memory import NoArchive
from chartwatch.adapters.trial import TrialCharts
from chartwatch.document_errors import EditionTooLarge, RanksIncomplete
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import (
    Absence,
    AbsenceKind,
    Edition,
    Entry,
    Provenance,
    Publication,
    PublicationSummary,
    Version,
)
from chartwatch.domain.works.renames import Renaming
from chartwatch.domain.works.work import Kind
from chartwatch.services.by_hand import by_hand, declare_unpublished, fill, reinstate, withdraw
from chartwatch.services.fetching import Validators
from chartwatch.services.ingest import ingest
from chartwatch.services.ports import PublicationUpdate, Quarantined
from chartwatch.services.updating import store_publication
from tests.integration.conftest import Aws, Place
from tests.stored_charts import (
    MONDAY,
    NEXT_WEEK,
    TUESDAY,
    WEDNESDAY,
    WEEK,
    chart,
    current,
    edition,
    many_editions,
    publication,
    requests,
    stored_versions,
    take_in,
    titles,
)


def test_a_publication_is_ready_in_the_version_that_was_marked(place: Place) -> None:
    first, later = (publication(WEEK, edition("US", title)) for title in ("Ozark", "Dark"))
    store_publication(first, place.charts())
    assert not place.charts().is_ready(first.summary())
    place.charts().mark_ready(first.summary())
    assert place.charts().is_ready(first.summary())
    store_publication(later, place.charts())
    assert not place.charts().is_ready(later.summary())


def test_a_publication_is_read_as_it_was_written(place: Place) -> None:
    entries = (
        Entry(1, "지금 우리 학교는", "Season 1", Kind.SERIES, (("hours", "124790000"), ("weeks", "1"))),
        Entry(1, 'A tie, with "quotes" and #%', None, Kind.FILM),
        Entry(3, "Ozark"),
        Entry(4, "Squid Game", None, Kind.SERIES, (), "flixpatrol:ttl_1"),
    )
    provenance = Provenance("https://example.org/all.tsv", "2022-02-08T20:00:00Z", "ab" * 32)
    written = Publication(chart(), WEEK, (Edition("KR", entries), edition("US", "Ozark")), provenance)
    store_publication(written, place.charts())
    assert place.charts().summary("weekly-tv", WEEK) == written.summary()
    assert current(place.charts()) == {e.territory: e for e in written.editions}


def test_only_entries_with_an_id_are_stored_with_one_and_those_from_before_are_read(moto: Aws) -> None:
    entries = (Entry(1, "Ozark", None, Kind.SERIES, (("days", "1"),)), Entry(2, "Dark", id="flixpatrol:ttl_1"))
    store_publication(publication(WEEK, Edition("US", entries)), moto.charts())
    item = moto.table("ChartsTable").get(keys.edition("weekly-tv", WEEK, "US"))
    assert item is not None
    assert item["entries"]["S"] == (
        '[[1,"Ozark",null,"series",[["days","1"]]],[2,"Dark",null,null,[],"flixpatrol:ttl_1"]]'
    )
    assert current(moto.charts())["US"].entries == entries


def test_what_was_never_published_is_nothing(place: Place) -> None:
    charts = place.charts()
    assert list(charts.charts()) == []
    assert charts.summary("weekly-tv", WEEK) is None
    assert charts.summaries("weekly-tv") == []
    assert current(charts) == {}


def test_publications_come_oldest_first_from_a_day_to_a_day(place: Place) -> None:
    days = [date(2021, 12, 26), date(2022, 1, 2), date(2022, 1, 9), date(2022, 1, 16)]
    for day in (days[2], days[0], days[3], days[1]):
        store_publication(publication(day, edition("US", f"Number one of {day}")), place.charts())
    store_publication(publication(days[1], edition("US", "Elsewhere"), of="weekly-films"), place.charts())

    def periods(*span: date | None) -> list[date]:
        return [summary.period for summary in place.charts().summaries("weekly-tv", *span)]

    assert periods() == days
    assert periods(days[1], days[2]) == days[1:3]
    assert periods(days[2]) == days[2:]
    assert periods(None, days[1]) == days[:2]
    assert periods(date(2021, 12, 27), date(2022, 1, 1)) == []


def test_each_chart_is_listed_once(place: Place) -> None:
    for of in ("weekly-tv", "weekly-films"):
        for day in (WEEK, NEXT_WEEK):
            store_publication(publication(day, edition("US", "Ozark"), of=of), place.charts())
    assert list(place.charts().charts()) == ["weekly-films", "weekly-tv"]


def test_a_revision_writes_the_changed_editions_and_keeps_the_others(place: Place) -> None:
    store_publication(publication(WEEK, edition("KR", "Ozark"), edition("US", "Ozark")), place.charts())
    revised = publication(WEEK, edition("KR", "Hellbound"), edition("US", "Ozark"), sha256="1")
    store_publication(revised, place.charts())
    assert place.charts().summary("weekly-tv", WEEK) == revised.summary()
    assert current(place.charts()) == {e.territory: e for e in revised.editions}


@pytest.mark.parametrize("times", [(MONDAY, TUESDAY, WEDNESDAY), (None, None, None), (MONDAY, TUESDAY, None)])
def test_every_version_of_an_edition_is_stored_as_it_was_published(place: Place, times: Sequence[str | None]) -> None:
    said = [
        Edition(
            "US", (Entry(1, "지금 우리 학교는", "Season 1", Kind.SERIES, (("hours", "124790000"), ("weeks", "1"))),)
        ),
        Edition("US", (Entry(1, "Ozark"), Entry(1, "Hellbound", None, Kind.SERIES), Entry(3, "Maid"))),
        Edition("US", (Entry(1, "Hellbound", None, Kind.SERIES, (("hours", "0"),)), Entry(1, "Ozark"))),
    ]
    published = [
        publication(WEEK, its, edition("KR", "Ozark"), sha256=str(number), fetched_at=at)
        for number, (its, at) in enumerate(zip(said, times, strict=True))
    ]
    for version in published:
        store_publication(version, place.charts())
    versions = stored_versions(place.charts())
    assert list(versions["US"]) == [Version(v.editions[0], v.provenance) for v in published]
    assert list(versions["KR"]) == [Version(published[0].editions[1], published[0].provenance)]


def test_a_late_document_adds_an_earlier_version_and_changes_nothing_current(place: Place) -> None:
    store_publication(publication(WEEK, edition("US", "Ozark"), sha256="1", fetched_at=MONDAY), place.charts())
    store_publication(publication(WEEK, edition("US", "Maid"), sha256="3", fetched_at=WEDNESDAY), place.charts())
    before = place.charts().summary("weekly-tv", WEEK)
    late = publication(WEEK, edition("US", "Hellbound"), sha256="2", fetched_at=TUESDAY)
    assert store_publication(late, place.charts())
    assert place.charts().summary("weekly-tv", WEEK) == before
    assert titles(stored_versions(place.charts())["US"]) == [["Ozark"], ["Hellbound"], ["Maid"]]
    assert not store_publication(late, place.charts()), "once is enough"


def test_the_renamings_of_a_publication_are_read_as_they_were_written(place: Place) -> None:
    renamings = (Renaming("", None, "A, with #", "B"), Renaming(TUESDAY, Kind.FILM, "지금", "All of Us"))
    summary = publication(WEEK, edition("US", "B")).summary(renamings)
    place.charts().put([PublicationUpdate(summary, {})])
    assert place.charts().summary("weekly-tv", WEEK) == summary
    assert place.charts().summaries("weekly-tv") == [summary]


def test_more_publications_than_one_transaction_takes_are_all_written(place: Place) -> None:
    weeks = [WEEK + timedelta(7 * number) for number in range(120)]
    updates = []
    for week in weeks:
        its = publication(week, edition("US", f"Number one of {week}"))
        updates.append(PublicationUpdate(its.summary(), {"US": (Version(its.editions[0], its.provenance),)}))
    place.charts().put(updates)
    assert place.charts().summaries("weekly-tv") == [update.summary for update in updates]
    assert all(place.charts().versions(update.summary) == update.editions for update in updates)


def rejected(source: str, fetched_at: str | None, sha256: str) -> Quarantined:
    provenance = Provenance("https://example.org/all.tsv", fetched_at, sha256)
    return Quarantined(source, provenance, "SourceNotATable", f'{source}, line 1: "null" is no header')


def test_rejected_documents_are_listed_by_source_and_time(place: Place) -> None:
    assert list(place.charts().quarantined()) == []
    documents = [
        rejected("csv", None, "12" * 32),
        rejected("csv", MONDAY, "cd" * 32),
        rejected("csv", TUESDAY, "ab" * 32),
        rejected("netflix-global", MONDAY, "ef" * 32),
    ]
    for document in reversed(documents):
        place.charts().quarantine(document)
    assert list(place.charts().quarantined()) == documents


def test_a_document_that_is_rejected_each_time_it_is_fetched_is_listed_once(place: Place) -> None:
    for fetched_at in (MONDAY, TUESDAY):
        place.charts().quarantine(rejected("csv", fetched_at, "ab" * 32))
    assert list(place.charts().quarantined()) == [rejected("csv", TUESDAY, "ab" * 32)]


def test_a_publication_may_have_more_editions_than_a_batch_takes(place: Place) -> None:
    many = many_editions(251)
    store_publication(many, place.charts())
    assert current(place.charts()) == {e.territory: e for e in many.editions}


def test_a_new_publication_of_94_editions_takes_six_requests(moto: Aws) -> None:
    found = requests(moto, many_editions(94))
    assert found == {"GetItem": 1, "BatchWriteItem": 4, "PutItem": 1}


def test_a_correction_of_a_stored_publication_takes_four_requests(moto: Aws) -> None:
    store_publication(many_editions(94), moto.charts())
    corrected = publication(WEEK, edition("T000", "Another"), *many_editions(94).editions[1:], sha256="1")
    found = requests(moto, corrected)
    assert found == {"GetItem": 1, "Query": 1, "BatchWriteItem": 1, "PutItem": 1}


DEEP = Chart("deep", "the deep chart", "a provider", Cadence.DAY, 1000, Kind.SERIES, identifying=("streams",))


def deep(number: int, ranks: int) -> Publication:
    """Return an edition of so many ranks, as the document of a number has it: each rank has other figures."""
    streams = random.Random(number).choices(range(10**8), k=ranks)
    entries = tuple(
        Entry(rank, f"Title {rank}", None, Kind.SERIES, (("streams", f"{its}"), ("weeks", "1")))
        for rank, its in enumerate(streams, 1)
    )
    at = f"2022-02-{7 + number // 24:02d}T{number % 24:02d}:00:00Z"
    provenance = Provenance("https://example.org/all.tsv", at, f"{number:064x}")
    return Publication(DEEP, WEEK, (Edition("US", entries),), provenance)


def item_sizes(aws: Aws) -> list[int]:
    """Return the bytes of each item of the charts table, as DynamoDB counts them."""
    pages = aws.dynamodb.get_paginator("scan").paginate(TableName=aws.names["ChartsTable"])
    return [item_size(item) for page in pages for item in page["Items"]]


def test_versions_of_a_deep_edition_are_trimmed_to_what_an_item_takes(place: Place) -> None:
    published = [deep(number, 1000) for number in range(200)]
    *before, last = published
    versions = [Version(its.editions[0], its.provenance) for its in before]
    place.charts().put([PublicationUpdate(before[-1].summary(), {"US": versions})])
    assert store_publication(last, place.charts())
    assert place.charts().summary("deep", WEEK) == last.summary()
    stored = place.charts().versions(last.summary())["US"]
    assert [its.edition for its in stored[-2:]] == [its.editions[0] for its in published[-2:]]
    assert 3 <= len(stored) < 100
    named = [its for version in stored for its in (*version.trimmed, version.provenance)]
    assert named == [its.provenance for its in published]
    if isinstance(place, Aws):
        assert max(item_sizes(place)) < 400_000


def test_an_edition_that_never_fits_is_quarantined_with_the_bound_and_later_ones_are_taken_in(place: Place) -> None:
    too_deep, fits = [deep(1, 8000)], [deep(2, 3000)]
    for _ in range(2):
        with pytest.raises(EditionTooLarge, match=r"in US has 8,000 ranks, .* 250,000 bytes, some 3,443 ranks"):
            take_in(too_deep, place.charts())
    (refused,) = place.charts().quarantined()
    assert (refused.error, refused.provenance) == ("EditionTooLarge", too_deep[0].provenance)
    assert place.charts().summaries("deep") == []
    take_in(fits, place.charts())
    assert place.charts().summaries("deep") == [fits[0].summary()]


def test_long_cells_that_do_not_fit_are_refused_by_the_table(moto: Aws) -> None:
    entries = tuple(Entry(rank, f"{rank} {'x' * 3000}") for rank in range(1, 101))
    with pytest.raises(EditionTooLarge, match="of 2022-02-06 in US: 302,"):
        take_in([Publication(DEEP, WEEK, (Edition("US", entries),), deep(1, 1).provenance)], moto.charts())
    assert [its.error for its in moto.charts().quarantined()] == ["EditionTooLarge"]


def test_validators_are_found_again_until_the_reader_has_another_version(moto: Aws) -> None:
    def store(reader: str) -> DynamoValidators:
        return DynamoValidators(moto.table("ChartsTable"), reader)

    week, both = "https://example.org/all.tsv?week=#1", Validators('"7"', "Tue, 01 Mar 2022 20:00:00 GMT")
    assert store("1").get(week) == Validators()
    for validators in (both, Validators(etag='"8"'), Validators()):
        store("1").put(week, validators)
        assert store("1").get(week) == validators
        assert store("2").get(week) == Validators()
        assert store("1").get("https://example.org/other.tsv") == Validators()


def test_editions_are_known_of_before_their_publication(moto: Aws) -> None:
    store = moto.charts()
    assert not store.has_editions("weekly", date(2022, 1, 2))
    moto.table("ChartsTable").put({"pk": {"S": "weekly#2022-01-02"}, "sk": {"S": "EDITION#US"}})
    assert store.has_editions("weekly", date(2022, 1, 2))
    assert not store.has_editions("weekly", date(2022, 1, 9))


def test_the_editions_of_a_few_territories_are_those_that_publications_show(place: Place) -> None:
    us, kr, jp = (edition(territory, "Ozark", "Dark") for territory in ("US", "KR", "JP"))
    later = edition("US", "Dark", "Ozark")
    store_publication(publication(WEEK, us, kr, jp), place.charts())
    tried = TrialCharts(place.charts())
    store_publication(publication(NEXT_WEEK, us, kr, jp), tried)
    store_publication(publication(WEEK, later, fetched_at=TUESDAY, sha256="c"), place.charts())
    place.charts().put([withdraw(place.charts(), "weekly-tv", WEEK, "KR", "a test file")])
    unknown = NEXT_WEEK + timedelta(weeks=1)
    wanted = {WEEK: ["US", "KR", "BR"], NEXT_WEEK: ["JP", "KR"], unknown: ["US"]}
    stored = {WEEK: {"US": later}}
    assert place.charts().editions("weekly-tv", wanted) == stored
    assert tried.editions("weekly-tv", wanted) == {**stored, NEXT_WEEK: {"JP": jp, "KR": kr}}
    assert place.charts().editions("weekly-films", wanted) == {}


def test_an_edition_whose_publication_is_not_there_yet_is_not_shown(moto: Aws) -> None:
    moto.table("ChartsTable").put({"pk": {"S": "weekly#2022-01-02"}, "sk": {"S": "EDITION#US"}, "entries": {"S": "[]"}})
    assert moto.charts().editions("weekly", {date(2022, 1, 2): ["US"]}) == {}


def test_the_editions_of_many_territories_take_a_request_for_each_hundred_items(moto: Aws) -> None:
    many = many_editions(94)
    store_publication(many, moto.charts())
    client = moto.client()
    with metered(client, moto.client()) as meter:
        found = moto.charts(client).editions(
            many.chart.id, {WEEK: [its.territory for its in many.editions], NEXT_WEEK: ["T001"]}
        )
    assert {its.territory: its for its in many.editions} == found[WEEK]
    assert meter.requests == {"BatchGetItem": 1}


def test_the_neighbours_of_a_period_are_the_latest_up_to_it_and_the_earliest_after(place: Place) -> None:
    assert place.charts().neighbours("weekly-tv", WEEK) == []
    days = [date(2021, 12, 26), date(2022, 1, 2), date(2022, 3, 6)]
    for day in days:
        store_publication(publication(day, edition("US", "Ozark")), place.charts())
    store_publication(publication(date(2022, 1, 3), edition("US", "Ozark"), of="weekly-films"), place.charts())

    def beside(period: date) -> list[date]:
        return [summary.period for summary in place.charts().neighbours("weekly-tv", period)]

    assert beside(date(2021, 12, 25)) == days[:1]
    assert beside(date(2021, 12, 26)) == days[:2]
    assert beside(date(2022, 1, 4)) == days[1:]
    assert beside(date(2022, 3, 6)) == days[2:]
    assert beside(date(9999, 12, 31)) == days[2:]


def test_what_is_absent_is_stored_with_its_publication(place: Place) -> None:
    cut = RanksIncomplete("somewhere", "nine of ten ranks")
    whole = publication(WEEK, edition("US", "Ozark"))
    store_publication(replace(whole, set_aside={"KR": cut}), place.charts())
    stored = place.charts().summary("weekly-tv", WEEK)
    assert stored
    assert (list(stored.number_ones), stored.absent) == (["US"], {"KR": Absence(AbsenceKind.SET_ASIDE)})
    place.charts().put([withdraw(place.charts(), "weekly-tv", WEEK, "US", "a test file")])
    place.charts().put([declare_unpublished(place.charts(), "weekly-tv", WEEK, "KR", "the publisher")])
    place.charts().put([declare_unpublished(place.charts(), "weekly-tv", NEXT_WEEK, None, "the publisher")])
    stored = place.charts().summary("weekly-tv", WEEK)
    assert stored
    assert stored.number_ones == {}
    assert stored.absent == {
        "KR": Absence(AbsenceKind.NOT_PUBLISHED, source="the publisher"),
        "US": Absence(AbsenceKind.WITHDRAWN, edition("US", "Ozark").digest(), "a test file"),
    }
    assert current(place.charts()) == {"US": edition("US", "Ozark")}, "what was withdrawn is kept"
    (_, empty) = place.charts().summaries("weekly-tv")
    assert (empty.period, list(empty.absent)) == (NEXT_WEEK, ["*"])
    place.charts().put([reinstate(place.charts(), "weekly-tv", WEEK, "US")])
    store_publication(publication(WEEK, edition("KR", "Squid Game"), edition("US", "Ozark")), place.charts())
    stored = place.charts().summary("weekly-tv", WEEK)
    assert stored
    assert (list(stored.number_ones), stored.absent) == (["KR", "US"], {})


def test_what_was_filled_in_by_hand_is_stored_with_its_source(place: Place) -> None:
    store_publication(publication(WEEK, edition("US", "Ozark")), place.charts())
    said = by_hand("a paper", "2022-03-01T00:00:00Z", b"Squid Game")
    place.charts().put([fill(place.charts(), "weekly-tv", NEXT_WEEK, edition("US", "Squid Game"), said)])
    stored = place.charts().summary("weekly-tv", NEXT_WEEK)
    assert stored
    assert stored.by_hand == {"US": said}
    assert stored.provenance == said


def test_what_a_provider_dropped_is_marked_until_it_is_back(place: Place) -> None:
    charts, this = place.charts(), publication(WEEK, edition("KR", "Maid"), edition("US", "Ozark"))
    first, last = (publication(period, edition("US", "Dark")) for period in (date(2022, 1, 30), NEXT_WEEK))

    def arrives(*publications: Publication, accepted: bool = False) -> PublicationSummary | None:
        """Ingest a document of a whole history, and return what is stored of the week."""
        ingest(
            "a provider",
            b"",
            Provenance("all.tsv", None, "0"),
            parse=lambda _body, _provenance: publications,
            whole_history=True,
            archive=NoArchive(),
            charts=charts,
            accepted=accepted,
        )
        return place.charts().summary("weekly-tv", WEEK)

    whole = arrives(first, this, last)
    assert whole
    dropped = replace(whole, dropped=("KR", "US"))
    assert arrives(first, last, accepted=True) == dropped
    assert arrives(first, last) == dropped
    charts.put([withdraw(charts, "weekly-tv", WEEK, "US")])
    charts.put([reinstate(charts, "weekly-tv", WEEK, "US")])
    assert place.charts().summary("weekly-tv", WEEK) == dropped
    assert arrives(first, this, last) == whole


def test_what_was_made_of_another_publication_is_not_written(place: Place) -> None:
    charts = place.charts()
    store_publication(publication(WEEK, edition("US", "Maid")), charts)
    before, update = charts.summary("weekly-tv", WEEK), withdraw(charts, "weekly-tv", WEEK, "US")
    store_publication(publication(WEEK, edition("US", "Dark"), sha256="1"), charts)
    assert not charts.put_if(update, before)
    now = charts.summary("weekly-tv", WEEK)
    assert now
    assert [ones[0].title for ones in now.number_ones.values()] == ["Dark"]
    assert charts.put_if(withdraw(charts, "weekly-tv", WEEK, "US"), now)
    never = declare_unpublished(charts, "weekly-tv", NEXT_WEEK, None, "somebody")
    assert charts.put_if(never, None)
    assert not charts.put_if(never, None)
