"""Mean absolute error of ordered labels."""

from math import inf

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import Labels, paired_codes
from harness.competition.registry import metric


@metric(
    "ordinal_mae",
    direction="minimize",
    best=0.0,
    low=0.0,
    high=inf,
    needs="label",
    objectives=("ordinal",),
    formula="mean( abs(i - j) ) with i and j the places of answer and prediction in the order of the labels",
    words="Mean absolute ordinal error: by how many levels a prediction is off, on average.",
)
def ordinal_mae(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels = None) -> float:
    """The mean distance of the labels' places.

    `labels` are in their order; without them the answers are whole numbers, and their differences are the distances.

    Raises:
        ValueError: labels that are not whole numbers come without their order.

    Examples:
        >>> ordinal_mae(["low", "mid", "high", "low"], ["low", "high", "high", "high"], labels=["low", "mid", "high"])
        0.75
    """
    if labels is None and np.asarray(y_true).dtype.kind not in "iub":
        raise ValueError("the mean absolute ordinal error needs the labels in their order")
    truth, guess, _ = paired_codes(y_true, y_pred, labels)
    if labels is None:
        truth, guess = np.asarray(y_true, dtype=np.intp), np.asarray(y_pred, dtype=np.intp)
    return float(np.mean(np.abs(truth - guess)))
