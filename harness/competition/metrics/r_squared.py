"""R²."""

from math import inf

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import check_spread, paired_numbers
from harness.competition.registry import metric


@metric(
    "r2",
    direction="maximize",
    best=1.0,
    low=-inf,
    high=1.0,
    needs="number",
    objectives=("regression", "forecasting"),
    formula="1 - sum( (p - y)^2 ) / sum( (y - mean(y))^2 )",
    words="R squared: the share of the variance of the answers that the predictions explain.",
    elicits="mean",
)
def r2(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """The coefficient of determination; 0 for the mean of the answers, negative for worse.

    Raises:
        ValueError: all answers are equal.

    Examples:
        >>> r2([1, 2, 3], [1, 2, 4])
        0.5
    """
    truth, guess = paired_numbers(y_true, y_pred)
    check_spread(truth, "R squared")
    return 1.0 - float(np.sum((guess - truth) ** 2) / np.sum((truth - truth.mean()) ** 2))
