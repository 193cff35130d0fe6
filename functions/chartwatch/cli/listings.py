"""Tables that a person reads: rules, and sources."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from chartwatch.cli.wording import where_in_words
from chartwatch.domain.rules.rule import Fact, Rule
from chartwatch.sources import Source

WIDE = 124
"""Columns from which on the id of a rule stands on one line; also the width where there is no terminal."""

NARROW = 72
"""Columns below which a table would be cut."""

_ID_WIDTH = 25

_GROUPS = {Fact.WORK_KIND: "kind", Fact.ORIGINAL_LANGUAGE: "language", Fact.ORIGIN_COUNTRY: "country"}


def console() -> Console:
    """Return a console on stdout: as wide as the terminal, or wide enough for whole lines in a pipe."""
    terminal = Console(highlight=False)
    return terminal if terminal.is_terminal else Console(highlight=False, width=WIDE)


def rules_table(rules: Iterable[Rule], width: int) -> Table:
    """Return the rules, one a row, for a console of that width; on a narrow one what each is stands below it."""
    if width < NARROW:
        return _indented((rule.id, [_rule_in_words(rule)]) for rule in rules)
    table = Table(box=None, padding=(0, 2 if width >= WIDE else 1, 0, 0))
    for heading in ("id", "kind", "scope", "per"):
        table.add_column(heading, no_wrap=True)
    table.add_column("at")
    table.add_column("where", overflow="fold")
    for rule in rules:
        # An id is one long word of short ones, and breaks at its hyphens.
        name = rule.id if width >= WIDE else "\n".join(textwrap.wrap(rule.id, _ID_WIDTH))
        at = " ".join(rule.marks)
        table.add_row(Text(name), rule.kind, rule.scope.value, _group(rule), at, Text(where_in_words(rule)))
    return table


def _group(rule: Rule) -> str:
    return _GROUPS.get(rule.per, rule.per.replace("_", " ")) if rule.per else ""


def _rule_in_words(rule: Rule) -> str:
    per = f", per {_group(rule)}" if rule.per else ""
    at = f" at {' '.join(rule.marks)}" if rule.marks else ""
    return f"{rule.kind}, {rule.scope}{per}{at}: {where_in_words(rule)}"


def _indented(entries: Iterable[tuple[str, Iterable[str]]]) -> Table:
    """Return entries of a list, each with lines that stand below it."""
    table = Table.grid()
    for name, lines in entries:
        table.add_row(Text(name, style="bold"))
        for line in lines:
            table.add_row(Padding(Text(line), (0, 0, 0, 2)))
    return table


def rule_json(rule: Rule) -> Mapping[str, Any]:
    """Return a rule for machines: what it counts as a rules file says it, and what it says."""
    where: dict[str, Any] = {c.fact: _values(c.values, negated=c.negated) for c in rule.where}
    if rule.lists:
        where["list"] = _values(rule.lists.names, negated=rule.lists.negated)
    return {
        "id": rule.id,
        "kind": rule.kind,
        "scope": rule.scope,
        "per": rule.per,
        "at": list(rule.marks),
        "where": where,
        "count": rule.count,
        "origin": rule.origin,
        "counts": where_in_words(rule),
        "headline": rule.headline,
        "brief": rule.brief,
    }


def _values(values: Iterable[str], *, negated: bool) -> Mapping[str, Sequence[str]]:
    return {"not" if negated else "in": sorted(values)}


def source_json(name: str, source: type[Source]) -> Mapping[str, Any]:
    """Return a source for machines: its name, what it reads, and its options with what each means."""
    return {"name": name, "summary": source.summary, "options": dict(source.options)}


def sources_table(sources: Mapping[str, type[Source]], width: int = WIDE) -> Table:
    """Return the sources, each with its options below it, for a console of that width."""
    if width < NARROW:
        options = {name: [f"-o {key}= {said}" for key, said in its.options.items()] for name, its in sources.items()}
        return _indented((name, [source.summary, *options[name]]) for name, source in sources.items())
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for name, source in sources.items():
        table.add_row(Text(name, style="bold"), Text(source.summary))
        for option, meaning in source.options.items():
            table.add_row(Text(f"  -o {option}="), Text(meaning))
    return table
