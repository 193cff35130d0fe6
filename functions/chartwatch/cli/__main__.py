"""`python -m chartwatch.cli` is `chartwatch`."""

from chartwatch.cli.main import app

app(prog_name="chartwatch")
