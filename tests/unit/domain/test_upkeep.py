"""Keeping the catalog by the hour: the starter catalog, works that stayed unknown, and facts that may not be kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from chartwatch.adapters.memory import MemoryRecord
from chartwatch.domain.works.candidates import Provider, Sighting, Title
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.charted import Charted
from chartwatch.domain.works.facts import ASK_AGAIN, TIME_TO_LIVE, Layer
from chartwatch.domain.works.layers import Dossier, layer_of
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import Kind, Work
from chartwatch.errors import LookupFailed, NothingHeld, ProviderDown
from chartwatch.rules import parse_rules
from chartwatch.services.catalog_changes import MOST_TAKEN_BACK, CatalogChanges, TakenBack, slots_taken_back
from chartwatch.services.catalog_findings import found_of_catalog
from chartwatch.services.detect import Detector
from chartwatch.services.enrich import TURN, Enricher
from chartwatch.services.findings import Found
from chartwatch.services.upkeep import RUN, Upkeep, first_of
from tests.unit.domain.test_enriching import CHART, DEAD, NOW, SLOW, UNREADABLE, WEEK, Asked, Choking, World

FIRSTS = parse_rules(
    b"""
- id: german
  kind: nth
  where: {original_language: de}
  scope: territory
  at: [1]
  headline: "{title} is the {ordinal} German title"
  brief: "{ordinal} German title"
