"""Davidson's model of ties: a tie is an outcome of its own, with one number nu for how often they are.

With strengths e_i and the root of a pair q = sqrt(e_i e_j), `P(i beats j) = e_i/(e_i + e_j + nu q)` and
`P(tie) = nu q/(e_i + e_j + nu q)`. Among decided battles this is Bradley-Terry, so ratings keep their meaning: 400
points are odds of ten to one of a win against a loss. Wins plus half the ties of each contestant and the number of
all ties are sufficient.

Source: R. R. Davidson, "On extending the Bradley-Terry model to accommodate ties in paired comparison experiments",
Journal of the American Statistical Association 65 (1970), 317-328.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import NegativeCycleError, bellman_ford
from scipy.special import expit

from leaderboards.bradley_terry import (
    CHUNK,
    PHANTOM,
    Fit,
    Indices,
    bounds_of,
    fit_credits,
    fit_rounds,
    level_filled,
    maximise,
    one_thread,
    phantom_likelihood,
    refuse_islands,
    settle,
)
from leaderboards.errors import UnboundedTies
from leaderboards.outcomes import Floats


@dataclass(frozen=True, eq=False)
class Chances:
    """What a fit expects of a battle of row against column: [K, K] credit (a win, or half a tie) and chance of a tie.

    Both are 0 on the diagonal.
    """

    credit: Floats
    tie: Floats


def chances(fit: Fit) -> Chances:
    """Expected credits and ties of one battle of each pair, under the model that made the fit."""
    strengths = fit.strengths
    if not fit.nu:
        credit = expit(strengths[:, None] - strengths[None, :])
        np.fill_diagonal(credit, 0.0)
        return Chances(np.asarray(credit), np.zeros_like(credit))
    return _chances(np.append(strengths, np.log(fit.nu)))


def _chances(at: Floats) -> Chances:
    """[..., K + 1] strengths and log nu to [..., K, K]."""
    half, tie = (at[..., :-1, None] - at[..., None, :-1]) / 2, at[..., -1, None, None]
    top = np.maximum(np.abs(half), tie)
    won, lost, tied = np.exp(half - top), np.exp(-half - top), np.exp(tie - top)
    whole = won + lost + tied
    others = 1 - np.eye(at.shape[-1] - 1)
    return Chances(np.asarray((won + tied / 2) / whole * others), np.asarray(tied / whole * others))


def fit_davidson(
    credits: Floats, battles: Floats, won: Floats, tied: Floats, names: Sequence[str], *, ties: float
) -> Fit:
    """Maximise Davidson's likelihood; without any tie that is Bradley-Terry with nu = 0.

    Args:
        credits: [K] wins plus half the ties of each contestant.
        battles: [K, K] battles of each pair, symmetric.
        won: [K, K] positive where row has beaten column.
        tied: [K, K] positive where row has tied with column, symmetric.
        names: [K] for messages.
        ties: the number of all ties, a pair's tie counted once.

    Raises:
        Islands: contestants that no chain of battles joins.
        UnboundedTies: no finite nu fits, because the ties hide every order.
        NotConverged: no maximum to 1e-11 in natural units within 100 steps.
    """
    if ties <= 0:
        return replace(fit_credits(credits, battles, won, names), nu=0.0)
    refuse_islands(battles, names)
    bounds = bounds_of(np.where((won > 0) | (tied > 0), 1.0, 0.0))
    prior = PHANTOM if bounds else 0.0
    if not (won > 0).any() or (not prior and not _bounds_nu(won, tied)):
        raise UnboundedTies
    problem = _WithTies(credits, battles, ties, prior)
    start = np.zeros(len(credits) + 1)
    start[-1] = np.log(2 * ties / max(float(battles.sum()) / 2 - ties, 1e-9))
    with one_thread():
        at, steps = maximise(problem, start)
        inverse = np.linalg.inv(problem.information(at))
    return Fit(at[:-1], np.asarray(inverse), prior, bounds, steps, nu=float(np.exp(at[-1])))


def _bounds_nu(won: Floats, tied: Floats) -> bool:
    """Whether nu has a finite maximum: whether some circle of contestants holds more wins than ties.

    A direction that raises nu by one and the strengths by d costs no likelihood exactly if d_i - d_j >= 2 for every
    win of i over j and |d_i - d_j| <= 2 for every tie. Such a d exists unless these constraints hold a negative
    circle.
    """
    weights = np.where(won > 0, -2.0, np.where(tied > 0, 2.0, 0.0))
    size = len(weights)
    joined = np.zeros((size + 1, size + 1))
    joined[:size, :size] = weights
    joined[size, :size] = 100.0  # one more place, from which all are reached
    try:
        bellman_ford(csr_matrix(joined), indices=[size])
    except NegativeCycleError:
        return True
    return False


@dataclass(frozen=True, eq=False)
class _WithTies:
    """sum s_i x_i + t log nu - sum over pairs n_ij log(e_i + e_j + nu sqrt(e_i e_j)), with the phantom battles."""

    credits: Floats
    battles: Floats
    ties: float
    prior: float

    def likelihood(self, at: Floats) -> float:
        strengths, tie = at[:-1], at[-1]
        own, other = strengths[:, None], strengths[None, :]
        pairs = self.battles * np.logaddexp(np.logaddexp(own, other), tie + (own + other) / 2) / 2
        told = (self.credits * strengths).sum() + self.ties * tie - pairs.sum()
        return float(told) + phantom_likelihood(strengths, self.prior)

    def gradient(self, at: Floats) -> Floats:
        found = _chances(at)
        slope = self.credits - (self.battles * found.credit).sum(axis=1) + self.prior * (0.5 - expit(at[:-1]))
        return np.append(slope, self.ties - (self.battles * found.tie).sum() / 2)

    def information(self, at: Floats) -> Floats:
        found = _chances(at)
        size = len(at) - 1
        variances = self.battles * (found.credit - found.tie / 4 - found.credit**2)
        whole = np.zeros((size + 1, size + 1))
        whole[:size, :size] = level_filled(variances, at[:-1], self.prior)
        whole[:size, size] = (self.battles * found.tie * (0.5 - found.credit)).sum(axis=1)
        whole[size, :size] = whole[:size, size]
        whole[size, size] = (self.battles * found.tie * (1 - found.tie)).sum() / 2
        return whole


def fit_davidson_rounds(fit: Fit, credits: Floats, battles: Floats, ties: Floats) -> Floats:
    """Refit weighted rounds: [B, K] credits, [B, K, K] or [B, 1, 1] battles, [B] ties to [B, K] strengths about 0."""
    if not fit.nu:
        return fit_rounds(fit, credits, battles)
    rounds, size = credits.shape
    others = 1 - np.eye(size)
    start = np.append(fit.strengths, np.log(fit.nu))
    strengths = np.zeros((rounds, size))
    chunk = max(1, CHUNK // size**2)
    for first in range(0, rounds, chunk):
        part = slice(first, first + chunk)
        strengths[part] = _some_rounds(fit, start, credits[part], battles[part] * others, ties[part])[:, :-1]
    return np.asarray(strengths - strengths.mean(axis=1, keepdims=True))


def _some_rounds(fit: Fit, start: Floats, credits: Floats, battles: Floats, ties: Floats) -> Floats:
    def slope(at: Floats, some: Indices) -> Floats:
        found = _chances(at)
        played = battles[some]
        expected = (played * found.credit).sum(axis=2) - fit.prior * (0.5 - expit(at[:, :-1]))
        left = ties[some] - (played * found.tie).sum(axis=(1, 2)) / 2
        return np.concatenate([credits[some] - expected, left[:, None]], axis=1)

    def finish(index: int) -> Floats:
        return maximise(_WithTies(credits[index], battles[index], float(ties[index]), fit.prior), start)[0]

    return settle(start, len(credits), fit.inverse, slope, finish)
