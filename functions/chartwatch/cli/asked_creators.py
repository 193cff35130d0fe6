"""Creators that a person asks for: by the name under which they are counted, or by a credit as a chart has it."""

from collections.abc import Collection

from chartwatch.cli.application import mistake
from chartwatch.cli.wording import did_you_mean
from chartwatch.domain import words
from chartwatch.domain.milestones.chart_history import ChartHistory
from chartwatch.domain.rules.rule import WHOSE, Rule
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import Work


def creator_meant(rule: Rule, group: str | None, history: ChartHistory, parameter: str) -> str | None:
    """Return the group of a rule of creators that a name means: the creator, or the one for whom that credit counts.

    Raises `OptionError` for a credit that counts for several, and for a name that is written much like that of a
    creator who had a #1, and is none.
    """
    if group is None or rule.per not in WHOSE:
        return group
    works = {history.work_of(one, p.period) for p in history.timeline for its in p.number_ones.values() for one in its}
    names: dict[str, set[str]] = {}
    for name in {name for work in works for name in (*work.creators, *work.featured)}:
        names.setdefault(title_key(name), set()).add(name)
    alike = sorted(names.get(title_key(group), ()))
    if group in alike:
        return group
    its = alike or _credited(rule, group, works)
    its = its or sorted({name for its in history.catalog.read(group).main for name in names.get(title_key(its), ())})
    if len(its) > 1:
        detail = f"{group!r} counts for {words.listed(its)}: give one of them"
        raise mistake(parameter, detail)
    if not its and (meant := did_you_mean(group, {name for its in names.values() for name in its})):
        raise mistake(parameter, f"nothing by {group!r} was at #1 of {history.chart.id}{meant}")
    return its[0] if its else group


def _credited(rule: Rule, credit: str, works: Collection[Work]) -> list[str]:
    """Return the creators for whom a credit as a chart has it counts, in the order of their names."""
    named = (work for work in works if work.credit and title_key(work.credit) == title_key(credit))
    return sorted({name for work in named for name in (rule.per.of(work, rule.origin) if rule.per else ())})
