"""Claimants: works, or seasons of them, as a rule counts them."""

from dataclasses import dataclass, field

from chartwatch.domain.works.seasons import season_of
from chartwatch.domain.works.work import Work


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

    `season` is what is compared, `label` what the chart calls it; `called` is what a sentence calls the work where
    others share its title.
    """

    work_id: str
    season: str | None
    work: Work = field(compare=False)
    label: str | None = field(default=None, compare=False)
    called: str | None = field(default=None, compare=False)

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
    def identity(self) -> tuple[str, str | None]:
        """The work's id, and the season."""
        return self.work_id, self.season

    @property
    def key(self) -> str:
        """What tells it from other claimants, as it stands in the ids of slots."""
        return claimant_key(self.work_id, self.season)

    @property
    def order(self) -> tuple[str, str]:
        """The order in which joint holders are named."""
        return self.work_id, self.season or ""

    @property
    def name(self) -> str:
        """What a headline calls it."""
        return name_of(self.called or self.work.title, self.label)

    @property
    def own_name(self) -> str:
        """What a headline calls it that says whose it is."""
        return name_of(self.work.title, self.label)
