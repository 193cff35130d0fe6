"""A table: columns of cells as text, however a document holds them; an error says where a cell stands."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TypeAlias, TypeVar

from chartwatch.document_errors import SourceChanged, SourceError, SourceNotATable, SourceTruncated, SourceValueError
from chartwatch.sources.cells import quoted

T = TypeVar("T")

FigureColumn: TypeAlias = tuple[str, str, Callable[[str], str]]
"""A column that is kept as a figure: its name in the document, the name of the figure, and the reader of its cells."""

MAX_ROWS = 2_000_000
"""Rows of a document. Netflix's larger file has some 100,000 a year."""

MAX_NAMED = 30
"""Columns of a document that an error names."""


class Table(ABC):
    """The columns of a document that somebody asked for, by the names that were asked for."""

    def __init__(self, source: str) -> None:
        """Begin without columns."""
        self._source = source
        self._columns: dict[str, list[str]] = {}
        self._unclosed: str | None = None
        """The column of the last cell, where nothing closes it, so that it may have been cut."""
        self._no_texts: dict[str, list[int]] = {}
        """The rows, by column, whose cell the document does not hold as a text or a number, though it may have been."""
        self.notices: list[str] = []
        """What was passed over or read though it is not right, as an option allows; each a sentence."""

    @abstractmethod
    def place(self, row: int) -> str:
        """Return where a row stands in the document: "line 7"."""

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(next(iter(self._columns.values())))

    def has(self, column: str) -> bool:
        """Return whether the document has one of the columns that were asked for."""
        return column in self._columns

    def values(self, column: str, read: Callable[[str], T]) -> list[T]:
        """Return a column as values; `read` is called once for each distinct cell.

        Raises `SourceValueError` for the first cell that `read` refuses with a `ValueError` saying what it is not, or
        `SourceTruncated` when that is the cell in which the document ends.
        """
        known, refused = self._read_cells(column, read)
        if refused:
            row = next(row for row, cell in enumerate(self._columns[column]) if cell in refused)
            raise self.cell_error(row, column, refused[self._columns[column][row]])
        return [known[cell] for cell in self._columns[column]]

    def values_but(self, column: str, read: Callable[[str], T], instead: T, refused: "UnreadRows") -> list[T]:
        """Return a column as `values` does, with `instead` for each cell that is refused.

        What is wrong is noted in `refused`, unless something of the row was before. Raises `SourceTruncated` as
        `values`.
        """
        known, wrong = self._read_cells(column, read)
        cells = self._columns[column]
        for row in [row for row, cell in enumerate(cells) if cell in wrong]:
            refused.note(row, column, wrong[cells[row]])
        last = len(cells) - 1
        if column == self._unclosed and cells[last] in wrong:
            raise self.cell_error(last, column, wrong[cells[last]])
        return [known.get(cell, instead) for cell in cells]

    def values_but_or(self, column: str | None, read: Callable[[str], T], default: T, refused: "UnreadRows") -> list[T]:
        """Return a column as `values_but` does, or `default` for every row where the document has no such column."""
        return self.values_but(column, read, default, refused) if column in self._columns else [default] * len(self)

    def note_no_texts(self, column: str | None, refused: "UnreadRows") -> None:
        """Note in `refused` the rows whose cell in a column was text perhaps, and has been made something else."""
        if column is not None:
            for row in self._no_texts.get(column, ()):
                refused.note(
                    row, column, "is a date, a time or a truth value in the sheet, and no text: format it as text"
                )

    def _read_cells(self, column: str, read: Callable[[str], T]) -> tuple[dict[str, T], dict[str, str]]:
        """Return the value of each distinct cell, and what those are not that are refused."""
        cells = self._columns[column]
        known: dict[str, T] = {}
        refused: dict[str, str] = {}
        for cell in set(cells):
            try:
                known[cell] = read(cell)
            except ValueError as error:
                refused[cell] = str(error)
        return known, refused

    def values_or(self, column: str | None, read: Callable[[str], T], default: T) -> list[T]:
        """Return a column as `values` does, or `default` for every row where the document has no such column."""
        return self.values(column, read) if column in self._columns else [default] * len(self)

    def figures(self, columns: Iterable[FigureColumn], refused: "UnreadRows") -> Iterable[tuple[tuple[str, str], ...]]:
        """Return the figures of each row: its cells in those of `columns` that the document has, without empty ones.

        What cannot be read is left out and noted in `refused`, as `values_but` does.
        """
        present = [
            (name, self.values_but(column, read, "", refused))
            for column, name, read in columns
            if column in self._columns
        ]
        names = [name for name, _ in present]

        @cache
        def named(*cells: str) -> tuple[tuple[str, str], ...]:
            return tuple((name, cell) for name, cell in zip(names, cells, strict=True) if cell)

        return map(named, *(cells for _, cells in present)) if present else [()] * len(self)

    def cell_error(self, row: int, column: str, reason: str) -> SourceError:
        """Return the error about the cell of that row and column; `reason` says what the cell is not."""
        cell, where = self._columns[column][row], self.place(row)
        detail = f"{column} {quoted(cell)} {reason}"
        if column == self._unclosed and row == len(self) - 1:
            return SourceTruncated(self._source, f"the document ends inside a cell: {detail}", where)
        return SourceValueError(self._source, detail, where, column=column, value=cell)


