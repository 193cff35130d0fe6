"""That a work came in at #1 is true just when it did however the unknown turns out, false when it never did."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chartwatch.domain.charts import chart as charts
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.milestones.asked import Answer, Assertion, Form, Verdict
from chartwatch.domain.milestones.chart_history import ChartHistory
from chartwatch.domain.milestones.checks import check
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Work
from tests.oracle.completions import Film
from tests.oracle.debuts import DEPTH, TITLE, Chart, outcomes
from tests.strategies import DEEP, as_rule
from tests.unit.domain.test_certain import CHART, DEFAULTS, START

CHARTS = 2000 if DEEP else 60
"""For each set of releases."""

TOO_CAREFUL = 0.03
"""The share of answers that may be unknown though all ways agree: of several works of a title of which each may have
come in at #1, one always did."""

RELEASES: Sequence[Sequence[int | None]] = (
    [None],
    [-9],
    [1],
    [9],
    [-60, 9],
    [-60, 3],
    [-60, -20],
    [-9, -8],
    [None, -9],
    [-60, -59, 9],
    [-60, 9, 10],
)
"""When the works came out that bear the title."""


def _a_chart(chance: random.Random, releases: Sequence[int | None]) -> Chart:
    titles = [TITLE, TITLE, "b", "c"]
    days: list[tuple[str, ...] | None] = []
    for _ in range(chance.randint(2, 4)):
        first = chance.choice(titles)
        second = chance.choice([title for title in titles if title != first])
        days.append(chance.choice([None, (first,), (first, second), (first, second), (first, second)]))
    films = tuple(
        Film(f"a{n}", language=chance.choice(["en", "ko"]), released=released) for n, released in enumerate(releases)
    )
    return Chart(tuple(days), films, chance.choice([None, None, "ko"]), chance.random() < 0.5)


def _answer(chart: Chart) -> Answer:
    its = replace(CHART, depth=DEPTH, began=START if chart.begins_with_chart else None)
    known = {
        START + timedelta(day): [Entry(n, title) for n, title in enumerate(titles, 1)]
        for day, titles in enumerate(chart.days)
        if titles
    }
    return _asked(its, known, chart.films, {"original_language": [chart.language]} if chart.language else {})


def _asked(
    chart: charts.Chart, known: Mapping[date, Sequence[Entry]], films: Sequence[Film], where: Mapping[str, Any]
) -> Answer:
    timeline = [
        Publication(chart, period, (Edition("AR", tuple(entries)),), Provenance("f", None, "0" * 64)).summary()
        for period, entries in known.items()
    ]
    history = ChartHistory(timeline, Catalog(map(_work, films)), lambda: {"AR": known})
    rule = as_rule({**DEFAULTS, "kind": "nth", "at": [1], "scope": "territory", "where": where})
    return check(Assertion(rule, title=TITLE, works=history.named(TITLE), form=Form.DEBUT), "AR", history)


def _work(film: Film) -> Work:
    released: date | None = None if film.released is None else START + timedelta(film.released)
    return Work(film.name, TITLE, original_language=film.language, release_date=released)


@pytest.mark.parametrize("releases", RELEASES)
def test_a_work_came_in_at_number_one_just_when_it_did_however_the_unknown_turns_out(
    releases: Sequence[int | None],
) -> None:
    chance, tried = random.Random(f"debut {releases}"), Counter[str]()
    while tried["charts"] < CHARTS:
        chart = _a_chart(chance, releases)
        if chart.days[0] is None or chart.days[-1] is None:
            continue
        tried["charts"] += 1
        answer, found = _answer(chart), outcomes(chart)
        tried[answer.verdict] += 1
        if answer.verdict is Verdict.UNKNOWN:
            assert answer.reasons, chart
            tried["too careful"] += len(found) == 1
        else:
            assert found == {answer.verdict is Verdict.TRUE}, (chart, answer)
    assert tried["too careful"] <= TOO_CAREFUL * tried["charts"], tried
    assert min(tried[verdict] for verdict in Verdict) > 0, tried


B = ("b", "fp:9")
ONE, OTHER = ("a", "fp:1"), ("a", "fp:2")


@pytest.mark.parametrize(
    ("charted", "verdict"),
    [
        ([[B, OTHER], [ONE, B]], Verdict.TRUE),
        ([[B, ONE], [ONE, B]], Verdict.FALSE),
        ([[B, OTHER], [ONE, B], [OTHER, B]], Verdict.TRUE),
        ([[B, ONE], [B, OTHER], [ONE, B], [OTHER, B]], Verdict.FALSE),
    ],
)
def test_what_has_another_id_of_its_provider_is_another_work(
    charted: Sequence[Sequence[tuple[str, str]]], verdict: Verdict
) -> None:
    known = {
        START + timedelta(day): [Entry(n, title, id=its_id) for n, (title, its_id) in enumerate(titles, 1)]
        for day, titles in enumerate(charted)
    }
    assert _asked(replace(CHART, depth=DEPTH, began=START), known, (), {}).verdict is verdict
