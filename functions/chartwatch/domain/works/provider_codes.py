"""Codes as providers write them, turned into those that the catalog uses; what stands for nothing known is left out.

A catalog that a person writes is refused for a wrong code (`domain/codes.py`); a provider's entry has its other facts.
"""

from collections.abc import Iterable

from chartwatch.domain.codes import countries_of, language_of

_WRITTEN_OTHERWISE = {"zh-yue": "yue", "zh-cmn": "zh", "zh-classical": "lzh", "nb": "no", "nn": "no", "fil": "tl"}


def provider_language(written: str | None) -> str | None:
    """Return the ISO 639 code that a provider means (TMDB's `cn`, Wikidata's `en-us`, `zh-yue`); None for none."""
    code = (written or "").strip().lower().replace("_", "-")
    for form in (code, code.partition("-")[0]):
        try:
            found = language_of(_WRITTEN_OTHERWISE.get(form, form)) if form else None
        except ValueError:
            continue
        return found and _WRITTEN_OTHERWISE.get(found, found)
    return None


def provider_languages(written: Iterable[str | None]) -> tuple[str, ...]:
    """Return the codes that a provider means, each once, in its order; none where one of them is not known.

    Some of several would be another statement than all of them.
    """
    codes = [provider_language(one) for one in written]
    return tuple(dict.fromkeys(code for code in codes if code)) if all(codes) else ()


def provider_countries(written: Iterable[str | None]) -> tuple[str, ...]:
    """Return the ISO 3166-1 alpha-2 codes that a provider means, as `provider_languages` does."""
    found: dict[str, None] = {}
    for one in written:
        try:
            codes = countries_of([(one or "").strip().upper()])
        except ValueError:
            return ()
        if not codes:
            return ()
        found.update(dict.fromkeys(codes))
    return tuple(found)
