"""How many datasets a stated interval needs: from what each has pulled the ratings by so far.

The interval's half-width over G datasets is `t_{G-1} sqrt(v / G)`, with `v` the sandwich's variance of one dataset. So
the least G within a stated half-width follows; more datasets like those so far, run by the same contestants, are meant.
How sure that is: `v` is itself an estimate. The error of its logarithm is that of a bootstrap over the datasets (Efron
1979), and a t interval on the logarithm covers it; the bootstrap's own percentiles cover 82 % instead of 95 % at five
datasets (`benchmarks/planning.py`).
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import stats

from leaderboards.intervals import Influence
from leaderboards.outcomes import Floats, Outcomes
from leaderboards.ratings import Ratings

ROUNDS = 2000
FEWEST = 5  # datasets, below which they say too little of how much they differ
MOST = 10_000_000
LEAST_SPREAD = 1e-6


@dataclass(frozen=True)
class Needed:
    """Datasets that the interval of `what` needs for the stated half-width, with an interval of that number.

    `what` is a contestant, or two neighbours in rank and their difference. None where the data say nothing: below two
    datasets (for the interval, below `FEWEST`), or of whom only the prior holds.
    """

    what: tuple[str, ...]
    half_width: float | None
    datasets: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True)
class Enough:
    """What a stated half-width needs.

    Attributes:
        width: the half-width in Elo.
        confidence: of both intervals.
        datasets: how many there are.
        tasks_each: tasks a dataset so far.
        contestants: each one's, in order of rating.
        worst: that which needs the most.
        differences: neighbours in order of rating.
    """

    width: float
    confidence: float
    datasets: int
    tasks_each: float
    contestants: tuple[Needed, ...]
    worst: Needed
    differences: tuple[Needed, ...]


def enough(ratings: Ratings, width: float, *, confidence: float = 0.95, rounds: int = ROUNDS, seed: int = 0) -> Enough:
    """How many datasets bring the half-width of each rating to `width` Elo."""
    pulls, names = ratings.influence, ratings.outcomes.contestants
    order = np.argsort(-ratings.elo, kind="stable")
    steps = pulls.pulls[:, order[:-1]] - pulls.pulls[:, order[1:]]
    errors = _log_errors(np.column_stack([pulls.pulls, steps]), rounds, seed)
    size = len(names)
    held = {names[bound.contestant] for bound in ratings.fit.bounds}
    own = _needed([(name,) for name in names], pulls, pulls.pulls, errors[:size], width, confidence)
    own = [_unknown(row, held) for row in own]
    pairs = [(names[one], names[other]) for one, other in pairwise(order)]
    worst = max(own, key=lambda row: (row.datasets or 0, row.what))
    tasks = len(ratings.outcomes.tasks) if isinstance(ratings.outcomes, Outcomes) else pulls.count
    return Enough(
        width,
        confidence,
        pulls.count,
        tasks / max(pulls.count, 1),
        tuple(own[index] for index in order),
        worst,
        tuple(_unknown(row, held) for row in _needed(pairs, pulls, steps, errors[size:], width, confidence)),
    )


def _unknown(row: Needed, held: Set[str]) -> Needed:
    """Nothing where only the prior holds one of those whom the row is about."""
    return Needed(row.what, None, None, None, None) if held & set(row.what) else row


def datasets_for(variance: float, width: float, confidence: float = 0.95) -> int:
    """The least G with `t_{G-1} sqrt(variance / G)` within `width`.

    Example:
        >>> datasets_for(100.0**2, 50.0)
        18
    """

    def within(count: int) -> bool:
        quantile = float(stats.t.ppf((1 + confidence) / 2, count - 1))
        return bool(quantile * np.sqrt(variance / count) <= width)

    high = 2
    while not within(high):
        if high >= MOST:
            return MOST
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if middle > 1 and within(middle) else (middle, high)
    return high


def _needed(
    names: Sequence[tuple[str, ...]],
    influence: Influence,
    pulls: Floats,
    errors: Floats,
    width: float,
    confidence: float,
) -> list[Needed]:
    count = influence.count
    if count < 2:
        return [Needed(name, None, None, None, None) for name in names]
    variances = count * influence.correction * (pulls**2).sum(axis=0)
    quantile = float(stats.t.ppf((1 + confidence) / 2, count - 1))
    found = []
    for name, variance, error in zip(names, variances, errors, strict=True):
        if variance <= 0:
            found.append(Needed(name, None, None, None, None))
            continue
        low = high = None
        if count >= FEWEST:
            ends = [variance * float(np.exp(sign * quantile * error)) for sign in (-1, 1)]
            low, high = (datasets_for(end, width, confidence) for end in ends)
        half = quantile * float(np.sqrt(variance / count))
        found.append(Needed(name, half, datasets_for(float(variance), width, confidence), low, high))
    return found


def _log_errors(pulls: Floats, rounds: int, seed: int) -> Floats:
    """Standard error of the logarithm of each column's variance, over datasets drawn with replacement."""
    count = len(pulls)
    if count < 2:
        return np.full(pulls.shape[1], np.nan)
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), rounds).astype(float)
    variances = drawn @ pulls**2 / count - (drawn @ pulls / count) ** 2
    least = LEAST_SPREAD * (pulls**2).mean(axis=0)  # of rounds that drew one dataset again and again
    return np.asarray(np.log(np.maximum(variances, np.where(least > 0, least, 1.0))).std(axis=0))
