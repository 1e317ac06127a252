"""F1 averaged by the frequency of the labels."""

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import Labels, paired_codes
from harness.competition.registry import metric


@metric(
    "f1_weighted",
    direction="maximize",
    best=1.0,
    low=0.0,
    high=1.0,
    needs="label",
    objectives=("binary", "multiclass", "ordinal"),
    formula="sum over the labels k of ( rows of k / all rows ) 2 TP(k) / ( 2 TP(k) + FP(k) + FN(k) )",
    words=(
        "Weighted F1: the harmonic mean of precision and recall of each label, averaged over the labels with the "
        "number of its rows as weight."
    ),
)
def f1_weighted(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels = None) -> float:
    """The mean F1 of the labels that the answers hold, weighted by how often they do.

    Examples:
        >>> round(f1_weighted(["a", "b", "b", "c"], ["a", "b", "c", "c"]), 4)
        0.75
    """
    truth, guess, count = paired_codes(y_true, y_pred, labels)
    rows = np.bincount(truth, minlength=count)
    right = np.bincount(truth[truth == guess], minlength=count)
    both = rows + np.bincount(guess, minlength=count)
    held = rows > 0
    return min(float(np.sum(rows[held] * (2 * right[held] / both[held]))) / len(truth), 1.0)
