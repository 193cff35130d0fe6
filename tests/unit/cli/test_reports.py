from datetime import date
from pathlib import Path

import pytest

from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.cli.replay import replay
from chartwatch.cli.reports import Observer, ReplayCounts, change_lines, email_lines, story_lines
from chartwatch.document_errors import SourceEmpty, SourceError, SourceTruncated
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.stories.story import stories
from chartwatch.domain.works.catalog import Catalog
from chartwatch.rules import default_rules
from chartwatch.sources import open_source

CHART = (
    "period,territory,title,kind\n2022-01-01,US,Ozark,series\n2022-01-02,US,Dark,series\n2022-01-03,US,Ozark,series\n"
)


def bulletins(folder: Path, live_from: date | None = None) -> list[Bulletin]:
    (file := folder / "daily.csv").write_text(CHART)
    source = open_source("csv", {"chart": "daily", "cadence": "day", "depth": 1})
    return list(replay([file], source, Catalog(), default_rules(), live_from=live_from))


def test_a_summary_has_every_number_with_its_noun() -> None:
    counts = ReplayCounts(publications=70, editions=6580, changes=9120, sent=8000)
    assert (
        counts.sentence(1.26)
        == "70 publications, 6,580 editions: 9,120 changes, 8,000 sent, 1,120 recorded only (1.3 s)"
    )


def test_a_summary_of_one_is_singular_and_names_refused_files() -> None:
    counts = ReplayCounts(publications=1, editions=1, changes=1, sent=1, refusals=1)
    assert counts.sentence(0) == "1 publication, 1 edition: 1 change, 1 sent, 0 recorded only, 1 file refused (0.0 s)"


def test_a_replay_of_old_news_is_said_to_be_one() -> None:
    counts = ReplayCounts(publications=2, sent=1, first=date(2022, 1, 1), last=date(2022, 1, 2))
    assert counts.advice(None) == (
        "Everything since 2022-01-01 is sent as if it were news, firsts of the second period too; "
        "with --since DATE, what is older is recorded only."
    )
    assert counts.advice(date(2022, 1, 2)) == ""
    assert counts.advice(date(2022, 1, 3)) == (
        "Nothing is sent: the last period is 2022-01-02, before --since 2022-01-03."
    )


def test_an_email_is_a_subject_and_a_text(tmp_path: Path) -> None:
    for bulletin in bulletins(tmp_path)[1:]:
        (story,) = stories(bulletin, LIMITS)
        assert list(email_lines(bulletin, None)) == ["-" * 72, f"Subject: {story.subject}", "", story.text]


def test_a_story_is_its_period_and_its_subject(tmp_path: Path) -> None:
    for bulletin in bulletins(tmp_path)[1:]:
        lines = [f"{bulletin.period}  {story.subject}" for story in stories(bulletin, LIMITS)]
        assert list(story_lines(bulletin, None)) == lines != []


def test_changes_that_are_recorded_only_make_no_story_but_a_json_line(tmp_path: Path) -> None:
    for bulletin in bulletins(tmp_path, live_from=date(2023, 1, 1)):
        assert list(story_lines(bulletin, None)) == []
        assert len(list(change_lines(bulletin, None))) == len(bulletin.changes) > 0


def test_changes_of_periods_before_since_are_left_out(tmp_path: Path) -> None:
    since = date(2022, 1, 3)
    found = [
        (bulletin.period, list(change_lines(bulletin, since))) for bulletin in bulletins(tmp_path, live_from=since)
    ]
    assert [period for period, lines in found if lines] == [since]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (SourceEmpty("csv", "there is nothing in it"), "Error: a/b.csv: there is nothing in it\n"),
        (SourceTruncated("csv", "the row is cut", "line 7"), "Error: a/b.csv, line 7: the row is cut\n"),
    ],
)
def test_a_refusal_names_file_place_and_reason(
    error: SourceError, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ReplayCounts().refused(Path("a/b.csv"), error)
    assert capsys.readouterr().err == sentence


def test_without_an_observer_a_refused_file_ends_the_replay(tmp_path: Path) -> None:
    (file := tmp_path / "empty.csv").touch()
    source = open_source("csv", {"chart": "daily", "cadence": "day", "depth": 1})
    with pytest.raises(SourceEmpty):
        list(replay([file], source, Catalog(), default_rules(), observer=Observer()))
