"""What a subscriber by email gets of a chart: how many emails a week, how long they are, and what came in none.

    PYTHONPATH=functions python -m bench.emails FILE --source netflix-countries --catalog catalog.csv

A default subscriber gets the stories of priority 2 and above (`AlertNewNumberOnes` in template.yaml), and beside them a
digest of each publication. With `--since DATE` what is older is recorded only. `--list` names each milestone that is
certain, says more than a new #1 and came in no email; else they are counted by the reason.
"""

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median

from chartwatch.adapters.catalog_file import read_catalog
from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.cli.replay import replay
from chartwatch.domain.milestones.milestone import Bulletin, Change
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.stories.digest import digest
from chartwatch.domain.stories.filters import Filter
from chartwatch.domain.stories.story import Story, stories
from chartwatch.domain.works.catalog import Catalog
from chartwatch.rules import default_rules
from chartwatch.sources import open_source

DEFAULT = Filter(min_priority=Priority.CHANGE + 1)
"""What a default subscriber gets."""


@dataclass(slots=True)
class Week:
    """The texts of all stories of a period, of those that a default subscriber gets, and of the digests."""

    stories: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)

    @property
    def row(self) -> tuple[int, ...]:
        """How many stories, emails, lines of these, lines of the longest, and lines of the longest digest there are."""
        lengths = [len(text.splitlines()) for text in self.emails]
        longest = max(len(text.splitlines()) for text in self.digests)
        return len(self.stories), len(lengths), sum(lengths), max(lengths, default=0), longest


def weeks_of(bulletins: Sequence[Bulletin]) -> Mapping[date, Week]:
    """Return what is sent of each period."""
    found: dict[date, Week] = defaultdict(Week)
    for bulletin in bulletins:
        if its := stories(bulletin, LIMITS):
            week = found[bulletin.period]
            week.stories += [story.text for story in its]
            week.emails += [story.text for story in its if is_emailed(story)]
            week.digests.append(digest(bulletin, its, LIMITS).text)
    return dict(sorted(found.items()))


def is_emailed(story: Story) -> bool:
    """Return whether a default subscriber gets a story."""
    return DEFAULT.lets_through(story.attributes)


def not_emailed(bulletins: Sequence[Bulletin]) -> Iterator[tuple[str, Change]]:
    """Yield each change that is certain and more than a new #1, and that no email says, with the reason."""
    for bulletin in bulletins:
        said = {
            change.milestone.slot
            for story in stories(bulletin, LIMITS)
            for point in story.points
            if is_emailed(story)
            for change in point.changes
        }
        for change in bulletin.changes:
            milestone = change.milestone
            if milestone.is_certain and milestone.kind != "change" and milestone.slot not in said:
                yield reason(change, said), change


def reason(change: Change, said: set[str]) -> str:
    """Return why no email says a change."""
    milestone = change.milestone
    if milestone.left_censored:
        return "so since the record begins"
    if milestone.silent:
        return "recorded only"
    if milestone.said_by in said:
        return f"said by {'*' if ':*:' in (milestone.said_by or '') else 'a wider or plainer rule'} in the same email"
    evidence = milestone.evidence
    if milestone.territory == "*" and evidence and evidence.editions == 1:
        return "said of the one territory"
    return "a step below a higher one in the same email" if milestone.kind in {"spread", "reign"} else "?"


def said_twice(texts: Sequence[str]) -> int:
    """Return how many sentences stand twice in one text, however they are broken into lines."""
    counted = (Counter(sentence for part in text.split("\n\n") for sentence in _sentences(part)) for text in texts)
    return sum(times - 1 for its in counted for times in its.values())


def _sentences(paragraph: str) -> Sequence[str]:
    return [its for its in re.split(r"(?<=\.) ", " ".join(paragraph.split())) if len(its.split()) > 1]


def main(arguments: argparse.Namespace) -> None:
    """Print the table, and what came in no email."""
    catalog = read_catalog(arguments.catalog) if arguments.catalog else Catalog()
    source = open_source(arguments.source, {})
    bulletins = list(replay([arguments.file], source, catalog, default_rules(), live_from=arguments.since))
    weeks = weeks_of(bulletins)
    print("period      stories  emails   lines  longest  digest")
    for period, week in weeks.items():
        print(period, *(f"{number:8}" for number in week.row), sep="")
    rows = [week.row for week in weeks.values()]
    for name, of in (("median", median), ("most", max)):
        print(f"{name:10}", *(f"{of(column):8.0f}" for column in zip(*rows, strict=True)), sep="")
    emails, everything = ([text for w in weeks.values() for text in its(w)] for its in (_emails, _stories))
    print(
        f"lines in all: {_lines(everything):,} of {len(everything)} stories, {_lines(emails):,} of {len(emails)} emails"
    )
    print(f"sentences said twice in one text: {said_twice(everything)}")
    missed = list(not_emailed(bulletins))
    print(f"certain, more than a new #1, and in no email: {len(missed)}")
    for why, number in Counter(why for why, _ in missed).most_common():
        print(f"  {number:6}  {why}")
    for why, change in missed if arguments.list else ():
        print(f"{change.milestone.period}  {change.milestone.slot}  {why}")


def _emails(week: Week) -> list[str]:
    return week.emails


def _stories(week: Week) -> list[str]:
    return week.stories


def _lines(texts: Sequence[str]) -> int:
    return sum(len(text.splitlines()) for text in texts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--source", default="netflix-countries")
    parser.add_argument("--catalog", type=Path)
    parser.add_argument("--since", type=date.fromisoformat)
    parser.add_argument("--list", action="store_true")
    main(parser.parse_args())
