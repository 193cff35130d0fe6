"""`chartwatch site`: what it writes, what it refuses, and what it shows on this machine."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from chartwatch.site.rendering import POLICY
from tests.command_line import run


def test_a_site_is_written_once_and_then_only_what_has_changed(tmp_path: Path) -> None:
    out = tmp_path / "site"
    first = run("site", "--from", "sample", "--out", str(out))
    assert re.fullmatch(
        rf"(\d+) files: \1 written, the others are as they were\.\nOpen {out}/index\.html\n", first.stdout
    )
    (out / "works" / "squid-game.html").unlink()
    assert ": 0 written," in run("site", "--from", "sample", "--out", str(out)).stdout
    (out / "site.json").write_text("{")
    assert ": 0 written," not in run("site", "--from", "sample", "--out", str(out)).stdout
    assert (out / "works" / "squid-game.html").exists()


def test_a_feed_has_whole_links_where_the_site_has_an_address(tmp_path: Path) -> None:
    run("site", "--from", "sample", "--out", str(tmp_path), "--address", "https://charts.example/top")
    feed = (tmp_path / "feeds" / "all.atom").read_text()
    assert 'href="https://charts.example/top/milestones/' in feed


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--from", "sample", "--out", "{other}"], "has files in it that are no site (site.json is missing)"),
        (["--from", "sample", "--out", "{other}/a"], "is no folder"),
        (["--out", "{new}"], "a history is needed: give --from or --stack"),
        (["--from", "sample", "--out", "{new}", "--address", "charts.example"], "is not an address such as https://"),
        (["--from", "sample", "--out", "{new}", "--rules", "nope.yaml"], "nope.yaml: No such file"),
        (["--stack", "s", "--out", "{new}", "--rules", "nope.yaml"], "option --rules: is for --from"),
    ],
)
def test_what_cannot_be_written_is_refused_in_a_sentence(tmp_path: Path, options: list[str], error: str) -> None:
    (other := tmp_path / "other").mkdir()
    (other / "a").write_text("mine")
    new = tmp_path / "new"
    done = run("site", *(option.format(other=other, new=new) for option in options))
    assert done.exit_code == 2
    assert error in done.stderr
    assert (other / "a").read_text() == "mine"
    assert not new.exists()


INTERRUPTIBLE = """
import signal
# A shell lets what it starts in the background ignore an interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
from chartwatch.cli.__main__ import main
main()
"""


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-c", INTERRUPTIBLE, "site", "--from", "sample", "--out", str(tmp_path / "site")]
    with subprocess.Popen([*command, "--serve", "--port", "0"], stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stderr is not None
            said = next(line for line in running.stderr if "127.0.0.1" in line)
            yield running, re.search(r"http://127\.0\.0\.1:\d+/", said)[0]  # type: ignore[index]
        finally:
            running.kill()


def test_a_site_is_shown_on_this_machine_under_its_policy_until_it_is_interrupted(
    shown: tuple[subprocess.Popen[str], str],
) -> None:
    running, address = shown
    with urlopen(address) as page:
        assert page.headers["Content-Security-Policy"] == POLICY
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert b"<h1>What made chart history</h1>" in page.read()
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"{address}nowhere.html")
    running.send_signal(signal.SIGINT)
    assert running.wait(30) == 0
