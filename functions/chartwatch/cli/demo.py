"""`chartwatch demo`: the whole pipeline on this machine."""

from importlib import import_module
from importlib.util import find_spec

from chartwatch.adapters.template_tables import TEMPLATE
from chartwatch.cli.application import application
from chartwatch.errors import FileProblem

app = application()


@app.command()
def demo() -> None:
    """Run the whole pipeline on this machine and show its alerts."""
    if not TEMPLATE.exists() or find_spec("chartwatch_local") is None:
        raise FileProblem("chartwatch demo", "", "needs a checkout of the project; run `make demo` in it")
    import_module("chartwatch_local.demo").run()
