"""`chartwatch site`: a site of static pages about what is recorded."""

from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated

import typer

from chartwatch.adapters.site_folder import KEYS, SiteFolder
from chartwatch.cli.application import CatalogPlace, Origins, Stack, application, say, write
from chartwatch.cli.catalogs import catalog_at
from chartwatch.cli.histories import read_history, refuse_none_or_both
from chartwatch.cli.replay import Stores
from chartwatch.cli.rule_files import rules_in
from chartwatch.domain import words
from chartwatch.errors import FileProblem, OptionError
from chartwatch.services.render import Rendered, Renderer
from chartwatch.site.addresses import FRONT
from chartwatch.site.rendering import POLICY

HOST = "127.0.0.1"
"""The only address that the site is shown on."""

app = application()


@app.command()
def site(
    *,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where to write the pages; what has not changed stays.")],
    origins: Origins = None,
    stack: Stack = None,
    catalog: CatalogPlace = None,
    rules: Annotated[Path | None, typer.Option(metavar="FILE", help="Rules of your own, as YAML, for --from.")] = None,
    serve: Annotated[bool, typer.Option("--serve", help="Show the site on this machine until Ctrl-C.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port for --serve; 0: any that is free.")] = 8000,
) -> None:
    """Write a site of static pages about what is recorded."""
    refuse_none_or_both(origins or (), stack)
    if stack is not None and rules is not None:
        raise OptionError("--rules", "is for --from; a deployment went by its own")
    refuse_other_folder(out)
    try:
        rendered = _rendered(SiteFolder(out), origins or (), stack, catalog, rules)
    except OSError as error:
        raise FileProblem(str(out), "", f"cannot be written to ({error.strerror})") from error
    write([_sentence(rendered), f"Open {out / FRONT}"])
    if serve:
        serve_folder(out, port)


def refuse_other_folder(folder: Path) -> None:
    """Raise `FileProblem` for what is no folder, or one with files in it that are no site of ours."""
    if folder.exists() and not folder.is_dir():
        raise FileProblem(str(folder), "", "is no folder")
    if folder.is_dir() and not (folder / KEYS).exists() and any(folder.iterdir()):
        raise FileProblem(str(folder), "", f"has files in it that are no site ({KEYS} is missing); name another folder")


def _rendered(
    folder: SiteFolder, origins: Sequence[str], stack: str | None, catalog: Path | None, rules: Path | None
) -> Rendered:
    if stack is None:
        works, stores = catalog_at(catalog), Stores()
        read_history(origins, works, rules_in(rules), stores)
        return Renderer(stores.charts, stores.record, works).render(folder)
    from chartwatch.adapters.workstation import deployed_stores  # noqa: PLC0415  # files are read without boto3

    with deployed_stores(stack) as deployed:
        works = deployed.catalogs.current() if catalog is None else catalog_at(catalog)
        return Renderer(deployed.charts, deployed.record, works).render(folder)


def _sentence(rendered: Rendered) -> str:
    files = words.counted(rendered.files, "file")
    removed = f", {len(rendered.removed)} removed" if rendered.removed else ""
    return f"{files}: {len(rendered.written)} written{removed}, the others are as they were."


class _Handler(SimpleHTTPRequestHandler):
    """Answers with the files of a folder, under the policy that a deployment has, and says nothing of each."""

    def end_headers(self) -> None:
        """Add the policy to each answer."""
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve_folder(folder: Path, port: int) -> None:
    """Show a folder on this machine until somebody presses Ctrl-C. Raises `OptionError` for a port that is taken."""
    try:
        server = ThreadingHTTPServer((HOST, port), partial(_Handler, directory=str(folder)))
    except OSError as error:
        raise OptionError("--port", f"{port} cannot be had ({error.strerror}); 0 takes any that is free") from error
    with server:
        say(f"http://{HOST}:{server.server_address[1]}/ shows it; Ctrl-C ends that.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("")
