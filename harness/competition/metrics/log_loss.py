"""Log loss, of two classes or of several."""

from math import inf

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import Labels, binary_chances, class_chances
from harness.competition.registry import metric

LEAST = float(np.finfo(np.float64).eps)


@metric(
    "log_loss",
    direction="minimize",
    best=0.0,
    low=0.0,
    high=inf,
    needs=("probability", "probabilities"),
    objectives=("binary", "multiclass", "ordinal"),
    formula="- mean( log( probability given to the true label ) )",
    words="Log loss: the mean negative logarithm of the probability that was given to the true label.",
)
def log_loss(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels = None) -> float:
    """The mean negative log-likelihood, with probabilities of at least 2.2e-16 (as in scikit-learn).

    `y_pred` has shape (n,), the probability of the positive class, or (n, k), a column a label, scaled to sum to 1.

    Raises:
        ValueError: a row of probabilities adds up to 0, or columns and labels do not fit.

    Examples:
        >>> round(log_loss([1, 0], [0.8, 0.4]), 4)
        0.367
        >>> round(log_loss(["a", "c"], [[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]], labels=["a", "b", "c"]), 4)
        0.4581
    """
    if np.ndim(y_pred) == 1:
        flags, guess = binary_chances(y_true, y_pred, labels)
        given = np.where(flags, guess, 1 - guess)
    else:
        truth, shares = class_chances(y_true, y_pred, labels)
        given = shares[np.arange(len(truth)), truth] / shares.sum(axis=1)
    return float(-np.mean(np.log(np.clip(given, LEAST, 1.0)))) + 0.0
