"""What stands at #1 and nobody knows is looked up, by a deployment, with a provider on this machine."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest

from chartwatch.domain.works.work import Kind
from chartwatch_local.pipeline import Pipeline
from tests.deployed.charts import Chart
from tests.lookups import SERVER_ERROR, Lookups, Served

pytestmark = pytest.mark.xdist_group("deployed")

HEADER = "period,territory,rank,title,kind\n"
FIRST_DAY = "2023-01-01,US,1,Money Heist,series\n"
NIGHT = "2023-01-02,US,1,The Longest Night,series\n"
DAY = "2023-01-02,US,1,The Shortest Day,series\n"
KOREAN = "2023-01-03,US,1,Squid Game,series\n"

WORKS = [
    Served(1, "The Longest Night", Kind.SERIES, "is", ("IS",), date(2022, 12, 28), netflix_id="81000001"),
    Served(2, "The Longest Night", Kind.FILM, "de", ("DE",), date(1996, 3, 1)),
    Served(3, "The Shortest Day", Kind.SERIES, "fi", ("FI",), date(2022, 12, 28), netflix_id="81000003"),
]


@pytest.fixture
def lookups(its_lookups: Lookups) -> Iterator[Lookups]:
    """A provider that is up again whatever a test did to it."""
    answer = its_lookups.answer
    yield its_lookups
    its_lookups.answer = answer


@pytest.fixture(autouse=True)
def _known(its_lookups: Lookups) -> None:
    its_lookups.serve(WORKS)


def firsts(story: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the countries of which a story tells the first title in the territory, with the status of each."""
    told = story["milestones"]
    return {its["group"]: its["status"] for its in told if its["rule"] == "first-from-country" and its["n"] == 1}


def text(story: Mapping[str, Any]) -> str:
    return " ".join(story["text"].split())


def test_an_unknown_number_one_is_looked_up_and_told_once_with_its_country_s_first(chart: Chart) -> None:
    queue = chart.queue("StoryTopicArn")
    chart.fetch(HEADER + FIRST_DAY + NIGHT)
    (story,) = chart.taken(queue, 1)
    assert "First title from Iceland" in text(story)
    assert story["work"]["origin_countries"] == ["IS"]
    # Whatever came of it has come by the time that another day has: there is no second one.
    chart.fetch(HEADER + FIRST_DAY + NIGHT + KOREAN)
    assert [its["period"] for its in chart.taken(queue, 2)] == ["2023-01-02", "2023-01-03"]


def test_while_the_provider_is_down_a_claim_is_provisional_and_then_it_is_confirmed(
    pipeline: Pipeline, chart: Chart, lookups: Lookups
) -> None:
    queue = chart.queue("StoryTopicArn")
    answer, lookups.answer = lookups.answer, lambda _: SERVER_ERROR
    chart.fetch(HEADER + FIRST_DAY + DAY + KOREAN)
    plain, provisional = chart.taken(queue, 2)
    assert (plain["work"]["title"], firsts(plain)) == ("The Shortest Day", {})
    assert (provisional["work"]["title"], firsts(provisional)) == ("Squid Game", {"KR": "provisional"})
    assert "The Shortest Day" in text(provisional), "it names what is not known"
    lookups.answer = answer
    pipeline.invoke("EnrichCatalogFunction", {})
    told = {its["work"]["title"]: firsts(its) for its in chart.taken(queue, 4)[2:]}
    assert told == {"The Shortest Day": {"FI": "announced"}, "Squid Game": {"KR": "announced"}}
    again = pipeline.invoke("ReconcileFunction", {})
    assert (again["StoriesSentLate"], again["CatalogChangesHeld"]) == (0, 0)
    assert len(chart.taken(queue, 4)) == 4
