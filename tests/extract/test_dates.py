"""Dates of news texts become XSD values, or stay text."""

from __future__ import annotations

from datetime import date

import pytest

from kg.extract.dates import date_value, dates_in

THURSDAY = date(2019, 3, 14)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        pytest.param("12 March 2019", "2019-03-12", None, id="day month year"),
        pytest.param("March 12th, 2019", "2019-03-12", None, id="month day year"),
        pytest.param("Tuesday, 12 March 2019", "2019-03-12", None, id="weekday before"),
        pytest.param("2019-03-12", "2019-03-12", None, id="iso"),
        pytest.param("5 Jan 90", "1990-01-05", None, id="two-digit year"),
        pytest.param("March 2019", "2019-03", None, id="month"),
        pytest.param("early 2016", "2016", None, id="year with a qualifier"),
        pytest.param("from 1979 to 1989", "1979", "1989", id="range in words"),
        pytest.param("between 1979 and 1989", "1979", "1989", id="range between years"),
        pytest.param("between 2 and 21 March 2019", "2019-03-02", "2019-03-21", id="days of a month"),
        pytest.param("2–21 March 2019", "2019-03-02", "2019-03-21", id="days with a dash"),
        pytest.param("1914–18", "1914", "1918", id="range with a dash"),
        pytest.param("the late 1990s", "1990", "1999", id="decade"),
    ],
)
def test_absolute_dates_need_no_publication_date(text: str, start: str, end: str | None) -> None:
    value = date_value(text, None)
    assert value is not None
    assert (value.start, value.end) == (start, end)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        pytest.param("on Tuesday", "2019-03-12", id="weekday before publication"),
        pytest.param("Thursday", "2019-03-14", id="the day of publication itself"),
        pytest.param("last Thursday", "2019-03-07", id="last never means today"),
        pytest.param("next Monday", "2019-03-18", id="next weekday"),
        pytest.param("yesterday", "2019-03-13", id="yesterday"),
        pytest.param("last month", "2019-02", id="last month"),
        pytest.param("in May", "2018-05", id="a month that has not come is last year's"),
        pytest.param("in January", "2019-01", id="a month of this year"),
        pytest.param("12 February", "2019-02-12", id="day without year"),
        pytest.param("20 December", "2018-12-20", id="day of last year"),
        pytest.param("three days ago", "2019-03-11", id="days ago"),
        pytest.param("two years ago", "2017", id="years ago"),
    ],
)
def test_relative_dates_count_from_publication(text: str, start: str) -> None:
    value = date_value(text, THURSDAY)
    assert value is not None
    assert value.start == start


@pytest.mark.parametrize("text", ["Tuesday", "last month", "12 March", "in May", "yesterday", "two days ago"])
def test_without_publication_date_relative_dates_are_not_guessed(text: str) -> None:
    assert date_value(text, None) is None


@pytest.mark.parametrize(
    "text", ["31 February 2019", "the same day", "soon", "1989 to 1979", "flight 1234 to 1999 Avenue"]
)
def test_what_is_no_date_has_no_value(text: str) -> None:
    assert date_value(text, THURSDAY) is None


def test_dates_in_finds_dates_within_sentences() -> None:
    text = "Founded on 3 May 2011, it fought from 1979 to 1989 and again on Tuesday; may it march on."
    assert [text[a:b] for a, b in dates_in(text)] == ["3 May 2011", "from 1979 to 1989", "Tuesday"]


@pytest.mark.parametrize("text", ["2011 and 2015", "21 to 2 March 2019", "between 30 and 31 February 2019"])
def test_what_is_no_range_has_no_value(text: str) -> None:
    assert date_value(text, None) is None


def test_days_of_a_month_take_their_year_from_the_publication() -> None:
    value = date_value("from 2 to 9 March", THURSDAY)
    assert value is not None
    assert (value.start, value.end) == ("2019-03-02", "2019-03-09")


def test_ranges_are_found_and_lists_of_years_are_not() -> None:
    text = "It fought between 2 and 21 May, from 1979 to 1989 and in 2011 and 2015."
    assert [text[a:b] for a, b in dates_in(text)] == ["between 2 and 21 May", "from 1979 to 1989"]
