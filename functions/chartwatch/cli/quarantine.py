"""The documents that were refused, as a person reads them."""

import textwrap
from collections.abc import Iterable, Iterator

from chartwatch.services.ports import Quarantined

WIDTH = 100
"""Columns, but for an address that is longer."""


def quarantine_lines(documents: Iterable[Quarantined]) -> Iterator[str]:
    """Yield what is known of each document, the one that was fetched last at the end."""
    for source, provenance, error, reason in sorted(documents, key=lambda d: d.provenance.fetched_at or ""):
        yield f"{provenance.fetched_at or 'at an unknown time'}  {source}  {error}"
        yield from textwrap.wrap(
            reason,
            WIDTH,
            initial_indent="  ",
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        yield f"  from     {provenance.url}"
        yield f"  SHA-256  {provenance.sha256}"
        yield ""
