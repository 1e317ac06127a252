"""Brier score, of two classes or of several."""

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import Labels, binary_chances, class_chances
from harness.competition.registry import metric


@metric(
    "brier",
    direction="minimize",
    best=0.0,
    low=0.0,
    high=1.0,
    needs=("probability", "probabilities"),
    objectives=("binary", "multiclass", "ordinal"),
    formula="mean( sum over the labels k of (p(k) - [y = k])^2 ) / 2",
    words=(
        "Brier score: the mean squared distance of the probabilities from what happened, halved over the labels, "
        "so that with two labels it is the squared error of the probability of one."
    ),
)
def brier(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels = None) -> float:
    """Half the mean squared distance of probabilities and certainties (Brier, 1950), so at most 1.

    `y_pred` has shape (n,), the probability of the positive class, or (n, k), a column a label, scaled to sum to 1;
    both give the same score for two labels.

    Raises:
        ValueError: a row of probabilities adds up to 0, or columns and labels do not fit.

    Examples:
        >>> round(brier([1, 0], [0.8, 0.4]), 4)
        0.1
        >>> round(brier(["a", "c"], [[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]], labels=["a", "b", "c"]), 4)
        0.11
    """
    if np.ndim(y_pred) == 1:
        flags, guess = binary_chances(y_true, y_pred, labels)
        return float(np.mean((guess - flags) ** 2))
    truth, shares = class_chances(y_true, y_pred, labels)
    happened = truth[:, None] == np.arange(shares.shape[1])
    return min(float(np.mean(np.sum((shares / shares.sum(axis=1, keepdims=True) - happened) ** 2, axis=1))) / 2, 1.0)
