"""The templates as they are written; CloudFormation's short functions are read as `{"Ref": …}`, `{"Fn::GetAtt": …}`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Template:
    """A template; `text` is its source and `body` what it says."""

    text: str
    body: dict[str, Any]

    def resources(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the resources of a type, such as `AWS::SQS::Queue`, by their names."""
        return {name: its for name, its in self.body["Resources"].items() if its["Type"] == kind}

    def properties(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the properties of the resources of a type, by the resources' names."""
        return {name: its.get("Properties", {}) for name, its in self.resources(kind).items()}

    def mappings(self) -> dict[str, dict[str, Any]]:
        """Return the properties of every stream that wakes a function, by the function's name and the event's own."""
        return {
            f"{name}.{event}": its["Properties"]
            for name, function in self.properties("AWS::Serverless::Function").items()
            for event, its in function.get("Events", {}).items()
            if its["Type"] == "DynamoDB"
        }

    def watched(self) -> set[tuple[str, str]]:
        """Return the metrics of AWS's own that have an alarm: their names, and whose they are."""
        return {
            (its["MetricName"], dimension["Value"]["Ref"])
            for its in self.properties("AWS::CloudWatch::Alarm").values()
            for dimension in its["Dimensions"]
            if its["Namespace"] != "Chartwatch"
        }

    def role_statements(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the name of each role with each statement of what it may do."""
        for name, role in self.properties("AWS::IAM::Role").items():
            for policy in role["Policies"]:
                yield from ((name, statement) for statement in policy["PolicyDocument"]["Statement"])

    def statements_about(self, policy_kind: str, listed_in: str, resource: str) -> list[dict[str, Any]]:
        """Return the statements of the resource policies of a type that are about `resource`."""
        return [
            statement
            for policy in self.properties(policy_kind).values()
            if {"Ref": resource} in many(policy[listed_in])
            for statement in policy["PolicyDocument"]["Statement"]
        ]

    def allowed_by(self, policy_kind: str, listed_in: str, resource: str) -> list[dict[str, Any]]:
        """Return those of the statements of `statements_about` that allow something."""
        statements = self.statements_about(policy_kind, listed_in, resource)
        return [statement for statement in statements if statement["Effect"] == "Allow"]


def read(path: str) -> Template:
    """Read the template at a path of the repository."""
    text = (ROOT / path).read_text()
    return Template(text, yaml.load(text, _Loader))


def many(value: Any) -> list[Any]:
    """Return what stands where CloudFormation takes one or a list of them."""
    return value if isinstance(value, list) else [value]


def attribute(resource: str, name: str = "Arn") -> dict[str, Any]:
    """Return what `!GetAtt` reads as."""
    return {"Fn::GetAtt": f"{resource}.{name}"}


class _Loader(yaml.CSafeLoader):
    """Reads `!Ref`, `!GetAtt` and the like."""


def _short_function(loader: _Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        value = loader.construct_scalar(node)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _short_function)
