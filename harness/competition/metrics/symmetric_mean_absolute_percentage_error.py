"""sMAPE."""

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import paired_numbers
from harness.competition.registry import metric


@metric(
    "smape",
    direction="minimize",
    best=0.0,
    low=0.0,
    high=2.0,
    needs="number",
    objectives=("regression", "forecasting"),
    formula="mean( 2 abs(p - y) / (abs(p) + abs(y)) ), a row with p = y = 0 counting 0",
    words=(
        "Symmetric mean absolute percentage error, as a share: the distance of prediction and answer in parts of their "
        "mean size; at most 2, which any prediction but 0 scores where the answer is 0."
    ),
)
def smape(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """The mean of twice the distance over the sum of sizes, as a share from 0 to 2; 0 where both are 0.

    Examples:
        >>> round(smape([100, 200, 0, 0], [110, 180, 0, 5]), 4)
        0.5501
    """
    truth, guess = paired_numbers(y_true, y_pred)
    away, size = np.abs(guess - truth), np.abs(guess) + np.abs(truth)
    return float(np.mean(2 * np.divide(away, size, out=np.zeros_like(away), where=size > 0)))
