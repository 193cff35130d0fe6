"""Looking up the starter catalog's works with providers that know them, and two namesakes of each."""

from datetime import date, timedelta

from chartwatch.adapters.connection import HttpConnection
from chartwatch.adapters.starter import STARTER_FILE, starter_catalog
from chartwatch.adapters.tmdb import Tmdb
from chartwatch.adapters.wikidata import Wikidata
from chartwatch.domain.works.candidates import Sighting
from chartwatch.domain.works.resolving import resolve
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGINAL_LANGUAGE, Work
from chartwatch.services.egress import EgressPolicy
from chartwatch.services.enrich import look_up
from tests.lookups import KEY, Lookups, from_catalog

EVERY = 25
TODAY = date(2026, 11, 30)
FILE_BEGINS = date(2021, 7, 4)


def charted(work: Work) -> date:
    """Return a day on which a work may have charted first: days after its release, not before Netflix published."""
    return max((work.release_date or FILE_BEGINS) + timedelta(days=3), FILE_BEGINS)


def test_among_namesakes_no_fact_comes_out_wrong_and_few_works_stay_unknown() -> None:
    works = list(starter_catalog())
    served = from_catalog(STARTER_FILE, {work.id: charted(work) for work in works})
    asked = works[::EVERY]
    wrong: list[str] = []
    unknown = 0
    with Lookups(served) as server:
        connection = HttpConnection(EgressPolicy.PUBLIC_AND_LOOPBACK)
        clients = (Wikidata(connection, address=server.wikidata), Tmdb(connection, KEY, address=server.tmdb))
        for work in asked:
            its_list = None if work.original_language is None else work.original_language == "en"
            sighting = Sighting((work.title,), work.kind, charted(work), its_list)
            resolved = resolve(look_up(sighting, clients, TODAY).facts, TODAY)
            truth = {ORIGINAL_LANGUAGE: work.original_language, MAIN_COUNTRY: next(iter(work.origin_countries), None)}
            for name, true in truth.items():
                value = resolved[name].value if name in resolved else None
                unknown += true is not None and value is None
                if value not in (None, true):
                    wrong.append(f"{work.id}: {name} {value}, is {true}")
    assert not wrong
    assert unknown <= 0.05 * 2 * len(asked)
