"""Cells: what is missing, what is a number, what is a date."""

import numpy as np
import pandas as pd
import pytest

from generation.profile.cells import read_cells
from generation.profile.dates import compact_dates, date_format


@pytest.mark.parametrize(
    ("cells", "numbers", "codes"),
    [
        (["1", " 2.5 ", "-3e2"], [1, 2.5, -300], ()),
        (["1", "?", "3", ""], [1, np.nan, 3, np.nan], ("?",)),
        (["1", "none", "3", "NA"], [1, np.nan, 3, np.nan], ("NA", "none")),
        (["$1,200", "$3", "€4.50"], [1200, 3, 4.5], ()),
        (["12%", "3.5 %"], [12, 3.5], ()),
    ],
    ids=["plain", "question mark", "words", "money", "percent"],
)
def test_numbers_are_read(cells: list[str], numbers: list[float], codes: tuple[str, ...]) -> None:
    found = read_cells(pd.Series(cells))
    assert found.numbers is not None
    np.testing.assert_array_equal(found.numbers, numbers)
    assert found.codes == codes
    assert found.present.tolist() == [not np.isnan(x) for x in numbers]


def test_none_is_an_honest_category_among_words() -> None:
    found = read_cells(pd.Series(["None", "Grvl", "Pave", "None"]))
    assert found.numbers is None
    assert found.present.all()


def test_a_lonely_negative_code_is_missing() -> None:
    found = read_cells(pd.Series([str(i) for i in range(50)] + ["-999"] * 3))
    assert found.codes == ("-999",)
    assert int(found.present.sum()) == 50


def test_negative_numbers_among_others_are_numbers() -> None:
    found = read_cells(pd.Series([str(i) for i in range(-999, 50)]))
    assert found.codes == ()
    assert found.present.all()


@pytest.mark.parametrize(
    ("cells", "plain"),
    [
        (["1", "2.5", "-3e2"], True),
        (["1", "2", "NA", "?", ""], True),
        ([*map(str, range(50)), *["-999"] * 3], False),
        ([*map(str, range(50)), "*"], False),
        (["$1,200", "$900", "$15"], False),
        (["1", "2", "three"], False),
    ],
)
def test_plain_are_numbers_and_the_usual_words_for_nothing(cells: list[str], plain: bool) -> None:
    assert read_cells(pd.Series(cells)).plain is plain


def test_typed_columns_are_taken_as_they_are() -> None:
    found = read_cells(pd.Series([1.0, np.nan, 3.0]))
    assert found.numbers is not None
    assert found.present.tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        (["2004-01-31", "2004-02-01"], "%Y-%m-%d"),
        (["01/31/2004", "02/01/2004"], "%m/%d/%Y"),
        (["31/01/2004", "01/02/2004"], "%d/%m/%Y"),
        (["1-Jul-04 ", "22-Jul-04"], "%d-%b-%y"),
        (["2004-01-31 12:30:00", "2004-02-01 00:00:00"], "%Y-%m-%d %H:%M:%S"),
        (["Jan 1 2000", "Feb 1 2000"], "%b %d %Y"),
        (["2017-04-11T08:46:42.857Z", "2018-01-01T00:00:00Z"], "ISO8601"),
        (["12-34-5678", "99-99-9999"], ""),
        (["red", "green"], ""),
    ],
)
def test_dates_have_one_format(cells: list[str], form: str) -> None:
    assert date_format(pd.Series(cells).str.strip()) == form


def test_dates_as_whole_numbers() -> None:
    assert compact_dates(np.array([20160131.0, 20161231.0]))
    assert not compact_dates(np.array([20161331.0]))
