"""Claims about catalogs, the outbox and archives, wherever they are kept."""

import gzip
import hashlib
import os
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.adapters.catalog_file import parse_catalog, read_catalog, write_catalog
from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.outbox import DynamoOutbox
from chartwatch.adapters.folder import FolderArchive
from chartwatch.adapters.layer_file import write_layer
from chartwatch.adapters.s3 import S3Archive, put_once
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.facts import Confidence, Layer
from chartwatch.domain.works.layers import layer_of
from chartwatch.domain.works.work import KINDS, Kind, Work
from chartwatch.errors import CatalogProblem, StoryInDoubt
from chartwatch.services.delivery_ports import Checkpoint, Delivery, Lease
from tests.integration.conftest import Aws, Place, Repeating

DARK = Work(
    "dark",
    'Dark, "the" one',
    Kind.SERIES,
    "de",
    ("DE", "US"),
    date(2017, 12, 1),
    ("Тьма", "暗黑, 黑"),
    "a file",
    "high",
)
HEAT = Work("unlisted:any:heat", "Heat\nin two lines")


# Catalogs.

words = st.text(st.characters(codec="utf-8", exclude_characters=";\x00"), min_size=1).map(str.strip).filter(bool)
works = st.builds(
    Work,
    id=words,
    title=words,
    kind=st.none() | st.sampled_from(KINDS),
    original_language=st.none() | st.sampled_from(("de", "en", "yue")),
    origin_countries=st.lists(st.sampled_from(("DE", "KR", "US")), max_size=3, unique=True).map(tuple),
    release_date=st.none() | st.dates(date(1000, 1, 1), date(2999, 12, 31)),
    aliases=st.lists(words, max_size=3).map(tuple),
    source=st.just("") | words,
    confidence=st.sampled_from(["", *(its.value for its in Confidence)]),
)


@given(st.lists(works, unique_by=lambda work: work.id))
def test_a_catalog_that_is_written_is_read_as_the_same_catalog(these: list[Work]) -> None:
    catalog = Catalog(these)
    again = parse_catalog(write_catalog(catalog), "again.csv")
    assert list(again) == list(catalog)
    assert again.version == catalog.version


@pytest.mark.skipif("CHARTWATCH_DATA" not in os.environ, reason="CHARTWATCH_DATA names no folder of published charts")
def test_the_catalog_of_the_published_charts_is_written_as_the_same_catalog() -> None:
    catalog = read_catalog(Path(os.environ["CHARTWATCH_DATA"]) / "catalog.csv")
    assert len(catalog) > 1000
    assert parse_catalog(write_catalog(catalog), "again.csv").version == catalog.version


def test_a_catalog_that_cannot_be_read_is_called_by_its_name() -> None:
    with pytest.raises(CatalogProblem, match="the catalog in force, line 2, column title: is empty"):
        parse_catalog(write_catalog(Catalog([Work("dark", "")])), "the catalog in force")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "a file: is empty"),
        (b" \n", "a file: is empty"),
        (b"<!DOCTYPE html>\n<p>", "a file, line 1: is a page of markup, not a CSV file"),
        (b"title\nDark\n", "a file, line 1: the column work_id is missing"),
    ],
)
def test_what_is_no_catalog_is_called_what_it_is(body: bytes, said: str) -> None:
    with pytest.raises(CatalogProblem) as refused:
        parse_catalog(body, "a file")
    assert str(refused.value) == said


HEADER = "work_id,title,kind,original_language,origin_countries,release_date"


@pytest.mark.parametrize("header", [f"{HEADER},confidence", f"{HEADER.upper()}, Confidence ", f"{HEADER},CONFIDENCE"])
def test_a_column_of_a_catalog_may_be_written_in_either_case(header: str) -> None:
    (work,) = parse_catalog(f"{header}\ndark,Dark,series,de,DE,,low\n".encode(), "a file")
    assert (work.original_language, work.confidence) == ("de", "low")


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("confidense", "the column 'confidense' is none that is known; did you mean confidence?"),
        ("Creator", "the column 'Creator' is none that is known; did you mean creators?"),
        ("alias", "the column 'alias' is none that is known; did you mean aliases?"),
        ("Title", "the column title stands there twice"),
    ],
)
def test_a_column_of_a_catalog_that_is_nearly_one_is_not_passed_over(column: str, said: str) -> None:
    with pytest.raises(CatalogProblem) as refused:
        parse_catalog(f"{HEADER},{column}\ndark,Dark,series,de,DE,,low\n".encode(), "a file")
    assert str(refused.value) == f"a file, line 1: {said}"


