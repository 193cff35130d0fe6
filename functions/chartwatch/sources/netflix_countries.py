"""Netflix's official weekly Top 10 of films and of TV in each country."""

from chartwatch.domain.works.work import Kind
from chartwatch.sources.netflix_weekly import WeeklyFile, weekly_chart

FILMS = weekly_chart("netflix-weekly-films", "Netflix's weekly films chart", Kind.FILM)
TV = weekly_chart("netflix-weekly-tv", "Netflix's weekly TV chart", Kind.SERIES)


class NetflixCountries(WeeklyFile):
    """The file `all-weeks-countries.tsv`."""

    name = "netflix-countries"
    summary = "Netflix's official weekly Top 10 by country: films and TV, since July 2021"
    address = "https://www.netflix.com/tudum/top10/data/all-weeks-countries.tsv"
    labellings = (
        {"Films": FILMS, "TV": TV},
        # The first two versions, of November 2021. The third repeats all their rows, with these labels corrected.
        {"Films (English)": FILMS, "TV (English)": TV},
    )
    territory_column = "country_iso2"
