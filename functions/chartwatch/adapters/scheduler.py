"""The schedules of a deployment that fetch, on EventBridge Scheduler: its template's, and those a person made."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chartwatch.domain.stories.message import as_text
from chartwatch.services.schedules import FetchSchedule

RETRIES = {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3600}
"""As the schedules of template.yaml have it."""


@dataclass(frozen=True)
class Target:
    """What a schedule invokes and how: ARNs of the function, of the role and of the queue for what failed."""

    function: str
    role: str
    failures: str


class Schedules:
    """The schedules of a group. `client` is one of boto3's for the service `scheduler`."""

    def __init__(self, client: Any, group: str, target: Target) -> None:
        """`group` is the name of the deployment's group; `target` is what fetches."""
        self._client = client
        self._group = group
        self._target = target

    def all(self) -> Iterator[FetchSchedule]:
        """Yield those that fetch, in the order of their names."""
        pages = self._client.get_paginator("list_schedules").paginate(GroupName=self._group)
        names = sorted(its["Name"] for page in pages for its in page["Schedules"])
        for name in names:
            found = self._client.get_schedule(GroupName=self._group, Name=name)
            event = json.loads(found["Target"].get("Input") or "{}")
            if isinstance(event, dict) and "source" in event:
                yield _schedule(found, event)

    def others_off(self) -> list[str]:
        """Return the names of those that are disabled and fetch nothing: of `reconcile`, and of the catalog."""
        pages = self._client.get_paginator("list_schedules").paginate(GroupName=self._group, State="DISABLED")
        fetching = {schedule.name for schedule in self.all()}
        return sorted({its["Name"] for page in pages for its in page["Schedules"]} - fetching)

    def make(self, schedule: FetchSchedule) -> None:
        """Make a schedule. Raises boto3's `ConflictException` where there is one of that name."""
        self._client.create_schedule(
            Name=schedule.name,
            GroupName=self._group,
            Description="Made by `chartwatch watch add`",
            ScheduleExpression=schedule.expression,
            ScheduleExpressionTimezone=schedule.zone,
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={
                "Arn": self._target.function,
                "RoleArn": self._target.role,
                "Input": as_text(schedule.event),
                "RetryPolicy": RETRIES,
                "DeadLetterConfig": {"Arn": self._target.failures},
            },
        )

    def remove(self, schedule: FetchSchedule) -> None:
        """Remove a schedule."""
        self._client.delete_schedule(Name=schedule.name, GroupName=self._group)


def _schedule(found: Mapping[str, Any], event: Mapping[str, Any]) -> FetchSchedule:
    return FetchSchedule(
        name=found["Name"],
        event=event,
        expression=found["ScheduleExpression"],
        zone=found.get("ScheduleExpressionTimezone", "UTC"),
        is_enabled=found.get("State", "ENABLED") == "ENABLED",
        created_at=found.get("CreationDate"),
    )
