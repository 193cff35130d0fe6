"""Creators are part of who a work is, and rules group and filter by them and by a catalog's own facts."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chartwatch.adapters.catalog_file import parse_catalog, write_catalog
from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication, Version
from chartwatch.domain.charts.revisions import RevisionKind, Revisions
from chartwatch.domain.milestones.milestone import Status
from chartwatch.domain.rules.rule import Rule
from chartwatch.domain.stories.story import stories
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.defaults import Defaults
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import catalog_of, layer_of
from chartwatch.domain.works.work import Kind, Work
from chartwatch.errors import CatalogProblem
from chartwatch.rules import Reading, examine, parse_rules
from chartwatch.rules.schema import rules_schema
from chartwatch.services.updating import store_publication
from tests.chronicle import DAY, DOCUMENT, Chronicle

SONG = Kind("song")
CHART = Chart("songs", "the chart of songs", "somewhere", Cadence.DAY, 1, SONG)

One = tuple[str, str | None]
"""A title and whom the chart credits."""


def rules(*written: str) -> list[Rule]:
    lines = "".join(
        f"- {{id: r{number}, scope: territory, headline: '{{title}}', brief: b, {its}}}\n"
        for number, its in enumerate(written)
    )
    return [*parse_rules(lines.encode(), "rules.yaml")]


BY_ARTIST = "kind: nth, per: creator, at: [1, 2, 3]"
BY_LEAD = "kind: nth, per: main_creator, at: [1, 2, 3]"
BY_COUNTRY = "kind: nth, per: creator_country, at: [1, 2]"
NTH = "kind: nth, at: [1, 2, 3, 4, 5, 6, 7, 8, 9]"
RUN = "kind: reign, at: [2, 3]"


def charted(chronicle: Chronicle, *days: One | None, order: Sequence[int] | None = None) -> Chronicle:
    """Let what is #1 on successive days arrive in an order; None is a day of which nothing comes."""
    for number in order or range(len(days)):
        if (one := days[number]) is not None:
            entry = Entry(1, one[0], None, SONG, credit=one[1])
            publication = Publication(chronicle.chart, chronicle.period(number), (Edition("US", (entry,)),), DOCUMENT)
            store_publication(publication, chronicle.charts)
            chronicle.detector.detect(CHART.id, chronicle.period(number))
    return chronicle


def chart_of(*written: str, works: Sequence[Work] = ()) -> Chronicle:
    return Chronicle(*rules(*written), works=works, chart=CHART)


def test_two_works_of_one_title_by_two_artists_are_two() -> None:
    chronicle = charted(chart_of(NTH), ("Opener", "X Y"), ("Hello", "Lionel Richie"), ("Hello", "Adele"))
    assert chronicle.holders("r0:songs:US:3") == [("unlisted:song:hello:by:adele", 2)]


def test_a_work_that_gets_a_featured_artist_later_is_the_same_work() -> None:
    days = ("Old Town Road", "Lil Nas X"), ("Old Town Road", "Lil Nas X Featuring Billy Ray Cyrus")
    chronicle = charted(chart_of(RUN, NTH, BY_ARTIST), ("Opener", "X Y"), *days)
    assert chronicle.holders("r0:songs:US:unlisted:song:old town road:by:lil nas x:2") == [
        ("unlisted:song:old town road:by:lil nas x", 2)
    ]
    assert "r1:songs:US:3" not in chronicle.slots()
    assert "r2:songs:US:Billy Ray Cyrus:1" not in chronicle.slots(), "who is credited when it gets there counts"


def test_joint_and_featured_artists_are_each_counted_and_told_apart() -> None:
    chronicle = charted(chart_of(BY_ARTIST, BY_LEAD), ("Opener", "X Y"), ("S", "A B & C D Featuring E F"))
    held = chronicle.slots()
    assert {f"r0:songs:US:{name}:1" for name in ("A B", "C D", "E F")} <= held
    assert {f"r1:songs:US:{name}:1" for name in ("A B", "C D")} <= held
    assert "r1:songs:US:E F:1" not in held


