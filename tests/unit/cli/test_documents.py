import gzip
import hashlib
from pathlib import Path

import pytest

from chartwatch.cli.documents import read_document, time_fetched
from chartwatch.document_errors import SourceNotATable, SourceTruncated
from chartwatch.errors import FileProblem
from chartwatch.services.fetching import MAX_BYTES

BODY = b"period,title\n2022-01-01,\xc3\x89lite\n"
PACKED = gzip.compress(BODY, mtime=0)


@pytest.mark.parametrize(
    ("name", "fetched"),
    [
        ("2021-11-17T011549Z.tsv", "2021-11-17T01:15:49Z"),
        ("2021-11-17T011549Z.tsv.gz", "2021-11-17T01:15:49Z"),
        ("2021-13-17T011549Z.tsv", None),
        ("9999-12-31T235959Z.tsv", None),
        ("0001-01-01T000000Z.tsv", None),
        ("2021-11-17.tsv", None),
        ("all-weeks-2021-11-17T011549Z.tsv", None),
        ("chart.csv", None),
    ],
)
def test_the_time_fetched_stands_in_the_file_name_or_is_unknown(name: str, fetched: str | None) -> None:
    assert time_fetched(name) == fetched


def test_evidence_names_the_bare_file_and_not_the_folder_it_lay_in(tmp_path: Path) -> None:
    file = tmp_path / "chart.csv"
    file.write_bytes(BODY)
    assert read_document(file, "csv").provenance.url == "chart.csv"


@pytest.mark.parametrize("name", ["chart.csv.gz", "CHART.CSV.GZ"])
def test_a_gzipped_document_is_the_same_document(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(PACKED)
    document = read_document(file, "csv")
    assert document.body == BODY
    assert document.provenance.sha256 == hashlib.sha256(BODY).hexdigest()


def test_gzip_data_cut_short_are_a_truncated_source(tmp_path: Path) -> None:
    file = tmp_path / "chart.csv.gz"
    file.write_bytes(PACKED[:-10])
    with pytest.raises(SourceTruncated, match=r"^csv: the gzip data end too early$"):
        read_document(file, "csv")


@pytest.mark.parametrize("packed", [BODY, PACKED[:10] + b"\xff" * 20, PACKED[:-4] + b"size"])
def test_what_is_named_gz_and_is_no_gzip_data_is_not_a_table(tmp_path: Path, packed: bytes) -> None:
    file = tmp_path / "chart.csv.gz"
    file.write_bytes(packed)
    with pytest.raises(SourceNotATable, match="not readable as gzip data"):
        read_document(file, "csv")


@pytest.mark.parametrize("name", ["bomb.csv", "bomb.csv.gz"])
def test_a_file_is_read_no_further_than_what_is_fetched_may_be_large(tmp_path: Path, name: str) -> None:
    too_large = bytes(MAX_BYTES + 1)
    file = tmp_path / name
    file.write_bytes(gzip.compress(too_large, 1) if name.endswith(".gz") else too_large)
    with pytest.raises(FileProblem, match=rf"{name}: has more than 134217728 bytes$"):
        read_document(file, "csv")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"gone\.csv: No such file or directory$"):
        read_document(tmp_path / "gone.csv", "csv")
