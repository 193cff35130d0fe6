"""A chart of horizontal bars: how long each work was at #1, or how many works each country had there."""

from collections.abc import Sequence
from dataclasses import dataclass

from chartwatch.domain import words
from chartwatch.site.pictures.lettering import shortened
from chartwatch.site.pictures.svg import add, linked, percent, picture, written

_ROW = 36
_LABEL_LINE, _BAR_LINE, _BAR = 14, 20, 10
_LABEL_EMS = 16.5
"""The room for a label beside its number, on a phone of 320 pixels."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: what it is of, a count of 0 or more, and where it leads."""

    label: str
    value: int
    href: str | None = None


def bars(rows: Sequence[Bar], *, unit: str, name: str, title: str, description: str) -> str:
    """Return a bar for each row, in that order, with its number in words, as SVG. `unit` is what is counted: `week`.

    Widths are shares of the picture's own, heights are pixels. Raises `ValueError` for a number below 0.
    """
    root = picture(name, title, description, kind="bars", width="100%", height=str(_ROW * len(rows)))
    longest = max((row.value for row in rows), default=0)
    for number, row in enumerate(rows):
        if row.value < 0:
            raise ValueError(f"'{row.label}' has {row.value} {words.plural(unit)}: a bar has 0 or more")
        top = _ROW * number
        line, height = str(top + _BAR_LINE), str(_BAR)
        add(root, "rect", class_="track", y=line, width="100%", height=height)
        group = linked(root, row.href)
        label = add(group, "text", shortened(row.label, _LABEL_EMS), class_="label", y=str(top + _LABEL_LINE))
        if label.text != row.label:
            add(label, "title", row.label)
        if row.value:
            add(group, "rect", class_="b1", y=line, width=percent(row.value / longest), height=height)
        add(root, "text", words.counted(row.value, unit), class_="total", x="100%", y=str(top + _LABEL_LINE))
    return written(root)
