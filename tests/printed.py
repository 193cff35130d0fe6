"""Claims as papers printed them, and the histories that `chartwatch check` answers them by."""

import csv
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CLAIMS = ROOT / "tests" / "data" / "claims" / "printed.jsonl"

NOT_IN_ENGLISH = {
    "Nel Blu Dipinto Di Blu (Volare)": ("it", "IT"),
    "Sukiyaki": ("ja", "JP"),
    "Dominique": ("fr", "BE"),
    "Rock Me Amadeus": ("de", "AT"),
    "La Bamba": ("es", "US"),
    "Macarena (Bayside Boys Mix)": ("es", "ES"),
    "Despacito": ("es", "US"),
    "Life Goes On": ("ko", "KR"),
    "Like Crazy": ("ko", "KR"),
}
"""The #1s of the Hot 100 that are taken not to be in English; all others are, for what is asked."""

Printed = Mapping[str, Any]


def printed() -> Sequence[Printed]:
    """Return the claims, each with the history it is about, who printed it and when, and what is to be answered."""
    return [json.loads(line) for line in CLAIMS.read_text().splitlines()]


def history_of(name: str, data: Path, folder: Path) -> list[str]:
    """Return the arguments that name a history; files are made in a folder."""
    if name == "daily":
        return ["--from", "sample", "--chart", "netflix-daily-overall", "--territory", "US"]
    catalog = ["--catalog", str(data / "catalog.csv")]
    if name == "countries":
        return ["--from", f"netflix-countries:{data / 'netflix-countries-2022-02-27.tsv'}", *catalog]
    if name == "global":
        latest = max((data / "netflix-global-published").glob("*.tsv.gz"))
        return ["--from", f"netflix-global:{latest}", *catalog, "--territory", "GLOBAL"]
    return _hot_100(data / "other-charts" / "hot-100-number-ones.csv", folder)


def _hot_100(file: Path, folder: Path) -> list[str]:
    """Return the history of the Hot 100's #1s, and a catalog of them.

    To the end of 1961 its weeks were named by Mondays; here by the Saturday after, as all later ones are.
    Songs of one title have their artists' names beside it.
    """
    with file.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    artists: dict[str, set[str]] = {}
    for row in rows:
        artists.setdefault(row["song"], set()).add(row["artist"])
    titles = [f"{row['song']} ({row['artist']})" if len(artists[row["song"]]) > 1 else row["song"] for row in rows]
    _write(folder / "hot-100.csv", ["period", "title"], zip(map(_saturday, rows), titles, strict=True))
    # A song is not the film of its name: it came out when it was there first.
    first = dict(reversed(list(zip(titles, map(_saturday, rows), strict=True))))
    works = (
        (number, title, *NOT_IN_ENGLISH.get(title, ("en", "")), first[title])
        for number, title in enumerate(dict.fromkeys(titles))
    )
    columns = ["work_id", "title", "kind", "original_language", "origin_countries", "release_date"]
    _write(folder / "songs.csv", columns, ((number, title, "", *facts) for number, title, *facts in works))
    options = "chart=hot-100,name=the Hot 100,cadence=week,depth=1,territory=US,began=1958-08-09"
    source = f"csv,{options}:{folder / 'hot-100.csv'}"
    return ["--from", source, "--catalog", str(folder / "songs.csv"), "--chart", "hot-100", "--territory", "US"]


def _saturday(row: Mapping[str, str]) -> date:
    period = date.fromisoformat(row["date"])
    return period + timedelta((5 - period.weekday()) % 7)


def _write(file: Path, columns: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    with file.open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(columns)
        writer.writerows(rows)


def data_folder() -> Path | None:
    """Return the folder of published charts, where there is one."""
    return Path(os.environ["CHARTWATCH_DATA"]) if os.environ.get("CHARTWATCH_DATA") else None
