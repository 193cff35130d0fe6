"""Reading the shards of a stream."""

import pytest
from botocore.exceptions import ClientError

from chartwatch_local.streams import Stream, event_record
from tests.unit.local.fake_streams import MADE, STREAM, FakeShard, FakeStreams, record, refusal


class Reader:
    """Reads the one shard of a stream."""

    def __init__(self, streams: FakeStreams) -> None:
        stream = Stream(streams, STREAM)
        (shard,) = stream.shards()
        self.pages = stream.read(shard)

    def numbers(self) -> list[int]:
        return [int(each["dynamodb"]["SequenceNumber"]) for each in next(self.pages)]


def test_an_iterator_that_has_expired_is_replaced_where_it_was() -> None:
    streams = FakeStreams({"a": FakeShard([1, 2, 3, 4])})
    reader = Reader(streams)
    assert reader.numbers() == [1, 2]
    streams.raises.append(refusal("ExpiredIteratorException"))
    assert reader.numbers() == []
    assert reader.numbers() == [3, 4]


def test_an_iterator_that_expires_before_anything_is_read_leads_to_the_beginning() -> None:
    streams = FakeStreams({"a": FakeShard([1])}, raises=[refusal("ExpiredIteratorException")])
    reader = Reader(streams)
    assert [reader.numbers(), reader.numbers()] == [[], [1]]


def test_behind_trimmed_records_reading_goes_on_with_the_oldest_that_is_left() -> None:
    streams = FakeStreams({"a": FakeShard([1, 2])})
    reader = Reader(streams)
    assert reader.numbers() == [1, 2]
    streams.shards["a"] = FakeShard([6, 7], oldest=6)
    streams.raises.append(refusal("TrimmedDataAccessException"))
    assert reader.numbers() == []
    assert reader.numbers() == [6, 7]


def test_an_iterator_is_replaced_also_when_its_place_was_trimmed_meanwhile() -> None:
    streams = FakeStreams({"a": FakeShard([1, 2])})
    reader = Reader(streams)
    assert reader.numbers() == [1, 2]
    streams.shards["a"] = FakeShard([6, 7], oldest=6)
    streams.raises.append(refusal("ExpiredIteratorException"))
    assert [reader.numbers() for _ in range(3)] == [[], [], [6, 7]]


def test_what_else_goes_wrong_is_raised() -> None:
    streams = FakeStreams({"a": FakeShard([1, 2, 3])})
    reader = Reader(streams)
    assert reader.numbers() == [1, 2]
    streams.raises.append(refusal("InternalServerError", 500))
    with pytest.raises(ClientError):
        reader.numbers()


def test_a_closed_shard_ends_when_it_is_read() -> None:
    reader = Reader(FakeStreams({"a": FakeShard([1, 2, 3], closed=True)}))
    assert [reader.numbers(), reader.numbers()] == [[1, 2], [3]]
    assert list(reader.pages) == []


def test_a_shard_is_continued_by_its_children() -> None:
    shards = {"child": FakeShard([3], "parent"), "parent": FakeShard([1], "trimmed"), "other": FakeShard([1])}
    stream = Stream(FakeStreams(shards), STREAM)
    assert stream.shards() == ["parent", "other"]
    assert stream.shards("parent") == ["child"]
    assert stream.shards("child") == []


def test_a_record_stands_in_an_event_as_json_and_with_its_stream() -> None:
    by = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
    said = event_record({**record(1), "userIdentity": by}, STREAM)
    assert said["eventSourceARN"] == STREAM
    assert said["dynamodb"] == {
        "SequenceNumber": "1",
        "ApproximateCreationDateTime": MADE.timestamp(),
        "Keys": {"pk": {"B": "/w=="}},
    }
    assert said["userIdentity"] == {"principalId": "dynamodb.amazonaws.com", "type": "Service"}
