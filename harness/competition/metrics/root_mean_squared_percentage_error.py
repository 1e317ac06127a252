"""RMSPE."""

from math import inf

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import NEGLIGIBLE, paired_numbers
from harness.competition.registry import metric


@metric(
    "rmspe",
    direction="minimize",
    best=0.0,
    low=0.0,
    high=inf,
    needs="number",
    objectives=("regression", "forecasting"),
    formula="sqrt( mean( ((p - y) / y)^2 ) )",
    words="Root mean squared percentage error, as a share: the RMSE of the errors in parts of each answer.",
)
def rmspe(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """The root of the mean squared relative error, as a share (0.1 is 10 %).

    Raises:
        ValueError: an answer is 0, so nothing is relative to it.

    Examples:
        >>> round(rmspe([100, 200, 50], [110, 180, 50]), 4)
        0.0816
    """
    truth, guess = paired_numbers(y_true, y_pred)
    if np.abs(truth).min() < NEGLIGIBLE:
        raise ValueError("RMSPE is not defined where an answer is 0")
    return float(np.sqrt(np.mean(((guess - truth) / truth) ** 2)))
