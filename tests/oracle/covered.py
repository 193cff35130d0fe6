"""What all rules ask for, in SQL: who was at #1 when, what titles mean, what was seen, and what is missing."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import duckdb

from tests.oracle.loading import title_key


class Chart(NamedTuple):
    """What must be known of a chart besides its entries: its list is `tv`, `films`, `overall`, ...

    `changes` are the days since when it ranks by something else than before, in order.
    """

    cadence_days: int
    list_name: str = ""
    changes: tuple[date, ...] = ()


_NUMBER_ONES = (
    # Which work a title is depends on the period: of two works of one name it is the later one once that is out.
    """
    CREATE OR REPLACE TEMP TABLE charted AS
    WITH spelling AS (SELECT unnest($texts::VARCHAR[]) AS said, unnest($keys::VARCHAR[]) AS key),
    top AS (
        SELECT e.chart, e.territory, e.period, e.title, e.kind, t.key AS title_key, l.key AS label_key
        FROM entry e JOIN spelling t ON t.said = e.title LEFT JOIN spelling l ON l.said = e.season
        WHERE e.rank = 1
    ),
    -- What a label says besides the title: all of it, where the title is not followed by a space, a colon or a dash.
    label AS (
        SELECT DISTINCT title_key, label_key,
               CASE WHEN starts_with(label_key, title_key)
                    THEN regexp_extract(substr(label_key, length(title_key) + 1), '^(?:[ :–—-]+(.*))?$', 1)
                    END AS after,
               label_key = title_key OR starts_with(label_key, title_key)
                   AND regexp_matches(substr(label_key, length(title_key) + 1), '^[ :–—-]') AS named
        FROM top
        WHERE label_key IS NOT NULL
    ),
    words AS (
        SELECT title_key, label_key,
               regexp_replace(CASE WHEN named THEN after ELSE label_key END, '[ :]+$', '') AS said
        FROM label
        WHERE said NOT IN ('', title_key)
    ),
    meant AS (
        SELECT title_key, label_key,
               CASE WHEN said = 'limited series' THEN '1'
                    WHEN regexp_full_match(said, '(the )?final season( part [0-9]+)?') THEN 'final season'
                    WHEN regexp_full_match(said, '[0-9]+')
                      OR regexp_full_match(said, 'season [0-9]+ part [0-9]+')
                      OR regexp_full_match(said, '(book|chapter|collection|part|season|series|temporada|volume) '
                                                 '[0-9]+( ?:.*)?')
                    THEN regexp_replace(regexp_extract(said, '[0-9]+'), '^0+([0-9])', '\\1')
                    ELSE said END AS season
        FROM words
    ),
    bearer AS (
        SELECT t.chart, t.title_key, t.kind, t.period, w.work_id, w.release_date,
               count(*) OVER (PARTITION BY t.chart, t.title_key, t.kind, t.period) AS bearers
        FROM (SELECT DISTINCT chart, title_key, kind, period FROM top) t
        JOIN (SELECT DISTINCT title_key, work_id FROM alias) a USING (title_key)
        JOIN work w USING (work_id)
        WHERE t.kind IS NULL OR w.kind IS NULL OR w.kind = t.kind
    ),
    -- Seven days are for errors of the catalog; nothing charts long before it is out.
    shown AS (
        SELECT chart, title_key, kind, period, any_value(bearers) AS bearers, list(work_id) AS works,
               list_reverse_sort(list(release_date) FILTER (WHERE release_date IS NOT NULL)) AS dates,
               arg_max(work_id, release_date) AS latest
        FROM bearer
        WHERE release_date IS NULL OR release_date <= period + 7
        GROUP BY chart, title_key, kind, period
    ),
    -- In the month before its release the title was at #1 for something else.
    preceded AS (
        SELECT DISTINCT chart, title_key, kind, release_date AS coming
        FROM bearer
        WHERE period BETWEEN release_date - 30 AND release_date - 8
    ),
    -- A work that came out a month or more after the others is meant, if it is on the chart within a month.
    apart AS (
        SELECT s.*, len(works) = 1 OR len(dates) = len(works) AND dates[1] - dates[2] >= 30 AS is_apart,
               coalesce(period < dates[1] AND p.coming IS NOT NULL, false) AS is_early,
               coalesce(period <= dates[1] + 30, false) AND NOT is_early AS is_recent
        FROM shown s
        LEFT JOIN preceded p ON p.chart = s.chart AND p.title_key = s.title_key AND p.kind IS NOT DISTINCT FROM s.kind
                            AND p.coming = s.dates[1]
    ),
    recent AS (
        SELECT chart, latest, min(period) AS since FROM apart
        WHERE is_apart AND is_recent AND bearers > 1
        GROUP BY chart, latest
    ),
    match AS (
        SELECT a.chart, a.title_key, a.kind, a.period, a.works,
               'unlisted:' || coalesce(a.kind, 'any') || ':' || a.title_key AS own,
               coalesce(a.dates[1]::VARCHAR, '') AS last,
               CASE WHEN len(a.works) = 1 AND NOT a.is_early THEN a.works[1]
                    WHEN a.is_apart AND NOT a.is_early AND (a.is_recent OR coalesce(r.since <= a.period, false))
                    THEN a.latest
                    END AS work_id
        FROM apart a
        LEFT JOIN recent r ON r.chart = a.chart AND r.latest = a.latest
    ),
    -- Of two titles of no catalog nobody can say if they are one, where one lacks the kind that the other has. With a
    -- kind it is itself, unless the one without had been there before.
    bare AS (
        SELECT DISTINCT t.chart, t.title_key, t.kind, t.period,
               'unlisted:' || coalesce(t.kind, 'any') || ':' || t.title_key AS id
        FROM top t
        WHERE NOT EXISTS (SELECT 1 FROM bearer b WHERE b.chart = t.chart AND b.title_key = t.title_key
                                                   AND b.kind IS NOT DISTINCT FROM t.kind)
    ),
    begun AS (SELECT chart, title_key, kind, id, min(period) AS since FROM bare GROUP BY ALL),
    lacking AS (
        SELECT b.chart, b.id, b.period, list(o.id) AS works,
               dense_rank() OVER (PARTITION BY b.chart, b.id ORDER BY count(*)) AS number
        FROM bare b
        JOIN begun s ON s.chart = b.chart AND s.id = b.id
        JOIN begun o ON o.chart = b.chart AND o.title_key = b.title_key AND (o.kind IS NULL) <> (b.kind IS NULL)
                    AND o.since <= CASE WHEN b.kind IS NULL THEN b.period ELSE s.since END
        GROUP BY b.chart, b.id, b.period
    )
    SELECT t.* EXCLUDE (label_key), n.season, m.work_id IS NOT NULL AS listed,
           CASE WHEN m.work_id IS NULL THEN coalesce(m.works, v.works) END AS works,
           coalesce(m.work_id, m.own || ':' || m.last, v.id || ':~' || v.number,
                    'unlisted:' || coalesce(t.kind, 'any') || ':' || t.title_key) AS work_id,
           'unlisted:' || coalesce(t.kind, 'any') || ':' || t.title_key AS own
    FROM top t
    LEFT JOIN meant n ON n.title_key = t.title_key AND n.label_key = t.label_key
    LEFT JOIN match m
           ON m.chart = t.chart AND m.title_key = t.title_key AND m.period = t.period
          AND m.kind IS NOT DISTINCT FROM t.kind
    LEFT JOIN lacking v
           ON v.chart = t.chart AND v.period = t.period
          AND v.id = 'unlisted:' || coalesce(t.kind, 'any') || ':' || t.title_key
    """,
    # What a title may mean that dates do not decide, the work that stands for it among that.
    """
    CREATE OR REPLACE TEMP TABLE may_be AS
    WITH undecided AS (
        SELECT DISTINCT chart, work_id, unnest(list_append(works, own)) AS one FROM charted WHERE works IS NOT NULL
    )
    SELECT chart, one, work_id FROM undecided UNION SELECT chart, one, one FROM undecided
    """,
    """
    CREATE OR REPLACE TEMP TABLE kin AS
    SELECT DISTINCT a.chart, a.work_id, b.work_id AS other
    FROM may_be a JOIN may_be b ON b.chart = a.chart AND b.one = a.one AND b.work_id <> a.work_id
    """,
    """
    CREATE OR REPLACE TEMP TABLE fact AS
    WITH sure AS (
        -- What is certain of a work: all but what is assumed.
        SELECT *,
               CASE WHEN NOT list_contains(assumed, 'original_language') THEN original_language END AS sure_language,
               CASE WHEN list_contains(assumed, 'origin_countries') THEN []::VARCHAR[] ELSE origin_countries END
                   AS sure_countries,
               main_known AND NOT list_contains(assumed, 'main_country') AS sure_main_known
        FROM work
    )
    SELECT work_id, title, kind, original_language, origin_countries, main_known, release_date,
           sure_language, sure_countries, sure_main_known
    FROM sure
    UNION ALL
    SELECT work_id, arg_min(title, (period, territory, chart, title)), any_value(kind),
           NULL, []::VARCHAR[], true, NULL, NULL, []::VARCHAR[], true
    FROM charted
    WHERE NOT listed AND works IS NULL
    GROUP BY work_id
    UNION ALL
    -- What is so of all that a title may mean is known of it, but for when they came out: none of them may be meant. Of
    -- one alone, which is not out yet, nothing is.
    SELECT c.work_id, arg_min(c.title, (c.period, c.territory, c.chart, c.title)),
           coalesce(any_value(c.kind), CASE WHEN count(DISTINCT coalesce(w.kind, '')) = 1 THEN any_value(w.kind) END),
           CASE WHEN count(DISTINCT coalesce(w.sure_language, '')) = 1 THEN any_value(w.sure_language) END AS language,
           CASE WHEN count(DISTINCT (w.sure_countries, w.sure_main_known)) = 1 THEN any_value(w.sure_countries)
                ELSE []::VARCHAR[] END AS countries,
           count(DISTINCT (w.sure_countries, w.sure_main_known)) > 1 OR any_value(w.sure_main_known) AS knows_main,
           NULL, language, countries, knows_main
    FROM (SELECT *, unnest(works) AS candidate FROM charted WHERE works IS NOT NULL) c
    JOIN sure w ON w.work_id = c.candidate
    WHERE len(c.works) > 1
    GROUP BY c.work_id
    UNION ALL
    SELECT work_id, arg_min(title, (period, territory, chart, title)), any_value(kind),
           NULL, []::VARCHAR[], true, NULL, NULL, []::VARCHAR[], true
    FROM charted
    WHERE len(works) = 1 OR starts_with(works[1], 'unlisted:')
    GROUP BY work_id
    """,
    """
    CREATE OR REPLACE TEMP TABLE number_one AS
    WITH placed AS (
        SELECT 'territory' AS scope, chart, territory, period, work_id, season FROM charted
        UNION ALL
        SELECT 'chart', chart, '*', period, work_id, season FROM charted
    )
    SELECT DISTINCT 'works' AS counting, scope, chart, territory, period, work_id, NULL::VARCHAR AS season FROM placed
    UNION ALL
    SELECT DISTINCT 'seasons', scope, chart, territory, period, work_id, season FROM placed
    """,
    """
    CREATE OR REPLACE TEMP TABLE debut AS
    SELECT counting, scope, chart, territory, work_id, season, min(period) AS since
    FROM number_one
    GROUP BY ALL
    """,
)

_SERIES = """
    CREATE OR REPLACE TEMP TABLE series AS
    SELECT unnest($charts::VARCHAR[]) AS chart, unnest($days::INTEGER[]) AS days,
           unnest($lists::VARCHAR[]) AS list_name
