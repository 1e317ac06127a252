"""Area under the ROC curve, each class against the rest."""

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import Labels, check_classes, class_chances
from harness.competition.ranks import area_under_curve
from harness.competition.registry import metric


@metric(
    "roc_auc_ovr",
    direction="maximize",
    best=1.0,
    low=0.0,
    high=1.0,
    needs="probabilities",
    objectives=("multiclass", "ordinal"),
    formula="mean over the labels k of ROC AUC( y = k, p(k) )",
    words=(
        "Multiclass ROC AUC, one against the rest: how often a row of a label is given more probability for it than "
        "a row of another label, ties counted half; averaged over the labels."
    ),
)
def roc_auc_ovr(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels = None) -> float:
    """The mean ROC AUC of the labels that the answers hold, each against the rest (macro average).

    `y_pred` has shape (n, k), a column a label; only the order within each column counts.

    Raises:
        ValueError: the answers hold one label only, or columns and labels do not fit.

    Examples:
        >>> guess = [[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.4, 0.3, 0.3], [0.2, 0.2, 0.6]]
        >>> round(roc_auc_ovr(["a", "b", "b", "c"], guess, labels=["a", "b", "c"]), 4)
        1.0
    """
    truth, shares = class_chances(y_true, y_pred, labels)
    check_classes(truth, "ROC AUC")
    return float(np.mean([area_under_curve(truth == code, shares[:, code]) for code in np.unique(truth)]))