def test_a_column_of_a_catalog_that_is_somebodys_own_is_passed_over() -> None:
    (work,) = parse_catalog(f"{HEADER},note,budget\ndark,Dark,series,de,DE,,seen,9\n".encode(), "a file")
    assert work.title == "Dark"


def test_the_catalog_in_force_is_empty_at_first_and_then_the_last_one_put_there(place: Place) -> None:
    reader = place.catalogs()
    assert len(reader.current()) == 0
    assert reader.current().version == Catalog().version
    for these in ([DARK], [DARK, HEAT], [HEAT]):
        place.catalogs().replace(Layer.OWN_FILE, layer_of(these, Layer.OWN_FILE, "own file"))
        for catalogs in (reader, place.catalogs()):
            assert list(catalogs.current()) == these
            assert catalogs.current().version == Catalog(these).version
            assert catalogs.current() is catalogs.current(), "it is read once"
    for these in ([], [DARK], [DARK, HEAT]):
        found = reader.earlier(Catalog(these).version)
        assert found is not None
        assert list(found) == these
    assert reader.earlier(Catalog([replace(HEAT, title="Heat 2")]).version) is None


def test_a_catalog_is_in_force_when_all_of_it_is_there(aws: Aws) -> None:
    aws.catalogs().replace(Layer.OWN_FILE, layer_of([DARK], Layer.OWN_FILE, "own file"))
    client = aws.client()

    def end(**_: Any) -> None:
        raise ConnectionError

    client.meta.events.register("before-call.dynamodb.PutItem", end)
    with pytest.raises(ConnectionError):
        aws.catalogs(client).replace(Layer.OWN_FILE, layer_of([HEAT], Layer.OWN_FILE, "own file"))
    assert list(aws.catalogs().current()) == [DARK]
    aws.catalogs().replace(Layer.OWN_FILE, layer_of([HEAT], Layer.OWN_FILE, "own file"))
    assert list(aws.catalogs().current()) == [HEAT]


def test_the_catalog_in_force_put_there_again_is_not_written_again(aws: Aws) -> None:
    """A write would wake the detector."""
    aws.catalogs().replace(Layer.OWN_FILE, layer_of([DARK], Layer.OWN_FILE, "own file"))
    item = aws.table("CatalogTable").existing(keys.CURRENT_CATALOG)
    client = aws.client()
    refused: list[int] = []
    client.meta.events.register(
        "after-call.dynamodb.PutItem", lambda http_response, **_: refused.append(http_response.status_code)
    )
    aws.catalogs(client).replace(Layer.OWN_FILE, layer_of([DARK], Layer.OWN_FILE, "own file"))
    assert set(refused) == {400}
    assert aws.table("CatalogTable").existing(keys.CURRENT_CATALOG) == item


def test_a_catalog_document_that_is_missing_is_an_error_and_not_an_empty_catalog(aws: Aws) -> None:
    aws.catalogs().replace(Layer.OWN_FILE, layer_of([DARK], Layer.OWN_FILE, "own file"))
    for kept in aws.s3.list_objects_v2(Bucket=aws.bucket)["Contents"]:
        aws.s3.delete_object(Bucket=aws.bucket, Key=kept["Key"])
    with pytest.raises(ClientError, match="NoSuchKey"):
        aws.catalogs().current()
    with pytest.raises(ClientError, match="NoSuchKey"):
        aws.catalogs().layer(Layer.OWN_FILE)


# The outbox.

STORY = "weekly:00000001:dark"


def taken(place: Place, story: str = STORY) -> Lease:
    lease = place.outbox().take(story)
    assert lease is not None
    return lease