ADELE = Work("hello", "Hello", SONG, "en", ("GB",), creators=("Adele",), own_facts=(("fact:holiday", "no"),))


def test_a_work_of_the_catalog_is_meant_only_by_its_creators_name() -> None:
    catalog = Catalog([ADELE, Work("nobodys", "Stay", SONG)])
    assert catalog.match("Hello", SONG, DAY, credit="Adele Featuring Somebody").id == "hello"
    assert catalog.match("Hello", SONG, DAY, credit="Lionel Richie").id == "unlisted:song:hello:by:lionel richie"
    assert catalog.match("Stay", SONG, DAY, credit="Rihanna").id == "unlisted:song:stay:by:rihanna"
    assert catalog.match("Hello", SONG, DAY).id == "hello", "a chart without credits"


def test_an_artist_of_the_catalog_is_never_what_a_chart_of_no_kind_means() -> None:
    catalog = Catalog([Work("queen", "Queen", Kind.ARTIST, None, ("GB",))])
    assert catalog.match("Queen", None, DAY).id == "unlisted:any:queen"
    assert catalog.match("Queen", Kind.ARTIST, DAY).id == "queen"


def artist(name: str, country: str | None) -> Work:
    return Work(f"artist-{name}", name, Kind.ARTIST, None, (country,) if country else ())


def test_the_first_artist_from_a_country_is_uncertain_while_an_earlier_artists_country_is_unknown() -> None:
    known = [artist("A B", "US"), artist("B T", "KR"), artist("C D", None)]
    days = ("Opener", "A B"), ("One", "C D"), ("Two", "B T")
    chronicle = charted(chart_of(BY_COUNTRY, works=known), *days)
    first = chronicle.held("r0:songs:US:KR:1")
    assert (first.status, first.because) == (
        Status.PROVISIONAL,
        ("the creator's country of One, #1 since 2022-01-02, is unknown",),
    )
    chronicle.learns(*known[:2], artist("C D", "GB"))
    assert chronicle.held("r0:songs:US:KR:1").is_certain
    assert "r0:songs:US:GB:1" in chronicle.slots()


def test_what_an_artist_is_called_in_the_catalog_counts_from_when_the_catalog_says_so() -> None:
    days = ("Opener", "X Y"), ("One", "Wendy & Lisa Ann"), ("Two", "Wendy & Lisa Ann")
    chronicle = charted(chart_of(BY_ARTIST), *days)
    assert "r0:songs:US:Lisa Ann:2" in chronicle.slots()
    chronicle.learns(Work("w", "Wendy and Lisa Ann", Kind.ARTIST, aliases=("Wendy & Lisa Ann",)))
    assert "r0:songs:US:Lisa Ann:2" not in chronicle.slots()
    assert chronicle.holders("r0:songs:US:Wendy and Lisa Ann:2")[0][1] == 2


def test_a_title_of_another_creator_is_another_work_and_one_of_more_creators_the_same() -> None:
    def kind(before: str, after: str) -> RevisionKind:
        versions = [
            Edition("US", (Entry(1, "Hello", None, SONG, (("hours", "1"),), None, by),)) for by in (before, after)
        ]
        its = [Version(edition, Provenance("", f"2022-01-0{n}", str(n))) for n, edition in enumerate(versions, 1)]
        ((_, (revision,)),) = Revisions({"US": its}, CHART).of("US")
        return revision.kind

    assert kind("Adele", "Lionel Richie") is RevisionKind.REPLACED
    assert kind("Adele", "Adele & Lionel Richie") is RevisionKind.RESTATED


HEADER = "work_id,title,kind,original_language,origin_countries,release_date,creators,featured,fact:holiday,fact:studio"


