"""Spreads: how many of a chart's territories works have topped with a publication."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from chartwatch.domain.milestones.snapshot import Identity, Snapshot
from chartwatch.domain.rules.firsts import Topped
from chartwatch.domain.rules.rule import Count
from chartwatch.domain.rules.standing import EVERYWHERE, Spread, Standing
from chartwatch.domain.works.claimants import Claimant
from chartwatch.domain.works.meanings import Namesakes


def spreads_of(
    standings: Iterable[Standing], count: Count, territories: int, known: Snapshot, namesakes: Namesakes
) -> Mapping[Claimant, Spread]:
    """Return how many of the chart's `territories` each work has topped that tops one for the first time now.

    `standings` are those of the territories, `known` is where the chart stood before, and `namesakes` are the works
    that may be one.
    """
    gains = Counter(claimant for its in standings if its.count is count for claimant in its.debuts)
    rolls = {scope: its.first_topped.get(count, {}) for scope, its in known.scopes.items() if scope != EVERYWHERE}
    spreads: dict[Claimant, Spread] = {}
    for claimant, more in gains.items():
        topped = _topped_by(claimant.identity, rolls)
        perhaps = dict(topped)
        for other in namesakes.of.get(claimant.work_id, ()):
            for scope, since in _topped_by((other, claimant.season), rolls).items():
                perhaps[scope] = min(since, perhaps.get(scope, since))
        after, was = len(topped) + more, (count, claimant.key) in known.everywhere
        spreads[claimant] = Spread(topped, perhaps, after, was, was or after == territories > 1)
    return spreads


def _topped_by(identity: Identity, rolls: Mapping[str, Mapping[Identity, Topped]]) -> Mapping[str, date]:
    """Return which scopes a work, or a season, has topped since when."""
    return {scope: roll[identity].since for scope, roll in rolls.items() if identity in roll}
