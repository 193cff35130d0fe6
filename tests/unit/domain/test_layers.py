"""Layers of the catalog: which works of several of them are one, and what stands then."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest

from chartwatch.adapters.catalog_file import parse_catalog, write_catalog
from chartwatch.adapters.layer_file import parse_layer
from chartwatch.domain.works.candidates import is_looked_up
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.defaults import Defaults
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import catalog_of, layer_of
from chartwatch.domain.works.meanings import undecided_work
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGINAL_LANGUAGE, Kind, Work
from chartwatch.errors import CatalogProblem, FactsUnreadable
from chartwatch.services.enrich import dossier_of

FILM = Work("kara", "Kara", Kind.FILM, "ta", ("IN",), date(2026, 1, 1))
GROUP = Work("kara", "KARA", Kind.ARTIST)
HEADER = "work_id,title,kind,original_language,origin_countries,release_date,aliases,source,confidence\n"


def test_an_id_that_another_layer_has_for_a_work_of_another_kind_is_another_work_s() -> None:
    starter, own = layer_of([FILM], Layer.STARTER, "starter"), layer_of([GROUP], Layer.OWN_FILE, "own file")
    for layers in ((*starter, *own), (*own, *starter)):
        catalog = catalog_of(layers)
        assert (group := catalog.work("kara"))
        assert (group.kind, group.original_language, group.origin_countries) == (Kind.ARTIST, None, ())
        assert [work.original_language for work in catalog.named("Kara", Kind.FILM)] == ["ta"]


def test_what_was_set_of_a_work_goes_with_it_when_another_kind_takes_its_id() -> None:
    override = layer_of([replace(FILM, original_language="te")], Layer.OVERRIDE, "a person")
    others = (*layer_of([FILM], Layer.STARTER, "starter"), *layer_of([GROUP], Layer.OWN_FILE, "own file"))
    catalog = catalog_of((*others, *override))
    assert [work.original_language for work in catalog.named("Kara", Kind.FILM)] == ["te"]
    assert [work.original_language for work in catalog.named("Kara", Kind.ARTIST)] == [None]


def test_what_is_assumed_or_undecided_is_so_again_when_its_file_is_an_own_one() -> None:
    work = Work("a", "A", Kind.FILM, "ko", ("KR", "US"), is_main_country_known=False, assumed=frozenset(["x"]))
    known = replace(work, assumed=frozenset([ORIGINAL_LANGUAGE]))
    read = parse_catalog(write_catalog(Catalog([known])), "catalog.csv")
    (again,) = catalog_of(layer_of(read, Layer.OWN_FILE, "own file"))
    assert (again.original_language, again.assumed) == ("ko", {ORIGINAL_LANGUAGE})
    assert not again.is_main_country_known
    assert MAIN_COUNTRY not in again.assumed


@pytest.mark.parametrize("written", ["Low", "not sure", "highest", "0.9"])
def test_a_confidence_that_there_is_not_is_no_high_one(written: str) -> None:
    with pytest.raises(CatalogProblem, match="line 2, column confidence"):
        parse_catalog(f"{HEADER}a,A,film,ko,KR,,,,{written}\n".encode(), "catalog.csv")


def test_a_number_that_no_computer_holds_is_named_as_damage() -> None:
    with pytest.raises(FactsUnreadable):
        parse_layer(b'{"format": 1, "works": {"a": {"title": "A", "tries": 1e999}}}', Layer.LOOKED_UP, "looked-up.json")


def test_the_version_of_a_catalog_is_the_same_in_every_process() -> None:
    code = (
        "from chartwatch.domain.works.catalog import Catalog\n"
        "from chartwatch.domain.works.work import Work\n"
        "print(Catalog([Work('a', 'A', assumed=frozenset('abcdefgh'))]).version)\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1


def test_a_look_up_of_a_listed_work_is_not_its_namesake_s() -> None:
    older, newer = (Work(its, "The Gift", Kind.FILM) for its in ("gift-2019", "gift-2022"))
    (looked_up,) = layer_of([older], Layer.LOOKED_UP, "wikidata")
    (charted,) = layer_of([replace(older, id="unlisted:film:the gift")], Layer.LOOKED_UP, "wikidata")
    titles = looked_up.titles
    assert dossier_of(newer.id, titles, Kind.FILM, {older.id: looked_up}) is None
    assert dossier_of(newer.id, titles, Kind.FILM, {charted.work.id: charted}) is charted, "no catalog had it"
    assert dossier_of("unlisted:any:the gift", titles, None, {charted.work.id: charted}) is None


@pytest.mark.parametrize(
    ("kind", "credit", "expected"),
    [
        (Kind.FILM, None, True),
        (Kind.SERIES, None, True),
        (None, None, False),
        ("song", None, False),
        (Kind.FILM, "A", False),
    ],
)
def test_only_what_a_chart_calls_a_film_or_a_series_is_looked_up(kind: Kind, credit: str, *, expected: bool) -> None:
    assert is_looked_up(kind, credit) is expected


def test_a_default_does_not_say_which_work_a_title_means() -> None:
    either = undecided_work("?", [replace(FILM, id="a"), replace(FILM, id="b", original_language="es")], FILM)
    defaults = Defaults(((ORIGINAL_LANGUAGE, "en"),), are_certain=True)
    assert defaults.of(either) == either
    assert defaults.of(GROUP).original_language == "en"


def artist(work_id: str, name: str, country: str | None, *aliases: str) -> Work:
    return Work(work_id, name, Kind.ARTIST, None, (country,) if country else (), None, aliases)


def test_creators_of_a_file_are_called_as_the_catalog_calls_these_artists() -> None:
    song = Work("dynamite", "Dynamite", Kind("song"), creators=("Bangtan Boys",))
    catalog = Catalog([artist("bts", "BTS", "KR", "Bangtan Boys"), song])
    meant = catalog.match("Dynamite", Kind("song"), date(2020, 8, 1), credit="BTS")
    assert (meant.id, meant.creators, meant.creator_countries) == ("dynamite", ("BTS",), ("KR",))


def test_the_country_of_one_of_two_artists_of_a_name_is_unknown() -> None:
    song = Work("girl", "Girl", Kind("song"), creators=("Ash",))
    for countries in (("GB", "US"), ("GB", None)):
        artists = [artist(f"ash-{number}", "Ash", country) for number, country in enumerate(countries)]
        (work,) = (its for its in Catalog([*artists, song]) if its.id == "girl")
        assert (work.creator_countries, work.lacks_creator_country) == ((), True)
