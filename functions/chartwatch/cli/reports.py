"""What a replay says: a line for each story or each change, and at the end a summary."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chartwatch.cli.choices import Format
from chartwatch.domain import words
from chartwatch.domain.charts import Publication
from chartwatch.domain.milestones import Bulletin
from chartwatch.domain.stories import stories
from chartwatch.errors import SourceError

Lines = Callable[[Bulletin, date | None], Iterator[str]]
"""The lines for a bulletin, given the date from which on the reader wants to know."""


def story_lines(bulletin: Bulletin, _since: date | None) -> Iterator[str]:
    """Yield the period and the subject of each story. Nothing silent makes a story, so nothing old does."""
    for story in stories(bulletin):
        yield f"{bulletin.period.isoformat()}  {story.subject}"


def change_lines(bulletin: Bulletin, since: date | None) -> Iterator[str]:
    """Yield each change as JSON, also the silent ones unless their period is before `since`."""
    for change in bulletin.changes:
        if change.is_told or since is None or change.milestone.period >= since:
            yield json.dumps(change.milestone.as_json(), ensure_ascii=False, separators=(",", ":"))


LINES: Mapping[Format, Lines] = {Format.TEXT: story_lines, Format.JSONL: change_lines}
"""How each format writes a bulletin."""


@dataclass(slots=True)
class Tally:
    """What a replay came to, in numbers."""

    publications: int = 0
    editions: int = 0
    changes: int = 0
    told: int = 0
    refused: int = 0

    def count_publication(self, publication: Publication) -> None:
        """Count a publication and its editions."""
        self.publications += 1
        self.editions += len(publication.editions)

    def count_changes(self, bulletin: Bulletin) -> None:
        """Count a bulletin's changes."""
        self.changes += len(bulletin.changes)
        self.told += sum(change.is_told for change in bulletin.changes)

    def sentence(self, seconds: float) -> str:
        """Return the summary: `70 publications, 6,580 editions: 9,120 changes, 8,000 told, 1,120 silent (1.3 s)`."""
        published = f"{_counted(self.publications, 'publication')}, {_counted(self.editions, 'edition')}"
        changed = f"{_counted(self.changes, 'change')}, {self.told:,} told, {self.changes - self.told:,} silent"
        refused = f", {_counted(self.refused, 'file')} refused" if self.refused else ""
        return f"{published}: {changed}{refused} ({seconds:.1f} s)"


def refusal(file: Path, error: SourceError) -> str:
    """Return the sentence that says why a file was refused: file, place in it, and reason."""
    place = f"{file}, {error.where}" if error.where else str(file)
    return f"{place}: {error.detail}"


def _counted(number: int, noun: str) -> str:
    return words.counted(number, noun).replace(str(number), f"{number:,}", 1)
