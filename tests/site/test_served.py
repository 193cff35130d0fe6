"""The site as `chartwatch site --serve` shows it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from chartwatch.site.rendering import POLICY

pytestmark = pytest.mark.xdist_group("site-files")

FUNCTIONS = Path(__file__).parents[2] / "functions"


def test_the_site_is_served_on_this_machine_under_its_policy_until_it_is_interrupted(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "chartwatch.cli", "site", "--from", "sample", "--out", str(tmp_path / "site")]
    environment = {**os.environ, "PYTHONPATH": str(FUNCTIONS)}
    with subprocess.Popen(
        [*command, "--serve", "--port", "0"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr
            lines = iter(process.stderr.readline, "")
            found = next(filter(None, (re.match(r"http://127\.0\.0\.1:\d+/", line) for line in lines)))
            with urlopen(found[0], timeout=60) as answer:
                assert answer.headers["Content-Security-Policy"] == POLICY
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert b"<h1>" in answer.read()
        finally:
            process.send_signal(signal.SIGINT)
    assert process.returncode == 0
