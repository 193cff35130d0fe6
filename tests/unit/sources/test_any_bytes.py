"""Whatever the bytes are, a source either reads them or says in one sentence why it does not."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chartwatch.domain.charts.publications import Provenance
from chartwatch.errors import SourceError
from chartwatch.sources import Source, open_source
from tests.unit.sources.weekly_files import countries_lines, document, global_lines

PROVENANCE = Provenance("https://charts.example/file", None, "0" * 64)

OPENED = {
    "netflix-countries": open_source("netflix-countries", {}),
    "netflix-global": open_source("netflix-global", {}),
    "csv": open_source("csv", {"cadence": "day", "chart": "a", "ties": "true"}),
    "flixpatrol": open_source(
        "flixpatrol", {"key_parameter": "/key", "company": "cmp_n", "countries": "US=cnt_u,KR=cnt_k"}
    ),
}

WHOLE = {
    "netflix-countries": document(countries_lines()),
    "netflix-global": document(global_lines()),
    "csv": b"period,territory,rank,title,kind\n2024-01-01,KR,1,A,film\n2024-01-01,KR,2,B,\n",
    "flixpatrol": json.dumps(
        {
            "url": "https://x.example/?country[eq]=cnt_u&type[eq]=1",
            "page": {
                "data": [
                    {
                        "data": {
                            "ranking": rank,
                            "date": {"from": "2024-01-01", "to": "2024-01-01"},
                            "movie": {"data": {"id": f"{rank}", "title": "A"}},
                        }
                    }
                    for rank in range(1, 11)
                ],
                "links": {},
            },
        }
    ).encode(),
}


@pytest.mark.parametrize("name", OPENED)
@example(body=b"\xef")  # the beginning of a byte order mark, and no more
@settings(deadline=None)
@given(body=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(name: str, body: bytes) -> None:
    _assert_read_or_refused(OPENED[name], body)


@pytest.mark.parametrize("name", OPENED)
@settings(deadline=None)
@given(data=st.data())
def test_any_edit_of_a_whole_document_is_read_or_refused(name: str, data: st.DataObject) -> None:
    whole = WHOLE[name]
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 30)))
    special = st.sampled_from(
        [b"\t", b"\n", b"\r", b'"', b"\0", b"\xff", b"null", b"-1", b"1e9", b"\xef\xbb\xbf", b"NaN"]
    )
    put = b"".join(data.draw(st.lists(special | st.binary(max_size=3), max_size=4)))
    _assert_read_or_refused(OPENED[name], whole[:start] + put + whole[end:])


@pytest.mark.parametrize("name", OPENED)
def test_the_documents_that_are_edited_are_read_when_they_are_whole(name: str) -> None:
    assert OPENED[name].parse(WHOLE[name], PROVENANCE)


def _assert_read_or_refused(source: Source, body: bytes) -> None:
    try:
        publications, said = source.parse(body, PROVENANCE), source.name
    except SourceError as error:
        publications, said = [], str(error)
    assert said.startswith(source.name)
    assert all(publication.editions and publication.digest() for publication in publications)
