"""Who is counted, and who holds a slot."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from chartwatch.domain.catalog import Work
from chartwatch.domain.seasons import season_of


def claimant_key(work_id: str, season: str | None) -> str:
    """Return what tells one claimant from another, as it stands in the ids of slots."""
    return work_id if season is None else f"{work_id}/{season}"


def name_of(title: str, label: str | None) -> str:
    """Return what a work is called, or a season of it, by the label that a chart gives: most repeat the title."""
    if label is None:
        return title
    rest = label[len(title) :]
    repeats = label.casefold().startswith(title.casefold()) and not rest[:1].isalnum()
    return label if repeats else f"{title} ({label})"


@dataclass(frozen=True, slots=True)
class Claimant:
    """A work, or one season of it, as a rule counts it; equal when work and season are.

    `season` is what is compared, `label` what the chart calls it.
    """

    work_id: str
    season: str | None
    work: Work = field(compare=False)
    label: str | None = field(default=None, compare=False)

    @classmethod
    def of(cls, work: Work) -> "Claimant":
        """Return the claimant for a work."""
        return cls(work.id, None, work)

    @classmethod
    def of_season(cls, work: Work, title: str, label: str | None) -> "Claimant":
        """Return the claimant for the season that a chart means by `title` and `label`."""
        season = season_of(title, label)
        return cls(work.id, season, work, label if season else None)

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
        return name_of(self.work.title, self.label)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a slot, since when. `group` for a race; `returned` for a change: it had topped there before.

    `label` is what the chart called the season then; two holders that differ in it only are the same.
    """

    work_id: str
    title: str
    since: date
    season: str | None = None
    group: str | None = None
    returned: bool | None = None
    label: str | None = field(default=None, compare=False)

    def as_json(self) -> dict[str, Any]:
        """Return the holder as it stands in a change's `holders`; what does not apply is left out."""
        said: dict[str, Any] = {"work_id": self.work_id, "title": self.title, "since": self.since.isoformat()}
        if self.season is not None:
            said["season"] = self.label or self.season
        if self.group is not None:
            said["group"] = self.group
        if self.returned is not None:
            said["return"] = self.returned
        return said
