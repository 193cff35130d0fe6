"""`chartwatch demo`: the whole pipeline on this machine."""

from importlib import import_module

from chartwatch.cli.application import application
from chartwatch.errors import FileProblem

app = application()


@app.command()
def demo() -> None:
    """Run the whole pipeline on this machine and show its alerts."""
    try:
        run = import_module("chartwatch_local.demo").run
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "chartwatch_local":
            raise
        raise FileProblem("chartwatch demo", "", "needs a checkout of the project; run `make demo` in it") from error
    run()
