"""Who has most number ones of the Hot 100, by artist as the rules for music count them.

Reads `other-charts/hot-100-number-ones.csv` (date, song, artist) in the folder that is its argument; prints the rows
of the table in docs/music.md: `python -m bench.most_number_ones "$CHARTWATCH_DATA"`.
"""

import hashlib
import sys
from pathlib import Path

from chartwatch.domain.charts.publications import Provenance
from chartwatch.domain.milestones.fold import Fold
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.works.catalog import Catalog
from chartwatch.rules import included_rules
from chartwatch.sources import open_source

MOST = 12
"""Artists of the table, and those who have as many as the last."""

OPTIONS = {
    "chart": "hot-100",
    "cadence": "week",
    "depth": "1",
    "territory": "US",
    "period_column": "date",
    "title_column": "song",
    "kind": "song",
    "creator": "artist",
    "began": "1958-08-04",
    "eras": "1961-12-25/1962-01-06",
}


def rows(file: Path) -> list[str]:
    """Return a row of the table for each of the artists with most: artist, #1s, and how many of these it leads."""
    body = file.read_bytes()
    source = open_source("csv", OPTIONS)
    rules = {rule.id: rule for rule in included_rules("music.yaml")}
    by_all, by_lead = rules["nth-by-artist"], rules["first-artist-with-n"]
    fold = Fold(Catalog(), RuleSet([by_all, by_lead]))
    for publication in source.parse(body, Provenance(file.name, None, hashlib.sha256(body).hexdigest())):
        fold.skip(publication.summary())
    counted, led = (fold.honour_roll(rule, "US").counts for rule in (by_all, by_lead))
    least = sorted(counted.values(), reverse=True)[MOST - 1]
    most = sorted((-count, str(name)) for name, count in counted.items() if count >= least)
    return [f"| {name} | {-count} | {led[name]} |" for count, name in most]


def main() -> None:
    """Print the rows."""
    print("\n".join(rows(Path(sys.argv[1]) / "other-charts" / "hot-100-number-ones.csv")))


if __name__ == "__main__":
    main()
