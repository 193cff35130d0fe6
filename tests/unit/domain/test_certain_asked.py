"""A claim that is asked is true just when it is so however the unknown turns out, false when it never is."""

import random
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from chartwatch.domain.milestones.asked import Answer, Assertion, Form, Since, Verdict
from chartwatch.domain.milestones.chart_history import ChartHistory
from chartwatch.domain.milestones.checks import check
from chartwatch.domain.milestones.fold import fold
from chartwatch.domain.rules.rule import Rule, RuleSet
from tests.oracle.asked import Question, is_so, ways
from tests.oracle.completions import Slot, World, completions, slots
from tests.strategies import DEEP, as_rule
from tests.unit.domain.test_certain import (
    DEFAULTS,
    FACTS,
    MOST,
    NOT_ENGLISH,
    RULES,
    START,
    WITHIN,
    a_world,
    as_meant,
    catalog_of,
    published,
)

WORLDS = 150 if DEEP else 5
"""For each form; there are more than twenty."""

QUESTIONS = 6
"""Of each world."""

TO_BEGIN_WITH = ("it was so when the records began", "the records begin with")
"""Of what was so when the record begins nobody can say that it was a first, whatever the days within it come to: such
answers are not asked for here."""

TOO_CAREFUL = 0.01
"""The share of answers that may be unknown though all agree. They are of a run that was a record in the end however
long it was then, of which the record says that nobody knows; and of the first since a day after which each work that
may have been #1 counts. Where a chart has shown ties, more works may have been at #1 of a missing edition than are
tried, so that there only what is said for certain is judged."""

KOREAN = {"original_language": ["ko"]}
COUNTRIES = sorted({country for _, country in FACTS})

Asks = Callable[[random.Random, World, str], Question]


def film_of(chance: random.Random, world: World) -> str:
    return chance.choice(sorted(world.films))


def day_of(chance: random.Random, world: World) -> int:
    days = [day for its in world.charted.values() for day in its]
    return chance.randint(min(days), max(days))


def method_of(chance: random.Random, world: World) -> dict[str, Any]:
    return {"within": True, "method": chance.choice([None, *world.methods, *world.methods])}


