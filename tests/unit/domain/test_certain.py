"""A claim is certain just when it holds in every way in which the unknown could turn out, tried one by one."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chartwatch.domain.charts.chart import Cadence, Chart, MetricPeriod
from chartwatch.domain.charts.publications import Absence, AbsenceKind, NumberOne, Provenance, PublicationSummary
from chartwatch.domain.milestones.fold import fold
from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, Kind, Work
from tests.oracle.completions import Film, Names, Slot, World, completions, slots
from tests.strategies import DEEP, as_rule

WORLDS = 1_000 if DEEP else 20
"""For each rule; there are more than twenty."""

MOST = 5_000
CHART = Chart("c", "the chart", "somewhere", Cadence.DAY, 1, Kind.SERIES)
START = date(2022, 1, 1)
FACTS = (("ko", "KR"), ("es", "ES"), ("en", "US"), ("ja", "JP"))
NOT_ENGLISH = {"original_language": {"not": ["en"]}}

KOREAN = {"origin_country": ["KR"]}
NOT_KOREAN = {"origin_country": {"not": ["KR"]}}

Rule = Mapping[str, Any]

DEFAULTS: Rule = {
    "id": "r",
    "headline": "{title}",
    "brief": "b",
    "where": {},
    "count": "works",
    "origin": "main",
    "per": None,
}

WITHIN: Rule = {"across_methods": False}

OF_A_COUNTRY: Rule = {"kind": "nth", "scope": "territory", "per": "origin_country", "at": [1, 2]}

RULES: Mapping[str, Rule] = {
    "a new #1": {"kind": "change", "scope": "territory"},
    "a new #1 that is not English": {"kind": "change", "scope": "territory", "where": NOT_ENGLISH},
    "a return": {"kind": "change", "scope": "territory", "returns": "only"},
    "never before": {"kind": "change", "scope": "territory", "returns": "never", "where": NOT_ENGLISH},
    "a new #1 anywhere": {"kind": "change", "scope": "chart"},
    "the n-th": {"kind": "nth", "scope": "territory", "at": [1, 2, 3]},
    "the n-th that is not English": {"kind": "nth", "scope": "territory", "where": NOT_ENGLISH, "at": [1, 2, 3]},
    "the n-th of a country": OF_A_COUNTRY,
    "the n-th of a country, not in English": {**OF_A_COUNTRY, "where": NOT_ENGLISH},
    "the n-th of any of its countries": {**OF_A_COUNTRY, "origin": "any"},
    "the n-th of any of its countries, not in English": {**OF_A_COUNTRY, "origin": "any", "where": NOT_ENGLISH},
    "the n-th that is Korean": {"kind": "nth", "scope": "territory", "where": KOREAN, "at": [1, 2]},
    "the n-th that is not Korean": {"kind": "nth", "scope": "territory", "where": NOT_KOREAN, "at": [1, 2]},
    "the n-th that Korea had a part in": {
        "kind": "nth",
        "scope": "territory",
        "where": KOREAN,
        "at": [1, 2],
        "origin": "any",
    },
    "the n-th anywhere": {"kind": "nth", "scope": "chart", "where": NOT_ENGLISH, "at": [1, 2, 3]},
    "a race": {**OF_A_COUNTRY, "kind": "race"},
    "a race of what is not English": {**OF_A_COUNTRY, "kind": "race", "at": [2], "where": NOT_ENGLISH},
    "a race for any of their countries": {**OF_A_COUNTRY, "kind": "race", "origin": "any"},
    "a race anywhere": {"kind": "race", "scope": "chart", "per": "origin_country", "at": [2, 3]},
    "a spread": {"kind": "spread", "scope": "chart", "at": [1, 2, "all"]},
    "a reign": {"kind": "reign", "scope": "territory", "at": [2, 3]},
    "a longer reign": {"kind": "reign", "scope": "territory", "at": [4]},
    "a total": {"kind": "reign", "scope": "territory", "at": [2, 3], "total": True},
    "the longest reign": {"kind": "reign", "scope": "territory", "record": True},
    "the longest of what is not English": {"kind": "reign", "scope": "territory", "record": True, "where": NOT_ENGLISH},
    "a reign anywhere": {"kind": "reign", "scope": "chart", "at": [2, 3]},
    "a reign of one method": {"kind": "reign", "scope": "territory", "at": [2, 3], **WITHIN},
    "a total of one method": {"kind": "reign", "scope": "territory", "at": [2, 3], "total": True, **WITHIN},
    "the longest reign of one method": {"kind": "reign", "scope": "territory", "record": True, **WITHIN},
    "the longest reign anywhere": {"kind": "reign", "scope": "chart", "record": True},
    "a total of one method, anywhere": {"kind": "reign", "scope": "chart", "at": [2, 3], "total": True, **WITHIN},
    "the longest reign of one method, anywhere": {"kind": "reign", "scope": "chart", "record": True, **WITHIN},
}

TITLED = 0.5
"""The share of worlds in which several works bear one title."""

TIED = 0.3
"""The share of worlds in which several works may be at #1 of a territory together."""

