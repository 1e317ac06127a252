"""How far ratings from pairwise battles can be trusted: the sandwich and the Bayesian bootstrap without a task table.

Where each battle stands alone, the sum of the outer products of its scores and the weights of a bootstrap round need
no battle one by one: all battles of one kind (who won against whom, or who tied) share their score, and the sum of n
standard exponentials is a gamma variable of shape n.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from leaderboards.battles import TIED, Battles
from leaderboards.bradley_terry import CHUNK, ELO, Fit, one_thread
from leaderboards.davidson import chances, fit_davidson_rounds
from leaderboards.few_clusters import SmallSample, small_sample
from leaderboards.intervals import Influence, pulls_of, square_ratio
from leaderboards.outcomes import Floats


@one_thread()
def battle_influence(battles: Battles, fit: Fit) -> Influence:
    """The pulls of all clusters of battles, as a root with the same covariance."""
    count = battles.cluster_count
    alone = _alone(battles, fit)
    scores = alone if battles.cluster is None else _clustered(battles, fit)
    # Without a prior the scores sum to 0 already; with one, the rest is the prior's own pull and no noise.
    total = _total(battles, fit)
    pulls = _root_pulls(scores - np.outer(total, total) / count, fit)
    if battles.cluster is None:
        return Influence(pulls, (), count, SmallSample.of_equal(count), "battle")
    ratio = square_ratio(pulls, _root_pulls(alone - np.outer(total, total) / len(battles.first), fit))
    small = small_sample(np.bincount(battles.cluster, minlength=count).astype(float), ratio)
    return Influence(pulls, (), count, small, "cluster of battles")


def _root_pulls(squares: Floats, fit: Fit) -> Floats:
    """Pulls whose squares sum to those of scores whose squares sum to [K + 1, K + 1]."""
    values, vectors = np.linalg.eigh(squares)
    root = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    return pulls_of(root if fit.nu else root[:, :-1], fit)


def _total(battles: Battles, fit: Fit) -> Floats:
    """[K + 1] credits less those expected of each contestant, and ties less those expected."""
    pairs, expected = battles.pairs, chances(fit)
    credits = pairs.credits.sum(axis=1) - (pairs.battles * expected.credit).sum(axis=1)
    ties = (pairs.ties - pairs.battles * expected.tie).sum() / 2
    return np.append(credits, ties if fit.nu else 0.0)


def _alone(battles: Battles, fit: Fit) -> Floats:
    """[K + 1, K + 1] sum over battles of the outer product of the score (S - E of both sides, tie - its chance)."""
    expected = chances(fit)
    won, tied = battles.won, np.triu(battles.tied)
    by_win, by_tie = 1 - expected.credit, 0.5 - expected.credit  # S - E of the row
    squares = won * by_win**2 + tied * by_tie**2
    squares = squares + squares.T
    size = len(fit.strengths)
    found = np.zeros((size + 1, size + 1))
    found[:size, :size] = np.diag(squares.sum(axis=1)) - squares
    if fit.nu:
        across = tied * by_tie * (1 - expected.tie) - won * by_win * expected.tie
        found[:size, size] = across.sum(axis=1) - across.sum(axis=0)
        found[size, :size] = found[:size, size]
        found[size, size] = (won * expected.tie**2 + tied * (1 - expected.tie) ** 2).sum()
    return found


def _clustered(battles: Battles, fit: Fit) -> Floats:
    """[K + 1, K + 1] the same sum over clusters, each with the sum of its battles' scores."""
    size, expected = len(fit.strengths), chances(fit)
    left = battles.result / 2 - expected.credit[battles.first, battles.second]
    tie = (battles.result == TIED) - expected.tie[battles.first, battles.second] if fit.nu else np.zeros(len(left))
    rows = np.tile(battles.cluster_of, 3)
    columns = np.concatenate([battles.first, battles.second, np.full(len(left), size)])
    sums = csr_matrix((np.concatenate([left, -left, tie]), (rows, columns)), shape=(battles.cluster_count, size + 1))
    return np.asarray((sums.T @ sums).toarray())


def rerate_battles(battles: Battles, fit: Fit, rounds: int, seed: int) -> Floats:
    """[B, K] ratings in Elo about their mean, each under weights of the Bayesian bootstrap (Rubin 1981)."""
    size = len(fit.strengths)
    kinds, draw = _alone_weights(battles, seed) if battles.cluster is None else _cluster_weights(battles, seed)
    wide = max(size**2, 0 if battles.cluster is None else battles.cluster_count)
    chunk = max(1, CHUNK // wide)
    found = np.empty((rounds, size))
    for first in range(0, rounds, chunk):
        number = min(chunk, rounds - first)
        weights = draw(number)
        weights *= len(battles.first) / weights.sum(axis=1, keepdims=True)
        counts = np.zeros((number, 2 * size * size))
        counts[:, kinds] = weights
        won, tied = counts.reshape(number, 2, size, size).transpose(1, 0, 2, 3)
        tied = tied + tied.transpose(0, 2, 1)
        played = won + won.transpose(0, 2, 1) + tied
        credits = won.sum(axis=2) + tied.sum(axis=2) / 2
        moved = fit_davidson_rounds(fit, credits, played, tied.sum(axis=(1, 2)) / 2)
        found[first : first + number] = ELO * moved
    return found


Draw = Callable[[int], Floats]


def _alone_weights(battles: Battles, seed: int) -> tuple[NDArray[np.intp], Draw]:
    """The kinds of battles that there are (`Battles.kinds`), and what draws the weights [b, kinds] of b rounds."""
    counts = np.stack([battles.won, np.triu(battles.tied)]).ravel()
    kinds = np.flatnonzero(counts)
    shapes = counts[kinds].astype(np.float32)
    generator = np.random.default_rng(seed)

    def draw(number: int) -> Floats:
        # Single precision takes half the time and is far finer than the noise that is drawn.
        return generator.standard_gamma(shapes, (number, len(kinds)), np.float32).astype(float)

    return kinds, draw


def _cluster_weights(battles: Battles, seed: int) -> tuple[NDArray[np.intp], Draw]:
    """The same where battles share the weight of their cluster."""
    kinds, which = np.unique(battles.kinds, return_inverse=True)
    shape = (len(kinds), battles.cluster_count)
    shared = csr_matrix((np.ones(len(which)), (which, battles.cluster_of)), shape=shape)
    generator = np.random.default_rng(seed)

    def draw(number: int) -> Floats:
        with one_thread():
            return np.asarray(shared @ generator.standard_exponential((shape[1], number))).T.copy()

    return kinds, draw