# ruff: noqa: ARG005  # each form takes what it needs
FORMS: Mapping[str, Asks] = {
    "the n-th": lambda c, w, t: Question("nth", t, film_of(c, w), c.randint(1, 4)),
    "the n-th that is not English": lambda c, w, t: Question(
        "nth", t, film_of(c, w), c.randint(1, 4), where=NOT_ENGLISH
    ),
    "the n-th of a country": lambda c, w, t: Question(
        "nth", t, film_of(c, w), c.randint(1, 3), group=c.choice(COUNTRIES), per="origin_country"
    ),
    "the n-th of its country": lambda c, w, t: Question("nth", t, film_of(c, w), c.randint(1, 3), per="origin_country"),
    "a race": lambda c, w, t: Question("race", t, n=c.randint(1, 3), group=c.choice(COUNTRIES), per="origin_country"),
    "a race of what is not English": lambda c, w, t: Question(
        "race", t, n=c.randint(1, 2), group=c.choice(COUNTRIES), per="origin_country", where=NOT_ENGLISH
    ),
    "a race by a work": lambda c, w, t: Question(
        "race", t, film_of(c, w), c.randint(1, 3), c.choice(COUNTRIES), per="origin_country"
    ),
    "a count": lambda c, w, t: Question("count", t, n=c.randint(1, 4), where=c.choice([{}, NOT_ENGLISH])),
    "a count of a country": lambda c, w, t: Question(
        "count", t, n=c.randint(1, 3), group=c.choice(COUNTRIES), per="origin_country", exactly=c.random() < 0.5
    ),
    "a count and no more": lambda c, w, t: Question(
        "count", t, n=c.randint(0, 4), exactly=True, where=c.choice([{}, NOT_ENGLISH])
    ),
    "#1 in a period": lambda c, w, t: Question(
        "number one", t, film_of(c, w), day=day_of(c, w), where=c.choice([{}, KOREAN])
    ),
    "what is Korean at #1 in a period": lambda c, w, t: Question("number one", t, day=day_of(c, w), where=KOREAN),
    "new at #1": lambda c, w, t: Question("change", t, film_of(c, w), day=day_of(c, w), where=c.choice([{}, KOREAN])),
    "back at #1": lambda c, w, t: Question("change", t, film_of(c, w), day=day_of(c, w), returns="only"),
    "there for the first time": lambda c, w, t: Question(
        "change", t, film_of(c, w), day=day_of(c, w), returns="never", where=c.choice([{}, KOREAN])
    ),
    "a run": lambda c, w, t: Question("run", t, film_of(c, w), c.randint(1, 5), where=c.choice([{}, {}, KOREAN])),
    "a run of no more": lambda c, w, t: Question("run", t, film_of(c, w), c.randint(1, 5), exactly=True),
    "periods in all": lambda c, w, t: Question(
        "total", t, film_of(c, w), c.randint(1, 5), where=c.choice([{}, KOREAN])
    ),
    "periods in all and no more": lambda c, w, t: Question("total", t, film_of(c, w), c.randint(1, 5), exactly=True),
    "the longest run": lambda c, w, t: Question("longest run", t, film_of(c, w)),
    "the longest run of what is not English": lambda c, w, t: Question(
        "longest run", t, film_of(c, w), where=NOT_ENGLISH
    ),
    "the most in all": lambda c, w, t: Question("most in all", t, film_of(c, w), where=c.choice([{}, NOT_ENGLISH])),
    "a run that was a record": lambda c, w, t: Question("record", t, film_of(c, w), day=day_of(c, w)),
    "a run of one method": lambda c, w, t: Question("run", t, film_of(c, w), c.randint(1, 4), **method_of(c, w)),
    "periods in all of one method": lambda c, w, t: Question(
        "total", t, film_of(c, w), c.randint(1, 4), **method_of(c, w)
    ),
    "a run that was a record of one method": lambda c, w, t: Question(
        "record", t, film_of(c, w), day=day_of(c, w), within=True
    ),
    "territories": lambda c, w, t: Question("spread", "*", film_of(c, w), c.randint(1, 3)),
    "territories and no more": lambda c, w, t: Question("spread", "*", film_of(c, w), c.randint(1, 3), exactly=True),
    "all territories": lambda c, w, t: Question("spread", "*", film_of(c, w), where=c.choice([{}, KOREAN])),
    "territories at once": lambda c, w, t: Question(
        "at once", "*", film_of(c, w), c.randint(1, 2), day=day_of(c, w), returns="anyhow", where=c.choice([{}, KOREAN])
    ),
    "territories at once and no more": lambda c, w, t: Question(
        "at once", "*", film_of(c, w), c.randint(1, 2), day=day_of(c, w), returns="anyhow", exactly=True
    ),
    "all territories at once": lambda c, w, t: Question(
        "at once", "*", film_of(c, w), day=day_of(c, w), returns="anyhow"
    ),
    "new in territories at once": lambda c, w, t: Question(
        "at once", "*", film_of(c, w), c.randint(1, 2), day=day_of(c, w), exactly=c.random() < 0.3
    ),
    "back in territories at once": lambda c, w, t: Question(
        "at once", "*", film_of(c, w), 1, day=day_of(c, w), returns="only"
    ),
    "the first since another": lambda c, w, t: Question(
        "since", t, film_of(c, w), since=film_of(c, w), where=c.choice([{}, NOT_ENGLISH])
    ),
    "the first since a day": lambda c, w, t: Question(
        "since", t, film_of(c, w), since=day_of(c, w), where=c.choice([{}, NOT_ENGLISH])
    ),
    "the first then since another": lambda c, w, t: Question(
        "since", t, film_of(c, w), since=film_of(c, w), day=day_of(c, w)
    ),
}


def facts_for(asked: Question) -> list[tuple[str, str]]:
    """Return the languages and countries that the question tells apart, together."""
    return list(product(["en", "ko"] if asked.where else ["ko"], COUNTRIES if asked.per else ["KR"]))


