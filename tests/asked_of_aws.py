"""What a command asks AWS for, as the actions that IAM must allow, and what the page on running says it needs."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
import typer
from botocore.client import BaseClient

from chartwatch.cli.main import app
from tests.infrastructure.templates import ROOT

_NAMES = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
}
"""Actions that have another name than the operation (Service Authorization Reference)."""

_IN_TRANSACTIONS = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Get": "dynamodb:GetItem",
}
"""A transaction has no action of its own, but those of what is done in it."""


@contextmanager
def noted() -> Iterator[set[str]]:
    """Yield the actions that this thread needs, as they are asked for; other threads may play the streams."""
    here, actions = threading.get_ident(), set[str]()
    call = BaseClient._make_api_call

    def noted_call(client: Any, operation: str, arguments: Any) -> Any:
        if threading.get_ident() == here:
            actions.update(_actions(f"{client.meta.service_model.service_name}:{operation}", arguments))
        return call(client, operation, arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", noted_call)
        yield actions


def _actions(name: str, arguments: Mapping[str, Any]) -> set[str]:
    if name.startswith("dynamodb:Transact"):
        return {_IN_TRANSACTIONS[kind] for item in arguments["TransactItems"] for kind in item}
    if name == "s3:DeleteObject" and "VersionId" in arguments:
        return {"s3:DeleteObjectVersion"}
    return {_NAMES.get(name, name)}


def allowed() -> Mapping[str, set[str]]:
    """Return what each command must be allowed, as the page on running says."""
    page = (ROOT / "docs" / "running.md").read_text()
    rows = re.findall(r"^\| (`[a-z -]+`(?:, `[a-z -]+`)*) \| (`\w+:.*) \|$", page, re.MULTILINE)
    return {
        command: {*actions.strip("`").split("`, `"), "cloudformation:DescribeStacks"}
        for commands, actions in rows
        for command in commands.strip("`").split("`, `")
    }


def command_of(arguments: list[str]) -> str:
    """Return the name of the command that arguments run: "watch add"."""
    command, name = typer.main.get_command(app), ""
    for word in arguments:
        if not isinstance(command, typer.core.TyperGroup) or word not in command.commands:
            break
        command, name = command.commands[word], f"{name} {word}".strip()
    return name