""",
    "a test",
)
LONG = timedelta(days=400)
OF_TMDB = replace(DEAD, provider=Provider.TMDB, id="7")
ELITE = replace(DEAD, id="Q2", titles=(Title("Elite"),), languages=("es",), origins=("ES",))
DOWN = ProviderDown("Wikidata", "cannot be reached")


def nothing(_catalog: Catalog) -> Sequence[str]:
    return ()


def much(_catalog: Catalog) -> Sequence[str]:
    return [f"nth:weekly:US:{n}" for n in range(MOST_TAKEN_BACK + 1)]


class Kept(World):
    """A world whose catalog is kept."""

    starter: tuple[Dossier, ...] = ()
    taken_back: TakenBack = staticmethod(nothing)

    def first_at_one(self, chart: str) -> Mapping[Charted, date]:
        seen: dict[Charted, date] = {}
        for publication in self.charts.timeline(chart):
            for ones in publication.number_ones.values():
                for one in ones:
                    seen.setdefault(Charted(one.kind, title_key(one.title), one.credit), publication.period)
        return seen

    def keep(self, *providers: Asked) -> None:
        upkeep = Upkeep(
            self.charts,
            self.cloud.catalogs(),
            first_at_one=self.first_at_one,
            providers=providers,
            starter=self.starter,
            clock=lambda: self.now,
            taken_back=self.taken_back,
        )
        for _, task in upkeep.tasks():
            task()

    def found(self) -> Mapping[Found, tuple[str, str]]:
        return {its.found: (its.where, its.detail) for its in found_of_catalog(self.cloud.catalogs())}

    def accept(self) -> None:
        ((_, detail),) = (its for found, its in self.found().items() if found is Found.CATALOG_CHANGE_HELD)
        said = json.loads(detail[detail.index("{") :])
        CatalogChanges(self.cloud.catalogs()).accept(said["accept"])


def starter(**languages: str) -> tuple[Dossier, ...]:
    works = [Work(title, title, Kind.SERIES, language, ("XX",)) for title, language in languages.items()]
    return layer_of(works, Layer.STARTER, "starter")


@pytest.fixture
def world() -> Kept:
    its = Kept()
    its.arrives(US="All of Us Are Dead")
    return its


# The starter catalog.


def test_a_new_release_s_starter_catalog_is_taken_up(world: Kept) -> None:
    for language in ("de", "fr"):
        world.starter = starter(Dark=language)
        world.keep()
        assert world.work("Dark").original_language == language


def test_a_release_changes_nothing_before_its_starter_catalog_is_taken_up(world: Kept) -> None:
    world.starter = starter(Dark="de")
    world.keep()
    newer = world.cloud.catalogs()
    newer.starter = lambda: starter(Dark="fr")
    newer.replace(Layer.OWN_FILE, layer_of([Work("elite", "Elite")], Layer.OWN_FILE, "a file"))
    assert world.work("Dark").original_language == "de"


def test_what_is_in_force_already_is_not_written_again(world: Kept) -> None:
    world.starter = starter(Dark="de")
    world.keep()
    written = world.cloud.bucket.written
    world.keep()
    assert world.cloud.bucket.written == written


def test_a_starter_catalog_that_takes_back_much_waits_for_a_person(world: Kept) -> None:
    world.starter = starter(Dark="de")
    world.keep()
    world.starter, world.taken_back = starter(Dark="fr"), much
    world.keep()
    assert world.work("Dark").original_language == "de"
    where, detail = world.found()[Found.CATALOG_CHANGE_HELD]
    assert where == "starter"
    assert "21 sent milestones" in detail
    assert "nth:weekly:US:0, nth:weekly:US:1" in detail
    world.accept()
    assert world.work("Dark").original_language == "fr"
    assert Found.CATALOG_CHANGE_HELD not in world.found()


def test_what_waits_is_not_foreseen_again_and_again(world: Kept) -> None:
    foreseen: list[Catalog] = []

    def foresee(catalog: Catalog) -> Sequence[str]:
        foreseen.append(catalog)
        return much(catalog)

    world.starter, world.taken_back = starter(Dark="de"), foresee
    for _ in range(3):
        world.keep()
    assert len(foreseen) == 1


# Look-ups.


def test_a_work_of_which_the_provider_was_down_is_looked_up_when_it_is_up(world: Kept) -> None:
    world.enrich(Asked(failure=DOWN))
    assert world.work("All of Us Are Dead").original_language is None
    world.now += timedelta(hours=1)
    world.keep(Asked(failure=DOWN))
    assert world.work("All of Us Are Dead").original_language is None
    world.now += timedelta(hours=1)
    provider = Asked()
    world.keep(provider)
    assert world.work("All of Us Are Dead").original_language == "ko"
    (sighting,) = provider.asked
    assert sighting.first_charted == date(2022, 1, 24)


def test_a_work_is_looked_up_as_the_chart_saw_it_first(world: Kept) -> None:
    world.arrives(date(2022, 2, 6), KR="All of Us Are Dead")
    world.keep(provider := Asked([]))
    (sighting,) = provider.asked
    assert (sighting.first_charted, sighting.territories) == (date(2022, 1, 24), {"US"})


def test_what_is_known_is_not_looked_up_by_the_hour(world: Kept) -> None:
    world.enrich(Asked())
    world.now += LONG
    world.keep(provider := Asked())
    assert provider.asked == []


def test_what_stays_unknown_is_looked_up_ever_more_rarely_and_is_on_a_list(world: Kept) -> None:
    asked = []
    for hour in range(24 * 17):
        world.now = NOW + timedelta(hours=hour)
        world.keep(provider := Asked([replace(DEAD, kind=Kind.FILM)]))
        asked += [(world.now.date() - NOW.date()).days] if provider.asked else []
    assert asked == [0, 1, 3, 7, 15]
    where, detail = world.found()[Found.WORK_UNKNOWN]
    assert where == "catalog"
    assert detail == "All of Us Are Dead (wikidata Q1); `chartwatch catalog missing` lists all"


def test_one_run_ends_in_time_and_the_next_one_goes_on(world: Kept) -> None:
    world.arrives(date(2022, 2, 6), **{f"A{letter}": f"Title {letter}" for letter in "QRSTUVW"})
    asked: list[Sighting] = []
    runs = 0
    while len(asked) < 8:
        runs += 1
        began = world.now
        provider = Asked([], seconds=TURN.total_seconds(), world=world)
        world.keep(provider)
        asked += provider.asked
        assert world.now <= began + RUN
        assert provider.asked
    assert runs > 2
    assert len({its.titles for its in asked}) == len(asked)


def test_a_provider_that_fails_is_asked_once_a_run(world: Kept) -> None:
    world.arrives(date(2022, 2, 6), US="Elite", KR="Dark")
    world.keep(down := Asked(failure=DOWN))
    assert len(down.asked) == 1


@pytest.mark.parametrize("error", [UNREADABLE, SLOW, DOWN], ids=type)
@pytest.mark.parametrize("bad", [1, 4])
def test_titles_that_a_provider_never_answers_about_keep_no_other_from_being_looked_up(
    error: LookupFailed, bad: int
) -> None:
    world = Kept()
    world.arrives(KR="Elite", **{f"A{letter}": f"Bad {letter}" for letter in "ABCD"[:bad]})
    for _ in range(1 + bad):
        world.now += timedelta(hours=1)
        world.keep(Choking([ELITE], error=error))
    assert world.work("Elite").original_language == "es"


def test_hours_without_an_answer_do_not_put_off_the_look_ups_after_them(world: Kept) -> None:
    for _ in range(24):
        world.now += timedelta(hours=1)
        world.keep(Asked(failure=DOWN))
    world.keep(Asked([]))
    world.now += timedelta(days=1)
    world.keep(Asked())
    assert world.work("All of Us Are Dead").original_language == "ko"


def test_a_work_that_an_own_file_has_named_since_is_the_same_work(world: Kept) -> None:
    world.enrich(Asked([]))
    own = layer_of([Work("dead", "All of Us Are Dead", Kind.SERIES)], Layer.OWN_FILE, "a file")
    world.cloud.catalogs().replace(Layer.OWN_FILE, own)
    world.now += timedelta(days=2)
    world.keep(Asked())
    work = world.work("All of Us Are Dead")
    assert (work.id, work.original_language) == ("dead", "ko")


def test_charts_that_saw_a_work_are_put_together_as_the_first_of_them() -> None:
    early = Sighting(("Elite",), Kind.SERIES, WEEK, None, frozenset({"ES"}))
    late = replace(early, first_charted=WEEK + timedelta(7), in_english=False, territories=frozenset({"US"}))
    assert first_of(early, late) == first_of(late, early) == replace(early, in_english=False)
    same = replace(late, first_charted=WEEK)
    assert first_of(early, same).territories == {"ES", "US"}


# What takes back much.


@pytest.mark.parametrize("by_the_hour", [False, True])
def test_a_look_up_that_takes_back_much_waits_and_holds_up_no_other(world: Kept, by_the_hour: bool) -> None:
    world.arrives(US="All of Us Are Dead", KR="Elite")
    world.taken_back = lambda its: much(its) if any(work.original_language == "ko" for work in its) else ()
    providers = [Asked([DEAD, ELITE])]
    if by_the_hour:
        world.keep(*providers)
    else:
        Enricher(world.charts, world.cloud.catalogs(), providers, lambda: world.now, world.taken_back).enrich(
            CHART.id, WEEK, NOW
        )
        assert world.is_ready, "it is told as provisional meanwhile"
    assert world.work("All of Us Are Dead").original_language is None
    assert world.work("Elite").original_language == "es"
    assert world.found()[Found.CATALOG_CHANGE_HELD][0] == "looked_up"
    world.keep(again := Asked())
    assert again.asked == [], "what waits is looked up"
    world.accept()
    assert world.work("All of Us Are Dead").original_language == "ko"
    assert world.work("Elite").original_language == "es"
    assert world.found() == {}


def test_what_does_not_wait_any_more_cannot_be_accepted(world: Kept) -> None:
    world.taken_back = much
    world.keep(Asked())
    with pytest.raises(NothingHeld, match="under 000"):
        CatalogChanges(world.cloud.catalogs()).accept("0" * 64)
    assert Found.CATALOG_CHANGE_HELD in world.found()


def test_what_waited_and_takes_back_little_by_now_is_put_in_force_when_it_is_looked_up_again(world: Kept) -> None:
    unsure = replace(DEAD, languages=())
    world.taken_back = much
    world.keep(Asked([unsure]))
    assert Found.CATALOG_CHANGE_HELD in world.found()
    world.now, world.taken_back = NOW + timedelta(days=2), nothing
    world.keep(Asked())
    assert world.work("All of Us Are Dead").original_language == "ko"
    assert world.found() == {}


@pytest.mark.parametrize(("number", "is_held"), [(MOST_TAKEN_BACK, False), (MOST_TAKEN_BACK + 1, True)])
def test_what_would_be_taken_back_is_what_a_detector_foresees(world: Kept, number: int, is_held: bool) -> None:
    territories = [f"{one}{other}" for one in "AB" for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"][:number]
    world.arrives(date(2022, 2, 6), **dict.fromkeys(territories, "Elite"))
    world.arrives(date(2022, 2, 13), **dict.fromkeys(territories, "Dark"))
    record = MemoryRecord()

    def detector(catalog: Catalog) -> Detector:
        return Detector(world.charts, record, catalog, FIRSTS, earlier_catalog=world.cloud.catalogs().earlier)

    world.taken_back = lambda catalog: slots_taken_back(detector(catalog), world.charts.charts())
    world.starter = starter(Dark="de", Elite="es")
    world.keep()
    for period in (date(2022, 2, 6), date(2022, 2, 13)):
        detector(world.cloud.catalogs().current()).detect(CHART.id, period)
    world.starter = starter(Dark="fr", Elite="es")
    world.keep()
    assert world.work("Dark").original_language == ("de" if is_held else "fr")
    assert (Found.CATALOG_CHANGE_HELD in world.found()) is is_held


# What may be kept for a time.


def test_what_may_not_be_kept_is_asked_again_in_time(world: Kept) -> None:
    world.enrich(Asked([OF_TMDB], Provider.TMDB))
    world.now = NOW + TIME_TO_LIVE[Provider.TMDB] - ASK_AGAIN
    world.keep(provider := Asked([OF_TMDB], Provider.TMDB))
    assert len(provider.asked) == 1
    world.now = NOW + TIME_TO_LIVE[Provider.TMDB]
    world.keep()
    assert world.work("All of Us Are Dead").original_language == "ko"
    (dossier,) = world.cloud.catalogs().layer(Layer.LOOKED_UP)
    assert {fact.asked for fact in dossier.facts} == {(NOW + TIME_TO_LIVE[Provider.TMDB] - ASK_AGAIN).date()}


def test_what_may_not_be_kept_and_nobody_answers_for_is_deleted(world: Kept) -> None:
    world.enrich(Asked([OF_TMDB], Provider.TMDB))
    for day in range((TIME_TO_LIVE[Provider.TMDB]).days + 1):
        world.now = NOW + timedelta(days=day)
        world.keep(Asked(provider=Provider.TMDB, failure=ProviderDown("TMDB", "cannot be reached")))
        is_kept = world.work("All of Us Are Dead").original_language is not None
        assert is_kept is (timedelta(days=day) < TIME_TO_LIVE[Provider.TMDB])
    (dossier,) = world.cloud.catalogs().layer(Layer.LOOKED_UP)
    assert (dossier.facts, dossier.lookup.answers) == ((), ())


def test_facts_of_wikidata_are_kept_for_good_beside_those_that_run_out(world: Kept) -> None:
    world.enrich(Asked(), Asked([OF_TMDB], Provider.TMDB))
    world.now = NOW + LONG
    world.keep(Asked(failure=DOWN))
    assert world.work("All of Us Are Dead").source == "wikidata"


def test_what_a_list_excludes_by_its_name_is_looked_up_as_another_work() -> None:
    world = Kept(chart=replace(CHART, not_in_language="en"))
    older = Work("older", "All of Us Are Dead", Kind.SERIES, "en", ("US",), date(2015, 1, 1))
    world.starter = layer_of([older], Layer.STARTER, "starter")
    world.keep()
    world.arrives(US="All of Us Are Dead")
    world.keep(asked := Asked())
    assert [its.titles for its in asked.asked] == [("All of Us Are Dead",)]
    meant = world.cloud.catalogs().current().match("All of Us Are Dead", Kind.SERIES, WEEK, not_in="en")
    assert (meant.original_language, meant.origin_countries, meant.assumed) == ("ko", ("KR",), frozenset())


def test_what_may_be_the_work_that_a_list_excludes_is_uncertain() -> None:
    world = Kept(chart=replace(CHART, not_in_language="en"))
    world.starter = starter(**{"All of Us Are Dead": "en"})
    world.keep()
    world.arrives(US="All of Us Are Dead")
    world.keep(Asked())
    meant = world.cloud.catalogs().current().match("All of Us Are Dead", Kind.SERIES, WEEK, not_in="en")
    assert meant.without_assumed().original_language is None, "no release tells the two apart"
