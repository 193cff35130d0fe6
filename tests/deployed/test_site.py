"""The real template with a site: what is published is on its pages and linked, and nothing else is written."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import urllib3

from chartwatch.adapters.site_bucket import STATE, media_type
from chartwatch.adapters.site_folder import KEYS, SiteFolder
from chartwatch.adapters.workstation import deployed_stores
from chartwatch.services.render import Renderer, all_dossiers
from chartwatch.site.addresses import (
    CORRECTIONS,
    FRONT,
    MISSING,
    FeedFormat,
    FeedKind,
    chart_address,
    feed_address,
    milestone_address,
    work_address,
)
from chartwatch.site.feeds import Site as Place
from chartwatch.site.rendering import POLICY
from chartwatch_local.aws import LocalAws, local_aws, wait_until
from chartwatch_local.demo import parameters
from chartwatch_local.deploy import STACK, Build, deploy
from chartwatch_local.mapping import mappings
from chartwatch_local.pipeline import Pipeline
from chartwatch_local.provider import Provider
from tests.deployed.charts import PATIENCE, Chart

pytestmark = pytest.mark.xdist_group("deployed")

HEADER = "period,territory,rank,title,kind\n"
HEIST = "2023-01-01,US,1,Money Heist,series\n"
SQUID = "2023-01-02,US,1,Squid Game,series\n"
DEAD = "2023-01-02,US,1,All of Us Are Dead,series\n"
OZARK = "2023-01-03,US,1,Ozark,series\n"
EVERYTHING = feed_address(FeedKind.ALL, "", FeedFormat.JSON)
NOTED = {KEYS, STATE}
"""What says what was written, and changes with all else."""

Files = Mapping[str, tuple[str, object]]
"""The files of a bucket: of each what tells one version of it from another, and when it was written."""


@dataclass(frozen=True)
class Site:
    """A deployed site, and what is published for it."""

    pipeline: Pipeline
    provider: Provider

    @property
    def bucket(self) -> str:
        return self.pipeline.outputs["SiteBucket"]

    def files(self) -> Files:
        pages = self.pipeline.aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        found = [its for page in pages for its in page.get("Contents", [])]
        return {its["Key"]: (its["ETag"], its["LastModified"]) for its in found}

    def bytes_at(self, address: str) -> bytes:
        body: bytes = self.pipeline.aws.client("s3").get_object(Bucket=self.bucket, Key=address)["Body"].read()
        return body

    def body(self, address: str) -> str:
        return self.bytes_at(address).decode()

    def waiting(self) -> int:
        """Return how many messages the site has not done with."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        asked = {"QueueUrl": self.pipeline.outputs["SiteQueueUrl"], "AttributeNames": names}
        return sum(map(int, self.pipeline.aws.client("sqs").get_queue_attributes(**asked)["Attributes"].values()))

    def is_done(self) -> None:
        """Wait until it has done what it was told."""
        wait_until(lambda: self.waiting() == 0, PATIENCE, "the site was not done", logs=self.logs)

    def tell(self, body: str) -> None:
        queue = self.pipeline.outputs["SiteQueueUrl"]
        self.pipeline.aws.client("sqs").send_message(QueueUrl=queue, MessageBody=body, MessageGroupId="site")
        self.is_done()

    def logs(self) -> str:
        return self.pipeline.logs(self.pipeline.outputs["RenderSiteFunction"])

    def let_cloudfront_read(self) -> None:
        """Take from the bucket's policy what the local AWS has of TLS the other way round: see `deploy.Build`.

        It takes the reader's TLS for that of CloudFront, which would be refused by it. All else of the policy stays.
        """
        s3 = self.pipeline.aws.client("s3")
        policy = json.loads(s3.get_bucket_policy(Bucket=self.bucket)["Policy"])
        (allowed,) = (its for its in policy["Statement"] if its["Effect"] == "Allow")
        s3.put_bucket_policy(Bucket=self.bucket, Policy=json.dumps({**policy, "Statement": [allowed]}))

    def read(self, path: str, *, tls: bool = True) -> urllib3.BaseHTTPResponse:
        """Return what CloudFront answers a reader with; what comes from a load balancer is its word for TLS."""
        host = self.pipeline.outputs["SiteAddress"].removeprefix("https://")
        headers = {"Host": host, **({"X-Forwarded-Proto": "https"} if tls else {})}
        return urllib3.request("GET", f"{self.pipeline.aws.endpoint}{path}", headers=headers, redirect=False)


