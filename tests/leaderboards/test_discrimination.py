"""The item-rest correlation of tasks, against a slow and obvious one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboards.board import board
from leaderboards.discrimination import item_rest
from leaderboards.outcomes import Outcomes, outcomes_from_scores
from tests.leaderboards.tables import results


def made(scores: list[list[float]]) -> Outcomes:
    contestants = [f"a{i}" for i in range(len(scores[0]))]
    return outcomes_from_scores(scores, contestants, [f"t{i}" for i in range(len(scores))])


def share(outcomes: Outcomes, contestant: int, tasks: list[int]) -> float:
    """Share of battles won on some tasks, pair by pair; NaN without a battle."""
    won = fought = 0.0
    for task in tasks:
        row = outcomes.values[task, :, 0]
        for other in range(len(row)):
            if other != contestant and not np.isnan(row[[contestant, other]]).any():
                fought += 1
                won += float(row[contestant] > row[other]) + 0.5 * float(row[contestant] == row[other])
    return won / fought if fought else float("nan")


def slow(outcomes: Outcomes, task: int) -> float:
    others = [one for one in range(len(outcomes.tasks)) if one != task]
    there = range(len(outcomes.contestants))
    pairs = np.array([[share(outcomes, who, [task]), share(outcomes, who, others)] for who in there])
    pairs = pairs[~np.isnan(pairs).any(axis=1)]
    if len(pairs) < 3 or (np.ptp(pairs, axis=0) < 1e-9).any():
        return float("nan")
    return float(np.corrcoef(pairs.T)[0, 1])


cells = st.sampled_from([0.0, 1.0, 2.0, 3.0, float("nan"), -float("inf")])


@given(st.lists(st.lists(cells, min_size=4, max_size=4), min_size=2, max_size=5))
def test_it_is_what_counting_battles_gives(scores: list[list[float]]) -> None:
    outcomes = made(scores)
    np.testing.assert_allclose(item_rest(outcomes), [slow(outcomes, task) for task in range(len(scores))], atol=1e-9)


def test_a_task_that_orders_as_the_rest_does_has_one_and_a_turned_one_less_than_none() -> None:
    found = item_rest(made([[1, 2, 3, 4], [2, 3, 4, 5], [0, 1, 2, 3], [4, 3, 2, 1]]))
    assert found[:3] == pytest.approx([1, 1, 1])
    assert found[3] == pytest.approx(-1)


def test_without_contestants_or_spread_there_is_none() -> None:
    assert np.isnan(item_rest(made([[1, 2], [2, 3]]))).all()
    assert np.isnan(item_rest(made([[1, 1, 1], [1, 2, 3]]))).all()
    assert np.isnan(item_rest(made([[float("nan")] * 3] * 2))).all()


def test_the_board_tells_it_with_difficulty_and_without_the_constant() -> None:
    table = results({"a": 0.0, "b": 1.0, "c": 2.0, "constant": -3.0}, 8).assign(difficulty="hard", normalized=0.5)
    table.loc[table["contestant"] == "constant", "normalized"] = 0.0
    tasks = board(table).tasks
    bare = board(table[table["contestant"] != "constant"]).tasks
    assert [task.discrimination for task in tasks] == [task.discrimination for task in bare]
    assert {(task.difficulty, task.normalized) for task in tasks} == {("hard", 0.5)}
