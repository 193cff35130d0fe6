"""Tables that a person reads: rules, and sources."""

import textwrap
from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chartwatch.cli.wording import where_in_words
from chartwatch.domain.rules.rule import Fact, Rule
from chartwatch.sources import Source

WIDE = 124
"""Columns from which on the id of a rule stands on one line; also the width where there is no terminal."""

_ID_WIDTH = 25

_GROUPS = {Fact.WORK_KIND: "kind", Fact.ORIGINAL_LANGUAGE: "language", Fact.ORIGIN_COUNTRY: "country"}


def console() -> Console:
    """Return a console on stdout: as wide as the terminal, or wide enough for whole lines in a pipe."""
    terminal = Console(highlight=False)
    return terminal if terminal.is_terminal else Console(highlight=False, width=WIDE)


def rules_table(rules: Iterable[Rule], width: int) -> Table:
    """Return the rules, one a row, for a console of that width."""
    table = Table(box=None, padding=(0, 2 if width >= WIDE else 1, 0, 0))
    for heading in ("id", "kind", "scope", "per"):
        table.add_column(heading, no_wrap=True)
    table.add_column("at")
    table.add_column("where", overflow="fold")
    for rule in rules:
        # An id is one long word of short ones, and breaks at its hyphens.
        name = rule.id if width >= WIDE else "\n".join(textwrap.wrap(rule.id, _ID_WIDTH))
        at = " ".join(rule.marks)
        per = _GROUPS.get(rule.per, rule.per.replace("_", " ")) if rule.per else ""
        table.add_row(Text(name), rule.kind, rule.scope.value, per, at, Text(where_in_words(rule)))
    return table


def sources_table(sources: Mapping[str, type[Source]]) -> Table:
    """Return the sources, each with its options below it."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for name, source in sources.items():
        table.add_row(Text(name, style="bold"), Text(source.summary))
        for option, meaning in source.options.items():
            table.add_row(Text(f"  -o {option}="), Text(meaning))
    return table
