"""Courses over time: a lone date is preferred to years and months, and what is followed is never left out."""

from pathlib import Path

import numpy as np
import pandas as pd

from generation.private_splits import PUBLIC
from generation.rules.brainstormer import formulations
from generation.rules.candidates import candidates
from generation.rules.encoding import encode
from generation.rules.forecasting import course, series
from generation.rules.leaks import clear
from generation.rules.skill import Answers, forward, measure
from generation.rules.splitting import late_share
from tests.generation.rules.tables import profiled


def monthly(rows: int = 480) -> pd.DataFrame:
    """A register kept month by month, with its year and month beside the date."""
    when = pd.date_range("1812-01-01", periods=rows, freq="MS")
    level = np.random.default_rng(5).normal(0, 30, rows).cumsum() + 2000
    return pd.DataFrame(
        {"Year": when.year, "month": when.strftime("%b"), "count": level.round(0), "date": when.strftime("%Y-%m-%d")}
    ).astype(str)


def regional_prices(days: int = 300) -> pd.DataFrame:
    """Prices that differ so much between regions that a price alone tells its region."""
    when = pd.date_range("2020-01-01", periods=days, freq="D")
    rng = np.random.default_rng(6)
    parts = [
        pd.DataFrame({"date": when, "region": name, "price": (rng.normal(0, 1, days).cumsum() + 100 * k).round(0)})
        for k, name in enumerate(("north", "south", "west"), start=1)
    ]
    return pd.concat(parts).sort_values(["date", "region"]).astype(str).reset_index(drop=True)


def test_a_lone_date_is_the_time_and_months_are_nobody(tmp_path: Path) -> None:
    profile = profiled(monthly(), tmp_path)
    count = next(one for one in candidates(profile)[0] if one.name == "count")
    assert course(profile, count) == ("date", "")


def test_the_entity_of_a_course_is_never_left_out(tmp_path: Path) -> None:
    profile = profiled(regional_prices(), tmp_path)
    price = next(one for one in candidates(profile)[0] if one.name == "price")
    ahead = series(profile, price, late_share(profile.rows), PUBLIC, "price")
    assert ahead is not None
    assert ahead.entity == "region"
    encoded = encode(profile, np.arange(profile.rows))
    without = clear(profile, price, encoded, split=ahead.split, unknown=ahead.unknown)
    assert "region" in without.drop
    kept = clear(profile, price, encoded, split=ahead.split, unknown=ahead.unknown, entity=ahead.entity)
    assert "region" not in kept.drop


def test_later_rows_are_compared_with_what_could_be_known(tmp_path: Path) -> None:
    """Half of a level that rose is a gain on the old mean, though worse than the mean of the later rows."""
    profile = profiled(monthly(), tmp_path)
    encoded = encode(profile, np.arange(profile.rows))
    rising = np.linspace(0, 100, profile.rows) + np.random.default_rng(7).normal(0, 5, profile.rows)
    fold = forward(np.arange(profile.rows), 0.25)
    found = measure(encoded.inputs(["Year"]), Answers.of_numbers(rising), fold, size=15, seed=0)
    assert found.trees > 0.3


def test_marks_of_another_column_come_after_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    kind = rng.integers(0, 4, 500)
    frame = pd.DataFrame({f"x{k}": (kind + rng.normal(0, 0.5, 500) * (k + 1)).round(3) for k in range(5)})
    frame["target"] = [f"Class_{k}" for k in kind]
    for k in range(4):
        frame[f"target_{k}"] = (kind == k).astype(int)
    asked = formulations(profiled(frame.astype(str), tmp_path))
    assert asked[0].target == "target"
