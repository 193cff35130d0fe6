"""Where the history comes from that a command looks at: the sample, files of sources, or a deployment."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from chartwatch.adapters.memory import MemoryCharts
from chartwatch.cli.application import mistake
from chartwatch.cli.catalogs import catalog_at
from chartwatch.cli.documents import GivenFiles, ingest_document, read_document, refuse_missing
from chartwatch.cli.files import STDIN
from chartwatch.cli.replay import Stores, replay
from chartwatch.cli.reports import ReplayCounts, say_notices
from chartwatch.cli.sample_chart import SAMPLE, open_sample
from chartwatch.cli.sources import OWN, is_source, open_named
from chartwatch.cli.wording import did_you_mean
from chartwatch.document_errors import SourceError
from chartwatch.domain import words
from chartwatch.domain.charts.publications import (
    Absence,
    AbsenceKind,
    Entry,
    Publication,
    PublicationSummary,
)
from chartwatch.domain.charts.revisions import Revisions
from chartwatch.domain.charts.versions import Versions, is_trimmed_at, known_by
from chartwatch.domain.codes import likely_country
from chartwatch.domain.milestones.chart_history import ChartHistory, Ranks
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.renames import Renaming
from chartwatch.errors import FileProblem, OptionError
from chartwatch.services.archived import VersionReader
from chartwatch.services.ports import ChartStore
from chartwatch.services.record import RecordedBulletins
from chartwatch.sources import Source

MOST_NAMED = 20
"""Territories of a chart that a message names."""

_REST = r"(?P<options>(?:,(?:[^:]|:(?=[0-9]{2}(?![0-9])|//))*)?):(?P<file>.+)"
"""What follows a source. The colon of a time, or of an address, does not end the options."""

_SPEC = re.compile(f"(?P<source>[^,:]+){_REST}", re.DOTALL)
_OWN_SPEC = re.compile(f"(?P<source>{OWN}){_REST}", re.DOTALL)


class PublishedCharts:
    """Charts as they were published, and the catalog to read them with."""

    def __init__(self, charts: ChartStore, catalog: Catalog, reader: VersionReader | None = None) -> None:
        """Each chart is read once, when it is asked for; `reader` reads the versions that are not stored."""
        self.charts, self.catalog, self._reader = charts, catalog, reader
        self._histories: dict[date | None, Mapping[str, ChartHistory]] = {}

    def timelines(self) -> Mapping[str, Sequence[PublicationSummary]]:
        """Return the publications of each chart, oldest first, by its id."""
        return {chart: self.charts.summaries(chart) for chart in self.charts.charts()}

    def histories(self, known: date | None = None) -> Mapping[str, ChartHistory]:
        """Return the charts by their ids, as they are or as they were known by a day. Raises `OptionError`.

        A chart of which nothing had been fetched by then is not among them.
        """
        if known not in self._histories:
            timelines = {
                chart: its if known is None else self._known_by(its, known) for chart, its in self.timelines().items()
            }
            self._histories[known] = {
                chart: ChartHistory(its, self.catalog, partial(self._ranks, its, known), _lent(chart, timelines))
                for chart, its in timelines.items()
                if its
            }
        return self._histories[known]

    def _known_by(self, timeline: Sequence[PublicationSummary], known: date) -> list[PublicationSummary]:
        """Return publications in the versions that had been fetched by the end of a day.

        What was fetched only later of a territory that was known before is missing: there was an edition.
        """
        found, territories = list[PublicationSummary](), set[str]()
        for summary in timeline:
            stored = self._versions(summary)
            if any(version.provenance.fetched_at is None for its in stored.values() for version in its):
                unknown = f"nobody knows when {summary.chart.id} of {summary.period} was fetched"
                raise OptionError("--known", f"{unknown}: the name of a file has to begin with it, 2022-03-01T200000Z")
            if any(is_trimmed_at(its, known) for its in stored.values()):
                kept = f"what {summary.chart.id} of {summary.period} said then is not stored"
                raise OptionError("--known", f"{kept}: name the files of then with --from, which reads them")
            versions = {territory: its for territory, all_ in stored.items() if (its := known_by(all_, known))}
            if versions:
                territories |= versions.keys()
                late = (territories & summary.number_ones.keys()) - versions.keys()
                absent = {**dict.fromkeys(sorted(late), Absence(AbsenceKind.SET_ASIDE)), **summary.absent}
                found.append(_as_known(replace(summary, absent=absent), versions))
        return found

    def _versions(self, summary: PublicationSummary) -> Mapping[str, Versions]:
        """Return the versions of the editions of a publication, also those that are not stored, if they can be read."""
        stored = self.charts.versions(summary)
        return self._reader.whole(summary, stored) if self._reader else stored

    def _ranks(self, timeline: Sequence[PublicationSummary], known: date | None) -> Mapping[str, Ranks]:
        """Return all ranks of each territory, as they are or as they were known by a day."""
        found: dict[str, dict[date, Sequence[Entry]]] = {}
        for summary in timeline:
            stored = self._versions(summary) if known else self.charts.versions(summary)
            for territory, versions in stored.items():
                if territory in summary.absent:
                    continue
                if its := known_by(versions, known) if known else versions:
                    found.setdefault(territory, {})[summary.period] = its[-1].edition.entries
        return found


def _as_known(summary: PublicationSummary, versions: Mapping[str, Versions]) -> PublicationSummary:
    """Return a publication of the versions that were known by a day.

    What is withdrawn, set aside or was never published is so as far as that is known now.
    """
    latest = max((its[-1] for its in versions.values()), key=lambda its: its.provenance.fetched_at or "")
    counted = {territory: its for territory, its in versions.items() if territory not in summary.absent}
    editions = tuple(its[-1].edition for _, its in sorted(counted.items()))
    revisions = Revisions(counted, summary.chart)
    then = Publication(summary.chart, summary.period, editions, latest.provenance)
    by_hand = {t: provenance for t, its in counted.items() if (provenance := its[-1].provenance).is_by_hand}
    return then.summary(revisions.renamings(), revisions.number_ones(), summary.absent, by_hand)


def _lent(chart: str, timelines: Mapping[str, Sequence[PublicationSummary]]) -> Iterator[Renaming]:
    """Yield the renamings that other charts of a chart's provider show."""
    providers = {its: timeline[-1].chart.provider for its, timeline in timelines.items() if timeline}
    for other, timeline in timelines.items():
        if other != chart and providers.get(other) == providers.get(chart):
            yield from (renaming for publication in timeline for renaming in publication.renamings)


