"""A site in a bucket, as CloudFront serves it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from posixpath import splitext
from typing import TYPE_CHECKING, TypeVar

from botocore.config import Config
from botocore.exceptions import ClientError

from chartwatch.adapters.site_folder import KEYS, read_keys, written_keys

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

STATE = "site.state"
"""The file that says of which state of the record the others are."""

CACHED = "public, max-age=60"
"""For how long CloudFront and browsers show a file without asking whether it is still the same.

After a minute CloudFront asks S3, which says so in a few bytes where nothing has changed. So nothing is invalidated: a
week of a chart of 94 territories changes hundreds of files, and AWS charges for more than a thousand paths a month.
"""

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".svg": "image/svg+xml",
    ".atom": "application/atom+xml",
}
"""The media types of files by their endings; browsers are told to guess none."""

FEEDS, JSON_FEED = "feeds/", "application/feed+json"
"""Where feeds are, and the media type of those that are JSON (https://www.jsonfeed.org/version/1.1/)."""

AT_ONCE = 16
"""Files that are written at the same time."""

IN_HAND = 4 * AT_ONCE
"""Files that are in memory at most."""

ONE_EACH = Config(max_pool_connections=AT_ONCE)
"""For a client that writes so many at the same time."""

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class SiteBucket:
    """The files of a site in a bucket; implements `SiteFiles`. The client has a connection for each (`ONE_EACH`)."""

    client: "S3Client"
    bucket: str

    def keys(self) -> Mapping[str, str]:
        """Return the keys of the files as they were noted; none where none were, or where nobody can read them."""
        return read_keys(self._read(KEYS))

    def put(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write files, each with its address, in place of what was there."""
        self._each(lambda file: self._put(*file), files)

    def remove(self, addresses: Iterable[str]) -> None:
        """Remove files; those that are gone already, too."""
        self._each(lambda address: self.client.delete_object(Bucket=self.bucket, Key=address), addresses)

    def note(self, keys: Mapping[str, str]) -> None:
        """Note the keys of the files that are there now."""
        self._put(KEYS, written_keys(keys))

    def state(self) -> str:
        """Return of which state of the record the files are; empty where that was never noted."""
        return self._read(STATE).decode()

    def note_state(self, state: str) -> None:
        """Note of which state of the record the files are."""
        self._put(STATE, state.encode())

    def _put(self, address: str, body: bytes) -> None:
        self.client.put_object(
            Bucket=self.bucket, Key=address, Body=body, ContentType=media_type(address), CacheControl=CACHED
        )

    def _read(self, name: str) -> bytes:
        try:
            return self.client.get_object(Bucket=self.bucket, Key=name)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            return b""

    def _each(self, work: Callable[[Given], object], over: Iterable[Given]) -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for some in _chunks(over):
                # What fails is raised here.
                list(pool.map(work, some))


def media_type(address: str) -> str:
    """Return the media type of the file at an address."""
    _, ending = splitext(address)
    return JSON_FEED if ending == ".json" and address.startswith(FEEDS) else TYPES.get(ending, "text/plain")


def _chunks(over: Iterable[Given]) -> Iterator[list[Given]]:
    left = iter(over)
    while some := list(islice(left, IN_HAND)):
        yield some
