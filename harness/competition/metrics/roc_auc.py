"""Area under the ROC curve."""

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import Labels, chances, positives
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
    """The Mann-Whitney statistic of the predictions, by ranks with ties averaged.

    Raises:
        ValueError: the answers hold one class only.
    """
    flags, guess = positives(y_true, labels), chances(y_true, y_pred)
    if guess.ndim != 1:
        raise ValueError(f"predictions have shape {guess.shape}, expected one probability a row")
    ones = int(flags.sum())
    zeros = len(flags) - ones
    if not ones or not zeros:
        raise ValueError("ROC AUC is not defined where the answers hold one class only")
    _, place, counts = np.unique(guess, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[flags].sum() - ones * (ones + 1) / 2) / (ones * zeros))
