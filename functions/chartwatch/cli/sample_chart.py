"""The sample that comes with the command: Netflix's daily US chart, 2020-04-01 to 2022-03-11."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from chartwatch.sources import Source, open_source

SAMPLE = "sample"
"""What stands for it wherever a history is named."""

SAMPLE_OPTIONS: Mapping[str, str] = {
    "chart": "netflix-daily-overall",
    "name": "Netflix's daily Top 10",
    "provider": "netflix",
    "cadence": "day",
    "list_name": "overall",
}
"""Options of the source `csv` that say what the sample does not say itself."""

SAMPLE_FOLDER = Path(str(resources.files("chartwatch.cli") / "sample"))


def open_sample() -> tuple[Source, Path]:
    """Return the source of the sample, and its file."""
    return open_source("csv", SAMPLE_OPTIONS), SAMPLE_FOLDER / "netflix-daily-us.csv"