@pytest.fixture(scope="module")
def aws_of_the_site(made: Build) -> Iterator[LocalAws]:
    with local_aws(made.artifact) as its:
        yield its


@pytest.fixture(scope="module")
def site(aws_of_the_site: LocalAws, made: Build) -> Iterator[Site]:
    provider = Provider(aws_of_the_site)
    outputs = deploy(aws_of_the_site, made, {**parameters(provider), "Site": "yes", "AlarmEmail": "a@example.com"})
    with mappings(aws_of_the_site):
        yield Site(Pipeline(aws_of_the_site, outputs), provider)


def chart_on(site: Site, name: str) -> Chart:
    return Chart(name, site.pipeline, site.provider)


def page_in(site: Site, story: Mapping[str, Any]) -> str:
    """Return where in the site the page is that a story links to, in its JSON and in its text."""
    link: str = story["page"]
    assert link in story["text"].splitlines()
    address = link.removeprefix(f"{site.pipeline.outputs['SiteAddress']}/")
    assert address in [milestone_address(its["slot"]) for its in story["milestones"]]
    return address


def feed_of(chart: Chart) -> str:
    return feed_address(FeedKind.CHART, chart.id, FeedFormat.JSON)


def items(site: Site, chart: Chart) -> Mapping[str, Any]:
    """Return what a chart's feed says, by the ids of its entries."""
    return {its["id"]: its for its in json.loads(site.body(feed_of(chart)))["items"]}


def changed(before: Files, after: Files) -> set[str]:
    """Return which files were written, whether or not they are others now; what says so is not one of them."""
    return {address for address, its in after.items() if before.get(address) != its} - NOTED


def rendered_here(site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, bytes]:
    """Return the files of the site as this process renders them into a folder, from what is stored."""
    for name, value in site.pipeline.aws.environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    with deployed_stores(STACK) as stores:
        place = Place(f"{site.pipeline.outputs['SiteAddress']}/")
        dossiers = partial(all_dossiers, stores.catalogs)
        renderer = Renderer(stores.charts, stores.record, stores.catalogs.current(), place, dossiers)
        renderer.render(SiteFolder(folder))
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and file.name != KEYS
    }


