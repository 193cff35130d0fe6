"""Who the holders of recorded slots are by now."""

from datetime import date

from chartwatch.domain.milestones.identities import by_now
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.renames import Names, Renaming
from chartwatch.domain.works.work import Kind, unlisted
from tests.chronicle import HEIST, SQUID

SINCE = date(2022, 1, 1)
NAMES = Names([Renaming("2022-02-01", Kind.SERIES, "Round Six", "Squid Game")])
UNLISTED = unlisted("Round Six", Kind.SERIES).id


def test_a_title_that_was_given_up_is_the_work_of_its_new_name() -> None:
    assert by_now(Catalog([SQUID]), NAMES, frozenset())(UNLISTED, "Round Six", SINCE) == "squid"


def test_who_is_on_the_chart_as_it_stands_has_not_become_another() -> None:
    assert by_now(Catalog([SQUID]), NAMES, {UNLISTED})(UNLISTED, "Round Six", SINCE) == UNLISTED


def test_a_work_of_the_catalog_is_itself_on_the_chart_or_not() -> None:
    who = by_now(Catalog([SQUID, HEIST]), NAMES, {"squid"})
    assert who("heist", "Round Six", SINCE) == "heist"
    assert who("squid", "Money Heist", SINCE) == "squid"
