"""Places in an order: of values in a column, of the true label among all labels of a row; ties share their places."""

import numpy as np

from harness.competition.arrays import Codes, Flags, Numbers


def mean_ranks(values: Numbers) -> Numbers:
    """Ranks from 1 up, equal values given the mean of their ranks; shape (n,)."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Numbers = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return ranks


def area_under_curve(positive: Flags, guess: Numbers) -> float:
    """How often a positive row is above another, ties counted half: the statistic of Mann and Whitney (1947) scaled."""
    ones = int(positive.sum())
    zeros = len(positive) - ones
    return float((mean_ranks(guess)[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def rivals(truth: Codes, shares: Numbers) -> tuple[Codes, Codes]:
    """How many labels have a greater probability than the true one, and how many the same, itself included; (n,)."""
    given = shares[np.arange(len(truth)), truth][:, None]
    return (shares > given).sum(axis=1), (shares == given).sum(axis=1)


def correlation(one: Numbers, other: Numbers) -> float:
    """Pearson's product-moment correlation, within -1 and 1; 0 where `other` is constant. `one` must not be."""
    if other.min() == other.max():
        return 0.0
    left, right = _centred(one), _centred(other)
    scale = float(np.sqrt(np.sum(left**2) * np.sum(right**2)))
    return float(np.clip(np.sum(left * right) / scale, -1.0, 1.0)) if scale else 0.0


def _centred(values: Numbers) -> Numbers:
    """Distances from the mean, the largest of them 1: their squares can neither overflow nor vanish."""
    away = values - values.mean()
    largest = np.abs(away).max()
    centred: Numbers = away / largest if largest else away
    return centred
