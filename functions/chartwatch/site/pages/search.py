"""The page on which titles, countries and charts are found: a list of all, which a script narrows down."""

from anyascii import anyascii

from chartwatch.domain import words
from chartwatch.site.addresses import SEARCH
from chartwatch.site.recorded import Recorded
from chartwatch.site.views import (
    Page,
    chart_link,
    creator_link,
    facts_of,
    language_link,
    origin_link,
    place_name,
    work_link,
)


def search_page(recorded: Recorded) -> Page:
    """Return the page of all titles, with the countries, languages, creators and charts."""
    topped = [recorded.works[work] for work in recorded.runs_of]
    ordered = sorted(topped, key=lambda work: (anyascii(work.title).casefold(), work.id))
    return Page(
        address=SEARCH,
        template="search.html",
        title="All titles",
        description="Every title that was at #1, and every country, language and chart.",
        values={
            "works": [(work_link(work), facts_of(work), work.aliases) for work in ordered],
            "origins": [origin_link(code) for code in sorted(recorded.works_from, key=words.country_name)],
            "languages": [language_link(code) for code in sorted(recorded.works_in, key=words.language_name)],
            "creators": [creator_link(name) for name in sorted(recorded.works_by)],
            "charts": [
                (
                    chart_link(record.chart),
                    [chart_link(record.chart, its) for its in sorted(record.territories, key=place_name)],
                )
                for record in recorded.charts.values()
            ],
        },
    )
