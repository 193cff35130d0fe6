"""The benchmark of memory, which is run seldom and brings stores of its own, still runs as the stores have become."""

import os
import subprocess
import sys
from pathlib import Path


def test_the_memory_of_each_part_is_measured() -> None:
    here = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "bench.memory", "1"],
        cwd=here,
        env={**os.environ, "PYTHONPATH": "functions"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(" MiB  ") == 10
