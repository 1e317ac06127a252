"""Macro-averaged F1."""

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import Labels, paired_codes
from harness.competition.registry import metric


@metric(
    "f1_macro",
    direction="maximize",
    best=1.0,
    low=0.0,
    high=1.0,
    needs="label",
    objectives=("binary", "multiclass", "ordinal"),
    formula="mean over the labels k of 2 TP(k) / ( 2 TP(k) + FP(k) + FN(k) )",
    words="Macro F1: the harmonic mean of precision and recall of each label, averaged over the labels.",
)
def f1_macro(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels = None) -> float:
    """The mean F1 of the labels that occur in the answers or in the predictions (as in scikit-learn).

    Examples:
        >>> round(f1_macro(["a", "b", "b", "c"], ["a", "b", "c", "c"]), 4)
        0.7778
    """
    truth, guess, count = paired_codes(y_true, y_pred, labels)
    occurring = np.bincount(truth, minlength=count) + np.bincount(guess, minlength=count)
    right = np.bincount(truth[truth == guess], minlength=count)
    return float(np.mean(2 * right[occurring > 0] / occurring[occurring > 0]))
