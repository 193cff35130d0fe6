"""One replay of Netflix's file by Chartwatch, from an empty process to the last bulletin; prints one JSON object."""

import time

STARTED = time.perf_counter()

import hashlib
import json
import resource
import sys
from pathlib import Path

from chartwatch.adapters.catalog_file import read_catalog
from chartwatch.adapters.memory import MemoryCharts, MemoryRecord, NoArchive
from chartwatch.domain.charts.publications import Provenance
from chartwatch.rules import default_rules
from chartwatch.services.detect import Detector
from chartwatch.services.ingest import ingest
from chartwatch.sources import open_source


def main(weeks: Path, catalog_file: Path) -> None:
    """Read, parse, ingest and process the file, and print seconds since the start, slots and peak memory."""
    catalog, rules = read_catalog(catalog_file), default_rules()
    source, charts, record = open_source("netflix-countries", {}), MemoryCharts(), MemoryRecord()
    prepared = time.perf_counter()
    body = weeks.read_bytes()
    ingested = ingest(
        source.name,
        body,
        Provenance(source.url, None, hashlib.sha256(body).hexdigest()),
        parse=source.parse,
        whole_history=source.whole_history,
        archive=NoArchive(),
        charts=charts,
    )
    stored = time.perf_counter()
    detector = Detector(charts, record, catalog, rules)
    bulletins = [b for p in ingested.written for b in detector.detect(p.chart.id, p.period)]
    ended = time.perf_counter()
    slots = {change.milestone.slot for bulletin in bulletins for change in bulletin.changes}
    measured = {
        "slots": len(slots),
        "seconds": ended - STARTED,
        "of which": {
            "imports, catalog and rules": prepared - STARTED,
            "reading and ingesting": stored - prepared,
            "detecting": ended - stored,
        },
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