@dataclass(frozen=True, slots=True)
class RecordedCharts:
    """Charts as they were published, and the milestones that were recorded of them; how many files were refused.

    `reader` reads the versions that are not stored with their editions; None where nobody has said by which source.
    """

    charts: ChartStore
    milestones: RecordedBulletins
    reader: VersionReader | None
    refusals: int = 0


@contextmanager
def open_published(specs: Sequence[str], stack: str | None, catalog: Path | None) -> Iterator[PublishedCharts]:
    """Yield the charts that the options `--from`, `--stack` and `--catalog` name.

    Raises `OptionError` unless either of the first two is given, `FileProblem` for a file that is not there or is
    refused, and `AwsRefused`.
    """
    refuse_none_or_both(specs, stack)
    if stack is None:
        works, charts, given = catalog_at(catalog), MemoryCharts(), GivenFiles(_sources_and_files(specs))
        for source, file in given.files:
            try:
                # Whoever names a file means it, and nothing is sent.
                ingested = ingest_document(read_document(file, source.name), source, charts, given, accepted=True)
            except SourceError as error:
                raise FileProblem(str(file), error.where, error.detail) from error
            say_notices(file, ingested)
        yield PublishedCharts(charts, works, VersionReader(charts, given, given.parse))
        return
    from chartwatch.adapters.workstation import deployed_stores  # noqa: PLC0415  # files are read without boto3

    with deployed_stores(stack) as stores:
        yield PublishedCharts(stores.charts, stores.catalogs.current() if catalog is None else catalog_at(catalog))


@contextmanager
def open_recorded(
    specs: Sequence[str], stack: str | None, works: Catalog, rules: RuleSet, source: Source | None = None
) -> Iterator[RecordedCharts]:
    """Yield what a deployment has recorded, or what it would have, had it got the documents of `--from` one by one.

    `works` and the rules are for the documents; a deployment has its own. A document that is refused changes nothing,
    as there, and why is said on stderr. `source` parses the documents of a deployment again, for versions that are not
    stored. Raises what `open_published` raises.
    """
    refuse_none_or_both(specs, stack)
    if stack is None:
        given = GivenFiles(_sources_and_files(specs))
        stores, counts = Stores(archive=given), ReplayCounts()
        _replay(given.files, works, rules, stores, counts)
        reader = VersionReader(stores.charts, given, given.parse)
        yield RecordedCharts(stores.charts, RecordedBulletins(stores.record), reader, counts.refusals)
        return
    from chartwatch.adapters.workstation import deployed_stores  # noqa: PLC0415  # files are read without boto3

    with deployed_stores(stack) as deployed:
        archived = VersionReader(deployed.charts, deployed.archive, source.parse) if source else None
        yield RecordedCharts(deployed.charts, RecordedBulletins(deployed.record), archived)


