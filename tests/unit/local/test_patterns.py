"""Which stream records pass the filter of a mapping."""

from typing import Any

import pytest

from chartwatch_local.patterns import UnknownPattern, passing

RECORD = {
    "eventName": "INSERT",
    "dynamodb": {"Keys": {"sk": {"S": "PUBLICATION#2022"}}, "SizeBytes": 26, "OldImage": None, "Flags": ["a", "b"]},
}


@pytest.mark.parametrize(
    ("asked", "is_passed"),
    [
        ({"eventName": ["INSERT", "MODIFY"]}, True),
        ({"eventName": ["REMOVE"]}, False),
        ({"dynamodb": {"Keys": {"sk": {"S": [{"prefix": "PUBLICATION#"}]}}}}, True),
        ({"dynamodb": {"Keys": {"sk": {"S": [{"prefix": "EDITION#"}]}}}}, False),
        ({"eventName": ["REMOVE"], "dynamodb": {"Keys": {"sk": {"S": [{"suffix": "2022"}]}}}}, False),
        ({"dynamodb": {"Keys": {"sk": {"S": [{"suffix": "2022"}]}}}}, True),
        ({"eventName": [{"equals-ignore-case": "insert"}]}, True),
        ({"eventName": [{"anything-but": ["REMOVE"]}]}, True),
        ({"eventName": [{"anything-but": "INSERT"}]}, False),
        ({"eventName": [{"anything-but": {"prefix": "IN"}}]}, False),
        ({"nothing": [{"anything-but": "INSERT"}]}, False),
        ({"dynamodb": {"OldImage": [None]}}, True),
        ({"dynamodb": {"NewImage": [None]}}, False),
        ({"dynamodb": {"NewImage": [{"exists": False}]}}, True),
        ({"dynamodb": {"SizeBytes": [{"exists": True}]}}, True),
        ({"dynamodb": {"Keys": [{"exists": True}]}}, False),
        ({"dynamodb": {"SizeBytes": [{"numeric": [">", 20, "<=", 26]}]}}, True),
        ({"dynamodb": {"SizeBytes": [{"numeric": ["=", 27]}]}}, False),
        ({"eventName": [{"numeric": [">", 0]}]}, False),
        ({"eventName": {"S": ["INSERT"]}}, False),
        ({"missing": {"S": [{"exists": False}]}}, True),
        ({"dynamodb": {"SizeBytes": ["26"]}}, False),
        ({"dynamodb": {"Flags": ["b"]}}, True),
        ({"$or": [{"eventName": ["REMOVE"]}, {"dynamodb": {"SizeBytes": [26]}}]}, True),
    ],
)
def test_a_record_passes_what_it_matches(asked: dict[str, Any], is_passed: bool) -> None:
    assert passing([asked])(RECORD) is is_passed


def test_one_of_several_filters_is_enough_and_none_lets_all_through() -> None:
    assert passing([{"eventName": ["REMOVE"]}, {"eventName": ["INSERT"]}])(RECORD)
    assert passing([])(RECORD)


def test_a_filter_that_is_not_understood_is_an_error_behind_one_that_passes() -> None:
    with pytest.raises(UnknownPattern):
        passing([{"eventName": ["INSERT"]}, {"eventName": [{"wildcard": "IN*"}]}])


@pytest.mark.parametrize(
    "asked",
    [
        {"eventName": [{"wildcard": "IN*"}]},
        {"missing": [{"wildcard": "IN*"}]},
        {"eventName": ["INSERT", {"cidr": "10.0.0.0/8"}]},
        {"eventName": ["REMOVE"], "dynamodb": {"SizeBytes": [{"numeric": ["~", 1]}]}},
        {"eventName": [{"prefix": "I", "suffix": "T"}]},
        {"dynamodb": {"SizeBytes": [{"numeric": [">", True]}]}},
        {"dynamodb": {"SizeBytes": [{"numeric": [">"]}]}},
        {"eventName": [{"anything-but": {"prefix": "I", "suffix": "T"}}]},
        {"eventName": [{}]},
        {"eventName": [{"exists": "yes"}]},
        {"eventName": "INSERT"},
        {"eventName": []},
    ],
)
def test_a_filter_that_is_not_understood_is_an_error_before_there_is_a_record(asked: dict[str, Any]) -> None:
    with pytest.raises(UnknownPattern):
        passing([asked])
