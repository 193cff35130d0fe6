"""The documents under `tests/data/sources`, each a raw file beside a JSON file that says how it reads."""

import json
from pathlib import Path
from typing import Any

from chartwatch.sources import Source, open_source

FOLDER = Path(__file__).parents[2] / "data" / "sources"
DOCUMENTS = {f"{raw.parent.name}-{raw.stem}": raw for raw in sorted(FOLDER.glob("*/*")) if raw.suffix != ".json"}


def expectation(raw: Path) -> dict[str, Any]:
    """Return the JSON beside a document: the `options` of its source, and the `publications` that it holds."""
    expected: dict[str, Any] = json.loads(raw.with_suffix(".json").read_text(encoding="utf-8"))
    return expected


def source_of(raw: Path) -> Source:
    """Return the source of a document, which its folder names."""
    return open_source(raw.parent.name, expectation(raw)["options"])
