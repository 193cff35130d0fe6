"""The works and rules that a person has muted, in the table of milestones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.table import Table


@dataclass(frozen=True)
class DynamoMutes:
    """Implements `ports.Mutes`."""

    milestones_table: Table

    def mutes(self) -> Mapping[str, date]:
        """Return until which period each work, by id, and each rule is muted, or was: from then on it is not."""
        items = self.milestones_table.query_all(keys.MUTED)
        return {item["name"]["S"]: date.fromisoformat(item["until"]["S"]) for item in items}

    def mute(self, name: str, until: date) -> None:
        """Mute a work or a rule until a period, in place of what was said of it before."""
        key = keys.muted(name)
        self.milestones_table.put({**key.attributes, "name": {"S": name}, "until": {"S": until.isoformat()}})
