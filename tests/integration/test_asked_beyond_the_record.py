"""Claims about what the record does not hold: periods outside it, countries that are no more, what is undecided."""

import pytest

from tests.command_line import Write, run
from tests.integration.test_what_came_out_wrong import CATALOG

TWO_DAYS = "period,territory,rank,title\n2022-01-01,US,1,Old\n2022-01-02,US,1,B\n"


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        (("--title", "B", "--on", "2022-01-10", "--new"), 3),
        (("--title", "B", "--on", "2100-01-10", "--new"), 3),
        (("--title", "B", "--on", "2022-01-03", "--new"), 1),
        (("--title", "Old", "--on", "2022-01-03", "--new"), 3),
        (("--title", "B", "--on", "2100-01-10", "--back"), 3),
        (("--title", "B", "--on", "2022-01-03", "--back"), 1),
        (("--title", "B", "--on", "2022-01-04", "--back"), 3),
        (("--title", "B", "--on", "2021-12-31", "--back"), 3),
        (("--title", "B", "--on", "2021-12-31", "--new"), 3),
    ],
)
@pytest.mark.parametrize("territory", ["US", "*"])
def test_who_came_to_number_one_outside_the_record_nobody_knows(
    write: Write, claim: tuple[str, ...], code: int, territory: str
) -> None:
    history = f"csv,chart=d,name=D,cadence=day,depth=1:{write('a.csv', TWO_DAYS)}"
    asked = ("check", "--from", history, "--catalog", "none", "--chart", "d", "--territory", territory)
    done = run(*asked, *claim)
    assert done.exit_code == code, done.stdout


def test_what_came_before_of_whichever_country_won_the_race_and_who_is_known_to_have_is_said_as_far(
    write: Write,
) -> None:
    works = write("works.csv", CATALOG.splitlines()[0] + "\nb,B,series,ko,KR,2021-01-01\n")
    history = f"csv,chart=d,name=D,cadence=day,depth=1,began=2022-01-01:{write('a.csv', TWO_DAYS)}"
    asked = ("check", "--from", history, "--catalog", str(works), "--chart", "d", "--territory", "US")
    done = run(*asked, "--first-with", "1", "--per", "origin_country", "--title", "B")
    said = " ".join(done.stdout.split())
    assert (done.exit_code, "FALSE: It is not so however the unknown turns out. As far as is known, South" in said) == (
        1,
        True,
    ), said


@pytest.mark.parametrize("country", ["SU", "the Soviet Union", "Soviet Union", "su"])
def test_a_country_that_is_no_more_can_be_asked_for(write: Write, country: str) -> None:
    works = write("works.csv", CATALOG.splitlines()[0] + "\nb,B,series,ru,SU,1980-01-01\n")
    history = f"csv,chart=d,name=D,cadence=day,depth=1,began=2022-01-01:{write('a.csv', TWO_DAYS)}"
    asked = ("check", "--from", history, "--catalog", str(works), "--chart", "d", "--territory", "US")
    assert run(*asked, "--title", "B", "--nth", "1", "--country", country).exit_code == 3, "of Old nothing is known"
    assert run(*asked, "--per", "origin_country", "--group", country, "--title", "B", "--nth", "1").exit_code == 3
    slot = run("check", "first-from-country:d:US:SU:1", "--from", history, "--catalog", str(works))
    assert slot.exit_code != 2, slot.stderr
