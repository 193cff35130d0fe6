"""Messages of every kind are as their published schemas say, and what a schema requires cannot be missing."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import Count, Fact, Rule, Scope
from chartwatch.domain.rules.spread import SpreadRule
from chartwatch.domain.stories.digest import digest
from chartwatch.domain.stories.message import as_text
from chartwatch.domain.stories.story import stories
from chartwatch.domain.works.work import Kind, Work
from tests.chronicle import Ones
from tests.unit.stories.netflix import NEW, NTH, RACE, WORKS, netflix

DOCS = Path(__file__).parents[3] / "docs"
VALIDATORS = {
    name: Draft202012Validator(json.loads((DOCS / f"{name}.schema.json").read_text()), format_checker=FormatChecker())
    for name in ("story", "digest")
}
TIGHT = replace(LIMITS, body=3600, digest=400)
"""Room for one of two stories in a digest, and for three of four milestones in a story, without evidence."""

REIGN = ReignRule("reign", Scope.TERRITORY, "{title} for {n} {periods}", "{n} {periods}", at=(2,))
SEASONS = replace(REIGN, count=Count.SEASONS)
SPREAD = SpreadRule("spread", Scope.CHART, "{title} in {n}", "in {n}", at=(2,))
PER_COUNTRY = replace(NTH, where=(), per=Fact.ORIGIN_COUNTRY)
BOTH = Work("both", "Both", Kind.SERIES, "es", ("ES", "KR"))
TWO_TITLES = Work("squid", "Squid Game", Kind.SERIES, "ko", ("KR",), aliases=("Ojingeo Geim",))


def last(rules: tuple[Rule, ...], *days: tuple[int, Ones], works: Iterable[Work] = WORKS) -> Bulletin:
    """Return the last bulletin of days, given their #1s in two territories."""
    chart = netflix(*rules, works=tuple(works))
    found = [bulletin for day, ones in days for bulletin in chart.arrives(day, US=ones, KR=ones)]
    return found[-1]


def of_two_works_that_are_one() -> Bulletin:
    chart = netflix(REIGN, works=())
    for day, title in enumerate(("Ozark", "Squid Game", "Squid Game", "Ozark", "Ojingeo Geim", "Ojingeo Geim")):
        chart.arrives(day, US=title)
    return chart.learns(TWO_TITLES)[-1]


BULLETINS: Mapping[str, Callable[[], Bulletin]] = {
    "a first": lambda: last((NTH,), (0, "Ozark"), (1, "Squid Game")),
    "a race": lambda: last(
        (RACE,), (0, "Ozark"), (1, "Squid Game"), (2, "Who Killed Sara?"), (3, "All of Us Are Dead")
    ),
    "a spread": lambda: last((SPREAD, NEW), (0, "Ozark"), (1, "Squid Game")),
    "a reign": lambda: last((REIGN,), (0, "Ozark"), (1, "Squid Game"), (2, "Squid Game")),
    "a reign of a season": lambda: last((SEASONS,), (0, "Ozark"), (1, "Dark|1"), (2, "Dark|1")),
    "a change": lambda: last((NEW,), (0, "Ozark"), (1, "Squid Game"), (2, "Ozark")),
    "a gap": lambda: last((NTH, NEW), (0, "Ozark"), (3, "Squid Game")),
    "another policy": lambda: last((PER_COUNTRY,), (0, "Both"), (1, "Squid Game"), works=(BOTH, *WORKS)),
    "a correction": lambda: last((NTH, NEW), (0, "Ozark"), (2, "Squid Game"), (1, "Who Killed Sara?")),
    "a retraction": lambda: last((NTH, NEW), (0, "Ozark"), (1, "Squid Game"), (1, "Ozark")),
    "one that moved": of_two_works_that_are_one,
    "cut down": lambda: last((NTH, NEW), (0, "Ozark"), (1, ("Squid Game", "Who Killed Sara?"))),
}


@cache
def texts(name: str) -> Mapping[str, list[str]]:
    """Return the bodies of a bulletin's messages as they are sent, by their type."""
    limits = TIGHT if name == "cut down" else LIMITS
    bulletin = BULLETINS[name]()
    found = stories(bulletin, limits)
    return {
        "story": [as_text(story.body) for story in found],
        "digest": [as_text(digest(bulletin, found, limits).body)],
    }


def bodies(names: Iterable[str] = BULLETINS) -> Iterator[tuple[str, Any]]:
    for name in names:
        yield from ((kind, json.loads(text)) for kind, its in texts(name).items() for text in its)


def objects(part: Any, name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object in a body, with the key under which it stands, by itself or in an array."""
    if isinstance(part, dict):
        yield name, part
        for key, value in part.items():
            yield from objects(value, key)
    elif isinstance(part, list):
        for value in part:
            yield from objects(value, name)


def removable(names: Iterable[str]) -> set[str]:
    """Return the keys without which messages are still as their schemas say."""
    found = set()
    for kind, body in bodies(names):
        for name, its in list(objects(body)):
            for key in list(its):
                value = its.pop(key)
                if VALIDATORS[kind].is_valid(body):
                    found.add(f"{name}.{key}")
                its[key] = value
    return found


@pytest.mark.parametrize("name", BULLETINS)
def test_every_message_is_as_the_schema_of_its_type_says_and_not_the_other(name: str) -> None:
    for kind, body in bodies([name]):
        VALIDATORS[kind].validate(body)
        assert [other for other in VALIDATORS if VALIDATORS[other].is_valid(body)] == [kind] == [body["type"]]


def test_schemas_are_schemas() -> None:
    for validator in VALIDATORS.values():
        validator.check_schema(validator.schema)


def test_what_is_cut_down_for_its_size_has_no_evidence_or_is_counted() -> None:
    *its_stories, its_digest = (body for _, body in bodies(["cut down"]))
    for story in its_stories:
        assert [milestone["evidence"] for milestone in story["milestones"]] == [None] * 3
        assert story["milestones_left_out"] == 1
    assert (len(its_digest["stories"]), its_digest["stories_left_out"]) == (1, 1)


def test_only_what_does_not_apply_to_every_milestone_can_be_missing() -> None:
    assert removable(BULLETINS.keys() - {"a retraction", "one that moved"}) == {
        *(f"evidence.{key}" for key in ("earlier", "first_topped", "other_policy", "previous", "replaces")),
        *("first_topped.Ozark", "territories.Squid Game"),
        *(f"holders.{key}" for key in ("group", "return", "season")),
        "earlier.group",
    }
    assert removable(["a retraction"]) == {"holders.return"}
    assert removable(["one that moved"]) == {"evidence.moved_to"}


def test_a_key_that_a_schema_does_not_know_is_refused_everywhere() -> None:
    for kind, body in bodies():
        for name, its in list(objects(body)):
            its["unknown"] = None
            assert not VALIDATORS[kind].is_valid(body), name
            del its["unknown"]


def test_a_date_that_no_calendar_has_is_refused_everywhere() -> None:
    for kind, text in ((kind, text) for name in BULLETINS for kind, its in texts(name).items() for text in its):
        for found in re.finditer(r'"\d{4}-\d\d-\d\d(T[^"]*)?"', text):
            changed = f'{text[: found.start()]}"2022-02-30"{text[found.end() :]}'
            assert not VALIDATORS[kind].is_valid(json.loads(changed)), found
