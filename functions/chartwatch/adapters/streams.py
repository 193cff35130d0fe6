"""Stream records in their order: the first that fails stops the batch."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict


class _Failed(TypedDict):
    itemIdentifier: str  # Lambda's name


class BatchAnswer(TypedDict):
    """What Lambda's event source mapping is told of a batch (ReportBatchItemFailures)."""

    batchItemFailures: list[_Failed]  # Lambda's name


def in_order(records: Sequence[Mapping[str, Any]], process: Callable[[Mapping[str, Any]], None]) -> BatchAnswer:
    """Process the records of a shard, up to the first that fails, and say which that was.

    Lambda goes back to the lowest sequence number that failed and runs everything after it again, so what came after
    would only be done twice, and before its turn. `process` tells the logs why it failed.
    """
    for record in records:
        try:
            process(record)
        except Exception:  # noqa: BLE001  # reported, and tried again by Lambda
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
    return {"batchItemFailures": []}