def history_of(world: World) -> ChartHistory:
    """Return a small chart as it was published."""
    return ChartHistory(published(world), catalog_of(world))


def _rule(asked: Question, **fields: Any) -> Rule:
    scope = "chart" if asked.territory == "*" else "territory"
    return as_rule({**DEFAULTS, "scope": scope, "where": asked.where, "per": asked.per, **fields})


def assertion_of(asked: Question) -> Assertion:
    """Return the claim that `check` is asked."""
    title, works = asked.film, frozenset({asked.film} if asked.film else ())
    on = None if asked.day is None else START + timedelta(asked.day)
    match asked.form:
        case "nth" | "race":
            return Assertion(_rule(asked, kind=asked.form, at=[1]), "", asked.n, asked.group, title, works)
        case "change":
            rule = _rule(asked, kind="change", returns=asked.returns)
            return Assertion(rule, on=on, place=str(on), title=title, works=works)
        case "run" | "total":
            rule = _rule(
                asked, kind="reign", at=[asked.n], total=asked.form == "total", across_methods=not asked.within
            )
            method = "" if asked.method is None else f":{START + timedelta(asked.method)}"
            said = {"place": f"{title}:{asked.n}{method}"} if asked.within else {"n": asked.n}
            return Assertion(rule, title=title, works=works, exactly=asked.exactly, **said)  # type: ignore[arg-type]
        case "record":
            rule = _rule(asked, kind="reign", record=True, across_methods=not asked.within)
            return Assertion(rule, f"{title}:record:{on}", title=title, works=works)
        case "spread":
            rule = _rule(asked, kind="spread", at=[asked.n or "all"])
            return Assertion(rule, n=asked.n, title=title, works=works, exactly=asked.exactly)
    forms = {
        "at once": Form.AT_ONCE,
        "count": Form.COUNT,
        "number one": Form.NUMBER_ONE,
        "longest run": Form.LONGEST_RUN,
        "most in all": Form.MOST_IN_ALL,
        "since": Form.FIRST_SINCE,
    }
    since = None
    if isinstance(asked.since, int):
        since = Since(day=START + timedelta(asked.since))
    elif asked.since is not None:
        since = Since(asked.since, frozenset({asked.since}))
    rule = _rule(asked, kind="nth", at=[1])
    if asked.form == "at once" and asked.returns != "anyhow":
        rule = _rule(asked, kind="change", returns=asked.returns)
    counted = {"n": asked.n, "group": asked.group, "exactly": asked.exactly}
    return Assertion(rule, title=title, works=works, form=forms[asked.form], on=on, since=since, **counted)  # type: ignore[arg-type]


def answer_to(asked: Question, history: ChartHistory, as_of: date | None = None) -> Answer:
    said = assertion_of(asked)
    return check(
        Assertion(**{**{f: getattr(said, f) for f in said.__slots__}, "as_of": as_of}), asked.territory, history
    )


def a_question(chance: random.Random, name: str) -> tuple[World, Question]:
    """Return a small chart and what is asked of it."""
    everywhere = name.endswith("territories") or "territories" in name or chance.random() < 0.3
    while True:
        lasts = any(its in name for its in ("run", "in all"))
        kind = "reign" if lasts else "nth"
        per = "origin_country" if "country" in name or "race" in name else None
        scope, within = "chart" if everywhere else "territory", WITHIN if "method" in name else {}
        world = a_world(chance, {"kind": kind, "scope": scope, "per": per, **within})
        if world.charted:
            return world, FORMS[name](chance, world, "*" if everywhere else min(world.charted))


