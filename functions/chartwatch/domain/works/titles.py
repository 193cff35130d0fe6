"""Titles: the form under which they are compared."""

import unicodedata
from functools import lru_cache

NO_TITLES = frozenset({"N/A", "#N/A", "#REF!", "#VALUE!", "#NAME?", "#NULL!", "#DIV/0!"})
"""What stands in a cell, and of a spreadsheet's in place of a value, where there is no title."""

_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ‛′`", "'"),
        **dict.fromkeys("“”„‟«»", '"'),
        # Hyphens and dashes of every length, and the minus sign.
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"),
        # Soft hyphen, zero-width space, word joiner, byte order mark, marks of direction. The joiners of Persian and of
        # Indian scripts (U+200C, U+200D) change how a word reads, and stay.
        **dict.fromkeys("\u00ad\u200b\u2060\ufeff\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e", None),
        **dict.fromkeys("\u2066\u2067\u2068\u2069", None),
        # Tags, of which flags are made.
        **dict.fromkeys(map(chr, range(0xE0000, 0xE0080)), None),
    }
)

_FORMS = frozenset(map(chr, range(0xFE00, 0xFE10)))
"""The variation selectors of Unicode."""


_UNPRINTABLE = frozenset({"Cc", "Cs", "Co", "Cn"})
"""The categories of characters that nobody sees: control, halves of others, private, and unassigned ones."""

_DOTTED_I = "i\u0307"
"""What becomes of İ in small letters."""


@lru_cache(maxsize=65_536)
def title_key(title: str) -> str:
    """Return the form under which titles are compared: NFKC, straight quotes and dashes, case-folded, single spaces.

    Characters without width, but the joiners, and those that stand for nothing are left out. Every script is kept, and
    no letter loses its accent, but for the dot of the Turkish capital İ, which its small letter has anyway: two titles
    that differ in more than typography stay apart.
    """
    text = unicodedata.normalize("NFKC", title.translate(_TYPOGRAPHY)).translate(_TYPOGRAPHY)
    if not text.isprintable():
        text = "".join(ch for ch in text if ch.isspace() or unicodedata.category(ch) not in _UNPRINTABLE)
    return " ".join(unicodedata.normalize("NFKC", text.casefold()).replace(_DOTTED_I, "i").split())


@lru_cache(maxsize=65_536)
def spelling(title: str) -> str:
    """Return the key of a title without spaces and punctuation, by which spellings of one title are known.

    All of the key where no letter is left: 9-1-1 and 9/11 are two works.
    """
    key = title_key(title)
    rest = "".join(ch for ch in key if not ch.isspace() and not unicodedata.category(ch).startswith("P"))
    return rest if any(map(str.isalpha, rest)) else key


def letters(title: str) -> str:
    """Return the letters and digits of a title, by which those are compared that may be spelt differently.

    Marks are parts of letters: vowels in Indian and South-East Asian scripts, accents in others. What only chooses the
    form of a sign is none.
    """
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", title).casefold()).replace(_DOTTED_I, "i")
    return "".join(ch for ch in text if ch.isalnum() or (unicodedata.category(ch)[0] == "M" and ch not in _FORMS))
