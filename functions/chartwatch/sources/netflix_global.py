"""Netflix's official weekly Top 10 of the whole world: films and TV, English and not."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from chartwatch.domain.charts import Kind, Provenance, Publication
from chartwatch.domain.destinations import authority
from chartwatch.domain.fetching import Connection, Request
from chartwatch.domain.outside_text import as_evidence
from chartwatch.sources.netflix_weekly import Labelling, WeeklyOptions, parse_weekly, weekly_chart
from chartwatch.sources.options import meanings, read_options

URL = "https://www.netflix.com/tudum/top10/data/all-weeks-global.tsv"

LABELLING: Labelling = {
    "Films (English)": weekly_chart(
        "netflix-weekly-films-english", "Netflix's weekly global chart of English films", Kind.FILM
    ),
    "Films (Non-English)": weekly_chart(
        "netflix-weekly-films-non-english", "Netflix's weekly global chart of non-English films", Kind.FILM
    ),
    "TV (English)": weekly_chart(
        "netflix-weekly-tv-english", "Netflix's weekly global chart of English TV", Kind.SERIES
    ),
    "TV (Non-English)": weekly_chart(
        "netflix-weekly-tv-non-english", "Netflix's weekly global chart of non-English TV", Kind.SERIES
    ),
}


class NetflixGlobal:
    """The file `all-weeks-global.tsv`."""

    name: ClassVar[str] = "netflix-global"
    summary: ClassVar[str] = (
        "Netflix's official weekly global Top 10: English and non-English films and TV, since July 2021"
    )
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
        return parse_weekly(self.name, body, provenance, (LABELLING,), None)
