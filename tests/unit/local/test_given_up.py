"""What an on-failure destination is told."""

import json

from chartwatch_local.batches import Discard, Entry
from chartwatch_local.on_failure import GivenUpBatch
from tests.unit.local.fake_streams import FUNCTION, MADE, STREAM

FIRST = Entry("800", MADE.timestamp(), {"eventName": "INSERT"})
LAST = Entry("802", MADE.timestamp() + 1.9, {"eventName": "MODIFY"})
BATCH = GivenUpBatch(
    Discard((FIRST, LAST), "RetryAttemptsExhausted", 3),
    "m",
    FUNCTION,
    STREAM,
    "shardId-1",
    {"ResponseMetadata": {"RequestId": "request-1"}, "StatusCode": 200, "FunctionError": "Unhandled"},
    MADE.timestamp() + 30.717,
)


def test_a_destination_is_told_what_and_why_and_not_the_records() -> None:
    assert BATCH.document() == {
        "requestContext": {
            "requestId": "request-1",
            "functionArn": FUNCTION,
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 3,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "2026-01-01T00:00:30.717Z",
        "DDBStreamBatchInfo": {
            "shardId": "shardId-1",
            "startSequenceNumber": "800",
            "endSequenceNumber": "802",
            "approximateArrivalOfFirstRecord": "2026-01-01T00:00:00Z",
            "approximateArrivalOfLastRecord": "2026-01-01T00:00:01Z",
            "batchSize": 2,
            "streamArn": STREAM,
        },
    }


def test_a_bucket_gets_the_event_of_the_function_too() -> None:
    whole = BATCH.whole_document()
    assert json.loads(whole.pop("payload")) == {"Records": [FIRST.record, LAST.record]}
    assert whole == BATCH.document()
    assert BATCH.key().startswith("aws/lambda/m/shardId-1/2026/01/01/2026-01-01T00.00.30-")
