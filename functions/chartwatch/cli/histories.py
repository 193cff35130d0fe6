"""Where the history comes from that a command looks at: the sample, files of sources, or a deployment."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from chartwatch.adapters.catalog_file import read_catalog
from chartwatch.adapters.memory import MemoryCharts, MemoryMilestones, NoArchive
from chartwatch.cli.documents import read_document, refuse_missing
from chartwatch.cli.examples import sample_catalog
from chartwatch.cli.reports import refusal
from chartwatch.domain.charts.publications import PublicationSummary
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.works.catalog import Catalog
from chartwatch.errors import FileProblem, OptionError, SourceError
from chartwatch.services.detect import Detector
from chartwatch.services.ingest import Ingested, ingest
from chartwatch.services.ports import ChartStore, MilestoneStore
from chartwatch.sources import SOURCES, Source, open_source

SAMPLE = "sample"
"""What stands for the sample that comes with the command."""

SAMPLE_OPTIONS: Mapping[str, str] = {
    "chart": "netflix-daily-overall",
    "name": "Netflix's daily Top 10",
    "provider": "netflix",
    "cadence": "day",
    "list_name": "overall",
}
"""Options of the source `csv` that say what the sample does not say itself."""

_SPEC = re.compile(r"(?P<source>[^,:]+)(?P<options>(?:,[^:]*)?):(?P<file>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class History:
    """Charts as they were published, and the catalog to read them with."""

    charts: ChartStore
    catalog: Catalog

    def timelines(self) -> Mapping[str, Sequence[PublicationSummary]]:
        """Return the publications of each chart, oldest first, by its id."""
        return {chart: self.charts.summaries(chart) for chart in self.charts.charts()}


@contextmanager
def open_histories(specs: Sequence[str], stack: str | None, catalog: Path | None) -> Iterator[History]:
    """Yield the history that the options `--from`, `--stack` and `--catalog` name.

    Raises `OptionError` unless either of the first two is given, `FileProblem` for a file that is not there or is
    refused, and `AwsRefused`.
    """
    _refuse_none_or_both(specs, stack)
    works = read_catalog(catalog) if catalog else None
    if stack is None:
        yield _published(specs, works)
        return
    from chartwatch.adapters.workstation import deployed_stores  # noqa: PLC0415  # files are read without boto3

    with ExitStack() as running:
        stores = running.enter_context(deployed_stores(stack))
        yield History(stores.charts, stores.catalogs.current() if works is None else works)


@dataclass(frozen=True, slots=True)
class Record:
    """Charts as they were published, and what was said of them.

    `refused` are the files that were not believed, each with the reason.
    """

    charts: ChartStore
    milestones: MilestoneStore
    refused: tuple[str, ...] = ()


@contextmanager
def open_record(specs: Sequence[str], stack: str | None, works: Catalog | None, rules: RuleSet) -> Iterator[Record]:
    """Yield what a deployment has recorded, or what it would have, had it got the documents of `--from` one by one.

    `works` None: the sample's. They and the rules are for the documents; a deployment went by its own. A document that
    is refused changes nothing, as there. Raises `OptionError`, `FileProblem` and `AwsRefused` as `open_histories` does.
    """
    _refuse_none_or_both(specs, stack)
    if stack is None:
        charts, milestones = MemoryCharts(), MemoryMilestones()
        detector = Detector(charts, milestones, _catalog(specs, works), rules)
        refused: list[str] = []
        for ingested in _taken_in(specs, charts, lambda file, error: refused.append(refusal(file, error))):
            for publication in ingested.written:
                detector.detect(publication.chart.id, publication.period)
        yield Record(charts, milestones, tuple(refused))
        return
    from chartwatch.adapters.workstation import deployed_stores  # noqa: PLC0415  # files are read without boto3

    with ExitStack() as running:
        stores = running.enter_context(deployed_stores(stack))
        yield Record(stores.charts, stores.milestones)


def read_settings(said: Sequence[str]) -> dict[str, str]:
    """Return the options of a source, each said as `key=value`. Raises `OptionError`."""
    settings: dict[str, str] = {}
    for option in said:
        key, equals, value = option.partition("=")
        if not (key and equals):
            raise OptionError("-o", f"{option!r} is not of the form key=value")
        if key in settings:
            raise OptionError(f"-o {key}", "is given twice")
        settings[key] = value
    return settings


def _refuse_none_or_both(specs: Sequence[str], stack: str | None) -> None:
    if bool(specs) is (stack is not None):
        one = "--from and --stack are both given; give one" if specs else "a history is needed: give --from or --stack"
        raise OptionError("--from", one)


def _published(specs: Sequence[str], works: Catalog | None) -> History:
    charts = MemoryCharts()
    # Whoever names a file means it, and nobody is told.
    for _ in _taken_in(specs, charts, _raised, accepted=True):
        pass
    return History(charts, _catalog(specs, works))


def _catalog(specs: Sequence[str], works: Catalog | None) -> Catalog:
    if works is None:
        return sample_catalog() if SAMPLE in specs else Catalog()
    return works


def _raised(file: Path, error: SourceError) -> None:
    raise FileProblem(str(file), error.where, error.detail) from error


def _taken_in(
    specs: Sequence[str],
    charts: ChartStore,
    refused: Callable[[Path, SourceError], None],
    *,
    accepted: bool = False,
) -> Iterator[Ingested]:
    """Take in what the specs name, one after the other, and yield what each brought; `refused` hears of the others."""
    sources = [_source_and_file(spec) for spec in specs]
    refuse_missing(file for _, file in sources)
    for source, file in sources:
        try:
            document = read_document(file, source.name)
            ingested = ingest(
                source.name,
                document.body,
                document.provenance,
                parse=source.parse,
                whole_history=source.whole_history,
                archive=NoArchive(),
                charts=charts,
                accepted=accepted,
            )
        except SourceError as error:
            refused(file, error)
        else:
            yield ingested


def _source_and_file(spec: str) -> tuple[Source, Path]:
    if spec == SAMPLE:
        folder = Path(str(resources.files("chartwatch.cli"))) / "sample"
        return open_source("csv", SAMPLE_OPTIONS), folder / "netflix-daily-us.csv"
    found = _SPEC.fullmatch(spec)
    if found is None:
        raise OptionError(
            "--from", f"{spec!r} is neither `sample` nor of the form SOURCE:FILE or SOURCE,key=value:FILE"
        )
    if found["source"] not in SOURCES:
        raise OptionError("--from", f"the source {found['source']!r} is not known; there are {', '.join(SOURCES)}")
    # A comma within a value, as in a list of columns, is no end of it.
    said = re.split(r",(?=[a-z_]+=)", found["options"])[1:] if found["options"] else []
    if found["options"] and not said:
        raise OptionError("--from", f"{found['options'][1:]!r} is not of the form key=value")
    return open_source(found["source"], read_settings(said)), Path(found["file"])
