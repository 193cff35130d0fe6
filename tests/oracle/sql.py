"""Milestones worked out in SQL by DuckDB: from charts, a catalog and rules to slots, all at once."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

import duckdb

from tests.oracle.covered import Chart, prepare

EVERYWHERE = "*"
"""The territory of a rule whose scope is the chart."""

Rule = Mapping[str, Any]
"""A rule as it stands in a file, without its wording."""


class Holder(NamedTuple):
    """Who holds a slot. `season` only where seasons are counted, `group` only in a race, returns only in a change."""

    work_id: str
    season: str | None
    since: date
    group: str | None = None
    is_return: bool = False


class Slot(NamedTuple):
    """A milestone: what is held, by whom, and how far it can be believed."""

    rule: str
    chart: str
    territory: str
    group: str | None
    n: int | None
    period: date
    holders: frozenset[Holder]
    joint: bool
    left_censored: bool
    undecided: frozenset[tuple[str, str | None]]
    gaps: bool

    @property
    def provisional(self) -> bool:
        """Whether an undecided work or title, a missing period or one before the record could change it."""
        return self.gaps or bool(self.undecided)


_NON_ENGLISH: Rule = {"original_language": {"not": "en"}}
_NON_ENGLISH_SERIES: Rule = {"work_kind": "series", **_NON_ENGLISH}
_ROUND: list[int] = [1, 2, 3, 4, 5, 10, 25, 50, 100]
_TERRITORY_RULES: list[Rule] = [
    {"id": "new-number-one", "kind": "change"},
    {"id": "first-from-country", "kind": "nth", "per": "origin_country", "at": [1]},
    {"id": "first-in-language", "kind": "nth", "per": "original_language", "at": [1]},
    {"id": "nth-non-english-series", "kind": "nth", "where": _NON_ENGLISH_SERIES, "at": _ROUND},
    {"id": "nth-non-english-title", "kind": "nth", "where": _NON_ENGLISH, "at": _ROUND},
    {
        "id": "first-country-with-n-non-english-series",
        "kind": "race",
        "per": "origin_country",
        "where": _NON_ENGLISH_SERIES,
        "at": [2, 3, 5, 10],
    },
]
DEFAULT_RULES: list[Rule] = [
    *({**rule, "scope": "territory"} for rule in _TERRITORY_RULES),
    *({**rule, "id": f"{rule['id']}-anywhere", "scope": "chart"} for rule in _TERRITORY_RULES),
    {"id": "number-one-in-n-territories", "kind": "spread", "scope": "chart", "at": [10, 25, 50, 75, "all"]},
    {"id": "long-reign", "kind": "reign", "scope": "territory", "at": [5, 10, 20, 30, 50, 100]},
    {"id": "longest-reign", "kind": "reign", "scope": "territory", "record": True},
]


# Each query gives: chart, territory, place, group, n, period, holders, left-censored, undecided works, gaps.
# {condition} is true, false or NULL, {groups} a list. A holder is (work_id, season, since, group, is_return).

_CHANGE = """
    WITH topped AS (
        SELECT o.chart, o.territory, o.period, o.work_id, o.season,
               lag(o.period) OVER (
                   PARTITION BY o.chart, o.territory, o.work_id, o.season ORDER BY o.period
               ) AS last_topped,
               ({condition}) AS qualifies, ({certainly}) AS certainly, f.release_date
        FROM number_one o
        JOIN fact f USING (work_id)
        JOIN series k USING (chart)
        WHERE o.counting = $counting AND o.scope = $scope
    ),
    placed AS (
        SELECT t.*, c.is_earliest, c.right_before, p.previous, t.last_topped IS DISTINCT FROM p.previous AS is_new
        FROM topped t
        JOIN coverage c ON c.scope = $scope AND c.chart = t.chart AND c.territory = t.territory AND c.period = t.period
        JOIN (SELECT chart, territory, period,
                     lag(period) OVER (PARTITION BY chart, territory ORDER BY period) AS previous
              FROM seen WHERE scope = $scope) p
          ON p.chart = t.chart AND p.territory = t.territory AND p.period = t.period
    ),
    -- Right before, whoever counts could have been there or not, unless it is known to have been; whether a newcomer
    -- returns, any period decides.
    unsettled AS (
        SELECT DISTINCT t.chart, t.territory, t.period
        FROM placed t
        JOIN missing m ON m.scope = $scope AND m.chart = t.chart AND m.territory = t.territory
        WHERE (m.period = t.period AND {may_be_out})
           OR (m.period < t.period
               AND t.qualifies IS NOT FALSE AND (t.release_date IS NULL OR t.release_date <= m.period + 7)
               AND (m.period = t.right_before AND NOT (m.is_part AND t.last_topped IS NOT DISTINCT FROM m.period)
                    OR ({asks_for_returns} AND t.is_new AND t.last_topped IS NULL)))
        UNION
        -- A newcomer that may be one with what was there before, or with another newcomer.
        SELECT t.chart, t.territory, t.period
        FROM placed t
        JOIN kin x ON x.chart = t.chart AND x.work_id = t.work_id
        JOIN placed o ON o.chart = t.chart AND o.territory = t.territory AND o.work_id = x.other
                     AND o.season IS NOT DISTINCT FROM t.season
        WHERE t.is_new AND t.qualifies IS NOT FALSE
          AND (o.period = t.previous OR (o.period = t.period AND o.is_new)
               OR ({asks_for_returns} AND t.last_topped IS NULL AND o.period < t.period))
    )
    SELECT t.chart, t.territory, t.period::VARCHAR, NULL, NULL, t.period,
           list((t.work_id, t.season, t.period, NULL, t.last_topped IS NOT NULL)) FILTER (WHERE t.qualifies),
           false, list((t.work_id, t.season)) FILTER (WHERE t.certainly IS NULL), any_value(u.period IS NOT NULL)
    FROM placed t
    LEFT JOIN unsettled u USING (chart, territory, period)
    WHERE NOT t.is_earliest AND t.is_new AND {told}
    GROUP BY t.chart, t.territory, t.period
    HAVING count(*) FILTER (WHERE t.qualifies) > 0
