"""Ratings against published values, a slow judge, and the identities of the model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize

from leaderboards.bradley_terry import ELO, Fit, fit_credits, fit_rounds
from leaderboards.errors import Islands

Floats = NDArray[np.float64]


def fit_wins(wins: Floats) -> Fit:
    np.fill_diagonal(wins, 0.0)
    return fit_credits(wins.sum(axis=1), wins + wins.T, wins, [f"p{i}" for i in range(len(wins))])


def slow_fit(wins: Floats, prior: float = 0.0) -> Floats:
    """The obvious implementation: the likelihood of every battle, handed to a general optimiser."""
    size = len(wins)

    def loss(free: Floats) -> float:
        s = free if prior else np.append(free, -free.sum())
        value = 0.0
        for i in range(size):
            for j in range(size):
                if i != j:
                    value += wins[i, j] * np.log1p(np.exp(s[j] - s[i]))
            value += prior / 2 * (np.log1p(np.exp(-s[i])) + np.log1p(np.exp(s[i])))
        return value

    start = np.zeros(size if prior else size - 1)
    found = minimize(loss, start, method="BFGS", options={"gtol": 1e-9})
    strengths = found.x if prior else np.append(found.x, -found.x.sum())
    return np.asarray(strengths - strengths.mean())


def test_four_players() -> None:
    wins = np.zeros((4, 4))
    for row, column, times in [(0, 1, 2), (1, 0, 3), (0, 3, 1), (3, 0, 4), (1, 2, 5), (2, 1, 3), (2, 3, 1), (3, 2, 3)]:
        wins[row, column] = times
    expected = [-77.57285302133, 7.36608116535, -72.23239109766, 142.43916295365]
    fit = fit_wins(wins)
    assert fit.prior == 0
    np.testing.assert_allclose(fit.elo - 1000, expected, rtol=0, atol=1e-11)  # to the digits given


def test_stiglers_journals() -> None:
    """Rows cited, columns citing: a citation is a win of the cited journal; Biometrika stands at 0."""
    cited = np.array(
        [[714, 730, 498, 221], [33, 425, 68, 17], [320, 813, 1072, 142], [284, 276, 325, 188]], dtype=float
    )
    strengths = fit_wins(cited).strengths
    expected = [0, -2.949072496844, -0.479569769752, 0.268954055819]
    np.testing.assert_allclose(strengths - strengths[0], expected, rtol=0, atol=1e-12)  # to the digits given


@settings(max_examples=25)
@given(st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_fast_equals_slow(size: int, seed: int) -> None:
    wins = np.random.default_rng(seed).integers(1, 12, (size, size)).astype(float)
    np.testing.assert_allclose(
        fit_wins(wins.copy()).elo - 1000, ELO * slow_fit(np.where(np.eye(size), 0, wins)), atol=2e-3
    )


def test_expected_credits_are_the_observed_ones() -> None:
    wins = np.random.default_rng(3).integers(0, 9, (7, 7)).astype(float)
    fit = fit_wins(wins)
    chance = 1 / (1 + np.exp(fit.strengths[None, :] - fit.strengths[:, None]))
    np.testing.assert_allclose(((wins + wins.T) * chance).sum(axis=1), wins.sum(axis=1), atol=1e-9)


def test_undefeated_and_winless_are_bounded_by_the_prior() -> None:
    wins = np.array([[0, 3, 3, 3], [0, 0, 2, 3], [0, 1, 0, 3], [0, 0, 0, 0]], dtype=float)
    fit = fit_wins(wins)
    assert [(b.contestant, b.open_above, b.open_below) for b in fit.bounds] == [(0, True, False), (3, False, True)]
    np.testing.assert_allclose(fit.elo - 1000, ELO * slow_fit(wins, prior=1.0), atol=2e-3)
    assert np.isfinite(fit.elo).all()


def test_a_pure_order_flags_everyone() -> None:
    fit = fit_wins(np.triu(np.ones((3, 3)), 1))
    assert [(b.open_above, b.open_below) for b in fit.bounds] == [(True, False), (True, True), (False, True)]
    assert (np.diff(fit.elo) < 0).all()


def test_islands_are_refused_by_name() -> None:
    wins = np.zeros((4, 4))
    wins[0, 1] = wins[1, 0] = wins[2, 3] = wins[3, 2] = 1
    with pytest.raises(Islands, match=r"\{p0, p1\}; \{p2, p3\}"):
        fit_wins(wins)


@pytest.mark.parametrize("spread", [0.3, 3.0], ids=["mild", "wild"])
def test_rounds_equal_single_fits(spread: float) -> None:
    """Wild weights leave the region where one Hessian serves: those rounds are finished by Newton."""
    rng = np.random.default_rng(8)
    wins = rng.integers(1, 30, (5, 5)).astype(float)
    np.fill_diagonal(wins, 0.0)
    names = list("abcde")
    fit = fit_credits(wins.sum(axis=1), wins + wins.T, wins, names)
    tables = wins * np.exp(rng.normal(0, spread, (20, 5, 5)))
    tables *= wins.sum() / tables.sum(axis=(1, 2), keepdims=True)
    rounds = fit_rounds(fit, tables.sum(axis=2), tables + tables.transpose(0, 2, 1))
    for strengths, table in zip(rounds, tables, strict=True):
        single = fit_credits(table.sum(axis=1), table + table.T, table, names).strengths
        np.testing.assert_allclose(ELO * strengths, ELO * (single - single.mean()), atol=1e-4)


def test_rounds_keep_the_prior() -> None:
    wins = np.array([[0, 3, 3], [0, 0, 2], [0, 1, 0]], dtype=float)
    fit = fit_wins(wins)
    rounds = fit_rounds(fit, np.tile(wins.sum(axis=1), (2, 1)), np.tile(wins + wins.T, (2, 1, 1)))
    np.testing.assert_allclose(1000 + ELO * rounds, np.tile(fit.elo, (2, 1)), atol=1e-4)
