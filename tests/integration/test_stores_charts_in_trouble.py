"""How the chart store on DynamoDB comes through trouble: writers that are cut short, and a table that does half."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import count, islice
from typing import Any

import pytest

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.table import ATTEMPTS
from chartwatch.domain.charts.publications import (
    Edition,
    Entry,
    Publication,
)
from chartwatch.domain.works.renames import Renaming
from chartwatch.domain.works.work import Kind
from chartwatch.errors import StoreOverloaded
from chartwatch.services.ports import ChartStore
from chartwatch.services.updating import store_publication
from tests.integration.conftest import Aws
from tests.stored_charts import (
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    WEEK,
    current,
    edition,
    many_editions,
    publication,
    requests,
    stored_versions,
    take_in,
    titles,
)


class Cut(Exception):
    """The process ends here."""


def writers_cut_short(aws: Aws, write: Callable[[ChartStore], object]) -> Iterator[int]:
    """Let a writer end before its first call, then another before its second, until one gets through.

    Yields, after each that was cut short, how many calls it had made.
    """
    for survived in count():
        client = aws.client()
        left = survived

        def cut_short(**_: Any) -> None:
            nonlocal left
            if left == 0:
                raise Cut
            left -= 1

        client.meta.events.register("before-call.dynamodb", cut_short)
        try:
            write(aws.charts(client))
        except Cut:
            yield survived
        else:
            return


def test_editions_without_their_publication_are_not_read(moto: Aws) -> None:
    next(islice(writers_cut_short(moto, lambda charts: store_publication(many_editions(60), charts)), 4, None))
    written = publication(WEEK, edition("T000", "Another"), sha256="1")
    assert requests(moto, written) == {"GetItem": 1, "BatchWriteItem": 1, "PutItem": 1}
    assert moto.charts().summary("weekly-tv", WEEK) == written.summary()


def test_wherever_a_writer_is_cut_short_no_publication_lacks_its_editions(aws: Aws) -> None:
    many = many_editions(60)
    calls = 0
    for survived in writers_cut_short(aws, lambda charts: store_publication(many, charts)):
        assert aws.charts().summary("weekly-tv", WEEK) is None
        assert current(aws.charts()) == {}
        calls = survived + 1
    assert calls == 5, "the publication that is stored; then three batches of editions, then the publication"
    assert len(current(aws.charts())) == 60


def whole_revision(number: int, fetched_at: str) -> Sequence[Publication]:
    """Return six weeks of fifty editions, as a document has them that gives each another figure."""
    entries = (Entry(1, "Ozark", None, None, (("weeks", str(number)),)),)
    return [
        publication(
            WEEK - timedelta(7 * week),
            *(Edition(f"T{at:02d}", entries) for at in range(50)),
            sha256=str(number),
            fetched_at=fetched_at,
        )
        for week in reversed(range(6))
    ]


def test_a_revision_of_a_whole_history_that_is_cut_short_goes_on_where_it_was(moto: Aws) -> None:
    take_in(whole_revision(1, MONDAY), moto.charts())
    revised = whole_revision(2, TUESDAY)
    batches = 0

    def cut_short(**_: Any) -> None:
        nonlocal batches
        batches += 1
        if batches % 5 == 0:
            raise Cut

    def gets_through() -> bool:
        before = {its.digest for its in moto.charts().summaries("weekly-tv")}
        try:
            take_in(revised, moto.charts(client))
        except Cut:
            assert {its.digest for its in moto.charts().summaries("weekly-tv")} == before
            return False
        return True

    client = moto.client()
    client.meta.events.register("before-call.dynamodb.BatchWriteItem", cut_short)
    attempts = next(number for number in count(1) if gets_through())
    assert attempts == 4, "300 editions and the chart are 13 batches of 25, and each attempt but the last writes four"
    assert [its.digest for its in moto.charts().summaries("weekly-tv")] == [its.digest() for its in revised]


def named(title: str, fetched_at: str) -> Publication:
    """Return the week under a number one that shows by its hours to be the same work, whatever its title."""
    entry = Entry(1, title, None, Kind.SERIES, (("hours", "124790000"),))
    return publication(WEEK, Edition("US", (entry,)), sha256=title, fetched_at=fetched_at)


def renamed(fetched_at: str, before: str, after: str) -> Renaming:
    return Renaming(fetched_at, Kind.SERIES, before, after)


@pytest.mark.parametrize("survived", range(4))
def test_a_revision_that_was_cut_short_is_finished_by_the_same_document(aws: Aws, survived: int) -> None:
    first, second = named("Money Heist", MONDAY), named("La casa de papel", TUESDAY)
    store_publication(first, aws.charts())
    next(islice(writers_cut_short(aws, lambda charts: store_publication(second, charts)), survived, None))
    assert aws.charts().summary("weekly-tv", WEEK) == first.summary(), "this is what the detector reads"
    assert store_publication(second, aws.charts())
    assert aws.charts().summary("weekly-tv", WEEK) == second.summary(
        (renamed(TUESDAY, "Money Heist", "La casa de papel"),)
    )
    assert titles(stored_versions(aws.charts())["US"]) == [["Money Heist"], ["La casa de papel"]]
    assert not store_publication(second, aws.charts())


def test_a_revision_that_was_cut_short_is_finished_by_another_document(aws: Aws) -> None:
    store_publication(named("Money Heist", MONDAY), aws.charts())
    second, third = named("La casa de papel", TUESDAY), named("Haus des Geldes", WEDNESDAY)
    next(islice(writers_cut_short(aws, lambda charts: store_publication(second, charts)), 3, None))
    store_publication(third, aws.charts())
    assert aws.charts().summary("weekly-tv", WEEK) == third.summary(
        (
            renamed(TUESDAY, "Money Heist", "La casa de papel"),
            renamed(WEDNESDAY, "La casa de papel", "Haus des Geldes"),
        )
    )


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
    many = many_editions(40)
    store_publication(many, aws.charts(client))
    assert asked == [25, 12, 6, 3, 1, 16, 8, 4, 2, 1]
    assert current(aws.charts()) == {e.territory: e for e in many.editions}
    assert len(aws.pauses) == 8, "a pause before each new attempt"


def test_keys_that_dynamodb_leaves_unprocessed_are_read_again(aws: Aws) -> None:
    many = many_editions(110)
    store_publication(many, aws.charts())
    client = aws.client()
    asked = leave_half_undone(client, "BatchGetItem", "UnprocessedKeys")
    wanted = [keys.edition("weekly-tv", WEEK, edition.territory) for edition in many.editions]
    found = aws.table("ChartsTable", client).get_all([*wanted, keys.edition("weekly-tv", WEEK, "nowhere"), wanted[0]])
    assert len(found) == 110
    assert asked == [100, 50, 25, 12, 6, 3, 1, 11, 5, 2, 1]


def test_a_table_that_takes_nothing_is_given_up_and_nothing_is_published(moto: Aws) -> None:
    client = moto.client()

    def take_nothing(params: dict[str, Any], **_: Any) -> Any:
        asked.append(params["RequestItems"])
        return {"RequestItems": {moto.names["ChartsTable"]: [{"DeleteRequest": {"Key": nothing}}]}}

    def own_up(parsed: dict[str, Any], **_: Any) -> None:
        parsed["UnprocessedItems"] = asked[-1]

    asked: list[Any] = []
    nothing = {"pk": {"S": "nothing"}, "sk": {"S": "nothing"}}
    client.meta.events.register("provide-client-params.dynamodb.BatchWriteItem", take_nothing)
    client.meta.events.register("after-call.dynamodb.BatchWriteItem", own_up)
    with pytest.raises(StoreOverloaded, match="is overloaded: 2 items are undone"):
        store_publication(publication(WEEK, edition("US", "Ozark")), moto.charts(client))
    assert len(asked) == ATTEMPTS
    assert all(pause <= 5 for pause in moto.pauses)
    assert moto.charts().summary("weekly-tv", WEEK) is None
