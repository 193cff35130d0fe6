"""What a deployment tells its functions, read from the environment once, on first use."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chartwatch.errors import ChartwatchError

PREFIX = "CHARTWATCH_"
"""First part of each variable's name: `charts_table` is read from `CHARTWATCH_CHARTS_TABLE`."""


@dataclass
class SettingsError(ChartwatchError):
    """The environment lacks a setting, or holds one that cannot be read."""

    sentence = "the environment variable {name}: {detail}"
    name: str
    detail: str


class Settings(BaseModel):
    """Names of tables, bucket and topics (ARNs, `alarm_topic` empty for none), and what the detector goes by.

    `live_from`: periods before it are recorded without alerts. `rules` is the name of a file beside
    chartwatch/rules/default.yaml. `witness_queue` is the URL of the queue that sees every message, and
    `witness_missed_queue` of that for messages which could not get there; `failures_queue` that of what a person is to
    look at.
    `stack` is the name of the stack, by which the queues and parameters of its webhooks are found, and
    `webhook_failures_queue` the URL of the queue of what could not be delivered to one.
    `wikidata` and `tmdb` are the addresses at which facts on works are asked for, empty for none. TMDB is asked only
    with `tmdb_key`, the name of a parameter of SSM that holds the user's key. `contact` says in every request for facts
    how to reach who asks.
    `site` is the address of the site without a slash at its end, `site_bucket` the name of the bucket that it is in,
    and `site_queue` the URL of the queue by which it is told of changes; all three are empty where there is none.
    `messages_per_second`: SNS suspends an email endpoint that gets more than ten; of one function half as many are
    usual, since the publisher and `reconcile` may run at once.
    """

    model_config = ConfigDict(frozen=True)

    charts_table: str
    catalog_table: str
    milestones_table: str
    stories_table: str
    bucket: str
    story_topic: str
    digest_topic: str
    live_from: date
    witness_queue: str
    witness_missed_queue: str
    failures_queue: str
    stack: str
    webhook_failures_queue: str
    alarm_topic: str = ""
    rules: str = "default.yaml"
    contact: str = ""
    wikidata: str = ""
    tmdb: str = ""
    tmdb_key: str = ""
    site: str = ""
    site_bucket: str = ""
    site_queue: str = ""
    messages_per_second: float = Field(default=5.0, gt=0, le=10)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Read them from variables. Raises `SettingsError` that names the variable."""
        said = {name: value for name in cls.model_fields if (value := environment.get(f"{PREFIX}{name.upper()}"))}
        try:
            return cls.model_validate(said)
        except ValidationError as error:
            first = error.errors()[0]
            missing = first["type"] == "missing"
            detail = (
                "is not set" if missing else f"{first['input']!r}: {first['msg'].lower().removeprefix('value error, ')}"
            )
            raise SettingsError(f"{PREFIX}{str(first['loc'][0]).upper()}", detail) from error


@cache
def settings() -> Settings:
    """Return the settings of this process."""
    return Settings.read(os.environ)