def read_history(specs: Sequence[str], works: Catalog, rules: RuleSet, stores: Stores) -> None:
    """Record in stores what the documents of `--from` come to.

    Raises `OptionError` unless there is any, and `FileProblem`; why a document is refused is said on stderr.
    """
    refuse_none_or_both(specs, None)
    _replay(_sources_and_files(specs), works, rules, stores, ReplayCounts())


def _replay(
    files: Iterable[tuple[Source, Path]], works: Catalog, rules: RuleSet, stores: Stores, counts: ReplayCounts
) -> None:
    for source, file in files:
        for _ in replay([file], source, works, rules, stores=stores, observer=counts):
            pass


def refuse_unknown_chart(
    chart: str,
    territory: str | None,
    timeline: Sequence[PublicationSummary],
    charts: Iterable[str],
    parameters: tuple[str, str],
) -> None:
    """Raise `OptionError` for a chart without publications, and for a territory that none of them has.

    `charts` are those that there are; `parameters` where chart and territory were given.
    """
    if not timeline:
        known = list(charts)
        there_are = f"there are {', '.join(known)}" if known else "there is none"
        raise mistake(parameters[0], f"{chart!r} is not in the history; {there_are}{did_you_mean(chart, known)}")
    withdrawn = {t for publication in timeline for t, absence in publication.absent.items() if absence.digest}
    territories = sorted({its for publication in timeline for its in publication.number_ones} | withdrawn)
    if territory is not None and territory not in territories:
        likely = likely_country(territory)
        meant = f"; did you mean {likely}?" if likely in territories else did_you_mean(territory, territories)
        it_has = f"it has {words.some(territories, MOST_NAMED)}{meant}"
        raise mistake(parameters[1], f"{chart} has no territory {territory!r}; {it_has}")


def refuse_none_or_both(specs: Sequence[str], stack: str | None) -> None:
    """Raise `OptionError` unless either files or a deployment are given."""
    if bool(specs) is (stack is not None):
        one = "--from and --stack are both given; give one" if specs else "a history is needed: give --from or --stack"
        raise OptionError("--from", one)


def _sources_and_files(specs: Sequence[str]) -> Sequence[tuple[Source, Path]]:
    found = [_source_and_file(spec) for spec in specs]
    refuse_missing(file for _, file in found)
    return found


def _source_and_file(spec: str) -> tuple[Source, Path]:
    if spec == SAMPLE:
        return open_sample()
    found = _parts(_SPEC, spec)
    if found is None:
        raise OptionError(
            "--from",
            f"{spec!r} is neither `sample` nor of the form SOURCE:FILE or SOURCE,key=value:FILE"
            f"{did_you_mean(spec, [SAMPLE])}",
        )
    if not is_source(found.source):
        # The first colon may be that of MODULE:CLASS.
        found = _parts(_OWN_SPEC, spec) or found
    # A comma within a value, as in a list of columns, is no end of it.
    settings = re.split(r",(?=[a-z_]+=)", found.options)[1:]
    if found.options and not settings:
        raise OptionError("--from", f"{found.options[1:]!r} is not of the form key=value")
    return open_named(found.source, settings, "--from"), Path(found.file)


class _Parts(NamedTuple):
    """A value of `--from`: the source, its options with the comma before each, and the file."""

    source: str
    options: str
    file: str


def _parts(form: re.Pattern[str], spec: str) -> _Parts | None:
    """Return the parts of a value of `--from`, cut at the first colon behind which a file is named that is there."""
    found = form.fullmatch(spec)
    if found is None:
        return None
    source, rest = found["source"], spec[found.end("source") :]
    for colon in re.finditer(":", rest) if found["options"] else ():
        file = rest[colon.end() :]
        with suppress(OSError, ValueError):  # of what is no name of a file
            if Path(file) == STDIN or (file and Path(file).exists()):
                return _Parts(source, rest[: colon.start()], file)
    return _Parts(source, found["options"], found["file"])