"""

_TOLD = {"also": "true", "only": "t.last_topped IS NOT NULL", "never": "t.last_topped IS NULL"}

_ROLL = """
    WITH judged AS (
        SELECT d.chart, d.territory, d.work_id, d.season, d.since, {groups} AS groups, ({condition}) AS qualifies,
               {certain_groups} AS certain_groups, {possible_groups} AS possible_groups, ({certainly}) AS certainly
        FROM debut d
        JOIN fact f USING (work_id)
        JOIN series k USING (chart)
        WHERE d.counting = $counting AND d.scope = $scope
    ),
    -- What is assumed of a work may be otherwise: it may count for any group that the rest leaves, and does for
    -- those in `counts`.
    undecided AS (
        SELECT chart, territory, work_id, season, since,
               possible_groups AS groups,
               CASE WHEN qualifies THEN groups ELSE [] END AS counts
        FROM judged
        WHERE certainly IS NULL OR (certainly AND len(certain_groups) = 0)
    ),
    counted AS (
        SELECT chart, territory, work_id, season, since, unnest(groups) AS grp FROM judged WHERE qualifies
    ),
    roll AS (
        SELECT *, rank() OVER line AS n, row_number() OVER line AS nth_at_least
        FROM counted
        WINDOW line AS (PARTITION BY chart, territory, grp ORDER BY since)
    ),
    {slots},
    {doubts}
    SELECT s.chart, s.territory, coalesce(s.grp || ':', '') || s.n, s.grp, s.n, s.since, s.holders, c.is_earliest,
           u.works, EXISTS (
               SELECT 1 FROM missing m
               WHERE m.scope = $scope AND m.chart = s.chart AND m.territory = s.territory
                 AND m.period <= s.since AND {may_be_out}
           ) OR EXISTS (
               SELECT 1 FROM counted x
               JOIN kin i ON i.chart = x.chart AND i.work_id = x.work_id
               JOIN counted y ON y.chart = x.chart AND y.territory = x.territory AND y.work_id = i.other
                             AND y.season IS NOT DISTINCT FROM x.season AND y.grp IS NOT DISTINCT FROM x.grp
               WHERE x.chart = s.chart AND x.territory = s.territory AND x.since <= s.since AND y.since <= s.since
                 AND CASE WHEN {is_race} THEN list_contains(list_transform(s.holders, lambda h: h[4]), x.grp)
                          ELSE x.grp IS NOT DISTINCT FROM s.grp END
           )
    FROM slot s
    JOIN coverage c ON c.scope = $scope AND c.chart = s.chart AND c.territory = s.territory AND c.period = s.since
    LEFT JOIN doubt u ON u.chart = s.chart AND u.territory = s.territory AND u.since = s.since AND u.n = s.n
                     AND u.grp IS NOT DISTINCT FROM s.grp
"""

_DOUBTS_OF_A_NUMBER = """
    doubt AS (
        SELECT s.chart, s.territory, s.grp, s.n, s.since, list((u.work_id, u.season)) AS works
        FROM slot s
        JOIN undecided u ON u.chart = s.chart AND u.territory = s.territory AND u.since <= s.since
        WHERE s.grp IS NULL OR len(u.groups) = 0 OR list_contains(u.groups, s.grp)
        GROUP BY s.chart, s.territory, s.grp, s.n, s.since
    )
