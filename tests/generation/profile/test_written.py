"""Numbers in writing: money, percentages, quantities, durations, times of day."""

import numpy as np
import pandas as pd
import pytest

from generation.profile.cells import read_cells
from generation.profile.written import read_written


@pytest.mark.parametrize(
    ("cells", "form", "unit", "numbers"),
    [
        (["$1,200.50", "$ 3", "-$4.00"], "currency", "$", [1200.5, 3, -4]),
        (["€ 3,5", "€ 12,75"], "currency", "€", [3.5, 12.75]),
        (["1.234,50 €", "7,00 €"], "currency", "€", [1234.5, 7]),
        (["USD 10", "USD 2.5"], "currency", "USD", [10, 2.5]),
        (["(1,200)", "300"], "separated", "", [-1200, 300]),
        (["1,200", "3,400,000"], "separated", "", [1200, 3_400_000]),
        (["3,5", "12,75"], "separated", "", [3.5, 12.75]),
        (["1 200", "12 345"], "separated", "", [1200, 12_345]),
        (["$1.2M", "$300k"], "currency", "$", [1.2e6, 3e5]),
        (["12%", "3.5 %"], "percentage", "%", [12, 3.5]),
        (["12 kg", "3.5 kg"], "quantity", "kg", [12, 3.5]),
        (["12kg", "1,200 kg"], "quantity", "kg", [12, 1200]),
        (["21 m", "3 m"], "quantity", "m", [21, 3]),
        (["5 apples", "7 apples"], "quantity", "apples", [5, 7]),
        (["3 days", "1 day"], "duration", "days", [3, 1]),
        (["90 min", "120 mins"], "duration", "minutes", [90, 120]),
        (["36 months", "60 months"], "duration", "months", [36, 60]),
        (["1:23:45", "10:00:00"], "duration", "seconds", [5025, 36_000]),
        (["100:30", "2:05"], "duration", "seconds", [361_800, 7500]),
        (["1 h 30 min", "45 min"], "duration", "seconds", [5400, 2700]),
        (["2 days 03:00", "1 day 00:30"], "duration", "seconds", [183_600, 88_200]),
        (["PT1H30M", "PT45S"], "duration", "seconds", [5400, 45]),
        (["08:30", "23:05"], "clock", "seconds", [30_600, 83_100]),
        (["8:30 PM", "12:05 am"], "clock", "seconds", [73_800, 300]),
    ],
)
def test_written_numbers(cells: list[str], form: str, unit: str, numbers: list[float]) -> None:
    found = read_written(pd.Series(cells))
    assert found is not None
    assert (found.form, found.unit) == (form, unit)
    np.testing.assert_allclose(found.numbers, numbers)


@pytest.mark.parametrize(
    "cells",
    [
        ["red", "green"],
        ["2-1", "0-3"],
        ["12 kg", "3 lb"],
        ["A12", "B7"],
        ["1st", "2nd"],
        ["Flat 3", "Flat 4"],
        ["12%", "$3"],
        ["10.0.0.1", "v2"],
        ["2020-01-01", "2020-02-01"],
    ],
    ids=lambda cells: cells[0],
)
def test_words_are_no_numbers(cells: list[str]) -> None:
    assert read_written(pd.Series(cells)) is None


NUMBERS = [str(i) for i in range(1, 51)]


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ([*NUMBERS, *["-9"] * 3, *["-8"] * 2], ("-9", "-8")),
        ([*NUMBERS, *["9999"] * 4], ("9999",)),
        ([*(str(i % 7 + 1) for i in range(60)), *["99"] * 5], ("99",)),
        ([*NUMBERS, *["*"] * 5], ("*",)),
        ([*NUMBERS, "..", "n.a.", "?"], ("..", "?", "n.a.")),
        ([*NUMBERS, "9999"], ()),
        ([*(str(i) for i in range(20, 99)), *["99"] * 3], ()),
        ([*NUMBERS, *["none of it"] * 20], ()),
        (["+", "-", "+", "-"] * 9, ()),
        (["red", "green", "blue", "-"] * 9, ("-",)),
        (["yes", "-"] * 9, ()),
    ],
    ids=["survey", "nines", "99 among answers", "star", "dots", "one outlier", "ages", "words", "signs", "dash", "two"],
)
def test_codes_for_missing(cells: list[str], codes: tuple[str, ...]) -> None:
    found = read_cells(pd.Series(cells))
    assert found.codes == codes
    assert found.present.sum() == len(cells) - sum(cell in codes for cell in cells)
