"""From a label as charted to a season. The labels are Netflix's."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.nth import NthRule
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import Count, Scope
from chartwatch.domain.works.claimants import Claimant
from chartwatch.domain.works.seasons import season_of
from chartwatch.domain.works.work import Work
from tests.chronicle import CHANGE, Chronicle, sent
from tests.strategies import examples


@pytest.mark.parametrize(
    ("title", "label", "season"),
    [
        ("Squid Game", "Squid Game: Season 1", "1"),
        ("Squid Game", "Season 1", "1"),
        ("Squid Game", "SQUID GAME - season 01", "1"),
        ("The Queen's Gambit", "The Queen’s Gambit: Limited Series", "1"),
        ("Maid", "Limited Series", "1"),
        ("Money Heist", "Money Heist: Part 4", "4"),
        ("Stranger Things", "Stranger Things 4", "4"),
        ("Young Sheldon", "Young Sheldon: : Season 1", "1"),
        ("Ozark", "Ozark: Season 4:", "4"),
        ("Ozark", "Ozark: Season 4 Part 1", "4"),
        ("The Sinner", "The Sinner: Season 4: Percy", "4"),
        ("Downton Abbey", "Downton Abbey: Series 2", "2"),
        ("Rebelde Way", "Rebelde Way: Temporada 1", "1"),
        ("Nevertheless,", "Nevertheless,: Season 1", "1"),
        ("حكايات بنات الجزء ١", "حكايات بنات الجزء ١: Season 1", "1"),
        ("Attack on Titan", "Attack on Titan: The Final Season Part 1", "final season"),
        ("Attack on Titan", "Attack on Titan: Final Season Part 1", "final season"),
        ("How to Ruin Christmas", "How to Ruin Christmas: The Funeral", "the funeral"),
        ("How to Ruin Christmas", "How to Ruin Christmas: The Funeral :", "the funeral"),
        ("The Mire", "The Mire: '97", "'97"),
        ("Barbarians", "Barbarians: II", "ii"),
        ("I am Solo", "I am Solo: Part 1 - Part 4", "part 1 - part 4"),
        ("I am Solo", "I am Solo: Part 5 -", "part 5 -"),
        ("Alone", "Alonely: Season 2", "alonely: season 2"),
        ("DEATH NOTE", "DEATH NOTE: Death Note", None),
        ("Ozark", "Ozark", None),
        ("Ozark", None, None),
    ],
)
def test_a_label_means_a_season(title: str, label: str | None, season: str | None) -> None:
    assert season_of(title, label) == season


@pytest.mark.parametrize(
    ("title", "before", "after"),
    [
        ("Clark", "Clark: Season 1", "Clark: Limited Series"),
        ("The Snow Girl", "The Snow Girl: Limited Series", "The Snow Girl: Season 1"),
        ("Alchemy of Souls", "Alchemy of Souls: Season 1", "Alchemy of Souls: Part 1"),
        ("The Club", "The Club: Part 1", "The Club: Season 1"),
        ("Navarasa", "Navarasa: Volume 1", "Navarasa: Limited Series"),
        ("The Creature Cases", "The Creature Cases: Season 1", "The Creature Cases: Chapter 1"),
        ("Ozark", "Ozark: Season 4 Part 1", "Ozark: Season 4"),
    ],
)
def test_a_season_that_netflix_called_by_another_word_later_is_the_same(title: str, before: str, after: str) -> None:
    assert season_of(title, before) == season_of(title, after)


@examples(200)
@given(
    st.text(st.characters(codec="utf-8"), min_size=1),
    st.integers(1, 99),
    st.sampled_from(["Season", "Part", "Volume", "Book", "Chapter", "Collection", "Series", "Temporada"]),
)
def test_a_number_is_the_season_whatever_the_word_with_the_title_or_without(title: str, number: int, word: str) -> None:
    assert season_of(title, f"{word} {number}") == season_of("", f": {word} {number}: A Name") == str(number)


@examples(200)
@given(st.text(), st.text())
def test_a_season_means_itself(title: str, label: str) -> None:
    season = season_of(title, label)
    assert season_of("", season) == season


def test_claimants_are_equal_by_season_and_named_as_charted() -> None:
    heist = Work("heist", "Money Heist")
    season, part = (Claimant.of_season(heist, "Money Heist", label) for label in ("Season 4", "Money Heist: Part 4"))
    assert season == part
    assert (part.key, part.name) == ("heist/4", "Money Heist: Part 4")
    assert season.name == "Money Heist (Season 4)"
    assert Claimant.of_season(Work("s", "S"), "S", "Season 2").name == "S (Season 2)"
    assert Claimant.of_season(Work("s", "S"), "S", "S: Season 2").name == "S: Season 2"
    assert Claimant.of_season(Work("s", "S"), "S", "S2 again").name == "S (S2 again)"
    assert Claimant.of_season(heist, "Money Heist", None) == Claimant.of(heist)


def test_a_holder_says_its_season_as_the_chart_does_or_else_as_it_is_compared() -> None:
    said = Holder("squid", "Squid Game", date(2022, 1, 1), season="1", label="Season 1")
    assert said.as_json()["season"] == "Season 1"
    assert replace(said, label=None).as_json()["season"] == "1"
    assert "season" not in replace(said, season=None).as_json()


LABELS = st.sampled_from(["", "Season 1", "Season 2", "Part 3", "Limited Series", "The End", "A 1.", "N/A again"])
OF_SEASONS = (
    replace(CHANGE, count=Count.SEASONS),
    NthRule("nth", Scope.TERRITORY, "{title} {ordinal}", "b", at=(1, 2, 3), count=Count.SEASONS),
    ReignRule("run", Scope.TERRITORY, "{title} {n}", "b", at=(1, 2), record=True, count=Count.SEASONS),
)


@examples(100)
@given(st.data())
def test_labels_that_flap_on_a_history_that_stays_are_told_nobody(data: st.DataObject) -> None:
    titles = data.draw(st.lists(st.sampled_from("ABC"), min_size=2, max_size=5))
    chronicle = Chronicle(*OF_SEASONS, works=())
    for number, title in enumerate(titles):
        chronicle.arrives(number, US=f"{title}|{data.draw(LABELS)}")
    before = chronicle.slots()
    for document in range(1, 4):
        chronicle.document = replace(chronicle.document, fetched_at=f"2022-03-0{document}T00:00:00Z")
        for number, title in enumerate(titles):
            if data.draw(st.booleans()):
                assert sent(chronicle.arrives(number, US=f"{title}|{data.draw(LABELS)}")) == []
    assert chronicle.slots() == before
