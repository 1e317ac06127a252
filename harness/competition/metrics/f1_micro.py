"""Micro-averaged F1."""

import numpy.typing as npt

from harness.competition.arrays import Labels
from harness.competition.metrics.accuracy import accuracy
from harness.competition.registry import metric


@metric(
    "f1_micro",
    direction="maximize",
    best=1.0,
    low=0.0,
    high=1.0,
    needs="label",
    objectives=("multiclass", "ordinal"),
    formula="2 sum over k of TP(k) / sum over k of ( 2 TP(k) + FP(k) + FN(k) ) = rows with p = y / all rows",
    words="Micro F1: precision and recall counted over all labels together; with one label a row it is the accuracy.",
)
def f1_micro(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels = None) -> float:
    """The F1 of all labels counted together: every wrong row is one false positive and one false negative.

    Examples:
        >>> f1_micro(["a", "b", "b", "c"], ["a", "b", "c", "c"])
        0.75
    """
    return accuracy(y_true, y_pred, labels)
