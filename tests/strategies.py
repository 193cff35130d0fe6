"""Worlds to try the detector on: charts, catalogs and rules by chance, and the ways in which they may arrive.

They are small and dense, so that ties, gaps, namesakes, unknown facts and returns are the usual case. Three profiles of
settings: a few hundred examples; with CHARTWATCH_HYPOTHESIS=deep some thousands, and 100,000 of the weightiest; and
with CHARTWATCH_HYPOTHESIS=mutants a few, always the same, since every mutant meets them.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import combinations, product
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from chartwatch.document_errors import RanksIncomplete
from chartwatch.domain.charts.chart import Cadence, Chart, MetricPeriod
from chartwatch.domain.charts.publications import (
    ALL_TERRITORIES,
    AbsenceKind,
    Edition,
    Entry,
    Provenance,
    Publication,
)
from chartwatch.domain.rules.change import Returns
from chartwatch.domain.rules.kinds import KINDS
from chartwatch.domain.rules.rule import (
    FACTS,
    FIRST_YEAR,
    LAST_YEAR,
    Condition,
    Count,
    Fact,
    Lists,
    Origin,
    Rule,
    RuleSet,
    Scope,
)
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, Kind, Work
from chartwatch.services.by_hand import declare_unpublished, withdraw
from chartwatch.services.ports import ChartStore, PublicationUpdate

PROFILE = os.environ.get("CHARTWATCH_HYPOTHESIS")
DEEP = PROFILE == "deep"

START = date(2020, 12, 27)
"""A Sunday from which on charts of the day and of the week run into the next year, and so into another ledger."""

_VIEWS = MetricPeriod("views", START + timedelta(3))
_METRICS = {
    "weekly-series": (MetricPeriod("hours"), MetricPeriod("views", START + timedelta(16))),
    "daily-overall": (MetricPeriod("points"), _VIEWS, MetricPeriod("hours", START + timedelta(5))),
    "daily-elsewhere": (MetricPeriod("points"), _VIEWS),
}
CHARTS = {
    chart.id: replace(chart, identifying=("hours",), metric_periods=_METRICS.get(chart.id, ()))
    for chart in (
        Chart("weekly-series", "the weekly chart of series", "somewhere", Cadence.WEEK, 2, Kind.SERIES, list_name="tv"),
        Chart("weekly-films", "the weekly chart of films", "somewhere", Cadence.WEEK, 2, Kind.FILM, list_name="films"),
        Chart("daily-overall", "the daily chart", "somewhere", Cadence.DAY, 2, list_name="overall"),
        Chart("daily-elsewhere", "the other daily chart", "elsewhere", Cadence.DAY, 2),
    )
}
TERRITORIES = ("AR", "KR", "US")
PERIODS = 8

FORMER = "Former "
"""How the title of a work begins that has been renamed since."""

Charted = tuple[str, str | None, Kind | None, str | None]
"""Title, season, kind and the provider's id: what stands at #1."""

Content = Mapping[str, tuple[Charted, ...]]
"""The number ones of each territory of a publication; a territory may have an edition without any."""

Slot = tuple[str, int]
"""Which publication: a chart's id and the number of its period."""

RuleData = Mapping[str, Any]
"""A rule as it stands in a file."""


MANY = 5_000
"""Examples of a test in the deep profile; hypothesis remembers them all, some 150 KB each."""

FEW = 6
"""Examples of a test when its mutants are tried: nothing is made smaller, for only whether it fails matters."""

A_LOT = 40
"""Examples above which the default profile takes fewer."""

SHARES = range(20 if DEEP else 1)
"""The tests into which the examples of the weightiest property are divided."""


def examples(usual: int) -> settings:
    """Return the settings of a test that takes `usual` examples, or a half or third of many, when nobody asks for more.

    All tests of the default profile together are to end within some ten minutes on two cores.
    """
    unhurried = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    if PROFILE == "mutants":
        few = min(usual, FEW)
        return settings(
            max_examples=few, deadline=None, suppress_health_check=unhurried, phases=[Phase.generate], derandomize=True
        )
    fewer = usual if usual <= A_LOT else usual // (2 if usual <= 100 else 3)
    return settings(max_examples=MANY if DEEP else fewer, deadline=None, suppress_health_check=unhurried)


