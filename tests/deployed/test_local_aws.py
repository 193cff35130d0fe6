"""The local AWS and its subscriber: they keep to themselves, and leave nothing."""

import os
import signal
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from chartwatch_local.aws import HOST, LocalError, environment_for, local_aws, wait_until
from chartwatch_local.checkout import TOOLS

pytestmark = [
    pytest.mark.xdist_group("deployed"),
    pytest.mark.skipif(not (TOOLS / ".ready").exists(), reason="the local AWS is not installed: make tools"),
]

WAITING = """
from chartwatch_local.aws import local_aws
import signal
# A shell lets what it starts in the background ignore an interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
with local_aws() as aws:
    print(aws.endpoint, aws.log.parent, flush=True)
    signal.pause()
"""


def test_a_local_aws_listens_on_this_machine_alone_and_leaves_nothing() -> None:
    with local_aws() as aws:
        address = urlsplit(aws.endpoint)
        folder = aws.log.parent
        assert address.hostname == HOST
        assert folder.exists()
    assert not _listens(address.port)
    assert not folder.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_whatever_ends_the_program_ends_the_local_aws(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None
        endpoint, folder = program.stdout.readline().decode().split()
        program.send_signal(number)
        try:
            program.communicate(timeout=30)
        finally:
            program.kill()
    assert program.returncode != 0
    assert not _listens(urlsplit(endpoint).port)
    assert not os.path.exists(folder)  # noqa: PTH110  (it is a name that another process printed)


def test_nothing_of_a_person_s_aws_settings_reaches_the_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")
    monkeypatch.setenv("SAM_CLI_CONFIG", "production.toml")
    environment = environment_for("http://127.0.0.1:1", TOOLS)
    assert "production" not in environment.values()
    assert "secret" not in environment.values()
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert environment["AWS_CONFIG_FILE"] == os.devnull


def test_what_does_not_come_is_named() -> None:
    with pytest.raises(LocalError, match="the story did not come within 0 seconds"):
        wait_until(lambda: False, 0.1, "the story did not come")


def _listens(port: int | None) -> bool:
    assert port is not None
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
