"""How much memory a whole-file revision takes: 504 publications of 94 countries, published four times.

    python -m bench.memory [weeks]

Each time every row says something else: a season has another label, a film another figure. A process of its own takes
in each document, and another one processes what it changed, as the two functions do; DynamoDB and S3 are in a file.
Then one process takes in all four documents, and the command `replay` has them in memory. Exits with 1 when any of
them had more than 512 MiB at its peak.
"""

import hashlib
import importlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.generated import WEEKLY, generated_history
from bench.on_disk import DiskDynamoDB, DiskS3

WEEKS, TIMES = 252, 4
WHOLE = replace(WEEKLY, gaps=10**9)
"""Each week has all its editions, on both lists."""

MOST_BYTES = 512 * 1024 * 1024

_HEADER = (
    "country_name\tcountry_iso2\tweek\tcategory\tweekly_rank\tshow_title\tseason_title\tcumulative_weeks_in_top_10\n"
)
_OTHERS = [f"Also {number}" for number in range(10)]
"""Titles for as long as there are few."""
_LABELS = ("Season 1", "{}: Season 1", "Limited Series", "{}")


def write_documents(folder: Path, weeks: int) -> Sequence[Path]:
    """Write the versions of a file by country, of so many weeks and two lists, and return them, oldest first."""
    lists = {name: generated_history(WHOLE, weeks, seed) for seed, name in enumerate(("Films", "TV"))}
    files = [folder / f"2026-01-{number + 1:02}T200000Z.tsv" for number in range(TIMES)]
    for number, file in enumerate(files):
        with file.open("w", encoding="utf-8") as out:
            out.write(_HEADER)
            for name, history in lists.items():
                titles = list(dict.fromkeys(work.title for work in history.catalog))
                for at, publication in enumerate(history.publications):
                    recent = titles[max(0, at * 4 - 40) : at * 4 + 60]
                    for place, edition in enumerate(publication.editions):
                        first = edition.entries[0].title
                        start = place * 7 % len(recent)
                        its = dict.fromkeys((first, *recent[start:], *recent[:start], *_OTHERS))
                        for rank, title in enumerate(list(its)[:10], 1):
                            season = _LABELS[number].format(title) if name == "TV" else "N/A"
                            row = (edition.territory, edition.territory, publication.period, name, rank, title, season)
                            out.write("\t".join(map(str, (*row, 1 + (at + rank + number) % 20))) + "\n")
    return files


def stores(folder: Path) -> tuple[Any, Any, Any]:
    """Return charts, record and archive as they are kept in a folder."""
    importlib.import_module("chartwatch.adapters.deployment")  # a function has it all in memory
    from chartwatch.adapters.dynamodb.charts import DynamoCharts
    from chartwatch.adapters.dynamodb.table import Table
    from chartwatch.adapters.record import AwsRecord
    from chartwatch.adapters.s3 import S3Archive

    dynamodb: Any = DiskDynamoDB(folder / "items")
    s3: Any = DiskS3(folder / "files")
    charts, milestones = (Table(dynamodb, name, workers=1) for name in ("charts", "milestones"))
    return DynamoCharts(charts), AwsRecord(milestones, s3, "bucket"), S3Archive(s3, "bucket")


def ingest_files(folder: Path, *files: str) -> None:
    """Take in documents, one after the other."""
    from chartwatch.domain.charts.publications import Provenance
    from chartwatch.services.ingest import ingest
    from chartwatch.sources import open_source

    charts, _, archive = stores(folder)
    source = open_source("netflix-countries", {})
    for file in map(Path, files):
        body = file.read_bytes()
        provenance = Provenance(file.name, f"{file.name[:10]}T20:00:00Z", hashlib.sha256(body).hexdigest())
        ingested = ingest(
            source.name,
            body,
            provenance,
            parse=source.parse,
            whole_history=True,
            archive=archive,
            charts=charts,
        )
        print(f"{len(ingested.new)} new, {len(ingested.revised)} revised", file=sys.stderr)
        del body, ingested


def detect_all(folder: Path) -> None:
    """Process every publication that is not recorded as it is stored, as the stream would wake the detector for it."""
    from chartwatch.domain.works.catalog import Catalog
    from chartwatch.rules import default_rules
    from chartwatch.services.detect import Detector

    charts, record, _ = stores(folder)
    catalog = Catalog(work for seed in range(2) for work in generated_history(WHOLE, WEEKS, seed).catalog)
    detector = Detector(charts, record, catalog, default_rules(), date(2026, 1, 1))
    weeks = [(its.period, chart) for chart in charts.charts() for its in charts.timeline(chart)]
    changes = sum(len(b.changes) for period, chart in sorted(weeks) for b in detector.detect(chart, period))
    print(f"{changes} changes", file=sys.stderr)


def replay_files(*files: str) -> None:
    """Replay documents with everything in memory, as the command does."""
    from chartwatch.cli.replay import replay
    from chartwatch.domain.works.catalog import Catalog
    from chartwatch.rules import default_rules
    from chartwatch.sources import open_source

    source = open_source("netflix-countries", {})
    bulletins = replay(map(Path, files), source, Catalog(), default_rules(), live_from=date(2026, 1, 1))
    print(f"{sum(len(bulletin.changes) for bulletin in bulletins)} changes", file=sys.stderr)


def measured(*arguments: str) -> Mapping[str, float]:
    """Run a part in a process of its own, and return its seconds and its peak in bytes."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.memory", *arguments], check=True, stdout=subprocess.PIPE, text=True
    )
    its: Mapping[str, float] = json.loads(done.stdout)
    return its


def parts(folder: Path, files: Sequence[Path]) -> Iterator[tuple[str, Mapping[str, float]]]:
    """Run each part, and yield what it is and what it took."""
    (folder / "each").mkdir()
    (folder / "together").mkdir()
    for number, file in enumerate(files, 1):
        yield f"document {number}, taken in", measured("ingest", str(folder / "each"), str(file))
        yield f"document {number}, processed", measured("detect", str(folder / "each"))
    every = [str(file) for file in files]
    yield "all documents, taken in by one process", measured("ingest", str(folder / "together"), *every)
    yield "all documents, replayed in memory", measured("replay", *every)


def main(weeks: int) -> int:
    """Print the peaks, and return 1 when one of them is too high."""
    is_too_much = False
    with TemporaryDirectory() as scratch:
        files = write_documents(Path(scratch), weeks)
        print(f"{TIMES} documents of {files[0].stat().st_size / 1e6:.1f} MB, at most {MOST_BYTES >> 20} MiB each time")
        for name, its in parts(Path(scratch), files):
            is_too_much |= its["peak"] > MOST_BYTES
            print(f"{name:<40} {its['peak'] / 2**20:>6.0f} MiB  {its['seconds']:>6.1f} s", flush=True)
    return 1 if is_too_much else 0


PARTS: Mapping[str, Callable[..., None]] = {"ingest": ingest_files, "detect": detect_all, "replay": replay_files}

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in PARTS:
        started = time.perf_counter()
        where = [Path(sys.argv[2])] if sys.argv[1] != "replay" else [sys.argv[2]]
        PARTS[sys.argv[1]](*where, *sys.argv[3:])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"peak": peak, "seconds": time.perf_counter() - started}))
    else:
        sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else WEEKS))