"""

# What is seen of each scope; what is known to be missing (`named`), or that there never was (`never`).
_KNOWN = """
    CREATE OR REPLACE TEMP TABLE seen AS
    SELECT DISTINCT 'territory' AS scope, chart, territory, period FROM entry
    UNION ALL
    SELECT DISTINCT 'chart', chart, '*', period FROM entry;

    CREATE OR REPLACE TEMP TABLE charted_since AS
    SELECT chart, territory, min(period) AS since
    FROM (SELECT chart, territory, period FROM entry
          UNION ALL SELECT chart, territory, period FROM absent WHERE missing)
    GROUP BY chart, territory;

    CREATE OR REPLACE TEMP TABLE never AS
    SELECT DISTINCT 'territory' AS scope, c.chart, c.territory, a.period
    FROM charted_since c
    JOIN absent a ON a.chart = c.chart AND NOT a.missing AND a.territory IN ('*', c.territory)
    WHERE NOT EXISTS (SELECT 1 FROM entry e
                      WHERE e.chart = c.chart AND e.territory = c.territory AND e.period = a.period);

    -- Of a period without an edition: there never was one where there was none of any territory that was known by then.
    CREATE OR REPLACE TEMP TABLE blank AS
    SELECT a.chart, a.period, NOT bool_or(a.missing) AND NOT EXISTS (
               SELECT 1 FROM charted_since c
               WHERE c.chart = a.chart AND c.since < a.period
                 AND NOT EXISTS (SELECT 1 FROM never n WHERE n.chart = a.chart AND n.territory = c.territory
                                                         AND n.period = a.period)
           ) AS never
    FROM absent a
    WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.chart = a.chart AND e.period = a.period)
    GROUP BY a.chart, a.period;

    INSERT INTO never SELECT 'chart', chart, '*', period FROM blank WHERE never;

    CREATE OR REPLACE TEMP TABLE named AS
    SELECT 'territory' AS scope, chart, territory, period FROM absent WHERE missing
    UNION ALL
    SELECT 'chart', chart, '*', period FROM blank WHERE NOT never;

    CREATE OR REPLACE TEMP TABLE expected AS
    WITH known AS (SELECT * FROM seen UNION SELECT * FROM named),
    span AS (
        SELECT scope, chart, territory, min(period) AS first, max(period) AS last FROM known GROUP BY ALL
    ),
    due AS (
        SELECT s.scope, s.chart, s.territory,
               s.first + (unnest(range(0, (s.last - s.first) // k.days + 1)) * k.days)::INTEGER AS period
        FROM span s JOIN series k USING (chart)
    )
    SELECT d.*, row_number() OVER (PARTITION BY scope, chart, territory ORDER BY period) AS position
    FROM due d
    WHERE NOT EXISTS (SELECT 1 FROM never n WHERE n.scope = d.scope AND n.chart = d.chart
                                              AND n.territory = d.territory AND n.period = d.period)
"""

_COVERAGE = """
    CREATE OR REPLACE TEMP TABLE coverage AS
    SELECT s.scope, s.chart, s.territory, s.period, k.days,
           min(s.period) OVER history AS earliest, s.period = min(s.period) OVER history AS is_earliest,
           b.period AS right_before
    FROM seen s
    JOIN series k USING (chart)
    JOIN expected e USING (scope, chart, territory, period)
    LEFT JOIN expected b ON b.scope = s.scope AND b.chart = s.chart AND b.territory = s.territory
                        AND b.position = e.position - 1
    WINDOW history AS (PARTITION BY s.scope, s.chart, s.territory)
"""

# Every missing period of a scope: what comes after it is known, or it is named.
_MISSING = """
    CREATE OR REPLACE TEMP TABLE missing AS
    WITH own AS (
        SELECT e.scope, e.chart, e.territory, e.period, e.position
        FROM expected e
        WHERE NOT EXISTS (SELECT 1 FROM seen s WHERE s.scope = e.scope AND s.chart = e.chart
                                                 AND s.territory = e.territory AND s.period = e.period)
    )
    SELECT scope, chart, territory, period, position, false AS is_part FROM own
    UNION ALL
    SELECT 'chart', t.chart, '*', t.period, NULL, true
    FROM own t
    WHERE t.scope = 'territory'
      AND NOT EXISTS (SELECT 1 FROM own w WHERE w.scope = 'chart' AND w.chart = t.chart AND w.period = t.period)
"""


def prepare(connection: duckdb.DuckDBPyConnection, charts: Mapping[str, Chart]) -> Mapping[str, Chart]:
    """Work out what all rules ask for: who was at #1, what titles mean, what was seen, and what is missing.

    Returns the charts that have entries.
    """
    texts = "SELECT DISTINCT unnest([title, season]) AS said FROM entry WHERE rank = 1"
    said = [text for (text,) in connection.execute(f"SELECT said FROM ({texts}) WHERE said IS NOT NULL").fetchall()]
    charted, *rest = _NUMBER_ONES
    connection.execute(charted, {"texts": said, "keys": [title_key(text) for text in said]})
    for statement in rest:
        connection.execute(statement)
    charted_on = {chart for (chart,) in connection.execute("SELECT DISTINCT chart FROM entry").fetchall()}
    if unknown := charted_on - charts.keys():
        msg = f"nothing is said of {sorted(unknown)}"
        raise ValueError(msg)
    connection.execute(
        _SERIES,
        {
            "charts": list(charts),
            "days": [chart.cadence_days for chart in charts.values()],
            "lists": [chart.list_name for chart in charts.values()],
        },
    )
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS absent (chart VARCHAR, territory VARCHAR, period DATE, missing BOOLEAN)"
    )
    connection.execute(_KNOWN)
    connection.execute(_COVERAGE)
    connection.execute(_MISSING)
    return {name: charts[name] for name in sorted(charted_on)}
