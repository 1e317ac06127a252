"""What runs not yet made would tell: the variance of the ratings that a design foretells, before any score is known.

A run's luck on a task enters all its battles there. Under the law behind Bradley-Terry (Luce 1959; Yellott 1977: a
strength plus Gumbel noise, the highest wins) the chance that m beats both j and k is e_m/(e_m + e_j + e_k), which gives
the covariance of any two battles of one task in closed form. Gumbel noise leans one way, so the covariances are
averaged with those of the mirrored law. Each battle then splits (Hoeffding 1948) into what is due to one run, to the
other, and to the meeting of both, so repeated runs and related tasks are covered: what a run's part keeps from one run
to the next, or from one task of a dataset to the next, is a share of it.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from leaderboards.bradley_terry import ELO, Fit, level_filled, one_thread
from leaderboards.intervals import two_sided_t
from leaderboards.outcomes import Floats

CHUNK = 2_000_000  # numbers of an intermediate array [tasks, K, K]


@dataclass(frozen=True, eq=False)
class Law:
    """Moments of the battles of one task, from the strengths alone.

    Attributes:
        information: [K, K] p(1-p) of each pair: what its battle tells.
        own: [K, K, K] covariance of m's battles against j and k that is due to m's run.
        meeting: [K, K] variance of a battle that is due to neither run alone.
    """

    information: Floats
    own: Floats
    meeting: Floats


def law_of(fit: Fit) -> Law:
    """The moments at the strengths of a fit; the memory grows with K³."""
    strengths = fit.strengths
    chance = expit(strengths[:, None] - strengths[None, :])
    own = np.zeros((len(strengths),) * 3)
    for sign in (1.0, -1.0):
        ahead = np.exp(np.clip(sign * (strengths[None, :] - strengths[:, None]), -300, 300))  # [m, j]: e_j / e_m
        both = 1 / (1 + ahead[:, :, None] + ahead[:, None, :])
        single = 1 / (1 + ahead)
        own += (both - single[:, :, None] * single[:, None, :]) / 2
    everyone = np.arange(len(strengths))
    own[everyone, everyone, :] = own[everyone, :, everyone] = 0.0
    information = chance * (1 - chance)
    np.fill_diagonal(information, 0.0)
    mine = own[everyone[:, None], everyone[None, :], everyone[None, :]]
    return Law(information, own, np.maximum(information - mine - mine.T, 0.0))


def covariance_of(law: Law, first: Floats, second: Floats, own: Floats, meeting: Floats) -> Floats:
    """[n, K, K] covariances of the credits of two tasks (or of one with itself), n pairs of tasks at once.

    Args:
        law: the moments of a battle.
        first, second: [n, K] who played each, 1 or 0.
        own: [n, K] the share of each contestant's own part that both have in common.
        meeting: [n, K] whose product over a pair is the share of the meeting's part.
    """
    size = first.shape[1]
    kept = own * first * second
    spread = (first @ law.own.transpose(1, 0, 2).reshape(size, -1)).reshape(-1, size, size)  # [n, m, l]: sum over j
    across = (second @ law.own.transpose(2, 0, 1).reshape(size, -1)).reshape(-1, size, size)  # [n, m, i]: sum over l
    spread *= second[:, None, :]
    found = (kept @ law.own.reshape(size, -1)).reshape(-1, size, size) * first[:, :, None] * second[:, None, :]
    found -= kept[:, :, None] * spread
    found -= (kept[:, :, None] * first[:, None, :] * across).transpose(0, 2, 1)
    found[:, np.arange(size), np.arange(size)] += kept * spread.sum(axis=2)
    return np.asarray(found + _laplacian(law.meeting, meeting * first * second))


def summed(law: Law, first: Floats, second: Floats, own: Floats, meeting: Floats) -> Floats:
    """[K, K] sum of `covariance_of` over all pairs of tasks, some at a time."""
    size = first.shape[1]
    chunk = max(1, CHUNK // size**2)
    parts = [slice(start, start + chunk) for start in range(0, len(first), chunk)]
    found = np.zeros((size, size))
    with one_thread():
        for part in parts:
            found += covariance_of(law, first[part], second[part], own[part], meeting[part]).sum(axis=0)
    return found


def _laplacian(pairs: Floats, weights: Floats) -> Floats:
    """[n, K, K] sum over pairs of `pairs[i, j] weights[i] weights[j] (e_i - e_j)(e_i - e_j)'`."""
    weighted = weights[:, :, None] * pairs * weights[:, None, :]
    found = -weighted
    own = np.arange(pairs.shape[0])
    found[:, own, own] += weighted.sum(axis=2)
    return np.asarray(found)


@dataclass(frozen=True, eq=False)
class Shares:
    """How much of a run's deviation comes back.

    Attributes:
        spread: what the data vary by over what the law says.
        dataset: share that the tasks of one dataset have in common.
        task: [K] share that the runs of one contestant on one task have in common.
        dataset_measured, task_measured, spread_measured: whether the data said so, or it is assumed.
        degrees: share of G-1 degrees of freedom that G datasets leave; below 1 where some have more tasks than others.
    """

    spread: float
    dataset: float
    task: Floats
    dataset_measured: bool
    task_measured: bool
    spread_measured: bool = True
    degrees: float = 1.0

    @property
    def common(self) -> Floats:
        """[K] share that tasks of one dataset have in common; what stays on one task is the most that can."""
        return np.minimum(self.dataset, self.task)

    def of_runs(self, runs: Floats) -> Floats:
        """[n, K] share of one run's variance that the mean of `runs` [n, K] keeps."""
        return np.asarray(self.task + (1 - self.task) / np.maximum(runs, 1.0))


