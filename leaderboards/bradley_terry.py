"""Bradley-Terry ratings by maximum likelihood, exact and in batches: P(i beats j) = 1/(1 + 10^((R_j - R_i)/400)).

The maximum is finite only if the graph of wins is strongly connected (Ford 1957). Where it is not, a phantom battle
of each contestant against strength 0, half won, keeps the ratings finite, and every contestant that only the prior
holds is named. Contestants that no chain of battles joins are refused.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.special import expit
from threadpoolctl import ThreadpoolController

from leaderboards.errors import Islands, NotConverged
from leaderboards.outcomes import Floats

Indices = NDArray[np.intp]
CENTRE = 1000.0
ELO = 400.0 / np.log(10.0)
PHANTOM = 1.0
MOST_STEPS = 100
MOST_CHORDS = 60
PRECISION = 1e-11  # of a step in natural units: 2e-9 Elo
ROUND_PRECISION = 1e-7  # of a bootstrap round: 2e-5 Elo, far below its noise
FARTHEST = 3.0  # of a chord step: one that goes farther has left the region where the Hessian serves
CHUNK = 2_000_000  # numbers of an intermediate array [rounds, K, K]


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Linear algebra on one thread: two on a busy machine turned 0.4 ms into 12 ms."""
    with _controller().limit(limits=1, user_api="blas"):
        yield


@dataclass(frozen=True)
class Bound:
    """A contestant whose rating only the prior holds, with the side on which no data bounds it."""

    contestant: int
    open_above: bool
    open_below: bool


@dataclass(frozen=True, eq=False)
class Fit:
    """A maximum of the likelihood.

    Attributes:
        strengths: [K] natural log-strengths; their level means nothing, unless the prior ties it to 0.
        inverse: [K, K] inverse of the negative Hessian, filled up along the level where no prior fixes it.
        prior: phantom battles of each contestant against strength 0.
        bounds: the contestants that only the prior holds.
        steps: Newton steps taken.
        nu: Davidson's parameter of ties; None where a tie is half a win each. Where it is above 0, `inverse` has one
            row and column more, for log nu.
    """

    strengths: Floats
    inverse: Floats
    prior: float
    bounds: tuple[Bound, ...]
    steps: int
    nu: float | None = None

    @property
    def elo(self) -> Floats:
        """Ratings centred on 1000."""
        return np.asarray(CENTRE + ELO * (self.strengths - self.strengths.mean()))


def fit_credits(credits: Floats, battles: Floats, wins: Floats, names: Sequence[str]) -> Fit:
    """Maximise the likelihood of wins plus half the ties.

    Args:
        credits: [K] wins plus half the ties of each contestant.
        battles: [K, K] battles of each pair, symmetric.
        wins: [K, K] positive where row has won or tied against column; decides whether a maximum exists.
        names: [K] for messages.

    Raises:
        Islands: contestants that no chain of battles joins.
        NotConverged: no maximum to 1e-11 in natural units within 100 steps.
    """
    refuse_islands(battles, names)
    bounds = bounds_of(wins)
    problem = _HalfWins(credits, battles, PHANTOM if bounds else 0.0)
    with one_thread():
        strengths, steps = maximise(problem, np.zeros(len(credits)))
        inverse = np.linalg.inv(problem.information(strengths))
    return Fit(strengths, np.asarray(inverse), problem.prior, bounds, steps)


def refuse_islands(battles: Floats, names: Sequence[str]) -> None:
    """Raise `Islands` with the groups' names where the battles don't join all contestants."""
    count, label = connected_components(csr_matrix(battles), directed=False)
    if count > 1:
        raise Islands([[name for name, own in zip(names, label, strict=True) if own == one] for one in range(count)])


def bounds_of(wins: Floats) -> tuple[Bound, ...]:
    """Contestants outside the largest strongly connected group of the graph of wins; empty where all are in one."""
    count, label = connected_components(csr_matrix(wins), directed=True, connection="strong")
    if count == 1:
        return ()
    sizes = np.bincount(label)
    main = int(np.argmax(sizes)) if sizes.max() > 1 and (sizes == sizes.max()).sum() == 1 else -1
    reach = _reachable(wins)
    found = []
    for one in np.flatnonzero(label != main):
        others = label == main if main >= 0 else label != label[one]
        above = bool(reach[one, others].any())  # it beats them, by a chain, and is never beaten back
        below = bool(reach[others, one].any())
        found.append(Bound(int(one), open_above=above or not below, open_below=below or not above))
    return tuple(found)


def _reachable(wins: Floats) -> np.ndarray:
    """[K, K] whether a chain of wins leads from row to column."""
    reach = wins > 0
    for middle in range(len(wins)):
        reach = reach | (reach[:, middle, None] & reach[middle])
    return np.asarray(reach)


def _probabilities(strengths: Floats) -> Floats:
    return np.asarray(expit(strengths[..., :, None] - strengths[..., None, :]))


class Problem(Protocol):
    """A concave log-likelihood to be maximised."""

    def likelihood(self, at: Floats) -> float:
        """Its value."""

    def gradient(self, at: Floats) -> Floats:
        """Its slope."""

    def information(self, at: Floats) -> Floats:
        """Its negative Hessian, filled up where it says nothing, so that it can be inverted."""


