"""Building the real template with SAM CLI, and deploying it to a local AWS."""

import compileall
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Any

from chartwatch_local.aws import LocalAws, LocalError, environment_for
from chartwatch_local.checkout import FUNCTIONS, ROOT, STATE, TEMPLATE, TOOLS

STACK = "chartwatch"
"""Name of the stack."""

BUILD_PARAMETERS = {
    "PythonRuntime": f"python{sys.version_info.major}.{sys.version_info.minor}",
    # Packages with compiled parts must be those of the machine that runs them.
    "Architecture": "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64",
}
"""The parameters of the template that decide what is built: this interpreter and this machine."""

_BUILDS = STATE / "build"
_KEPT = 3
_CODE = "code.zip"
_SAM = TOOLS / "sam" / "bin" / "sam"
_ARTIFACT = re.compile(r"^(\s+CodeUri: )(\w+)$", re.MULTILINE)


@dataclass(frozen=True)
class Build:
    """What `sam build` made of the template.

    `artifact` is the folder it built for the functions, their code and packages. `template` is the built template, but
    has all functions run from one archive of their code alone: the local AWS unpacks it for each function, and anew
    after each error, and 6,000 files of packages would take longer than everything else. It finds them in `artifact`.
    And where the built template refuses who comes without TLS, this one refuses who comes with it: the local AWS has
    none, and obeys such policies.
    """

    template: Path
    artifact: Path


def build() -> Build:
    """Build the template, unless nothing has changed since it was built. Raises `LocalError` when that fails."""
    _BUILDS.mkdir(parents=True, exist_ok=True)
    folder = _BUILDS / _fingerprint()
    with (_BUILDS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other processes of this checkout may build, too
        if not folder.exists():
            _build_into(folder)
        folder.touch()
        for old in sorted(_BUILDS.glob(f"*/{_CODE}"), key=lambda code: code.parent.stat().st_mtime)[:-_KEPT]:
            shutil.rmtree(old.parent)
    return Build(folder / "template.yaml", folder / "artifact")


def deploy(aws: LocalAws, made: Build, parameters: Mapping[str, str]) -> Mapping[str, str]:
    """Deploy a build with values for the template's parameters, and return the outputs of the stack.

    Raises `LocalError` with what SAM CLI said when that fails.
    """
    bucket = f"{STACK}-artifacts"
    aws.client("s3").create_bucket(Bucket=bucket)
    scratch = aws.log.parent
    _sam(
        "deploy",
        ("--template-file", made.template, "--stack-name", STACK, "--s3-bucket", bucket),
        ("--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-progressbar"),
        _options(scratch, {**BUILD_PARAMETERS, **parameters}),
        environment=aws.environment,
        folder=scratch,
    )
    stack = aws.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def schedule_input(aws: LocalAws, source: str) -> dict[str, Any]:
    """Return the event with which the deployed schedule for `source` invokes its function."""
    scheduler = aws.client("scheduler")
    listed = scheduler.list_schedules()["Schedules"]
    found = (scheduler.get_schedule(Name=its["Name"], GroupName=its["GroupName"]) for its in listed)
    events = (json.loads(its["Target"].get("Input", "{}")) for its in found)
    return next(event for event in events if event.get("source") == source)


def _build_into(folder: Path) -> None:
    # As deep as the folder that the template goes to, for it names files by their relative paths.
    built = _BUILDS / "sam"
    _sam(
        "build",
        ("--template-file", TEMPLATE, "--build-dir", built, "--cached", "--cache-dir", _BUILDS / "cache", "--parallel"),
        _options(_BUILDS, BUILD_PARAMETERS),
        environment=environment_for("http://127.0.0.1:9", _BUILDS),  # nothing listens there, and nothing needs to
        folder=_BUILDS,
    )
    template = (built / "template.yaml").read_text()
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    # All functions have one CodeUri, so that they have equal artifacts: any is that of all.
    (built / _ARTIFACT.findall(template)[0][1]).rename(partial / "artifact")
    _pack_code(partial / "artifact", partial / _CODE)
    for nested in built.glob("*/template.yaml"):  # a folder for each nested stack
        (partial / nested.parent.name).mkdir()
        (partial / nested.parent.name / nested.name).write_text(as_on_this_machine(nested.read_text()))
    of_one_archive = _ARTIFACT.sub(rf"\g<1>{_CODE}", template)
    (partial / "template.yaml").write_text(as_on_this_machine(of_one_archive))
    partial.rename(folder)


def as_on_this_machine(template: str) -> str:
    """Return a template that refuses who comes with TLS, and not without it: the local AWS has none."""
    return re.sub(r"(aws:SecureTransport\"?: )(['\"])false\2", r"\1\2true\2", template)


def _pack_code(artifact: Path, archive: Path) -> None:
    """Pack what an artifact has of the functions' own, compiled: each start of a function unpacks it anew."""
    compileall.compile_dir(artifact, quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    own = {path.name for path in (*FUNCTIONS.iterdir(), artifact / "__pycache__")}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(path for name in own for path in (artifact / name, *(artifact / name).rglob("*"))):
            if file.is_file():
                packed.write(file, file.relative_to(artifact))


def _options(folder: Path, parameters: Mapping[str, str]) -> tuple[str | Path, ...]:
    """Return options that give `parameters` as they are, and keep out what the person has set for real deployments."""
    values, settings = folder / "parameters.yaml", folder / "samconfig.toml"
    values.write_text(json.dumps(dict(parameters)))  # JSON is YAML; the command line has its own quoting
    settings.write_text("version = 0.1\n")
    return "--parameter-overrides", f"file://{values}", "--config-file", settings


def _sam(command: str, *options: tuple[str | Path, ...], environment: Mapping[str, str], folder: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"  # `sam build` wants its runtime
    arguments = [_SAM, command, *(option for some in options for option in some)]
    run(f"sam {command}", arguments, {**environment, "PATH": path, "SAM_CLI_POLL_DELAY": "0.2"}, folder)


def run(name: str, command: Sequence[str | Path], environment: Mapping[str, str], folder: Path) -> None:
    """Run a program. Raises `LocalError` with its name and what it said when it fails."""
    done = subprocess.run(
        command,
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LocalError(f"`{name}` ended with {done.returncode}:\n{done.stdout}")


def _fingerprint() -> str:
    """Return a name for everything that a build depends on."""
    made = {"__pycache__", "chartwatch.egg-info"}
    own = (path for path in FUNCTIONS.rglob("*") if path.is_file() and made.isdisjoint(path.parts))
    seen = hashlib.sha256(json.dumps(BUILD_PARAMETERS).encode())
    for file in sorted((TEMPLATE, *ROOT.glob("infrastructure/*.yaml"), *own)):
        seen.update(str(file.relative_to(ROOT)).encode())
        seen.update(hashlib.sha256(file.read_bytes()).digest())
    return seen.hexdigest()[:20]
