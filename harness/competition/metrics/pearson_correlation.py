"""Pearson's correlation."""

import numpy.typing as npt

from harness.competition.arrays import check_spread, paired_numbers
from harness.competition.ranks import correlation
from harness.competition.registry import metric


@metric(
    "pearson",
    direction="maximize",
    best=1.0,
    low=-1.0,
    high=1.0,
    needs="number",
    objectives=("regression", "forecasting"),
    formula="sum( (p - mean(p)) (y - mean(y)) ) / sqrt( sum( (p - mean(p))^2 ) sum( (y - mean(y))^2 ) )",
    words="Pearson's correlation: how near predictions and answers lie to a rising line; a constant scores 0.",
    elicits="mean",
)
def pearson(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """The product-moment correlation; 0 for a constant prediction.

    Any rising linear function of the answers is best, not the answers alone.

    Raises:
        ValueError: all answers are equal.

    Examples:
        >>> round(pearson([1, 2, 3, 4], [1, 3, 2, 4]), 4)
        0.8
    """
    truth, guess = paired_numbers(y_true, y_pred)
    check_spread(truth, "Pearson's correlation")
    return correlation(truth, guess)
