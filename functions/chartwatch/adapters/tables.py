"""The tables that template.yaml defines, made on an endpoint that has none: for tests and for replays."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TEMPLATE = Path(__file__).resolve().parents[3] / "template.yaml"
"""The template of the checkout that this module stands in."""

_TABLE = "AWS::DynamoDB::Table"


class _TemplateLoader(yaml.SafeLoader):
    """Reads CloudFormation's YAML; what an intrinsic function (`!Ref`, `!Sub`) stands for is left unsaid."""


_TemplateLoader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)


def read_tables(template: Path = TEMPLATE) -> Mapping[str, Mapping[str, Any]]:
    """Return the tables of a template by logical id, each as the arguments of `CreateTable` but for its name."""
    resources = yaml.load(template.read_bytes(), _TemplateLoader)["Resources"]  # noqa: S506  # a SafeLoader
    return {
        logical_id: _definition(resource["Properties"])
        for logical_id, resource in resources.items()
        if resource["Type"] == _TABLE
    }


def create_table(client: "DynamoDBClient", name: str, definition: Mapping[str, Any]) -> None:
    """Make a table as `read_tables` defines it, and wait until it can be used."""
    client.create_table(TableName=name, **definition)
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


def _definition(properties: Mapping[str, Any]) -> dict[str, Any]:
    definition = {name: properties[name] for name in ("KeySchema", "AttributeDefinitions", "BillingMode")}
    if "StreamSpecification" in properties:
        # A template has a stream by naming its view; the API wants to be told.
        definition["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
    return definition
