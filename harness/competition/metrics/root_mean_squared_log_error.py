"""RMSLE."""

from math import inf

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import paired_numbers
from harness.competition.registry import metric


@metric(
    "rmsle",
    direction="minimize",
    best=0.0,
    low=0.0,
    high=inf,
    needs="number",
    objectives=("regression", "forecasting"),
    formula="sqrt( mean( (log(1 + p) - log(1 + y))^2 ) )",
    words="Root mean squared logarithmic error: the RMSE of log(1 + value), so that relative errors count.",
    submission_low=0.0,
)
def rmsle(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """The root mean squared error of log(1 + value).

    Raises:
        ValueError: an answer or a prediction is negative.

    Examples:
        >>> round(rmsle([9, 99], [99, 99]), 4)
        1.6282
    """
    truth, guess = paired_numbers(y_true, y_pred)
    if min(truth.min(), guess.min()) < 0:
        raise ValueError("RMSLE is defined for values of at least 0")
    return float(np.sqrt(np.mean((np.log1p(guess) - np.log1p(truth)) ** 2)))
