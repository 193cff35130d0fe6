"""Works: what stands on charts, and what is known of it."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, ClassVar, Self

from pydantic_core import CoreSchema, core_schema

from chartwatch.domain.works.credits import lead_of
from chartwatch.domain.works.titles import title_key


class Word(str):
    """A word of an open vocabulary, some of which are known by name."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> CoreSchema:
        """Return that it is text."""
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())


class Kind(Word):
    """What a work is: one of `KINDS`, or a word of one's own; `codes.kind_of` reads what people write."""

    __slots__ = ()

    FILM: ClassVar[Self]
    SERIES: ClassVar[Self]
    ARTIST: ClassVar[Self]


Kind.FILM, Kind.SERIES, Kind.ARTIST = map(Kind, ("film", "series", "artist"))

KINDS = tuple(map(Kind, ("film", "series", "song", "album", "artist", "app", "game", "book", "podcast")))
"""The kinds that are known by name."""

ANY_KIND = "any"
"""What stands for the kind in the id of an unlisted work of unknown kind; no kind is called so."""


ORIGINAL_LANGUAGE = "original_language"
MAIN_COUNTRY = "main_country"
ORIGIN_COUNTRIES = "origin_countries"
RELEASE_DATE = "release_date"

CREATOR_COUNTRY = "creator_country"

OWN_FACT = "fact:"
"""First part of the name of a fact of one's own: `fact:unscripted`."""

UNLISTED = "unlisted"
"""First part of the id of a work that the catalog does not hold."""

_YEARS = range(1000, 3000)
"""In which works have come out, or will; 0001 and 9999 stand for "unknown" and "open", and nothing is counted there."""


def possible_release(day: date) -> date:
    """Return a day on which a work may have come out. Raises `ValueError` for one that stands for something else."""
    if day.year not in _YEARS:
        raise ValueError(f"{day} is no date on which a work can have come out")
    return day


@dataclass(frozen=True, slots=True)
class Work:
    """A film, series, song … and what is known of it. None, or no country, means unknown, which is not "no".

    `original_language` is an ISO 639-1 code, `origin_countries` are ISO 3166-1 alpha-2 codes, main one first unless
    nothing says which that is (`is_main_country_known`). `aliases` are other forms of the title that charts use, `ids`
    those that providers have for the work, each after the name of its scheme (`netflix:81040344`). `assumed` names the
    facts of which something uncertain is said, whether it stands here or not. `candidates` are there where the work
    stands for a title of which nobody can say which of them it means; the last one is none that the catalog holds.
    One that `needs_kind` is meant by no title of unknown kind: a song may be called as a film is. `creators` are the
    artists, authors or makers that it leads with, `featured` those that it features besides; `creator_countries` are
    where they are from, each once, as far as that is known (`lacks_creator_country`). `credit` is what a chart named
    them by. `own_facts` are those of a catalog's own, name and value, sorted (`fact:holiday`, `yes`).
    """

    id: str
    title: str
    kind: Kind | None = None
    original_language: str | None = None
    origin_countries: tuple[str, ...] = ()
    release_date: date | None = None
    aliases: tuple[str, ...] = ()
    source: str = ""
    confidence: str = ""
    ids: tuple[str, ...] = ()
    is_main_country_known: bool = True
    assumed: frozenset[str] = frozenset()
    needs_kind: bool = False
    creators: tuple[str, ...] = ()
    featured: tuple[str, ...] = ()
    creator_countries: tuple[str, ...] = ()
    lacks_creator_country: bool = False
    own_facts: tuple[tuple[str, str], ...] = ()
    credit: str | None = None
    candidates: "tuple[Work, ...]" = field(default=(), compare=False, repr=False)

    def without_assumed(self) -> "Work":
        """Return the work with nothing but what is certain of it."""
        if not self.assumed:
            return self
        return replace(
            self,
            original_language=None if ORIGINAL_LANGUAGE in self.assumed else self.original_language,
            origin_countries=() if ORIGIN_COUNTRIES in self.assumed else self.origin_countries,
            is_main_country_known=self.is_main_country_known and MAIN_COUNTRY not in self.assumed,
            lacks_creator_country=self.lacks_creator_country or CREATOR_COUNTRY in self.assumed,
            own_facts=tuple(fact for fact in self.own_facts if fact[0] not in self.assumed),
        )


def scheme_of(provider_id: str) -> str:
    """Return in which scheme an id is: ids of two schemes cannot be compared."""
    return provider_id.partition(":")[0]


_BY = ":by:"
"""What stands between title and creator in the id of an unlisted work."""


def unlisted(title: str, kind: Kind | None, credit: str | None = None) -> Work:
    """Return the work that stands for a title the catalog does not know, of the creator whom a credit names first."""
    by = f"{_BY}{lead_of(credit)}" if credit else ""
    return Work(id=f"{UNLISTED}:{kind or ANY_KIND}:{title_key(title)}{by}", title=title, kind=kind)


def lead_of_unlisted(work_id: str) -> str | None:
    """Return the key of the creator whom the id of an unlisted work names; None where it names none."""
    return work_id.partition(_BY)[2] or None


def title_of_unlisted(work_id: str) -> str | None:
    """Return the key of the title that the id of an unlisted work names; None for any other id."""
    first, _, rest = work_id.partition(":")
    _, colon, title = rest.partition(":")
    return title.partition(_BY)[0] if first == UNLISTED and colon else None


def kind_of_unlisted(work_id: str) -> Kind | None:
    """Return the kind that the id of an unlisted work names; None for one that names none, and for any other id."""
    first, _, rest = work_id.partition(":")
    kind, colon, _ = rest.partition(":")
    return Kind(kind) if first == UNLISTED and colon and kind != ANY_KIND else None
