"""A plan from a results table: numbers of runs that nobody has, what may be run, costs, and what is foretold."""

import json

import numpy as np
import pandas as pd
import pytest

from leaderboards.board import board
from leaderboards.plan import NothingToPlan, Offered, Plan, plan_runs
from leaderboards.results import read_table
from leaderboards.table import PLAN_COLUMNS
from tests.leaderboards.tables import controls, ended, results

FIELD = {"constant": -1.5, "linear": 0.0, "forest": 0.6, "react[steps=9]@openai/gpt-5": 0.4}


def table_of(tasks: int = 10, **options: int) -> pd.DataFrame:
    return results(FIELD, tasks, **options)


def offers(table: pd.DataFrame, more: int = 0) -> list[Offered]:
    own = [
        Offered(str(row.task), str(row.task_version), str(row.cluster))
        for row in table.drop_duplicates("task").itertuples()
    ]
    return own + [Offered(f"fresh_{i}", "1-A", f"fresh_data_{i}") for i in range(more)]


def plan(table: pd.DataFrame, more: int = 0, **options: object) -> Plan:
    return plan_runs(read_table(table), offers(table, more), **options)  # type: ignore[arg-type]


def keys(found: Plan) -> list[tuple[str, str, int]]:
    return [(row.contestant, row.task, row.epoch) for row in found.rows]


def test_numbers_are_those_that_no_finished_run_has() -> None:
    table = table_of(5, epochs=3)
    table = table[~((table["contestant"] == "linear") & (table["epoch"] == 2))]
    broken = (table["contestant"] == "forest") & (table["epoch"] == 3)
    table = ended(table, broken, "error").reset_index(drop=True)
    found = plan(table, runs=60)
    done = {(row.contestant, row.task, row.epoch) for row in table[table["status"] != "error"].itertuples()}
    assert len(found.rows) == len(set(keys(found))) == 60
    assert not done & set(keys(found))
    assert {row.epoch for row in found.rows if row.contestant == "constant"} >= {4}
    assert min(row.epoch for row in found.rows if row.contestant == "linear") == 2
    assert min(row.epoch for row in found.rows if row.contestant == "forest") == 3, "an error is run again"


def test_the_plan_narrows_and_says_by_how_much() -> None:
    table = results({**FIELD, "constant": -0.7}, 14)
    table = table[~((table["contestant"] == "forest") & (table["task"] > "generated_004"))]
    found = plan(table, runs=8)
    assert not any("prior" in note for note in found.notes)
    assert found.now is not None
    assert found.then is not None
    assert found.then < found.now
    assert found.now - found.then == pytest.approx(sum(row.gain or 0 for row in found.rows))
    assert sum(row.contestant == "forest" for row in found.rows) > 4, "whose interval is widest"
    assert all((one.then or 0) < (one.now or 0) for one in found.contestants if one.contestant == "forest")
    assert [one.contestant for one in found.contestants][-1] == "constant"


@pytest.mark.parametrize("case", ["related tasks", "bounded by the prior", "repeated runs"])
def test_gains_add_up_to_what_is_taken_off_the_half_width_shown(case: str) -> None:
    table = results({**FIELD, "constant": -0.7}, 14, epochs=2 if case == "repeated runs" else 1)
    if case == "related tasks":
        table["cluster"] = [f"data_{int(task[-3:]) // 3}" for task in table["task"]]
    if case == "bounded by the prior":
        table.loc[table["contestant"] == "linear", "status"] = "invalid"
        table.loc[table["contestant"] == "linear", "score"] = np.nan
    found = plan(table, 2, runs=9)
    assert found.now is not None
    assert found.then is not None
    gains = [row.gain or 0.0 for row in found.rows]
    assert min(gains) > 0
    assert sum(gains) == pytest.approx(found.now - found.then)


def test_fresh_tasks_are_planned_and_controls_are_not() -> None:
    table = table_of(6)
    found = plan(pd.concat([table, controls(table)], ignore_index=True), 3, runs=30)
    assert {row.task for row in found.rows} >= {"fresh_0"}
    assert {row.contestant for row in found.rows} <= set(FIELD)
    assert {row.task_version for row in found.rows} == {"1-A"}


