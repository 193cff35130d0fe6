"""A document that was taken in last is not fetched again; one that was refused is."""

from datetime import date

import pytest

from chartwatch.services.fetching import Answer, NothingNew, NotModified, Renewal, Request, Validators

REQUEST = Request("https://charts.example/a", {"page": "2"})
KNOWN, FRESH = Validators(etag='"one"'), Validators(etag='"two"')


class Provider:
    """Has one version of a document, and secrets that are their names turned round."""

    def __init__(self, validators: Validators) -> None:
        self._validators = validators

    def ask(self, request: Request) -> Answer | NotModified:
        return NotModified() if request.validators == self._validators else Answer(b"rows", self._validators)

    def get(self, request: Request) -> bytes:
        raise AssertionError(request)

    def secret(self, name: str) -> str:
        return name[::-1]

    def today(self) -> date:
        return date(2022, 1, 1)


class Remembered(dict[str, Validators]):
    """Validators by address."""

    def last(self, url: str) -> Validators:
        return self.get(url, Validators())

    def keep(self, url: str, validators: Validators) -> None:
        self[url] = validators


def test_what_is_fetched_is_remembered_by_its_whole_address_once_it_is_taken_in() -> None:
    store = Remembered()
    renewal = Renewal(Provider(FRESH), store)
    renewal.taken_in()
    assert store == {}
    assert renewal.get(REQUEST) == b"rows"
    assert store == {}
    renewal.taken_in()
    assert store == {REQUEST.full_url: FRESH}


@pytest.mark.parametrize("known", [None, KNOWN])
def test_of_two_that_take_in_documents_at_once_neither_is_remembered(known: Validators | None) -> None:
    """The slower one may have written over what the faster one wrote."""
    store = Remembered({REQUEST.full_url: known} if known else {})
    faster, slower = Renewal(Provider(FRESH), store), Renewal(Provider(Validators(etag='"three"')), store)
    faster.get(REQUEST)
    slower.get(REQUEST)
    faster.taken_in()
    assert store.last(REQUEST.full_url) == FRESH
    slower.taken_in()
    assert store.last(REQUEST.full_url) == Validators()
    again = Renewal(Provider(FRESH), store)
    again.get(REQUEST)
    again.taken_in()
    assert store.last(REQUEST.full_url) == FRESH


def test_what_was_taken_in_last_is_nothing_new_by_name() -> None:
    store = Remembered({REQUEST.full_url: KNOWN})
    with pytest.raises(NothingNew, match=r"charts\.example/a") as nothing:
        Renewal(Provider(KNOWN), store).get(REQUEST)
    assert nothing.value.args == (REQUEST.full_url,)
    assert Renewal(Provider(FRESH), store).get(REQUEST) == b"rows"


def test_secrets_and_the_date_are_the_connections() -> None:
    renewal = Renewal(Provider(FRESH), Remembered())
    assert renewal.secret("key") == "yek"
    assert renewal.today() == date(2022, 1, 1)
