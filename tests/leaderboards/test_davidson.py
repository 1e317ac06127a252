"""Davidson's model of ties against closed forms and a slow judge."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize

from leaderboards.board import board, rate
from leaderboards.bradley_terry import Fit, fit_credits
from leaderboards.davidson import chances, fit_davidson, fit_davidson_rounds
from leaderboards.errors import Islands, UnboundedTies
from leaderboards.intervals import cluster_weights, rerate
from leaderboards.outcomes import head_to_head, outcomes_from_scores
from leaderboards.ratings import Ties, fit_outcomes, rate_outcomes
from tests.leaderboards.tables import results

Floats = NDArray[np.float64]


def fit(won: Floats, tied: Floats) -> Fit:
    """`won` [K, K] wins of row against column, `tied` symmetric."""
    names = [f"p{i}" for i in range(len(won))]
    credits = (won + tied / 2).sum(axis=1)
    return fit_davidson(credits, won + won.T + tied, won, tied, names, ties=float(tied.sum()) / 2)


def slow_fit(won: Floats, tied: Floats, prior: float = 0.0) -> tuple[Floats, float]:
    """The probability of every outcome as Davidson writes it, handed to a general optimiser."""
    size = len(won)

    def loss(free: Floats) -> float:
        power = np.exp(free[:size])
        nu = np.exp(free[size])
        value = 0.0
        for i in range(size):
            for j in range(size):
                if i != j:
                    q = np.sqrt(power[i] * power[j])
                    whole = power[i] + power[j] + nu * q
                    value -= won[i, j] * np.log(power[i] / whole) + tied[i, j] / 2 * np.log(nu * q / whole)
            value -= prior / 2 * (np.log(power[i] / (power[i] + 1)) + np.log(1 / (power[i] + 1)))
        return value + (0.0 if prior else free[:size].sum() ** 2)

    found = minimize(loss, np.zeros(size + 1), method="BFGS", options={"gtol": 1e-8})
    return found.x[:size] - found.x[:size].mean(), float(np.exp(found.x[size]))


def drawn(size: int, seed: int, most: int = 9) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    won = rng.integers(1, most, (size, size)).astype(float)
    tied = np.triu(rng.integers(0, most, (size, size)), 1).astype(float)
    tied[0, 1] += 1
    np.fill_diagonal(won, 0.0)
    return won, tied + tied.T


@pytest.mark.parametrize(("wins", "losses", "ties"), [(6, 3, 2), (1, 1, 8), (40, 10, 1)])
def test_two_contestants_in_closed_form(wins: int, losses: int, ties: int) -> None:
    """pi_1/pi_2 = w/l and nu = t/sqrt(w l): the model fits the three shares exactly."""
    made = fit(np.array([[0.0, wins], [losses, 0.0]]), np.array([[0.0, ties], [ties, 0.0]]))
    assert made.strengths[0] - made.strengths[1] == pytest.approx(np.log(wins / losses))
    assert made.nu == pytest.approx(ties / np.sqrt(wins * losses))
    expected = chances(made)
    assert expected.tie[0, 1] == pytest.approx(ties / (wins + losses + ties))
    assert expected.credit[0, 1] == pytest.approx((wins + ties / 2) / (wins + losses + ties))


@settings(max_examples=15)
@given(st.integers(2, 5), st.integers(0, 2**32 - 1))
def test_fast_equals_slow(size: int, seed: int) -> None:
    won, tied = drawn(size, seed)
    made, (strengths, nu) = fit(won, tied), slow_fit(won, tied)
    np.testing.assert_allclose(made.strengths - made.strengths.mean(), strengths, atol=1e-4)
    assert made.nu == pytest.approx(nu, rel=1e-4)


def test_expected_credits_and_ties_are_the_observed_ones() -> None:
    won, tied = drawn(6, 4)
    made = fit(won, tied)
    expected, battles = chances(made), won + won.T + tied
    np.testing.assert_allclose((battles * expected.credit).sum(axis=1), (won + tied / 2).sum(axis=1), atol=1e-9)
    assert (battles * expected.tie).sum() == pytest.approx(tied.sum())
    np.testing.assert_allclose(expected.credit + expected.credit.T, 1 - np.eye(6), atol=1e-12)


def test_without_ties_it_is_bradley_terry() -> None:
    won, _ = drawn(5, 2)
    made = fit(won, np.zeros((5, 5)))
    plain = fit_credits(won.sum(axis=1), won + won.T, won, list("abcde"))
    np.testing.assert_array_equal(made.strengths, plain.strengths)
    assert (made.nu, plain.nu) == (0.0, None)


def test_half_wins_compress_the_scale_and_davidson_does_not() -> None:
    """statistics.md, section 1: with true strengths and many ties, only Davidson's spread is the true one."""
    rng = np.random.default_rng(1)
    truth = np.linspace(-1, 1, 6)
    won, tied = np.zeros((6, 6)), np.zeros((6, 6))
    for i in range(6):
        for j in range(i):
            half = (truth[i] - truth[j]) / 2
            shares = np.array([np.exp(half), np.exp(-half), 1.0])
            won[i, j], won[j, i], tied[i, j] = rng.multinomial(20_000, shares / shares.sum())
            tied[j, i] = tied[i, j]
    made = fit(won, tied)
    half = fit_credits((won + tied / 2).sum(axis=1), won + won.T + tied, won + tied, list("abcdef"))
    assert made.strengths.std() == pytest.approx(truth.std(), rel=0.02)
    assert half.strengths.std() < 0.8 * truth.std()
    assert made.nu == pytest.approx(1.0, rel=0.02)