class Facts(NamedTuple):
    """A catalog and rules that are in force together."""

    works: tuple[Work, ...]
    rules: tuple[RuleData, ...]

    @property
    def catalog(self) -> Catalog:
        """The catalog."""
        return Catalog(self.works)

    @property
    def rule_set(self) -> RuleSet:
        """The rules."""
        return RuleSet(map(as_rule, self.rules))


class Version(NamedTuple):
    """What a document says of a publication: the `number`-th document, in the order of being fetched.

    `former`: titles stand as they were before all of them were changed.
    """

    content: Content
    number: int
    former: bool = False
    set_aside: tuple[str, ...] = ()


class Saying(NamedTuple):
    """A person says of a publication that it, or its edition of a territory, is withdrawn, or never was published.

    It is processed `times` times at once.
    """

    slot: Slot
    territory: str | None
    kind: AbsenceKind
    times: int = 1

    def update(self, charts: ChartStore) -> PublicationUpdate:
        """Return what changes. Raises `NotToBeSaid`."""
        chart, period = self.slot[0], period_of(self.slot)
        if self.kind is AbsenceKind.WITHDRAWN:
            return withdraw(charts, chart, period, self.territory)
        return declare_unpublished(charts, chart, period, self.territory, "somebody")


class Arrival(NamedTuple):
    """One version of a publication reaches the store, while the facts of number `facts` are in force.

    It is processed `times` times at once; 0 leaves that for the end.
    """

    slot: Slot
    version: Version
    facts: int
    times: int

    @property
    def publication(self) -> Publication:
        """The publication."""
        return publication(self.slot, self.version)


@dataclass(frozen=True)
class World:
    """What is true in the end. `in_full`: every row says the kind, also of what is withdrawn."""

    contents: Mapping[Slot, Content]
    facts: Facts
    absent: Mapping[Slot, Mapping[str, AbsenceKind]] = field(default_factory=dict)
    in_full: bool = False

    @property
    def slots(self) -> Sequence[Slot]:
        """The publications, those without an edition among them."""
        return sorted({*self.contents, *self.absent})

    def last(self, slot: Slot) -> Version | None:
        """Return the last version of a publication, with what is to be withdrawn; None where it never was published."""
        content, absent = dict(self.contents.get(slot, {})), self.absent.get(slot, {})
        withdrawn = [territory for territory, kind in absent.items() if kind is AbsenceKind.WITHDRAWN]
        kind = CHARTS[slot[0]].kind or (Kind.FILM if self.in_full else None)
        content |= dict.fromkeys(withdrawn, ((_TITLES[0], None, kind, None),))
        set_aside = tuple(territory for territory, kind in absent.items() if kind is AbsenceKind.SET_ASIDE)
        return Version(content, LAST, set_aside=set_aside) if content or set_aside else None

    def sayings(self, slot: Slot) -> list[Saying]:
        """Return what a person says of a publication."""
        return [
            Saying(slot, None if territory == ALL_TERRITORIES else territory, kind)
            for territory, kind in self.absent.get(slot, {}).items()
            if kind is not AbsenceKind.SET_ASIDE
        ]

    def absent_rows(self) -> Iterator[tuple[str, str, date, bool]]:
        """Yield chart, territory, period and whether it is missing of every edition that is known to be absent."""
        for slot, its in self.absent.items():
            for territory, kind in its.items():
                yield slot[0], territory, period_of(slot), kind is not AbsenceKind.NOT_PUBLISHED

    @property
    def chart_ids(self) -> Sequence[str]:
        """The charts that have publications."""
        return sorted({chart for chart, _ in self.contents})

    def entry_rows(self) -> Iterator[tuple[str, str, date, int, str, str | None, str | None]]:
        """Yield chart, territory, period, rank, title, season and kind of every entry."""
        for slot, content in self.contents.items():
            chart, period = CHARTS[slot[0]], period_of(slot)
            for territory, ones in content.items():
                for entry in _entries(ones, former=False):
                    yield chart.id, territory, period, entry.rank, entry.title, entry.season, entry.kind


