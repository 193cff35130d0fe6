"""Write each kind of page as a picture, to look at: `python -m tests.site.screenshots FOLDER`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.site.browsing import LOOKS, MISSING, browsing
from tests.site.kinds import fullest
from tests.site.sample import write_site
from tests.site.serving import serving


def write_screenshots(site: Path, folder: Path) -> list[Path]:
    """Write a PNG of the whole of the fullest page of each kind in each look, such as `front-phone-dark.png`.

    Raises SystemExit where no browser is installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with browsing() as windows, serving(site) as address:
        if windows is None:
            sys.exit(MISSING)
        for kind, page in fullest(site).items():
            for look in LOOKS:
                file = folder / f"{kind}-{look.name}.png"
                with windows.visit(address + page, look) as visit:
                    visit.page.screenshot(path=file, full_page=True)
                written.append(file)
    return written


if __name__ == "__main__":
    with TemporaryDirectory() as charts:
        pictures = write_screenshots(write_site(Path(charts)), Path(sys.argv[1]))
    print(f"{len(pictures)} pictures in {sys.argv[1]}")
