"""Accuracy."""

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import Labels, paired_codes
from harness.competition.registry import metric


@metric(
    "accuracy",
    direction="maximize",
    best=1.0,
    low=0.0,
    high=1.0,
    needs="label",
    objectives=("binary", "multiclass", "ordinal"),
    formula="rows with p = y / all rows",
    words="Accuracy: the share of the rows whose label is predicted right.",
)
def accuracy(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels = None) -> float:
    """The share of equal labels.

    Examples:
        >>> accuracy(["a", "b", "b", "c"], ["a", "b", "c", "c"])
        0.75
    """
    truth, guess, _ = paired_codes(y_true, y_pred, labels)
    return float(np.mean(truth == guess))
