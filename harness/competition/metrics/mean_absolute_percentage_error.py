"""MAPE."""

from math import inf

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import NEGLIGIBLE, paired_numbers
from harness.competition.registry import metric


@metric(
    "mape",
    direction="minimize",
    best=0.0,
    low=0.0,
    high=inf,
    needs="number",
    objectives=("regression", "forecasting"),
    formula="mean( abs(p - y) / abs(y) )",
    words="Mean absolute percentage error, as a share: the distance of prediction and answer in parts of the answer.",
)
def mape(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """The mean absolute error relative to each answer, as a share (0.1 is 10 %).

    Raises:
        ValueError: an answer is 0, so nothing is relative to it (wmape and smape allow that).

    Examples:
        >>> round(mape([100, 200, 50], [110, 180, 50]), 4)
        0.0667
    """
    truth, guess = paired_numbers(y_true, y_pred)
    size = np.abs(truth)
    if size.min() < NEGLIGIBLE:
        raise ValueError("MAPE is not defined where an answer is 0")
    return float(np.mean(np.abs(guess - truth) / size))