def test_a_publication_is_on_its_pages_and_nothing_else_is_written(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = chart_on(site, "first-chart"), chart_on(site, "other-chart")
    queue, of_the_other = first.queue("StoryTopicArn"), other.queue("StoryTopicArn")
    other.fetch(HEADER + HEIST + SQUID)
    first.fetch(HEADER + HEIST + SQUID)
    (story,), _ = first.taken(queue, 1), other.taken(of_the_other, 1)
    site.is_done()
    before = site.files()
    assert "Squid Game" in site.body(FRONT)

    # The story links to a page that says the same.
    page = page_in(site, story)
    assert "Squid Game" in site.body(page)

    first.fetch(HEADER + HEIST + SQUID + OZARK)
    (_, new) = first.taken(queue, 2)
    site.is_done()
    after = site.files()
    written = changed(before, after)
    assert {FRONT, chart_address(first.id), chart_address(first.id, "US"), work_address("ozark")} <= written
    assert {EVERYTHING, feed_of(first)} <= written
    # What has to be absolute in a feed is so, by the address of this site.
    assert new["page"] in site.body(EVERYTHING)
    assert page_in(site, new) in written
    assert after.keys() >= before.keys()
    # Of the other chart and of what stood before, nothing.
    still = {chart_address(other.id), chart_address(other.id, "US"), feed_of(other), page, CORRECTIONS, MISSING}
    assert still & written == set()
    assert [address for address in written if other.id in address] == []

    # What is told again, by `reconcile` or by somebody, writes nothing; all anew writes the same.
    site.pipeline.invoke("ReconcileFunction", {})
    site.is_done()
    assert changed(after, site.files()) == set()
    site.tell(json.dumps({"anew": True}))
    anew = site.files()
    assert changed(after, anew) == anew.keys() - NOTED
    assert {address: etag for address, (etag, _) in anew.items()} == {
        address: etag for address, (etag, _) in after.items()
    }
    here = rendered_here(site, tmp_path, monkeypatch)
    assert here.keys() == anew.keys() - NOTED
    assert [address for address, body in here.items() if site.bytes_at(address) != body] == []
    assert site.pipeline.failures() == []


def test_a_correction_changes_its_pages_in_place_and_is_on_the_page_of_corrections(site: Site) -> None:
    chart = chart_on(site, "corrected-chart")
    queue = chart.queue("StoryTopicArn")
    chart.fetch(HEADER + HEIST + SQUID)
    (story,) = chart.taken(queue, 1)
    site.is_done()
    before, page, entries = site.files(), page_in(site, story), items(site, chart)
    assert page not in site.body(CORRECTIONS)

    chart.fetch(HEADER + HEIST + DEAD)
    chart.taken(queue, 2)
    site.is_done()
    after = site.files()
    written = changed(before, after)
    assert {page, CORRECTIONS, chart_address(chart.id, "US"), EVERYTHING, feed_of(chart)} <= written
    # What readers have of a feed they keep: a correction is an entry of its own, beside what it corrects.
    assert items(site, chart).keys() > entries.keys()
    assert page in site.body(CORRECTIONS)
    assert "Squid Game" in site.body(page)
    # What was there stays at its address.
    assert before.keys() - after.keys() <= {work_address("squid-game")}
    assert [address for address in written if "first-chart" in address or "other-chart" in address] == []


def test_readers_get_pages_with_their_headers_and_a_friendly_word_where_nothing_is(site: Site) -> None:
    chart = chart_on(site, "read-chart")
    queue = chart.queue("StoryTopicArn")
    chart.fetch(HEADER + HEIST + SQUID)
    chart.taken(queue, 1)
    site.is_done()
    site.let_cloudfront_read()
    front = site.read("/")
    assert front.status == 200
    assert front.headers["Content-Type"] == media_type(FRONT)
    assert front.headers["Cache-Control"] == "public, max-age=60"
    assert front.headers["Content-Security-Policy"] == f"{POLICY}; frame-ancestors 'none'"
    assert front.headers["X-Content-Type-Options"] == "nosniff"
    assert front.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert front.data.decode() == site.body(FRONT)
    style = site.read("/assets/style.css")
    assert (style.status, style.headers["Content-Type"]) == (200, media_type("assets/style.css"))
    missing = site.read("/milestones/not-there-yet.html")
    assert missing.status == 404
    assert missing.data.decode() == site.body(MISSING)
    assert site.read("/", tls=False).status in (301, 307)
    # Past CloudFront nobody reads.
    s3 = f"{site.pipeline.aws.endpoint}/{site.bucket}/{FRONT}"
    assert urllib3.request("GET", s3).status == 403


def test_a_render_that_fails_is_tried_again_within_a_minute_or_two(site: Site) -> None:
    lambda_, function = site.pipeline.aws.client("lambda"), site.pipeline.outputs["RenderSiteFunction"]
    variables = lambda_.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    nowhere = {**variables, "CHARTWATCH_SITE_BUCKET": "there-is-no-such-bucket"}
    lambda_.update_function_configuration(FunctionName=function, Environment={"Variables": nowhere})
    chart = chart_on(site, "failing-chart")
    queue = chart.queue("StoryTopicArn")
    try:
        chart.fetch(HEADER + HEIST + SQUID)
        # Nobody's story waits for it.
        (story,) = chart.taken(queue, 1)
        wait_until(lambda: "NoSuchBucket" in site.logs(), PATIENCE, "it did not fail", logs=site.logs)
    finally:
        lambda_.update_function_configuration(FunctionName=function, Environment={"Variables": variables})
    site.is_done()
    assert "Squid Game" in site.body(page_in(site, story))
