"""Claims about every chart store, and about how the one on DynamoDB comes through trouble."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.table import ATTEMPTS
from chartwatch.domain.charts import Cadence, Chart, Edition, Entry, Era, Kind, Provenance, Publication
from chartwatch.domain.ingestion import take_in
from chartwatch.domain.stores import ChartStore
from chartwatch.errors import StoreOverloaded
from tests.integration.conftest import Aws, Place

WEEK = date(2022, 2, 6)
NEXT_WEEK = date(2022, 2, 13)


def chart(chart_id: str = "weekly-tv") -> Chart:
    return Chart(
        chart_id, "the weekly chart", "a provider", Cadence.WEEK, 10, Kind.SERIES, (Era("hours"), Era("views", WEEK))
    )


def edition(territory: str, *titles: str) -> Edition:
    return Edition(territory, tuple(Entry(rank, title) for rank, title in enumerate(titles, 1)))


def publication(period: date, *editions: Edition, of: str = "weekly-tv", sha256: str = "0") -> Publication:
    return Publication(chart(of), period, editions, Provenance("https://example.org/all.tsv", None, sha256))


def current(charts: ChartStore) -> Mapping[str, Edition]:
    """Return the editions of the week as they are now."""
    return {territory: history[-1].edition for territory, history in charts.histories("weekly-tv", WEEK).items()}


def test_a_publication_is_read_as_it_was_written(place: Place) -> None:
    entries = (
        Entry(1, "지금 우리 학교는", "Season 1", Kind.SERIES, (("hours", "124790000"), ("weeks", "1"))),
        Entry(1, 'A tie, with "quotes" and #%', None, Kind.FILM),
        Entry(3, "Ozark"),
    )
    provenance = Provenance("https://example.org/all.tsv", "2022-02-08T20:00:00Z", "ab" * 32)
    written = Publication(chart(), WEEK, (Edition("KR", entries), edition("US", "Ozark")), provenance)
    take_in(written, place.charts())
    assert place.charts().summary("weekly-tv", WEEK) == written.summary()
    assert current(place.charts()) == {e.territory: e for e in written.editions}


def test_what_was_never_published_is_nothing(place: Place) -> None:
    charts = place.charts()
    assert list(charts.charts()) == []
    assert charts.summary("weekly-tv", WEEK) is None
    assert charts.summaries("weekly-tv") == []
    assert current(charts) == {}


def test_publications_come_oldest_first_from_a_day_to_a_day(place: Place) -> None:
    days = [date(2021, 12, 26), date(2022, 1, 2), date(2022, 1, 9), date(2022, 1, 16)]
    for day in (days[2], days[0], days[3], days[1]):
        take_in(publication(day, edition("US", f"Number one of {day}")), place.charts())
    take_in(publication(days[1], edition("US", "Elsewhere"), of="weekly-films"), place.charts())

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
            take_in(publication(day, edition("US", "Ozark"), of=of), place.charts())
    assert list(place.charts().charts()) == ["weekly-films", "weekly-tv"]


def test_a_revision_writes_the_changed_editions_and_keeps_the_others(place: Place) -> None:
    take_in(publication(WEEK, edition("KR", "Ozark"), edition("US", "Ozark")), place.charts())
    revised = publication(WEEK, edition("KR", "Hellbound"), edition("US", "Ozark"), sha256="1")
    take_in(revised, place.charts())
    assert place.charts().summary("weekly-tv", WEEK) == revised.summary()
    assert current(place.charts()) == {e.territory: e for e in revised.editions}


def test_a_publication_may_have_more_editions_than_a_batch_takes(place: Place) -> None:
    many = publication(WEEK, *(edition(f"T{number:03d}", f"Title {number}") for number in range(251)))
    take_in(many, place.charts())
    assert current(place.charts()) == {e.territory: e for e in many.editions}


class Cut(Exception):
    """The process ends here."""


def test_wherever_a_writer_is_cut_short_there_is_no_publication_without_its_editions(aws: Aws) -> None:
    many = publication(WEEK, *(edition(f"T{number:03d}", f"Title {number}") for number in range(60)))
    calls = 0
    for survived in range(20):
        client = aws.client()
        left = survived

        def cut_short(**_: Any) -> None:
            nonlocal left
            if left == 0:
                raise Cut
            left -= 1

        client.meta.events.register("before-call.dynamodb", cut_short)
        try:
            take_in(many, aws.charts(client))
        except Cut:
            assert aws.charts().summary("weekly-tv", WEEK) is None
            assert current(aws.charts()) == {}
        else:
            calls = survived
            break
    assert calls == 4, "three batches of editions, then the publication"
    assert len(current(aws.charts())) == 60


def leave_half_undone(client: Any, operation: str, answer: str) -> list[int]:
    """Let DynamoDB do only half of each batch, and say what it left; return a log of how much it was asked for."""
    asked: list[int] = []
    undone: list[Mapping[str, Any]] = []

    def trim(params: dict[str, Any], **_: Any) -> dict[str, Any]:
        ((table, wanted),) = params["RequestItems"].items()
        requests = wanted["Keys"] if operation == "BatchGetItem" else wanted
        half = (len(requests) + 1) // 2
        asked.append(len(requests))

        def batch(some: Sequence[Any]) -> dict[str, Any]:
            return {table: {**wanted, "Keys": some} if operation == "BatchGetItem" else some} if some else {}

        undone.append(batch(requests[half:]))
        return {"RequestItems": batch(requests[:half])}

    def own_up(parsed: dict[str, Any], **_: Any) -> None:
        parsed[answer] = undone.pop()

    client.meta.events.register(f"provide-client-params.dynamodb.{operation}", trim)
    client.meta.events.register(f"after-call.dynamodb.{operation}", own_up)
    return asked


def test_editions_that_dynamodb_leaves_unprocessed_are_written_again(aws: Aws) -> None:
    client = aws.client()
    asked = leave_half_undone(client, "BatchWriteItem", "UnprocessedItems")
    many = publication(WEEK, *(edition(f"T{number:03d}", f"Title {number}") for number in range(40)))
    take_in(many, aws.charts(client))
    assert asked == [25, 12, 6, 3, 1, 16, 8, 4, 2, 1]
    assert current(aws.charts()) == {e.territory: e for e in many.editions}
    assert len(aws.pauses) == 8, "a pause before each new attempt"


def test_keys_that_dynamodb_leaves_unprocessed_are_read_again(aws: Aws) -> None:
    many = publication(WEEK, *(edition(f"T{number:03d}", f"Title {number}") for number in range(110)))
    take_in(many, aws.charts())
    client = aws.client()
    asked = leave_half_undone(client, "BatchGetItem", "UnprocessedKeys")
    wanted = [keys.edition("weekly-tv", WEEK, edition.territory) for edition in many.editions]
    found = aws.table("ChartsTable", client).get_all([*wanted, keys.edition("weekly-tv", WEEK, "nowhere"), wanted[0]])
    assert len(found) == 110
    assert asked == [100, 50, 25, 12, 6, 3, 1, 11, 5, 2, 1]


def test_a_table_that_takes_nothing_is_given_up_on_and_nothing_is_called_published(moto: Aws) -> None:
    client = moto.client()

    def refuse(params: dict[str, Any], **_: Any) -> Any:
        refused.append(params["RequestItems"])
        return {"RequestItems": {moto.names["ChartsTable"]: [{"DeleteRequest": {"Key": nothing}}]}}

    def own_up(parsed: dict[str, Any], **_: Any) -> None:
        parsed["UnprocessedItems"] = refused[-1]

    refused: list[Any] = []
    nothing = {"pk": {"S": "nothing"}, "sk": {"S": "nothing"}}
    client.meta.events.register("provide-client-params.dynamodb.BatchWriteItem", refuse)
    client.meta.events.register("after-call.dynamodb.BatchWriteItem", own_up)
    with pytest.raises(StoreOverloaded, match="is overloaded: 2 items are undone"):
        take_in(publication(WEEK, edition("US", "Ozark")), moto.charts(client))
    assert len(refused) == ATTEMPTS
    assert all(pause <= 5 for pause in moto.pauses)
    assert moto.charts().summary("weekly-tv", WEEK) is None


def test_editions_are_known_of_before_their_publication(moto: Aws) -> None:
    store = moto.charts()
    assert not store.has_editions("weekly", date(2022, 1, 2))
    moto.table("ChartsTable").put({"pk": {"S": "weekly#2022-01-02"}, "sk": {"S": "EDITION#US"}})
    assert store.has_editions("weekly", date(2022, 1, 2))
    assert not store.has_editions("weekly", date(2022, 1, 9))
