"""Spearman's rank correlation."""

import numpy.typing as npt

from harness.competition.arrays import check_spread, paired_numbers
from harness.competition.ranks import correlation, mean_ranks
from harness.competition.registry import metric


@metric(
    "spearman",
    direction="maximize",
    best=1.0,
    low=-1.0,
    high=1.0,
    needs="number",
    objectives=("regression", "forecasting"),
    formula="correlation( rank(p), rank(y) ), equal values sharing the mean of their ranks",
    words="Spearman's rank correlation: only the order of the predictions counts; a constant scores 0.",
)
def spearman(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """The correlation of the ranks (Spearman, 1904), ties averaged; 0 for a constant prediction.

    Any increasing function of the answers is best, not the answers alone.

    Raises:
        ValueError: all answers are equal.

    Examples:
        >>> round(spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]), 4)
        0.8208
    """
    truth, guess = paired_numbers(y_true, y_pred)
    check_spread(truth, "Spearman's correlation")
    return correlation(mean_ranks(truth), mean_ranks(guess))
