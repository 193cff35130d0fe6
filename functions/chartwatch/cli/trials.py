"""What is tried on a history before it is done: a document, or what a person says of a publication."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from chartwatch.adapters.memory import MemoryCharts, MemoryRecord
from chartwatch.adapters.trial import TrialCharts, TrialRecord
from chartwatch.cli.application import mistake, write
from chartwatch.cli.catalogs import catalog_at
from chartwatch.cli.histories import read_history
from chartwatch.cli.replay import Stores
from chartwatch.cli.terminals import fitted
from chartwatch.cli.wording import changed_lines, did_you_mean
from chartwatch.domain import words
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.works.catalog import Catalog
from chartwatch.errors import Conflict, OptionError
from chartwatch.rules import default_rules, included_rules
from chartwatch.services.detect import Detector
from chartwatch.services.ports import ChartStore, PublicationUpdate

Say = Callable[[ChartStore], PublicationUpdate]
"""What a person says of a publication, as a change of it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A history, the catalog and rules that it went by, and since when its milestones are sent.

    What is written to `stores` is only tried; `charts` are those that the history truly has.
    """

    stores: Stores
    charts: ChartStore
    catalog: Catalog
    rules: RuleSet
    live_from: date | None = None

    @property
    def detector(self) -> Detector:
        """What detects on the stores."""
        return Detector(self.stores.charts, self.stores.record, self.catalog, self.rules, self.live_from)


class History(NamedTuple):
    """What the options `--from`, `--stack` and `--catalog` say."""

    specs: Sequence[str]
    stack: str | None
    catalog: Path | None = None


@contextmanager
def open_trial(history: History) -> Iterator[Trial]:
    """Yield a history to try something on.

    Raises what `read_history` raises, and `OptionError` for a deployment that is not up to date.
    """
    specs, stack, catalog = history
    if stack is None:
        stores = Stores(MemoryCharts(), MemoryRecord())
        works = catalog_at(catalog)
        read_history(specs, works, default_rules(), stores)
        yield Trial(stores, stores.charts, works, default_rules())
        return
    if specs:
        raise OptionError("--from", "--from and --stack are both given; give one")
    if catalog is not None:
        raise OptionError("--catalog", "is for --from; a deployment goes by its own")
    from chartwatch.adapters.workstation import deployed_stores  # noqa: PLC0415  # files are read without boto3

    with deployed_stores(stack) as deployed:
        rules, works = included_rules(deployed.parameters["RulesFile"]), deployed.catalogs.current()
        for chart in deployed.charts.charts():
            head = deployed.record.head(chart)
            if head is not None and (head.rules, head.catalog) != (rules.versions, works.version):
                said = f"{chart} is recorded by other rules or another catalog than it has here"
                raise OptionError("--stack", f"{said}; `reconcile` is to run first")
        stores = Stores(TrialCharts(deployed.charts), TrialRecord(deployed.record))
        live_from = date.fromisoformat(deployed.parameters["LiveFrom"])
        yield Trial(stores, deployed.charts, works, rules, live_from)


def say_of(chart: str, period: date, say: Say, history: History, *, store: bool, limit: int | None = None) -> None:
    """Show what changes by what a person says of a publication, and with `store` let it be so in a deployment."""
    if store and history.stack is None:
        raise OptionError("--write", "is for --stack: files are not written")
    with open_trial(history) as trial:
        known = trial.charts.charts()
        if chart not in known:
            there_are = f"there are {', '.join(known) or 'none'}{did_you_mean(chart, known)}"
            raise mistake("CHART", f"{chart!r} is not in the history; {there_are}")
        stored, update = trial.charts.summary(chart, period), say(trial.charts)
        trial.stores.charts.put([update])
        changes = [change for its in trial.detector.detect(chart, period) for change in its.changes]
        write(changed_lines(changes, limit))
        counted = words.counted(len(changes), "change") if changes else "no change"
        done = "nothing was written" if history.stack is None else "nothing was written; --write does"
        if store:
            if not trial.charts.put_if(update, stored):
                raise Conflict(chart)
            done = "written; the deployment sends what there is to send"
        write(fitted(f"{counted} of {chart}: {done}"))
