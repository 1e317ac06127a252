"""Area under the ROC curve, of two classes."""

import numpy.typing as npt

from harness.competition.arrays import Labels, binary_chances
from harness.competition.ranks import area_under_curve
from harness.competition.registry import metric


@metric(
    "roc_auc",
    direction="maximize",
    best=1.0,
    low=0.0,
    high=1.0,
    needs="probability",
    objectives=("binary",),
    formula="P( p of a positive row > p of a negative row ) + P( both are equal ) / 2",
    words="Area under the ROC curve: how often a positive row is ranked above a negative one; ties count half.",
)
def roc_auc(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels = None) -> float:
    """The Mann-Whitney statistic of the predictions, by ranks with ties averaged; only their order counts.

    Raises:
        ValueError: the answers hold one class only.

    Examples:
        >>> roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
        0.75
    """
    flags, guess = binary_chances(y_true, y_pred, labels)
    if flags.all() or not flags.any():
        raise ValueError("ROC AUC is not defined where the answers hold one class only")
    return area_under_curve(flags, guess)
