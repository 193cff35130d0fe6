"""What a replay says: a line for each story or each change; on stderr refusals, progress and a summary."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.cli.application import say
from chartwatch.cli.files import file_name
from chartwatch.cli.progress import progress
from chartwatch.cli.terminals import fitted
from chartwatch.document_errors import SourceError
from chartwatch.domain import words
from chartwatch.domain.charts.publications import Publication
from chartwatch.domain.milestones.milestone import Bulletin, Milestone
from chartwatch.domain.stories.story import stories
from chartwatch.services.ingest import Ingested
from chartwatch.services.publish import messages

if TYPE_CHECKING:
    from rich.progress import Progress

RULE = "-" * 72

Lines = Callable[[Bulletin, date | None], Iterator[str]]
"""The lines for a bulletin, given the date from which on the reader wants to know."""


class BulletinFormat(StrEnum):
    """How a replay writes its bulletins: a line a story, stories or digests as they are emailed, or a JSON line a
    change."""

    TEXT = "text"
    EMAILS = "emails"
    DIGESTS = "digests"
    JSONL = "jsonl"


def story_lines(bulletin: Bulletin, _since: date | None) -> Iterator[str]:
    """Yield the subject of each story, after the period of what it leads with.

    What is recorded only makes no story, so nothing old does.
    """
    for story in stories(bulletin, LIMITS):
        yield from fitted(f"{story.points[0].milestone.period}  {story.subject}", " " * 12)


def email_lines(bulletin: Bulletin, _since: date | None) -> Iterator[str]:
    """Yield each story as it is emailed, between rules."""
    for story in stories(bulletin, LIMITS):
        yield from (RULE, f"Subject: {story.subject}", "", story.text)


def digest_lines(bulletin: Bulletin, _since: date | None) -> Iterator[str]:
    """Yield the digest of a bulletin as it is emailed, after a rule, where there is one."""
    for message in messages(bulletin, LIMITS)[-1:]:
        yield from (RULE, f"Subject: {message.subject}", "", message.text)


def change_lines(bulletin: Bulletin, since: date | None) -> Iterator[str]:
    """Yield each change as JSON, also those that are recorded only, unless their period is before `since`."""
    for change in bulletin.changes:
        if change.is_sent or since is None or change.milestone.period >= since:
            yield json_line(change.milestone)


def json_line(milestone: Milestone) -> str:
    """Return a milestone as one compact JSON object."""
    return json.dumps(milestone.as_json(), ensure_ascii=False, separators=(",", ":"))


LINES: Mapping[BulletinFormat, Lines] = {
    BulletinFormat.TEXT: story_lines,
    BulletinFormat.EMAILS: email_lines,
    BulletinFormat.DIGESTS: digest_lines,
    BulletinFormat.JSONL: change_lines,
}
"""How each format writes a bulletin."""


class Observer:
    """Follows a replay beside the reader of its bulletins; this one lets a refused file end the replay."""

    def refused(self, _file: Path, error: SourceError) -> None:
        """Hear that a file was refused, and why; unless this raises, the replay goes on with the next."""
        raise error

    def ingested(self, file: Path, ingested: Ingested) -> None:
        """Hear what a file brought, before anything is concluded from it."""

    def processed(self, publication: Publication) -> None:
        """Hear that all bulletins of a publication were taken."""


@dataclass
class ReplayCounts(Observer):
    """What a replay came to, in numbers; why a file was refused is said on stderr at once."""

    publications: int = 0
    editions: int = 0
    changes: int = 0
    sent: int = 0
    refusals: int = 0
    first: date = date.max
    last: date = date.min

    def ingested(self, file: Path, ingested: Ingested) -> None:
        """Say what a person should know of a file that was accepted."""
        say_notices(file, ingested)

    def refused(self, file: Path, error: SourceError) -> None:
        """Count a file that was refused, and say why."""
        self.refusals += 1
        place = f"{file_name(file)}, {error.where}" if error.where else file_name(file)
        say(f"Error: {place}: {error.detail}")

    def processed(self, publication: Publication) -> None:
        """Count a publication and its editions."""
        self.first, self.last = min(self.first, publication.period), max(self.last, publication.period)
        self.publications += 1
        self.editions += len(publication.editions)

    def with_bulletin(self, bulletin: Bulletin) -> Bulletin:
        """Count a bulletin's changes, and return it."""
        self.changes += len(bulletin.changes)
        self.sent += sum(change.is_sent for change in bulletin.changes)
        return bulletin

    def sentence(self, seconds: float) -> str:
        """Return the summary: `1 publication, 1 edition: 9 changes, 8 sent, 1 recorded only (1.3 s)`."""
        published = f"{_counted(self.publications, 'publication')}, {_counted(self.editions, 'edition')}"
        recorded_only = self.changes - self.sent
        changed = f"{_counted(self.changes, 'change')}, {self.sent:,} sent, {recorded_only:,} recorded only"
        refused = f", {_counted(self.refusals, 'file')} refused" if self.refusals else ""
        return f"{published}: {changed}{refused} ({seconds:.1f} s)"

    def advice(self, since: date | None) -> str:
        """Return what a reader should know who did not get what was meant; empty when there is nothing to say."""
        if self.sent and since is None:
            everything = f"Everything since {self.first.isoformat()} is sent as if it were news"
            return f"{everything}, firsts of the second period too; with --since DATE, what is older is recorded only."
        if self.publications and since and since > self.last:
            return f"Nothing is sent: the last period is {self.last.isoformat()}, before --since {since.isoformat()}."
        return ""


class BarCounts(ReplayCounts):
    """Counts that also move a progress bar: one step a publication, within the file at work."""

    def __init__(self, bar: "Progress", files: Sequence[Path]) -> None:
        """Show `files` on `bar`."""
        super().__init__()
        self._bar = bar
        self._files = bar.add_task("files", total=len(files))
        self._publications = bar.add_task("publications", total=None)

    def refused(self, file: Path, error: SourceError) -> None:
        """Count it and go on to the next file."""
        super().refused(file, error)
        self._bar.advance(self._files)

    def ingested(self, file: Path, ingested: Ingested) -> None:
        """Go on to this file."""
        super().ingested(file, ingested)
        self._bar.advance(self._files)
        self._bar.reset(self._publications, total=len(ingested.written), description=file_name(Path(file.name)))

    def processed(self, publication: Publication) -> None:
        """Count it and move the bar."""
        super().processed(publication)
        self._bar.advance(self._publications)


def say_notices(file: Path, ingested: Ingested) -> None:
    """Say on stderr what a person should know of a file that was accepted."""
    for notice in ingested.notices:
        say(f"Notice: {file_name(file)}: {notice.detail}")


@contextmanager
def following(files: Sequence[Path]) -> Iterator[ReplayCounts]:
    """Yield the counts of a replay of `files`, with progress bars when stderr is a terminal."""
    with progress() as bar:
        yield BarCounts(bar, files) if bar else ReplayCounts()


def _counted(number: int, noun: str) -> str:
    return words.counted(number, noun).replace(str(number), f"{number:,}", 1)
