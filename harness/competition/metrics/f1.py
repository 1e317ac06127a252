"""F1 of the positive class."""

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import Labels, paired_flags
from harness.competition.registry import metric


@metric(
    "f1",
    direction="maximize",
    best=1.0,
    low=0.0,
    high=1.0,
    needs="label",
    objectives=("binary",),
    formula="2 TP / ( 2 TP + FP + FN )",
    words="F1: the harmonic mean of precision and recall of the positive label, which is the second one.",
)
def f1(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels = None) -> float:
    """The F1 of the second of two labels (without labels: of 1); 0 where it is never predicted.

    Raises:
        ValueError: there are not two labels, or no answer is positive.

    Examples:
        >>> round(f1(["no", "yes", "yes"], ["yes", "yes", "no"], labels=["no", "yes"]), 4)
        0.5
    """
    truth, guess = paired_flags(y_true, y_pred, labels)
    if not truth.any():
        raise ValueError("F1 is not defined where no answer is positive")
    return 2 * int(np.sum(truth & guess)) / int(truth.sum() + guess.sum())
