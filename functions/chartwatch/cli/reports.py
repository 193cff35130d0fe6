"""What a replay says: a line for each story or each change, and at the end a summary."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chartwatch.cli.choices import BulletinFormat
from chartwatch.domain import words
from chartwatch.domain.charts.publications import Publication
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.stories.story import stories
from chartwatch.errors import SourceError

RULE = "-" * 72

Lines = Callable[[Bulletin, date | None], Iterator[str]]
"""The lines for a bulletin, given the date from which on the reader wants to know."""


def story_lines(bulletin: Bulletin, _since: date | None) -> Iterator[str]:
    """Yield the period and the subject of each story. Nothing silent makes a story, so nothing old does."""
    for story in stories(bulletin):
        yield f"{bulletin.period.isoformat()}  {story.subject}"


def email_lines(bulletin: Bulletin, _since: date | None) -> Iterator[str]:
    """Yield each story as it is emailed, between rules."""
    for story in stories(bulletin):
        yield from (RULE, f"Subject: {story.subject}", "", story.text)


def change_lines(bulletin: Bulletin, since: date | None) -> Iterator[str]:
    """Yield each change as JSON, also the silent ones unless their period is before `since`."""
    for change in bulletin.changes:
        if change.is_told or since is None or change.milestone.period >= since:
            yield json.dumps(change.milestone.as_json(), ensure_ascii=False, separators=(",", ":"))


LINES: Mapping[BulletinFormat, Lines] = {
    BulletinFormat.TEXT: story_lines,
    BulletinFormat.EMAILS: email_lines,
    BulletinFormat.JSONL: change_lines,
}
"""How each format writes a bulletin."""


@dataclass(slots=True)
class Tally:
    """What a replay came to, in numbers."""

    publications: int = 0
    editions: int = 0
    changes: int = 0
    told: int = 0
    refused: int = 0
    first: date = date.max
    last: date = date.min

    def count_publication(self, publication: Publication) -> None:
        """Count a publication and its editions."""
        self.first, self.last = min(self.first, publication.period), max(self.last, publication.period)
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

    def advice(self, since: date | None) -> str:
        """Return what a reader should know who did not get what was meant; empty when there is nothing to say."""
        if self.told and since is None:
            told = f"All since {self.first.isoformat()} is told as if it were news, firsts of the second period too"
            return f"{told}; --since DATE records what is older silently."
        if self.publications and since and since > self.last:
            return f"Nothing is told: the last period is {self.last.isoformat()}, before --since {since.isoformat()}."
        return ""


def refusal(file: Path, error: SourceError) -> str:
    """Return the sentence that says why a file was refused: file, place in it, and reason."""
    place = f"{file}, {error.where}" if error.where else str(file)
    return f"{place}: {error.detail}"


def _counted(number: int, noun: str) -> str:
    return words.counted(number, noun).replace(str(number), f"{number:,}", 1)
