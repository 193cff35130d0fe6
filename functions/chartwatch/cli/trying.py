"""Rules on trial: what they would have told of a history, and how often."""

import json
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chartwatch.cli.choices import Format
from chartwatch.cli.histories import History
from chartwatch.domain import words
from chartwatch.domain.milestones.difference import Policy, difference
from chartwatch.domain.milestones.milestone import Milestone, Status
from chartwatch.domain.rules.rule import Rule, RuleSet
from chartwatch.services.detect import fold

LATEST = 20
"""Milestones of a rule that a person is shown unless they ask for more."""

MAX_REASONS = 3
"""Reasons for which a milestone is provisional that a person is shown."""

_WIDTH = 100
_INDENT = " " * 14


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule comes to over `periods` publications of `charts` charts, oldest first."""

    rule: Rule
    milestones: tuple[Milestone, ...]
    periods: int
    charts: int

    @property
    def told(self) -> Sequence[Milestone]:
        """The milestones that somebody would have heard of."""
        return [milestone for milestone in self.milestones if not milestone.silent]


def try_out(rules: RuleSet, history: History, since: date | None) -> Iterator[Trial]:
    """Yield what each rule comes to, in the order of the rules; only what became true from `since` on, if given."""
    timelines = history.timelines()
    found: dict[str, list[Milestone]] = {rule.id: [] for rule in rules}
    for chart, timeline in timelines.items():
        for change in difference(fold(chart, timeline, history.catalog, rules).claims, {}, Policy()):
            if since is None or change.milestone.period >= since:
                found[change.milestone.rule].append(change.milestone)
    for rule in rules:
        its = [timeline for timeline in timelines.values() if rule.is_about(timeline[-1].chart.list_name)]
        yield Trial(
            rule=rule,
            milestones=tuple(sorted(found[rule.id], key=lambda milestone: milestone.period)),
            periods=sum(since is None or p.period >= since for timeline in its for p in timeline),
            charts=len(its),
        )


def trial_lines(trial: Trial, limit: int | None) -> Iterator[str]:
    """Yield a line about the rule, and one for each of the latest milestones that it would have told."""
    told = trial.told
    censored = len(trial.milestones) - len(told)
    provisional = sum(milestone.status is Status.PROVISIONAL for milestone in told)
    said = [f"{words.counted(len(trial.milestones), 'milestone')} in {words.counted(trial.periods, 'period')}"]
    said[0] += f" of {words.counted(trial.charts, 'chart')}"
    said += [f"{censored} left-censored (never told)"] if censored else []
    said += [f"{provisional} provisional"] if provisional else []
    yield f"{trial.rule.id}: {', '.join(said)}"
    shown = told[-(limit or LATEST) :]
    if earlier := len(told) - len(shown):
        yield f"  {words.counted(earlier, 'earlier one')} not shown; --limit {len(told)} shows all"
    for milestone in shown:
        provisionally = "Provisional: " if milestone.because else ""
        yield from _wrapped(f"  {milestone.period}  {provisionally}{milestone.headline}")
        for reason in milestone.because[:MAX_REASONS]:
            yield from _wrapped(f"{_INDENT}because {reason}")
        if (more := len(milestone.because) - MAX_REASONS) > 0:
            yield f"{_INDENT}and for {words.counted(more, 'more reason')}"
    yield ""


def trial_objects(trial: Trial, limit: int | None) -> Iterator[str]:
    """Yield each milestone of the rule as JSON, as a replay does, also those that are never told."""
    for milestone in trial.milestones[-limit:] if limit else trial.milestones:
        yield json.dumps(milestone.as_json(), ensure_ascii=False, separators=(",", ":"))


TRIALS: Mapping[Format, Callable[[Trial, int | None], Iterator[str]]] = {
    Format.TEXT: trial_lines,
    Format.JSONL: trial_objects,
}
"""How each format writes a trial."""


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, _WIDTH, subsequent_indent=_INDENT, break_long_words=False, break_on_hyphens=False)
