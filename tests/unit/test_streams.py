"""Records of a shard are processed in their order, up to the first that fails."""

from collections.abc import Mapping
from typing import Any

import pytest

from chartwatch.adapters.streams import in_order


def record(number: str) -> Mapping[str, Any]:
    return {"dynamodb": {"SequenceNumber": number}}


RECORDS = [record("100"), record("101"), record("102")]


@pytest.mark.parametrize("failing", ["100", "101", "102"])
def test_the_first_record_that_fails_is_reported_and_none_after_it_is_begun(failing: str) -> None:
    begun: list[str] = []

    def process(one: Mapping[str, Any]) -> None:
        begun.append(one["dynamodb"]["SequenceNumber"])
        if begun[-1] == failing:
            raise TimeoutError

    assert in_order(RECORDS, process) == {"batchItemFailures": [{"itemIdentifier": failing}]}
    assert begun == [number for number in ("100", "101", "102") if number <= failing]


def test_a_batch_that_went_well_reports_nothing() -> None:
    assert in_order(RECORDS, lambda _: None) == {"batchItemFailures": []}
    assert in_order([], lambda _: None) == {"batchItemFailures": []}