def test_stories_are_told_apart_however_long_the_titles_in_them(place: Place) -> None:
    long = f"weekly:00000001:unlisted:film:{'#1 Ähnlich und lang ' * 500}"
    stories = [STORY, "weekly:00000001:a#b", "weekly:00000001:a%23b", f"{long}1", f"{long}2"]
    leases = {story: taken(place, story) for story in stories}
    assert place.outbox().deliveries(stories) == leases
    second = place.outbox().take_over(leases[f"{long}1"])
    assert second is not None
    assert second.story == f"{long}1"
    assert place.outbox().witness(f"{long}2")
    place.outbox().settle(second, "message 1")
    assert place.outbox().deliveries(stories) == {
        **leases,
        f"{long}1": Delivery.SENT,
        f"{long}2": Delivery.SENT,
    }


def test_a_story_is_taken_once_and_after_it_was_settled_never_again(place: Place) -> None:
    lease = taken(place)
    assert taken(place, "weekly:00000002:dark").story == "weekly:00000002:dark", "another story"
    place.outbox().settle(lease, "message 1")
    assert place.outbox().take(STORY) is None
    assert place.outbox().take(STORY) is None


def test_a_story_that_was_taken_and_not_settled_is_in_doubt(place: Place) -> None:
    lease = taken(place)
    for _ in range(2):
        with pytest.raises(StoryInDoubt, match=STORY):
            place.outbox().take(STORY)
    place.outbox().settle(lease, "message 1")
    assert place.outbox().take(STORY) is None


def test_a_story_that_was_given_back_can_be_taken_once_more(place: Place) -> None:
    for _ in range(3):
        lease = taken(place)
        with pytest.raises(StoryInDoubt):
            place.outbox().take(STORY)
        place.outbox().release(lease)
    lease = taken(place)
    place.outbox().settle(lease, "message 1")
    place.outbox().release(lease)
    assert place.outbox().take(STORY) is None, "what is out cannot be given back"


def test_a_story_is_taken_over_once_and_from_the_attempt_that_was_meant_alone(place: Place) -> None:
    stale = taken(place)
    second = place.outbox().take_over(stale)
    assert second is not None
    assert second.attempt != stale.attempt
    assert place.outbox().take_over(stale) is None
    place.outbox().release(stale)
    assert place.outbox().deliveries([STORY]) == {STORY: second}, "the first attempt has nothing to give back any more"
    place.outbox().settle(stale, "message 1")
    assert place.outbox().take_over(second) is None, "whoever sent it, it is out"


def test_a_story_whose_message_was_seen_is_sent_whatever_stood_there(place: Place) -> None:
    under_way, given_back = taken(place), taken(place, "given back")
    place.outbox().release(given_back)
    for story in (STORY, "given back", "never taken"):
        assert place.outbox().witness(story) is True
        assert place.outbox().witness(story) is False
        assert place.outbox().take(story) is None
    place.outbox().release(under_way)
    place.outbox().settle(under_way, "message 1")
    assert place.outbox().take(STORY) is None


def test_the_outbox_says_what_became_of_stories(place: Place) -> None:
    lease = taken(place)
    place.outbox().release(taken(place, "given back"))
    place.outbox().settle(taken(place, "sent"), "message 1")
    assert place.outbox().deliveries([STORY, "given back", "sent", "never taken"]) == {
        STORY: lease,
        "given back": Delivery.PENDING,
        "sent": Delivery.SENT,
    }
    assert place.outbox().deliveries([]) == {}


def test_a_story_whose_taking_is_asked_for_again_by_the_client_is_not_in_doubt(aws: Aws) -> None:
    outbox = aws.outbox(Repeating(aws.client()))
    lease = outbox.take(STORY)
    assert lease is not None
    lease = outbox.take_over(lease)
    assert lease is not None
    outbox.settle(lease, "message 1")
    assert outbox.take(STORY) is None
    another = outbox.take("weekly:00000002:dark")
    assert another is not None
    outbox.release(another)
    assert outbox.take("weekly:00000002:dark")


def test_the_stories_table_says_when_and_as_which_message_a_story_was_sent(aws: Aws) -> None:
    aws.outbox().settle(taken(aws), "message 1")
    item = aws.table("StoriesTable").existing(keys.story(STORY))
    assert item["delivery"] == {"S": "SENT"}
    assert item["message_id"] == {"S": "message 1"}
    assert item["taken_at"]["S"] <= item["sent_at"]["S"]


