"""Top-k accuracy: the true label is among the k most probable ones."""

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import Labels, class_chances
from harness.competition.ranks import rivals
from harness.competition.registry import MetricFunction, metric

SIZES = (3, 5)


def top_k(size: int) -> MetricFunction:
    """The metric for one k."""

    def top_k_accuracy(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels = None) -> float:
        truth, shares = class_chances(y_true, y_pred, labels)
        if shares.shape[1] <= size:
            raise ValueError(f"top-{size} accuracy needs more than {size} labels, not {shares.shape[1]}")
        above, equal = rivals(truth, shares)
        return float(np.mean(np.clip((size - above) / equal, 0.0, 1.0)))

    top_k_accuracy.__doc__ = f"""The share of rows whose true label is among the {size} most probable ones.

    Where equal probabilities lie across the border, a row counts by the chance that a random order lets its label in.
    `y_pred` has shape (n, labels); every prediction that ranks the true label so high is best, not the answers alone.

    Raises:
        ValueError: there are not more than {size} labels, or columns and labels do not fit.

    Examples:
        >>> guess = [[0.3, 0.2, 0.2, 0.2, 0.1, 0.0], [0.5, 0.1, 0.1, 0.1, 0.1, 0.1]]
        >>> round(top_{size}_accuracy(["a", "f"], guess, labels=list("abcdef")), 4)
        {0.7 if size == 3 else 0.9}
    """
    return top_k_accuracy


for _size in SIZES:
    metric(
        f"top_{_size}_accuracy",
        direction="maximize",
        best=1.0,
        low=0.0,
        high=1.0,
        needs="probabilities",
        objectives=("multiclass",),
        formula=f"rows whose label is among the {_size} with the largest p / all rows",
        words=(
            f"Top-{_size} accuracy: the share of the rows whose label is among the {_size} most probable ones; "
            "equal probabilities across the border count by the chance of a random order."
        ),
    )(top_k(_size))
