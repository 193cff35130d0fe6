"""The tables that template.yaml defines, made on an endpoint that has none: for tests and for replays."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TEMPLATE = Path(__file__).resolve().parents[3] / "template.yaml"
"""The template of the checkout that this module stands in."""

_ARGUMENTS = ("KeySchema", "AttributeDefinitions", "BillingMode", "StreamSpecification")


class _TemplateLoader(yaml.SafeLoader):
    """Reads CloudFormation's YAML; what an intrinsic function (`!Ref`, `!Sub`) stands for is left unsaid."""


_TemplateLoader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)


@cache
def read_tables(template: Path = TEMPLATE) -> Mapping[str, Mapping[str, Any]]:
    """Return the tables of a template by logical id, each as the arguments of `CreateTable` but for its name."""
    resources = _TemplateLoader(template.read_bytes()).get_single_data()["Resources"]
    tables = {its: found["Properties"] for its, found in resources.items() if found["Type"] == "AWS::DynamoDB::Table"}
    for properties in tables.values():
        if "StreamSpecification" in properties:
            # A template has a stream by naming its view; the API wants to be told.
            properties["StreamSpecification"]["StreamEnabled"] = True
    return {its: {name: found[name] for name in _ARGUMENTS if name in found} for its, found in tables.items()}


def create_table(client: "DynamoDBClient", name: str, definition: Mapping[str, Any]) -> None:
    """Make a table as `read_tables` defines it, and wait until it can be used."""
    client.create_table(TableName=name, **definition)
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