def test_an_undefeated_contestant_is_bounded_by_the_prior() -> None:
    won = np.array([[0.0, 3, 3], [0, 0, 2], [0, 2, 0]])
    tied = np.array([[0.0, 0, 0], [0, 0, 1], [0, 1, 0]])
    made = fit(won, tied)
    assert [(b.contestant, b.open_above, b.open_below) for b in made.bounds] == [(0, True, False)]
    strengths, nu = slow_fit(won, tied, prior=1.0)
    np.testing.assert_allclose(made.strengths - made.strengths.mean(), strengths, atol=1e-3)
    assert made.nu == pytest.approx(nu, rel=1e-3)


@pytest.mark.parametrize(
    ("won", "tied"),
    [
        (np.zeros((2, 2)), np.array([[0.0, 5], [5, 0]])),
        (np.array([[0.0, 1], [0, 0]]), np.array([[0.0, 1], [1, 0]])),
        (np.array([[0.0, 0, 4], [0, 0, 0], [0, 0, 0]]), np.array([[0.0, 1, 0], [1, 0, 1], [0, 1, 0]])),
    ],
    ids=["only ties", "a win and a tie", "a chain of ties"],
)
def test_ties_that_hide_every_order_are_refused(won: Floats, tied: Floats) -> None:
    with pytest.raises(UnboundedTies, match="--ties half"):
        fit(won, tied)


def test_a_circle_with_more_wins_than_ties_is_enough() -> None:
    won = np.array([[0.0, 2, 0], [0, 0, 1], [0, 0, 0]])
    tied = np.array([[0.0, 0, 1], [0, 0, 0], [1, 0, 0]])
    made = fit(won, tied)
    strengths, nu = slow_fit(won, tied)
    np.testing.assert_allclose(made.strengths - made.strengths.mean(), strengths, atol=1e-3)
    assert made.nu == pytest.approx(nu, rel=1e-3)


def test_islands_are_refused() -> None:
    won = np.zeros((4, 4))
    won[0, 1] = won[1, 0] = won[2, 3] = won[3, 2] = 1
    with pytest.raises(Islands):
        fit(won, np.array(won))


def scores(tasks: int = 40, size: int = 5, runs: int = 1) -> Floats:
    rng = np.random.default_rng(3)
    return np.round(rng.normal(0, 1, (tasks, size, runs)) + np.linspace(0, 1, size)[:, None], 0)


