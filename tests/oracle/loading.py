"""Tables for milestones in SQL: `entry` and `absent` of charts, `work` and `alias` of a catalog."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from chartwatch.domain.works.work import Work

EntryRow = tuple[str, str, date, int, str, str | None, str | None]
"""chart, territory, period, rank, title, season, kind."""

AbsentRow = tuple[str, str, date, bool]
"""chart, territory (`*`: all), period, and whether an edition is known to be missing; else there never was one."""

WorkRow = tuple[str, str, str | None, str | None, Sequence[str], date | None, Sequence[str], bool, Collection[str]]
"""work_id, title, kind, original language, origin countries, release date, aliases, whether the first country is the
main one, names of what is assumed."""

_UNSEEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def title_key(title: str) -> str:
    """Return what two spellings of a title have in common."""
    text = unicodedata.normalize("NFKC", _UNSEEN.sub("", title))
    for plain, typeset in (("'", "’ʼ‘‛′`"), ('"', "“”„‟«»"), ("-", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212")):
        for sign in typeset:
            text = text.replace(sign, plain)
    return " ".join(unicodedata.normalize("NFKC", text.casefold()).split())


def work_row(work: Work) -> WorkRow:
    """Return a work as a row."""
    return (
        work.id,
        work.title,
        work.kind,
        work.original_language,
        work.origin_countries,
        work.release_date,
        work.aliases,
        work.is_main_country_known,
        work.assumed,
    )


def countries_tsv(connection: duckdb.DuckDBPyConnection, path: Path | str) -> None:
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


def entries(connection: duckdb.DuckDBPyConnection, rows: Iterable[EntryRow]) -> None:
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


def absences(connection: duckdb.DuckDBPyConnection, rows: Iterable[AbsentRow]) -> None:
    """Make the table `absent` from rows; without it there are none."""
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE absent AS
        SELECT unnest($c0::VARCHAR[]) AS chart, unnest($c1::VARCHAR[]) AS territory, unnest($c2::DATE[]) AS period,
               unnest($c3::BOOLEAN[]) AS missing
        """,
        _columns(rows, 4),
    )


def catalog_csv(connection: duckdb.DuckDBPyConnection, path: Path | str) -> None:
    """Make the tables `work` and `alias` from a catalog file."""
    connection.execute(
        """
        CREATE OR REPLACE TABLE work AS
        SELECT work_id, title, kind, original_language,
               [trim(part) FOR part IN string_split(coalesce(origin_countries, ''), ';') IF trim(part) <> '']
                   AS origin_countries,
               release_date::DATE AS release_date,
               coalesce(string_split(aliases, ';;'), []) AS aliases, true AS main_known, []::VARCHAR[] AS assumed
        FROM read_csv($path, delim = ',', header = true, quote = '"', escape = '"', all_varchar = true, nullstr = '')
        """,
        {"path": str(path)},
    )
    _index_titles(connection)


def catalog(connection: duckdb.DuckDBPyConnection, works: Iterable[WorkRow]) -> None:
    """Make the tables `work` and `alias` from works; none makes an empty catalog."""
    columns = _columns(works, 9)
    for lists in ("c4", "c6", "c8"):
        columns[lists] = [list(values) for values in columns[lists]]
    connection.execute(
        """
        CREATE OR REPLACE TABLE work AS
        SELECT unnest($c0::VARCHAR[]) AS work_id, unnest($c1::VARCHAR[]) AS title, unnest($c2::VARCHAR[]) AS kind,
               unnest($c3::VARCHAR[]) AS original_language, unnest($c4::VARCHAR[][]) AS origin_countries,
               unnest($c5::DATE[]) AS release_date, unnest($c6::VARCHAR[][]) AS aliases,
               unnest($c7::BOOLEAN[]) AS main_known, unnest($c8::VARCHAR[][]) AS assumed
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
