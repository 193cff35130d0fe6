"""Netflix's official weekly Top 10 of films and of TV in each country."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from chartwatch.domain.charts import Kind, Provenance, Publication
from chartwatch.domain.destinations import authority
from chartwatch.domain.fetching import Connection, Request
from chartwatch.domain.outside_text import as_evidence
from chartwatch.sources.netflix_weekly import Labelling, WeeklyOptions, parse_weekly, weekly_chart
from chartwatch.sources.options import meanings, read_options

URL = "https://www.netflix.com/tudum/top10/data/all-weeks-countries.tsv"

FILMS = weekly_chart("netflix-weekly-films", "Netflix's weekly films chart", Kind.FILM)
TV = weekly_chart("netflix-weekly-tv", "Netflix's weekly TV chart", Kind.SERIES)

LABELLINGS: tuple[Labelling, ...] = (
    {"Films": FILMS, "TV": TV},
    # The first two versions, of November 2021. The third repeats all their rows, with these labels put right.
    {"Films (English)": FILMS, "TV (English)": TV},
)


class NetflixCountries:
    """The file `all-weeks-countries.tsv`."""

    name: ClassVar[str] = "netflix-countries"
    summary: ClassVar[str] = "Netflix's official weekly Top 10 by country: films and TV, since July 2021"
    whole_history: ClassVar[bool] = True
    options: ClassVar[Mapping[str, str]] = meanings(WeeklyOptions)

    def __init__(self, options: WeeklyOptions) -> None:
        """Take the options as read."""
        self._url = options.url or URL

    @classmethod
    def configured(cls, options: Mapping[str, Any]) -> Self:
        """Return the source with these options. Raises `OptionError`."""
        return cls(read_options(cls.name, WeeklyOptions, options))

    @property
    def url(self) -> str:
        """The address of the file."""
        return as_evidence(self._url)

    @property
    def hosts(self) -> frozenset[str]:
        """Netflix's, or that of the address in the options."""
        return frozenset({authority(self._url)})

    def fetch(self, connection: Connection) -> bytes:
        """Return the file as it is now."""
        return connection.get(Request(self._url, hosts=self.hosts))

    def parse(self, body: bytes, provenance: Provenance) -> list[Publication]:
        """Return the publications in a version of the file, oldest first. Raises `SourceError`."""
        return parse_weekly(self.name, body, provenance, LABELLINGS, "country_iso2")
