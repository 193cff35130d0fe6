"""Claims that somebody makes, and what is to be said of them: values alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.charts.publications import PublicationSummary
from chartwatch.domain.rules.evidence import Gap
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import Rule

Timeline = Sequence[PublicationSummary]
"""The publications of a chart, oldest first."""


class Verdict(StrEnum):
    """What is to be said of a claim."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


class Form(StrEnum):
    """What is claimed of a work; of all but a place the rule says only which works count."""

    PLACE = "place"
    """It holds a place of the rule."""
    NUMBER_ONE = "number-one"
    """It was #1 in a period."""
    FIRST_SINCE = "first-since"
    """When it was #1 first, no other that counts had been since another was, or since a day."""
    LONGEST_RUN = "longest-run"
    """It has had a longer run at #1 than any other that counts."""
    MOST_IN_ALL = "most-in-all"
    """It has been #1 for more periods than any other that counts."""
    COUNT = "count"
    """So many works that count have been #1, whoever they are."""
    AT_ONCE = "at-once"
    """It was #1 in so many territories in a period (`n` of None: in all); new or back there, by a rule of changes."""
    DEBUT = "debut"
    """It was #1 when it charted first."""


class Since(NamedTuple):
    """Since when a work is said to be the first: since works of a `title` were #1, or else since the end of a day."""

    title: str = ""
    works: frozenset[str] = frozenset()
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Assertion:
    """What somebody claims: that a work, or a group, holds a place of a rule, whose headline must say the number.

    `place` is the last part of a slot's id. For `nth` and `race` it says `n`; `group` is that of an `nth`, or the one
    that is said to have won a race. `works` are the ids of those that `title` may mean, and `creator` is whose it is
    said to be; without any, the question is who holds the place. Of a `spread` or a `reign` of a title there is no
    place but `n` (None: all territories), and `exactly` asks for no more than that; so of a count. `one` and `several`
    are what the rule counts, in words.

    Other forms are about a period (`on`), or `since`. The claim is made `as_of` a period: nothing later counts.
    """

    rule: Rule
    place: str = ""
    n: int | None = None
    group: str | None = None
    title: str = ""
    works: frozenset[str] = frozenset()
    form: Form = Form.PLACE
    on: date | None = None
    since: Since | None = None
    exactly: bool = False
    one: str = "title"
    several: str = "titles"
    as_of: date | None = None
    creator: str = ""


class Record(NamedTuple):
    """What is known of a scope: from the first period to the last, how many were expected and seen, and the gaps."""

    first: date
    last: date
    expected: int
    seen: int
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be said of a claim on one chart. `territory` is `*` over all territories.

    `n` and `period` are the right ones, as far as known. `before` are those that hold earlier places; of a race, the
    works that counted before. `reasons` say why it is unknown. `is_short`: the claim is about all of history, and true
    of a record that is too short to say so without its length. `is_of_several`: the title means several works, and
    it is so of some of them alone. `called` is what a sentence calls works that share a title, by their ids.
    """

    verdict: Verdict
    chart: Chart
    territory: str
    sentence: str
    record: Record
    n: int | None = None
    period: date | None = None
    holders: tuple[Holder, ...] = ()
    before: tuple[Holder, ...] = ()
    reasons: tuple[str, ...] = ()
    is_short: bool = False
    is_of_several: bool = False
    called: Mapping[str, str] = field(default_factory=dict)
