"""The works and rules that a person has muted, in the table of milestones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.domain.milestones.muting import Mute

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


@dataclass(frozen=True)
class DynamoMutes:
    """What is muted until when, by the name of the work or the rule."""

    milestones_table: Table

    def mutes(self) -> Mapping[str, Mute]:
        """Return until which period each work, by id, and each rule is muted, or was: from then on it is not."""
        return {item["name"]["S"]: _mute(item) for item in self.milestones_table.query_all(keys.MUTED)}

    def mute(self, name: str, mute: Mute) -> None:
        """Mute a work or a rule, in place of what was said of it before."""
        item: dict[str, AttributeValueTypeDef] = {
            **keys.muted(name).attributes,
            "name": {"S": name},
            "until": {"S": mute.until.isoformat()},
            "charts": {"M": {chart: {"S": until.isoformat()} for chart, until in mute.charts.items()}},
        }
        self.milestones_table.put(item)


def _mute(item: Mapping[str, Any]) -> Mute:
    charts = {chart: date.fromisoformat(until["S"]) for chart, until in item.get("charts", {"M": {}})["M"].items()}
    return Mute(date.fromisoformat(item["until"]["S"]), charts)
