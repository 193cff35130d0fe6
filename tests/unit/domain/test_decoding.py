"""Titles that a provider decoded as what they were not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.adapters.catalog_file import COLUMNS, parse_catalog, read_catalog, write_catalog
from chartwatch.domain.works.decoding import well_decoded
from chartwatch.domain.works.work import Kind, Work
from tests.strategies import examples


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("The Queenâ\x80\x99s Gambit", "The Queen’s Gambit"),
        ("The Queenâ€™s Gambit", "The Queen’s Gambit"),
        ("Ã\x89lite", "Élite"),
        ("PokÃ©mon", "Pokémon"),
        ("Thereâ\x80\x99s Someone Inside Your…", "There’s Someone Inside Your…"),
        ("ì\x98¤ì§\x95ì\x96´ ê²\x8cì\x9e\x84", "오징어 게임"),
    ],
)
def test_a_title_whose_utf_8_was_read_as_something_else_is_put_right(wrong: str, right: str) -> None:
    assert well_decoded(wrong) == right


@pytest.mark.parametrize(
    "title",
    [
        "The Queen’s Gambit",
        "“Wait…” ‘Ｓｑｕｉｄ　Ｇａｍｅ’ ﬁn",
        "Ã\ufffdlite",
        "SÃO PAULO",
        "MAÇÃ",
        "Â Propos d’Élisa",
        "À l’ombre… Ô",
        "Ältere Äpfel, Übel & Öl",
        "أصحاب ...ولا أعزّ",
        "오징어 게임",
        "Зулейха открывает глаза",
        "می‌خواهم",
        "क्ष क्‍ष",
        "ขุนพันธ์",
        "Ân Oán Â “x”",
        "AMANHÃ É OUTRO DIA",
        "A MAÇÃ VERDE",
        "Caf� Society",
        "Tom &amp; Jerry",
    ],
)
def test_what_was_not_surely_decoded_wrongly_is_left_alone(title: str) -> None:
    assert well_decoded(title) == title


@examples(300)
@given(st.text(st.characters(codec="utf-8")))
def test_what_was_put_right_is_right_and_can_be_written(title: str) -> None:
    right = well_decoded(title)
    right.encode()
    assert well_decoded(right) == right


def test_a_catalogs_wrongly_decoded_alias_stands_for_both_forms(tmp_path: Path) -> None:
    file = tmp_path / "catalog.csv"
    file.write_text(f"{','.join(COLUMNS[:-1])}\nqueen,The Queen’s Gambit,series,,,,The Queenâ\x80\x99s …;;Q,,\n")
    catalog = read_catalog(file)
    assert list(catalog) == [
        Work("queen", "The Queen’s Gambit", Kind.SERIES, aliases=("The Queenâ\x80\x99s …", "Q", "The Queen’s …"))
    ]
    assert parse_catalog(write_catalog(catalog), "again").version == catalog.version