TOO_CAREFUL = {name: 0.25 for name in RULES if "anywhere" in name and RULES[name]["kind"] == "reign"}
"""The share of slots that are marked though they are certain, where it is more than 1 in 100: what one territory lacks
is said to stand against every run over all territories, which may have gone on there, whether or not it could."""


def a_world(chance: random.Random, rule: Rule) -> World:
    """Return a small chart of which some editions are missing and some facts unknown."""
    names = ["a", "b", "c", "d"][: chance.randint(2, 4)]
    films = {name: _a_film(chance, name, rule) for name in names}
    titles = {"t": tuple(names[: chance.choice([2, 2, 3])])} if chance.random() < TITLED else {}
    territories = ["AR", "BR", "CL"][: chance.randint(2, 3) if rule["scope"] == "chart" else 1]
    length = chance.randint(3, 7)
    charted: dict[str, dict[int, Names]] = {}
    ties = chance.random() < TIED
    gone = {day for day in range(1, length - 1) if chance.random() < 0.15}
    for territory in territories:
        days: dict[int, Names] = {}
        for day in sorted({*range(length)} - gone):
            out = [*(n for n in names if (films[n].released or 0) <= day + 7), *titles, *titles]
            again = days.get(day - 1)
            if out and chance.random() < 0.9:
                there = again if again and chance.random() < 0.5 else (chance.choice(out),)
                days[day] = _tied(chance, there, out, titles) if ties else there
        if days:
            charted[territory] = days
    named, unpublished = set(), _pauses(chance, charted) if rule["scope"] == "chart" else set()
    methods = sorted(chance.sample(range(-1, length + 1), chance.randint(1, 2))) if rule.get("kind") == "reign" else []
    for territory, days in charted.items():
        # A run that may have begun before the record is tried from what is known on, or from the method on.
        of_method = (day for day in methods if 0 <= day <= min(days) and not rule.get("across_methods", True))
        since = 0 if rule["kind"] != "reign" else max(of_method, default=min(days))
        for day in range(since, length + 1):
            if {(territory, day), (territory, day + 1)} & unpublished:
                continue
            if day not in days and chance.random() < 0.4:
                named.add((territory, day))
            elif min(days) < day < max(days) and day not in days and chance.random() < 0.3:
                unpublished.add((territory, day))
    for day in sorted(gone):
        if chance.random() < 0.3:
            named -= {(territory, day) for territory in charted}
            unpublished |= {(t, day) for t, days in charted.items() if days and min(days) < day < max(days)}
    if len(charted) > 1 and rule["kind"] != "reign" and chance.random() < 0.1:
        charted["DO"] = {}
        named.add(("DO", chance.randrange(length)))
    return World(charted, films, titles, frozenset(named), frozenset(unpublished), tuple(methods))


def _pauses(chance: random.Random, charted: Mapping[str, dict[int, Names]]) -> set[tuple[str, int]]:
    """Let a territory lack two days, perhaps, the second of which was never published; return that day."""
    territory = chance.choice(sorted(charted)) if charted else ""
    days = sorted(charted.get(territory, ()))
    if len(days) < 4 or chance.random() < 0.7:
        return set()
    missing = chance.choice(days[1:-2])
    for day in (missing, missing + 1):
        charted[territory].pop(day, None)
    return {(territory, missing + 1)}


def _a_film(chance: random.Random, name: str, rule: Rule) -> Film:
    """Return a film; where the rule asks for countries perhaps one of several, of which the main one may be unknown."""
    film = Film(
        name,
        *[None if chance.random() < 0.2 else fact for fact in chance.choice(FACTS)],
        released=chance.choice([None, None, None, -60, -9, -6, 0, 9]),
        assumed=chance.choice([(None, None), chance.choice(FACTS)]),
    )
    asks_for_countries = "origin_country" in (rule.get("per"), *rule.get("where", ()))
    if not asks_for_countries or film.country is None or chance.random() < 0.6:
        return film
    others = [country for _, country in FACTS if country != film.country]
    return replace(film, others=tuple(chance.sample(others, chance.randint(1, 2))), settled=chance.random() < 0.5)


def _tied(chance: random.Random, there: Names, out: Sequence[str], titles: Mapping[str, tuple[str, ...]]) -> Names:
    """Return who is at #1 when one comes or goes, perhaps: a title never with a work that it may mean.

    They would be two works then, and what is marked since they may be one would be marked though it is certain.
    """
    if len(there) > 1 and chance.random() < 0.5:
        return (chance.choice(there),)
    others = [n for n in out if all(n != its and n not in titles.get(its, ()) for its in there)]
    others = [n for n in others if not {*titles.get(n, ())} & {*there}]
    if len(there) == 1 and others and chance.random() < 0.5:
        return tuple(sorted((*there, chance.choice(others))))
    return there


