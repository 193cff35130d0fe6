"""The detector's record and the oracle's slots in one form, to be compared slot by slot."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

import duckdb

from chartwatch.domain.milestones.milestone import Milestone, Status
from tests.oracle import sql
from tests.oracle.loading import title_key

_UNDECIDED = re.compile(
    r"the (?:(?:kind|original language|country of origin|release date)(?:, | and | (?=of )))+of (.+), "
    r"#1 since (\d{4}-\d{2}-\d{2}), is (?:unknown|assumed)(?:: .+ or another)?"
)
_GAP = re.compile(
    r"the period \S+ is missing(?: in .+)?|the periods \S+ to \S+ are missing(?: in .+)?|"
    r"nobody knows how long .+ had been #1 when the records began|"
    r"nobody can say which .+ was #1, .+ or another"
)


class Held(NamedTuple):
    """What both must say of a slot.

    `undecided` are the works that stand against it, by title and since when: titles in the form in which they are
    compared, since one work may be charted in several spellings.
    """

    rule: str
    chart: str
    territory: str
    group: str | None
    n: int | None
    period: date
    holders: frozenset[sql.Holder]
    joint: bool
    left_censored: bool
    provisional: bool
    gaps: bool
    undecided: frozenset[tuple[str, date]]


def recorded(milestones: Iterable[Milestone]) -> dict[str, Held]:
    """Return the slots that are held in a record."""
    return {m.slot: _held(m) for m in milestones if m.status is not Status.RETRACTED}


def expected(
    connection: duckdb.DuckDBPyConnection, rules: Iterable[sql.Rule], charts: Mapping[str, sql.Chart]
) -> dict[str, Held]:
    """Return the slots that the oracle finds in the tables that were loaded."""
    rules = list(rules)
    slots = sql.milestones(connection, rules, charts)
    known = _first_topped(connection)
    counting = {rule["id"]: rule.get("count", "works") for rule in rules}
    return {
        name: Held(
            rule=slot.rule,
            chart=slot.chart,
            territory=slot.territory,
            group=slot.group,
            n=slot.n,
            period=slot.period,
            holders=slot.holders,
            joint=slot.joint,
            left_censored=slot.left_censored,
            provisional=slot.provisional,
            gaps=slot.gaps,
            undecided=frozenset(
                known[counting[slot.rule], slot.chart, slot.territory, work, season] for work, season in slot.undecided
            ),
        )
        for name, slot in slots.items()
    }


def _held(milestone: Milestone) -> Held:
    reasons = [reason.said for reason in milestone.reasons]
    undecided = [found for reason in reasons if (found := _UNDECIDED.fullmatch(reason))]
    gaps = [reason for reason in reasons if _GAP.fullmatch(reason)]
    assert len(undecided) + len(gaps) == len(reasons), reasons
    said = milestone.as_json()
    return Held(
        rule=milestone.rule,
        chart=milestone.chart,
        territory=milestone.territory,
        group=milestone.group,
        n=milestone.n,
        period=milestone.period,
        holders=frozenset(
            sql.Holder(h.work_id, h.season, h.since, h.group, is_return=bool(h.returned)) for h in milestone.holders
        ),
        joint=said["joint"],
        left_censored=milestone.left_censored,
        provisional=bool(reasons),
        gaps=bool(gaps),
        undecided=frozenset((title_key(found[1]), date.fromisoformat(found[2])) for found in undecided),
    )


def _first_topped(
    connection: duckdb.DuckDBPyConnection,
) -> dict[tuple[str, str, str, str, str | None], tuple[str, date]]:
    rows = connection.execute(
        "SELECT counting, chart, territory, work_id, season, title, since FROM debut JOIN fact USING (work_id)"
    ).fetchall()
    return {
        (counting, chart, territory, work, season): (
            title_key(title if season is None else f"{title} ({season})"),
            since,
        )
        for counting, chart, territory, work, season, title, since in rows
    }
