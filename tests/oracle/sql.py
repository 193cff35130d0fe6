"""Milestones worked out in SQL by DuckDB: from charts, a catalog and rules to slots, all at once."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

EVERYWHERE = "*"
"""The territory of a rule whose scope is the chart."""

EntryRow = tuple[str, str, date, int, str, str | None, str | None]
"""chart, territory, period, rank, title, season, kind."""

WorkRow = tuple[str, str, str | None, str | None, Sequence[str], date | None, Sequence[str]]
"""work_id, title, kind, original language, origin countries (main one first), release date, aliases."""

Rule = Mapping[str, Any]


class Holder(NamedTuple):
    """Who holds a slot. `season` only where seasons are counted, `group` only in a race."""

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
        """Whether an undecided work or a missing period stands before it."""
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
]


def title_key(title: str) -> str:
    """Return what two spellings of a title have in common."""
    text = unicodedata.normalize("NFKC", title)
    for apostrophe in "’ʼ‘":
        text = text.replace(apostrophe, "'")
    return " ".join(text.casefold().split())


# ---------------------------------------------------------------------------------------------------- loading


def load_countries_tsv(connection: duckdb.DuckDBPyConnection, path: Path | str) -> None:
    """Make the table `entry` from Netflix's official file of the weekly Top 10 by country."""
    connection.execute(
        """
        CREATE OR REPLACE TABLE entry AS
        SELECT CASE kind WHEN 'film' THEN 'netflix-weekly-films' ELSE 'netflix-weekly-tv' END AS chart,
               country_iso2 AS territory,
               week::DATE AS period,
               weekly_rank::INTEGER AS rank,
               show_title AS title,
               nullif(season_title, 'N/A') AS season,
               kind
        FROM (
            SELECT *, CASE WHEN category = 'Films' OR starts_with(category, 'Films (') THEN 'film'
                           WHEN category = 'TV' OR starts_with(category, 'TV (') THEN 'series'
                           ELSE error('unknown category ' || category) END AS kind
            FROM read_csv($path, delim = '\t', header = true, quote = '', escape = '', all_varchar = true)
        )
        """,
        {"path": str(path)},
    )


def load_entries(connection: duckdb.DuckDBPyConnection, rows: Iterable[EntryRow]) -> None:
    """Make the table `entry` from rows."""
    columns = _columns(rows, 7)
    connection.execute(
        """
        CREATE OR REPLACE TABLE entry AS
        SELECT unnest($c0::VARCHAR[]) AS chart, unnest($c1::VARCHAR[]) AS territory, unnest($c2::DATE[]) AS period,
               unnest($c3::INTEGER[]) AS rank, unnest($c4::VARCHAR[]) AS title, unnest($c5::VARCHAR[]) AS season,
               unnest($c6::VARCHAR[]) AS kind
        """,
        columns,
    )


def load_catalog_csv(connection: duckdb.DuckDBPyConnection, path: Path | str) -> None:
    """Make the tables `work` and `alias` from a catalog file."""
    connection.execute(
        """
        CREATE OR REPLACE TABLE work AS
        SELECT work_id, title, kind, original_language,
               nullif(trim(split_part(origin_countries, ';', 1)), '') AS origin_country,
               release_date::DATE AS release_date,
               coalesce(string_split(aliases, ';;'), []) AS aliases
        FROM read_csv($path, delim = ',', header = true, quote = '"', escape = '"', all_varchar = true, nullstr = '')
        """,
        {"path": str(path)},
    )
    _index_titles(connection)


def load_catalog(connection: duckdb.DuckDBPyConnection, works: Iterable[WorkRow]) -> None:
    """Make the tables `work` and `alias` from works; none makes an empty catalog."""
    columns = _columns(works, 7)
    columns["c4"] = [next(iter(countries), None) for countries in columns["c4"]]
    columns["c6"] = [list(aliases) for aliases in columns["c6"]]
    connection.execute(
        """
        CREATE OR REPLACE TABLE work AS
        SELECT unnest($c0::VARCHAR[]) AS work_id, unnest($c1::VARCHAR[]) AS title, unnest($c2::VARCHAR[]) AS kind,
               unnest($c3::VARCHAR[]) AS original_language, unnest($c4::VARCHAR[]) AS origin_country,
               unnest($c5::DATE[]) AS release_date, unnest($c6::VARCHAR[][]) AS aliases
        """,
        columns,
    )
    _index_titles(connection)


def _columns(rows: Iterable[Sequence[Any]], width: int) -> dict[str, list[Any]]:
    """Turn rows into one list a column: DuckDB takes a few long parameters much faster than many short ones."""
    columns: dict[str, list[Any]] = {f"c{i}": [] for i in range(width)}
    for row in rows:
        for column, value in zip(columns.values(), row, strict=True):
            column.append(value)
    return columns


def _index_titles(connection: duckdb.DuckDBPyConnection) -> None:
    names = connection.execute("SELECT work_id, kind, unnest(list_append(aliases, title)) FROM work").fetchall()
    connection.execute(
        """
        CREATE OR REPLACE TABLE alias AS
        SELECT DISTINCT * FROM (
            SELECT unnest($c0::VARCHAR[]) AS title_key, unnest($c1::VARCHAR[]) AS kind,
                   unnest($c2::VARCHAR[]) AS work_id
        )
        WHERE title_key <> ''
        """,
        _columns(((title_key(name), kind, work_id) for work_id, kind, name in names), 3),
    )