@pytest.mark.parametrize("name", FORMS)
def test_what_is_asked_is_true_or_false_just_when_it_is_so_or_not_however_the_unknown_turns_out(name: str) -> None:
    chance, tried = random.Random(name), Counter[str]()
    while tried["worlds"] < WORLDS * QUESTIONS:
        world, asked = a_question(chance, name)
        found = ways(world, asked, facts_for(asked), MOST)
        if found is None:
            continue
        tried["worlds"] += 1
        answer = answer_to(asked, history_of(world))
        if any(reason.startswith(TO_BEGIN_WITH) for reason in answer.reasons):
            continue
        outcomes = {is_so(way, asked) for way, _ in found}
        tried[answer.verdict] += 1
        if answer.verdict is Verdict.UNKNOWN:
            assert answer.reasons, (world, asked)
            tried["too careful"] += len(outcomes) == 1 and not world.has_ties
        else:
            assert outcomes == {answer.verdict is Verdict.TRUE}, (world, asked, answer)
    assert tried["too careful"] <= 1 + TOO_CAREFUL * tried["worlds"], tried


OF_TITLES = [name for name in FORMS if not re.search("count|territor|record|method|race$|race of|what is", name)]


@pytest.mark.parametrize("name", OF_TITLES)
def test_what_is_asked_of_a_title_is_so_whichever_of_its_works_it_means(name: str) -> None:
    chance, tried = random.Random(f"titles {name}"), Counter[str]()
    while tried["worlds"] < WORLDS:
        world, asked = a_question(chance, name)
        if world.missing or not any("t" in names for its in world.charted.values() for names in its.values()):
            continue
        found = ways(world, asked, facts_for(asked), MOST)
        if found is None:
            continue
        tried["worlds"] += 1
        history = history_of(world)
        said = replace(assertion_of(asked), title="t", works=history.named("t"))
        answer = check(said, asked.territory, history)
        outcomes = {
            any(is_so(way, replace(asked, film=film)) for film in (*world.titles["t"], "t") if film in way.films)
            for way, _ in found
        }
        if answer.verdict is Verdict.UNKNOWN:
            assert answer.reasons, (world, asked)
        else:
            assert outcomes == {answer.verdict is Verdict.TRUE}, (world, asked, answer)


def said_by(answer: Answer) -> Answer:
    """Return an answer without why it is not known, and what it lacks; with works by their titles alone.

    What a sentence calls one of several works of a title tells it from those that a reader of today knows.
    """
    sentence = answer.sentence
    for called in answer.called.values():
        sentence = sentence.replace(called, called.partition(" (")[0])
    return replace(answer, reasons=(), record=answer.record._replace(gaps=()), sentence=sentence, called={})


def as_of(world: World, until: int, territory: str) -> World:
    """Return a small chart as it was up to a day, of which is known what there was and is missing by then.

    Of what was on the chart when the record of a territory, or of all, ended, there were editions ever after.
    """
    days = {t: world.known(t) | {day for its, day in world.unpublished if its == t} for t in world.charted}
    ended = max(day for t, its in days.items() if territory in ("*", t) for day in its)
    after = {(t, day) for t, its in days.items() if max(its) == ended for day in range(ended + 1, until + 1)}
    named = frozenset(its for its in {*world.named, *world.missing, *after} if its[1] <= until)
    charted = {t: {d: n for d, n in its.items() if d <= until} for t, its in world.charted.items()}
    known = {t: its for t, its in charted.items() if its or any(t == where for where, _ in named)}
    never = frozenset(its for its in world.unpublished if its[1] <= until)
    return World(known, world.films, world.titles, named, never, world.methods)


@pytest.mark.parametrize("name", FORMS)
def test_as_of_a_period_nothing_later_counts(name: str) -> None:
    chance = random.Random(name)
    for _ in range(WORLDS):
        world, asked = a_question(chance, name)
        until = day_of(chance, world) + chance.choice((0, 0, 0, 1, 3))
        then = as_of(world, until, asked.territory)
        if not (any(then.charted.values()) if asked.territory == "*" else then.charted.get(asked.territory)):
            continue
        now = answer_to(asked, history_of(world), START + timedelta(until))
        as_it_was = answer_to(asked, history_of(then))
        assert said_by(now) == said_by(as_it_was), (world, asked, until)
        # Only a later edition shows that one of its territory was missing when others of that day had come.
        assert set(now.reasons) <= set(as_it_was.reasons), (world, asked, until)


