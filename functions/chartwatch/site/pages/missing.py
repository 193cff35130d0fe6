"""The page that is shown where nothing is, as at the address of a milestone whose page is still being written."""

from chartwatch.site.addresses import MISSING
from chartwatch.site.views import Page


def missing_page() -> Page:
    """Return the page; it is the same whatever is recorded."""
    return Page(
        address=MISSING,
        template="missing.html",
        title="Nothing is here yet",
        description="There is no page at this address, or not yet.",
        values={},
    )
