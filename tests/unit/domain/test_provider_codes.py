"""Codes as providers write them."""

import pytest

from chartwatch.domain.works.languages import is_within
from chartwatch.domain.works.provider_codes import (
    provider_countries,
    provider_language,
    provider_languages,
)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("ko", "ko"),
        ("KO", "ko"),
        ("en-us", "en"),
        ("pt_BR", "pt"),
        ("cn", "yue"),
        ("zh-yue", "yue"),
        ("zh-hans", "zh"),
        ("cmn", "zh"),
        ("nb", "no"),
        ("nn", "no"),
        ("fil", "tl"),
        ("sh", "sh"),
        ("xx", None),
        ("und", None),
        ("mul", None),
        ("", None),
        (None, None),
        ("klingon", None),
    ],
)
def test_a_language_is_known_by_whatever_code_a_provider_writes(written: str | None, code: str | None) -> None:
    assert provider_language(written) == code


def test_of_several_codes_all_are_known_or_none() -> None:
    assert provider_languages(["en", "en-gb", "ko"]) == ("en", "ko")
    assert provider_languages(["en", "klingon"]) == ()
    assert provider_countries(["US", "us", "SU"]) == ("US", "SU")
    assert provider_countries(["US", "QQ"]) == ()
    assert provider_countries(["US", None]) == ()
    assert provider_countries(["ZZ"]) == ()


def test_cantonese_is_chinese_and_chinese_is_not_cantonese() -> None:
    assert is_within("yue", "zh")
    assert not is_within("zh", "yue")
    assert is_within("ko", "ko")
