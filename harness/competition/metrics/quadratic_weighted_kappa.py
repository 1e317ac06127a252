"""Quadratic weighted kappa."""

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import Labels, check_classes, paired_codes
from harness.competition.registry import metric


@metric(
    "qwk",
    direction="maximize",
    best=1.0,
    low=-1.0,
    high=1.0,
    needs="label",
    objectives=("ordinal",),
    formula="1 - mean( (i - j)^2 ) / mean of (i - j)^2 over all pairs of an answer i and any row's prediction j",
    words="Quadratic weighted kappa: agreement beyond chance; a miss by two levels counts four times a miss by one.",
)
def qwk(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels = None) -> float:
    """Cohen's kappa (1968) with weights that grow as the square of the distance of the labels' places.

    A constant scores 0. `labels` are in their order; without them numbers are ordered by value.

    Raises:
        ValueError: all answers have one label, or labels that are text come without their order.

    Examples:
        >>> qwk(["low", "mid", "high", "low"], ["low", "high", "high", "mid"], labels=["low", "mid", "high"])
        0.6923076923076923
    """
    if labels is None and np.asarray(y_true).dtype.kind not in "iufb":
        raise ValueError("quadratic weighted kappa needs the labels in their order")
    truth, guess, _ = paired_codes(y_true, y_pred, labels)
    check_classes(truth, "quadratic weighted kappa")
    observed = float(np.mean((truth - guess) ** 2))
    # Over all pairs the mean of (i - j)^2 is both variances and the squared distance of the means.
    return 1.0 - observed / float(truth.var() + guess.var() + (truth.mean() - guess.mean()) ** 2)
