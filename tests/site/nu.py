"""The W3C's checker of HTML and CSS, run on files: the npm package `vnu-jar`, which needs Java."""

import json
import shutil
import subprocess
from pathlib import Path

JAR = Path(__file__).parents[2] / ".tools" / "site" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"

NO_FAULTS = ("Content Security Policy (meta tag)",)
"""What the checker says that is not so: a file beside a page is of another host, data in a page would run.

What a browser says of the policy is in the tests of what it shows."""


def lacking() -> str | None:
    """Return what the checker lacks to run here; None where it runs."""
    if not shutil.which("java"):
        return "the checker of HTML needs Java: apt-get install default-jre-headless"
    if not JAR.exists():
        return "the checker of HTML is not installed: make .tools/site/.ready, which needs npm"
    return None


def nu_faults(folder: Path, addresses: list[str]) -> list[str]:
    """Return each error and warning of the checker for these HTML, CSS and SVG files of `folder`."""
    done = subprocess.run(  # exits with 1 where it finds an error
        [
            "java",
            "-jar",
            str(JAR),
            "--format",
            "json",
            "--also-check-css",
            "--also-check-svg",
            "--no-langdetect",
            *addresses,
        ],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )
    messages = json.loads(done.stderr)["messages"]
    return [
        f"{Path(message.get('url', '')).name}: {message['message']} {message.get('extract', '')!r}"
        for message in messages
        if message["type"] != "info" or message.get("subType") == "warning"
        if not any(known in message["message"] for known in NO_FAULTS)
    ]
