"""Functions of a deployment that a person invokes: once, and as long as they take."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from chartwatch.errors import FunctionFailed

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=910, tcp_keepalive=True)
"""For a client that invokes: a second attempt after a lost answer would do it twice. No function runs for longer."""


def invoke(client: "LambdaClient", function: str, event: Mapping[str, Any]) -> Any:
    """Invoke a function, wait for its end, and return its answer. The client should make one attempt only (`ONCE`).

    Raises `FunctionFailed` with what the function raised.
    """
    answer = client.invoke(FunctionName=function, Payload=json.dumps(event).encode())
    said = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise FunctionFailed(function, said.get("errorType", "an error"), said.get("errorMessage", ""))
    return said