# ----------------------------------------------------------------------------- what the rules have in common

_NUMBER_ONES = (
    # Which work a title is depends on the period: of two works of one name it is the later one once that is out.
    """
    CREATE OR REPLACE TEMP TABLE charted AS
    WITH spelling AS (SELECT unnest($titles::VARCHAR[]) AS title, unnest($keys::VARCHAR[]) AS title_key),
    top AS (
        SELECT e.chart, e.territory, e.period, e.title, e.season, e.kind, s.title_key
        FROM entry e JOIN spelling s USING (title)
        WHERE e.rank = 1
    ),
    candidate AS (
        SELECT t.title_key, t.kind, t.period, w.work_id, w.release_date,
               max(w.release_date) FILTER (WHERE w.release_date <= t.period)
                   OVER (PARTITION BY t.title_key, t.kind, t.period) AS latest
        FROM (SELECT DISTINCT title_key, kind, period FROM top) t
        JOIN (SELECT DISTINCT title_key, work_id FROM alias) a USING (title_key)
        JOIN work w USING (work_id)
        WHERE t.kind IS NULL OR w.kind IS NULL OR w.kind = t.kind
    ),
    match AS (
        SELECT title_key, kind, period,
               CASE WHEN count(*) = 1 THEN any_value(work_id)
                    WHEN count(release_date) = count(*) AND count(*) FILTER (WHERE release_date = latest) = 1
                    THEN any_value(work_id) FILTER (WHERE release_date = latest) END AS work_id
        FROM candidate
        GROUP BY title_key, kind, period
    )
    SELECT t.*, m.work_id IS NOT NULL AS listed,
           coalesce(m.work_id, 'unlisted:' || coalesce(t.kind, 'any') || ':' || t.title_key) AS work_id
    FROM top t
    LEFT JOIN match m
           ON m.title_key = t.title_key AND m.period = t.period AND m.kind IS NOT DISTINCT FROM t.kind
    """,
    """
    CREATE OR REPLACE TEMP TABLE fact AS
    SELECT work_id, title, kind, original_language, origin_country FROM work
    UNION ALL
    SELECT work_id, arg_min(title, (period, territory, chart, title)), any_value(kind), NULL, NULL
    FROM charted
    WHERE NOT listed
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

_COVERAGE = """
    CREATE OR REPLACE TEMP TABLE coverage AS
    WITH cadence AS (SELECT unnest($charts::VARCHAR[]) AS chart, unnest($days::INTEGER[]) AS days),
    known AS (
        SELECT DISTINCT 'territory' AS scope, chart, territory, period FROM entry
        UNION ALL
        SELECT DISTINCT 'chart', chart, '*', period FROM entry
    ),
    sequence AS (
        SELECT *, lag(period) OVER history AS previous, min(period) OVER history AS earliest
        FROM known JOIN cadence USING (chart)
        WINDOW history AS (PARTITION BY scope, chart, territory ORDER BY period)
    ),
    gap AS (
        -- Expected periods up to the day before this one, less those up to the previous one: all between are missing.
        SELECT *, coalesce((period - 1 - earliest) // days > (previous - earliest) // days, false) AS gap_before
        FROM sequence
    )
    SELECT scope, chart, territory, period, previous, previous IS NULL AS is_earliest, gap_before,
           bool_or(gap_before) OVER (PARTITION BY scope, chart, territory ORDER BY period) AS gap_since_earliest
    FROM gap
"""


def _prepare(connection: duckdb.DuckDBPyConnection, cadence_days: Mapping[str, int]) -> None:
    titles = [t for (t,) in connection.execute("SELECT DISTINCT title FROM entry WHERE rank = 1").fetchall()]
    charted, *rest = _NUMBER_ONES
    connection.execute(charted, {"titles": titles, "keys": [title_key(title) for title in titles]})
    for statement in rest:
        connection.execute(statement)
    charts = {chart for (chart,) in connection.execute("SELECT DISTINCT chart FROM entry").fetchall()}
    if unknown := charts - cadence_days.keys():
        msg = f"no cadence for {sorted(unknown)}"
        raise ValueError(msg)
    connection.execute(_COVERAGE, {"charts": list(cadence_days), "days": list(cadence_days.values())})


# -------------------------------------------------------------------------------------------------- the rules

_FACTS = {"work_kind": "kind", "original_language": "original_language", "origin_country": "origin_country"}

# {condition} is true, false or NULL. A holder is (work_id, season, since, group, is_return).
_CHANGE = """
    WITH topped AS (
        SELECT o.chart, o.territory, o.period, o.work_id, o.season,
               lag(o.period) OVER (
                   PARTITION BY o.chart, o.territory, o.work_id, o.season ORDER BY o.period
               ) AS last_topped
        FROM number_one o
        JOIN fact f USING (work_id)
        WHERE o.counting = $counting AND o.scope = $scope AND ({condition})
    )
    SELECT t.chart, t.territory, NULL, NULL, t.period,
           list((t.work_id, t.season, t.period, NULL, t.last_topped IS NOT NULL)),
           false, NULL, any_value(c.gap_before)
    FROM topped t
    JOIN coverage c ON c.scope = $scope AND c.chart = t.chart AND c.territory = t.territory AND c.period = t.period
    WHERE NOT c.is_earliest AND t.last_topped IS DISTINCT FROM c.previous
    GROUP BY t.chart, t.territory, t.period
"""

_ROLL = """
    WITH judged AS (
        SELECT d.chart, d.territory, d.work_id, d.season, d.since, {per} AS grp, ({condition}) AS qualifies
        FROM debut d
        JOIN fact f USING (work_id)
        WHERE d.counting = $counting AND d.scope = $scope
    ),
    undecided AS (
        SELECT * FROM judged WHERE qualifies IS NULL OR (qualifies AND {group_unknown})
    ),
    roll AS (
        SELECT *, rank() OVER line AS n, row_number() OVER line AS nth_at_least
        FROM judged
        WHERE qualifies AND NOT {group_unknown}
        WINDOW line AS (PARTITION BY chart, territory, grp ORDER BY since)
    ),
    {slots}
    SELECT s.chart, s.territory, s.grp, s.n, s.since, s.holders, c.is_earliest, u.works, c.gap_since_earliest
    FROM slot s
    JOIN coverage c ON c.scope = $scope AND c.chart = s.chart AND c.territory = s.territory AND c.period = s.since
    LEFT JOIN (
        SELECT d.chart, d.territory, d.since, list((u.work_id, u.season)) AS works
        FROM (SELECT DISTINCT chart, territory, since FROM slot) d
        JOIN undecided u ON u.chart = d.chart AND u.territory = d.territory AND u.since < d.since
        GROUP BY d.chart, d.territory, d.since
    ) u ON u.chart = s.chart AND u.territory = s.territory AND u.since = s.since
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


def milestones(
    connection: duckdb.DuckDBPyConnection, rules: Iterable[Rule], cadence_days: Mapping[str, int]
) -> dict[str, Slot]:
    """Return every slot that the rules find in the tables `entry`, `work` and `alias`, by its id."""
    _prepare(connection, cadence_days)
    slots: dict[str, Slot] = {}
    for rule in rules:
        query, parameters = _query(rule)
        for chart, territory, group, n, period, holders, is_earliest, undecided, gaps in connection.execute(
            query, parameters
        ).fetchall():
            if rule["kind"] == "change":
                place = period.isoformat()
            elif group is not None:
                place = f"{group}:{n}"
            else:
                place = str(n)
            slots[f"{rule['id']}:{chart}:{territory}:{place}"] = Slot(
                rule=rule["id"],
                chart=chart,
                territory=territory,
                group=group,
                n=n,
                period=period,
                holders=frozenset(map(Holder._make, holders)),
                joint=len(holders) > 1,
                left_censored=is_earliest,
                undecided=frozenset(undecided or ()),
                gaps=gaps,
            )
    return slots


def _query(rule: Rule) -> tuple[str, dict[str, Any]]:
    """Return the query of a rule and its parameters."""
    per = rule.get("per")
    if (rule["kind"] == "race" and per is None) or (rule["kind"] == "change" and per is not None):
        msg = f"{rule['id']}: a race needs groups, a change knows none"
        raise ValueError(msg)
    if rule["scope"] not in {"territory", "chart"} or rule.get("count", "works") not in {"works", "seasons"}:
        msg = f"{rule['id']}: unknown scope or count"
        raise ValueError(msg)
    condition, parameters = _condition(rule.get("where") or {})
    parameters |= {"scope": rule["scope"], "counting": rule.get("count", "works")}
    if rule["kind"] == "change":
        return _CHANGE.format(condition=condition), parameters
    parameters["at"] = list(rule["at"])
    return _ROLL.format(
        condition=condition,
        per=f"f.{_FACTS[per]}" if per else "NULL::VARCHAR",
        group_unknown="grp IS NULL" if per else "false",
        slots={"nth": _NTH_SLOTS, "race": _RACE_SLOTS}[rule["kind"]],
    ), parameters


def _condition(where: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return a condition in SQL, whose three values are those of the rule, and its parameters."""
    terms: list[str] = []
    parameters: dict[str, Any] = {}
    for i, (key, wanted) in enumerate(where.items()):
        operator, operand = next(iter(wanted.items())) if isinstance(wanted, Mapping) else ("is", wanted)
        values = [operand] if isinstance(operand, str) else list(operand)
        if not values or None in values:
            msg = f"where {key}: nothing to compare with"
            raise ValueError(msg)
        names = [f"w{i}_{j}" for j in range(len(values))]
        parameters |= dict(zip(names, values, strict=True))
        comparison = {"is": "IN", "in": "IN", "not": "NOT IN"}[operator]
        terms.append(f"f.{_FACTS[key]} {comparison} ({', '.join(f'${name}' for name in names)})")
    return " AND ".join(terms) or "true", parameters
