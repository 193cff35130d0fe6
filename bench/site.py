"""How long the site of Netflix's file by country takes, whole and for one new week, and how much memory.

python -m bench.site FILE [--catalog FILE]
"""

import argparse
import resource
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from chartwatch.adapters.site_folder import SiteFolder
from chartwatch.cli.catalogs import catalog_at, layers_at
from chartwatch.cli.replay import Stores, replay
from chartwatch.rules import default_rules
from chartwatch.services.render import Rendered, Renderer, all_dossiers
from chartwatch.sources import open_source


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--catalog", type=Path)
    asked = parser.parse_args()
    catalog, layers = catalog_at(asked.catalog), layers_at(asked.catalog)
    stores = Stores()
    renderer = Renderer(stores.charts, stores.record, catalog, dossiers=lambda: all_dossiers(layers))
    with TemporaryDirectory() as scratch:
        folder = SiteFolder(Path(scratch) / "site")
        eve = without_last_week(asked.file, Path(scratch) / asked.file.name)
        source = open_source("netflix-countries", {})
        for name, file in (("all but the last week", eve), ("the last week", asked.file)):
            for _ in replay([file], source, catalog, default_rules(), stores=stores):
                pass
            show(name, *timed(renderer, folder))
        show("the same again", *timed(renderer, folder))
        show("all of it, anew", *timed(renderer, folder, anew=True))
        size = sum(file.stat().st_size for file in folder.folder.rglob("*") if file.is_file())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{size / 1e6:.0f} MB in files; {peak:.0f} MB of memory at the peak, the replay's among it")


def without_last_week(file: Path, made: Path) -> Path:
    """Write a file of Netflix's without the rows of its latest week."""
    header, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
    week = header.rstrip("\n").split("\t").index("week")
    last = max(row.split("\t")[week] for row in rows)
    made.write_text("".join([header, *(row for row in rows if row.split("\t")[week] != last)]), encoding="utf-8")
    return made


def timed(renderer: Renderer, folder: SiteFolder, *, anew: bool = False) -> tuple[Rendered, float, float]:
    """Return what a render wrote, and its seconds, of the processor and by the clock."""
    processor, clock = time.process_time(), time.perf_counter()
    rendered = renderer.render(folder, anew=anew)
    return rendered, time.process_time() - processor, time.perf_counter() - clock


def show(name: str, rendered: Rendered, processor: float, clock: float) -> None:
    """Print what a render wrote."""
    kinds = Counter(address.split("/")[0] for address in rendered.written)
    named = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common(5))
    print(f"{name}: {len(rendered.written)} of {rendered.files} files ({named}); ", end="")
    print(f"{processor:.1f} s of the processor, {clock:.1f} s by the clock")


if __name__ == "__main__":
    main()
