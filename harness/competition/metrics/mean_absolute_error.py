"""MAE."""

from math import inf

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import paired_numbers
from harness.competition.registry import metric


@metric(
    "mae",
    direction="minimize",
    best=0.0,
    low=0.0,
    high=inf,
    needs="number",
    objectives=("regression", "forecasting", "ordinal"),
    formula="mean( abs(p - y) )",
    words="Mean absolute error: the mean distance between prediction and answer.",
)
def mae(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """The mean absolute error.

    Examples:
        >>> mae([10, 20], [12, 21])
        1.5
    """
    truth, guess = paired_numbers(y_true, y_pred)
    return float(np.mean(np.abs(guess - truth)))