LAST = 9
"""The number of the document that has what is true in the end."""


def publication(slot: Slot, version: Version) -> Publication:
    """Return a publication as a document has it."""
    chart = CHARTS[slot[0]]
    is_restated = version.number != LAST and not version.former
    entries = {
        t: _entries(ones, former=version.former, is_restated=is_restated) for t, ones in sorted(version.content.items())
    }
    provenance = Provenance("chart.csv", f"2022-01-0{version.number}T00:00:00Z", f"{version.number:064}")
    set_aside = {territory: RanksIncomplete("chart.csv", "is not whole") for territory in version.set_aside}
    return Publication(chart, period_of(slot), tuple(map(Edition, entries, entries.values())), provenance, set_aside)


def period_of(slot: Slot) -> date:
    """Return the date of a publication."""
    chart, number = slot
    return START + number * CHARTS[chart].cadence.step


def _entries(ones: Iterable[Charted], *, former: bool, is_restated: bool = False) -> tuple[Entry, ...]:
    """Return the entries of an edition; a figure tells the works apart, by whatever name.

    Where it is another one later, so may be the season that a label means.
    """
    more = ", as it was first" if is_restated else ""
    named = [(f"{FORMER}{title}" if former else title, title, *its) for title, *its in ones]
    return (
        *(
            Entry(1, name, season, kind, (("hours", f"{title_key(title)}{more}1"),), i)
            for name, title, season, kind, i in named
        ),
        Entry(2, "An Also-Ran", None, Kind.SERIES),
    )


# What stands on charts.

_TITLES = ("Alpha", "ALPHA", "Beta", "The King’s Ace", "The King's Ace", "오징어", "Ｄelta")
_SEASONS = (
    None,
    "Season 1",
    "Season 2",
    "Limited Series",
    "Alpha: Part 2",
    "Beta 1",
    "Beta",
    "The Final Season Part 1",
)
_IDS = (None, None, "p:1", "p:2", "p:3")


def _content(chart: Chart, ids: Sequence[str | None], *, in_full: bool) -> st.SearchStrategy[Content]:
    kinds = [chart.kind] if chart.kind else [*(() if in_full else (None,)), Kind.FILM, Kind.SERIES]
    charted = st.sampled_from(list(product(_TITLES, _SEASONS, kinds, ids)))
    sizes = st.sampled_from([1, 1, 1, 2, 3, 0])
    ones = sizes.flatmap(lambda size: st.lists(charted, min_size=size, max_size=size, unique=True)).map(tuple)
    territories = st.sets(st.sampled_from(TERRITORIES), min_size=1)
    return territories.flatmap(lambda found: st.fixed_dictionaries(dict.fromkeys(sorted(found), ones)))


_CONTENT = {
    (chart.id, has_ids, in_full): _content(chart, _IDS if has_ids else (None,), in_full=in_full)
    for chart, has_ids, in_full in product(CHARTS.values(), (False, True), (False, True))
}


@st.composite
def _contents(draw: st.DrawFn, *, ids: bool, in_full: bool) -> Mapping[Slot, Content]:
    charts = draw(st.sets(st.sampled_from(sorted(CHARTS)), min_size=1, max_size=2))
    contents: dict[Slot, Content] = {}
    for chart in sorted(charts):
        before: Content = {}
        for number in sorted(draw(st.sets(st.integers(0, PERIODS - 1), min_size=2, max_size=PERIODS))):
            content = draw(_CONTENT[chart, ids, in_full])
            if draw(st.booleans()):
                # By chance alone hardly anything stays at #1.
                content = {territory: before.get(territory, ones) for territory, ones in content.items()}
            before = contents[chart, number] = content
    return contents


