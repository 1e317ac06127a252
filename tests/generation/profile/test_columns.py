"""Kinds of columns."""

from collections.abc import Sequence

import pandas as pd
import pytest

from generation.profile import ColumnProfile, Kind
from generation.profile.cells import read_cells
from generation.profile.columns import ordered_levels, profile_column


def column(cells: Sequence[object], name: str = "x") -> ColumnProfile:
    return profile_column(read_cells(pd.Series([str(cell) for cell in cells])), name, 0)


N = 120


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("weight", [i + 0.5 for i in range(N)], Kind.NUMBER),
        ("rooms", [i % 15 for i in range(N)], Kind.COUNT),
        ("balance", [i - 50 for i in range(N)], Kind.NUMBER),
        ("colour", ["red", "green", "blue"] * 40, Kind.CATEGORY),
        ("species_code", [1, 2, 3] * 40, Kind.CATEGORY),
        ("quality", [3, 4, 5, 6] * 30, Kind.ORDERED),
        ("risk", ["Low", "High", "Medium"] * 40, Kind.ORDERED),
        ("age_band", ["18-24", "25-34", "65+"] * 40, Kind.ORDERED),
        ("churn", ["yes", "No"] * 60, Kind.BOOLEAN),
        ("flag", [0, 1] * 60, Kind.BOOLEAN),
        ("sex", [1, 2] * 60, Kind.CATEGORY),
        ("when", [f"2020-01-{1 + i % 28:02d}" for i in range(N)], Kind.DATE),
        ("review", [f"it was a good day number {i} of many" for i in range(N)], Kind.TEXT),
        ("patient_id", [1000 + 7 * i for i in range(N)], Kind.IDENTIFIER),
        ("customer number", [1000 + 7 * i for i in range(N)], Kind.IDENTIFIER),
        ("serial", [f"k{i:05d}" for i in range(N)], Kind.IDENTIFIER),
        ("version", ["v1"] * N, Kind.CONSTANT),
        ("empty", [""] * N, Kind.CONSTANT),
    ],
)
def test_kinds(name: str, cells: list[object], kind: Kind) -> None:
    assert column(cells, name).kind is kind


def test_figures_of_a_numeric_column() -> None:
    found = column([*range(99), "?"], "speed_km")
    assert (found.low, found.median, found.high) == (0.0, 49.0, 98.0)
    assert found.missing == pytest.approx(0.01)
    assert found.missing_codes == ("?",)
    assert found.unit == "km"
    assert found.whole


def test_levels_come_most_frequent_first() -> None:
    assert column(["b"] * 3 + ["a"] * 5 + ["c"] * 3).levels == (("a", 5), ("b", 3), ("c", 3))


def test_stray_words_are_no_levels_of_numbers() -> None:
    found = column([1, 2, 3] * 100 + ["oops"], "rooms")
    assert [level for level, _ in found.levels] == ["1", "2", "3"]


def test_span_of_dates() -> None:
    found = column(["2020-05-01", "2019-12-31", "2020-01-01"] * 10, "day")
    assert (found.earliest, found.latest, found.date_format) == ("2019-12-31", "2020-05-01", "%Y-%m-%d")


@pytest.mark.parametrize(
    ("levels", "order"),
    [
        (["High", "Low", "Medium"], ("Low", "Medium", "High")),
        (["good", "poor", "fair"], ("poor", "fair", "good")),
        (["65+", "18-24", "25-64"], ("18-24", "25-64", "65+")),
        (["red", "green", "blue"], ()),
        (["Low", "High"], ()),
    ],
)
def test_order_of_levels(levels: list[str], order: tuple[str, ...]) -> None:
    assert ordered_levels(levels) == order
