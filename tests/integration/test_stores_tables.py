"""Claims about the tables of template.yaml, and about what the keys of their items tell the functions."""

from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.table import ATTEMPTS, Key, Table
from chartwatch.adapters.template_tables import read_tables
from chartwatch.errors import StoreOverloaded
from tests.integration.conftest import Aws

STREAMED = {"ChartsTable", "CatalogTable", "MilestonesTable"}


def test_the_template_defines_four_tables() -> None:
    assert set(read_tables()) == {*STREAMED, "StoriesTable"}


def test_tables_are_made_as_the_template_says(aws: Aws) -> None:
    for logical_id, name in aws.names.items():
        table = aws.dynamodb.describe_table(TableName=name)["Table"]
        assert {key["AttributeName"]: key["KeyType"] for key in table["KeySchema"]} == {"pk": "HASH", "sk": "RANGE"}
        assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        view = table.get("StreamSpecification", {}).get("StreamViewType")
        assert view == ("KEYS_ONLY" if logical_id in STREAMED else None)


def test_what_intrinsic_functions_stand_for_does_not_matter(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(
        """
Resources:
  Function: {Type: AWS::Serverless::Function, Properties: {Handler: !Sub "${Name}.handler", Role: !GetAtt Role.Arn}}
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Join ["-", [!Ref Stage, things]]
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      StreamSpecification: {StreamViewType: NEW_IMAGE}
"""
    )
    assert read_tables(template) == {
        "Things": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        }
    }


def record(key: Key) -> dict[str, Any]:
    """Return a stream record as a function gets it, of a stream that has keys only."""
    return {
        "eventName": "INSERT",
        "dynamodb": {"Keys": {"pk": {"S": key.pk}, "sk": {"S": key.sk}}, "StreamViewType": "KEYS_ONLY"},
    }


@pytest.mark.parametrize("chart", ["netflix-weekly-tv", "a#b", "100%", "%23", "차트"])
def test_a_stream_record_says_what_changed(chart: str) -> None:
    day = date(2022, 2, 6)
    assert keys.of(record(keys.publication(chart, day))) == keys.PublicationKey(chart, day)
    assert keys.bulletin_of(record(keys.bulletin(chart, 12))) == keys.BulletinKey(chart, 12)
    assert keys.of(record(keys.CURRENT_CATALOG)) is None


def test_the_keys_that_wake_functions_are_those_that_the_template_filters_by() -> None:
    template = (Path(__file__).parents[2] / "template.yaml").read_text()
    assert f'"prefix": "{keys.PUBLICATION}"' in template
    assert f'"prefix": "{keys.BULLETIN}"' in template
    assert f'"sk": {{"S": ["{keys.CURRENT_CATALOG.sk}"]}}' in template


@pytest.mark.parametrize(
    ("codes", "is_overtaken"),
    [
        (["ConditionalCheckFailed", "None"], True),
        (["TransactionConflict"], True),
        (["ThrottlingError", "ConditionalCheckFailed"], True),
        (["ThrottlingError", "None"], False),
        (["ProvisionedThroughputExceeded"], False),
    ],
)
def test_a_transaction_is_overtaken_by_another_and_not_by_a_throttle(
    moto: Aws, monkeypatch: pytest.MonkeyPatch, codes: list[str], is_overtaken: bool
) -> None:
    refused = moto.dynamodb.exceptions.TransactionCanceledException(
        {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": [{"Code": code} for code in codes]},
        "TransactWriteItems",
    )

    def refuse(**_: Any) -> None:
        raise refused

    monkeypatch.setattr(moto.dynamodb, "transact_write_items", refuse)
    first, second = Key("a", "b").attributes, Key("a", "c").attributes
    table = moto.table("MilestonesTable")
    with nullcontext() if is_overtaken else pytest.raises(moto.dynamodb.exceptions.TransactionCanceledException):
        assert table.put_together_if(first, "attribute_not_exists(pk)", {}, [second]) is False


@pytest.mark.parametrize(("times", "is_written"), [(1, True), (ATTEMPTS - 1, True), (ATTEMPTS, False)])
def test_what_another_writes_at_the_same_time_is_written_again(
    moto: Aws, monkeypatch: pytest.MonkeyPatch, times: int, is_written: bool
) -> None:
    conflict = moto.dynamodb.exceptions.TransactionCanceledException(
        {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": [{"Code": "TransactionConflict"}]},
        "TransactWriteItems",
    )
    outcomes = iter([*[conflict] * times, None])
    write = moto.dynamodb.transact_write_items

    def overtaken(**puts: Any) -> Any:
        if (refused := next(outcomes)) is not None:
            raise refused
        return write(**puts)

    monkeypatch.setattr(moto.dynamodb, "transact_write_items", overtaken)
    table = Table(moto.dynamodb, moto.table("ChartsTable").name, pause=lambda _seconds: None)
    items = [Key("weekly", sk).attributes for sk in ("a", "b")]
    with nullcontext() if is_written else pytest.raises(StoreOverloaded):
        table.put_together(items)
    assert table.get_all([Key("weekly", "a"), Key("weekly", "b")]) == (items if is_written else [])
