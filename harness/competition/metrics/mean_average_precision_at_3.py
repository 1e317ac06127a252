"""Mean average precision at 3, of one true label a row."""

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import Labels, class_chances
from harness.competition.ranks import rivals
from harness.competition.registry import metric

# What the first labels of a ranking are worth, added up: none, the first, the first two, the first three.
WORTH = np.array([0.0, 1.0, 1.0 + 1 / 2, 1.0 + 1 / 2 + 1 / 3])


@metric(
    "map_3",
    direction="maximize",
    best=1.0,
    low=0.0,
    high=1.0,
    needs="probabilities",
    objectives=("multiclass",),
    formula="mean( 1 / rank of the true label where it is among the first 3, else 0 )",
    words=(
        "Mean average precision at 3: a row counts 1, 1/2 or 1/3 where its label is the most, second or third most "
        "probable one, and nothing below; of equal probabilities it counts the mean."
    ),
)
def map_3(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels = None) -> float:
    """The mean reciprocal rank of the true label, cut after the third; ties count the mean over their orders.

    `y_pred` has shape (n, labels); every prediction that gives the true label the most is best.

    Raises:
        ValueError: columns and labels do not fit.

    Examples:
        >>> guess = [[0.4, 0.3, 0.2, 0.1], [0.4, 0.3, 0.2, 0.1], [0.4, 0.3, 0.2, 0.1], [0.4, 0.3, 0.2, 0.1]]
        >>> round(map_3(["a", "b", "c", "d"], guess, labels=["a", "b", "c", "d"]), 4)
        0.4583
    """
    truth, shares = class_chances(y_true, y_pred, labels)
    above, equal = rivals(truth, shares)
    last = len(WORTH) - 1
    return float(np.mean((WORTH[np.minimum(above + equal, last)] - WORTH[np.minimum(above, last)]) / equal))