def catalog_of(world: World) -> Catalog:
    """Return the works of a world."""
    return Catalog(
        Work(
            film.name,
            film.name,
            Kind.SERIES,
            film.language or film.assumed[0],
            film.countries or tuple(filter(None, film.assumed[1:])),
            None if film.released is None else START + timedelta(film.released),
            tuple(title for title, its in world.titles.items() if film.name in its),
            is_main_country_known=film.settled,
            assumed=frozenset(
                name
                for name, known, assumed in (
                    (ORIGINAL_LANGUAGE, film.language, film.assumed[0]),
                    (ORIGIN_COUNTRIES, film.country, film.assumed[1]),
                    (MAIN_COUNTRY, film.country, film.assumed[1]),
                )
                if known is None and assumed
            ),
        )
        for film in world.films.values()
    )


def published(world: World) -> list[PublicationSummary]:
    """Return the chart of a world as it was published."""
    changes = (MetricPeriod(f"figure {number}", START + timedelta(day)) for number, day in enumerate(world.methods))
    chart = replace(CHART, metric_periods=(MetricPeriod("points"), *changes)) if world.methods else CHART
    days = sorted({*(d for its in world.charted.values() for d in its), *_days(world.named), *_days(world.unpublished)})
    return [
        PublicationSummary(
            chart,
            START + timedelta(day),
            {
                t: tuple(NumberOne(name, None, Kind.SERIES) for name in its[day])
                for t, its in world.charted.items()
                if day in its
            },
            str(day),
            Provenance("file.csv", None, "0" * 64),
            absent={
                **{t: Absence(AbsenceKind.SET_ASIDE) for t, its in sorted(world.named) if its == day},
                **{t: Absence(AbsenceKind.NOT_PUBLISHED) for t, its in sorted(world.unpublished) if its == day},
            },
        )
        for day in days
    ]


def claimed(world: World, rule: Rule) -> dict[tuple[object, ...], tuple[Slot, Claim]]:
    """Return what the detector claims of a world, in the form of the enumeration."""
    claims, _ = fold(published(world), catalog_of(world), RuleSet([as_rule({**DEFAULTS, **rule})]))
    return {_place(claim, rule): (_slot(claim, rule), claim) for claim in claims}


def _days(editions: Iterable[tuple[str, int]]) -> set[int]:
    return {day for _, day in editions}


def _day(period: date) -> int:
    return (period - START).days


def _place(claim: Claim, rule: Rule) -> tuple[object, ...]:
    match rule["kind"]:
        case "change":
            return claim.territory, _day(claim.period)
        case "nth":
            return claim.territory, claim.group, claim.n
        case "race":
            return claim.territory, claim.n
    *_, before, mark = claim.slot.split(":")
    if before == "record":
        return claim.territory, claim.group, "record", _day(date.fromisoformat(mark))
    if "-" in mark:
        return claim.territory, claim.group, claim.n, _day(date.fromisoformat(mark))
    return claim.territory, claim.group, mark if mark == "all" else claim.n


def _name(work_id: str | None, meant: Mapping[str, str]) -> str | None:
    """Return what the enumeration calls a work, or a group that is none."""
    if work_id is None or not work_id.startswith("unlisted:"):
        return work_id
    title, *last = work_id.removeprefix("unlisted:series:").split(":")
    if not last:
        return title
    return meant[f"{title}@{_day(date.fromisoformat(last[0])) if last[0] else ''}"]


def as_meant(slot: Slot, meant: Mapping[str, str]) -> Slot:
    """Return a slot in the form of the enumeration, when titles have that meaning."""
    place = tuple(_name(its, meant) if isinstance(its, str) else its for its in slot.place)
    holders = frozenset((_name(name, meant) or "", since, group) for name, since, group in slot.holders)
    return slot._replace(place=place, holders=holders)


def _slot(claim: Claim, rule: Rule) -> Slot:
    holders = frozenset((h.work_id, _day(h.since), h.group if rule["kind"] == "race" else None) for h in claim.holders)
    n = None if rule["kind"] == "change" else claim.n
    return Slot(_place(claim, rule), _day(claim.period), n, holders)


@pytest.mark.parametrize("name", RULES)
def test_a_claim_is_certain_just_when_it_holds_however_the_unknown_turns_out(name: str) -> None:
    chance, rule = random.Random(name), RULES[name]
    tried: Counter[str] = Counter()
    while tried["worlds"] < WORLDS:
        world = a_world(chance, rule)
        ways = completions(world, rule, FACTS, MOST) if world.charted else None
        if ways is None:
            continue
        tried["worlds"] += 1
        first = {territory: min(days) for territory, days in world.charted.items() if days}
        found = claimed(world, rule)
        whole = [(slots(way, rule, first), meant) for way, meant in ways]
        for slot, claim in found.values():
            if claim.left_censored:
                continue
            differs = any(way.get((its := as_meant(slot, meant)).place) != its for way, meant in whole)
            assert bool(claim.reasons) or not differs, (world, claim)
            tried["slots"] += 1
            tried["too careful"] += bool(claim.reasons) and not differs
    assert tried["too careful"] <= 1 + TOO_CAREFUL.get(name, 0.01) * tried["slots"], tried
