"""Average precision."""

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import Labels, binary_chances
from harness.competition.registry import metric


@metric(
    "average_precision",
    direction="maximize",
    best=1.0,
    low=0.0,
    high=1.0,
    needs="probability",
    objectives=("binary",),
    formula="sum over the thresholds t of ( recall(t) - recall(t - 1) ) precision(t)",
    words=(
        "Average precision: the rows are ranked by their probability, and the share of positive rows down to each "
        "positive one is averaged; rows with equal probability come in together."
    ),
)
def average_precision(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels = None) -> float:
    """The area under the curve of precision over recall, by steps (as in scikit-learn); only the order counts.

    A constant scores the share of positive rows.

    Raises:
        ValueError: the answers hold one class only.

    Examples:
        >>> round(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 4)
        0.8333
    """
    flags, guess = binary_chances(y_true, y_pred, labels)
    if flags.all() or not flags.any():
        raise ValueError("average precision is not defined where the answers hold one class only")
    thresholds, place = np.unique(-guess, return_inverse=True)
    found = np.bincount(place[flags], minlength=len(thresholds))
    precision = np.cumsum(found) / np.cumsum(np.bincount(place))
    return min(float(np.sum(found * precision)) / int(flags.sum()), 1.0)