@st.composite
def _absent(draw: st.DrawFn, contents: Mapping[Slot, Content]) -> Mapping[Slot, Mapping[str, AbsenceKind]]:
    """Draw why some of the editions are absent that a chart might have had."""
    found: dict[Slot, dict[str, AbsenceKind]] = {}
    kinds = st.sampled_from([None, None, *AbsenceKind])
    for chart in sorted({chart for chart, _ in contents}):
        its = {number: content for (of, number), content in contents.items() if of == chart}
        territories = sorted({territory for content in its.values() for territory in content})
        for number in range(min(its), max(its) + 1):
            if number not in its and draw(st.booleans()):
                found[chart, number] = {ALL_TERRITORIES: AbsenceKind.NOT_PUBLISHED}
                continue
            drawn = {territory: draw(kinds) for territory in territories if territory not in its.get(number, {})}
            if marks := {territory: kind for territory, kind in drawn.items() if kind}:
                found[chart, number] = marks
    return found


# What the catalog knows.

_WORK = st.builds(
    Work,
    id=st.just(""),
    title=st.sampled_from(_TITLES),
    kind=st.sampled_from([Kind.SERIES, Kind.FILM, None]),
    original_language=st.sampled_from(["en", "es", "ko", "ko", None]),
    origin_countries=st.sampled_from([(), ("ES",), ("KR",), ("KR", "US"), ("US", "KR")]),
    release_date=st.none() | st.integers(-5, 20).map(lambda days: START + timedelta(days)),
    aliases=st.lists(st.sampled_from(_TITLES), max_size=1).map(tuple),
    ids=st.sampled_from([(), (), (), ("p:1",), ("p:2",), ("p:3", "q:1")]),
    is_main_country_known=st.sampled_from([True, True, True, False]),
    needs_kind=st.sampled_from([False, False, True]),
    assumed=st.sampled_from(
        [
            (),
            (),
            (),
            (ORIGINAL_LANGUAGE,),
            (MAIN_COUNTRY,),
            (MAIN_COUNTRY, ORIGIN_COUNTRIES),
            (ORIGINAL_LANGUAGE, MAIN_COUNTRY, ORIGIN_COUNTRIES),
        ]
    ).map(frozenset),
)
"""Facts may be assumed, and of several countries the main one unknown; of one country it is always that one."""


@st.composite
def _works(draw: st.DrawFn) -> tuple[Work, ...]:
    found = draw(st.lists(_WORK, min_size=2, max_size=7))
    taken = [{i for other in found[:number] for i in other.ids} for number in range(len(found))]
    return tuple(
        replace(
            work,
            id=f"work-{number}",
            ids=() if taken[number].intersection(work.ids) else work.ids,
            is_main_country_known=work.is_main_country_known or len(work.origin_countries) < 2,
        )
        for number, work in enumerate(found)
    )


# What the rules ask.

_VALUES = {
    "work_kind": ("film", "series"),
    "original_language": ("en", "es", "ko"),
    "origin_country": ("ES", "KR", "US"),
    "list": ("films", "overall", "tv"),
}
_YEARS: list[int | Mapping[str, int]] = [2021, {"from": 2021}, {"to": 2020}, {"from": 2020, "to": 2021}]


def _conditions(key: str) -> Iterator[Mapping[str, Any]]:
    for value in _VALUES[key]:
        yield {key: value}
        yield {key: {"not": value}}
    for pair in combinations(_VALUES[key], 2):
        yield {key: {"in": list(pair)}}
        yield {key: {"not": list(pair)}}


