"""Records of a DynamoDB stream, processed in order up to the first that fails."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord, DynamoDBStreamEvent

from chartwatch.adapters.batches import is_processed


def arrival_of(record: DynamoDBRecord) -> datetime:
    """Return when what a record says happened, as DynamoDB has it, to the second (UTC)."""
    return datetime.fromtimestamp(float(record["dynamodb"]["ApproximateCreationDateTime"]), UTC)


def process_in_order(event: dict[str, Any], process: Callable[[DynamoDBRecord], object]) -> PartialItemFailureResponse:
    """Process the records of a batch, and stop at the first that fails, which alone is reported.

    Lambda runs a batch again from the lowest record that is reported. A later one would run twice, and the first time
    before the record that it follows.
    """
    for record in DynamoDBStreamEvent(event).records:
        if not is_processed(partial(process, record)):
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
    return {"batchItemFailures": []}
