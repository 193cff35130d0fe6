"""A layer of the catalog, stored and read again."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.adapters.layer_file import parse_layer, write_layer
from chartwatch.domain.works.candidates import (
    Candidate,
    ExternalId,
    Provider,
    Scheme,
    Sighting,
    Span,
    Title,
)
from chartwatch.domain.works.evidence import Evidence, Reason, Scored
from chartwatch.domain.works.facts import Confidence, Fact, Layer
from chartwatch.domain.works.identification import Identified, identify
from chartwatch.domain.works.layers import Dossier, layer_of
from chartwatch.domain.works.lookups import Answered, WorkLookup
from chartwatch.domain.works.work import KINDS, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, RELEASE_DATE, Kind, Work
from chartwatch.errors import FactsUnreadable
from tests.strategies import examples

days = st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
releases = st.dates(date(1000, 1, 1), date(2999, 12, 31))
facts = st.one_of(
    *(
        st.builds(
            Fact,
            name=st.just(name),
            value=values,
            layer=st.sampled_from(Layer),
            source=st.text(max_size=4),
            asked=days,
            confidence=st.sampled_from(Confidence),
            expires=days,
            led_by=st.sampled_from([None, "wikidata"]),
        )
        for name, values in (
            (ORIGINAL_LANGUAGE, st.sampled_from(["ko", "en"])),
            ("fact:unscripted", st.text(max_size=5)),
            (ORIGIN_COUNTRIES, st.frozensets(st.sampled_from(["KR", "US"]), min_size=1)),
            (RELEASE_DATE, releases),
        )
    )
)
scored = st.builds(
    Scored,
    st.builds(
        Candidate,
        provider=st.sampled_from(Provider),
        id=st.text(max_size=3),
        kind=st.sampled_from([None, *KINDS]),
        titles=st.lists(st.builds(Title, st.text(max_size=5)), max_size=2).map(tuple),
        released=st.lists(releases.map(Span.day), max_size=2).map(tuple),
        languages=st.lists(st.sampled_from(["ko", "en"]), max_size=2).map(tuple),
        main_origin=st.sampled_from([None, "KR"]),
        votes=st.sampled_from([None, 0, 7]),
        ids=st.frozensets(st.builds(ExternalId, st.sampled_from(Scheme), st.text(max_size=3)), max_size=3),
    ),
    st.lists(st.builds(Reason, st.sampled_from(Evidence), st.integers(-20, 20)), max_size=3).map(tuple),
)
lookups = st.dictionaries(
    st.text(max_size=5),
    st.builds(
        WorkLookup,
        st.lists(facts, max_size=3).map(tuple),
        st.lists(
            st.builds(Answered, st.sampled_from(Provider), st.dates(), st.lists(scored, max_size=2).map(tuple)),
            max_size=2,
            unique_by=lambda answered: answered.provider,
        ).map(tuple),
        tries=st.integers(0, 3),
        unanswered=st.integers(0, 3),
    ),
    max_size=3,
)


def of(work_id: str, lookup: WorkLookup) -> Dossier:
    return Dossier(Layer.LOOKED_UP, Work(work_id, "Alpha", Kind.SERIES), lookup)


@given(lookups)
@examples(200)
def test_what_is_written_is_read_again(given_lookups: dict[str, WorkLookup]) -> None:
    body = write_layer(Dossier(Layer.LOOKED_UP, Work(its, "A title"), lookup) for its, lookup in given_lookups.items())
    again = {its.work.id: its.lookup for its in parse_layer(body, Layer.LOOKED_UP, "layer.json")}
    assert write_layer(parse_layer(body, Layer.LOOKED_UP, "layer.json")) == body
    for work_id, lookup in given_lookups.items():
        assert set(again[work_id].facts) == set(lookup.facts)
        assert set(again[work_id].answers) == set(lookup.answers)
        assert (again[work_id].tries, again[work_id].unanswered) == (lookup.tries, lookup.unanswered)


def test_works_are_read_as_they_were_written() -> None:
    released = date(2022, 1, 28)
    work = Work(
        "a", "지금 우리 학교는", Kind.SERIES, "ko", ("KR", "US"), released, ("All of Us",), "a", "low", ("x:1",)
    )
    its = layer_of([work, Work("b", "b")], Layer.OWN_FILE, "a file")
    again = parse_layer(write_layer(its), Layer.OWN_FILE, "layer.json")
    assert [dossier.work for dossier in again] == [work, Work("b", "b")]
    assert [set(dossier.facts) for dossier in again] == [set(dossier.facts) for dossier in its]


def test_the_score_and_its_reasons_stand_in_the_file() -> None:
    record = Candidate(Provider.TMDB, "7", Kind.SERIES, (Title("Alpha"),), (Span.day(date(2022, 1, 28)),), ("ko",))
    found = identify(Sighting(("Alpha",), Kind.SERIES, date(2022, 1, 30)), Provider.TMDB, [record])
    said = json.loads(write_layer([of("alpha", WorkLookup().with_found(found, date(2022, 2, 1)))]))
    (answer,) = said["works"]["alpha"]["answers"]
    (written,) = answer["candidates"]
    assert {"evidence": "new when it charted", "weight": 6} in written["reasons"]
    assert written["score"] == sum(reason["weight"] for reason in written["reasons"])
    language = {
        "name": "original_language",
        "value": "ko",
        "layer": "looked_up",
        "source": "tmdb",
        "asked": "2022-02-01",
        "confidence": "medium",
        "expires": "2022-07-31",
    }
    assert said["works"]["alpha"]["facts"][0] == language
    led = WorkLookup().with_found(replace(found, led_by=Provider.WIKIDATA), date(2022, 2, 1))
    said = json.loads(write_layer([of("alpha", led)]))
    assert said["works"]["alpha"]["facts"][0] == language | {"led_by": "wikidata"}


def test_the_stored_example_of_the_format_is_read() -> None:
    body = (Path(__file__).parents[2] / "data" / "layer" / "1.json").read_bytes()
    (alpha,) = parse_layer(body, Layer.LOOKED_UP, "1.json")
    assert write_layer([alpha]) == body
    assert {fact.name for fact in alpha.facts} == {ORIGINAL_LANGUAGE, ORIGIN_COUNTRIES, RELEASE_DATE}
    assert [[scored.score for scored in answer.candidates] for answer in alpha.lookup.answers] == [[12, -18]]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{}",
        b'{"format": 2, "works": {}}',
        b'{"format": 1}',
        b'{"format": 1, "works": []}',
        b'{"format": 1, "works": {"a": {"facts": [{}], "answers": []}}}',
        b'{"format": 1, "works": {"a": {"facts": [], "answers": [{"provider": "nobody"}]}}}',
        b"\xff",
    ],
)
def test_a_damaged_file_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(FactsUnreadable, match=r"^layer\.json "):
        parse_layer(body, Layer.LOOKED_UP, "layer.json")


def test_a_file_that_breaks_off_anywhere_is_refused() -> None:
    body = write_layer([of("a", WorkLookup((Fact(ORIGINAL_LANGUAGE, "ko", Layer.OVERRIDE, "a person"),)))]).rstrip()
    for length in range(len(body)):
        with pytest.raises(FactsUnreadable):
            parse_layer(body[:length], Layer.LOOKED_UP, "layer.json")


ASKED = date(2026, 1, 1)


def found_by(provider: Provider, language: str) -> Identified:
    return Identified(provider, (Scored(Candidate(provider, "1"), ()),), language=language)


def test_what_tmdb_said_is_asked_again_in_time_and_gone_after_six_months() -> None:
    kept = WorkLookup().with_found(found_by(Provider.TMDB, "ko"), ASKED)
    kept = kept.with_found(found_by(Provider.WIKIDATA, "ko"), ASKED)
    assert kept.due(ASKED + timedelta(days=149)) == frozenset()
    assert kept.due(ASKED + timedelta(days=150)) == {Provider.TMDB}
    assert kept.kept(ASKED + timedelta(days=179)) == kept
    later = kept.kept(ASKED + timedelta(days=180))
    assert {fact.source for fact in later.facts} == {"wikidata"}
    assert [answer.provider for answer in later.answers] == [Provider.WIKIDATA]


def test_a_later_answer_takes_the_place_of_the_earlier_and_its_facts_stand_beside() -> None:
    kept = WorkLookup().with_found(found_by(Provider.WIKIDATA, "ko"), ASKED)
    kept = kept.with_found(found_by(Provider.WIKIDATA, "ja"), ASKED + timedelta(days=9))
    assert [answer.asked for answer in kept.answers] == [ASKED + timedelta(days=9)]
    assert [fact.value for fact in kept.facts] == ["ko", "ja"]