def test_creators_and_facts_of_ones_own_stand_in_a_catalog_file() -> None:
    row = "x,Hello,song,en,GB,,Adele;B C,D E,Yes,One;Two"
    catalog = parse_catalog(f"{HEADER}\n{row}\n".encode(), "catalog.csv")
    (work,) = catalog
    assert (work.creators, work.featured) == (("Adele", "B C"), ("D E",))
    assert work.own_facts == (("fact:holiday", "yes"), ("fact:studio", "One"), ("fact:studio", "Two"))
    assert parse_catalog(write_catalog(catalog), "again").version == catalog.version
    assert catalog_of(layer_of(catalog, Layer.OWN_FILE, "mine")).work("x").own_facts == work.own_facts  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        (HEADER.replace("fact:studio", "fact:"), "x,A,song,,,,,,,", "line 1: 'fact:' is no name of a fact"),
        (HEADER.replace("fact:studio", "fact:A:B"), "x,A,song,,,,,,,", "line 1: 'fact:A:B' is no name of a fact"),
        (HEADER, "x,A,song,,,,,B,,", "line 2, column featured: names creators, but none that leads"),
    ],
)
def test_a_mistake_among_these_columns_is_named(header: str, row: str, said: str) -> None:
    with pytest.raises(CatalogProblem, match=f"catalog.csv, {said}"):
        parse_catalog(f"{header}\n{row}\n".encode(), "catalog.csv")


def holiday(name: str, value: str | None) -> Work:
    return Work(name, name, SONG, own_facts=(("fact:holiday", value),) if value else ())


def test_a_rule_asks_for_a_fact_of_ones_own_and_unknown_is_not_no() -> None:
    asked = "kind: nth, at: [1, 2], where: {fact:holiday: yes}", "kind: race, per: fact:holiday, at: [1, 2]"
    works = [holiday("A", "no"), holiday("B", None), holiday("C", "yes"), holiday("D", "yes")]
    chronicle = charted(chart_of(*asked, works=works), *((name, None) for name in "ABCD"))
    first = chronicle.held("r0:songs:US:1")
    assert (chronicle.holders("r0:songs:US:1"), first.because) == (
        [("C", 2)],
        ("the holiday of B, #1 since 2022-01-02, is unknown",),
    )
    chronicle.learns(works[0], holiday("B", "no"), *works[2:])
    assert chronicle.held("r0:songs:US:1").is_certain
    assert chronicle.held("r1:songs:US:2").holders[0].group == "no"


# Whatever arrives in whatever order.

ONE = st.tuples(
    st.sampled_from(["Hello", "HELLO", "Stay"]),
    st.sampled_from(["A B", "A B Featuring C D", "C D", "C D & A B", "E F x A B", "A. B", None]),
)


@settings(max_examples=60, deadline=None)
@given(days=st.lists(st.none() | ONE, min_size=2, max_size=6), data=st.data())
def test_in_whatever_order_credits_arrive_they_come_to_the_same(days: list[One | None], data: Any) -> None:
    works = data.draw(
        st.lists(
            st.sampled_from(
                [
                    artist("A B", "US"),
                    Work("e", "E Fs", Kind.ARTIST, None, ("KR",), aliases=("E F",)),
                    Work("h", "Hello", SONG, creators=("C D",)),
                ]
            ),
            unique_by=lambda work: work.id,
        )
    )
    asked = BY_ARTIST, BY_LEAD, BY_COUNTRY, NTH, RUN
    order = data.draw(st.permutations(range(len(days))))

    def all_of(chronicle: Chronicle) -> object:
        return {
            slot: (its.period, its.n, its.holders, its.reasons, its.headline)
            for slot in chronicle.slots()
            for its in [chronicle.held(slot)]
        }

    if any(days):
        straight = charted(chart_of(*asked, works=works), *days)
        assert all_of(charted(chart_of(*asked, works=works), *days, order=order)) == all_of(straight)
        late = charted(chart_of(*asked), *days, order=order)
        late.learns(*works)
        assert all_of(late) == all_of(straight)


