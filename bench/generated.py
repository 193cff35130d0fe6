"""A chart's history as long as one likes: seeded, and with the habits of Netflix's charts by country.

What is imitated was counted on Netflix's weekly series by country to 2022-02-27 (94 territories): 3.7 works a week top
a territory for the first time ever, and 38 times a week a work tops a territory that it had not; some works top nearly
all territories and most a few; in a territory a work stays for two weeks on average, and one in nine that come has been
there before. Countries and languages are drawn as often as they occur among works that were #1.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Kind, Work

END = date(2025, 12, 28)
"""The period of the last publication of every history, whatever its length."""

_COUNTRIES = (
    "AR AU AT BH BD BE BO BR BG CA CL CO CR HR CY CZ DK DO EC EG SV EE FI FR DE GR GP GT HN HK HU IS IN ID IE IL IT JM "
    "JP JO KE KW LV LB LT LU MY MV MT MQ MU MX MA NL NC NZ NI NG NO OM PK PA PY PE PH PL PT QA RE RO RU SA RS SG SK SI "
    "ZA KR ES LK SE CH TW TH TT TR UA AE GB US UY VE VN BS"
)
_TERRITORIES = _COUNTRIES.split()

_RARE = "NL BE ZA PH TW CN HK IL FI IS GR PT CZ RO HU UA RU CL PE VN MY SG IE NZ JO SA LB KE PK LK"
_RARE_LANGUAGES = "nl nl en tl zh zh zh he fi is el pt cs ro hu uk ru es es vi ms en en en ar ar ar en ur si"
_ORIGINS = (
    ("US", "en", 430),
    ("KR", "ko", 94),
    ("GB", "en", 52),
    ("ES", "es", 47),
    ("IN", "hi", 42),
    ("FR", "fr", 38),
    ("JP", "ja", 32),
    ("MX", "es", 26),
    ("DE", "de", 25),
    ("PL", "pl", 20),
    ("BR", "pt", 17),
    ("TR", "tr", 17),
    ("NG", "en", 15),
    ("IT", "it", 14),
    ("CO", "es", 13),
    ("SE", "sv", 12),
    ("NO", "no", 12),
    ("TH", "th", 11),
    ("AR", "es", 10),
    ("ID", "id", 8),
    ("DK", "da", 8),
    ("EG", "ar", 6),
    ("AU", "en", 6),
    ("CA", "en", 5),
    *((country, language, 2) for country, language in zip(_RARE.split(), _RARE_LANGUAGES.split(), strict=True)),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a generated chart is like.

    `arrivals` is how many works a period become candidates; `stays` how likely a work is still at #1 in the next
    period; `fades` what is left of a work's appeal then. `gaps`: one publication in so many is missing, and likewise
    one edition.
    """

    name: str
    cadence: Cadence
    territories: int
    depth: int
    periods_a_year: int
    arrivals: float
    stays: float
    fades: float
    gaps: int = 500


WEEKLY = Shape("94 territories, weekly", Cadence.WEEK, 94, 10, 52, 4.5, 0.5, 0.6)
DAILY = Shape("90 countries, daily", Cadence.DAY, 90, 10, 365, 0.65, 0.9, 0.94)


@dataclass(frozen=True, slots=True)
class GeneratedHistory:
    """Publications, oldest first, the last that of `END`; and the catalog of their works."""

    publications: tuple[Publication, ...]
    catalog: Catalog

    def last(self, periods: int, cadence: Cadence) -> tuple[Publication, ...]:
        """Return the publications of so many periods before the end."""
        since = END - (periods - 1) * cadence.step
        return tuple(publication for publication in self.publications if publication.period >= since)


def generated_history(shape: Shape, periods: int, seed: int = 2022) -> GeneratedHistory:
    """Return the history of a chart of that shape over so many periods."""
    chance = random.Random(f"{seed} {shape.name}")
    works: list[Work] = []
    publications = tuple(_publications(shape, periods, chance, works))
    return GeneratedHistory(publications, Catalog(works))


@dataclass(slots=True)
class _Candidate:
    """A work that may come to #1, and how much each territory likes it."""

    work: Work
    appeal: float
    liked: Mapping[str, float]


def _publications(shape: Shape, periods: int, chance: random.Random, works: list[Work]) -> Iterator[Publication]:
    territories = _TERRITORIES[: shape.territories]
    chart = Chart(f"generated-{shape.cadence}", f"the {shape.cadence}ly chart", "nobody", shape.cadence, shape.depth,
                  Kind.SERIES, list_name="tv")  # fmt: skip
    candidates: list[_Candidate] = []
    reigning: dict[str, str] = {}
    others = [Entry(rank, f"Another title {rank}", "Season 1", Kind.SERIES) for rank in range(2, shape.depth + 1)]
    provenance = Provenance("https://charts.example/generated.tsv", "2026-01-01T00:00:00+00:00", "0" * 64)
    for number in range(periods):
        period = END - (periods - 1 - number) * shape.cadence.step
        for candidate in candidates:
            candidate.appeal *= shape.fades
        candidates = [candidate for candidate in candidates if candidate.appeal > 0.02]
        while not candidates or chance.random() < shape.arrivals / (1 + shape.arrivals):
            works.append(_work(len(works), period, chance))
            candidates.append(_candidate(works[-1], territories, chance))
        charted = [t for t in territories if chance.random() > 1 / shape.gaps]
        for territory in charted:
            if territory not in reigning or chance.random() > shape.stays:
                reigning[territory] = _chosen(candidates, territory, chance)
        if chance.random() > 1 / shape.gaps or number in (0, periods - 1):
            editions = tuple(Edition(t, (Entry(1, reigning[t], "Season 1", Kind.SERIES), *others)) for t in charted)
            yield Publication(chart, period, editions, provenance)


def _chosen(candidates: list[_Candidate], territory: str, chance: random.Random) -> str:
    weights = [candidate.appeal * candidate.liked.get(territory, 0.001) for candidate in candidates]
    return chance.choices(candidates, weights)[0].work.title


def _candidate(work: Work, territories: list[str], chance: random.Random) -> _Candidate:
    """Return a work that is liked at home, or in many places: a few in nearly all of them."""
    reach = min(1.0, 0.05 * chance.paretovariate(0.8))
    liked = {t: chance.lognormvariate(0, 1) for t in territories if chance.random() < reach}
    liked[chance.choice(territories)] = 2.0
    return _Candidate(work, chance.paretovariate(0.9), liked)


def _work(number: int, period: date, chance: random.Random) -> Work:
    ((country, language, _),) = chance.choices(_ORIGINS, [weight for *_, weight in _ORIGINS])
    countries = (country, chance.choice(_ORIGINS)[0]) if chance.random() < 0.15 else (country,)
    unknown = chance.random() < 0.02
    title = " ".join(chance.choice(_WORDS.split()) for _ in range(chance.randint(1, 4)))
    return Work(
        id=f"w{number:05d}",
        title=f"{title} {number}",
        kind=Kind.SERIES,
        original_language=None if unknown else language,
        origin_countries=() if unknown else tuple(dict.fromkeys(countries)),
        release_date=None if chance.random() < 0.1 else period - timedelta(days=chance.randint(0, 9)),
    )


_WORDS = "Dark Crown Money House Game Love Squid Queen Night Island Secret Red Glory Blood City Dead Sweet Home"