def test_who_cannot_be_run_is_not_planned_and_named() -> None:
    found = plan(table_of(6), can_run=lambda name: name != "linear")
    assert "linear" not in {row.contestant for row in found.rows}
    assert any("can't be run here: linear" in note for note in found.notes)


def test_agent_and_model_are_apart_and_costs_are_counted() -> None:
    table = table_of(8)
    table = table[~((table["contestant"].str.contains("@")) & (table["task"] > "generated_003"))]
    model = table["contestant"].str.contains("@")
    found = plan(table.assign(cost_usd=np.where(model, 0.5, np.nan)), runs=30)
    rows = [row for row in found.rows if row.model]
    assert {(row.agent, row.model, row.cost_usd) for row in rows} == {("react[steps=9]", "openai/gpt-5", 0.5)}
    assert {row.cost_usd for row in found.rows if not row.model} == {0.0}
    assert found.cost_usd == pytest.approx(0.5 * len(rows))
    few = plan(table.assign(cost_usd=np.where(model, 0.5, np.nan)), runs=30, dollars=1.2)
    assert sum(bool(row.model) for row in few.rows) <= 2


def test_a_cost_that_is_not_known_is_never_nought() -> None:
    names = {"linear": 0.0, "forest": 0.5, "react@nobody/nothing": 0.2}
    found = plan(results(names, 6), runs=30)
    assert {row.cost_usd for row in found.rows if row.model} == {None}
    assert found.cost_usd is None
    bounded = plan(results(names, 6), runs=30, dollars=5.0)
    assert not [row for row in bounded.rows if row.model]
    assert any("their cost is not known: react@nobody/nothing" in note for note in bounded.notes)


def test_versions_are_told_apart() -> None:
    """Of two versions the offered one counts; a version that nobody ran is a task that nobody ran."""
    old, new = table_of(6), table_of(6, seed=1).assign(task_version="2-A")
    new = new[new["contestant"].isin(["constant", "linear"])]
    both = pd.concat([old, new], ignore_index=True)
    offered = [Offered(str(task), "2-B", f"data_{task}") for task in old["task"].unique()]
    found = plan_runs(read_table(both), offered, runs=12)
    assert {row.task_version for row in found.rows} == {"2-B"}
    assert {row.epoch for row in found.rows if row.contestant == "forest"} >= {2}, "1 was of the old version"


def test_the_frame_is_what_run_reads_and_the_rest_is_json() -> None:
    found = plan(table_of(6), 2, runs=5)
    assert tuple(found.to_frame().columns) == PLAN_COLUMNS
    assert len(found.to_frame()) == 5
    said = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert set(said) == {"rows", "now", "then", "cost_usd", "contestants", "enough", "shares", "notes"}
    assert found.to_dict() == plan(table_of(6), 2, runs=5).to_dict()


def test_contestants_are_in_the_order_of_the_board() -> None:
    """Twins among them, whose ratings differ by rounding alone."""
    for seed in range(12):
        table = results({"zoe": 0.0, "yan": 0.6, "xia": 0.3}, 9 + seed, seed=seed)
        table = pd.concat([table, table.assign(contestant=[f"a{name}" for name in table["contestant"]])])
        table = table.reset_index(drop=True)
        listed = [row.contestant for row in board(table, rounds=1).rows]
        assert [one.contestant for one in plan(table, runs=1).contestants] == listed


def test_nothing_to_plan_is_said() -> None:
    alone = results({"linear": 0.0}, 5)
    with pytest.raises(NothingToPlan, match="Nobody is rated yet"):
        plan(alone)
    with pytest.raises(NothingToPlan, match="no task that can be run here"):
        plan_runs(read_table(table_of(5)), [])
    with pytest.raises(NothingToPlan, match="no contestant of constant, forest"):
        plan(table_of(5), can_run=lambda _: False)
    one = table_of(4).assign(cluster="same")
    assert (plan(one).rows, "All battles come from one dataset" in " ".join(plan(one).notes)) == ((), True)
    assert plan(one, 2).rows


def test_where_every_dataset_says_the_same_the_ratings_alone_decide() -> None:
    found = plan(results({"linear": 0.0, "forest": 9.0, "blend": 20.0}, 5, noise=0.01), 1, runs=6)
    assert len(found.rows) == 6
    assert (found.now, found.then is None) == (None, False)
    assert any("says the same" in note for note in found.notes)
