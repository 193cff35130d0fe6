"""Why a source's document cannot be believed: the errors by which it is refused. Nothing stored is changed by it."""

from dataclasses import dataclass

from chartwatch.errors import ChartwatchError


@dataclass
class SourceError(ChartwatchError):
    """A source's bytes were refused. `source` is its name, `where` a line or column ("line 7"), or empty."""

    source: str
    detail: str
    where: str = ""

    def __str__(self) -> str:
        """Name the place, then what is wrong there."""
        place = f"{self.source}, {self.where}" if self.where else self.source
        return f"{place}: {self.detail}"


class SourceEmpty(SourceError):
    """There are no bytes, or a header and no rows."""


class SourceNotATable(SourceError):
    """An HTML page, the word `null`, or anything else that is not the format the source publishes."""


class SourceEncodingError(SourceError):
    """A byte that is not UTF-8."""


class SourceTruncated(SourceError):
    """The bytes end in the middle of a row, of an edition, or of a period that stands on some lists only."""


@dataclass
class SourceChanged(SourceError):
    """A column is missing. `column` is its name."""

    column: str = ""


@dataclass
class SourceValueError(SourceError):
    """A cell that cannot be read. `column` is its name and `value` what stands there."""

    column: str = ""
    value: str = ""


class RanksIncomplete(SourceError):
    """An edition whose ranks are not 1..n, with a rank missing."""


class RanksDuplicated(SourceError):
    """An edition that names one rank twice where the source knows no ties."""


class SourceMislabelled(SourceError):
    """Every row bears a label that cannot be true of all of them (Netflix, November 2021: `TV (English)`)."""


class PeriodTooEarly(SourceError):
    """A period from before any chart that could be meant: a year that is mistyped."""


class PeriodToCome(SourceError):
    """A period further ahead than the one under way when the document was fetched."""


class PeriodMisplaced(SourceError):
    """A period that is no whole number of steps from those that are known: a week on another weekday."""


class EditionTooLarge(SourceError):
    """An edition of more ranks, or of longer cells, than can be stored; nobody can accept it as it is."""


class HistoryShrank(SourceError):
    """A period or a territory that was published before is gone."""


class HistoryRewritten(SourceError):
    """Old periods are given to other titles, or added far before the first; a person may accept the document."""


class OtherProvider(SourceError):
    """A chart that was published by another provider so far; it may be another chart under the same id."""