@pytest.mark.parametrize(("microsecond", "kept"), [(999_999, 999_000), (1_000, 1_000), (999, 0)])
def test_the_times_of_the_stories_table_are_in_utc_to_the_millisecond_downwards(
    moto: Aws, microsecond: int, kept: int
) -> None:
    assert taken(moto).taken_at.tzinfo is UTC
    late = datetime(2022, 2, 4, 23, 59, 59, microsecond, tzinfo=UTC)
    lease = DynamoOutbox(moto.table("StoriesTable"), lambda: late).take("weekly:00000002:dark")
    assert lease is not None
    assert lease.taken_at == late.replace(microsecond=kept)
    assert moto.outbox().deliveries([lease.story]) == {lease.story: lease}


# Checkpoints.


def test_a_checkpoint_is_nowhere_at_first_and_then_what_was_noted_last(place: Place) -> None:
    assert place.checkpoints().checkpoint("weekly") == Checkpoint(0)
    place.checkpoints().advance("weekly", Checkpoint(3))
    place.checkpoints().advance("weekly", Checkpoint(4))
    assert place.checkpoints().checkpoint("weekly") == Checkpoint(4)
    assert place.checkpoints().checkpoint("daily") == Checkpoint(0)


def test_the_subscribers_that_were_known_are_remembered_none_included(place: Place) -> None:
    assert place.checkpoints().subscribers() == frozenset()
    for known in (frozenset({"a", "b"}), frozenset[str](), frozenset({"b"})):
        place.checkpoints().note_subscribers(known)
        assert place.checkpoints().subscribers() == known


# Archives.


def test_a_folder_stores_raw_files_as_they_came(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path / "not" / "there yet")
    bodies = [b"", b"a\tb\r\n\x00\xff", b"x" * 3_000_000]
    for body in (*bodies, *bodies):
        archive.put(hashlib.sha256(body).hexdigest(), body)
    assert [archive.get(hashlib.sha256(body).hexdigest()) for body in bodies] == bodies
    assert archive.get("0" * 64) is None
    kept = {path.name: path.read_bytes() for path in (tmp_path / "not" / "there yet").iterdir()}
    assert kept == {hashlib.sha256(body).hexdigest(): body for body in bodies}


def test_a_raw_file_that_cannot_be_stored_leaves_nothing_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="no space left"):
        FolderArchive(tmp_path).put("ab", b"body")
    assert list(tmp_path.iterdir()) == []


def test_writers_of_one_raw_file_do_not_disturb_each_other(tmp_path: Path) -> None:
    archive, body = FolderArchive(tmp_path), b"x" * 1_000_000
    writers = [threading.Thread(target=archive.put, args=("ab", body)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"ab": body}


def test_s3_stores_raw_files_once_and_gzipped(aws: Aws) -> None:
    archive, body = S3Archive(aws.s3, aws.bucket), b"week\ttitle\n" * 1000
    sha256 = hashlib.sha256(body).hexdigest()
    archive.put(sha256, body)
    kept = aws.s3.get_object(Bucket=aws.bucket, Key=f"raw/{sha256}")
    assert kept["ContentEncoding"] == "gzip"
    assert gzip.decompress(kept["Body"].read()) == body
    assert (archive.get(sha256), archive.get("0" * 64)) == (body, None)
    archive.put(sha256, b"what is stored is not overwritten")
    assert gzip.decompress(aws.s3.get_object(Bucket=aws.bucket, Key=f"raw/{sha256}")["Body"].read()) == body


def test_s3_keeps_catalogs_by_their_bytes(aws: Aws) -> None:
    own = layer_of([DARK], Layer.OWN_FILE, "own file")
    for _ in range(2):
        aws.catalogs().replace(Layer.OWN_FILE, own)
    whole, layer, starter = write_catalog(Catalog([DARK])), write_layer(own), write_layer(())
    kept = {
        its["Key"]: aws.s3.get_object(Bucket=aws.bucket, Key=its["Key"])["Body"].read()
        for its in aws.s3.list_objects_v2(Bucket=aws.bucket)["Contents"]
    }
    assert kept == {
        f"catalog/{hashlib.sha256(whole).hexdigest()}.csv": whole,
        f"catalog/own-file/{hashlib.sha256(layer).hexdigest()}.json": layer,
        f"catalog/starter/{hashlib.sha256(starter).hexdigest()}.json": starter,
    }


def test_a_bucket_that_is_not_there_is_an_error(moto: Aws) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        put_once(moto.s3, Bucket="another", Key="ab", Body=b"")
