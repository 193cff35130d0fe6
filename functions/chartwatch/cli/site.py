"""`chartwatch site`: a site of static pages about what is recorded."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from chartwatch.adapters.site_folder import KEYS, SiteFolder
from chartwatch.cli.application import CatalogPlace, Origins, Stack, application, say, write
from chartwatch.cli.catalogs import NONE, catalog_at, layers_at
from chartwatch.cli.histories import read_history, refuse_none_or_both
from chartwatch.cli.replay import Stores
from chartwatch.cli.rule_files import rules_in
from chartwatch.domain import words
from chartwatch.domain.works.layers import Dossier
from chartwatch.errors import FileProblem, OptionError
from chartwatch.services.render import Rendered, Renderer, all_dossiers
from chartwatch.site.addresses import FRONT
from chartwatch.site.feeds import NOWHERE, Site
from chartwatch.site.rendering import POLICY

HOST = "127.0.0.1"
"""The only address that the site is shown on."""


def read_address(text: str) -> str:
    """Return the address of a site, with a slash at its end. Raises `OptionError`."""
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
    except ValueError:
        is_one = False
    if not is_one:
        raise OptionError("--address", f"{text!r} is not an address such as https://charts.example/")
    return f"{text.rstrip('/')}/"


app = application()


@app.command()
def site(
    *,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where to write the pages; what has not changed stays.")],
    origins: Origins = None,
    stack: Stack = None,
    catalog: CatalogPlace = None,
    rules: Annotated[Path | None, typer.Option(metavar="FILE", help="Rules of your own, as YAML, for --from.")] = None,
    address: Annotated[
        str | None,
        typer.Option(parser=read_address, metavar="URL", help="Where the site will be: for links of its feeds."),
    ] = None,
    serve: Annotated[bool, typer.Option("--serve", help="Show the site on this machine until Ctrl-C.")] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="PORT", help="The port for --serve; 0: any that is free.")
    ] = 8000,
) -> None:
    """Write a site of static pages about what is recorded."""
    refuse_none_or_both(origins or (), stack)
    if stack is not None and rules is not None:
        raise OptionError("--rules", "is for --from; a deployment went by its own")
    refuse_other_folder(out)
    try:
        rendered = write_site(out, origins or (), stack=stack, catalog=catalog, rules=rules, place=Site(address or ""))
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


def write_site(
    out: Path,
    origins: Sequence[str],
    *,
    stack: str | None = None,
    catalog: Path | None = None,
    rules: Path | None = None,
    place: Site = NOWHERE,
) -> Rendered:
    """Write the site of a history, or of a deployment, to a folder; what has not changed there stays.

    Raises `OSError` for a folder that cannot be written to, and what `open_recorded` raises.
    """
    folder = SiteFolder(out)
    if stack is None:
        works, stores, dossiers = catalog_at(catalog), Stores(), _dossiers(catalog)
        read_history(origins, works, rules_in(rules), stores)
        return Renderer(stores.charts, stores.record, works, place, dossiers).render(folder)
    from chartwatch.adapters.workstation import deployed_stores  # noqa: PLC0415  # files are read without boto3

    with deployed_stores(stack) as deployed:
        works = deployed.catalogs.current() if catalog is None else catalog_at(catalog)
        in_force = partial(all_dossiers, deployed.catalogs) if catalog is None else _dossiers(catalog)
        return Renderer(deployed.charts, deployed.record, works, place, in_force).render(folder)


def _dossiers(catalog: Path | None) -> Callable[[], Iterable[Dossier]]:
    """Return what returns the dossiers of all layers of the catalog at a place; there are none at `NONE`."""
    return tuple if catalog == NONE else partial(all_dossiers, layers_at(catalog))


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