"""

# Which groups could come to n as early: those that hold the place with works from before alone; any other one, also one
# that no work is known to count for (''), with those of the same period too. A work of the same period that may count
# for a group that holds the place completes it. One that is a holder under another title came earlier.
_DOUBTS_OF_A_RACE = """
    name AS (
        SELECT DISTINCT chart, territory, grp AS name FROM counted
        UNION SELECT DISTINCT chart, territory, unnest(groups) FROM undecided
        UNION SELECT DISTINCT chart, territory, '' FROM judged
    ),
    runner AS (
        SELECT s.chart, s.territory, s.n, s.since, s.holders, g.name,
               list_contains(list_transform(s.holders, lambda h: h[4]), g.name) AS wins
        FROM slot s JOIN name g ON g.chart = s.chart AND g.territory = s.territory
    ),
    certain AS (
        SELECT r.chart, r.territory, r.n, r.name, count(x.work_id) AS works
        FROM runner r
        LEFT JOIN counted x ON x.chart = r.chart AND x.territory = r.territory AND x.grp = r.name
                           AND (x.since < r.since OR x.since = r.since AND NOT r.wins)
        GROUP BY r.chart, r.territory, r.n, r.name
    ),
    possible AS (
        SELECT r.chart, r.territory, r.n, r.name, count(x.work_id) AS works
        FROM runner r
        LEFT JOIN undecided x ON x.chart = r.chart AND x.territory = r.territory
                             AND (len(x.groups) = 0 OR list_contains(x.groups, r.name))
                             AND NOT list_contains(x.counts, r.name)
                             AND (x.since < r.since OR x.since = r.since AND NOT r.wins)
        GROUP BY r.chart, r.territory, r.n, r.name
    ),
    rival AS (
        SELECT r.*, c.works + p.works >= r.n AS could_win
        FROM runner r
        JOIN certain c ON c.chart = r.chart AND c.territory = r.territory AND c.n = r.n AND c.name = r.name
        JOIN possible p ON p.chart = r.chart AND p.territory = r.territory AND p.n = r.n AND p.name = r.name
    ),
    doubt AS (
        SELECT chart, territory, NULL AS grp, n, since, list((work_id, season)) AS works
        FROM (
            SELECT DISTINCT r.chart, r.territory, r.n, r.since, u.work_id, u.season
            FROM rival r
            JOIN undecided u ON u.chart = r.chart AND u.territory = r.territory AND u.since <= r.since
                            AND (len(u.groups) = 0 OR list_contains(u.groups, r.name))
            WHERE r.could_win
               OR r.wins AND (u.since = r.since OR list_contains(u.counts, r.name))
               OR EXISTS (
                   SELECT 1 FROM (SELECT unnest(r.holders) AS holder)
                   JOIN kin i ON i.chart = r.chart AND i.work_id = u.work_id AND i.other = holder[1]
                   WHERE u.season IS NOT DISTINCT FROM holder[2]
               )
        )
        GROUP BY chart, territory, n, since
    )
"""

_NTH_SLOTS = """
    slot AS (
        SELECT chart, territory, grp, n, since, list((work_id, season, since, NULL, false)) AS holders
        FROM roll
        WHERE list_contains($at::BIGINT[], n)
        GROUP BY chart, territory, grp, n, since
    )
"""

_RACE_SLOTS = """
    reached AS (
        SELECT chart, territory, nth_at_least AS n, grp, since, min(since) OVER (
            PARTITION BY chart, territory, nth_at_least
        ) AS soonest
        FROM roll
        WHERE list_contains($at::BIGINT[], nth_at_least)
    ),
    slot AS (
        SELECT w.chart, w.territory, NULL AS grp, w.n, w.since,
               list((r.work_id, r.season, r.since, r.grp, false)) AS holders
        FROM reached w
        JOIN roll r ON r.chart = w.chart AND r.territory = w.territory AND r.grp = w.grp AND r.since = w.since
        WHERE w.since = w.soonest
        GROUP BY w.chart, w.territory, w.n, w.since
    )
"""

# What is held by one work: `slot` has chart, territory, work_id, season, what, n, period and left_censored.
_OF_ONE = """
    WITH {within}{slots}
    SELECT s.chart, s.territory, s.work_id || coalesce('/' || s.season, '') || ':' || s.what,
           s.work_id || coalesce('/' || s.season, ''), s.n, s.period, [(s.work_id, s.season, s.period, NULL, false)],
           s.left_censored OR c.is_earliest, CASE WHEN ({certainly}) IS NULL THEN [(s.work_id, s.season)] END, s.unknown
    FROM slot s
    JOIN coverage c ON c.scope = $scope AND c.chart = s.chart AND c.territory = s.territory AND c.period = s.period
    JOIN fact f USING (work_id)
    JOIN series k ON k.chart = s.chart
    WHERE ({condition})
