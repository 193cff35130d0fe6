"""Handlers of functions as their modules stand in this process, whatever was imported before."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from chartwatch.settings import PREFIX, Settings, settings


@contextmanager
def imported(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[ModuleType, Any]]:
    """Yield a handler's module with any settings, and a context to call it with."""
    settings.cache_clear()
    for setting, field in Settings.model_fields.items():
        if field.is_required():
            monkeypatch.setenv(f"{PREFIX}{setting.upper()}", "any")
    monkeypatch.setenv("CHARTWATCH_LIVE_FROM", "2022-01-01")
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "1")
    module = importlib.import_module(name)
    # It may have been imported before, without what is read from the environment then.
    if metrics := getattr(module, "metrics", None):
        monkeypatch.setattr(metrics, "namespace", "Chartwatch")
        # Whoever called a part of a handler may have left some.
        metrics.clear_metrics()
    context = SimpleNamespace(function_name=name, memory_limit_in_mb=1, invoked_function_arn="arn", aws_request_id="1")
    try:
        yield module, context
    finally:
        settings.cache_clear()