@pytest.mark.parametrize("runs", [1, 3])
def test_ties_of_tasks_are_the_ties_of_pairs(runs: int) -> None:
    values = scores(runs=runs)
    values[0, 0, 0], values[1, 2] = np.nan, -np.inf
    outcomes = outcomes_from_scores(values, list("abcde"), [f"t{i}" for i in range(40)])
    assert outcomes.ties.sum() == pytest.approx(head_to_head(outcomes).ties.sum() / 2)


@pytest.mark.parametrize("missing", [False, True], ids=["complete", "with gaps"])
def test_rounds_are_maxima_under_their_weights(missing: bool) -> None:
    values = scores()
    if missing:
        values[:12, 1], values[5:20, 4] = np.nan, np.nan
    outcomes = outcomes_from_scores(values, list("abcde"), [f"t{i:02d}" for i in range(40)])
    made = fit_outcomes(outcomes, Ties.DAVIDSON)
    weights = cluster_weights(40, 3, seed=5)
    moved = rerate(outcomes, made, weights)
    for index in range(3):
        won, tied = np.zeros((5, 5)), np.zeros((5, 5))
        for task in range(40):
            row = values[task, :, 0]
            won += weights[index, task] * (row[:, None] > row[None, :])
            tied += weights[index, task] * (row[:, None] == row[None, :])
        np.fill_diagonal(tied, 0.0)
        again = fit(won, tied)
        np.testing.assert_allclose(moved[index], again.elo - 1000, atol=1e-3)


def test_the_sandwich_equals_the_spread_of_the_rounds() -> None:
    outcomes = outcomes_from_scores(scores(400), list("abcde"), [f"t{i}" for i in range(400)])
    made = rate_outcomes(outcomes, ties=Ties.DAVIDSON)
    moved = rerate(outcomes, made.fit, cluster_weights(400, 2000, seed=1))
    np.testing.assert_allclose(moved.std(axis=0), np.sqrt(np.diag(made.influence.covariance)), rtol=0.08)


def test_the_jackknife_agrees_with_the_sandwich() -> None:
    values = scores(60)[:, :, 0]
    names, tasks = list("abcde"), [f"t{i}" for i in range(60)]
    made = rate_outcomes(outcomes_from_scores(values, names, tasks), ties=Ties.DAVIDSON)
    left_out = [
        fit_outcomes(outcomes_from_scores(np.delete(values, i, 0), names, tasks[1:]), Ties.DAVIDSON).elo
        for i in range(60)
    ]
    jackknife = np.var(left_out, axis=0) * 59
    np.testing.assert_allclose(np.sqrt(jackknife), np.sqrt(np.diag(made.influence.covariance)), rtol=0.1)


def test_a_board_says_how_ties_count() -> None:
    table = results({f"a{i}": 0.2 * i for i in range(5)}, 30).assign(decimals=0)
    half, own = board(table), board(table, ties="davidson")
    assert half.parameters.nu is None
    assert own.parameters.nu is not None
    assert own.parameters.nu > 0
    assert [row.contestant for row in own.rows] == [row.contestant for row in half.rows]
    assert (own.rows[0].rating or 0) > (half.rows[0].rating or 0)
    assert own.to_dict()["parameters"]["ties"] == "davidson"  # type: ignore[index]
    with pytest.raises(ValueError, match="third"):
        board(table, ties="third")


def test_plain_scores_take_the_option_too() -> None:
    frame = pd.DataFrame(scores()[:, :, 0], columns=list("abcde"))
    assert (rate(frame, ties="davidson").rows[0].rating or 0) > (rate(frame).rows[0].rating or 0)


def test_rounds_without_ties_are_bradley_terrys() -> None:
    won, _ = drawn(4, 8)
    made = fit(won, np.zeros((4, 4)))
    battles = (won + won.T)[None]
    moved = fit_davidson_rounds(made, won.sum(axis=1)[None], battles, np.zeros(1))
    np.testing.assert_allclose(moved[0], made.strengths - made.strengths.mean(), atol=1e-6)