"""

_SPREAD_SLOTS = """
    tally AS (
        SELECT chart, work_id, season, since AS period,
               sum(count(*)) OVER (PARTITION BY chart, work_id, season ORDER BY since)::BIGINT AS topped
        FROM debut
        WHERE counting = $counting AND scope = 'territory'
        GROUP BY chart, work_id, season, since
    ),
    charted_in AS (SELECT * FROM charted_since),
    -- A work can only come to have topped all of them in a period in which it topped one more.
    whole AS (
        SELECT t.chart, t.work_id, t.season, t.period, t.topped
        FROM tally t JOIN charted_in i ON i.chart = t.chart AND i.since <= t.period
        GROUP BY ALL
        HAVING count(*) = t.topped AND count(*) >= 2
    ),
    reached AS (
        SELECT chart, work_id, season, n::VARCHAR AS what, n, min(period) AS period, n AS wanted
        FROM tally JOIN (SELECT unnest($at::BIGINT[]) AS n) wanted ON topped >= n
        GROUP BY chart, work_id, season, n
        UNION ALL
        SELECT chart, work_id, season, 'all', arg_min(topped, period), min(period), 0
        FROM whole
        WHERE $everywhere
        GROUP BY chart, work_id, season
    ),
    -- Which territories it, or what may be the same work, had topped before.
    topped AS (
        SELECT r.chart, r.work_id, r.season, r.what, d.territory, min(d.since) AS since
        FROM reached r
        JOIN debut d ON d.counting = $counting AND d.scope = 'territory' AND d.chart = r.chart
                    AND d.season IS NOT DISTINCT FROM r.season AND d.since < r.period
                    AND (d.work_id = r.work_id OR EXISTS (
                        SELECT 1 FROM kin i WHERE i.chart = r.chart AND i.work_id = r.work_id AND i.other = d.work_id))
        GROUP BY r.chart, r.work_id, r.season, r.what, d.territory
    ),
    -- The missing editions in which a work may have topped a territory before it is known to have done so.
    hidden AS (
        SELECT r.chart, r.work_id, r.season, r.what, r.period AS reached, m.territory, min(m.period) AS period,
               any_value(d.since) AS since
        FROM reached r
        JOIN fact f USING (work_id)
        JOIN missing m ON m.scope = 'territory' AND m.chart = r.chart AND m.period < r.period
                      AND (f.release_date IS NULL OR f.release_date <= m.period + 7)
        LEFT JOIN topped d ON d.chart = r.chart AND d.work_id = r.work_id AND d.what = r.what
                          AND d.season IS NOT DISTINCT FROM r.season AND d.territory = m.territory
        WHERE d.since IS NULL OR m.period < d.since
        GROUP BY r.chart, r.work_id, r.season, r.what, r.period, m.territory
    ),
    -- The soonest that each territory may have been topped.
    soonest AS (
        SELECT r.chart, r.work_id, r.season, r.what, r.period AS reached, c.territory, c.since AS charted_since,
               least(d.since, h.period) AS topped
        FROM reached r
        JOIN charted_in c ON c.chart = r.chart AND c.since <= r.period
        LEFT JOIN topped d ON d.chart = r.chart AND d.work_id = r.work_id AND d.what = r.what
                          AND d.season IS NOT DISTINCT FROM r.season AND d.territory = c.territory
        LEFT JOIN hidden h ON h.chart = r.chart AND h.work_id = r.work_id AND h.what = r.what
                          AND h.season IS NOT DISTINCT FROM r.season AND h.territory = c.territory
    ),
    everywhere AS (
        SELECT q.chart, q.work_id, q.season, q.what
        FROM soonest q
        JOIN soonest o ON o.chart = q.chart AND o.work_id = q.work_id AND o.what = q.what
                      AND o.season IS NOT DISTINCT FROM q.season AND o.charted_since <= q.topped
        WHERE q.what = 'all' AND q.topped < q.reached
        GROUP BY q.chart, q.work_id, q.season, q.what, q.territory, q.topped
        HAVING count(*) >= 2 AND bool_and(coalesce(o.topped <= q.topped, false))
    ),
    enough AS (
        SELECT h.chart, h.work_id, h.season, h.what, count(DISTINCT h.territory) AS more
        FROM hidden h
        WHERE h.since IS NULL AND h.what <> 'all'
        GROUP BY h.chart, h.work_id, h.season, h.what
    ),
    known AS (
        SELECT r.chart, r.work_id, r.season, r.what, count(d.territory) AS topped
        FROM reached r
        LEFT JOIN topped d ON d.chart = r.chart AND d.work_id = r.work_id AND d.what = r.what
                          AND d.season IS NOT DISTINCT FROM r.season
        GROUP BY r.chart, r.work_id, r.season, r.what
    ),
    slot AS (
        SELECT r.chart, '*' AS territory, r.work_id, r.season, r.what, r.n, r.period, false AS left_censored,
               a.chart IS NOT NULL OR r.what <> 'all' AND coalesce(e.more, 0) + k.topped >= r.wanted AS unknown
        FROM reached r
        JOIN known k ON k.chart = r.chart AND k.work_id = r.work_id AND k.what = r.what
                    AND k.season IS NOT DISTINCT FROM r.season
        LEFT JOIN enough e ON e.chart = r.chart AND e.work_id = r.work_id AND e.what = r.what
                          AND e.season IS NOT DISTINCT FROM r.season
        LEFT JOIN (SELECT DISTINCT * FROM everywhere) a
               ON a.chart = r.chart AND a.work_id = r.work_id AND a.what = r.what
              AND a.season IS NOT DISTINCT FROM r.season
    )
