"""A source of one's own on the command line, and one of an installed package: no fork is needed."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import NEW_NUMBER_ONES, Write, assert_refused, run

SOURCE = '''\
"""Two columns, a date and a title, without a header."""

from datetime import date

from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Publication
from chartwatch.errors import OptionError
from chartwatch.document_errors import SourceEmpty
from chartwatch.sources.single_document import SingleDocumentSource


class TwoColumns:
    name = "two-columns"
    summary = "a date and a title in each line"
    whole_history = False
    options = {"territory": "where the chart is"}

    def __init__(self, territory):
        self._chart = Chart("plain", "the plain chart", "example", Cadence.DAY, 1)
        self._territory = territory
        self.url, self.hosts = "", frozenset()

    @classmethod
    def configured(cls, options):
        for name in options:
            if name not in cls.options:
                raise OptionError(name, f"{cls.name} has no such option")
        return cls(options.get("territory", "US"))

    def fetch(self, connection):
        return b""

    def parse(self, body, provenance):
        rows = [line.split(",") for line in body.decode().splitlines()]
        if not rows:
            raise SourceEmpty(self.name, "there is nothing in it")
        return [
            Publication(
                self._chart, date.fromisoformat(day), (Edition(self._territory, (Entry(1, title),)),), provenance
            )
            for day, title in rows
        ]


class Unfinished:
    name = "unfinished"
    summary = "lacks most"
    options = {}

    @classmethod
    def configured(cls, options):
        return cls()


class WithoutParse(SingleDocumentSource):
    name = "without-parse"
    summary = "inherits a `parse` that does nothing"
    whole_history = False


TABLE = "two columns"
'''

ROWS = "2022-01-01,Ozark\n2022-01-02,Dark\n"


@pytest.fixture
def folder(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the current folder, which has a module of sources, a document and rules."""
    before = set(sys.modules)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "charts_of_mine").mkdir()
    write("charts_of_mine/plain.py", SOURCE)
    write("plain.csv", ROWS)
    write("a:b.csv", ROWS)
    write("rules.yaml", NEW_NUMBER_ONES)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in ("charts_of_mine", "broken"):
            del sys.modules[name]


MINE = "charts_of_mine.plain:TwoColumns"
STORY = "2022-01-02  Dark: new (the plain chart in the United States)\n"


@pytest.mark.usefixtures("folder")
def test_a_replay_reads_a_source_of_the_current_folder() -> None:
    result = run("replay", "plain.csv", "--source", MINE, "--rules", "rules.yaml")
    assert (result.exit_code, result.stdout) == (0, STORY)


@pytest.mark.usefixtures("folder")
def test_a_source_of_ones_own_gets_its_options() -> None:
    korean = run("replay", "plain.csv", "--source", MINE, "-o", "territory=KR", "--rules", "rules.yaml")
    assert korean.stdout == STORY.replace("the United States", "South Korea")
    assert_refused(run("replay", "plain.csv", "--source", MINE, "-o", "teritory=KR"), "two-columns has no such option")


