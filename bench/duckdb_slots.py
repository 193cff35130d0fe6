"""The same slots worked out by DuckDB, from an empty process to the last slot; prints one JSON object."""

import time

STARTED = time.perf_counter()

import json
import resource
import sys
from pathlib import Path

import duckdb

from tests.oracle import loading, sql

CHARTS = {"netflix-weekly-tv": sql.Chart(7, "tv"), "netflix-weekly-films": sql.Chart(7, "films")}


def main(weeks: Path, catalog_file: Path) -> None:
    """Load both files, query every slot, and print seconds since the start, slots and peak memory."""
    connection = duckdb.connect()
    loading.countries_tsv(connection, weeks)
    loading.catalog_csv(connection, catalog_file)
    loaded = time.perf_counter()
    slots = sql.milestones(connection, sql.DEFAULT_RULES, CHARTS)
    ended = time.perf_counter()
    measured = {
        "slots": len(slots),
        "seconds": ended - STARTED,
        "of which": {"imports and loading": loaded - STARTED, "queries": ended - loaded},
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