def played(runs: Floats) -> Floats:
    """[n, K] 1 where a contestant meets someone, from numbers of runs [n, K]."""
    there = (runs > 0).astype(float)
    return np.asarray(there * (there.sum(axis=1, keepdims=True) > 1))


@dataclass(frozen=True, eq=False)
class Design:
    """Who runs what how often, and what that foretells.

    Attributes:
        fit: the ratings so far.
        law: its moments.
        shares: how much comes back.
        runs: [T, K].
        clusters: [T] number of each task's dataset.
        confidence: of the intervals.
        information: [K, K] negative Hessian of the whole design, level filled in.
        scores: [K, K] covariance of the summed `S - E` of the whole design.
    """

    fit: Fit
    law: Law
    shares: Shares
    runs: Floats
    clusters: np.ndarray
    confidence: float
    information: Floats
    scores: Floats

    @classmethod
    def of(cls, fit: Fit, law: Law, shares: Shares, runs: Floats, clusters: np.ndarray, confidence: float) -> "Design":
        """The design of the runs made so far."""
        there = played(runs)
        pairs = law.information * (there.T @ there)
        kept = shares.of_runs(runs)
        scores = summed(law, there, there, kept, kept)
        left, right = related(clusters)
        if len(left):
            both = np.broadcast_to(shares.common, (len(left), runs.shape[1]))
            scores = scores + summed(law, there[left], there[right], both, both)
        information = level_filled(pairs, fit.strengths, fit.prior)
        return cls(fit, law, shares, runs, clusters, confidence, information, scores)

    def changed(self, tasks: np.ndarray, rows: Floats) -> tuple[Floats, Floats, np.ndarray]:
        """Information and scores [n, K, K], and clusters with a battle [n], were task `tasks[n]` run as `rows[n]`."""
        was, now = played(self.runs[tasks]), played(rows)
        information = self.information + _laplacian(self.law.information, now) - _laplacian(self.law.information, was)
        new = self.shares.of_runs(rows)
        scores = self.scores + covariance_of(self.law, now, now, new, new) - self._own(tasks)
        there = played(self.runs)
        battled = there.any(axis=1)
        same = np.asarray(self.clusters[tasks][:, None] == self.clusters[None, :]) & battled
        others = same & (tasks[:, None] != np.arange(len(self.runs)))
        which, other = np.nonzero(others)
        if len(which) and self.shares.dataset > 0:
            both = np.broadcast_to(self.shares.common, (len(which), rows.shape[1]))
            moved = covariance_of(self.law, now[which], there[other], both, both)
            moved -= covariance_of(self.law, was[which], there[other], both, both)
            np.add.at(scores, which, moved + moved.transpose(0, 2, 1))
        fresh = now.any(axis=1) & ~same.any(axis=1)
        counts = len(np.unique(self.clusters[battled])) + fresh.astype(int)
        return information, scores, np.asarray(counts)

    def _own(self, tasks: np.ndarray) -> Floats:
        """[n, K, K] what some tasks, of which many are the same, add to `scores` by themselves."""
        once, which = np.unique(tasks, return_inverse=True)
        there, kept = played(self.runs[once]), self.shares.of_runs(self.runs[once])
        return np.asarray(covariance_of(self.law, there, there, kept, kept)[which.ravel()])

    def half_widths(self) -> Floats:
        """[K] foretold half-widths of the intervals, in Elo; NaN below two clusters."""
        count = len(np.unique(self.clusters[played(self.runs).any(axis=1)]))
        variances = _variances(self.information[None], self.scores[None])[0]
        return np.asarray(np.sqrt(_squared(variances[None], np.array([count]), self)[0]))

    @property
    def level(self) -> float:
        """Root mean square of the half-widths over the contestants; NaN below two clusters."""
        return float(np.sqrt((self.half_widths() ** 2).mean()))

    def mean_squares(self, tasks: np.ndarray, rows: Floats) -> Floats:
        """[n] mean squared half-width over the contestants for each of n changes; infinite below two clusters."""
        with one_thread():
            information, scores, counts = self.changed(tasks, rows)
            squares = _squared(_variances(information, scores), counts, self).mean(axis=1)
        return np.asarray(np.where(np.isnan(squares), np.inf, squares))

    def with_runs(self, task: int, row: Floats) -> "Design":
        """The design after one task is run as `row`."""
        information, scores, _ = self.changed(np.array([task]), row[None])
        runs = self.runs.copy()
        runs[task] = row
        return Design(self.fit, self.law, self.shares, runs, self.clusters, self.confidence, information[0], scores[0])


def related(clusters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ordered pairs of different tasks of one dataset."""
    order = np.argsort(clusters, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(clusters[order])) + 1)
    pairs = [(one, other) for group in groups if len(group) > 1 for one in group for other in group if one != other]
    left, right = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    return left, right


def _variances(information: Floats, scores: Floats) -> Floats:
    """[n, K] variances of the ratings about their mean, in natural units."""
    inverse = np.linalg.inv(information)
    centred = inverse - inverse.mean(axis=1, keepdims=True)
    return np.asarray(np.einsum("nij,njk,nik->ni", centred, scores, centred, optimize=True))


def _squared(variances: Floats, counts: np.ndarray, design: Design) -> Floats:
    """[n, K] squared half-widths in Elo: variances times the squared t quantile of each number of clusters.

    More clusters leave the same share of their degrees of freedom.
    """
    quantiles = two_sided_t((counts - 1) * design.shares.degrees, design.confidence)
    return np.asarray(variances * design.shares.spread * (ELO * quantiles[:, None]) ** 2)
