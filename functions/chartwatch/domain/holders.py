"""Who is counted, and who holds a slot."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from chartwatch.domain.catalog import Work


def claimant_key(work_id: str, season: str | None) -> str:
    """Return what tells one claimant from another, as it stands in the ids of slots."""
    return work_id if season is None else f"{work_id}/{season}"


@dataclass(frozen=True, slots=True)
class Claimant:
    """A work, or one season of it, as a rule counts it; equal when work and season are."""

    work_id: str
    season: str | None
    work: Work = field(compare=False)

    @classmethod
    def of(cls, work: Work, season: str | None = None) -> "Claimant":
        """Return the claimant for a work, with its season when seasons count."""
        return cls(work.id, season, work)

    @property
    def key(self) -> str:
        """What tells it from other claimants."""
        return claimant_key(self.work_id, self.season)

    @property
    def order(self) -> tuple[str, str]:
        """The order in which joint holders are named."""
        return self.work_id, self.season or ""

    @property
    def name(self) -> str:
        """What a headline calls it."""
        return self.work.title if self.season is None else f"{self.work.title} ({self.season})"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a slot, since when. `group` for a race; `returned` for a change: it had topped there before."""

    work_id: str
    title: str
    since: date
    season: str | None = None
    group: str | None = None
    returned: bool | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the holder as it stands in a change's `holders`; what does not apply is left out."""
        said: dict[str, Any] = {"work_id": self.work_id, "title": self.title, "since": self.since.isoformat()}
        if self.season is not None:
            said["season"] = self.season
        if self.group is not None:
            said["group"] = self.group
        if self.returned is not None:
            said["return"] = self.returned
        return said
