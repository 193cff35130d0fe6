"""The site: what is written of it bit by bit is what a rebuild writes, and every page says what is recorded."""

import re
from collections.abc import Iterable, Mapping
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.adapters.memory import MemoryRecord
from chartwatch.domain.milestones.milestone import Status
from chartwatch.domain.works.work import Kind, Work
from chartwatch.errors import RecordDamaged
from chartwatch.services.detect import Detector
from chartwatch.services.render import Renderer
from chartwatch.site.addresses import CORRECTIONS, FIRSTS, FRONT, chart_address, milestone_address, work_address
from tests.chronicle import CHANGE, NTH, RACE, WORKS, Chronicle
from tests.courses import Run, arriving
from tests.recorded import entries
from tests.strategies import courses, examples, other_facts, period_of, worlds


class SiteInMemory:
    """The files of a site, with what was written and removed last; implements `SiteFiles`."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.written: list[str] = []
        self._keys: Mapping[str, str] = {}

    def keys(self) -> Mapping[str, str]:
        return self._keys

    def put(self, files: Iterable[tuple[str, bytes]]) -> None:
        its = dict(files)
        self.written = list(its)
        self.files |= its

    def remove(self, addresses: Iterable[str]) -> None:
        for address in addresses:
            del self.files[address]

    def note(self, keys: Mapping[str, str]) -> None:
        self._keys = dict(keys)

    def text(self, address: str) -> str:
        """Return what a page says, without its tags."""
        main = self.files[address].decode().partition('<main id="main" tabindex="-1">')[2].partition("</main>")[0]
        within = re.sub("</?(?:a|time|span|strong|code)\\b[^>]*>", "", main)
        return " ".join(unescape(re.sub("<[^>]*>", " ", within)).split())


def rendered(chronicle: Chronicle, site: SiteInMemory | None = None) -> SiteInMemory:
    """Return the site of a chronicle, written anew or brought up to date."""
    site = site or SiteInMemory()
    Renderer(chronicle.charts, chronicle.record, chronicle.catalog).render(site)
    return site


def differing(site: SiteInMemory, other: SiteInMemory) -> list[str]:
    """Return the addresses at which two sites are not the same."""
    addresses = sorted({*site.files, *other.files})
    return [address for address in addresses if site.files.get(address) != other.files.get(address)]


@examples(12)
@given(st.data())
def test_what_is_written_bit_by_bit_is_what_a_rebuild_writes(data: st.DataObject) -> None:
    world = data.draw(worlds())
    course = data.draw(courses(world, other_facts=other_facts()))
    done, site = Run(store=MemoryRecord()), SiteInMemory()
    catalogs = [facts.catalog for facts in course.facts]
    earlier = {catalog.version: catalog for catalog in catalogs}.get
    for slot, facts, _ in arriving(course, done.charts):
        detector = Detector(
            done.charts, done.store, catalogs[facts], course.facts[facts].rule_set, earlier_catalog=earlier
        )
        detector.reconsider(slot[0])
        detector.detect(slot[0], period_of(slot))
        renderer = Renderer(done.charts, done.store, catalogs[facts])
        renderer.render(site)
    anew = SiteInMemory()
    renderer.render(anew)
    assert not differing(site, anew)
    assert not renderer.render(site).written


def test_a_new_week_writes_the_pages_that_it_changes_and_no_others() -> None:
    chronicle = Chronicle(CHANGE, NTH)
    for number, ones in enumerate(["Squid Game", "Squid Game", *["Ozark"] * 7]):
        chronicle.arrives(number, KR=ones, US="Ozark")
    site = rendered(chronicle)
    chronicle.arrives(9, KR="Money Heist", US="Ozark")
    rendered(chronicle, site)
    assert not [address for address in site.written if address.startswith(("works/squid", "origins/KR"))]
    assert {address for address in site.written if address.endswith(".html")} == {
        FRONT,
        "search.html",
        chart_address("daily"),
        chart_address("daily", "KR"),
        chart_address("daily", "US"),
        work_address("heist"),
        work_address("ozark"),
        "origins/ES.html",
        "origins/US.html",
        "languages/es.html",
        "languages/en.html",
        milestone_address("new:daily:KR:2022-01-10"),
        milestone_address("nth:daily:KR:2"),
    }


def test_a_correction_changes_its_pages_in_place_and_stands_among_the_corrections() -> None:
    chronicle = Chronicle(CHANGE, NTH)
    chronicle.arrives(1, KR="Squid Game")
    site = rendered(chronicle)
    before = site.text(milestone_address("nth:daily:KR:1"))
    chronicle.arrives(0, KR="Money Heist")
    rendered(chronicle, site)
    after = site.text(milestone_address("nth:daily:KR:1"))
    assert "Squid Game is first" in before
    assert after.index("Corrected") < after.index("Before, we said: Squid Game is first")
    assert "Money Heist is first" in after
    corrections = site.text(CORRECTIONS)
    assert "We said: Squid Game is first" in corrections
    assert "Money Heist is first" in corrections


def test_what_nobody_holds_any_more_keeps_its_page_and_says_so() -> None:
    chronicle = Chronicle(NTH)
    chronicle.arrives(0, KR="Squid Game")
    chronicle.arrives(0, KR="Ozark")
    site = rendered(chronicle)
    page = site.text(milestone_address("nth:daily:KR:1"))
    assert "This was said here, and it is not so" in page
    assert "Retracted" in page
    assert "Nobody holds this" in site.text(CORRECTIONS)
    assert work_address("squid") not in site.files
    assert work_address("squid").encode() not in site.files[milestone_address("nth:daily:KR:1")]


def test_titles_are_shown_as_they_are_whatever_stands_in_them() -> None:
    nasty = "<script>alert('x')</script> & \"Élite\" \u202e {{ 1234*3 }}"
    chronicle = Chronicle(CHANGE, NTH, works=(*WORKS, Work("nasty", nasty, Kind.SERIES, "ko", ("KR",))))
    chronicle.arrives(0, KR=nasty, US="Ozark")
    site = rendered(chronicle)
    assert all(b"<script>" not in body for address, body in site.files.items() if address.endswith(".html"))
    assert "<script>alert('x')</script> & \"Élite\"" in unescape(site.text(work_address("nasty")))
    assert not any(b"3702" in body.partition(b"<main")[2] for body in site.files.values())


def test_nothing_is_recorded_yet_and_the_front_page_says_so() -> None:
    site = rendered(Chronicle(CHANGE))
    assert "Nothing is recorded yet" in site.text(FRONT)
    assert "None yet" in site.text(FIRSTS)
    assert "Nothing that is recorded had to be corrected" in site.text(CORRECTIONS)


def test_a_damaged_record_raises_and_leaves_the_site_as_it_was() -> None:
    chronicle = Chronicle(CHANGE, NTH)
    chronicle.arrives(0, KR="Squid Game")
    site = rendered(chronicle)
    files = dict(site.files)
    chronicle.arrives(1, KR="Money Heist")
    chronicle.record._files["daily"].pop(("ledger", next(iter(chronicle.head.ledgers.values()))))  # type: ignore[attr-defined]
    with pytest.raises(RecordDamaged):
        rendered(chronicle, site)
    assert site.files == files


def test_a_render_that_was_cut_short_is_done_again() -> None:
    chronicle = Chronicle(CHANGE, NTH)
    chronicle.arrives(0, KR="Squid Game")
    site = rendered(chronicle)
    chronicle.arrives(1, KR="Money Heist")
    cut = SiteInMemory()
    cut.files, cut.note = dict(site.files), lambda _keys: None  # type: ignore[method-assign]
    cut._keys = site.keys()
    rendered(chronicle, cut)
    rendered(chronicle, site)
    again = SiteInMemory()
    again.files, again._keys = cut.files, cut.keys()
    assert rendered(chronicle, again).files == site.files


def test_a_run_has_its_periods_and_one_that_is_missing_ends_it() -> None:
    chronicle = Chronicle(CHANGE)
    for number in (0, 1, 3):
        chronicle.arrives(number, KR="Squid Game")
    runs = rendered(chronicle).text(chart_address("daily", "KR"))
    assert "On the record: 3 of 4 days from 1 January 2022 to 4 January 2022. Missing: 3 January 2022." in runs
    assert "Squid Game 4 January 2022, still at #1 1 Squid Game 1 January 2022 to 2 January 2022 2" in runs


def test_what_is_provisional_is_marked_wherever_it_is_named() -> None:
    chronicle = Chronicle(NTH, RACE)
    chronicle.arrives(0, KR="A Riddle")
    chronicle.arrives(1, KR="Squid Game")
    chronicle.arrives(2, KR="All of Us Are Dead")
    site = rendered(chronicle)
    provisional = {
        milestone_address(slot).rpartition("/")[2]
        for slot, entry in entries(chronicle.record, "daily").items()
        if entry.status is Status.PROVISIONAL
    }
    assert provisional
    items = [
        item
        for address, body in site.files.items()
        if address.endswith(".html") and address != CORRECTIONS
        for item in re.findall("<(?:li|tr)\\b.*?</(?:li|tr)>", body.decode(), re.DOTALL)
    ]
    named = [item for item in items if any(f'{page}"' in item for page in provisional)]
    assert named
    assert all("Provisional" in item for item in named)