@pytest.mark.parametrize(
    ("spec", "territory"),
    [
        (f"{MINE}:plain.csv", "US"),
        (f"{MINE},territory=KR:plain.csv", "KR"),
        (f"{MINE}:a:b.csv", "US"),
        (f"{MINE},territory=KR:a:b.csv", "KR"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_history_is_read_by_a_source_of_ones_own(spec: str, territory: str) -> None:
    tried = run("rules", "try", "rules.yaml", "--from", spec)
    assert (tried.exit_code, tried.stdout.splitlines()[0]) == (0, "new: 1 milestone in 2 periods of 1 chart")
    shown = run("history", "plain", territory, "2022-01-02", "--from", spec, "--rules", "rules.yaml")
    assert (shown.exit_code, f"new:plain:{territory}:2022-01-02" in shown.stdout) == (0, True)
    slot = f"new:plain:{territory}:2022-01-02"
    checked = run("check", slot, "--from", spec, "--rules", "rules.yaml")
    assert (checked.exit_code, checked.stdout.partition(" is ")[0]) == (0, "TRUE: Dark")


@pytest.mark.usefixtures("folder")
def test_a_registered_name_ends_at_the_first_colon(write: Write) -> None:
    write("Mine:chart.csv", "period,territory,rank,title\n2022-01-01,US,1,Ozark\n2022-01-02,US,1,Dark\n")
    tried = run("rules", "try", "rules.yaml", "--from", "csv,chart=daily,cadence=day:Mine:chart.csv")
    assert tried.exit_code == 0


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("nowhere:Chart", "there is no module 'nowhere', neither in this folder nor installed"),
        ("charts_of_mine.plan:Chart", "there is no module 'charts_of_mine.plan', neither in this folder nor installed"),
        ("csv.file:Chart", "there is no module 'csv.file', neither in this folder nor installed"),
        ("broken.syntax:Chart", "the module broken.syntax cannot be imported: SyntaxError: "),
        ("broken.needs:Chart", "the module broken.needs cannot be imported: ModuleNotFoundError: No module named 'no"),
        ("broken.raises:Chart", "the module broken.raises cannot be imported: ValueError: out of order"),
        (
            "charts_of_mine.plain:TwoColumn",
            "the module charts_of_mine.plain has no class 'TwoColumn'; did you mean TwoColumns?",
        ),
        ("charts_of_mine.plain:TABLE", "the module charts_of_mine.plain has no class 'TABLE'"),
        (
            "charts_of_mine.plain:Unfinished",
            "charts_of_mine.plain:Unfinished is not a source: it has no whole_history, fetch and parse",
        ),
        ("charts_of_mine.plain:WithoutParse", "charts_of_mine.plain:WithoutParse is not a source: it has no parse"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_source_that_cannot_be_used_is_refused_in_one_sentence(write: Write, source: str, detail: str) -> None:
    Path("broken").mkdir()
    write("broken/syntax.py", "def Chart(:\n")
    write("broken/needs.py", "import nowhere_else\n")
    write("broken/raises.py", "raise ValueError('out\\nof order')\n")
    assert_refused(run("replay", "plain.csv", "--source", source), f"option --source: {detail}")
    assert_refused(run("rules", "try", "rules.yaml", "--from", f"{source}:plain.csv"), f"option --from: {detail}")


@pytest.mark.parametrize("name", ["plain", "./plain.py", "charts_of_mine.plain", "net-flix"])
@pytest.mark.usefixtures("folder")
def test_a_name_that_is_no_source_is_refused_with_those_that_are(name: str) -> None:
    there_are = "; there are netflix-countries, "
    own = "; one of your own is MODULE:CLASS"
    assert_refused(run("replay", "plain.csv", "--source", name), there_are, own)
    assert_refused(run("rules", "try", "rules.yaml", "--from", f"{name}:plain.csv"), there_are, own)


def test_a_document_that_a_source_of_ones_own_refuses_is_named(folder: Path, write: Write) -> None:
    write("empty.csv", "")
    refused = run("replay", "empty.csv", "plain.csv", "--source", MINE, "--rules", "rules.yaml")
    assert (refused.exit_code, refused.stdout) == (2, STORY)
    assert refused.stderr.splitlines()[0] == "Error: empty.csv: there is nothing in it"
    assert str(folder) not in refused.output


@pytest.mark.usefixtures("folder")
def test_an_installed_package_offers_a_source_by_an_entry_point(write: Write) -> None:
    Path("charts_of_mine-1.dist-info").mkdir()
    write("charts_of_mine-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: charts-of-mine\nVersion: 1\n")
    write("charts_of_mine-1.dist-info/entry_points.txt", f"[chartwatch.sources]\ntwo-columns = {MINE}\n")
    sys.path.insert(0, str(Path.cwd()))
    assert run("replay", "plain.csv", "--source", "two-columns", "--rules", "rules.yaml").stdout == STORY
    assert run("rules", "try", "rules.yaml", "--from", "two-columns,territory=KR:a:b.csv").exit_code == 0
    listed = run("sources").stdout
    assert "two-columns" in listed
    assert "-o territory=" in listed
