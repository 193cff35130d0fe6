"""What works are called that share a title."""

from datetime import date

import pytest

from chartwatch.domain.milestones.told_apart import told_apart
from chartwatch.domain.works.work import Work


def work(work_id: str, title: str = "Hello", *creators: str, country: str = "", year: int = 0) -> Work:
    return Work(
        work_id,
        title,
        creators=creators,
        origin_countries=(country,) if country else (),
        release_date=date(year, 1, 1) if year else None,
    )


@pytest.mark.parametrize(
    ("works", "called"),
    [
        ([work("a", "Hello", "Adele"), work("b", "Other", "Lionel Richie")], {}),
        ([work("a", "Hello", "Adele"), work("a", "Hello", "Adele")], {}),
        (
            [work("a", "Hello", "Adele"), work("b", "HELLO", "Lionel Richie")],
            {"a": "Hello by Adele", "b": "HELLO by Lionel Richie"},
        ),
        ([work("a", "Hello", "A", "B"), work("b", "Hello", "A")], {"a": "Hello by A and B", "b": "Hello by A"}),
        (
            [work("a", year=2015, country="KR"), work("b", year=2019)],
            {"a": "Hello (2015, South Korea)", "b": "Hello (2019)"},
        ),
        (
            [work("a", "Hello", "A", year=2015), work("b", "Hello", "A", year=2019)],
            {"a": "Hello by A (2015)", "b": "Hello by A (2019)"},
        ),
        ([work("a", "Hello", "Adele"), work("b")], {"a": "Hello by Adele"}),
        ([work("a"), work("b")], {}),
    ],
)
def test_works_of_one_title_are_called_by_what_tells_them_apart(works: list[Work], called: dict[str, str]) -> None:
    assert told_apart(works) == called
