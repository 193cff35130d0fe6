"""A local AWS: ministack, started on a free port of 127.0.0.1 and stopped with all that it started."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
import urllib3
from botocore.config import Config

from chartwatch_local.checkout import STATE, TOOLS

REGION = "us-east-1"
"""The region that the local AWS plays."""

HOST = "127.0.0.1"
"""The only address that anything local listens on."""

START_SECONDS = 30
"""How long the local AWS may take to come up."""

LONGEST_PAUSE = 0.5
"""Seconds between two looks at what takes long."""

STOP_SECONDS = 5
"""How long it may take to stop before it is killed."""


PATIENT = 8
"""Attempts of a client that may wait for a busy service, half a minute in all."""


class LocalError(Exception):
    """Something local did not work; `str()` is a sentence for a person, with the log that explains it."""


@dataclass(frozen=True)
class LocalAws:
    """A running local AWS. `environment` is what tools and SDKs need to find it, and nothing else; `log` is its own."""

    endpoint: str
    environment: Mapping[str, str]
    log: Path
    _session: Any

    def client(self, service: str, attempts: int = 1) -> Any:
        """Return a client of boto3's for a service. It waits for an answer as long as a function may run."""
        config = Config(read_timeout=120, retries={"mode": "standard", "total_max_attempts": attempts}, proxies={})
        return self._session.client(service, endpoint_url=self.endpoint, config=config)


@contextmanager
def local_aws(packages: Path | None = None) -> Iterator[LocalAws]:
    """Run a local AWS, and stop it and remove what it left when the block ends, also by Ctrl-C or SIGTERM.

    Its functions find packages in the folder `packages`, beside those they are deployed with. Raises `LocalError` when
    it does not come up.
    """
    STATE.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="aws-", dir=STATE, ignore_cleanup_errors=True) as folder, _sigterm_as_exit():
        scratch = Path(folder)
        with socket.create_server((HOST, 0)) as probe:
            port = probe.getsockname()[1]
        endpoint = f"http://{HOST}:{port}"
        environment = environment_for(endpoint, scratch)
        log = scratch / "local-aws.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                # -E: PYTHONPATH is not for ministack, but for the interpreters of functions, which inherit it.
                [TOOLS / "local-aws" / "bin" / "python", "-E", "-m", "ministack"],
                env={**environment, **_settings(port, scratch), **({"PYTHONPATH": str(packages)} if packages else {})},
                cwd=scratch,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A group of its own, so that Ctrl-C reaches only us, and that what it started can be ended with it.
                start_new_session=True,
            )
        try:
            wait_until(lambda: _answers(endpoint, process, log), START_SECONDS, f"no local AWS at {endpoint}")
            session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
            yield LocalAws(endpoint, environment, log, session)
        finally:
            _end_group(process)


def environment_for(endpoint: str, scratch: Path) -> dict[str, str]:
    """Return this process's environment with all AWS settings replaced by such as lead to `endpoint` only.

    No profile, credential or configuration of the person at the keyboard is read.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_", "PYTHON"))}
    return inherited | {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": f"{HOST},localhost",
        "no_proxy": f"{HOST},localhost",
        "TMPDIR": str(scratch),
        "SAM_CLI_TELEMETRY": "0",
        "PYTHONUTF8": "1",
    }


def wait_until(
    met: Callable[[], bool],
    seconds: float,
    otherwise: str,
    pause: float = 0.05,
    *,
    logs: Callable[[], str] = str,
) -> None:
    """Return when `met` says so: it is asked after `pause` seconds, and the longer it takes the less often.

    Raises `LocalError` with `otherwise` and what `logs` has by then when it does not within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not met():
        if time.monotonic() > deadline:
            raise LocalError(f"{otherwise} within {seconds:.0f} seconds\n{logs()}".strip())
        time.sleep(pause)
        # What is asked is mostly the local AWS, which works for the answer.
        pause = max(pause, min(LONGEST_PAUSE, 1.2 * pause))


def _settings(port: int, scratch: Path) -> dict[str, str]:
    """Return what makes ministack keep to itself: one port of one address, its own folder, no Docker."""
    return {
        "AUTH": "true",
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": REGION,
        "STATE_DIR": str(scratch / "state"),
        "S3_DATA_DIR": str(scratch / "s3"),
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        # On starting and stopping, ministack removes the containers of every ministack that Docker runs.
        "DOCKER_HOST": f"unix://{scratch / 'no-docker.sock'}",
        # There is no X-Ray daemon here.
        "POWERTOOLS_TRACE_DISABLED": "true",
    }


def _answers(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> bool:
    if process.poll() is not None:
        raise LocalError(f"the local AWS ended with {process.returncode}:\n{log.read_text()}")
    try:
        return urllib3.request("GET", f"{endpoint}/_ministack/health", timeout=2, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and every process in its group: politely, then not."""
    process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    # It is not reaped yet: until it is, nobody else can get the group's number.
    while not os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) and time.monotonic() < deadline:
        time.sleep(0.02)
    with suppress(ProcessLookupError, PermissionError):  # what macOS and Linux say of a group of the dead
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def _sigterm_as_exit() -> Iterator[None]:
    """Let SIGTERM unwind the stack as Ctrl-C does, so that what was started is stopped."""
    before = signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
