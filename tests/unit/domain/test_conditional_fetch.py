"""The document that was accepted last is not fetched again; a rejected one is."""

from datetime import date

import pytest

from chartwatch.adapters.dynamodb.validators import DynamoValidators
from chartwatch.services.fetching import (
    ConditionalFetch,
    DocumentUnchanged,
    NotModified,
    Request,
    Response,
    Validators,
)
from tests.stores import Cloud

REQUEST = Request("https://charts.example/a", {"page": "2"})
STORED, FRESH = Validators(etag='"one"'), Validators(etag='"two"')


class Provider:
    """Has one version of a document, and secrets that are their names turned round."""

    def __init__(self, validators: Validators) -> None:
        self._validators = validators

    def get_if_modified(self, request: Request) -> Response | NotModified:
        return NotModified() if request.validators == self._validators else Response(b"rows", self._validators)

    def get(self, request: Request) -> bytes:
        raise AssertionError(request)

    def secret(self, name: str) -> str:
        return name[::-1]

    def today(self) -> date:
        return date(2022, 1, 1)


def stored(validators: Validators | None) -> DynamoValidators:
    store = Cloud().validators()
    if validators is not None:
        store.put(REQUEST.full_url, validators)
    return store


def test_validators_are_stored_under_the_whole_address_once_a_document_is_accepted() -> None:
    store = stored(None)
    fetch = ConditionalFetch(Provider(FRESH), store)
    fetch.remember()
    assert fetch.get(REQUEST) == b"rows"
    assert store.get(REQUEST.full_url) == Validators()
    fetch.remember()
    assert store.get(REQUEST.full_url) == FRESH
    assert store.get(REQUEST.url) == Validators()


@pytest.mark.parametrize("before", [None, STORED])
def test_of_two_documents_accepted_at_once_no_validators_are_stored(before: Validators | None) -> None:
    """The slower one may have overwritten what the faster one stored."""
    store = stored(before)
    faster, slower = (ConditionalFetch(Provider(its), store) for its in (FRESH, Validators(etag='"three"')))
    faster.get(REQUEST)
    slower.get(REQUEST)
    faster.remember()
    assert store.get(REQUEST.full_url) == FRESH
    slower.remember()
    assert store.get(REQUEST.full_url) == Validators()
    again = ConditionalFetch(Provider(FRESH), store)
    again.get(REQUEST)
    again.remember()
    assert store.get(REQUEST.full_url) == FRESH


def test_the_document_that_was_accepted_last_is_unchanged() -> None:
    store = stored(STORED)
    with pytest.raises(DocumentUnchanged) as unchanged:
        ConditionalFetch(Provider(STORED), store).get(REQUEST)
    assert unchanged.value.args == (REQUEST.full_url,)
    assert ConditionalFetch(Provider(FRESH), store).get(REQUEST) == b"rows"


def test_secrets_and_the_date_are_the_connections() -> None:
    fetch = ConditionalFetch(Provider(FRESH), stored(None))
    assert fetch.secret("key") == "yek"
    assert fetch.today() == date(2022, 1, 1)
