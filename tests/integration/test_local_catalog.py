"""A folder with the layers of a catalog, which several processes may change."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest

from chartwatch.adapters.local_catalog import LOCK, LocalCatalog, check_writable
from chartwatch.domain.works.facts import Fact, Layer
from chartwatch.domain.works.layers import Dossier
from chartwatch.domain.works.lookups import WorkLookup
from chartwatch.domain.works.work import Work
from chartwatch.errors import CatalogChanged, FileProblem

HOLD = """
import fcntl, sys
with open(sys.argv[1], "ab") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""


def override(work_id: str) -> Dossier:
    fact = Fact("original_language", "ko", Layer.OVERRIDE, "a person", date(2026, 1, 1))
    return Dossier(Layer.OVERRIDE, Work(work_id, work_id), WorkLookup((fact,)))


def overridden(folder: Path) -> set[str]:
    return {its.work.id for its in LocalCatalog(folder=folder).layer(Layer.OVERRIDE)}


@pytest.mark.parametrize("writers", [2, 8])
@pytest.mark.parametrize("turn", range(10))
def test_of_several_writers_at_once_none_loses_what_another_wrote(tmp_path: Path, writers: int, turn: int) -> None:
    folder = tmp_path / str(turn)
    together = Barrier(writers)

    def write(work_id: str) -> None:
        layers = LocalCatalog(folder=folder)
        before = layers.layer(Layer.OVERRIDE)
        together.wait()
        while True:
            try:
                layers.replace(Layer.OVERRIDE, [*before, override(work_id)], before=before)
            except CatalogChanged:
                before = layers.layer(Layer.OVERRIDE)
            else:
                return

    with ThreadPoolExecutor(writers) as threads:
        list(threads.map(write, map(str, range(writers))))
    assert overridden(folder) == set(map(str, range(writers)))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such lock")
def test_a_writer_waits_for_another_process_and_compares_what_it_left(tmp_path: Path) -> None:
    layers = LocalCatalog(folder=tmp_path)
    layers.replace(Layer.OVERRIDE, [override("a")], before=())
    with (
        subprocess.Popen(
            [sys.executable, "-c", HOLD, tmp_path / LOCK], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as holder,
        ThreadPoolExecutor(1) as threads,
    ):
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        waiting = threads.submit(layers.replace, Layer.OVERRIDE, [override("b")], before=[override("a")])
        changed = LocalCatalog(folder=tmp_path / "elsewhere")
        changed.replace(Layer.OVERRIDE, [override("c")])
        (tmp_path / "elsewhere" / "override.json").replace(tmp_path / "override.json")
        assert not waiting.done()
        holder.stdin.close()
        with pytest.raises(CatalogChanged):
            waiting.result()
    assert overridden(tmp_path) == {"c"}


def test_a_folder_that_is_tested_for_writing_is_as_it_was(tmp_path: Path) -> None:
    check_writable(tmp_path / "new" / "works")
    assert list(tmp_path.iterdir()) == []
    LocalCatalog(folder=tmp_path).replace(Layer.OVERRIDE, [override("a")])
    check_writable(tmp_path)
    assert {its.name for its in tmp_path.iterdir()} == {"override.json", LOCK}
    with pytest.raises(FileProblem, match="Not a directory"):
        check_writable(tmp_path / "override.json" / "works")
