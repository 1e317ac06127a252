"""How much of an agreement the noise of few tasks hides: reliability, ceiling, corrected coefficients, one test."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from leaderboards.battle_noise import rerate_battles
from leaderboards.coefficients import Interval
from leaderboards.intervals import cluster_weights, rerate
from leaderboards.outcomes import Floats, Outcomes
from leaderboards.ratings import Ratings

TRUE_R = 0.9
LEAST_POWER = 0.5
POWER_DRAWS = 500
LEVEL = 0.05


@dataclass(frozen=True)
class Noise:
    """Reliability of each side, `1 - n/s`, and the ceiling that both set for r: the root of their product."""

    left_reliability: float
    right_reliability: float
    ceiling: float
    left_clusters: int
    right_clusters: int


@dataclass(frozen=True)
class Corrected:
    """r and CCC with the noise removed, each with its interval for the same agents on other tasks.

    `undefined` is the share of bootstrap rounds in which the noise exceeded the spread of a side; such a round counts
    as -1 for the lower end and as +1 for the upper.
    """

    r: Interval
    ccc: Interval
    undefined: float


@dataclass(frozen=True)
class SameBoard:
    """Test that both sides have one true leaderboard, whatever its anchor: F with its degrees, p, and power.

    `power` is the chance that the test rejects if the true r is .9.
    """

    f: float
    between: int
    within: int
    p: float
    power: float


@dataclass(frozen=True)
class _Spread:
    """Variances and covariance of two sides, 1/(K-1), and what of each is noise."""

    left: float
    right: float
    joint: float
    left_noise: float
    right_noise: float
    joint_noise: float


def _spread(left: Ratings, right: Ratings) -> _Spread:
    x, y = left.elo - left.elo.mean(), right.elo - right.elo.mean()
    free = len(x) - 1
    return _Spread(
        float(x @ x) / free,
        float(y @ y) / free,
        float(x @ y) / free,
        float(np.trace(left.influence.covariance)) / free,
        float(np.trace(right.influence.covariance)) / free,
        float(np.trace(_joint_covariance(left, right))) / free,
    )


def _joint_covariance(left: Ratings, right: Ratings) -> Floats:
    """[K, K] noise that both sides share through datasets that serve tasks of both; zero for disjoint datasets."""
    at = {name: i for i, name in enumerate(right.influence.clusters)}
    pairs = [(i, at[name]) for i, name in enumerate(left.influence.clusters) if name in at]
    size = len(left.elo)
    if not pairs:
        return np.zeros((size, size))
    mine, theirs = (left.influence.pulls[[i for i, _ in pairs]], right.influence.pulls[[j for _, j in pairs]])
    return np.asarray(mine.T @ theirs * sqrt(left.influence.correction * right.influence.correction))


def noise_of(left: Ratings, right: Ratings) -> Noise | None:
    """Reliabilities and ceiling, none below 0; None where a side has a single dataset or no spread."""
    spread = _spread(left, right)
    if not (np.isfinite(spread.left_noise + spread.right_noise) and spread.left > 0 and spread.right > 0):
        return None
    mine = max(0.0, 1 - spread.left_noise / spread.left)
    theirs = max(0.0, 1 - spread.right_noise / spread.right)
    return Noise(mine, theirs, sqrt(mine * theirs), left.influence.count, right.influence.count)


def corrected(left: Ratings, right: Ratings, confidence: float, rounds: int, seed: int) -> Corrected | None:
    """Disattenuated r and CCC with a joint bootstrap of the datasets; None where a side is all noise.

    In the rounds the noise is taken off twice: a round's ratings carry that of the data and that of its weights.
    """
    spread = _spread(left, right)
    below = (spread.left - spread.left_noise, spread.right - spread.right_noise)
    if not min(below) > 0:
        return None
    joint = spread.joint - spread.joint_noise
    x, y = _joint_rounds(left, right, rounds, seed)
    free = x.shape[1] - 1
    round_left = (x**2).sum(axis=1) / free - 2 * spread.left_noise
    round_right = (y**2).sum(axis=1) / free - 2 * spread.right_noise
    round_joint = (x * y).sum(axis=1) / free - 2 * spread.joint_noise
    defined = (round_left > 0) & (round_right > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = np.where(defined, round_joint / np.sqrt(round_left * round_right), np.nan)
        ccc = np.where(defined, 2 * round_joint / (round_left + round_right), np.nan)
    return Corrected(
        _percentiles(joint / sqrt(below[0] * below[1]), r, confidence),
        _percentiles(2 * joint / (below[0] + below[1]), ccc, confidence),
        float((~defined).mean()),
    )


def _percentiles(value: float, rounds: Floats, confidence: float) -> Interval:
    """An interval within -1 and 1 that holds the value; undefined rounds count against both ends."""
    tail = (1 - confidence) / 2
    low = float(np.quantile(np.nan_to_num(np.clip(rounds, -1, 1), nan=-1.0), tail))
    high = float(np.quantile(np.nan_to_num(np.clip(rounds, -1, 1), nan=1.0), 1 - tail))
    held = float(np.clip(value, -1, 1))
    return Interval(held, min(low, held), max(high, held))


def _joint_rounds(left: Ratings, right: Ratings, rounds: int, seed: int) -> tuple[Floats, Floats]:
    """[B, K] ratings of both sides; a dataset that serves both has one weight, battles have weights of their own."""
    tables = [side.outcomes for side in (left, right) if isinstance(side.outcomes, Outcomes)]
    names = sorted({name for outcomes in tables for name in outcomes.cluster_names})
    weights = cluster_weights(len(names), rounds, seed)
    at = {name: i for i, name in enumerate(names)}
    sides = []
    for place, side in enumerate((left, right)):
        if isinstance(side.outcomes, Outcomes):
            own = weights[:, [at[name] for name in side.outcomes.cluster_names]]
            sides.append(rerate(side.outcomes, side.fit, own / own.mean(axis=1, keepdims=True)))
        else:
            sides.append(rerate_battles(side.outcomes, side.fit, rounds, seed + 1 + place))
    return sides[0], sides[1]


def same_board(left: Ratings, right: Ratings, seed: int, least_power: float = LEAST_POWER) -> SameBoard | None:
    """Hotelling's test of all contrasts at once, `W = e'(Q'(V_x + V_y)Q)^-1 e` with `e = Q'(x - y)`.

    None where the datasets are too few for its degrees, a side or a contrast has no noise that was seen, or its power
    is below `least_power`.
    """
    from scipy import stats  # half a second, which a board alone does not need

    size = len(left.elo)
    # The number of clusters, or of as many equal ones as tell as much.
    clusters = 1 + int(min(left.influence.small.degrees, right.influence.small.degrees))
    between, within = size - 1, clusters - size + 1
    if within < 1 or min(np.trace(side.influence.covariance) for side in (left, right)) <= 0:
        return None
    basis = _contrasts(size)
    shared = _joint_covariance(left, right)
    covariance = basis.T @ (left.influence.covariance + right.influence.covariance - shared - shared.T) @ basis
    if np.linalg.matrix_rank(covariance) < between:
        return None
    gap = basis.T @ (left.elo - right.elo)
    to_f = within / ((clusters - 1) * between)
    f = float(gap @ np.linalg.solve(covariance, gap)) * to_f
    spread = _spread(left, right)
    power = _power(covariance, (spread.left - spread.left_noise + spread.right - spread.right_noise) / 2, within, seed)
    if power < least_power:
        return None
    return SameBoard(f, between, within, float(stats.f.sf(f, between, within)), power)


def _contrasts(size: int) -> Floats:
    """[K, K-1] orthonormal columns that sum to 0 (Helmert)."""
    basis = np.zeros((size, size - 1))
    for column in range(size - 1):
        basis[: column + 1, column] = 1.0
        basis[column + 1, column] = -(column + 1.0)
        basis[:, column] /= np.linalg.norm(basis[:, column])
    return basis


def _power(covariance: Floats, variance: float, within: int, seed: int) -> float:
    """Chance to reject when the true boards have r = .9 and this variance: averaged over drawn differences."""
    from scipy import stats

    between = len(covariance)
    if variance <= 0:
        return 0.0
    draws = np.random.default_rng(seed).standard_normal((POWER_DRAWS, between)) * sqrt(2 * variance * (1 - TRUE_R))
    shifts = (draws * np.linalg.solve(covariance, draws.T).T).sum(axis=1)
    limit = float(stats.f.isf(LEVEL, between, within))
    return float(np.nanmean(stats.ncf.sf(limit, between, within, shifts)))
