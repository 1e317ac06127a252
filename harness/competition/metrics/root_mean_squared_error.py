"""RMSE."""

from math import inf

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import paired_numbers
from harness.competition.registry import metric


@metric(
    "rmse",
    direction="minimize",
    best=0.0,
    low=0.0,
    high=inf,
    needs="number",
    objectives=("regression", "forecasting", "ordinal"),
    formula="sqrt( mean( (p - y)^2 ) )",
    words="Root mean squared error: the square root of the mean squared difference of prediction and answer.",
    elicits="mean",
)
def rmse(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """The square root of the mean squared error.

    Examples:
        >>> rmse([10, 20], [13, 24])
        3.5355339059327378
    """
    truth, guess = paired_numbers(y_true, y_pred)
    return float(np.sqrt(np.mean((guess - truth) ** 2)))
