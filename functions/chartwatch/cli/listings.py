"""Tables that a person reads: rules, sources, and what a catalog holds."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chartwatch.domain import words
from chartwatch.domain.rules.rule import Condition, Count, Fact, Lists, Rule
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import Kind, Work
from chartwatch.sources.protocol import Source

WIDE = 124
"""Columns from which on the id of a rule stands on one line; also the width where there is no terminal."""

_ID_WIDTH = 25

_GROUPS = {Fact.WORK_KIND: "kind", Fact.ORIGINAL_LANGUAGE: "language", Fact.ORIGIN_COUNTRY: "country"}
_PLURALS: Mapping[str, str] = {Kind.FILM: "films", Kind.SERIES: "series"}


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
    table.add_column("where")
    for rule in rules:
        name = rule.id if width >= WIDE else "\n".join(textwrap.wrap(rule.id, _ID_WIDTH))
        at = " ".join(map(str, [*rule.at, *(["all"] if rule.everywhere else []), *(["record"] if rule.record else [])]))
        per = _GROUPS[rule.per] if rule.per else ""
        table.add_row(Text(name), rule.kind.value, rule.scope.value, per, at, Text(where_in_words(rule)))
    return table


def where_in_words(rule: Rule) -> str:
    """Return what a rule counts: "non-English series", "titles from Mexico"."""
    return _where(rule, _PLURALS, "titles")


def one_in_words(rule: Rule) -> str:
    """Return one of what a rule counts: "non-English series", "title from Mexico"."""
    return _where(rule, {}, "title")


def _where(rule: Rule, kinds: Mapping[str, str], anything: str) -> str:
    conditions = {condition.fact: condition for condition in rule.where}
    language = conditions.get(Fact.ORIGINAL_LANGUAGE)
    country = conditions.get(Fact.ORIGIN_COUNTRY)
    said = [_languages(language)] if language else []
    said.append(_kinds(conditions.get(Fact.WORK_KIND), kinds, anything))
    said += [_countries(country)] if country else []
    said += [_years(conditions[Fact.RELEASE_YEAR])] if Fact.RELEASE_YEAR in conditions else []
    said += [_lists(rule.lists)] if rule.lists else []
    said += ["by season"] if rule.count is Count.SEASONS else []
    return " ".join(said)


def _years(condition: Condition) -> str:
    first, last = min(condition.values), max(condition.values)
    return f"of {first}" if first == last else f"of {first} to {last}"


def _lists(lists: Lists) -> str:
    named = ", ".join(sorted(lists.names))
    return f"{'not ' if lists.negated else ''}on {named}"


def _kinds(condition: Condition | None, kinds: Mapping[str, str], anything: str) -> str:
    if condition is None:
        return anything
    named = " and ".join(kinds.get(kind, kind) for kind in sorted(condition.values))
    return f"{anything} but {named}" if condition.negated else named


def _languages(condition: Condition) -> str:
    names = [words.language_name(code) for code in sorted(condition.values)]
    return ", ".join(f"non-{name}" for name in names) if condition.negated else f"{' or '.join(names)}-language"


def _countries(condition: Condition) -> str:
    named = " or ".join(words.territory_name(code) for code in sorted(condition.values))
    return f"{'not ' if condition.negated else ''}from {named}"


def sources_table(sources: Mapping[str, type[Source]]) -> Table:
    """Return the sources, each with its options below it."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for name, source in sources.items():
        table.add_row(Text(name, style="bold"), Text(source.summary))
        for option, meaning in source.options.items():
            table.add_row(Text(f"  -o {option}="), Text(meaning))
    return table


@dataclass(frozen=True, slots=True)
class CatalogCounts:
    """What a catalog holds and lacks.

    `shared` are the titles that name several works, with their ids; `undecidable` are those of them whose works neither
    kind nor date tells apart. `truncated` counts the titles and aliases that a provider cut short; `unmatched` are the
    works that have no other.
    """

    works: int
    films: int
    series: int
    unknown_kind: int
    unknown_language: int
    unknown_country: int
    unknown_release_date: int
    aliases: int
    truncated: int
    shared: Mapping[str, Sequence[str]]
    undecidable: tuple[str, ...]
    unmatched: tuple[str, ...]

    @classmethod
    def of(cls, catalog: Catalog) -> "CatalogCounts":
        """Count."""
        works = list(catalog)
        shared = dict(_shared_titles(works))
        return cls(
            works=len(works),
            films=sum(work.kind is Kind.FILM for work in works),
            series=sum(work.kind is Kind.SERIES for work in works),
            unknown_kind=sum(work.kind is None for work in works),
            unknown_language=sum(work.original_language is None for work in works),
            unknown_country=sum(not work.origin_countries for work in works),
            unknown_release_date=sum(work.release_date is None for work in works),
            aliases=sum(len(work.aliases) for work in works),
            truncated=sum(_is_cut_short(name) for work in works for name in _names(work)),
            shared={title: [work.id for work in its] for title, its in shared.items()},
            undecidable=tuple(title for title, its in shared.items() if not _can_be_told_apart(its)),
            unmatched=tuple(work.id for work in works if all(map(_is_cut_short, _names(work)))),
        )

    def lines(self) -> Iterator[str]:
        """Yield a line for each number, and one for each title that a person should look at."""
        numbers = {
            "works": self.works,
            "films": self.films,
            "series": self.series,
            "of unknown kind": self.unknown_kind,
            "of unknown language": self.unknown_language,
            "of unknown country": self.unknown_country,
            "of unknown release date": self.unknown_release_date,
            "aliases": self.aliases,
            "titles and aliases cut short": self.truncated,
            "titles that name several works": len(self.shared),
        }
        for name, number in numbers.items():
            yield f"{number:>7,} {name}"
        for title, ids in self.shared.items():
            yield f"{title} names {', '.join(ids)}."
        for work_id in self.unmatched:
            yield f"{work_id} has only a title that is cut short: a chart that says it whole means another work."
        for title in self.undecidable:
            yield f"Neither kind nor release date tells the works named {title} apart: they count as unknown."


def _shared_titles(works: Iterable[Work]) -> Iterator[tuple[str, Sequence[Work]]]:
    named: dict[str, tuple[str, list[Work]]] = {}
    for work in works:
        for key, name in {title_key(name): name for name in reversed(_names(work))}.items():
            named.setdefault(key, (name, []))[1].append(work)
    return (shared for shared in named.values() if len(shared[1]) > 1)


def _names(work: Work) -> tuple[str, ...]:
    return work.title, *work.aliases


def _is_cut_short(name: str) -> bool:
    return title_key(name).endswith("...")


def _can_be_told_apart(works: Sequence[Work]) -> bool:
    return all(
        (one.kind and other.kind and one.kind is not other.kind)
        or (one.release_date and other.release_date and one.release_date != other.release_date)
        for one, other in combinations(works, 2)
    )
