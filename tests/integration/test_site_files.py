"""Where a site's files are: a folder and a bucket alike; and the queue by which it is told, as SQS has it."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import boto3
import pytest
from moto import mock_aws

from chartwatch.adapters.site_bucket import CACHED, IN_HAND, ONE_EACH, TYPES, SiteBucket, media_type
from chartwatch.adapters.site_folder import KEYS, SiteFolder
from chartwatch.adapters.site_queue import SqsSiteQueue, told_by
from chartwatch.services.render import Renderer, SiteFiles
from tests.chronicle import CHANGE, NTH, WORKS, Chronicle

BUCKET = "site"


class Kept(Protocol):
    """A place for a site, and a look at what is there."""

    site: SiteFiles

    def there(self) -> dict[str, bytes]: ...

    def spoil(self, body: bytes) -> None: ...


@dataclass
class InFolder:
    site: SiteFolder

    def there(self) -> dict[str, bytes]:
        folder = self.site.folder
        return {its.relative_to(folder).as_posix(): its.read_bytes() for its in folder.rglob("*") if its.is_file()}

    def spoil(self, body: bytes) -> None:
        (self.site.folder / KEYS).write_bytes(body)


@dataclass
class InBucket:
    site: SiteBucket

    def there(self) -> dict[str, bytes]:
        s3 = self.site.client
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        names = [its["Key"] for page in pages for its in page.get("Contents", [])]
        return {name: s3.get_object(Bucket=BUCKET, Key=name)["Body"].read() for name in names}

    def spoil(self, body: bytes) -> None:
        self.site.client.put_object(Bucket=BUCKET, Key=KEYS, Body=body)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    with mock_aws():
        yield boto3.Session(region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def bucket(aws: boto3.Session) -> InBucket:
    s3 = aws.client("s3", config=ONE_EACH)
    s3.create_bucket(Bucket=BUCKET)
    return InBucket(SiteBucket(s3, BUCKET))


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    its: Kept = (
        InFolder(SiteFolder(tmp_path / "site")) if request.param == "folder" else request.getfixturevalue("bucket")
    )
    return its


def test_what_was_put_is_there_and_put_again_it_is_what_came_last(kept: Kept) -> None:
    kept.site.put([("index.html", b"one"), ("charts/weekly/US.html", b"two")])
    kept.site.put([("index.html", "오징어 게임".encode())])
    assert kept.there() == {"index.html": "오징어 게임".encode(), "charts/weekly/US.html": b"two"}


def test_more_files_than_are_in_hand_at_once_are_all_written(kept: Kept) -> None:
    files = {f"works/{number}.html": str(number).encode() for number in range(2 * IN_HAND + 1)}
    kept.site.put((address, body) for address, body in files.items())
    assert kept.there() == files
    kept.site.remove(list(files)[1:])
    assert kept.there() == {"works/0.html": b"0"}


def test_what_is_removed_is_gone_and_may_have_been_gone_already(kept: Kept) -> None:
    kept.site.put([("index.html", b"one"), ("firsts.html", b"two")])
    kept.site.remove(["index.html", "works/never-there.html"])
    assert kept.there() == {"firsts.html": b"two"}
    kept.site.remove([])


def test_keys_are_those_that_were_noted_last_and_none_at_first(kept: Kept) -> None:
    assert kept.site.keys() == {}
    for keys in ({"index.html": "1", "works/dark.html": "2"}, {"index.html": "3"}, {}):
        kept.site.note(keys)
        assert kept.site.keys() == keys


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[1]", b"null", b"\xff\xfe"])
def test_keys_that_nobody_can_read_are_none_so_that_all_is_written_anew(kept: Kept, body: bytes) -> None:
    kept.site.note({"index.html": "1"})
    kept.spoil(body)
    assert kept.site.keys() == {}


def test_what_makes_a_file_fails_for_whoever_writes_it(kept: Kept) -> None:
    def files() -> Iterator[tuple[str, bytes]]:
        yield "index.html", b"one"
        raise TimeoutError("the record does not answer")

    with pytest.raises(TimeoutError):
        kept.site.put(files())
    assert kept.site.keys() == {}


def a_chart() -> Chronicle:
    chart = Chronicle(NTH, CHANGE, works=WORKS)
    for day, title in enumerate(("Ozark", "Squid Game")):
        chart.arrives(day, US=title)
    return chart


def test_a_site_is_the_same_wherever_it_is(tmp_path: Path, bucket: InBucket) -> None:
    chart, folder = a_chart(), InFolder(SiteFolder(tmp_path / "site"))
    renderer = Renderer(chart.charts, chart.record, chart.catalog)
    assert renderer.render(folder.site) == renderer.render(bucket.site)
    assert folder.there() == bucket.there()
    chart.arrives(2, US="Who Killed Sara?")
    renderer = Renderer(chart.charts, chart.record, chart.catalog)
    assert renderer.render(folder.site) == renderer.render(bucket.site)
    assert folder.there() == bucket.there()


# What only a bucket has.


def test_a_file_in_a_bucket_says_what_it_is_and_for_how_long_it_is_believed(bucket: InBucket) -> None:
    chart = a_chart()
    Renderer(chart.charts, chart.record, chart.catalog).render(bucket.site)
    for address in bucket.there():
        its = bucket.site.client.head_object(Bucket=BUCKET, Key=address)
        assert (its["ContentType"], its["CacheControl"]) == (media_type(address), CACHED)
        assert Path(address).suffix in TYPES, "browsers are told to guess nothing"


@pytest.mark.parametrize(
    ("address", "media"),
    [
        ("charts/weekly/US.html", "text/html; charset=utf-8"),
        ("feeds/all.atom", "application/atom+xml"),
        ("feeds/origins/KR.json", "application/feed+json"),
        ("charts/weekly/US.json", "application/json"),
        ("charts/weekly/US.csv", "text/csv; charset=utf-8"),
        ("works/a.picture.svg", "image/svg+xml"),
        ("what", "text/plain"),
    ],
)
def test_a_file_is_of_the_type_of_its_ending(address: str, media: str) -> None:
    assert media_type(address) == media


def test_a_bucket_that_refuses_one_file_fails_the_render_and_notes_nothing(bucket: InBucket) -> None:
    chart = a_chart()
    gone = SiteBucket(bucket.site.client, "no-such-bucket")
    with pytest.raises(bucket.site.client.exceptions.NoSuchBucket):
        gone.put([("index.html", b"one")])
    with pytest.raises(bucket.site.client.exceptions.NoSuchBucket):
        Renderer(chart.charts, chart.record, chart.catalog).render(gone)


def test_the_state_is_what_was_noted_last_and_empty_at_first(bucket: InBucket) -> None:
    assert bucket.site.state() == ""
    for state in ("1", "2"):
        bucket.site.note_state(state)
        assert bucket.site.state() == state
    assert bucket.site.keys() == {}


# The queue.


def received(client: Any, url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return found


def as_event(messages: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "Records": [
            {"messageId": its["MessageId"], "receiptHandle": its["ReceiptHandle"], "body": its["Body"]}
            for its in messages
        ]
    }


@pytest.fixture
def queue(aws: boto3.Session) -> tuple[Any, SqsSiteQueue]:
    sqs = aws.client("sqs")
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true", "VisibilityTimeout": "5400"}
    url = sqs.create_queue(QueueName="site.fifo", Attributes=attributes)["QueueUrl"]
    return sqs, SqsSiteQueue(sqs, url)


def test_a_bulletin_that_is_told_of_twice_is_one_message(queue: tuple[Any, SqsSiteQueue]) -> None:
    sqs, site = queue
    for bulletin in ("weekly:00000001", "weekly:00000002", "weekly:00000001", None):
        site.tell(bulletin)
    messages = received(sqs, site.url)
    assert [json.loads(its["Body"]) for its in messages] == [
        {"bulletin": "weekly:00000001"},
        {"bulletin": "weekly:00000002"},
        {},
    ]
    told = told_by(as_event(messages))
    assert (told.anew, len(told.receipts)) == (False, 3)


def test_what_is_given_back_comes_again_and_nothing_before_it(queue: tuple[Any, SqsSiteQueue]) -> None:
    sqs, site = queue
    site.tell("weekly:00000001")
    first = received(sqs, site.url)
    site.tell("weekly:00000002")
    assert received(sqs, site.url) == [], "one render runs at a time"
    site.give_back(told_by(as_event(first)).receipts)
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counted = sqs.get_queue_attributes(QueueUrl=site.url, AttributeNames=names)["Attributes"]
    assert sum(map(int, counted.values())) == 2
