"""What a deployment must tell its functions."""

from datetime import date

import pytest

from chartwatch.settings import Settings, SettingsError

COMPLETE = {
    "CHARTWATCH_CHARTS_TABLE": "charts",
    "CHARTWATCH_CATALOG_TABLE": "catalog",
    "CHARTWATCH_MILESTONES_TABLE": "milestones",
    "CHARTWATCH_STORIES_TABLE": "stories",
    "CHARTWATCH_BUCKET": "documents",
    "CHARTWATCH_STORY_TOPIC": "arn:aws:sns:eu-west-1:123456789012:stories",
    "CHARTWATCH_DIGEST_TOPIC": "arn:aws:sns:eu-west-1:123456789012:digests",
    "CHARTWATCH_WITNESS_QUEUE": "https://sqs.eu-west-1.amazonaws.com/123456789012/witness",
    "CHARTWATCH_WITNESS_MISSED_QUEUE": "https://sqs.eu-west-1.amazonaws.com/123456789012/missed",
    "CHARTWATCH_FAILURES_QUEUE": "https://sqs.eu-west-1.amazonaws.com/123456789012/failures",
    "CHARTWATCH_STACK": "chartwatch",
    "CHARTWATCH_WEBHOOK_FAILURES_QUEUE": "https://sqs.eu-west-1.amazonaws.com/123456789012/webhook-failures",
    "CHARTWATCH_LIVE_FROM": "2026-01-31",
}


def test_settings_are_read_from_variables_with_the_prefix() -> None:
    settings = Settings.read(COMPLETE | {"PATH": "/usr/bin"})
    assert settings.charts_table == "charts"
    assert settings.live_from == date(2026, 1, 31)
    assert settings.rules == "default.yaml"
    assert settings.messages_per_second == 5


@pytest.mark.parametrize("name", COMPLETE)
def test_a_required_setting_has_no_default(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^the environment variable {name}: is not set$"):
        Settings.read({k: v for k, v in COMPLETE.items() if k != name})


def test_a_setting_that_cannot_be_read_is_named_with_its_value() -> None:
    with pytest.raises(SettingsError, match=r"CHARTWATCH_LIVE_FROM: 'yesterday': "):
        Settings.read(COMPLETE | {"CHARTWATCH_LIVE_FROM": "yesterday"})


@pytest.mark.parametrize("pace", ["0", "-1", "11", "nan", "fast"])
def test_a_pace_is_none_at_which_sns_suspends_an_email_endpoint(pace: str) -> None:
    with pytest.raises(SettingsError, match="CHARTWATCH_MESSAGES_PER_SECOND"):
        Settings.read(COMPLETE | {"CHARTWATCH_MESSAGES_PER_SECOND": pace})
