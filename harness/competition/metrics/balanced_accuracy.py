"""Balanced accuracy."""

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import Labels, paired_codes
from harness.competition.registry import metric


@metric(
    "balanced_accuracy",
    direction="maximize",
    best=1.0,
    low=0.0,
    high=1.0,
    needs="label",
    objectives=("binary", "multiclass", "ordinal"),
    formula="mean over the labels k of ( rows of k predicted as k / rows of k )",
    words="Balanced accuracy: the share of right rows within each label, averaged over the labels.",
)
def balanced_accuracy(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels = None) -> float:
    """The mean recall of the labels that the answers hold.

    Examples:
        >>> balanced_accuracy(["a", "b", "b", "c"], ["a", "b", "c", "a"])
        0.5
    """
    truth, guess, count = paired_codes(y_true, y_pred, labels)
    rows = np.bincount(truth, minlength=count)
    right = np.bincount(truth[truth == guess], minlength=count)
    return float(np.mean(right[rows > 0] / rows[rows > 0]))
