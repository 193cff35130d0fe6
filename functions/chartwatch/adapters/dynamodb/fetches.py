"""The last fetches, on DynamoDB."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.codec import text
from chartwatch.adapters.dynamodb.table import Item, Table
from chartwatch.services.ports import Fetched, Outcome

MOST_DETAIL = 2000
"""Characters of what was wrong that are kept; the quarantine has all of it."""


@dataclass(frozen=True)
class DynamoFetches:
    """The last fetch of each source with each of its options; implements `Fetches`."""

    charts_table: Table

    def note(self, fetched: Fetched) -> None:
        """Note a fetch, in place of the one before that was asked for alike."""
        detail: Item = {"detail": text(fetched.detail[:MOST_DETAIL])} if fetched.detail else {}
        self.charts_table.put(
            {
                **keys.fetched(fetched.asked).attributes,
                "asked": text(fetched.asked),
                "at": text(fetched.at.isoformat(timespec="seconds")),
                "outcome": text(fetched.outcome),
                **detail,
            }
        )

    def all(self) -> Sequence[Fetched]:
        """Return the last fetches, one for each thing that was asked."""
        return [_fetched(item) for item in self.charts_table.query_all(keys.FETCHES)]


def _fetched(item: Item) -> Fetched:
    return Fetched(
        asked=item["asked"]["S"],
        at=datetime.fromisoformat(item["at"]["S"]),
        outcome=Outcome(item["outcome"]["S"]),
        detail=item["detail"]["S"] if "detail" in item else "",
    )
