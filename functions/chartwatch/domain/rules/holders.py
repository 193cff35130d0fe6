"""Holders: who holds a slot."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any


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
