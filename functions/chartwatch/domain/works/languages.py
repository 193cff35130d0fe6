"""Languages that count as one: what is spoken as a part of another language counts for the whole.

Catalogs and providers call one film Chinese and the next Cantonese, so that nobody could say which was the first in
Cantonese. Groups are made by the whole language; whoever asks for a part is told what is not known.
"""

from collections.abc import Collection

PARTS_OF_LANGUAGES = {
    **dict.fromkeys(("yue", "cmn", "wuu", "nan", "hak", "gan", "hsn"), "zh"),
    **dict.fromkeys(("nb", "nn"), "no"),
    **dict.fromkeys(("arz", "ary", "arq", "apc", "ajp", "acm", "aeb", "ars", "shu"), "ar"),
    "fil": "tl",
}
"""Languages, and the macrolanguages (ISO 639-3) that many entries name for them; Filipino is written as Tagalog."""


def whole_language(code: str) -> str:
    """Return the language that one counts for: Chinese for Cantonese, and itself for most."""
    return PARTS_OF_LANGUAGES.get(code, code)


def is_within(language: str, other: str) -> bool:
    """Return whether a language is the other one, or a part of it: Cantonese is Chinese."""
    return language == other or PARTS_OF_LANGUAGES.get(language) == other


def is_one_of(language: str, others: Collection[str]) -> bool | None:
    """Return whether a language is one of others or a part of one; None where one of them is a part of it."""
    if any(is_within(language, other) for other in others):
        return True
    return None if any(is_within(other, language) for other in others) else False