@dataclass(frozen=True, eq=False)
class _HalfWins:
    """Ties are half a win each: sum s_i x_i - sum over pairs n_ij log(e_i + e_j), with the phantom battles."""

    credits: Floats
    battles: Floats
    prior: float

    def likelihood(self, at: Floats) -> float:
        pairs = self.battles * np.logaddexp(at[:, None], at[None, :]) / 2
        return float((self.credits * at).sum() - pairs.sum()) + phantom_likelihood(at, self.prior)

    def gradient(self, at: Floats) -> Floats:
        expected = (self.battles * _probabilities(at)).sum(axis=-1)
        return np.asarray(self.credits - expected + self.prior * (0.5 - expit(at)))

    def information(self, at: Floats) -> Floats:
        chance = _probabilities(at)
        return level_filled(self.battles * chance * (1 - chance), at, self.prior)


def phantom_likelihood(strengths: Floats, prior: float) -> float:
    """Of one battle of each contestant against strength 0, half won, `prior` times."""
    return float(prior * (strengths / 2 - np.logaddexp(strengths, 0.0)).sum())


def level_filled(variances: Floats, strengths: Floats, prior: float) -> Floats:
    """Negative Hessian [K, K] from what each pair's battles tell [K, K], with the phantom battles.

    Without a prior it says nothing on the common level, so that is filled in.
    """
    hessian = -variances
    own = variances.sum(axis=1) + prior * expit(strengths) * expit(-strengths)
    hessian[np.diag_indices(len(own))] = own
    if prior:
        return np.asarray(hessian)
    return np.asarray(hessian + (np.trace(hessian) / len(own) or 1.0) / len(own))


def maximise(problem: Problem, start: Floats) -> tuple[Floats, int]:
    """The maximum by Newton with step halving, and the steps taken; raises `NotConverged`."""
    at = start.copy()
    if len(at) == 1:
        return at, 0
    best = problem.likelihood(at)
    for step in range(1, MOST_STEPS + 1):
        move = np.linalg.solve(problem.information(at), problem.gradient(at))
        scale = 1.0
        while scale > 1e-6:
            tried = at + scale * move
            value = problem.likelihood(tried)
            # Near the top the likelihood is flat to its last digits: a whole Newton step is right there.
            if value >= best or np.abs(move).max() < 1e-4:
                break
            scale /= 2
        at, best = tried, value
        if scale * np.abs(move).max() < PRECISION:
            return at, step
    raise NotConverged(f"The ratings did not settle within {MOST_STEPS} steps; the battles are too one-sided.")


def fit_rounds(fit: Fit, credits: Floats, battles: Floats) -> Floats:
    """Refit many weighted rounds at once: [B, K] credits and [B, K, K] or [B, 1, 1] battles to [B, K] strengths.

    A chord method: the Hessian of `fit` serves every round (each round's weights must average one), so a step costs a
    product of [B, K] with [K, K]. Rounds that it does not settle are finished by Newton one by one.
    """
    rounds, size = credits.shape
    strengths = np.zeros((rounds, size))
    if size == 1:
        return strengths
    whole = battles.shape[1:] == (1, 1)
    others = 1 - np.eye(size)
    chunk = max(1, CHUNK // size**2)
    for first in range(0, rounds, chunk):
        own, played = credits[first : first + chunk], battles[first : first + chunk]

        def slope(at: Floats, some: Indices, own: Floats = own, played: Floats = played) -> Floats:
            expected = _expected(at, played[some], whole)
            return np.asarray(own[some] - expected + fit.prior * (0.5 - expit(at)))

        def finish(index: int, own: Floats = own, played: Floats = played) -> Floats:
            return maximise(_HalfWins(own[index], played[index] * others, fit.prior), fit.strengths)[0]

        strengths[first : first + chunk] = settle(fit.strengths, len(own), fit.inverse, slope, finish)
    return np.asarray(strengths - strengths.mean(axis=1, keepdims=True))


def settle(
    start: Floats,
    rounds: int,
    inverse: Floats,
    slope: Callable[[Floats, Indices], Floats],
    finish: Callable[[int], Floats],
) -> Floats:
    """[B, P] maxima of many problems near `start` [P], all at once, by steps of one Hessian's `inverse` [P, P].

    `slope(at, some)` gives the gradients of the rounds `some`; `finish(round)` solves one that does not settle.
    """
    found = np.tile(start, (rounds, 1))
    open_rounds = np.arange(rounds)
    with one_thread():
        for _ in range(MOST_CHORDS):
            now = found[open_rounds]
            move = np.clip(slope(now, open_rounds) @ inverse, -FARTHEST, FARTHEST)
            found[open_rounds] = now + move
            open_rounds = open_rounds[~(np.abs(move).max(axis=1) <= ROUND_PRECISION)]
            if not len(open_rounds):
                return found
        for index in open_rounds:
            found[index] = finish(int(index))
    return found


def _expected(strengths: Floats, battles: Floats, whole: bool) -> Floats:
    """Expected credits E_i = e_i sum_j n_ij/(e_i + e_j), j other than i, for every round.

    The rounds lie along the last axis: sums over few contestants are quick only across them.
    """
    powers = np.exp(strengths).T.copy()
    share = powers[:, None, :] + powers[None, :, :]
    np.divide(1.0, share, out=share)
    if whole:  # everyone plays everyone equally often, so one number a round is enough
        return np.asarray((battles[:, 0, 0] * (powers * share.sum(axis=1) - 0.5)).T)
    share *= battles.transpose(1, 2, 0)
    return np.asarray((powers * share.sum(axis=1)).T)
