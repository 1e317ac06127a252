"""How far ratings can be trusted: intervals, and ranks that hold all at once.

Battles of one task are not independent (for K equal contestants the design effect is (K+1)/3), so everything here is
clustered by task, or by source dataset where several tasks come from one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from leaderboards.bradley_terry import ELO, Fit, one_thread
from leaderboards.davidson import chances, fit_davidson_rounds
from leaderboards.few_clusters import SmallSample, small_sample
from leaderboards.outcomes import Floats, Outcomes

LEAST_ERROR = 1e-6  # Elo: a standard error below it is rounding, and every cluster says the same
PATTERN_CHUNK = 4_000_000  # numbers of an intermediate array [patterns, K, K] or [rounds, K, K]


@dataclass(frozen=True, eq=False)
class Influence:
    """What clusters pull each rating by.

    Attributes:
        pulls: [G, K] in Elo; where there are millions of clusters, a root [P, K] with the same `pulls' pulls`.
        clusters: [G] their names; empty for a root, whose clusters are nobody else's.
        count: G.
        small: the correction for few and unequal clusters, and the degrees of freedom that they leave
            (`leaderboards.few_clusters`); G/(G-1) and G-1 where all are of one size.
        unit: what a cluster is.
    """

    pulls: Floats
    clusters: tuple[str, ...]
    count: int
    small: SmallSample
    unit: str = "dataset"

    @property
    def correction(self) -> float:
        """What makes up for scores taken about their mean: G/(G-1) for equal clusters; NaN for a single one."""
        return self.small.correction

    @property
    def covariance(self) -> Floats:
        """[K, K] cluster sandwich `H^-1 (sum g g') H^-1 correction` of the centred ratings, in Elo squared."""
        return np.asarray(self.pulls.T @ self.pulls * self.correction)

    @property
    def errors(self) -> Floats:
        """[K] standard errors of the centred ratings; NaN for a single cluster, or where every one says the same."""
        if self.count < 2:
            return np.full(self.pulls.shape[1], np.nan)
        found = np.sqrt(np.diag(self.covariance))
        return np.where(found > LEAST_ERROR, found, np.nan)

    @property
    def degrees_kept(self) -> float:
        """The share of G-1 degrees of freedom that the clusters leave: 1 where all are of one size, or there is one."""
        return self.small.degrees / (self.count - 1) if self.count > 1 else 1.0

    def quantile(self, confidence: float) -> float:
        """Of t with the degrees that the clusters leave, two-sided; NaN for a single cluster."""
        return float(two_sided_t(self.small.degrees, confidence))


def two_sided_t(degrees: float | Floats, confidence: float) -> Floats:
    """Quantiles of t that hold `confidence` between them and their negatives; NaN for no degrees."""
    found = special.stdtrit(degrees, (1 + confidence) / 2)
    return np.where(np.asarray(degrees) > 0, found, np.nan)


def residuals_of(outcomes: Outcomes, fit: Fit) -> Floats:
    """[T, K] what each task's credits are beyond expectation, `S - E`; under Davidson's model ties in column K + 1."""
    present, expected = outcomes.present, chances(fit)
    residuals = outcomes.credits - present * (present @ expected.credit.T)
    if not fit.nu:
        return np.asarray(residuals)
    ties = outcomes.ties - ((present @ expected.tie) * present).sum(axis=1) / 2
    return np.column_stack([residuals, ties])


def influence(outcomes: Outcomes, fit: Fit) -> Influence:
    """The pull of every cluster that holds a battle: `C H^-1 (g_c - mean g)`, with `g_c` the sum of `S - E`."""
    played = outcomes.present.any(axis=1)
    with one_thread():
        residuals = residuals_of(outcomes, fit)[played]
        names, index = np.unique(np.array(outcomes.clusters)[played], return_inverse=True)
        sums = np.zeros((len(names), residuals.shape[1]))
        np.add.at(sums, index, residuals)
        # Without a prior the scores sum to 0 already; with one, the rest is the prior's own pull and no noise.
        pulls = pulls_of(sums - sums.mean(axis=0), fit) if len(names) else sums[:, : len(fit.strengths)]
        sizes = np.bincount(index, minlength=len(names)).astype(float)
        small = SmallSample.of_equal(len(names))
        if len(names) and sizes.max() > 1:
            alone = pulls_of(residuals - residuals.mean(axis=0), fit)
            small = small_sample(sizes, square_ratio(pulls, alone))
    return Influence(pulls, tuple(str(name) for name in names), len(names), small)


def square_ratio(clusters: Floats, alone: Floats) -> float:
    """Sum of squares of the pulls of clusters over that of single tasks or battles; 1 where nothing pulls."""
    below = float((alone**2).sum())
    return float((clusters**2).sum()) / below if below > 0 else 1.0


def pulls_of(scores: Floats, fit: Fit) -> Floats:
    """[G, K] or [G, K + 1] sums of `S - E` (and of ties less those expected) to pulls in Elo about their mean."""
    pulls = scores @ fit.inverse[:, : len(fit.strengths)] * ELO
    return np.asarray(pulls - pulls.mean(axis=1, keepdims=True))


def half_widths(influence: Influence, confidence: float) -> Floats:
    """[K] half the width of each interval: `t sqrt(V_ii)`, with the degrees that the clusters leave; NaN for none."""
    return np.asarray(influence.quantile(confidence) * influence.errors)


def cluster_weights(clusters: int, rounds: int, seed: int) -> Floats:
    """[B, G] Bayesian bootstrap (Rubin 1981): standard exponentials, scaled so that a round's weights average one.

    No cluster is ever dropped, so the graph of wins is the same in each round and no round is degenerate.
    """
    weights = np.random.default_rng(seed).standard_exponential((rounds, clusters))
    weights /= weights.mean(axis=1, keepdims=True)
    return weights


def rerate(outcomes: Outcomes, fit: Fit, weights: Floats) -> Floats:
    """[B, K] ratings in Elo about their mean under weights [B, G] of the clusters (`Outcomes.cluster_names`)."""
    index = outcomes.cluster_index
    sums = np.zeros((len(outcomes.cluster_names), len(outcomes.contestants)))
    np.add.at(sums, index, outcomes.credits)
    with one_thread():
        credits = weights @ sums
        ties = weights @ np.bincount(index, outcomes.ties) if fit.nu else np.zeros(len(weights))
        tasks = weights @ np.bincount(index).astype(float)
    if outcomes.present.all():
        battles = tasks[:, None, None]
        return np.asarray(ELO * fit_davidson_rounds(fit, credits, battles, ties))
    rounds = np.empty_like(credits)
    for part, battles in _weighted_battles(outcomes, weights):
        rounds[part] = ELO * fit_davidson_rounds(fit, credits[part], battles, ties[part])
    return rounds


def _weighted_battles(outcomes: Outcomes, weights: Floats) -> Iterator[tuple[slice, Floats]]:
    """[b, K, K] battles of some rounds at a time; tasks that the same contestants played are counted together."""
    size = len(outcomes.contestants)
    patterns, which = np.unique(outcomes.present, axis=0, return_inverse=True)
    counts = np.zeros((weights.shape[1], len(patterns)))
    np.add.at(counts, (outcomes.cluster_index, which.ravel()), 1.0)
    chunk = max(1, PATTERN_CHUNK // size**2)
    for first in range(0, len(weights), chunk):
        part = slice(first, min(first + chunk, len(weights)))
        with one_thread():
            weighted = weights[part] @ counts
            flat = np.zeros((weighted.shape[0], size * size))
            for start in range(0, len(patterns), chunk):
                some = patterns[start : start + chunk]
                pairs = (some[:, :, None] * some[:, None, :]).reshape(len(some), -1)
                flat += weighted[:, start : start + chunk] @ pairs
        battles = flat.reshape(-1, size, size)
        battles[:, np.arange(size), np.arange(size)] = 0.0
        yield part, battles


@dataclass(frozen=True, eq=False)
class Ranks:
    """Rank ranges that hold for all contestants at once, and the pairs that are told apart.

    Attributes:
        low, high: [K] best and worst rank that the data allow.
        apart: [K, K] whether row is above column beyond the simultaneous interval of all pairs.
        critical: the quantile of the largest |t| over all pairs.
    """

    low: np.ndarray
    high: np.ndarray
    apart: np.ndarray
    critical: float


def simultaneous_ranks(elo: Floats, influence: Influence, rounds: Floats, confidence: float) -> Ranks:
    """Separate pairs by the max-t quantile of their differences over bootstrap rounds [B, K], never by overlap.

    Standard errors are the sandwich's; the quantile is widened by t over z for the degrees that the clusters leave, as
    the intervals of single ratings are.
    """
    size, count = len(elo), influence.count
    nobody = np.zeros((size, size), dtype=bool)
    if size < 2 or count < 2:
        return Ranks(np.ones(size, dtype=int), np.full(size, size), nobody, float("nan"))
    first, second = np.triu_indices(size, 1)
    covariance = influence.covariance
    variance = np.diag(covariance)
    errors = np.sqrt(np.maximum(variance[first] + variance[second] - 2 * covariance[first, second], 0.0))
    moves = rounds[:, first] - rounds[:, second]
    spread = moves.std(axis=0)
    known = (spread > 1e-9) & (errors > 1e-9)
    if not known.any():
        return Ranks(np.ones(size, dtype=int), np.full(size, size), nobody, float("nan"))
    gaps = elo[first] - elo[second]
    largest = (np.abs(moves - gaps)[:, known] / spread[known]).max(axis=1)
    widen = influence.quantile(confidence) / special.ndtri((1 + confidence) / 2)
    critical = float(np.quantile(largest, confidence) * widen)
    beyond = known & (np.abs(gaps) > critical * errors)
    apart = nobody.copy()
    apart[first, second] = beyond & (gaps > 0)
    apart[second, first] = beyond & (gaps < 0)
    return Ranks(1 + apart.sum(axis=0), size - apart.sum(axis=1), apart, critical)