def with_defaults(*facts: tuple[str, str], are_certain: bool = False) -> Chart:
    return replace(CHART, defaults=Defaults(facts, are_certain))


IN_SPANISH = "kind: nth, per: original_language, at: [1, 2]"
ENGLISH = ("original_language", "en")


def spanish(chart: Chart) -> Chronicle:
    chronicle = Chronicle(*rules(IN_SPANISH), works=[Work("d", "D", SONG, "es")], chart=chart)
    return charted(chronicle, ("Opener", None), ("A", None), ("D", None))


def test_a_default_counts_is_shown_as_assumed_and_makes_claims_provisional() -> None:
    chronicle = spanish(with_defaults(ENGLISH))
    assert chronicle.holders("r0:songs:US:en:2") == [("unlisted:song:a", 1)]
    first = chronicle.held("r0:songs:US:es:1")
    assert (first.status, first.because[1]) == (
        Status.PROVISIONAL,
        "the original language of A, #1 since 2022-01-02, is assumed",
    )


def test_a_default_that_a_person_trusts_is_as_certain_as_any_fact() -> None:
    chronicle = spanish(with_defaults(ENGLISH, are_certain=True))
    assert chronicle.held("r0:songs:US:es:1").is_certain
    assert chronicle.held("r0:songs:US:en:2").is_certain


def test_what_is_known_of_a_work_is_not_what_the_default_says() -> None:
    defaults = Defaults((ENGLISH, ("origin_country", "US"), ("fact:holiday", "no")))
    known = Work("k", "K", SONG, "es", ("ES",), own_facts=(("fact:holiday", "yes"),))
    assert defaults.of(known) == known
    filled = defaults.of(Work("u", "U", SONG))
    assert (filled.original_language, filled.origin_countries, filled.own_facts) == (
        "en",
        ("US",),
        (("fact:holiday", "no"),),
    )
    certain = filled.without_assumed()
    assert (certain.original_language, certain.origin_countries, certain.own_facts) == (None, (), ())


@settings(max_examples=40, deadline=None)
@given(languages=st.lists(st.sampled_from(["es", None]), min_size=3, max_size=5), data=st.data())
def test_a_default_that_comes_later_counts_for_all_that_came_before(languages: list[str | None], data: Any) -> None:
    works = [Work(f"w{n}", f"W{n}", SONG, language) for n, language in enumerate(languages)]
    since = data.draw(st.integers(0, len(works) - 1))
    charts = [CHART if n < since else with_defaults(ENGLISH) for n in range(len(works))]

    def arrived(order: Sequence[int]) -> object:
        chronicle = Chronicle(*rules(IN_SPANISH), works=works, chart=CHART)
        for number in order:
            chronicle.chart = charts[number]
            edition = Edition("US", (Entry(1, f"W{number}", None, SONG),))
            publication = Publication(charts[number], chronicle.period(number), (edition,), DOCUMENT)
            store_publication(publication, chronicle.charts)
            chronicle.detector.detect(CHART.id, chronicle.period(number))
        held = {slot: chronicle.held(slot) for slot in chronicle.slots()}
        return {slot: (its.period, its.holders, its.reasons) for slot, its in held.items()}

    assert arrived(data.draw(st.permutations(range(len(works))))) == arrived(range(len(works)))


