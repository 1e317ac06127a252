"""What names a row, rows that are nearly the same, places, and orders of levels."""

import numpy as np
import pandas as pd
import pytest

from generation.profile import Kind, profile_table
from generation.profile.scales import ordered_levels


def rows(count: int = 60) -> pd.DataFrame:
    random = np.random.default_rng(2)
    return pd.DataFrame(
        {
            "order_id": [f"o{i:04d}" for i in range(count)],
            "city": random.choice(["Paris", "Rome", "Oslo", "Bonn", "Bern", "Riga"], count),
            "price": random.normal(50, 9, count).round(4),
            "length": random.normal(1e-7, 1e-8, count),
        }
    ).astype(str)


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("city", lambda cell: f"  {cell.upper()} "),
        ("price", lambda cell: f"{float(cell):.3g}"),
        ("length", lambda cell: f"{float(cell):.3g}"),
    ],
    ids=["case and blanks", "rounding", "rounding of the small"],
)
def test_near_duplicates(column: str, other: object) -> None:
    frame = rows()
    again = frame.iloc[[7]].assign(order_id="o9999", **{column: other(frame[column].iloc[7])})  # type: ignore[operator]
    found = profile_table(pd.concat([frame, again], ignore_index=True)).near_duplicates
    assert found.count == 1
    assert found.rows == (7, 60)
    assert found.differing == ("order_id", column)


def test_rows_that_differ_are_no_duplicates() -> None:
    assert profile_table(rows()).near_duplicates.count == 0


def test_equal_rows_are_not_counted_twice() -> None:
    frame = rows().drop(columns="order_id")
    profile = profile_table(pd.concat([frame, frame.iloc[[3]]], ignore_index=True))
    assert (profile.duplicates, profile.near_duplicates.count) == (1, 0)


def test_the_key_of_a_table_and_of_a_panel() -> None:
    assert profile_table(rows()).key == ("order_id",)
    panel = pd.DataFrame({"Country": np.repeat([f"c{i}" for i in range(40)], 10), "Year": [*range(2000, 2010)] * 40})
    panel["gdp"] = np.random.default_rng(0).normal(size=400)
    assert profile_table(panel.astype(str)).key == ("Country", "Year")


def test_latitude_and_longitude_are_a_pair() -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"start_lat": random.uniform(-80, 80, 90), "start_lng": random.uniform(-170, 170, 90)})
    frame["end_lat"] = random.uniform(100, 900, 90)
    assert profile_table(frame.astype(str)).positions == (("start_lat", "start_lng"),)


@pytest.mark.parametrize(
    ("levels", "order"),
    [
        (["Strongly agree", "Disagree", "Neutral"], ("Disagree", "Neutral", "Strongly agree")),
        (["L", "S", "XL"], ("S", "L", "XL")),
        (["Bachelors", "HS-grad", "Doctorate"], ("HS-grad", "Bachelors", "Doctorate")),
        (["65 and over", "under 18", "18-64"], ("under 18", "18-64", "65 and over")),
        (["$50k-$75k", "<$50k", ">$75k"], ("<$50k", "$50k-$75k", ">$75k")),
        (["1. Low", "3. High", "2. Medium"], ("1. Low", "2. Medium", "3. High")),
        (["Stage 3", "Stage 1", "Stage 2"], ("Stage 1", "Stage 2", "Stage 3")),
        (["III", "I", "II"], ("I", "II", "III")),
        (["AAA", "BB", "A"], ("BB", "A", "AAA")),
        (["A-", "B+", "A"], ("B+", "A-", "A")),
        (["30 min", "5 min", "10 min"], ("5 min", "10 min", "30 min")),
        (["2-1", "0-3", "1-1"], ()),
        (["A", "B", "C"], ()),
        (["Mon", "Tue", "Wed"], ()),
    ],
    ids=lambda value: value[0] if value else "none",
)
def test_order(levels: list[str], order: tuple[str, ...]) -> None:
    assert ordered_levels(levels) == order


def test_kinds_of_written_columns() -> None:
    frame = pd.DataFrame(
        {
            "price": [f"${i},{i:03d}.50" for i in range(1, 101)],
            "wait": [f"{10 * (i % 3 + 1)} min" for i in range(100)],
            "start": [f"{i % 24:02d}:30" for i in range(100)],
            "lap duration": [f"{i % 24:02d}:30" for i in range(100)],
            "grade": [("A", "B", "C", "D")[i % 4] for i in range(100)],
            "created": [str(1_600_000_000 + 86_400 * i) for i in range(100)],
            "answer": [("ja", "nein")[i % 2] for i in range(100)],
            "where": [f"{i / 7:.4f}, {i / 9:.4f}" for i in range(100)],
            "body_mass_g": [str(3000 + 7 * i % 89) for i in range(100)],
        }
    )
    profile = profile_table(frame)
    assert [(c.kind, c.form, c.unit) for c in profile.columns] == [
        (Kind.NUMBER, "currency", "$"),
        (Kind.ORDERED, "duration", ""),
        (Kind.COUNT, "clock", "seconds after midnight"),
        (Kind.COUNT, "duration", "seconds"),
        (Kind.CATEGORY, "", ""),
        (Kind.COUNT, "epoch", "seconds since 1970"),
        (Kind.BOOLEAN, "", ""),
        (Kind.TEXT, "coordinates", ""),
        (Kind.COUNT, "", "g"),
    ]
    assert profile["wait"].order == ("10 min", "20 min", "30 min")
    assert profile["grade"].order == ("D", "C", "B", "A")
    assert sum(profile["price"].histogram) == 100
