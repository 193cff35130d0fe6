"""Where things lie in a checkout of this repository."""

from pathlib import Path

ROOT = Path(__file__).parents[3]
"""The checkout."""

TEMPLATE = ROOT / "template.yaml"
"""What is deployed."""

FUNCTIONS = ROOT / "functions"
"""The one CodeUri."""

SAMPLE = FUNCTIONS / "chartwatch" / "cli" / "sample"
"""The chart that comes with Chartwatch."""

TOOLS = ROOT / ".tools"
"""The environments of SAM CLI and of the local AWS; `make tools` builds them."""

STATE = ROOT / ".chartwatch"
"""Everything that a local run leaves behind; it may be deleted at any time."""
