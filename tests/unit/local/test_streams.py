"""Reading the shards of a stream."""

import pytest
from botocore.exceptions import ClientError

from chartwatch_local.streams import ShardReader, Stream, event_record
from tests.unit.local.fake_streams import MADE, STREAM, FakeShard, FakeStreams, record, refusal


def numbers(reader: ShardReader) -> list[int]:
    return [int(each["dynamodb"]["SequenceNumber"]) for each in reader.read()]


def reader_of(streams: FakeStreams) -> ShardReader:
    (reader,) = Stream(streams, STREAM).open(())
    return reader


def test_an_iterator_that_has_expired_is_replaced_where_it_was() -> None:
    streams = FakeStreams({"a": FakeShard([1, 2, 3, 4])})
    reader = reader_of(streams)
    assert numbers(reader) == [1, 2]
    streams.raises.append(refusal("ExpiredIteratorException"))
    assert numbers(reader) == []
    assert numbers(reader) == [3, 4]


def test_an_iterator_that_expires_before_anything_is_read_leads_to_the_beginning() -> None:
    streams = FakeStreams({"a": FakeShard([1])}, raises=[refusal("ExpiredIteratorException")])
    reader = reader_of(streams)
    assert [numbers(reader), numbers(reader)] == [[], [1]]


def test_behind_trimmed_records_reading_goes_on_with_the_oldest_that_is_left() -> None:
    streams = FakeStreams({"a": FakeShard([1, 2])})
    reader = reader_of(streams)
    assert numbers(reader) == [1, 2]
    streams.shards["a"] = FakeShard([6, 7], oldest=6)
    streams.raises.append(refusal("TrimmedDataAccessException"))
    assert numbers(reader) == []
    assert numbers(reader) == [6, 7]


def test_an_iterator_is_replaced_also_when_its_place_was_trimmed_meanwhile() -> None:
    streams = FakeStreams({"a": FakeShard([1, 2])})
    reader = reader_of(streams)
    assert numbers(reader) == [1, 2]
    streams.shards["a"] = FakeShard([6, 7], oldest=6)
    streams.raises.append(refusal("ExpiredIteratorException"))
    assert [numbers(reader) for _ in range(3)] == [[], [], [6, 7]]


def test_what_else_goes_wrong_is_raised_and_nothing_is_skipped() -> None:
    streams = FakeStreams({"a": FakeShard([1, 2, 3])})
    reader = reader_of(streams)
    numbers(reader)
    streams.raises.append(refusal("InternalServerError", 500))
    with pytest.raises(ClientError):
        reader.read()
    assert numbers(reader) == [3]


def test_a_closed_shard_is_over_when_it_is_read() -> None:
    reader = reader_of(FakeStreams({"a": FakeShard([1, 2, 3], closed=True)}))
    assert numbers(reader) == [1, 2]
    assert not reader.is_over
    assert numbers(reader) == [3]
    assert reader.is_over


def test_children_open_when_their_parent_is_finished() -> None:
    shards = {"child": FakeShard([3], "parent"), "parent": FakeShard([1], "trimmed"), "other": FakeShard([1])}
    stream = Stream(FakeStreams(shards), STREAM)
    assert [reader.shard for reader in stream.open(())] == ["parent", "other"]
    assert stream.open(()) == []
    assert [reader.shard for reader in stream.open({"parent"})] == ["child"]


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
