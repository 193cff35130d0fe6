"""Candidates: the entries of providers that a title on a chart may mean, and what charts say of that title."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from chartwatch.domain.works.work import Kind, possible_release


def is_looked_up(kind: Kind | None, credit: str | None) -> bool:
    """Return whether providers can know a title: as a film or a series, where its chart says that it is one.

    Where it does not, the title may be a song's, and the facts would be a film's. What is credited to somebody is none.
    """
    return kind in (Kind.FILM, Kind.SERIES) and credit is None


class Provider(StrEnum):
    """Who has the entry."""

    WIKIDATA = "wikidata"
    TMDB = "tmdb"


class Scheme(StrEnum):
    """What numbers works."""

    NETFLIX = "netflix"
    IMDB = "imdb"
    TMDB_FILM = "tmdb-film"
    TMDB_SERIES = "tmdb-series"
    WIKIDATA = "wikidata"


@dataclass(frozen=True, slots=True, order=True)
class ExternalId:
    """The number of a work in a scheme: `ExternalId(Scheme.NETFLIX, "81040344")`."""

    scheme: Scheme
    value: str


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """The number by which a provider knows what it takes for a work."""

    by: Provider
    id: ExternalId


class Role(StrEnum):
    """What a title is to its candidate."""

    MAIN = "main"
    ORIGINAL = "original"
    ALTERNATIVE = "alternative"


@dataclass(frozen=True, slots=True)
class Title:
    """A title of a candidate. `language` is an ISO 639 code, None where the provider does not say."""

    text: str
    role: Role = Role.MAIN
    language: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The days between which a work was released first: one day, or as many as a provider leaves open.

    Raises `ValueError` for a day on which nothing can have been.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse what stands for something else than a day."""
        possible_release(self.first)
        possible_release(self.last)

    @classmethod
    def day(cls, day: date) -> "Span":
        """Return the span of one day."""
        return cls(day, day)

    @classmethod
    def year(cls, year: int) -> "Span":
        """Return the span of a year, 1 to 9999."""
        return cls(date(year, 1, 1), date(year, 12, 31))

    @property
    def is_day(self) -> bool:
        """Whether the day is known."""
        return self.first == self.last


@dataclass(frozen=True, slots=True)
class Candidate:
    """A provider's entry on a work. An empty field is one that the entry does not have, which is not "no".

    `id` is the provider's own. `languages` (ISO 639) are the original ones, those alone that the provider prefers where
    it prefers some. `origins` (ISO 3166-1 alpha-2, or a former country's code) are the countries that it names as those
    of origin, `producers` the countries of the companies; neither has a first. `main_origin` is the one that
    the provider prefers to others.
    `released` are the releases it knows of, of seasons too, `minutes` a film's length, `votes` how many people rated
    it, `articles` how many Wikipedias describe it.
    """

    provider: Provider
    id: str
    kind: Kind | None = None
    titles: tuple[Title, ...] = ()
    released: tuple[Span, ...] = ()
    languages: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    producers: tuple[str, ...] = ()
    main_origin: str | None = None
    on_netflix: bool = False
    minutes: int | None = None
    votes: int | None = None
    articles: int | None = None
    ids: frozenset[ExternalId] = frozenset()


@dataclass(frozen=True, slots=True)
class Sighting:
    """What charts say of a title: no more than was published with it.

    `first_charted` is the first date on which it stood on a chart. `in_english` is whether the list of that week was
    the English one, None where there is no such list. `territories` are those where it stood on its first charts, all
    of them, none where only a chart of the world is known. `year`, `minutes` and `released` are the provider's own
    words on the work, which may be another's of the same name. `ids` are the numbers that charts give, `links` those
    by which providers know what they take for the work.
    """

    titles: tuple[str, ...]
    kind: Kind | None
    first_charted: date
    in_english: bool | None = None
    territories: frozenset[str] = frozenset()
    year: int | None = None
    minutes: int | None = None
    released: date | None = None
    ids: frozenset[ExternalId] = frozenset()
    links: frozenset[Link] = frozenset()

    @property
    def linked(self) -> frozenset[ExternalId]:
        """The numbers by which providers know the work."""
        return frozenset(link.id for link in self.links)

    def known_as(self, ids: frozenset[ExternalId], by: Provider) -> "Sighting":
        """Return it with the further numbers under which a provider knows the work."""
        return replace(self, links=self.links | {Link(by, one) for one in ids})