# Who holds a place.

PLACES: Mapping[str, Callable[[random.Random, World], dict[str, Any]]] = {
    "the n-th": lambda c, w: {"kind": "nth", "at": [c.randint(1, 4)], "where": c.choice([{}, NOT_ENGLISH])},
    "the first of a race": lambda c, w: {"kind": "race", "at": [c.randint(1, 3)], "per": "origin_country"},
    "who was new": lambda c, w: {"kind": "change", "day": day_of(c, w), "where": c.choice([{}, NOT_ENGLISH])},
    "who was back": lambda c, w: {"kind": "change", "day": day_of(c, w), "returns": "only"},
}


@pytest.mark.parametrize("name", PLACES)
def test_who_holds_a_place_is_certain_just_when_it_is_so_however_the_unknown_turns_out(name: str) -> None:
    chance, tried = random.Random(name), Counter[str]()
    while tried["worlds"] < WORLDS * QUESTIONS:
        scope = chance.choice(["territory", "chart"])
        world = a_world(chance, {"kind": "nth", "scope": scope})
        if not world.charted:
            continue
        asked = PLACES[name](chance, world)
        day, rule = asked.pop("day", None), {"scope": scope, "where": {}, **asked}
        facts = list(product(["en", "ko"] if rule["where"] else ["ko"], COUNTRIES if rule.get("per") else ["KR"]))
        found = completions(world, rule, facts, MOST)
        if found is None:
            continue
        tried["worlds"] += 1
        territory = "*" if scope == "chart" else min(world.charted)
        place = (
            (territory, day)
            if day is not None
            else (territory, *([None] if rule["kind"] == "nth" else []), rule["at"][0])
        )
        on = None if day is None else START + timedelta(day)
        said = Assertion(as_rule({**DEFAULTS, **rule}), str(on or rule["at"][0]), None if on else rule["at"][0])
        answer = check(said, territory, history_of(world))
        first = {its: min(days) for its, days in world.charted.items() if days}
        if any(reason.startswith(TO_BEGIN_WITH) for reason in answer.reasons) or day == min(first.values()):
            continue
        held = [slots(way, rule, first).get(place) for way, _ in found]
        known = [_held(answer, place, rule, meant) if answer.holders else None for _, meant in found]
        if answer.verdict is Verdict.UNKNOWN:
            assert answer.reasons, (world, said)
            tried["too careful"] += held == known and not world.has_ties
        else:
            assert held == known, (world, said, answer)
            assert bool(answer.holders) is (answer.verdict is Verdict.TRUE), (world, said, answer)
    assert tried["too careful"] <= 1 + TOO_CAREFUL * tried["worlds"], tried


def _held(answer: Answer, place: tuple[object, ...], rule: Mapping[str, Any], meant: Mapping[str, str]) -> Slot:
    """Return the slot that an answer says is held, in the form of the enumeration."""
    of_race = rule["kind"] == "race"
    holders = frozenset((h.work_id, (h.since - START).days, h.group if of_race else None) for h in answer.holders)
    period = answer.period or date.min
    return as_meant(Slot(place, (period - START).days, answer.n, holders), meant)


@pytest.mark.parametrize("name", RULES)
def test_what_a_rule_claims_of_a_period_is_what_it_claims_there_when_all_is_folded(name: str) -> None:
    chance, rule = random.Random(name), as_rule({**DEFAULTS, **RULES[name]})
    for _ in range(WORLDS):
        world = a_world(chance, RULES[name])
        if not world.charted:
            continue
        history = history_of(world)
        territory = "*" if RULES[name]["scope"] == "chart" else min(world.charted)
        scope = history.scope(territory, rule.count)
        whole, _ = fold(history.timeline, history.catalog, RuleSet([rule]))
        claims = [claim for claim in whole if claim.territory == territory]
        found = [claim for publication in scope.publications for claim in scope.claims(rule, publication.period)]
        assert [(c.slot, c.holders, c.reasons) for c in found] == [(c.slot, c.holders, c.reasons) for c in claims]
