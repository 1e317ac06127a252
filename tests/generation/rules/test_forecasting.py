"""Courses over time, and quantiles: asked where they should be, split as the data is, without what nobody knows yet."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from generation.formulation import Formulation
from generation.profile import profile_table
from generation.rules.brainstormer import formulations
from generation.rules.designer import write_out
from generation.rules.refactor import normalise
from harness.baselines.contestants import predict
from harness.baselines.problem import Problem
from harness.package import TaskPackage
from tests.generation.rules.tables import fetched, prepared, profiled


def shops(days: int = 90) -> pd.DataFrame:
    """Sales of eight shops, more at weekends; the temperature of the day and yesterday's sales beside them."""
    rng = np.random.default_rng(0)
    frames = []
    for place in range(8):
        when = pd.date_range("2022-01-01", periods=days)
        free = (when.day_of_week > 4).astype(int)
        warmth = rng.normal(15, 5, days)
        sales = rng.uniform(50, 200) * (1 + 0.4 * free) + 2 * (warmth - 15) + rng.normal(0, 10, days)
        frames.append(
            pd.DataFrame(
                {
                    "shop": f"S{place:02d}",
                    "city": "north" if place % 2 else "south",
                    "date": when.strftime("%Y-%m-%d"),
                    "temperature": warmth.round(1),
                    "weekend": free,
                    "sales_lag": np.r_[sales[0], sales[:-1]].round(1),
                    "sales": sales.round(1),
                }
            )
        )
    return pd.concat(frames, ignore_index=True).sample(frac=1, random_state=1).astype(str)


def countries() -> pd.DataFrame:
    """A panel of years that no column calls a date."""
    rng = np.random.default_rng(3)
    rows = [
        (f"land {place}", year, round(40 + place + 0.3 * (year - 1990) + rng.normal(0, 0.5), 2))
        for place in range(25)
        for year in range(1990, 2002)
    ]
    return pd.DataFrame(rows, columns=["country", "year", "life_expectancy"]).astype(str)


def queue(rows: int = 600) -> pd.DataFrame:
    """Waits with a long tail."""
    rng = np.random.default_rng(0)
    hour, staff = rng.integers(8, 20, rows), rng.integers(1, 6, rows)
    wait = 30 * np.exp(0.1 * (hour - 12) - 0.3 * staff + rng.normal(0, 0.6, rows))
    return pd.DataFrame({"hour": hour, "staff": staff, "wait_minutes": wait.round(1)}).astype(str)


def made(frame: pd.DataFrame, name: str, target: str, folder: Path) -> tuple[Formulation, TaskPackage, dict]:
    """The formulation of a target, its package, and what its prepare.py wrote."""
    source, profile = fetched(frame, folder / "raw", name), profiled(frame, folder / "raw", name)
    one = next(one for one in formulations(profile) if one.target == target)
    package = normalise(write_out(profile, one), profile, source, collection="generated")
    root = package.write(folder / "tasks")
    return one, package, prepared(root, folder / "raw", folder / "out")


def test_shops_are_foretold_apart_and_from_what_is_known(tmp_path: Path) -> None:
    one, package, files = made(shops(), "shops.csv", "sales", tmp_path)
    assert (one.objective, one.entity, package.card.task.modality) == ("forecasting", "shop", "panel")
    assert {"temperature", "sales_lag"} <= set(one.drop)
    assert not {"shop", "city", "date", "weekend"} & set(one.drop)
    train, test = files["train.csv"], files["test.csv"]
    assert train["date"].max() < test["date"].min()
    assert set(train["shop"]) == set(test["shop"])
    days = test["date"].nunique()
    assert one.horizon == f"{days} days, {test['date'].min()} to {test['date'].max()}"
    assert one.horizon in package.files["description.md"]


def test_years_of_countries_are_a_course_too(tmp_path: Path) -> None:
    one, _, files = made(countries(), "world.csv", "life_expectancy", tmp_path)
    assert (one.objective, one.entity, one.split.rule, one.split.column) == (
        "forecasting",
        "country",
        "time",
        "year",
    )
    assert one.horizon.endswith("years, 1999 to 2001")
    assert set(files["test.csv"]["year"]) == {"1999", "2000", "2001"}


def test_what_is_followed_is_not_asked_for() -> None:
    assert all(one.target != "shop" for one in formulations(profile_table(shops(), name="shops")))


def test_a_label_of_a_panel_is_never_split_at_random() -> None:
    frame = shops()
    middle = frame.groupby("shop")["sales"].transform(lambda cells: cells.astype(float).median())
    frame["result"] = np.where(frame["sales"].astype(float) > middle, "good", "poor")
    (one, *_) = formulations(profile_table(frame.drop(columns=["sales", "sales_lag"]), name="shops"))
    assert (one.target, one.split.rule) == ("result", "time")


def test_no_target_is_asked_twice() -> None:
    for frame in (shops(), countries(), queue()):
        found = [one.target for one in formulations(profile_table(frame))]
        assert len(found) == len(set(found))


def test_a_wait_is_asked_for_by_its_ninth_decile(tmp_path: Path) -> None:
    one, package, files = made(queue(), "queue.csv", "wait_minutes", tmp_path)
    assert (one.objective, one.metric, one.prediction) == ("quantile", "pinball_90", "number")
    sample = float(files["sample_submission.csv"]["wait_minutes"].iloc[0])
    assert sample == pytest.approx(files["train.csv"]["wait_minutes"].astype(float).quantile(0.9), rel=1e-5)
    assert "90 %" in package.card.title
    assert 'loss="quantile", quantile=0.9' in package.files["solution.py"]


@pytest.mark.parametrize("name", ["constant", "linear", "forest", "boosting"])
def test_a_baseline_states_the_quantile_that_is_asked_for(name: str) -> None:
    rng = np.random.default_rng(1)
    x = rng.uniform(size=1200)
    y = np.exp(2 * x + rng.normal(0, 0.5, 1200))
    table = pd.DataFrame({"x": x.astype(str)})
    problem = Problem(
        train=table[:800],
        test=table[800:],
        targets=y[:800, None],
        labels=(),
        kind="number",
        columns=("y",),
        id_column="id",
        ids=tuple(map(str, range(400))),
        low=None,
        high=None,
        quantile=0.9,
    )
    below = float((y[800:] <= predict(name, problem, 0)[:, 0]).mean())
    assert below == pytest.approx(0.9, abs=0.05)


def test_a_coarser_form_of_the_target_is_left_out() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=500)
    profit = x + rng.normal(0, 0.7, 500)
    way = np.where(profit > 0, "up", "down")
    frame = pd.DataFrame({"way": way, "x": x.round(3), "profit": profit.round(3)}).astype(str)
    (one, *_) = formulations(profile_table(frame))
    assert one.target == "profit"
    assert "coarser" in one.drop["way"]
