"""`chartwatch sources`, and how the source is found that a command line names."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from importlib import import_module
from importlib.metadata import entry_points
from inspect import getattr_static
from pathlib import Path
from typing import Annotated

import typer

from chartwatch.cli.application import AnswerAs, AnswerFormat, application, in_json, write
from chartwatch.cli.wording import did_you_mean
from chartwatch.domain import words
from chartwatch.errors import OptionError
from chartwatch.sources import SOURCES, Source

ENTRY_POINTS = "chartwatch.sources"
"""The group of entry points by which an installed package offers sources."""

OWN = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*:[^\W\d]\w*"
"""What the name of a source of one's own looks like, which nobody has registered: `module:Class`."""

EXIT_DIFFERS = 1
"""Exit code when a provider does not answer as it used to."""

EXIT_UNREACHED = 3
"""Exit code when a provider did not answer at all, so that nobody knows."""


class Checkable(StrEnum):
    """The providers whose answers were recorded."""

    WIKIDATA = "wikidata"
    TMDB = "tmdb"
    NETFLIX_COUNTRIES = "netflix-countries"


_MEMBERS = tuple(name for name in (*Source.__annotations__, *vars(Source)) if not name.startswith("_"))
_CLASS_MEMBERS = tuple(name for name in _MEMBERS if not isinstance(vars(Source).get(name), property))

app = application("List the sources and their options, or check whether a provider answers as it used to.")


@app.callback(invoke_without_command=True)
def sources(context: typer.Context, output: AnswerAs = AnswerFormat.TEXT) -> None:
    """List the sources and their options, or check whether a provider answers as it used to."""
    if context.invoked_subcommand:
        return
    from chartwatch.cli.listings import console, source_json, sources_table  # noqa: PLC0415  # a replay starts without rich

    known = {**SOURCES, **{name: find_source(name, ENTRY_POINTS) for name in _installed()}}
    if output is AnswerFormat.JSON:
        write([in_json([source_json(name, source) for name, source in known.items()])])
    else:
        out = console()
        out.print(sources_table(known, out.width))


@app.command("check")
def check_provider(
    provider: Annotated[Checkable, typer.Argument(metavar="PROVIDER", help="wikidata, tmdb or netflix-countries.")],
    *,
    address: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Where it is; else where CHARTWATCH_WIKIDATA or CHARTWATCH_TMDB say, or usual."
        ),
    ] = None,
    contact: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="How to reach you, which Wikidata wants; else CHARTWATCH_CONTACT."),
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A file with your key of TMDB; else the environment variable TMDB_KEY."),
    ] = None,
) -> None:
    """Ask a live provider for a work that is well known, and say in what its answers differ from the recorded shape."""
    from chartwatch.cli.live import LiveProvider  # noqa: PLC0415  # help is shown without urllib3

    asked = LiveProvider(provider, address, contact, key_file)
    differs = silent = answered = 0
    write([f"{provider} at {asked.address}", *([asked.notice] if asked.notice else [])])
    for checked in asked.check():
        differs += bool(checked.differs)
        silent += bool(checked.silence)
        answered += not checked.silence
        said = f"differs: {'; '.join(checked.differs)}" if checked.differs else checked.seen
        write([f"  {checked.question}: {f'no answer: {checked.silence}' if checked.silence else said}"])
    if not answered:
        write(["It gave no answer: whether it answers as recorded is not known"])
        raise typer.Exit(EXIT_UNREACHED)
    unanswered = f", and {words.counted(silent, 'question')} got none" if silent else ""
    differing = f"{differs} of its answers differ from what was recorded" if differs else "It answers as recorded"
    write([f"{differing}{unanswered}"])
    if differs or silent:
        raise typer.Exit(EXIT_DIFFERS)


def is_source(name: str) -> bool:
    """Return whether a source has that name, registered here or offered by an installed package."""
    return name in SOURCES or name in _installed()


def open_named(name: str, settings: Sequence[str], parameter: str) -> Source:
    """Return the source of that name, `module:Class` for one of one's own, with its options as `key=value`.

    `parameter` is where the name was given. Raises `OptionError`.
    """
    source = find_source(name, parameter).configured(read_settings(settings))
    _refuse_incomplete(source, _MEMBERS, name, parameter)
    return source


def find_source(name: str, parameter: str) -> type[Source]:
    """Return the class of a source by its name. Raises `OptionError`."""
    if name in SOURCES:
        return SOURCES[name]
    reference = _installed().get(name, name)
    if not re.fullmatch(OWN, reference):
        there_are = f"there are {', '.join(SOURCES)}; one of your own is MODULE:CLASS"
        raise OptionError(parameter, f"the source {name!r} is not known{did_you_mean(name, SOURCES)}; {there_are}")
    module, _, class_name = reference.partition(":")
    found = _imported(module, class_name, parameter)
    _refuse_incomplete(found, _CLASS_MEMBERS, reference, parameter)
    return found


def _installed() -> Mapping[str, str]:
    """Return the sources that installed packages offer, each as `module:Class`, by name."""
    return {offered.name: offered.value for offered in entry_points(group=ENTRY_POINTS)}


def _imported(module: str, name: str, parameter: str) -> type[Source]:
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)  # as `python -m` does
    try:
        found = vars(import_module(module))
    except Exception as error:  # anything may go wrong in a module of somebody else's
        if isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}."):
            detail = f"there is no module {error.name!r}, neither in this folder nor installed"
        else:
            detail = f"the module {module} cannot be imported: {type(error).__name__}: {' '.join(str(error).split())}"
        raise OptionError(parameter, detail) from error
    classes: dict[str, type[Source]] = {known: its for known, its in found.items() if isinstance(its, type)}
    if name not in classes:
        raise OptionError(parameter, f"the module {module} has no class {name!r}{did_you_mean(name, classes)}")
    return classes[name]


def _refuse_incomplete(found: object, members: Iterable[str], name: str, parameter: str) -> None:
    """Raise `OptionError` when something is no source, for want of a member or of one that does anything."""
    missing = [its for its in members if getattr_static(found, its, None) in (None, vars(Source).get(its))]
    if missing:
        raise OptionError(parameter, f"{name} is not a source: it has no {words.listed(missing)}")


def read_settings(settings: Sequence[str]) -> dict[str, str]:
    """Return the options of a source, each given as `key=value`. Raises `OptionError`."""
    value_by_key: dict[str, str] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not (key and equals):
            raise OptionError("-o", f"{setting!r} is not of the form key=value")
        if key in value_by_key:
            raise OptionError(f"-o {key}", "is given twice")
        value_by_key[key] = value
    return value_by_key
