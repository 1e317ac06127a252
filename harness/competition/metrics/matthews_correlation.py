"""Matthews correlation coefficient, of two classes or of several."""

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import Labels, check_classes, paired_codes
from harness.competition.registry import metric


@metric(
    "mcc",
    direction="maximize",
    best=1.0,
    low=-1.0,
    high=1.0,
    needs="label",
    objectives=("binary", "multiclass"),
    formula=(
        "( n c - sum(t(k) p(k)) ) / sqrt( (n^2 - sum(t(k)^2)) (n^2 - sum(p(k)^2)) ) with n rows, c right ones, t(k) "
        "and p(k) rows of label k in answers and predictions; of two labels "
        "(TP TN - FP FN) / sqrt( (TP+FP) (TP+FN) (TN+FP) (TN+FN) )"
    ),
    words=(
        "Matthews correlation coefficient: the correlation of predicted and true labels; 0 for guesses that do not "
        "depend on the row."
    ),
)
def mcc(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels = None) -> float:
    """The correlation of two classifications (Matthews, 1975; of several labels Gorodkin, 2004); 0 for a constant.

    Raises:
        ValueError: all answers have one label.

    Examples:
        >>> round(mcc([1, 1, 1, 0], [1, 0, 1, 1]), 4)
        -0.3333
    """
    truth, guess, count = paired_codes(y_true, y_pred, labels)
    check_classes(truth, "the Matthews correlation")
    rows = float(len(truth))
    answered = np.bincount(truth, minlength=count).astype(np.float64)
    predicted = np.bincount(guess, minlength=count).astype(np.float64)
    shared = rows * float(np.sum(truth == guess)) - float(answered @ predicted)
    scale = (rows**2 - float(answered @ answered)) * (rows**2 - float(predicted @ predicted))
    return float(np.clip(shared / np.sqrt(scale), -1.0, 1.0)) if scale else 0.0