def test_a_story_names_creators_and_ones_own_facts_for_readers_and_filters() -> None:
    work = Work("s", "S", SONG, "en", creators=("A B",), featured=("C D",), own_facts=(("fact:holiday", "yes"),))
    chronicle = charted(chart_of(NTH, works=[work]), ("Opener", "X Y"))
    entry = Entry(1, "S", None, SONG, credit="A B")
    publication = Publication(CHART, chronicle.period(1), (Edition("US", (entry,)),), DOCUMENT)
    store_publication(publication, chronicle.charts)
    (bulletin,) = chronicle.detector.detect(CHART.id, chronicle.period(1))
    (story,) = stories(bulletin, LIMITS)
    assert story.attributes["facts"] == ("certain=true", "creator=A B", "creator=C D", "holiday=yes")
    assert story.attributes["work_kind"] == "song"
    assert "English-language song by A B featuring C D" in story.text
    said = story.body["work"]
    assert (said["creators"], said["featured"], said["facts"]) == (["A B"], ["C D"], {"fact:holiday": ["yes"]})
    schema = json.loads((Path(__file__).parents[3] / "docs" / "story.schema.json").read_text())
    jsonschema.validate(json.loads(json.dumps(story.body)), schema)


GOOD = {
    "id": "r",
    "kind": "nth",
    "scope": "territory",
    "headline": "{title}",
    "brief": "b",
    "at": [1],
    "per": "fact:studio",
    "where": {"creator": ["Adele", "Drake"], "creator_country": "GB", "fact:holiday": True, "work_kind": "song"},
}


def asking(**change: Any) -> dict[str, Any]:
    return {**GOOD, **change}


def examined(rule: dict[str, Any]) -> Reading:
    return examine(json.dumps([rule]).encode(), "rules.yaml")


def test_a_rule_may_ask_for_all_of_these_and_its_schema_says_so() -> None:
    (rule,) = examined(GOOD).rules
    assert {condition.fact: condition.values for condition in rule.where} == {
        "work_kind": {"song"},
        "creator": {"Adele", "Drake"},
        "creator_country": {"GB"},
        "fact:holiday": {"yes"},
    }
    jsonschema.validate([GOOD], rules_schema())


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (asking(per="artist"), "per: 'artist' is not one of work_kind, original_language, origin_country, creator"),
        (asking(per="artist"), "fact:NAME; did you mean creator?"),
        (asking(per="fact:"), "per: 'fact:' is not one of"),
        (asking(per="creators"), "did you mean creator?"),
        (asking(where={"fact:Holiday": "yes"}), "where.fact:Holiday: is no field here"),
        (asking(where={"fact:holiday": 3}), "where.fact:holiday: '3' is neither text nor a list of texts"),
        (asking(where={"fact:holiday": {"no": "yes"}}), "where.fact:holiday.no: is no field here"),
        (asking(where={"creators": "Adele"}), "where.creators: is no field here; did you mean creator?"),
        (asking(where={"creator": []}), "where.creator: is empty"),
        (asking(where={"creator_country": "UK"}), "where.creator_country: 'UK' is not an ISO 3166-1 alpha-2 code"),
        (asking(where={"work_kind": "songs"}), "where.work_kind: 'songs' is not a kind; did you mean song?"),
    ],
)
def test_a_mistake_in_what_a_rule_asks_for_is_named(rule: dict[str, Any], said: str) -> None:
    assert [said in str(mistake) for mistake in examined(rule).mistakes] == [True], examined(rule).mistakes
    if "UK" not in said and "songs" not in said:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate([rule], rules_schema())


@pytest.mark.parametrize("are_certain", [False, True])
def test_a_default_country_is_that_of_the_creators_who_have_none(are_certain: bool) -> None:
    chart = with_defaults(("creator_country", "US"), are_certain=are_certain)
    chronicle = Chronicle(*rules(BY_COUNTRY), works=[artist("B T", "KR")], chart=chart)
    charted(chronicle, ("Opener", "X Y"), ("One", "A B"), ("Two", "C D & B T"))
    assert chronicle.held("r0:songs:US:KR:1").is_certain is are_certain
    assert chronicle.holders("r0:songs:US:US:2") == [("unlisted:song:one:by:a b", 1)]
    assert chronicle.slots() >= {"r0:songs:US:KR:1"}
