"""What tests of `chartwatch catalog` ask: a chart of five days, and providers that know four of its works."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from typer.testing import Result

from chartwatch.domain.works.work import Kind
from tests.command_line import run
from tests.lookups import Lookups, Served

SEEN = ("Ozark", "The Long Way Home", "Shadows of Gerolstein", "Echo", "Echo")
"""The number ones of five days, the first of which the starter catalog knows."""

WORKS = (
    Served(1, "The Long Way Home", Kind.SERIES, "ko", ("KR",), date(2022, 1, 1)),
    Served(2, "Shadows of Gerolstein", Kind.SERIES, "fr", ("BE", "FR"), date(2022, 1, 2)),
    Served(3, "Echo", Kind.SERIES, "sv", ("SE",), date(2010, 1, 4)),
    Served(4, "Echo", Kind.SERIES, "de", ("DE",), date(2012, 1, 4)),
)

OWN = "work_id,title,kind,original_language,origin_countries,release_date\n"


def as_json(command: str, *arguments: str | Path) -> Any:
    return json.loads(run("catalog", command, *arguments, "--format", "json").stdout)


def enrich(providers: Lookups, history: str, folder: Path, *more: str) -> Result:
    asked = ("--wikidata", providers.wikidata, "--tmdb", providers.tmdb, "--contact", "someone@example.com")
    return run("catalog", "enrich", "--from", history, "--catalog", folder, *asked, *more)


def replayed(history: str, *more: str | Path) -> list[dict[str, object]]:
    *_, file = history.partition(":")
    chart = ("--source", "csv", "-o", "chart=daily", "-o", "cadence=day", "-o", "depth=1")
    done = run("replay", file, *chart, "--format", "jsonl", *more)
    assert done.exit_code == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def holders(changes: list[dict[str, object]], slot: str) -> list[object]:
    """Return the titles that hold a slot in its last revision."""
    its = [change for change in changes if change["slot"] == slot]
    return [holder["title"] for holder in its[-1]["holders"]] if its else []  # type: ignore[attr-defined]
