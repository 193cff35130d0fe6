"""Netflix's official weekly Top 10 of the whole world: films and TV, English and not."""

from chartwatch.domain.works.work import Kind
from chartwatch.sources.netflix_weekly import Labelling, WeeklyFile, weekly_chart

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


class NetflixGlobal(WeeklyFile):
    """The file `all-weeks-global.tsv`."""

    name = "netflix-global"
    summary = "Netflix's official weekly global Top 10: English and non-English films and TV, since July 2021"
    address = "https://www.netflix.com/tudum/top10/data/all-weeks-global.tsv"
    labellings = (LABELLING,)
    territory_column = None
