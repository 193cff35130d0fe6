"""A chart, works and a few rules of their own, for claims about what is sent."""

from dataclasses import replace
from datetime import date

from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.domain.charts.chart import Cadence, Chart, MetricPeriod
from chartwatch.domain.charts.publications import Provenance
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.rules.change import ChangeRule
from chartwatch.domain.rules.nth import NthRule
from chartwatch.domain.rules.race import RaceRule
from chartwatch.domain.rules.rule import Fact, Rule, Scope
from chartwatch.domain.stories.story import Story, stories
from chartwatch.domain.works.work import Kind, Work
from tests.chronicle import NOT_ENGLISH, Chronicle, a_run

NETFLIX = Chart(
    id="netflix-daily-overall",
    name="Netflix's daily chart",
    provider="netflix",
    cadence=Cadence.DAY,
    depth=1,
    metric_periods=(MetricPeriod("viewers of the day"),),
)
DOCUMENT = Provenance("https://example.org/top10.csv", "2022-01-09T08:00:00Z", "0" * 64)
WORKS = (
    Work("sara", "Who Killed Sara?", Kind.SERIES, "es", ("MX",), date(2021, 3, 24)),
    Work("squid", "Squid Game", Kind.SERIES, "ko", ("KR",), date(2021, 9, 17)),
    Work("dead", "All of Us Are Dead", Kind.SERIES, "ko", ("KR",), date(2021, 12, 28)),
    Work("ozark", "Ozark", Kind.SERIES, "en", ("US",), date(2017, 7, 21)),
    Work("queen", "오징어 게임 — Élite\u202e", Kind.SERIES, "ko", ("KR",)),
)

NEW = ChangeRule(
    "new-number-one",
    Scope.TERRITORY,
    "{title} {is} the new #1 of {chart} in {territory}",
    "new #1",
    return_headline="{title} {is} back at #1 of {chart} in {territory}",
    return_brief="back at #1",
)
NEW_ANYWHERE = replace(
    NEW,
    id="new-number-one-anywhere",
    scope=Scope.CHART,
    headline="{title} {is} newly #1 of {chart} somewhere in the world",
    brief="new #1 anywhere",
)
FIRST_FROM = NthRule(
    "first-from-country",
    Scope.TERRITORY,
    "{title} {is} the first title from {group} to reach #1 of {chart} in {territory}",
    "first title from {group}",
    per=Fact.ORIGIN_COUNTRY,
    at=(1,),
)
NTH = NthRule(
    "nth-non-english-series",
    Scope.TERRITORY,
    "{title} {is} the {ordinal} non-English series to reach #1 of {chart} in {territory}",
    "{ordinal} non-English series",
    (NOT_ENGLISH,),
    at=(1, 2, 3, 4),
)
RACE = RaceRule(
    "first-country-with-n",
    Scope.TERRITORY,
    "{group} {is} the first {countries} with {cardinal} non-English series at #1 of {chart} in {territory}, by {title}",
    "{group} first {countries} with {cardinal}",
    (NOT_ENGLISH,),
    Fact.ORIGIN_COUNTRY,
    (2, 3),
)
RULES = (NEW, FIRST_FROM, NTH, RACE)


def netflix(*rules: Rule, works: tuple[Work, ...] = WORKS, chart: Chart = NETFLIX) -> Chronicle:
    """Return the chart, of which nothing is published yet; by `RULES` unless others are given."""
    chronicle = Chronicle(*(rules or RULES), works=works, chart=chart)
    chronicle.document = DOCUMENT
    return chronicle


def sent_of(bulletin: Bulletin) -> list[Story]:
    """Return the stories of a bulletin, as SNS takes them."""
    return stories(bulletin, LIMITS)


def last(*titles: str | None) -> Story:
    """Return the weightiest story of the last of successive days in the US."""
    (bulletin,) = a_run(netflix(), *titles)
    return sent_of(bulletin)[0]
