"""Keeps the site up to date: reads what is recorded, and writes the files that show something else than before."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.utilities.typing import LambdaContext

from chartwatch.adapters import deployed_site, deployment
from chartwatch.adapters.site_queue import told_by

logger = Logger(service="render_site")
tracer = Tracer(service="render_site")


@logger.inject_lambda_context
@tracer.capture_lambda_handler
def handler(event: Mapping[str, Any], _context: LambdaContext) -> dict[str, int]:
    """Render once for a batch of messages, and return how many files were written and removed.

    A message says that something may have changed; one that says `{"anew": true}` has every file written.
    """
    told = told_by(event)
    try:
        return render(anew=told.anew)
    except Exception:
        logger.exception("failed")
        if queue := deployment.site_queue():
            queue.give_back(told.receipts)
        raise


def render(*, anew: bool) -> dict[str, int]:
    """Render what is recorded, unless the site is of the same state already."""
    renderer, site = deployed_site.renderer(), deployed_site.site_bucket()
    # What changes from here on is told of again.
    state = renderer.state(deployed_site.today())
    if not anew and site.state() == state:
        logger.info("unchanged")
        return {"written": 0, "removed": 0}
    rendered = renderer.render(site, anew=anew)
    site.note_state(state)
    counts = {"written": len(rendered.written), "removed": len(rendered.removed)}
    logger.info("rendered", extra={**counts, "files": rendered.files})
    return counts
