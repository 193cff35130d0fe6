"""Whatever the bytes are, a source either reads them or says in one sentence why it does not."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chartwatch.document_errors import SourceError
from chartwatch.domain.charts.publications import Provenance
from tests.unit.sources.documents import DOCUMENTS, source_of

PROVENANCE = Provenance("https://charts.example/file", None, "0" * 64)


@pytest.mark.parametrize("name", DOCUMENTS)
@example(body=b"\xef")  # the beginning of a byte order mark, and no more
@settings(deadline=None)
@given(body=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(name: str, body: bytes) -> None:
    _assert_read_or_refused(DOCUMENTS[name], body)


@pytest.mark.parametrize("name", DOCUMENTS)
@settings(deadline=None)
@given(data=st.data())
def test_any_edit_of_a_document_is_read_or_refused(name: str, data: st.DataObject) -> None:
    whole = DOCUMENTS[name].read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 30)))
    special = st.sampled_from(
        [b"\t", b"\n", b"\r", b'"', b"\0", b"\xff", b"null", b"-1", b"1e9", b"\xef\xbb\xbf", b"NaN"]
    )
    put = b"".join(data.draw(st.lists(special | st.binary(max_size=3), max_size=4)))
    _assert_read_or_refused(DOCUMENTS[name], whole[:start] + put + whole[end:])


def _assert_read_or_refused(document: Path, body: bytes) -> None:
    source = source_of(document)
    try:
        publications, outcome = source.parse(body, PROVENANCE), source.name
    except SourceError as error:
        publications, outcome = [], str(error)
    assert outcome.startswith(source.name)
    assert all(publication.editions or publication.set_aside for publication in publications)