# Each list is drawn from at once: a rule put together of many small choices takes long to draw.
_SINGLE: list[Mapping[str, Any]] = [
    *(condition for key in _VALUES for condition in _conditions(key)),
    *({"release_year": years} for years in _YEARS),
]
_PAIRS = [{**one, **other} for one, other in combinations(_SINGLE, 2) if one.keys() != other.keys()]
# Mostly few conditions: with two, hardly any work qualifies. Hypothesis draws the first of a list most of the time.
_WHERE: list[Mapping[str, Any]] = [{}, *_SINGLE * (2 * len(_PAIRS) // len(_SINGLE)), *_PAIRS]
_AT = [list(numbers) for size in range(5, 0, -1) for numbers in combinations(range(1, 6), size)]
_GROUPS = ("work_kind", "original_language", "origin_country")
_SHAPES = [
    {"scope": scope, "count": count, "origin": origin, "headline": "{title}", "brief": "a first"}
    for scope, count, origin in product(["territory", "chart"], ["works", "seasons"], ["main", "any"])
]
_FIELDS: Mapping[str, list[Mapping[str, Any]]] = {
    "change": [{"returns": returns} for returns in ("also", "only", "never")],
    "nth": [{"per": per, "at": at} for per, at in product([None, *_GROUPS], _AT)],
    "race": [{"per": per, "at": at} for per, at in product(_GROUPS, _AT)],
    "spread": [{"at": at} for numbers in _AT for at in (numbers, [*numbers, "all"])] + [{"at": ["all"]}],
    "reign": [
        *(
            {"at": at, "total": total, "across_methods": across}
            for at, total, across in product(_AT, *[[False, True]] * 2)
        ),
        {"record": True},
        {"record": True, "across_methods": False},
    ],
}


def _rule(kind: str) -> st.SearchStrategy[RuleData]:
    shapes = [shape for shape in _SHAPES if kind != "spread" or shape["scope"] == "chart"]
    return st.builds(
        lambda shape, where, fields: {"kind": kind, **shape, "where": where, **fields},
        st.sampled_from(shapes),
        st.sampled_from(_WHERE),
        st.sampled_from(_FIELDS[kind]),
    )


def as_rule(data: RuleData) -> Rule:
    where = data["where"]
    at = data.get("at", ())
    own: Mapping[str, Mapping[str, Any]] = {
        "change": {"returns": Returns(data.get("returns", "also"))},
        "spread": {"everywhere": "all" in at},
        "reign": {
            "record": data.get("record", False),
            "total": data.get("total", False),
            "across_methods": data.get("across_methods", True),
        },
    }
    return KINDS[data["kind"]](
        id=data["id"],
        scope=Scope(data["scope"]),
        headline=data["headline"],
        brief=data["brief"],
        where=tuple(_as_condition(fact, where[fact]) for fact in FACTS if fact in where),
        lists=Lists(*_as_values(where["list"])) if "list" in where else None,
        per=Fact(data["per"]) if data.get("per") else None,
        at=tuple(n for n in at if n != "all"),
        count=Count(data["count"]),
        origin=Origin(data["origin"]),
        **own.get(data["kind"], {}),
    )


def _as_condition(fact: Fact, said: Any) -> Condition:
    if fact is Fact.RELEASE_YEAR:
        ends = said if isinstance(said, Mapping) else {"from": said, "to": said}
        years = range(ends.get("from", FIRST_YEAR), ends.get("to", LAST_YEAR) + 1)
        return Condition(fact, frozenset(map(str, years)))
    return Condition(fact, *_as_values(said))


def _as_values(said: str | Mapping[str, str | list[str]]) -> tuple[frozenset[str], bool]:
    """Return what is compared with, and whether it is none of them that is asked for."""
    form, values = next(iter(said.items())) if isinstance(said, Mapping) else ("in", said)
    return frozenset([values] if isinstance(values, str) else values), form == "not"


def _rules() -> st.SearchStrategy[tuple[RuleData, ...]]:
    """One of each kind, in any order: by an id that stays, a rule may come to be of another kind."""
    of_each_kind = st.tuples(*map(_rule, _FIELDS)).flatmap(st.permutations)
    return of_each_kind.map(lambda found: tuple({**rule, "id": f"rule-{number}"} for number, rule in enumerate(found)))


_WORLD_FACTS = st.builds(Facts, _works(), _rules())


def facts() -> st.SearchStrategy[Facts]:
    """Return a catalog and rules."""
    return _WORLD_FACTS


def worlds(*, ids: bool = False, in_full: bool = False) -> st.SearchStrategy[World]:
    """Return worlds; with `ids` the provider has some for some of the works, at times other ones than titles say.

    `in_full`: every row says the kind, so that no title may be one with another that says more.
    """
    contents = _contents(ids=ids, in_full=in_full)
    return contents.flatmap(
        lambda found: st.builds(World, st.just(found), _WORLD_FACTS, _absent(found), in_full=st.just(in_full))
    )


def without_needed_kinds(world: World) -> World:
    """Return a world in which the works of the catalog are meant by titles of unknown kind too."""
    works = tuple(replace(work, needs_kind=False) for work in world.facts.works)
    return replace(world, facts=world.facts._replace(works=works))


def without_withdrawals(world: World) -> World:
    """Return a world in which what was withdrawn was set aside at once, so that nothing was ever told of it."""
    set_aside = {
        slot: {
            territory: AbsenceKind.SET_ASIDE if kind is AbsenceKind.WITHDRAWN else kind
            for territory, kind in its.items()
        }
        for slot, its in world.absent.items()
    }
    return replace(world, absent=set_aside)


@dataclass(frozen=True)
class Course:
    """How a world came about: arrivals under facts that changed, then the rest of the processing in some order."""

    arrivals: tuple[Arrival | Saying, ...]
    facts: tuple[Facts, ...]
    left_for_the_end: tuple[Slot, ...]


@st.composite
def courses(
    draw: st.DrawFn,
    world: World,
    *,
    other_facts: st.SearchStrategy[list[Facts]] | None = None,
    renamed: bool = True,
    in_full: bool = False,
) -> Course:
    """Return a course that ends in `world`: any order, repetitions, and versions that were corrected later.

    `other_facts` are catalogs and rules that were in force meanwhile; none unless given. With `renamed`,
    some of the earlier versions have other names for the same works; `in_full`: all of them say all kinds.
    """
    others = draw(other_facts) if other_facts is not None else []
    facts = (*others, world.facts)
    versions = [(slot, version) for slot in world.slots if (version := world.last(slot))]
    versions += [
        (slot, version)
        for slot, last in versions
        for version in draw(_earlier(slot, last.content, renamed=renamed, in_full=in_full))
    ]
    times = st.sampled_from([1, 1, 0, 2])
    arrivals = tuple(
        its._replace(times=draw(times))
        if isinstance(its, Saying)
        else Arrival(*its, draw(st.integers(0, len(facts) - 1)) if others else 0, draw(times))
        for its in draw(st.permutations([*versions, *(said for slot in world.slots for said in world.sayings(slot))]))
    )
    return Course(arrivals, facts, tuple(draw(st.permutations(world.slots))))


def _earlier(slot: Slot, content: Content, *, renamed: bool, in_full: bool) -> st.SearchStrategy[list[Version]]:
    """Return documents before the last: of other content, in territories that stay, or of other names."""
    if not content:
        return st.just([])
    # Under one id another title would be a name, which is more than the world says in the end.
    other = _CONTENT[slot[0], False, in_full].map(lambda found: {t: ones for t, ones in found.items() if t in content})
    replaced = st.builds(Version, other.filter(bool), st.just(1), st.just(False), st.just(()))
    former = st.just(Version(content, 2, former=True))
    return st.lists(st.one_of(replaced, former) if renamed else replaced, max_size=1)


def other_catalogs(world: World) -> st.SearchStrategy[list[Facts]]:
    """Return catalogs that were in force before the one of the world: the same works, with other facts."""
    known = st.lists(_WORK, min_size=len(world.facts.works), max_size=len(world.facts.works))

    def before(found: list[Work]) -> Facts:
        facts = zip(world.facts.works, found, strict=True)
        works = (
            replace(work, original_language=its.original_language, origin_countries=its.origin_countries)
            for work, its in facts
        )
        return Facts(tuple(works), world.facts.rules)

    return st.lists(known.map(before), max_size=2)


def other_facts() -> st.SearchStrategy[list[Facts]]:
    """Return catalogs and rules that were in force before those of a world."""
    return st.lists(_WORLD_FACTS, max_size=2)
