"""The program that counts how often looking up is wrong, on invented candidates."""

import gzip
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bench.candidates import BOTH, Share, both, count, main, read, wilson
from chartwatch.domain.works.candidates import Provider

DATA = os.environ.get("CHARTWATCH_DATA")


def line(work_id: str, *candidates: Mapping[str, Any], language: str = "ko", country: str = "KR") -> dict[str, Any]:
    return {
        "work_id": work_id,
        "query": "The Long Night",
        "chart_titles": ["The Long Night"],
        "kind": "series",
        "context": {
            "first_chart_date": "2022-01-30",
            "lists": {"Non-English": "2022-01-30"},
            "territories": {"KR": 1},
        },
        "truth": {"original_language": language, "origin_countries": [country], "release_date": "2022-01-28"},
        "candidates": list(candidates),
    }


def candidate(mark: str, number: int, language: str, country: str, released: str) -> dict[str, Any]:
    return {
        "media_type": "tv",
        "is_true_record": mark,
        "id": number,
        "name": "The Long Night",
        "original_language": language,
        "first_air_date": released,
        "origin_country": [country],
        "vote_count": 12,
        "details": {},
    }


TRUE = candidate("yes", 1, "ko", "KR", "2022-01-28")
OLD = candidate("no", 2, "da", "DK", "2009-03-01")


def folder(where: Path, *rows: Mapping[str, Any]) -> Path:
    with gzip.open(where / "tmdb.jsonl.gz", "wt", encoding="utf-8") as written:
        written.writelines(f"{json.dumps(row)}\n" for row in rows)
    return where


def test_what_is_right_wrong_and_refused_is_counted(tmp_path: Path) -> None:
    works = read(
        folder(
            tmp_path,
            line("right", OLD, TRUE),
            line("wrong", TRUE, language="ja", country="JP"),
            line("only-another", OLD),
            line("nobody-knows", OLD | {"is_true_record": "unsure"}),
        )
    )
    tally = count(works, list(Provider), both)
    assert (tally.works, tally.undecided) == (4, 1)
    assert (tally.wrong_languages.part, tally.wrong_languages.whole) == (1, 2)
    assert (tally.wrong_mains.part, tally.wrong_mains.whole) == (1, 2)
    assert (tally.answered.part, tally.answered.whole) == (2, 2)
    assert (tally.refused.part, tally.refused.whole) == (1, 1)
    assert tally.mistakes == ["wrong: ko, is ja", "wrong: KR, is JP"]


def test_the_truth_and_its_marks_are_not_used_for_matching(tmp_path: Path) -> None:
    (works,) = read(folder(tmp_path, line("a", OLD, TRUE)))
    swapped = [OLD | {"is_true_record": "yes"}, TRUE | {"is_true_record": "no"}]
    (others,) = read(folder(tmp_path, line("a", *swapped, language="fr", country="FR")))
    assert both(works) == both(others)


def test_the_exit_code_says_whether_a_target_is_missed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(folder(tmp_path, line("a", TRUE), line("b", OLD))) == 0
    assert main(folder(tmp_path, line("a", TRUE, language="fr"))) == 1
    assert "MISSED" in capsys.readouterr().out
    (tmp_path / "tmdb.jsonl.gz").unlink()
    assert main(tmp_path) == 2


def test_wilsons_interval_is_the_published_one() -> None:
    # Wilson 1927, as tabulated for 1 of 10 and none of 10 at 95 %.
    assert wilson(1, 10) == pytest.approx((0.0179, 0.4042), abs=5e-4)
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=5e-4)
    assert wilson(0, 0) == (0.0, 1.0)
    assert str(Share(1, 10)).startswith("1/10 = 10.0%")


@pytest.mark.skipif(DATA is None, reason="CHARTWATCH_DATA names no folder with candidates")
def test_on_recorded_candidates_every_target_is_met(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(Path(DATA or "") / "candidates") == 0
    assert f"{BOTH}: all" in capsys.readouterr().out
