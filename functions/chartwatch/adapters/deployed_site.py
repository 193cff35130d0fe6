"""What renders a deployment's site; apart from `deployment`, since no other function begins with what pages need."""

from datetime import UTC, date, datetime
from functools import cache, partial

import boto3

from chartwatch.adapters import deployment
from chartwatch.adapters.site_bucket import ONE_EACH, SiteBucket
from chartwatch.services.render import Renderer, all_dossiers
from chartwatch.settings import settings
from chartwatch.site.feeds import NOWHERE, Site


@cache
def site_bucket() -> SiteBucket:
    """Return where the files of the site are."""
    return SiteBucket(boto3.client("s3", config=ONE_EACH), settings().site_bucket)


def renderer() -> Renderer:
    """Return what renders the site, with the catalog that is in force at this moment."""
    place = Site(f"{settings().site}/") if settings().site else NOWHERE
    catalogs = deployment.catalogs()
    return Renderer(
        deployment.charts(), deployment.record(), catalogs.current(), place, partial(all_dossiers, catalogs)
    )


def today() -> date:
    """Return the day, UTC."""
    return datetime.now(UTC).date()
