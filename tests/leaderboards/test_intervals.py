"""Intervals against statsmodels, against the known design effect, and by simulation."""

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy import stats

from leaderboards.bradley_terry import ELO, fit_credits
from leaderboards.intervals import cluster_weights, influence, rerate, simultaneous_ranks
from leaderboards.outcomes import Outcomes, outcomes_from_scores, pair_counts
from leaderboards.ratings import fit_outcomes, rate_outcomes

Floats = NDArray[np.float64]


def drawn(strengths: list[float], tasks: int, seed: int, holes: float = 0.0, clusters: int | None = None) -> Outcomes:
    rng = np.random.default_rng(seed)
    scores = np.array(strengths) + rng.gumbel(0, 1, (tasks, len(strengths)))
    scores[rng.random(scores.shape) < holes] = np.nan
    names = [f"c{t % clusters if clusters else t}" for t in range(tasks)]
    return outcomes_from_scores(
        scores, [f"a{i}" for i in range(len(strengths))], [f"t{t}" for t in range(tasks)], names
    )


def statsmodels_covariance(outcomes: Outcomes) -> tuple[Floats, Floats]:
    """Bradley-Terry as a binomial regression on every battle, with clustered errors; the first agent stands at 0.

    statsmodels' factor for few clusters, G/(G-1), is left out: it is that of equal clusters.
    """
    rows, wins, groups = [], [], []
    size = len(outcomes.contestants)
    for t, values in enumerate(outcomes.values[:, :, 0]):
        for i in range(size):
            for j in range(i + 1, size):
                if not np.isnan(values[i] + values[j]):
                    row = np.zeros(size)
                    row[i], row[j] = 1, -1
                    rows.append(row[1:])
                    wins.append(float(values[i] > values[j]))
                    groups.append(outcomes.cluster_index[t])
    model = sm.GLM(np.array(wins), np.array(rows), family=sm.families.Binomial())
    fit = model.fit(tol=1e-13, cov_type="cluster", cov_kwds={"groups": np.array(groups), "use_correction": False})
    return np.asarray(fit.params), np.asarray(fit.cov_params())


@pytest.mark.parametrize(("holes", "clusters"), [(0.0, None), (0.0, 9), (0.25, 9)], ids=["tasks", "datasets", "holes"])
def test_the_sandwich_equals_statsmodels(holes: float, clusters: int | None) -> None:
    outcomes = drawn([0.0, 0.3, 0.6, 1.2], 40, seed=2, holes=holes, clusters=clusters)
    ratings = rate_outcomes(outcomes)
    params, covariance = statsmodels_covariance(outcomes)
    ours = ratings.influence.covariance / ratings.influence.correction / ELO**2
    contrast = np.eye(4)[1:] - np.eye(4)[0]
    np.testing.assert_allclose(contrast @ ratings.fit.strengths, params, atol=1e-8)
    np.testing.assert_allclose(contrast @ ours @ contrast.T, covariance, rtol=1e-6)


def test_the_design_effect_of_equal_agents_is_a_third_of_k_plus_one() -> None:
    for size in (3, 8):
        outcomes = drawn([0.0] * size, 4000, seed=size)
        ratings = rate_outcomes(outcomes, rounds=2)
        centring = np.eye(size) - 1 / size
        naive = np.trace(centring @ ratings.fit.inverse @ centring) * ELO**2
        assert np.trace(ratings.influence.covariance) / naive == pytest.approx((size + 1) / 3, rel=0.08)


def test_rounds_equal_refits_of_weighted_battles() -> None:
    """Each bootstrap round, with and without holes in the table, against a fit of its own."""
    for holes in (0.0, 0.3):
        outcomes = drawn([0.0, 0.5, 1.0, 0.2], 15, seed=4, holes=holes)
        fit = fit_outcomes(outcomes)
        weights = cluster_weights(len(outcomes.cluster_names), 6, seed=1)
        rounds = rerate(outcomes, fit, weights)
        for elo, weight in zip(rounds, weights, strict=True):
            task = weight[outcomes.cluster_index]
            battles = pair_counts(outcomes.present * np.sqrt(task)[:, None])
            single = fit_credits(task @ outcomes.credits, battles, battles, outcomes.contestants)
            np.testing.assert_allclose(elo, single.elo - 1000, atol=1e-3)


def test_the_bootstrap_spreads_as_the_sandwich_says() -> None:
    outcomes = drawn([0.0, 0.4, 0.8, 1.0, 1.1], 80, seed=6)
    ratings = rate_outcomes(outcomes)
    rounds = rerate(outcomes, ratings.fit, cluster_weights(80, 2000, seed=0))
    sandwich = np.sqrt(np.diag(ratings.influence.covariance))
    np.testing.assert_allclose(rounds.std(axis=0), sandwich, rtol=0.12)


@pytest.mark.parametrize("tasks", [20, 60])
def test_coverage(tasks: int) -> None:
    """Loose bounds for 200 boards: the published figure is 94.7 to 95.3 % of the 95 % intervals."""
    truth = np.array([0.0, 0.3, 0.6, 0.9, 1.2])
    held = []
    for seed in range(200):
        ratings = rate_outcomes(drawn(list(truth), tasks, seed=1000 + seed), rounds=1)
        target = 1000 + ELO * (truth - truth.mean())
        held.append((ratings.low <= target) & (target <= ratings.high))
    assert 0.925 <= np.mean(held) <= 0.975


def test_an_interval_uses_t_of_the_clusters() -> None:
    ratings = rate_outcomes(drawn([0.0, 0.3, 0.6], 30, seed=1, clusters=6), rounds=1)
    errors = np.sqrt(np.diag(ratings.influence.covariance))
    np.testing.assert_allclose((ratings.high - ratings.low) / 2, stats.t.ppf(0.975, 5) * errors)
    np.testing.assert_allclose(ratings.low + ratings.high, 2 * ratings.elo)


def test_equal_agents_are_rarely_told_apart() -> None:
    """Any pair apart is a false claim: at most 5 % of boards, here with slack for 150 of them."""
    false = [rate_outcomes(drawn([0.0] * 6, 25, seed=s), rounds=300).ranks.apart.any() for s in range(150)]
    assert np.mean(false) <= 0.10


def test_distant_agents_are_told_apart() -> None:
    ratings = rate_outcomes(drawn([0.0, 2.0, 4.0], 60, seed=3))
    assert (ratings.ranks.low.tolist(), ratings.ranks.high.tolist()) == ([3, 2, 1], [3, 2, 1])


def test_one_cluster_has_no_interval_and_no_ranks() -> None:
    outcomes = drawn([0.0, 0.5, 1.0], 30, seed=1, clusters=1)
    ratings = rate_outcomes(outcomes)
    assert np.isfinite(ratings.elo).all()
    assert np.isnan(ratings.low).all()
    assert ratings.ranks.low.tolist() == [1, 1, 1]
    ranks = simultaneous_ranks(ratings.elo, influence(outcomes, ratings.fit), np.zeros((2, 3)), 0.95)
    assert not ranks.apart.any()


def test_identical_weights_give_identical_rounds() -> None:
    assert (cluster_weights(5, 3, seed=9) == cluster_weights(5, 3, seed=9)).all()
    np.testing.assert_allclose(cluster_weights(5, 3, seed=9).mean(axis=1), 1.0)