class UnreadRows(Mapping[int, SourceError]):
    """The rows of a table that have a cell which cannot be read, each with the error about the first such cell.

    An error is made when it is asked for: there may be a million.
    """

    def __init__(self, table: Table, numbers: Sequence[int] | None = None) -> None:
        """Begin with none. `numbers` are those of the rows in the table, where these are some of them."""
        self._table = table
        self._numbers: Sequence[int] = range(len(table)) if numbers is None else numbers
        self._cells: dict[int, tuple[str, str]] = {}

    def note(self, number: int, column: str, reason: str) -> None:
        """Note what a cell is not, unless another of its row was noted before."""
        self._cells.setdefault(number, (column, reason))

    def among(self, numbers: Sequence[int]) -> "UnreadRows":
        """Return those that are among some rows of the table, numbered as these are."""
        its = UnreadRows(self._table, numbers)
        its._cells = self._cells
        return its

    def __getitem__(self, row: int) -> SourceError:
        """Return the error about a row."""
        number = self._numbers[row]
        return self._table.cell_error(number, *self._cells[number])

    def __contains__(self, row: object) -> bool:
        """Return whether a row cannot be read."""
        return isinstance(row, int) and self._numbers[row] in self._cells

    def __iter__(self) -> Iterator[int]:
        """Yield the rows in their order."""
        return (row for row, number in enumerate(self._numbers if self._cells else ()) if number in self._cells)

    def __len__(self) -> int:
        """Return how many there are."""
        return sum(1 for _ in self)


def found_columns(
    source: str,
    header: Sequence[str],
    required: Sequence[str],
    optional: Sequence[str],
    *,
    where: str,
    advice: Mapping[str, str],
) -> dict[str, int]:
    """Return where each of the columns that are there stands in a header, whatever the case of its letters.

    `advice` is what to do where one is missing. Raises `SourceChanged` for one that is missing or stands there twice,
    or `SourceNotATable` when none of those that are required is there.
    """
    exact, folded = _places(header, str), _places(header, _folded)
    found = {column: exact.get(column) or folded.get(_folded(column)) for column in (*required, *optional)}
    there_are = ", ".join(quoted(cell) for cell in header[:MAX_NAMED])
    if not any(found[column] for column in required):
        shown = quoted("\t".join(header))
        options = f"; the columns are {there_are}: options such as period_column=NAME say which is which, "
        options += "and columns=NAME,NAME names those of a file without a header"
        reason = f"{shown} is not a header with {', '.join(required)}{options if advice else ''}"
        raise SourceNotATable(source, reason, where)
    for column in required:
        if not found[column]:
            what_to_do = f"; the columns are {there_are}{advice.get(column, '')}" if advice else ""
            raise SourceChanged(source, f"the column {column} is missing{what_to_do}", where, column=column)
    for column, places in found.items():
        if places and len(places) > 1:
            raise SourceChanged(source, f"the column {column} stands there twice", where, column=column)
    return {column: places[0] for column, places in found.items() if places}


def _places(header: Sequence[str], form: Callable[[str], str]) -> Mapping[str, list[int]]:
    places: dict[str, list[int]] = {}
    for index, cell in enumerate(header):
        places.setdefault(form(cell), []).append(index)
    return places


def _folded(name: str) -> str:
    return name.strip().casefold()
