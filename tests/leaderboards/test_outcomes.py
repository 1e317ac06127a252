"""Win credits against the obvious count of battles, and the three kinds of absence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from leaderboards.bradley_terry import ELO
from leaderboards.outcomes import BadScores, Outcomes, head_to_head, outcomes_from_scores, outcomes_of
from leaderboards.ratings import rate_outcomes
from leaderboards.results import read_table
from tests.leaderboards.tables import ended, results

Floats = NDArray[np.float64]


def slow_battles(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Every run of every pair, one by one: credits [T, K], pair credits and pair ties [K, K]."""
    tasks, size, _ = values.shape
    credits, pairs, ties = np.zeros((tasks, size)), np.zeros((size, size)), np.zeros((size, size))
    for t in range(tasks):
        runs = [[v for v in values[t, i] if not np.isnan(v)] for i in range(size)]
        for i in range(size):
            for j in range(size):
                for a in runs[i]:
                    for b in runs[j]:
                        if i != j:
                            weight = 1 / (len(runs[i]) * len(runs[j]))
                            credit = weight * (1.0 if a > b else 0.5 if a == b else 0.0)
                            credits[t, i] += credit
                            pairs[i, j] += credit
                            ties[i, j] += weight * (a == b)
    return credits, pairs, ties


cell = st.sampled_from([np.nan, -np.inf, 0.0, 1.0, 2.0, 3.0])


@settings(max_examples=60)
@given(st.integers(1, 4), st.integers(2, 5), st.integers(1, 3), st.data())
def test_credits_equal_the_count_of_battles(tasks: int, size: int, width: int, data: st.DataObject) -> None:
    flat = data.draw(st.lists(cell, min_size=tasks * size * width, max_size=tasks * size * width))
    values = np.array(flat).reshape(tasks, size, width)
    outcomes = Outcomes(
        tuple("abcde"[:size]), tuple(f"t{i}" for i in range(tasks)), tuple(f"c{i}" for i in range(tasks)), values
    )
    credits, pairs, ties = slow_battles(values)
    counted = head_to_head(outcomes)
    np.testing.assert_allclose(outcomes.credits, credits, atol=1e-12)
    np.testing.assert_allclose(counted.credits, pairs, atol=1e-12)
    np.testing.assert_allclose(counted.ties, ties, atol=1e-12)
    np.testing.assert_allclose(counted.credits + counted.credits.T, counted.battles, atol=1e-12)


def test_failed_not_run_and_error_are_three_things() -> None:
    table = results({"a": 0.0, "b": 1.0, "c": 2.0, "d": 3.0}, tasks=1)
    table = ended(table, table["contestant"] == "a", "missing")
    table = ended(table, table["contestant"] == "b", "invalid")
    table = ended(table, table["contestant"] == "c", "error")
    outcomes = outcomes_of(read_table(table).frame)
    # a and b tie below d; c did not play.
    assert outcomes.credits[0].tolist() == [0.5, 0.5, 0.0, 2.0]
    assert outcomes.present[0].tolist() == [1, 1, 0, 1]


def test_dropping_failures_would_flatter() -> None:
    """The reason for the rule: an agent that often fails gains when failures are dropped instead of counted."""
    table = results({"a": 0.0, "b": 0.5, "flaky": 1.0}, tasks=40, seed=1)
    broken = (table["contestant"] == "flaky") & (table["task"].str[-1].isin(list("0123")))
    table = ended(table, broken, "missing")
    counted = rate_outcomes(outcomes_of(read_table(table).frame)).elo[2]
    dropped = rate_outcomes(outcomes_of(read_table(table[~broken]).frame)).elo[2]
    assert dropped > counted + 50


@pytest.mark.parametrize(("decimals", "tied"), [(1, True), (3, False)])
def test_ties_at_the_printed_precision(decimals: int, tied: bool) -> None:
    outcomes = outcomes_from_scores([[0.501, 0.499]], ["a", "b"], ["t"], decimals=decimals)
    assert outcomes.credits[0].tolist() == ([0.5, 0.5] if tied else [1.0, 0.0])


def test_lower_is_better_turns_the_order() -> None:
    scores = [[1.0, 2.0], [1.0, 2.0]]
    outcomes = outcomes_from_scores(scores, ["a", "b"], ["t", "u"], higher_is_better=[True, False])
    assert outcomes.credits.tolist() == [[0, 1], [1, 0]]


def test_a_failed_run_loses_under_both_directions() -> None:
    outcomes = outcomes_from_scores([[-np.inf, 2.0]] * 2, ["a", "b"], ["t", "u"], higher_is_better=[True, False])
    assert outcomes.credits.tolist() == [[0, 1], [0, 1]]


def test_epochs_are_battled_not_averaged() -> None:
    """Averaging runs stretches the spread; run against run does not."""
    table = results({"a": 0.0, "b": 0.4, "c": 0.8}, tasks=300, seed=5, epochs=4)
    battled = np.ptp(rate_outcomes(outcomes_of(read_table(table).frame)).elo)
    single = np.ptp(rate_outcomes(outcomes_of(read_table(table[table.epoch == 1]).frame)).elo)
    averaged_table = table.groupby(["contestant", "task"], as_index=False).agg(
        {name: "mean" if name == "score" else "first" for name in table.columns if name not in ("contestant", "task")}
    )
    averaged = np.ptp(rate_outcomes(outcomes_of(read_table(averaged_table).frame)).elo)
    assert battled == pytest.approx(single, rel=0.25)
    assert averaged > 1.5 * battled


@pytest.mark.parametrize(
    ("scores", "names", "tasks"),
    [([[1.0, 2.0]], ["a"], ["t"]), ([[1.0, 2.0]], ["a", "a"], ["t"]), ([[1.0, np.inf]], ["a", "b"], ["t"])],
    ids=["shape", "twice", "infinite"],
)
def test_bad_scores_are_refused(scores: list[list[float]], names: list[str], tasks: list[str]) -> None:
    with pytest.raises(BadScores):
        outcomes_from_scores(scores, names, tasks)


def test_the_logistic_scale() -> None:
    """An agent that wins 10 of 11 stands 400 above the other."""
    outcomes = outcomes_from_scores([[1.0, 0.0]] * 10 + [[0.0, 1.0]], ["a", "b"], [f"t{i}" for i in range(11)])
    elo = rate_outcomes(outcomes).elo
    assert elo[0] - elo[1] == pytest.approx(400, abs=1e-9)
    assert pytest.approx(np.log(10) / 400) == 1 / ELO
