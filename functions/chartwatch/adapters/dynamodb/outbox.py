"""Which stories were sent, on DynamoDB: a story is an item that goes from SENDING to SENT."""

import json
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.codec import number, text
from chartwatch.adapters.dynamodb.table import Item, Table
from chartwatch.errors import StoryInDoubt
from chartwatch.services.delivery_ports import Checkpoint, Delivery, Hearing, Lease, Standing, Told

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

_utc_now = partial(datetime.now, UTC)


@dataclass(frozen=True)
class DynamoOutbox:
    """The stories that were taken and sent; implements `Outbox`. `clock` gives the times of both."""

    stories_table: Table
    clock: Callable[[], datetime] = _utc_now

    def take(self, story: str) -> Lease | None:
        """Take a story for sending; None when it was sent already.

        Raises `StoryInDoubt` when it was taken before and never settled.
        """
        lease = self._lease(story)
        if self._put(lease, "attribute_not_exists(pk) OR delivery = :pending", {":pending": text(Delivery.PENDING)}):
            return lease
        stored = self.stories_table.existing(keys.story(story))
        if stored["delivery"]["S"] == Delivery.SENT:
            return None
        # When the answer to a first attempt is lost, the client's second one finds the story taken: by itself.
        if stored["attempt"]["S"] != lease.attempt:
            raise StoryInDoubt(story)
        return lease

    def take_over(self, stale: Lease) -> Lease | None:
        """Take a story from an attempt that died; None when it is no longer that attempt's."""
        lease = self._lease(stale.story)
        if self._put(lease, _IS_ATTEMPTS, _attempts(stale)):
            return lease
        # As in `take`: the client may have been refused by its own first attempt.
        return lease if self.deliveries([stale.story]).get(stale.story) == lease else None

    def settle(self, lease: Lease, message_id: str) -> None:
        """Mark a story as sent."""
        self.stories_table.update_if(
            keys.story(lease.story),
            "SET delivery = :sent, message_id = :message_id, sent_at = :now",
            "attribute_exists(pk)",
            {":sent": text(Delivery.SENT), ":message_id": text(message_id), ":now": _time(self.clock())},
        )

    def release(self, lease: Lease) -> None:
        """Give back a story that certainly did not get out, unless another attempt has it, or sent it."""
        self.stories_table.update_if(
            keys.story(lease.story),
            "SET delivery = :pending",
            _IS_ATTEMPTS,
            {":pending": text(Delivery.PENDING), **_attempts(lease)},
        )

    def witness(self, story: str) -> bool:
        """Mark a story, whose message was seen, as sent; False when it was marked already."""
        return self.stories_table.update_if(
            keys.story(story),
            "SET delivery = :sent, seen_at = :now",
            "attribute_not_exists(pk) OR delivery <> :sent",
            {":sent": text(Delivery.SENT), ":now": _time(self.clock())},
        )

    def deliveries(self, stories: Collection[str]) -> Mapping[str, Delivery | Lease]:
        """Return what became of those of the stories that were ever taken."""
        by_key = {keys.story(story).pk: story for story in stories}
        found = self.stories_table.get_all([keys.story(story) for story in by_key.values()])
        return {(story := by_key[item["pk"]["S"]]): _delivery(story, item) for item in found}

    def told(self, story: str) -> Told | None:
        """Return all that is known of the sending of a story; None when it was never taken."""
        item = self.stories_table.get(keys.story(story))
        if item is None:
            return None
        times = (datetime.fromisoformat(item[name]["S"]) if name in item else None for name in _TIMES)
        taken_at, sent_at, seen_at = times
        message_id = item["message_id"]["S"] if "message_id" in item else ""
        return Told(Delivery(item["delivery"]["S"]), taken_at, sent_at, seen_at, message_id)

    def _lease(self, story: str) -> Lease:
        now = self.clock()
        return Lease(story, uuid.uuid4().hex, now.replace(microsecond=now.microsecond // 1000 * 1000))

    def _put(self, lease: Lease, condition: str, values: Item) -> bool:
        item = {
            **keys.story(lease.story).attributes,
            "delivery": text(Delivery.SENDING),
            "attempt": text(lease.attempt),
            "taken_at": _time(lease.taken_at),
        }
        return self.stories_table.put_if(item, condition, values)


@dataclass(frozen=True)
class DynamoCheckpoints:
    """How far reconciling has come, and what stands; implements `Checkpoints`."""

    stories_table: Table

    def checkpoint(self, chart: str) -> Checkpoint:
        """Return how far it has come with a chart; at first nowhere."""
        item = self.stories_table.get(keys.checkpoint(chart))
        return Checkpoint(int(item["sent"]["N"])) if item else Checkpoint()

    def advance(self, chart: str, reached: Checkpoint) -> None:
        """Note how far it has come."""
        self.stories_table.put({**keys.checkpoint(chart).attributes, "sent": number(reached.sent)})

    def subscribers(self) -> frozenset[str]:
        """Return the subscriptions that were ever seen, less those that a person has dismissed."""
        item = self.stories_table.get(keys.SUBSCRIBERS)
        return frozenset(item["known"]["SS"]) if item and "known" in item else frozenset()

    def note_subscribers(self, known: frozenset[str]) -> None:
        """Note the subscriptions that are known now."""
        # DynamoDB has no empty set.
        said: Item = {"known": {"SS": sorted(known)}} if known else {}
        self.stories_table.put({**keys.SUBSCRIBERS.attributes, **said})

    def hearing(self) -> Hearing | None:
        """Return how the witness heard the topics the last time; None at first."""
        item = self.stories_table.get(keys.HEARING)
        if not item:
            return None
        subscriptions = frozenset(item["subscriptions"]["SS"]) if "subscriptions" in item else frozenset()
        return Hearing(subscriptions, datetime.fromisoformat(item["since"]["S"]) if "since" in item else None)

    def note_hearing(self, hearing: Hearing) -> None:
        """Note how the witness hears the topics."""
        since: Item = {"since": _time(hearing.since)} if hearing.since else {}
        its: Item = {"subscriptions": {"SS": sorted(hearing.subscriptions)}} if hearing.subscriptions else {}
        self.stories_table.put({**keys.HEARING.attributes, **its, **since})

    def audited(self, chart: str) -> tuple[Standing, ...]:
        """Return what the last audit of a chart found."""
        item = self.stories_table.get(keys.audit(chart))
        return tuple(Standing(**one) for one in json.loads(item["found"]["S"])) if item else ()

    def note_audit(self, chart: str, found: tuple[Standing, ...]) -> None:
        """Note what an audit of a chart found."""
        said = json.dumps([asdict(one) for one in found], ensure_ascii=False)
        self.stories_table.put({**keys.audit(chart).attributes, "found": text(said)})


_TIMES = ("taken_at", "sent_at", "seen_at")

_IS_ATTEMPTS = "delivery = :sending AND attempt = :attempt"


def _attempts(lease: Lease) -> Item:
    return {":sending": text(Delivery.SENDING), ":attempt": text(lease.attempt)}


def _time(moment: datetime) -> "AttributeValueTypeDef":
    return text(moment.isoformat(timespec="milliseconds"))


def _delivery(story: str, item: Item) -> Delivery | Lease:
    delivery = Delivery(item["delivery"]["S"])
    if delivery is not Delivery.SENDING:
        return delivery
    return Lease(story, item["attempt"]["S"], datetime.fromisoformat(item["taken_at"]["S"]))
