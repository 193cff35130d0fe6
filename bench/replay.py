"""How long the replay of Netflix's file of 2022-02-27 takes, against DuckDB working out the same slots.

    CHARTWATCH_DATA=... python -m bench.replay [rounds]

Both run in processes of their own, in turn, on this machine: from before their imports to their last result as they
measure it themselves, and as whole processes. Exits with 1 when the slots differ in number, or a target is missed.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

MOST_TIMES_DUCKDB = 5.0
MOST_BYTES = 200 * 10**6

ROOT = Path(__file__).parents[1]
PROGRAMS = {"chartwatch": "bench.ours", "duckdb": "bench.duckdb_slots"}


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: number of slots, seconds within the process and of the whole process, peak resident bytes."""

    slots: int
    inside: float
    parts: Mapping[str, float]
    whole: float
    peak_bytes: int


def run_once(program: str, arguments: Sequence[str]) -> Measured:
    """Run one of `PROGRAMS` in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "functions")])}
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", PROGRAMS[program], *arguments],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    whole = time.perf_counter() - started
    said = json.loads(done.stdout)
    return Measured(said["slots"], said["seconds"], said["of which"], whole, said["peak_bytes"])


def main(rounds: int) -> int:
    """Measure `rounds` rounds after one that warms the caches, print the medians, and return the exit code."""
    if "CHARTWATCH_DATA" not in os.environ:
        print("CHARTWATCH_DATA names no folder with the charts to measure on", file=sys.stderr)
        return 2
    data = Path(os.environ["CHARTWATCH_DATA"]).resolve()
    arguments = [str(data / "netflix-countries-2022-02-27.tsv"), str(data / "catalog.csv")]
    runs: dict[str, list[Measured]] = {program: [] for program in PROGRAMS}
    for number in range(rounds + 1):
        for program, its in runs.items():
            measured = run_once(program, arguments)
            if number:
                its.append(measured)
    for program, its in runs.items():
        print(_line(program, its))
    ours, theirs = runs["chartwatch"], runs["duckdb"]
    inside = [our.inside / their.inside for our, their in zip(ours, theirs, strict=True)]
    whole = [our.whole / their.whole for our, their in zip(ours, theirs, strict=True)]
    peak = max(measured.peak_bytes for measured in ours)
    same = {measured.slots for its in runs.values() for measured in its}
    print(f"chartwatch / duckdb  inside {median(inside):.2f}, whole process {median(whole):.2f} (at most 5)")
    print(f"peak memory          {peak / 1e6:.0f} MB (at most 200)")
    print(f"slots                {' and '.join(map(str, sorted(same)))}")
    met = max(median(inside), median(whole)) <= MOST_TIMES_DUCKDB and peak <= MOST_BYTES and len(same) == 1
    return 0 if met else 1


def _line(program: str, its: Sequence[Measured]) -> str:
    """Return the medians of a program's runs."""
    parts = (f"{part} {median(run.parts[part] for run in its):.2f}" for part in its[0].parts)
    whole, inside = median(run.whole for run in its), median(run.inside for run in its)
    return f"{program:<20} {inside:.2f} s ({', '.join(parts)}), whole process {whole:.2f} s"


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 7))
