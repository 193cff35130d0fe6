"""The metrics that a function logs, as CloudWatch takes them."""

import json


def metrics_in(printed: str) -> dict[str, float]:
    """Return the metrics that were logged, as CloudWatch would take them."""
    logged = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    return {
        metric["Name"]: sum(said[metric["Name"]])
        for said in logged
        for directive in said.get("_aws", {}).get("CloudWatchMetrics", ())
        for metric in directive["Metrics"]
    }
