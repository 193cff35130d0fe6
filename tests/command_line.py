"""The command as tests run it, and small files for it."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

from typer.testing import CliRunner, Result

from chartwatch.cli.main import app
from tests.asked_of_aws import allowed, command_of, noted

CHART = (
    *("--source", "csv", "-o", "chart=daily", "-o", "name=the daily chart", "-o", "cadence=day", "-o", "depth=1"),
    *("--catalog", "none"),
)
"""A chart of one's own, and no facts: a catalog that is named after it counts instead."""

HEADER = "period,territory,rank,title,kind"

CATALOG = """\
work_id,title,kind,original_language,origin_countries,release_date,aliases,source,confidence
dark,Dark,series,de,DE,2022-01-01,,,
elite,Élite,series,es,ES,2022-01-02,,,
heist,Money Heist,series,es,ES,2022-01-01,,,
ozark,Ozark,series,en,US,2021-12-01,,,
"""

RULES = """\
- id: nth-series
  kind: nth
  scope: territory
  where: {work_kind: series}
  at: [1, 2, 3]
  headline: "{title} is the {ordinal} series to reach #1 of {chart} in {territory}"
  brief: "{ordinal} series"
"""

NEW_NUMBER_ONES = """\
- {id: new, kind: change, scope: territory, headline: "{title} is new", brief: new}
"""

Write = Callable[[str, str | bytes], Path]


def run(*arguments: str | Path) -> Result:
    """Run the command, and see that it asks AWS for no more of a stack than the page on running says that it needs."""
    words = [str(argument) for argument in arguments]
    with noted() as actions:
        result = CliRunner().invoke(app, words)
    if "--stack" in words and actions:
        needed = allowed()[command_of(words)]
        assert actions <= needed, f"docs/running.md does not allow {command_of(words)} {sorted(actions - needed)}"
    return result


def chart(titles: Iterable[str], first: date = date(2022, 1, 1)) -> str:
    rows = (f"{first + timedelta(days=day)},US,1,{title},series" for day, title in enumerate(titles))
    return "\n".join((HEADER, *rows, ""))


def assert_refused(result: Result, *said: str) -> None:
    """One sentence on stderr that has all of `said`, nothing on stdout, exit code 2, no traceback."""
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert all(part in result.stderr for part in said), result.stderr
