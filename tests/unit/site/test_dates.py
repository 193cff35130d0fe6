"""Days in the texts of pages."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from chartwatch.domain import words
from chartwatch.site.rendering import dated


def test_every_day_of_a_text_is_marked_up_and_the_rest_is_escaped() -> None:
    said = 'Tom & "Jerry", <b>since 2 January 2022</b>, of the week to Sunday 30 January 2022'
    assert dated(said) == (
        'Tom &amp; &#34;Jerry&#34;, &lt;b&gt;since <time datetime="2022-01-02">2 January 2022</time>&lt;/b&gt;, '
        'of the week to <time datetime="2022-01-30">Sunday 30 January 2022</time>'
    )


@pytest.mark.parametrize("said", ["31 February 2022", "May 2022", "102 May 2022", "2 May 20221", "2 may 2022", ""])
def test_what_is_no_day_stays_as_it_is(said: str) -> None:
    assert dated(said) == said


@given(st.dates(min_value=date(1000, 1, 1)))
def test_each_day_as_pages_write_it_is_marked_up(period: date) -> None:
    for said in (words.day(period), words.weekday(period)):
        assert dated(said) == f'<time datetime="{period.isoformat()}">{said}</time>'


@given(st.text(st.characters(exclude_categories=("C", "M", "Lo", "Zl", "Zp")), max_size=40))
def test_text_without_days_is_escaped_and_nothing_else(said: str) -> None:
    assert dated(said) == escape(said)
