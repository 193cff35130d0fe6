"""Works: what stands on charts, and what is known of it."""

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from chartwatch.domain.works.titles import title_key


class Kind(StrEnum):
    """What a work is."""

    FILM = "film"
    SERIES = "series"


ORIGINAL_LANGUAGE = "original_language"
MAIN_COUNTRY = "main_country"
ORIGIN_COUNTRIES = "origin_countries"
RELEASE_DATE = "release_date"

UNLISTED = "unlisted"
"""First part of the id of a work that the catalog does not hold."""


@dataclass(frozen=True, slots=True)
class Work:
    """A film or series and what is known of it. None, or no country, means unknown, which is not "no".

    `original_language` is an ISO 639-1 code, `origin_countries` are ISO 3166-1 alpha-2 codes, main one first unless
    nothing says which that is (`is_main_country_known`). `aliases` are other forms of the title that charts use, `ids`
    those that providers have for the work, each after the name of its scheme (`netflix:81040344`). `assumed` names the
    facts of which something uncertain is said, whether it stands here or not. `candidates` are there where the work
    stands for a title of which nobody can say which of them it means; the last one is none that the catalog holds.
    One that `needs_kind` is meant by no title of unknown kind: a song may be called as a film is.
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
        )


def scheme_of(provider_id: str) -> str:
    """Return in which scheme an id is: ids of two schemes cannot be compared."""
    return provider_id.partition(":")[0]


def unlisted(title: str, kind: Kind | None) -> Work:
    """Return the work that stands for a title the catalog does not know."""
    return Work(id=f"{UNLISTED}:{kind or 'any'}:{title_key(title)}", title=title, kind=kind)


def kind_of_unlisted(work_id: str) -> Kind | None:
    """Return the kind that the id of an unlisted work names; None for one that names none, and for any other id."""
    return next((kind for kind in Kind if work_id.startswith(f"{UNLISTED}:{kind}:")), None)
