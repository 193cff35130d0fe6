"""A chart of a test's own, on a stack that it shares with others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chartwatch.adapters.dynamodb import keys
from chartwatch_local.aws import wait_until
from chartwatch_local.pipeline import Pipeline
from chartwatch_local.provider import Provider

PATIENCE = 120
"""Seconds that functions may take: far longer than they need, for a busy machine."""


class Queue(NamedTuple):
    """A queue, by its URL and its ARN."""

    url: str
    arn: str


@dataclass
class Chart:
    """A chart that only one test has: what its provider says, and what its subscribers get."""

    id: str
    pipeline: Pipeline
    its_provider: Provider
    _taken: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def fetch(self, document: str, **options: Any) -> Mapping[str, int]:
        """Publish a document, and fetch it as a schedule would. Raises `FunctionFailed`."""
        self.its_provider.publish(document.encode())
        said = {"url": self.its_provider.url, "chart": self.id, "cadence": "day", **options}
        counts: Mapping[str, int] = self.pipeline.invoke("FetchRankingsFunction", {"source": "csv", "options": said})
        return counts

    def queue(self, topic: str, **filter_policy: Any) -> str:
        """Subscribe a queue to what a topic says of this chart, and return its URL."""
        policy = {"chart": [self.id], **filter_policy}
        name = f"{self.id}-{len(self._taken)}"
        url = self.pipeline.subscribe_queue(name, topic, policy)
        self._taken[url] = []
        return url

    def unsubscribed_queue(self) -> Queue:
        """Make a queue to which the topic of stories may send, and that nobody has subscribed yet."""
        queue = Queue(*self.pipeline.make_queue(f"{self.id}-{len(self._taken)}", "StoryTopicArn"))
        self._taken[queue.url] = []
        return queue

    def taken(self, queue: str, at_least: int) -> Sequence[Mapping[str, Any]]:
        """Return what stories and digests, or other messages, a queue has got so far, once these are so many."""
        got = self._taken[queue]

        def enough() -> bool:
            got.extend(event.get("data", event) for event in self.pipeline.take(queue))
            return len(got) >= at_least

        wait_until(enough, PATIENCE, f"{at_least} messages did not come", logs=self.pipeline.all_logs)
        return got

    def stored(self) -> Sequence[Mapping[str, Any]]:
        """Return everything the charts table holds that was fetched, in a fixed order: no marks, which come later."""
        pages = (
            self.pipeline.aws.client("dynamodb")
            .get_paginator("scan")
            .paginate(TableName=self.pipeline.outputs["ChartsTable"], ConsistentRead=True)
        )
        items = [item for page in pages for item in page["Items"] if item["pk"]["S"].startswith(self.id)]
        items = [item for item in items if not item["sk"]["S"].startswith(keys.READY)]
        return sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))
