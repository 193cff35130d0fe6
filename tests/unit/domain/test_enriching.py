"""Looking up what is not known of the works at #1, before the detector is woken."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chartwatch.adapters.memory import MemoryCharts
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.works.candidates import Candidate, Provider, Sighting, Span, Title
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import layer_of
from chartwatch.domain.works.work import Kind, Work
from chartwatch.errors import (
    AnswerUnreadable,
    CatalogChanged,
    LookupFailed,
    ProviderBusy,
    ProviderDown,
    ProviderRefused,
    ProviderSlow,
)
from chartwatch.services.enrich import MOST_FAILURES, TURN, WAIT, Enricher, unknown_at
from chartwatch.services.updating import store_publication
from tests.stores import Cloud

CHART = Chart("weekly", "the weekly chart", "somewhere", Cadence.WEEK, 2, Kind.SERIES)
WEEK = date(2022, 1, 30)
NOW = datetime(2022, 2, 1, 20, 0, tzinfo=UTC)
DEAD = Candidate(
    Provider.WIKIDATA,
    "Q1",
    Kind.SERIES,
    (Title("All of Us Are Dead"),),
    (Span.day(date(2022, 1, 28)),),
    ("ko",),
    ("KR",),
)


@dataclass
class Asked:
    """A provider that knows some works by their titles; `seconds` pass with each question."""

    known: Sequence[Candidate] = (DEAD,)
    provider: Provider = Provider.WIKIDATA
    failure: LookupFailed | None = None
    seconds: float = 0
    asked: list[Sighting] = field(default_factory=list)
    world: "World | None" = None

    def candidates(self, sightings: Sequence[Sighting]) -> list[tuple[Candidate, ...]]:
        self.asked += sightings
        if self.world:
            self.world.now += timedelta(seconds=self.seconds)
        if self.failure:
            raise self.failure
        titles = [set(sighting.titles) for sighting in sightings]
        return [tuple(one for one in self.known if {t.text for t in one.titles} & its) for its in titles]


@dataclass
class World:
    """A chart, the catalog in force, and the time."""

    charts: MemoryCharts = field(default_factory=MemoryCharts)
    cloud: Cloud = field(default_factory=Cloud)
    now: datetime = NOW
    chart: Chart = CHART

    def arrives(self, period: date = WEEK, **titles: str) -> None:
        entries = {at: (Entry(1, title, None, Kind.SERIES), Entry(2, "x")) for at, title in titles.items()}
        editions = tuple(Edition(at, its) for at, its in entries.items())
        store_publication(Publication(self.chart, period, editions, Provenance("file", None, "0" * 64)), self.charts)

    def enrich(self, *providers: Asked, period: date = WEEK, arrived: datetime = NOW) -> None:
        Enricher(self.charts, self.cloud.catalogs(), providers, lambda: self.now).enrich(CHART.id, period, arrived)

    def work(self, title: str) -> Work:
        return self.cloud.catalogs().current().match(title, Kind.SERIES, WEEK)

    @property
    def is_ready(self) -> bool:
        publication = self.charts.summary(CHART.id, WEEK)
        return publication is not None and self.charts.is_ready(publication)


@pytest.fixture
def world() -> World:
    its = World()
    its.arrives(US="All of Us Are Dead", KR="All of Us Are Dead")
    return its


def test_what_is_found_is_in_force_before_the_publication_is_ready(world: World) -> None:
    before = world.work("All of Us Are Dead")
    provider = Asked()
    world.enrich(provider)
    work = world.work("All of Us Are Dead")
    assert (work.original_language, work.origin_countries, work.release_date) == ("ko", ("KR",), date(2022, 1, 28))
    assert (work.id, work.source) == (before.id, "wikidata"), "it is the work that it was, and known better"
    assert world.is_ready
    (sighting,) = provider.asked
    assert sighting.territories == {"US", "KR"}
    assert sighting.first_charted == date(2022, 1, 24), "the first day of the week"


def test_what_is_known_is_not_looked_up(world: World) -> None:
    own = [Work("dead", "All of Us Are Dead", Kind.SERIES, "ko", ("KR",))]
    world.cloud.catalogs().replace(Layer.OWN_FILE, layer_of(own, Layer.OWN_FILE, "a file"))
    provider = Asked()
    world.enrich(provider)
    assert provider.asked == []
    assert world.is_ready


def test_a_fact_that_an_own_file_lacks_is_looked_up_and_its_others_stand(world: World) -> None:
    own = [Work("dead", "All of Us Are Dead", Kind.SERIES, "ja")]
    world.cloud.catalogs().replace(Layer.OWN_FILE, layer_of(own, Layer.OWN_FILE, "a file"))
    world.enrich(Asked())
    work = world.work("All of Us Are Dead")
    assert (work.id, work.original_language, work.origin_countries) == ("dead", "ja", ("KR",))


@pytest.mark.parametrize("known", [(), (replace(DEAD, kind=Kind.FILM),)])
def test_where_nothing_decides_the_work_stays_unknown_and_its_candidates_are_kept(
    world: World, known: Sequence[Candidate]
) -> None:
    world.enrich(Asked(known))
    assert world.work("All of Us Are Dead").original_language is None
    assert world.is_ready
    (dossier,) = world.cloud.catalogs().layer(Layer.LOOKED_UP)
    (answer,) = dossier.lookup.answers
    assert [scored.candidate for scored in answer.candidates] == list(known)


def test_a_provider_that_is_down_holds_nothing_up_and_is_not_asked_again_at_once(world: World) -> None:
    world.arrives(date(2022, 2, 6), US="Elite", KR="Dark")
    down = Asked(failure=ProviderDown("Wikidata", "cannot be reached"))
    enricher = Enricher(world.charts, world.cloud.catalogs(), [down], lambda: world.now)
    enricher.enrich(CHART.id, date(2022, 2, 6), NOW)
    enricher.enrich(CHART.id, WEEK, NOW)
    assert len(down.asked) == 1
    assert world.is_ready
    world.enrich(provider := Asked())
    assert len(provider.asked) == 1, "whoever comes next asks again"


@dataclass
class Choking(Asked):
    """A provider that cannot answer about titles that begin with "Bad", by the error that it is given."""

    error: LookupFailed = field(default_factory=lambda: UNREADABLE)

    def candidates(self, sightings: Sequence[Sighting]) -> list[tuple[Candidate, ...]]:
        found = super().candidates(sightings)
        if sightings[0].titles[0].startswith("Bad"):
            raise self.error
        return found


UNREADABLE = AnswerUnreadable("Wikidata", "entities.Q1.labels: no object")
SLOW = ProviderSlow("Wikidata", "took longer than 25 seconds")


@pytest.mark.parametrize("error", [UNREADABLE, SLOW], ids=type)
def test_a_title_that_a_provider_cannot_answer_about_keeps_no_other_from_being_asked(error: LookupFailed) -> None:
    world = World()
    world.arrives(AA="Bad Guys", KR="All of Us Are Dead", US="Bad Sisters")
    world.enrich(Choking(error=error))
    assert world.work("All of Us Are Dead").original_language == "ko"
    assert world.is_ready


@pytest.mark.parametrize("error", [ProviderDown, ProviderBusy, ProviderRefused])
def test_a_provider_that_cannot_answer_is_not_asked_about_the_next_title(error: type[LookupFailed]) -> None:
    world = World()
    world.arrives(AA="Bad Guys", KR="All of Us Are Dead")
    world.enrich(provider := Choking(error=error("Wikidata", "?")))
    assert len(provider.asked) == 1


def test_a_provider_that_fails_title_after_title_is_asked_no_more() -> None:
    world = World()
    world.arrives(AA="Bad Guys", AB="Bad Sisters", AC="Bad Boys", AD="Bad Surgeon", KR="All of Us Are Dead")
    world.enrich(provider := Choking())
    assert len(provider.asked) == MOST_FAILURES


def test_what_nobody_answered_about_comes_after_the_others_of_a_publication() -> None:
    world = World()
    for period in (WEEK, WEEK + timedelta(7)):
        world.arrives(period, AA="Bad Guys", KR="Elite")
        world.enrich(provider := Choking(), period=period)
        assert [its.titles for its in provider.asked] in ([("Bad Guys",), ("Elite",)], [("Bad Guys",)])
    world.arrives(WEEK + timedelta(14), AA="Bad Guys", KR="All of Us Are Dead")
    world.enrich(provider := Choking(), period=WEEK + timedelta(14))
    assert [its.titles for its in provider.asked] == [("All of Us Are Dead",), ("Bad Guys",)]


def test_another_provider_is_asked_with_what_the_first_knows(world: World) -> None:
    down = Asked(failure=ProviderDown("Wikidata", "cannot be reached"))
    other = Asked([replace(DEAD, provider=Provider.TMDB)], Provider.TMDB)
    world.enrich(down, other)
    assert world.work("All of Us Are Dead").source == "tmdb"


def test_nothing_waits_longer_than_two_minutes_for_a_slow_provider(world: World) -> None:
    world.arrives(date(2022, 2, 6), **{f"A{letter}": f"Title {letter}" for letter in "RSTUVW"})
    slow = Asked(seconds=TURN.total_seconds(), world=world)
    world.enrich(slow, period=date(2022, 2, 6))
    assert world.now <= NOW + WAIT
    assert 0 < len(slow.asked) < 6
    publication = world.charts.summary(CHART.id, date(2022, 2, 6))
    assert publication
    assert world.charts.is_ready(publication)


def test_what_arrived_long_ago_is_ready_without_a_look_up(world: World) -> None:
    world.enrich(provider := Asked(), arrived=NOW - WAIT)
    assert provider.asked == []
    assert world.is_ready


def test_what_was_not_found_is_looked_up_again_ever_more_rarely(world: World) -> None:
    asked = []
    for day in range(40):
        world.now = NOW + timedelta(days=day)
        world.enrich(provider := Asked([]), arrived=world.now)
        asked += [day] if provider.asked else []
    assert asked == [0, 1, 3, 7, 15, 31]


def test_what_is_found_stands_beside_what_others_found_at_the_same_time(world: World) -> None:
    world.arrives(date(2022, 2, 6), US="Elite")
    elite = replace(DEAD, id="Q2", titles=(Title("Elite"),), languages=("es",), origins=("ES",))

    class Overtaken(Asked):
        def candidates(self, sightings: Sequence[Sighting]) -> list[tuple[Candidate, ...]]:
            world.enrich(Asked([elite]), period=date(2022, 2, 6))
            return super().candidates(sightings)

    world.enrich(Overtaken())
    catalog = world.cloud.catalogs().current()
    assert {work.title: work.original_language for work in catalog} == {"All of Us Are Dead": "ko", "Elite": "es"}


def test_a_layer_that_somebody_else_has_changed_is_not_written_over() -> None:
    catalogs = Cloud().catalogs()
    mine, others = ([Work(name, name)] for name in ("mine", "others"))
    catalogs.replace(Layer.OVERRIDE, layer_of(others, Layer.OVERRIDE, "a person"))
    with pytest.raises(CatalogChanged, match="override"):
        catalogs.replace(Layer.OVERRIDE, layer_of(mine, Layer.OVERRIDE, "a person"), before=())


def test_a_title_of_a_list_whose_only_namesake_the_list_excludes_is_looked_up() -> None:
    films = replace(CHART, id="non-english", kind=Kind.FILM, not_in_language="en")
    publication = Publication(
        films, WEEK, (Edition("US", (Entry(1, "Run", None, Kind.FILM),)),), Provenance("", None, "")
    )
    english = Catalog([Work("run", "Run", Kind.FILM, "en", ("US",), date(2020, 11, 20))])
    ((work_id, sighting),) = unknown_at(publication.summary(), english).items()
    assert (work_id, sighting.in_english) == ("unlisted:film:run", False)
    assert unknown_at(replace(publication, chart=replace(films, not_in_language=None)).summary(), english) == {}


def test_providers_of_films_and_series_are_not_asked_about_songs() -> None:
    song = replace(CHART, id="songs", kind=Kind("song"))
    edition = Edition("US", (Entry(1, "Hello", None, Kind("song"), credit="Adele"),))
    publication = Publication(song, WEEK, (edition,), Provenance("", None, ""))
    assert unknown_at(publication.summary(), Catalog()) == {}
