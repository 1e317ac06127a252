"""Bradley-Terry ratings by maximum likelihood, exact and in batches: P(i beats j) = 1/(1 + 10^((R_j - R_i)/400)).

The maximum is finite only if the graph of wins is strongly connected (Ford 1957). Where it is not, a phantom battle
of each contestant against strength 0, half won, keeps the ratings finite, and every contestant that only the prior
holds is named. Contestants that no chain of battles joins are refused.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.special import expit
from threadpoolctl import ThreadpoolController

from leaderboards.errors import Islands, NotConverged
from leaderboards.outcomes import Floats

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
    """

    strengths: Floats
    inverse: Floats
    prior: float
    bounds: tuple[Bound, ...]
    steps: int

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
    bounds = _bounds(wins)
    prior = PHANTOM if bounds else 0.0
    with one_thread():
        strengths, steps = _newton(credits, battles, prior)
        inverse = np.linalg.inv(_filled(_hessian(strengths, battles, prior), prior))
    return Fit(strengths, np.asarray(inverse), prior, bounds, steps)


def refuse_islands(battles: Floats, names: Sequence[str]) -> None:
    """Raise `Islands` with the groups' names where the battles don't join all contestants."""
    count, label = connected_components(csr_matrix(battles), directed=False)
    if count > 1:
        raise Islands([[name for name, own in zip(names, label, strict=True) if own == one] for one in range(count)])


def _bounds(wins: Floats) -> tuple[Bound, ...]:
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


def _hessian(strengths: Floats, battles: Floats, prior: float) -> Floats:
    """Negative Hessian of the log-likelihood, [..., K, K]."""
    chance = _probabilities(strengths)
    information = battles * chance * (1 - chance)
    own = information.sum(axis=-1) + prior * expit(strengths) * expit(-strengths)
    hessian = -information
    diagonal = np.arange(strengths.shape[-1])
    hessian[..., diagonal, diagonal] += own
    return np.asarray(hessian)


def _gradient(strengths: Floats, credits: Floats, battles: Floats, prior: float) -> Floats:
    expected = (battles * _probabilities(strengths)).sum(axis=-1)
    return np.asarray(credits - expected + prior * (0.5 - expit(strengths)))


def _likelihood(strengths: Floats, credits: Floats, battles: Floats, prior: float) -> Floats:
    """Log-likelihood of credits: sum s_i x_i - sum over pairs n_ij log(e_i + e_j), with the phantom battles."""
    pairs = battles * np.logaddexp(strengths[..., :, None], strengths[..., None, :]) / 2
    phantom = prior * (strengths / 2 - np.logaddexp(strengths, 0.0))
    return np.asarray((credits * strengths + phantom).sum(axis=-1) - pairs.sum(axis=(-1, -2)))


def _filled(hessian: Floats, prior: float) -> Floats:
    """A Hessian that can be inverted: without a prior it says nothing on the common level, so that is filled in."""
    if prior:
        return hessian
    size = len(hessian)
    return hessian + (np.trace(hessian) / size or 1.0) / size


def _newton(credits: Floats, battles: Floats, prior: float, start: Floats | None = None) -> tuple[Floats, int]:
    """Newton with step halving for one problem, [K]."""
    size = len(credits)
    strengths = np.zeros(size) if start is None else start.copy()
    if size == 1:
        return strengths, 0
    best = float(_likelihood(strengths, credits, battles, prior))
    for step in range(1, MOST_STEPS + 1):
        hessian = _filled(_hessian(strengths, battles, prior), prior)
        move = np.linalg.solve(hessian, _gradient(strengths, credits, battles, prior))
        scale = 1.0
        while scale > 1e-6:
            tried = strengths + scale * move
            value = float(_likelihood(tried, credits, battles, prior))
            # Near the top the likelihood is flat to its last digits: a whole Newton step is right there.
            if value >= best or np.abs(move).max() < 1e-4:
                break
            scale /= 2
        strengths, best = tried, value
        if scale * np.abs(move).max() < PRECISION:
            return strengths, step
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
    chunk = max(1, CHUNK // size**2)
    with one_thread():
        for first in range(0, rounds, chunk):
            part = slice(first, first + chunk)
            strengths[part] = _chords(fit, credits[part], battles[part], whole)
    return np.asarray(strengths - strengths.mean(axis=1, keepdims=True))


def _chords(fit: Fit, credits: Floats, battles: Floats, whole: bool) -> Floats:
    strengths = np.tile(fit.strengths, (len(credits), 1))
    open_rounds = np.arange(len(credits))
    for _ in range(MOST_CHORDS):
        now = strengths[open_rounds]
        expected = _expected(now, battles[open_rounds], whole)
        gradient = credits[open_rounds] - expected + fit.prior * (0.5 - expit(now))
        move = np.clip(gradient @ fit.inverse, -FARTHEST, FARTHEST)
        strengths[open_rounds] = now + move
        open_rounds = open_rounds[~(np.abs(move).max(axis=1) <= ROUND_PRECISION)]
        if not len(open_rounds):
            return strengths
    others = 1 - np.eye(credits.shape[1])
    for index in open_rounds:
        strengths[index], _ = _newton(credits[index], battles[index] * others, fit.prior, fit.strengths)
    return strengths


def _expected(strengths: Floats, battles: Floats, whole: bool) -> Floats:
    """Expected credits E_i = e_i sum_j n_ij/(e_i + e_j), j other than i, for every round."""
    powers = np.exp(strengths)
    share = 1.0 / (powers[:, :, None] + powers[:, None, :])
    if whole:  # everyone plays everyone equally often, so one number a round is enough
        return np.asarray(battles[:, 0] * (powers * share.sum(axis=2) - 0.5))
    return np.asarray(powers * (battles * share).sum(axis=2))
