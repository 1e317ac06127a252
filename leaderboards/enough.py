"""How many datasets a stated interval needs: from what each has pulled the ratings by so far.

The interval's half-width over G datasets is `t sqrt(v / G)`, with `v` the sandwich's variance of one dataset; of G-1
degrees of freedom t has the share that datasets of such sizes leave, all where they are of one size. So the least G
within a stated half-width follows; more datasets like those so far, run by the same contestants, are meant.

How sure that is: `v` is itself an estimate. The error of its logarithm is that of a bootstrap over the datasets (Efron
1979), and a t interval on the logarithm covers it; the bootstrap's own percentiles cover 82 % instead of 95 % at five
datasets (`benchmarks/planning.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from leaderboards.errors import NothingToPlan
from leaderboards.intervals import LEAST_ERROR, Influence, two_sided_t
from leaderboards.outcomes import Floats, Outcomes
from leaderboards.ratings import CONFIDENCE, Ratings, check_confidence

ROUNDS = 2000
FEWEST = 5  # datasets, below which they say too little of how much they differ
MOST = 10_000_000
LEAST_SPREAD = 1e-6
MOST_APART = 100.0  # of logarithms of a variance: from nothing to more datasets than there can be


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


def enough(
    ratings: Ratings, width: float, *, confidence: float = CONFIDENCE, rounds: int = ROUNDS, seed: int = 0
) -> Enough:
    """How many datasets bring the half-width of each rating to `width` Elo.

    Raises:
        NothingToPlan: the ratings are of battles.
        BadOption: a confidence that can't be meant.
    """
    check_confidence(confidence)
    if not isinstance(ratings.outcomes, Outcomes):
        raise NothingToPlan(
            "How many datasets are enough is told from results of tasks; battles name no datasets. "
            "Give a results table, for example the logs of `mlesmith run`."
        )
    told, names, order = ratings.influence, ratings.outcomes.contestants, ratings.order
    whom = [*((one,) for one in order), *pairwise(order)]
    pulls = np.column_stack([told.pulls[:, order], told.pulls[:, order[:-1]] - told.pulls[:, order[1:]]])
    held = {bound.contestant for bound in ratings.fit.bounds}
    found = _needed(
        [tuple(names[one] for one in who) for who in whom],
        told,
        np.where([bool(held & set(who)) for who in whom], 0.0, pulls),
        _log_errors(pulls, rounds, seed),
        width,
        confidence,
    )
    own = found[: len(names)]
    return Enough(
        width,
        confidence,
        told.count,
        len(ratings.outcomes.tasks) / max(told.count, 1),
        tuple(own),
        max(own, key=lambda row: (row.datasets or 0, row.what)),
        tuple(found[len(names) :]),
    )


def datasets_for(variance: float, width: float, confidence: float = CONFIDENCE, degrees_kept: float = 1.0) -> int:
    """The least G with `t sqrt(variance / G)` within `width`, at most `MOST`.

    `degrees_kept` is the share of G-1 degrees of freedom that t has.

    Example:
        >>> datasets_for(100.0**2, 50.0)
        18
    """

    def within(count: int) -> bool:
        return bool(two_sided_t((count - 1) * degrees_kept, confidence) * np.sqrt(variance / count) <= width)

    low, high = 1, 2  # one dataset is never enough
    while high < MOST and not within(high):
        low, high = high, min(2 * high, MOST)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if within(middle) else (middle, high)
    return high


def _needed(
    names: Sequence[tuple[str, ...]],
    influence: Influence,
    pulls: Floats,
    errors: Floats,
    width: float,
    confidence: float,
) -> list[Needed]:
    """What each column of pulls [G, n] asks for; nothing of those that say nothing."""
    count, quantile = influence.count, influence.quantile(confidence)
    variances = count * influence.correction * (pulls**2).sum(axis=0)
    found = []
    for name, variance, error in zip(names, variances, errors, strict=True):
        if not variance > count * LEAST_ERROR**2:
            found.append(Needed(name, None, None, None, None))
            continue
        apart = min(quantile * error, MOST_APART)
        low, middle, high = (
            datasets_for(float(variance * np.exp(sign * apart)), width, confidence, influence.degrees_kept)
            for sign in (-1, 0, 1)
        )
        sure = (low, high) if count >= FEWEST else (None, None)
        found.append(Needed(name, quantile * float(np.sqrt(variance / count)), middle, *sure))
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
