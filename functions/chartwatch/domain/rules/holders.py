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
        said = {
            "work_id": self.work_id,
            "title": self.title,
            "since": self.since.isoformat(),
            "season": None if self.season is None else self.label or self.season,
            "group": self.group,
            "return": self.returned,
        }
        return {name: value for name, value in said.items() if value is not None}
