"""Cohen's kappa."""

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import Labels, check_classes, paired_codes
from harness.competition.registry import metric


@metric(
    "cohen_kappa",
    direction="maximize",
    best=1.0,
    low=-1.0,
    high=1.0,
    needs="label",
    objectives=("binary", "multiclass"),
    formula="1 - P( p differs from y ) / P( the prediction of any row differs from the answer of any row )",
    words="Cohen's kappa: the agreement of predicted and true labels beyond what their frequencies give by chance.",
)
def cohen_kappa(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels = None) -> float:
    """Agreement beyond chance (Cohen, 1960); 0 for a constant.

    Raises:
        ValueError: all answers have one label.

    Examples:
        >>> cohen_kappa(["a", "b", "b", "c"], ["a", "b", "c", "c"])
        0.6363636363636364
    """
    truth, guess, count = paired_codes(y_true, y_pred, labels)
    check_classes(truth, "Cohen's kappa")
    answered = np.bincount(truth, minlength=count) / len(truth)
    predicted = np.bincount(guess, minlength=count) / len(guess)
    return 1.0 - float(np.mean(truth != guess)) / (1.0 - float(answered @ predicted))
