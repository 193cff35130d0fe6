"""A stack on a local AWS, as far as the command asks for one, and a small chart and catalog for it."""

import json
from collections.abc import Iterator
from datetime import date, timedelta

from chartwatch.adapters.template_tables import read_tables
from chartwatch_local.aws import LocalAws

CHART = ("--source", "csv", "-o", "chart=daily", "-o", "cadence=day", "-o", "depth=2", "--catalog", "none")

CATALOG = """\
work_id,title,kind,original_language,origin_countries,release_date,aliases,source,confidence
dark,Dark,series,de,DE,2022-01-01,,,
elite,Élite,series,es,ES,2022-01-02,,,
heist,Money Heist,series,es,ES,2022-01-01,La casa de papel,,
ozark,Ozark,series,en,US,2021-12-01,,,
"""

TITLES = ("Ozark", "Dark", "Élite", "An unknown title", "La casa de papel", "Ozark")


def rows(day: int, *numbers_one: tuple[str, str]) -> Iterator[str]:
    for territory, title in numbers_one:
        period = date(2022, 1, 1) + timedelta(days=day)
        yield f"{period},{territory},1,{title},series"
        yield f"{period},{territory},2,Second to {title},series"


READABLE = {name: name for name in ("CatalogTable", "ChartsTable", "MilestonesTable")} | {"BucketName": "Bucket"}
"""The outputs, and what they name, of a stack that can be read."""


PARAMETERS = {"LiveFrom": "2022-01-02", "RulesFile": "default.yaml"}
"""What a stack was deployed with, as far as the command asks."""


def deploy(aws: LocalAws, stack: str, outputs: dict[str, str]) -> dict[str, str]:
    """Make a stack with tables of template.yaml, a bucket, and these outputs; return what these are."""
    tables = {
        name: {key: value for key, value in definition.items() if key != "StreamSpecification"}
        for name, definition in read_tables().items()
        if name in READABLE
    }
    template = {
        "Parameters": {name: {"Type": "String", "Default": value} for name, value in PARAMETERS.items()},
        "Resources": {
            **{name: {"Type": "AWS::DynamoDB::Table", "Properties": its} for name, its in tables.items()},
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {}},
        },
        "Outputs": {name: {"Value": {"Ref": resource}} for name, resource in outputs.items()},
    }
    aws.client("cloudformation").create_stack(StackName=stack, TemplateBody=json.dumps(template))
    aws.client("cloudformation").get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    (described,) = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
