"""Results as users have them, bad ones too, through the command line: one clear message, or a flagged, right board."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leaderboards.bradley_terry import ELO
from tests.leaderboards.tables import ended, results
from tests.mlesmith.conftest import Run

STRENGTHS = {"linear": 0.0, "forest": 0.8, "boosting": 1.0, "blend": 1.2}


@pytest.fixture
def table() -> pd.DataFrame:
    return results(STRENGTHS, tasks=16, seed=3)


def rated(run: Run, table: pd.DataFrame) -> dict[str, dict[str, object]]:
    """The rows of the board by contestant, and under "" the board itself."""
    table.to_csv("results.csv", index=False)
    code, out, err = run("leaderboard", "results.csv", "--out", "board", "--json")
    assert code == 0, err
    made = json.loads(out)
    assert Path("board/index.html").is_file()
    return {"": made, **{row["contestant"]: row for row in made["rows"]}}


def notes(made: dict[str, dict[str, object]]) -> str:
    return " ".join(map(str, made[""]["notes"]))  # type: ignore[call-overload]


def with_cell(table: pd.DataFrame, row: int, **cells: object) -> pd.DataFrame:
    changed = table.copy().astype(object)
    for column, value in cells.items():
        changed.loc[row, column] = value
    return changed


def islands(table: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([table, results({"x": 0.0, "y": 1.0}, 4, collection="elsewhere")], ignore_index=True)


REFUSED: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "two islands": (islands, "2 groups that share no task: {blend, boosting, forest, linear}; {x, y}"),
    "a score that is no number": (lambda t: with_cell(t, 2, score="nan"), "row 3, column 'score': nan is no finite"),
    "a score left empty": (lambda t: with_cell(t, 2, score=None), "row 3, column 'score': nan is no finite number"),
    "an infinite score": (lambda t: with_cell(t, 2, score="inf"), "row 3, column 'score': inf is no finite number"),
    "minus infinity": (lambda t: with_cell(t, 2, score="-inf"), "row 3, column 'score': -inf is no finite number"),
    "a word for a score": (lambda t: with_cell(t, 2, score="good"), "row 3, column 'score': 'good' is not a number"),
    "a failed run with a score": (lambda t: with_cell(t, 2, status="missing"), "but the status is not graded"),
    "two directions of a task": (
        lambda t: with_cell(t, 2, direction="maximize"),
        "row 3, column 'direction': task 'generated_000' has 'maximize' here and 'minimize' in row 1",
    ),
    "no direction": (lambda t: with_cell(t, 2, direction=None), "'' is not minimize or maximize"),
    "two metrics of a task": (lambda t: with_cell(t, 2, metric="mae"), "has 'mae' here and 'rmse' in row 1"),
    "an agent without a name": (lambda t: with_cell(t, 2, contestant=None), "row 3, column 'contestant': '' is empty"),
    "two families of an agent": (lambda t: with_cell(t, 4, family="x"), "contestant 'linear' has 'x' here"),
    "no row": (lambda t: t.iloc[:0], "results.csv holds no results"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_table_that_can_not_be_rated_is_refused(run: Run, table: pd.DataFrame, name: str) -> None:
    change, words = REFUSED[name]
    change(table).to_csv("results.csv", index=False)
    code, out, err = run("leaderboard", "results.csv", "--out", "board")
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err
    assert not Path("board").exists()


def test_one_agent_has_nobody_to_be_rated_against(run: Run, table: pd.DataFrame) -> None:
    made = rated(run, table[table["contestant"] == "linear"])
    assert (made["linear"]["rating"], made["linear"]["flags"]) == (None, ["no battle"])
    assert "nobody is rated" in notes(made)


def test_one_task_orders_and_bounds_everyone(run: Run, table: pd.DataFrame) -> None:
    one = table[table["task"] == "generated_001"]
    made = rated(run, one)
    order = one.sort_values("score", ascending=False)["contestant"].tolist()
    assert [row["contestant"] for row in made[""]["rows"]] == order  # type: ignore[attr-defined, index]
    assert all(made[name]["flags"] == ["bounded by the prior"] for name in STRENGTHS)
    assert all(made[name]["low"] is None or made[name]["high"] is None for name in STRENGTHS)
    assert "one dataset, so there are no intervals" in notes(made)


@pytest.mark.parametrize("how", ["equal scores", "all failed"])
def test_all_ties_are_a_thousand_without_interval(run: Run, table: pd.DataFrame, how: str) -> None:
    flat = table.assign(score=0.5) if how == "equal scores" else ended(table, table["score"].notna(), "missing")
    made = rated(run, flat)
    for name in STRENGTHS:
        assert made[name]["rating"] == pytest.approx(1000)
        assert (made[name]["low"], made[name]["high"], made[name]["flags"]) == (None, None, ["no interval"])
        assert (made[name]["rank_low"], made[name]["rank_high"]) == (1, 4)
    assert made[""]["tie_share"] == 1
    assert "Every dataset says the same" in notes(made)


def test_undefeated_and_winless_are_flagged_and_the_others_are_right(run: Run, table: pd.DataFrame) -> None:
    """With the prior named: the ratings solve the likelihood with one phantom battle each, half won."""
    giant, dwarf = (results({name: level}, 16) for name, level in (("giant", 50.0), ("dwarf", -50.0)))
    made = rated(run, pd.concat([table, giant, dwarf], ignore_index=True))
    assert made["giant"]["flags"] == made["dwarf"]["flags"] == ["bounded by the prior"]
    assert (made["giant"]["high"], made["dwarf"]["low"]) == (None, None)
    assert "dwarf, giant" in notes(made)
    assert made[""]["parameters"]["prior"] == 1  # type: ignore[index]
    names = [str(row["contestant"]) for row in made[""]["rows"]]  # type: ignore[attr-defined, index]
    strengths = np.array([float(str(made[name]["rating"])) for name in names]) / ELO
    won = np.array([float(str(made[name]["wins"])) for name in names])
    level = _level(strengths)
    expected = [16 * sum(_chance(own - other) for other in strengths) - 8 for own in strengths]
    np.testing.assert_allclose(won + 0.5, np.array(expected) + [_chance(own - level) for own in strengths], atol=1e-6)


def _chance(gap: float) -> float:
    return float(1 / (1 + np.exp(-gap)))


def _level(strengths: np.ndarray) -> float:
    """Where the phantom stands: it wins as many of its battles as it loses."""
    low, high = float(strengths.min()), float(strengths.max())
    for _ in range(200):
        middle = (low + high) / 2
        if sum(_chance(own - middle) for own in strengths) > len(strengths) / 2:
            low = middle
        else:
            high = middle
    return low


def test_rows_that_came_twice_count_once_and_are_named(run: Run, table: pd.DataFrame) -> None:
    expected = rated(run, table)
    made = rated(run, pd.concat([table, table.iloc[:3].assign(score=-9.0)], ignore_index=True))
    assert "3 finished cells came twice" in notes(made)
    assert made[""]["cells"] == expected[""]["cells"]
    for name in STRENGTHS:
        assert made[name] == expected[name]


def test_a_row_that_came_twice_alike_counts_once(run: Run, table: pd.DataFrame) -> None:
    made = rated(run, pd.concat([table, table], ignore_index=True))
    assert made[""]["cells"] == 64
    assert "64 finished cells came twice" in notes(made)


@pytest.mark.parametrize("missing", ["some", "all"])
def test_agents_that_one_side_lacks_are_named(run: Run, missing: str) -> None:
    agents = {f"a{i}": 0.3 * i for i in range(9)}
    others = {f"b{i}": 0.3 * i for i in range(9)} if missing == "all" else {**agents, "stranger": 1.0}
    results(agents, 30, seed=1, collection="left").to_csv("left.csv", index=False)
    results(others, 30, seed=2, collection="right").to_csv("right.csv", index=False)
    code, out, err = run("agreement", "left.csv", "right.csv", "--json")
    if missing == "all":
        assert (code, out) == (2, "")
        assert "0 rated contestants in common" in err
        assert "Missing on the left: b0" in err
    else:
        assert code == 0
        found = json.loads(out)
        assert len(found["points"]) == 9
        assert "Only in right.csv: stranger." in found["notes"]


def test_an_agreement_over_ties_alone_is_undefined_not_wrong(run: Run) -> None:
    agents = {f"a{i}": 0.3 * i for i in range(9)}
    results(agents, 30, seed=1, collection="left").assign(score=1.0).to_csv("left.csv", index=False)
    results(agents, 30, seed=2, collection="right").to_csv("right.csv", index=False)
    code, out, err = run("agreement", "left.csv", "right.csv", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert (found["r"]["value"], found["corrected"], found["same_board"], found["noise"]) == (None, None, None, None)
    assert found["ccc"] == {"value": 0.0, "low": None, "high": None}
