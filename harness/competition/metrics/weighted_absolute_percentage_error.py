"""WMAPE."""

from math import inf

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import NEGLIGIBLE, paired_numbers
from harness.competition.registry import metric


@metric(
    "wmape",
    direction="minimize",
    best=0.0,
    low=0.0,
    high=inf,
    needs="number",
    objectives=("regression", "forecasting"),
    formula="sum( abs(p - y) ) / sum( abs(y) )",
    words=(
        "Weighted mean absolute percentage error, as a share: all distances of prediction and answer together, in "
        "parts of all answers together; single answers may be 0."
    ),
)
def wmape(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """The sum of absolute errors over the sum of the answers' sizes, as a share.

    Raises:
        ValueError: all answers are 0.

    Examples:
        >>> wmape([100, 200, 0], [110, 180, 0])
        0.1
    """
    truth, guess = paired_numbers(y_true, y_pred)
    total = float(np.sum(np.abs(truth)))
    if total < NEGLIGIBLE:
        raise ValueError("WMAPE is not defined where all answers are 0")
    return float(np.sum(np.abs(guess - truth))) / total
