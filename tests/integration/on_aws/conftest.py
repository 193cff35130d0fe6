"""A local AWS, one for all that the command is asked of it, and files to replay there."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chartwatch_local.aws import LocalAws, local_aws
from chartwatch_local.checkout import TOOLS
from tests.stacks import CATALOG, TITLES, rows


@pytest.fixture(autouse=True)
def _no_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine's own AWS configuration is used."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "CHARTWATCH_"))]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "no-such-file"))


@pytest.fixture
def versions(tmp_path: Path) -> list[Path]:
    """Return three versions of a chart: with a gap, then without it and grown, then with an old day changed."""
    days = [list(rows(day, ("US", title), ("KR", TITLES[day - 1]))) for day, title in enumerate(TITLES)]
    changed = list(rows(1, ("US", "Élite"), ("KR", "Dark")))
    contents = [days[:2] + days[3:5], days, [days[0], changed, *days[2:]]]
    files = [tmp_path / f"2022-01-0{6 + n}T000000Z.csv" for n in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        lines = ("period,territory,rank,title,kind", *(row for day in content for row in day), "")
        file.write_text("\n".join(lines), encoding="utf-8")
    return files


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    file = tmp_path / "catalog.csv"
    file.write_text(CATALOG, encoding="utf-8")
    return file


# On an endpoint: a local AWS.


@pytest.fixture(scope="package")
def local() -> Iterator[LocalAws]:
    if not (TOOLS / "local-aws").exists():
        pytest.skip("the local AWS is not installed; `make tools` does that")
    with local_aws() as aws:
        yield aws


@pytest.fixture
def aws(local: LocalAws, _no_aws: None, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    for name, value in local.environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    return local
