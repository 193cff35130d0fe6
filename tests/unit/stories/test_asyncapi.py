"""Both topics are as the AsyncAPI document says, to the last property of every kind of message."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.domain.stories.message import as_event
from chartwatch.domain.stories.story import Story
from chartwatch.services.publish import messages
from tests.unit.stories.test_schemas import BULLETINS, DOCS

TOPIC = "arn:aws:sns:eu-west-1:123456789012:stories"
DOCUMENT: dict[str, Any] = yaml.safe_load((DOCS / "asyncapi.yaml").read_text())
BASE = "asyncapi.yaml"


def read(uri: str) -> Resource[Any]:
    return DRAFT202012.create_resource(yaml.safe_load(Path(DOCS, uri).read_text()))


REGISTRY: Registry[Any] = Registry(retrieve=read).with_resource(BASE, DRAFT202012.create_resource(DOCUMENT))


def validator(message: str, part: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"{BASE}#/components/messages/{message}/{part}"}, registry=REGISTRY)


def references(part: Any) -> Iterator[str]:
    """Yield everything that a document refers to."""
    if isinstance(part, dict):
        yield from ([part["$ref"]] if isinstance(part.get("$ref"), str) else [])
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


@pytest.mark.parametrize("name", BULLETINS)
def test_every_message_is_an_event_and_has_the_attributes_that_the_document_describes(name: str) -> None:
    for message in messages(BULLETINS[name](), LIMITS):
        kind = "story" if isinstance(message, Story) else "digest"
        validator(kind, "payload").validate(as_event(message, TOPIC))
        attributes = {key: list(v) if isinstance(v, tuple) else v for key, v in message.attributes.items()}
        validator(kind, "headers").validate(attributes)


@pytest.mark.parametrize("key", ["specversion", "id", "source", "type", "data"])
def test_an_event_without_one_of_its_attributes_is_none(key: str) -> None:
    (story, *_) = messages(BULLETINS["a spread"](), LIMITS)
    event = dict(as_event(story, TOPIC))
    del event[key]
    assert not validator("story", "payload").is_valid(event)


def test_what_the_document_refers_to_is_there() -> None:
    for reference in references(DOCUMENT):
        REGISTRY.resolver(BASE).lookup(f"{BASE}{reference}" if reference.startswith("#") else reference)


def test_it_has_one_channel_and_one_operation_that_sends_for_each_topic() -> None:
    assert DOCUMENT["asyncapi"].startswith("3.")
    assert set(DOCUMENT["channels"]) == {"stories", "digests"}
    assert {its["channel"]["$ref"] for its in DOCUMENT["operations"].values()} == {
        "#/channels/stories",
        "#/channels/digests",
    }
    assert {its["action"] for its in DOCUMENT["operations"].values()} == {"send"}