"""

_REIGN_SLOTS = """
    stepped AS (
        SELECT o.chart, o.territory, o.work_id, o.season, o.period,
               c.right_before IS NULL OR lag(o.period) OVER line IS DISTINCT FROM c.right_before AS begins
        FROM number_one o JOIN coverage c USING (scope, chart, territory, period)
        WHERE o.counting = $counting AND o.scope = $scope
        WINDOW line AS (PARTITION BY o.chart, o.territory, o.work_id, o.season ORDER BY o.period)
    ),
    part_of AS (
        SELECT *, max(period) FILTER (WHERE begins) OVER line AS began, min(period) OVER line AS first_topped,
               row_number() OVER line AS total
        FROM stepped
        WINDOW line AS (PARTITION BY chart, territory, work_id, season ORDER BY period)
    ),
    run AS (
        SELECT p.*, row_number() OVER (
                   PARTITION BY p.chart, p.territory, p.work_id, p.season, p.began ORDER BY p.period
               ) AS length,
               h.earliest
        FROM part_of p
        JOIN (SELECT DISTINCT chart, territory, earliest FROM coverage WHERE scope = $scope) h USING (chart, territory)
    ),
    -- A run can only come to be the longest in one of its own periods.
    longest AS (
        SELECT r.chart, r.territory, r.work_id, r.season, r.period, r.began, r.earliest, r.length
        FROM run r
        JOIN run o ON o.chart = r.chart AND o.territory = r.territory AND o.period <= r.period
                  AND (o.work_id, coalesce(o.season, ''), o.began) <> (r.work_id, coalesce(r.season, ''), r.began)
        WHERE $record AND r.length >= 2
        GROUP BY ALL
        HAVING r.length > max(o.length)
    ),
    held AS (
        SELECT chart, territory, work_id, season, {reached} || coalesce(':' || $since::DATE, '') AS what,
               {reached} AS n, min(period) AS period,
               arg_min(began, period) AS began, arg_min({since_when}, period) = any_value(earliest) AS left_censored
        FROM run
        WHERE list_contains($at::BIGINT[], {reached})
        GROUP BY chart, territory, work_id, season, {reached}
        UNION ALL
        SELECT chart, territory, work_id, season, 'record:' || began, arg_min(length, period), min(period), began,
               began = any_value(earliest)
        FROM longest
        GROUP BY chart, territory, work_id, season, began
    ),
    -- Where a work was at #1 or may have been: in missing periods that it was out by.
    maybe AS (
        SELECT chart, territory, work_id, season, period FROM number_one WHERE counting = $counting AND scope = $scope
        UNION ALL
        SELECT o.chart, o.territory, o.work_id, o.season, m.period
        FROM (SELECT DISTINCT chart, territory, work_id, season FROM number_one
              WHERE counting = $counting AND scope = $scope) o
        JOIN fact f USING (work_id)
        JOIN missing m ON m.scope = $scope AND NOT m.is_part AND m.chart = o.chart AND m.territory = o.territory
                      AND (f.release_date IS NULL OR f.release_date <= m.period + 7)
    ),
    island AS (
        SELECT b.chart, b.territory, b.work_id, b.season, b.period,
               e.position - row_number() OVER (
                   PARTITION BY b.chart, b.territory, b.work_id, b.season ORDER BY b.period) AS island
        FROM maybe b
        JOIN expected e ON e.scope = $scope AND e.chart = b.chart AND e.territory = b.territory AND e.period = b.period
    ),
    -- How long a run may have been by each of its periods, with those before the record if it was there then.
    possible AS (
        SELECT i.*, CASE
                   WHEN NOT bool_or(i.period = h.earliest) OVER whole THEN row_number() OVER line
                   WHEN i.period < h.earliest THEN 0
                   ELSE count(*) FILTER (WHERE i.period >= h.earliest) OVER line
                        + least(greatest(0, coalesce((h.earliest - (f.release_date - 7)) // k.days, 1000000)),
                                coalesce((h.earliest - $since::DATE) // k.days, 1000000)) END AS length,
               min(i.period) FILTER (WHERE i.period >= h.earliest) OVER whole AS starts
        FROM island i
        JOIN fact f USING (work_id)
        JOIN series k ON k.chart = i.chart
        JOIN (SELECT DISTINCT chart, territory, earliest FROM coverage WHERE scope = $scope) h
            ON h.chart = i.chart AND h.territory = i.territory
        WINDOW whole AS (PARTITION BY i.chart, i.territory, i.work_id, i.season, i.island),
               line AS (PARTITION BY i.chart, i.territory, i.work_id, i.season, i.island ORDER BY i.period)
    ),
    -- The same of works together that a title may make one.
    together AS (
        SELECT b.one, o.chart, o.territory, o.season, o.period
        FROM number_one o JOIN may_be b ON b.chart = o.chart AND b.work_id = o.work_id
        WHERE o.counting = $counting AND o.scope = $scope
    ),
    maybe_together AS (
        SELECT * FROM together
        UNION
        SELECT o.one, o.chart, o.territory, o.season, m.period
        FROM (SELECT DISTINCT one, chart, territory, season FROM together) o
        LEFT JOIN work w ON w.work_id = o.one
        JOIN missing m ON m.scope = $scope AND NOT m.is_part AND m.chart = o.chart AND m.territory = o.territory
                      AND (w.release_date IS NULL OR w.release_date <= m.period + 7)
    ),
    island_together AS (
        SELECT b.one, b.chart, b.territory, b.season, b.period,
               e.position - row_number() OVER (
                   PARTITION BY b.one, b.chart, b.territory, b.season ORDER BY b.period) AS island
        FROM maybe_together b
        JOIN expected e ON e.scope = $scope AND e.chart = b.chart AND e.territory = b.territory AND e.period = b.period
    ),
    joint AS (
        SELECT i.*, CASE
                   WHEN NOT bool_or(i.period = h.earliest) OVER whole THEN row_number() OVER line
                   WHEN i.period < h.earliest THEN 0
                   ELSE count(*) FILTER (WHERE i.period >= h.earliest) OVER line
                        + least(greatest(0, coalesce((h.earliest - (w.release_date - 7)) // k.days, 1000000)),
                                coalesce((h.earliest - $since::DATE) // k.days, 1000000)) END AS length,
               min(i.period) FILTER (WHERE i.period >= h.earliest) OVER whole AS starts
        FROM island_together i
        LEFT JOIN work w ON w.work_id = i.one
        JOIN series k ON k.chart = i.chart
        JOIN (SELECT DISTINCT chart, territory, earliest FROM coverage WHERE scope = $scope) h
            ON h.chart = i.chart AND h.territory = i.territory
        WINDOW whole AS (PARTITION BY i.one, i.chart, i.territory, i.season, i.island),
               line AS (PARTITION BY i.one, i.chart, i.territory, i.season, i.island ORDER BY i.period)
    ),
    gone AS (
        SELECT m.chart, m.territory, m.period,
               m.position - row_number() OVER (PARTITION BY m.chart, m.territory ORDER BY m.period) AS island
        FROM missing m WHERE m.scope = $scope AND NOT m.is_part
    ),
    slot AS (
        SELECT s.chart, s.territory, s.work_id, s.season, s.what, s.n, s.period, s.left_censored,
               EXISTS (
                   SELECT 1 FROM missing m
                   WHERE m.scope = $scope AND m.chart = s.chart AND m.territory = s.territory
                     AND {of_all}
                     AND (m.period < s.period
                          OR m.period = s.period AND m.is_part AND starts_with(s.what, 'record:'))
                     AND (f.release_date IS NULL OR f.release_date <= m.period + 7 OR m.is_part AND NOT {is_total})
               )
               OR NOT {is_total} AND (
                   EXISTS (
                       SELECT 1 FROM possible p
                       WHERE p.chart = s.chart AND p.territory = s.territory AND p.work_id = s.work_id
                         AND p.season IS NOT DISTINCT FROM s.season AND p.period <= s.period
                         AND CASE WHEN p.period >= s.began THEN p.period = s.period AND p.length > s.n
                                       AND p.starts < s.began
                                  ELSE p.length >= s.n END
                   )
                   OR starts_with(s.what, 'record:') AND (
                       EXISTS (
                           SELECT 1 FROM possible p
                           WHERE p.chart = s.chart AND p.territory = s.territory AND p.period <= s.period
                             AND (p.work_id, coalesce(p.season, '')) <> (s.work_id, coalesce(s.season, ''))
                             AND p.length >= s.n
                       )
                       OR EXISTS (
                           SELECT 1 FROM gone g
                           WHERE g.chart = s.chart AND g.territory = s.territory AND g.period < s.period
                           GROUP BY g.island HAVING count(*) >= s.n
                       )
                   )
                   OR EXISTS (
                       SELECT 1 FROM joint p
                       JOIN may_be b ON b.chart = p.chart AND b.one = p.one AND b.work_id = s.work_id
                       WHERE p.chart = s.chart AND p.territory = s.territory AND p.season IS NOT DISTINCT FROM s.season
                         AND p.period <= s.period
                         AND CASE WHEN p.period >= s.began THEN p.period = s.period AND p.length > s.n
                                       AND p.starts < s.began
                                  ELSE p.length >= s.n END
                         AND EXISTS (
                             SELECT 1 FROM debut d
                             JOIN may_be o ON o.chart = d.chart AND o.one = p.one AND o.work_id = d.work_id
                             WHERE d.counting = $counting AND d.scope = $scope AND d.chart = s.chart
                               AND d.territory = s.territory AND d.season IS NOT DISTINCT FROM s.season
                               AND d.work_id <> s.work_id AND d.since <= s.period
                         )
                   )
                   -- All others that have topped it may be the same work: then there was no other run.
                   -- Over all territories any such may have been there beside it.
                   OR starts_with(s.what, 'record:') AND (
                       SELECT count(*) > 1 AND bool_and(is_own OR is_kin)
                              OR $scope = 'chart' AND bool_or(is_kin AND since < s.period)
                       FROM (
                           SELECT d.since, d.work_id = s.work_id AND d.season IS NOT DISTINCT FROM s.season AS is_own,
                                  d.season IS NOT DISTINCT FROM s.season AND EXISTS (
                                      SELECT 1 FROM kin i
                                      WHERE i.chart = s.chart AND i.work_id = s.work_id AND i.other = d.work_id
                                  ) AS is_kin
                           FROM debut d
                           WHERE d.counting = $counting AND d.scope = $scope AND d.chart = s.chart
                             AND d.territory = s.territory AND d.since <= s.period
                       )
                   )
                   OR starts_with(s.what, 'record:') AND EXISTS (
                       SELECT 1 FROM joint p
                       WHERE p.chart = s.chart AND p.territory = s.territory AND p.period <= s.period
                         AND p.length >= s.n
                         AND NOT (p.season IS NOT DISTINCT FROM s.season AND EXISTS (
                             SELECT 1 FROM may_be b
                             WHERE b.chart = p.chart AND b.one = p.one AND b.work_id = s.work_id))
                   )
               )
               OR {is_total} AND EXISTS (
                   SELECT 1 FROM debut d
                   JOIN kin i ON i.chart = d.chart AND i.other = d.work_id
                   WHERE d.counting = $counting AND d.scope = $scope AND d.chart = s.chart
                     AND d.territory = s.territory AND i.work_id = s.work_id
                     AND d.season IS NOT DISTINCT FROM s.season AND d.since < s.period
               ) AS unknown
        FROM held s JOIN fact f USING (work_id)
    )
"""


# One method: from the day when a chart came to rank so to that when it came to rank otherwise. Of the periods before
# nothing counts, so that where they are known the record begins with the method, and nothing is left-censored.
_WITHIN = """
    number_one AS (
        SELECT * FROM temp.number_one
        WHERE chart = $chart AND coalesce(period >= $since::DATE, true) AND coalesce(period < $until::DATE, true)
    ),
    debut AS (
        SELECT counting, scope, chart, territory, work_id, season, min(period) AS since FROM number_one GROUP BY ALL
    ),
    known_since AS (
        SELECT scope, chart, territory, min(period) AS since
        FROM (SELECT scope, chart, territory, period FROM seen
              UNION ALL SELECT scope, chart, territory, period FROM named)
        GROUP BY ALL
    ),
    coverage AS (
        SELECT c.* EXCLUDE (earliest, is_earliest), c.is_earliest AND NOT begins AS is_earliest,
               CASE WHEN begins THEN DATE '0001-01-01' ELSE c.earliest END AS earliest
        FROM (SELECT c.*, coalesce(k.since < $since::DATE + c.days, false) AS begins
              FROM temp.coverage c JOIN known_since k USING (scope, chart, territory)) c
        WHERE chart = $chart AND coalesce(period >= $since::DATE, true) AND coalesce(period < $until::DATE, true)
    ),
    missing AS (
        SELECT * FROM temp.missing
        WHERE chart = $chart AND coalesce(period >= $since::DATE, true) AND coalesce(period < $until::DATE, true)
    ),
"""


def milestones(
    connection: duckdb.DuckDBPyConnection, rules: Iterable[Rule], charts: Mapping[str, Chart]
) -> dict[str, Slot]:
    """Return every slot that the rules find in the tables `entry`, `work` and `alias`, by its id."""
    charts = prepare(connection, charts)
    slots: dict[str, Slot] = {}
    for rule in rules:
        for chart, territory, place, group, n, period, holders, left_censored, undecided, gaps in (
            row
            for query, parameters in _queries(rule, charts)
            for row in connection.execute(query, parameters).fetchall()
        ):
            slots[f"{rule['id']}:{chart}:{territory}:{place}"] = Slot(
                rule=rule["id"],
                chart=chart,
                territory=territory,
                group=group,
                n=n,
                period=period,
                holders=frozenset(map(Holder._make, holders)),
                joint=len(holders) > 1,
                left_censored=left_censored,
                undecided=frozenset(undecided or ()),
                gaps=gaps,
            )
    return slots


def early(connection: duckdb.DuckDBPyConnection, min_periods: int) -> set[tuple[str, str, date]]:
    """Return chart, territory and period wherever the record of a scope had fewer than so many periods.

    Gaps are counted, and periods that there never were are not.

    `milestones` must have been asked before.
    """
    rows = connection.execute(
        """
        SELECT chart, territory, period
        FROM (SELECT *, min(position) OVER (PARTITION BY scope, chart, territory) AS first_position
              FROM coverage JOIN expected USING (scope, chart, territory, period))
        WHERE position - first_position + 1 < $min_periods
        """,
        {"min_periods": min_periods},
    ).fetchall()
    return set(rows)


def _queries(rule: Rule, charts: Mapping[str, Chart]) -> list[tuple[str, dict[str, Any]]]:
    """Return the queries that find the slots of a rule, each with its parameters."""
    if rule["kind"] != "reign" or rule.get("across_methods", True):
        return [_query(rule)]
    query, parameters = _query(rule, _WITHIN)
    return [
        (query, {**parameters, "chart": name, "since": since, "until": until})
        for name, chart in charts.items()
        for since, until in zip([None, *chart.changes], [*chart.changes, None], strict=True)
    ]


def _query(rule: Rule, within: str = "") -> tuple[str, dict[str, Any]]:
    """Return the query of a rule and its parameters; `within` are tables in place of others."""
    _refuse_what_no_rule_says(rule)
    condition, parameters = _condition(rule)
    certainly, _ = _condition(rule, _CERTAIN_FACTS)
    parameters |= {"scope": rule["scope"], "counting": rule.get("count", "works")}
    if rule["kind"] == "change":
        told = rule.get("returns", "also")
        query = _CHANGE.format(
            condition=condition,
            certainly=certainly,
            told=_TOLD[told],
            asks_for_returns=str(told != "also").lower(),
            may_be_out=_may_be_out(rule),
        )
        return query, parameters
    parameters["at"] = [n for n in rule.get("at", ()) if n != "all"]
    parts = {
        "condition": condition,
        "certainly": certainly,
        "groups": _groups(rule),
        "certain_groups": _groups(rule, _CERTAIN_FACTS),
        "possible_groups": _possible_groups(rule),
        "may_be_out": _may_be_out(rule),
    }
    match rule["kind"]:
        case "nth":
            query = _ROLL.format(slots=_NTH_SLOTS, doubts=_DOUBTS_OF_A_NUMBER, is_race="false", **parts)
        case "race":
            query = _ROLL.format(slots=_RACE_SLOTS, doubts=_DOUBTS_OF_A_RACE, is_race="true", **parts)
        case "spread":
            parameters["everywhere"] = "all" in rule["at"]
            query = _OF_ONE.format(condition=condition, certainly=certainly, within="", slots=_SPREAD_SLOTS)
        case "reign":
            parameters["record"] = rule.get("record", False)
            reached, since_when = ("total", "first_topped") if rule.get("total", False) else ("length", "began")
            is_total = rule.get("total", False)
            slots = _REIGN_SLOTS.format(
                reached=reached,
                since_when=since_when,
                is_total=str(is_total).lower(),
                of_all="true" if is_total else "m.is_part",
            )
            query = _OF_ONE.format(condition=condition, certainly=certainly, within=within, slots=slots)
            parameters["since"] = None
    return query, parameters


_FIELDS = {
    "change": {"returns"},
    "nth": {"per", "at"},
    "race": {"per", "at"},
    "spread": {"at"},
    "reign": {"at", "record", "total", "across_methods"},
}
_FIELDS_OF_ALL = {"id", "kind", "scope", "where", "count", "origin", "headline", "brief"}
_VALUES = {
    "scope": {"territory", "chart"},
    "count": {"works", "seasons"},
    "origin": {"main", "any"},
    "returns": set(_TOLD),
}


def _refuse_what_no_rule_says(rule: Rule) -> None:
    unknown = rule.keys() - _FIELDS_OF_ALL - _FIELDS[rule["kind"]]
    unknown |= {field for field, values in _VALUES.items() if field in rule and rule[field] not in values}
    if unknown or (rule["kind"] == "race" and not rule.get("per")):
        msg = f"{rule['id']}: {sorted(unknown) or 'a race needs groups'}"
        raise ValueError(msg)
    if rule["kind"] == "spread" and rule["scope"] != "chart":
        msg = f"{rule['id']}: a spread is of scope chart"
        raise ValueError(msg)


Facts = Mapping[str, str]
"""Where facts stand in SQL: those by which a work counts, or those alone that are certain."""

_FACTS: Facts = {
    "work_kind": "f.kind",
    "original_language": "f.original_language",
    "origin_country": "CASE WHEN f.main_known THEN f.origin_countries[1] END",
    "origin_countries": "f.origin_countries",
    "list": "k.list_name",
}
_CERTAIN_FACTS: Facts = {
    **_FACTS,
    "original_language": "f.sure_language",
    "origin_country": "CASE WHEN f.sure_main_known THEN f.sure_countries[1] END",
    "origin_countries": "f.sure_countries",
}


def _may_be_out(rule: Rule) -> str:
    """Return whether a work that was at #1 in a missing period can be of a year that the rule asks for, in SQL."""
    wanted = (rule.get("where") or {}).get("release_year")
    first = wanted.get("from") if isinstance(wanted, Mapping) else wanted
    return "true" if first is None else f"year(m.period + 7) >= {int(first)}"


def _groups(rule: Rule, facts: Facts = _FACTS) -> str:
    """Return the list of groups a work counts for, in SQL: empty when it is unknown."""
    per = rule.get("per")
    if per is None:
        return "[NULL::VARCHAR]"
    if per == "origin_country" and rule.get("origin", "main") == "any":
        return facts["origin_countries"]
    return f"list_filter([{facts[per]}], lambda value: value IS NOT NULL)"


def _possible_groups(rule: Rule) -> str:
    """Return the list of groups a work may count for, in SQL: empty for any. Nobody may know its main country."""
    known, countries = _groups(rule, _CERTAIN_FACTS), _CERTAIN_FACTS["origin_countries"]
    if rule.get("per") != "origin_country":
        return known
    return f"CASE WHEN len({known}) = 0 THEN {countries} ELSE {known} END"


def _condition(rule: Rule, facts: Facts = _FACTS) -> tuple[str, dict[str, Any]]:
    """Return the rule's `where` in SQL, whose three values are those of the rule, and its parameters."""
    terms: list[str] = []
    parameters: dict[str, Any] = {}
    for i, (key, wanted) in enumerate((rule.get("where") or {}).items()):
        if key == "release_year":
            ends = wanted if isinstance(wanted, Mapping) else {"from": wanted, "to": wanted}
            for end, year in ends.items():
                parameters[f"w{i}_{end}"] = year
                terms.append(f"year(f.release_date) {_COMPARED[end]} $w{i}_{end}")
            continue
        operator, operand = next(iter(wanted.items())) if isinstance(wanted, Mapping) else ("in", wanted)
        values = [operand] if isinstance(operand, str) else list(operand)
        if not values or None in values:
            msg = f"where {key}: nothing to compare with"
            raise ValueError(msg)
        parameters[f"w{i}"] = values
        said = _is_among(key, f"$w{i}::VARCHAR[]", facts, is_any=rule.get("origin", "main") == "any")
        terms.append({"in": f"({said})", "not": f"NOT ({said})"}[operator])
    return " AND ".join(terms) or "true", parameters


def _is_among(key: str, wanted: str, facts: Facts, *, is_any: bool) -> str:
    """Return in SQL whether a fact is among some values; NULL where what is unknown could decide it."""
    fact, countries = facts[key], f"nullif({facts['origin_countries']}, []::VARCHAR[])"
    if key == "origin_country" and is_any:
        # A list without elements is a fact that is not known.
        return f"list_has_any({countries}, {wanted})"
    # Whether a list contains NULL is no question for three-valued logic in DuckDB.
    said = f"CASE WHEN {fact} IS NOT NULL THEN list_contains({wanted}, {fact})"
    if key == "origin_country":
        # Where nobody knows which is the main one, what is so of all of them is so of that.
        said += f" WHEN list_has_all({wanted}, {countries}) THEN true"
        said += f" WHEN NOT list_has_any({wanted}, {countries}) THEN false"
    return f"{said} END"


_COMPARED = {"from": ">=", "to": "<="}
