"""Answers of providers of facts on works: JSON that is read strictly, within a time, or a named error."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from chartwatch.adapters.connection import HttpConnection, Limits, user_agent_with
from chartwatch.domain.outside_text import repeated
from chartwatch.errors import (
    AnswerUnreadable,
    DestinationRefused,
    LookupFailed,
    ProviderBusy,
    ProviderDown,
    ProviderRefused,
    ProviderSlow,
    SourceUnavailable,
)
from chartwatch.services.egress import EgressPolicy, authority
from chartwatch.services.fetching import Connection, Request

MAX_ANSWER = 32 * 1024 * 1024
"""Bytes of an answer. Fifty items of Wikidata with all their statements have some millions."""

LOOKUP_SECONDS = 40.0
"""Seconds after which a look-up asks nothing more, for each of two providers: nothing waits longer than two minutes."""

LIMITS = Limits(wire_bytes=MAX_ANSWER, seconds=15.0, connect=5.0, read=10.0)
"""What one request of a look-up may take, with all its attempts."""

_REFUSALS = frozenset({400, 401, 403, 405, 406, 422})

_ESCAPED_SURROGATE = rb"\ud"


class Shape(BaseModel):
    """Part of an answer; fields that are not named are ignored, since providers add some."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def lookup_connection(contact: str, policy: EgressPolicy = EgressPolicy.PUBLIC) -> HttpConnection:
    """Return the connection for look-ups; `contact` is as `user_agent_with` takes it, and raises `ValueError`."""
    return HttpConnection(policy, LIMITS, user_agent=user_agent_with(contact))


Item = TypeVar("Item")

Several = Annotated[tuple[Item, ...], BeforeValidator(lambda said: () if said is None else said)]
"""A list, for which null may stand."""

Read = TypeVar("Read", bound=Shape)


class Asking:
    """Asks one provider, one request at a time, until its time is over."""

    def __init__(
        self,
        provider: str,
        connection: Connection,
        *,
        seconds: float = LOOKUP_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`provider` is what errors call it; `clock` gives seconds that only rise."""
        self.provider = provider
        self._connection = connection
        self._clock = clock
        self._seconds = seconds
        self._end = clock() + seconds

    @property
    def seconds_left(self) -> float:
        """The seconds that are left."""
        return self._end - self._clock()

    def json(self, url: str, query: Mapping[str, str], bearer: str | None = None) -> dict[str, Any] | None:
        """Return the object that an answer is; None where there is nothing of that name (404).

        Raises a `LookupFailed`, by what is the matter.
        """
        if (left := self.seconds_left) <= 0:
            raise self._slow()
        request = Request(
            url, query, bearer=bearer, hosts=frozenset({authority(url)}), max_bytes=MAX_ANSWER, seconds=left
        )
        try:
            body = self._connection.get(request)
        except SourceUnavailable as error:
            if error.status == 404:
                return None
            raise self._failed(error) from error
        except DestinationRefused as error:
            raise ProviderRefused(self.provider, str(error)) from error
        return self._object(body)

    def read(self, shape: type[Read], said: Any) -> Read:
        """Return part of an answer in its shape. Raises `AnswerUnreadable` that names the field."""
        try:
            return shape.model_validate(said)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise AnswerUnreadable(self.provider, f"{where or 'the answer'}: {first['msg']}") from None

    def _slow(self) -> ProviderSlow:
        return ProviderSlow(self.provider, f"took longer than {self._seconds:g} seconds")

    def _failed(self, error: SourceUnavailable) -> LookupFailed:
        if error.status in _REFUSALS:
            return ProviderRefused(self.provider, error.detail)
        if error.status is None and self.seconds_left <= 0:
            return self._slow()
        return (ProviderBusy if error.status == 429 else ProviderDown)(self.provider, error.detail)

    def _object(self, body: bytes) -> dict[str, Any]:
        start = body[:200].lstrip()
        if start.startswith(b"<"):
            raise AnswerUnreadable(self.provider, "answered with a page of markup instead of JSON")
        try:
            # From bytes json would take halves of characters that stand there as they are, which is no UTF-8.
            said = json.loads(body.decode("utf-8-sig"))
            if _ESCAPED_SURROGATE in body.lower():
                # Half a character can be escaped in JSON, and neither be asked for nor stored: "?" stands for it.
                said = json.loads(json.dumps(said, ensure_ascii=False).encode(errors="replace"))
        except (ValueError, RecursionError) as error:
            raise AnswerUnreadable(self.provider, f"answered with no JSON: {repeated(str(error))}") from None
        if not isinstance(said, dict):
            raise AnswerUnreadable(self.provider, f"answered with {type(said).__name__} instead of an object")
        return said
