"""Runs: how long works are at #1 without a break, as far as is known and at most, with each publication."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from chartwatch.domain.rules.certain import before_record, out_by_then
from chartwatch.domain.rules.standing import EndedRuns, Possible, Reigns, Rival, Run, Standing
from chartwatch.domain.works.claimants import Claimant
from chartwatch.domain.works.work import Work

PERHAPS = "?"
"""First part of the keys of runs that works have together, if they are one."""


def reigns_of(standing: Standing, ended: Mapping[str, EndedRuns]) -> Reigns:
    """Return the reigns with the publication of a standing; `ended` are the runs that ended before it."""
    before, previous = standing.reigns_before, {claimant.key: claimant for claimant in standing.previous}
    runs = {claimant.key: _run(claimant, standing, ended) for claimant in standing.current}
    goes_on = {key for key, run in runs.items() if key in before.runs and run.length > 1}
    over = {key: run for key, run in before.runs.items() if key not in goes_on}
    # A run may be under the id that its work had before a renaming that is learned now; then the fold begins earlier.
    rivals = (Rival(previous.get(key), at_most(run, standing)) for key, run in over.items())
    rival = max((before.rival, *rivals), key=lambda rival: rival.possible.length)
    reigns = Reigns(runs, max((before.longest_ended, *(run.length for run in over.values()))), rival)
    marked = {
        key: run._replace(record=run.record or 0 < reigns.longest_other(key) < run.length) for key, run in runs.items()
    }
    return replace(reigns, runs=marked)


def _run(claimant: Claimant, standing: Standing, ended: Mapping[str, EndedRuns]) -> Run:
    before = standing.reigns_before.runs.get(claimant.key)
    if before is not None:
        return _gone_on(before, standing)
    past = ended.get(claimant.key, EndedRuns())
    return _begun(claimant.work, standing, past, standing.returning.get(claimant, standing.period))


def joint_run(key: str, members: Sequence[str], work: Work, standing: Standing, ended: Mapping[str, EndedRuns]) -> Run:
    """Return the run that works have if they are one: it begins with that of the one which was at #1 before."""
    before = standing.reigns_before
    known = [before.together.get(key), *(before.runs.get(member) for member in members)]
    past = [ended.get(key), *(ended.get(member) for member in members)]
    if known[0] is None and past[0] is not None:
        return _begun(work, standing, past[0], standing.period)
    if run := next((run for run in known if run), None):
        return _gone_on(run, standing)
    return _begun(work, standing, next((runs for runs in past if runs), EndedRuns()), standing.period)


def _begun(work: Work, standing: Standing, past: EndedRuns, since: date) -> Run:
    """Return the run that begins with a standing; the work has been at #1 at times `since`."""
    period = standing.period
    return Run(
        period,
        1,
        _so_far_at_most(work, standing),
        past,
        censored=standing.is_censored(period),
        ever_censored=standing.is_censored(since),
    )


def _gone_on(before: Run, standing: Standing) -> Run:
    """Return a run that goes on with a standing, or the next one after a gap."""
    so_far = at_most(before, standing)
    longer = so_far._replace(length=so_far.length + 1)
    if standing.before is not None and not standing.gaps_before:
        return before._replace(length=before.length + 1, possible=longer)
    return Run(standing.period, 1, longer, before.ended(so_far), ever_censored=before.ever_censored)


def at_most(run: Run, standing: Standing) -> Possible:
    """Return how long a run may have been up to the period of a standing, of which it is not known that it went on."""
    if not standing.gaps_before:
        return run.possible
    more = sum(standing.publication.chart.periods(*gap) for gap in standing.gaps_before)
    return Possible(run.possible.length + more, (*run.possible.through, *standing.gaps_before))


def _so_far_at_most(work: Work, standing: Standing) -> Possible:
    """Return how long a run may have been that is first seen with the publication of a standing."""
    chart, period = standing.publication.chart, standing.period
    if standing.is_censored(period):
        unseen = before_record(work, period, chart)
        return Possible(1 + chart.periods(*unseen), (unseen,)) if unseen else Possible(1)
    usable = tuple(its for gap in standing.gaps_before if (its := out_by_then(gap, work, chart)))
    return Possible(1 + sum(chart.periods(*gap) for gap in usable), usable)
