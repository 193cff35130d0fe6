"""Text from outside does no harm where it is shown."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.domain.outside_text import (
    MAX_SHOWN,
    as_evidence,
    plain,
    printable_ascii,
    repeated,
    without_secrets,
)


@pytest.mark.parametrize(
    "hidden",
    [*"\0\x01\x07\x08\x1b\x7f\x9b\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2064",
     *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u206f\u3164\ufe0f\ufeff\uffa0\ufff9\ue000",
     "\U000e0001", "\U000e0041", "\U000e0100", "\U000f0000", "\ud800"],
)  # fmt: skip
def test_what_cannot_be_seen_is_taken_out(hidden: str) -> None:
    assert plain(f"Squid{hidden} Game") == "Squid Game"
    assert printable_ascii(f"Squid{hidden} Game") == "Squid Game"


@pytest.mark.parametrize("line_break", [*"\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"])
def test_a_line_break_is_a_space(line_break: str) -> None:
    assert plain(f"Squid{line_break}Game") == "Squid Game"


@given(st.text())
def test_plain_text_has_one_line_and_nothing_hidden(said: str) -> None:
    assert not [ch for ch in plain(said) if unicodedata.category(ch) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")]
    assert len(plain(said).splitlines()) <= 1
    assert plain(plain(said)) == plain(said)


@pytest.mark.parametrize("title", ["지금 우리 학교는", "Ãlite & Co. – naïve", "Ünlü, İstanbul", "=", "🦑"])
def test_letters_of_every_script_stay(title: str) -> None:
    assert plain(title) == title


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("https://user:pass@charts.example/a", "https://…@charts.example/a"),
        ("https://user@charts.example/a?b=@c", "https://…@charts.example/a?b=@c"),
        ("https://x.example/?api_key=abc&week=1", "https://x.example/?api_key=…&week=1"),
        ("https://x.example/?week=1&X-Amz-Signature=abc&n=2", "https://x.example/?week=1&X-Amz-Signature=…&n=2"),
        ("at https://x.example/?access_token=abc: refused", "at https://x.example/?access_token=… refused"),
        ("PASSWORD=hunter2 is wrong", "PASSWORD=… is wrong"),
        ("https://x.example/?week=1", "https://x.example/?week=1"),
    ],
)  # fmt: skip
def test_what_unlocks_an_account_is_hidden(said: str, shown: str) -> None:
    assert without_secrets(said) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pass@charts.example:8443/a?key=abc&b=1#token", "https://charts.example:8443/a?key=…&b=1"),
        ("https://charts.example/a?b=1", "https://charts.example/a?b=1"),
        ("https://user:pass@[charts.example/a", "https://…@[charts.example/a"),
        ("", ""),
    ],
)
def test_evidence_names_an_address_without_credentials(url: str, shown: str) -> None:
    assert as_evidence(url) == shown


@pytest.mark.parametrize("said", ["key" * 10_000 + "=a", "a.key-" * 5_000, "&" * 20_000, "://" + "a" * 100_000])
def test_somebody_elses_words_are_short_however_long_they_were(said: str) -> None:
    assert len(repeated(said)) <= MAX_SHOWN
