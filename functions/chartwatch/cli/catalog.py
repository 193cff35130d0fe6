"""`chartwatch catalog`: whether a catalog is right, and how a deployment gets it."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chartwatch.adapters.catalog_file import read_catalog
from chartwatch.cli.application import application, write
from chartwatch.cli.wording import changed_lines
from chartwatch.domain import words
from chartwatch.domain.milestones.milestone import Bulletin, Change
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import layer_of
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import Kind, Work
from chartwatch.errors import OptionError
from chartwatch.rules import included_rules
from chartwatch.services.detect import Detector

if TYPE_CHECKING:
    from chartwatch.adapters.workstation import Deployed

MOST_TAKEN_BACK = 20
"""Sent milestones that a catalog may take back without a question."""

MOST_SHOWN = 100
"""Of those that would be taken back, how many are listed."""

CatalogFile = Annotated[Path, typer.Argument(metavar="FILE", help="The catalog, as CSV.")]

app = application("Check a catalog of works, or upload it to a deployment.")


@app.command("check")
def check_catalog(file: CatalogFile) -> None:
    """Check a catalog and count what it holds and lacks."""
    write(catalog_lines(read_catalog(file)))


@app.command("load")
def load_catalog(
    file: CatalogFile,
    *,
    stack: Annotated[str, typer.Option(metavar="NAME", help="The deployed stack.")],
    yes: Annotated[bool, typer.Option("--yes", help="Upload it without a question, whatever it takes back.")] = False,
) -> None:
    """Show what a catalog would take back of what a deployment has sent, and upload it; ask if that is much."""
    from chartwatch.adapters.workstation import deployed_stores  # noqa: PLC0415  # a check needs no boto3

    catalog = read_catalog(file)
    with deployed_stores(stack) as stores:
        foreseen = foresee(stores, catalog)
        write(foreseen_lines(foreseen))
        if foreseen.wants_a_person and not yes:
            _ask(foreseen)
        stores.catalogs.replace(Layer.OWN_FILE, layer_of(catalog, Layer.OWN_FILE, "own file"))
    write([f"Uploaded {words.counted(len(catalog), 'work')} of {file} to the stack {stack}"])


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a catalog would change, chart by chart.

    `unknown` are the charts that are recorded by other rules than those here: what becomes of them cannot be told.
    """

    bulletins: tuple[Bulletin, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def taken_back(self) -> list[Change]:
        """What would be told to be otherwise than it was sent."""
        return [change for bulletin in self.bulletins for change in bulletin.changes if change.takes_back]

    @property
    def sent_otherwise(self) -> int:
        """How many other changes would be sent: firsts that come to light, provisional ones that are confirmed."""
        changes = (change for bulletin in self.bulletins for change in bulletin.changes)
        return sum(change.is_sent and not change.takes_back for change in changes)

    @property
    def wants_a_person(self) -> bool:
        """Whether somebody has to say that it is meant."""
        return len(self.taken_back) > MOST_TAKEN_BACK or bool(self.unknown)


def foresee(stores: "Deployed", catalog: Catalog) -> Foreseen:
    """Return what a catalog would change of what a deployment has recorded; nothing is changed.

    Raises `RuleProblem` when the deployment's rules file is not here, and `RecordDamaged`.
    """
    bulletins: list[Bulletin] = []
    unknown: list[str] = []
    for chart in stores.charts.charts():
        rules = included_rules(stores.parameters["RulesFile"])
        head = stores.record.head(chart)
        if head is not None and head.rules != rules.versions:
            unknown.append(chart)
            continue
        detector = Detector(
            stores.charts,
            stores.record,
            catalog,
            rules,
            date.fromisoformat(stores.parameters["LiveFrom"]),
            earlier_catalog=stores.catalogs.earlier,
        )
        bulletins += [bulletin] if (bulletin := detector.foresee(chart)) else []
    return Foreseen(tuple(bulletins), tuple(unknown))


def foreseen_lines(foreseen: Foreseen) -> Iterator[str]:
    """Yield what would be taken back, then what of each chart would be sent; nothing where nothing would."""
    taken_back = foreseen.taken_back
    yield from changed_lines(taken_back[:MOST_SHOWN])
    if (more := len(taken_back) - MOST_SHOWN) > 0:
        yield f"and {more:,} more"
    for chart in foreseen.unknown:
        yield f"{chart} is recorded by other rules than those here: what would be taken back of it is not known"
    if taken_back or foreseen.sent_otherwise:
        yield f"{_to_be_taken_back(len(taken_back))}; {foreseen.sent_otherwise:,} other changes would be sent"


def _to_be_taken_back(number: int) -> str:
    return f"{words.counted(number, 'sent milestone')} would be corrected or retracted"


def is_at_a_terminal() -> bool:
    """Return whether somebody can be asked."""
    return sys.stdin.isatty()


def _ask(foreseen: Foreseen) -> None:
    """Ask whether to go on. Raises `OptionError` where nobody can be asked, and `typer.Exit` when the answer is no."""
    if not is_at_a_terminal():
        why = f"what would be taken back of {', '.join(foreseen.unknown)} is not known"
        if len(foreseen.taken_back) > MOST_TAKEN_BACK:
            why = f"{_to_be_taken_back(len(foreseen.taken_back))}, more than {MOST_TAKEN_BACK}"
        raise OptionError("--yes", f"{why}; without a terminal to ask at, this option is needed. Nothing was uploaded")
    if not typer.confirm("Put this catalog in force?"):
        write(["Nothing was uploaded"])
        raise typer.Exit(1)


def catalog_lines(catalog: Catalog) -> Iterator[str]:
    """Yield a line for each number of what a catalog holds and lacks, and for each title that a person should look at.

    These are titles that name several works, which neither kind nor date may tell apart, and works whose every title
    was cut short by a provider.
    """
    works = list(catalog)
    shared = dict(_shared_titles(works))
    numbers = {
        "works": len(works),
        "films": sum(work.kind is Kind.FILM for work in works),
        "series": sum(work.kind is Kind.SERIES for work in works),
        "of unknown kind": sum(work.kind is None for work in works),
        "of unknown language": sum(work.original_language is None for work in works),
        "of unknown country": sum(not work.origin_countries for work in works),
        "of unknown release date": sum(work.release_date is None for work in works),
        "aliases": sum(len(work.aliases) for work in works),
        "titles and aliases cut short": sum(_is_cut_short(name) for work in works for name in _names(work)),
        "titles that name several works": len(shared),
    }
    for name, number in numbers.items():
        yield f"{number:>7,} {name}"
    for title, its in shared.items():
        yield f"{title} names {', '.join(work.id for work in its)}."
    for work in works:
        if all(map(_is_cut_short, _names(work))):
            yield f"{work.id} has only a title that is cut short: a chart that says it whole means another work."
    for title, its in shared.items():
        if not _can_be_told_apart(its):
            yield f"Neither kind nor release date tells the works named {title} apart: they count as unknown."


def _shared_titles(works: Iterable[Work]) -> Iterator[tuple[str, Sequence[Work]]]:
    named: dict[str, tuple[str, list[Work]]] = {}
    for work in works:
        for key, name in {title_key(name): name for name in reversed(_names(work))}.items():
            named.setdefault(key, (name, []))[1].append(work)
    return (shared for shared in named.values() if len(shared[1]) > 1)


def _names(work: Work) -> tuple[str, ...]:
    return work.title, *work.aliases


def _is_cut_short(name: str) -> bool:
    return title_key(name).endswith("...")


def _can_be_told_apart(works: Sequence[Work]) -> bool:
    return all(
        (one.kind and other.kind and one.kind is not other.kind)
        or (one.release_date and other.release_date and one.release_date != other.release_date)
        for one, other in combinations(works, 2)
    )
