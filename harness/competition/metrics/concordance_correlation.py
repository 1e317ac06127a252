"""Lin's concordance correlation."""

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import check_spread, paired_numbers
from harness.competition.registry import metric


@metric(
    "ccc",
    direction="maximize",
    best=1.0,
    low=-1.0,
    high=1.0,
    needs="number",
    objectives=("regression", "forecasting"),
    formula="2 cov(p, y) / ( var(p) + var(y) + (mean(p) - mean(y))^2 )",
    words=(
        "Lin's concordance correlation: the correlation of prediction and answer, made less by a wrong mean or a "
        "wrong spread; a constant scores 0."
    ),
    elicits="mean",
)
def ccc(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """The concordance correlation coefficient with variances over n (Lin, 1989); 0 for a constant prediction.

    Raises:
        ValueError: all answers are equal.

    Examples:
        >>> round(ccc([1, 2, 3, 4], [2, 3, 4, 5]), 4)
        0.7143
    """
    truth, guess = paired_numbers(y_true, y_pred)
    check_spread(truth, "the concordance correlation")
    if guess.min() == guess.max():
        return 0.0
    shift = float(guess.mean() - truth.mean())
    away, off = truth - truth.mean(), guess - guess.mean()
    scale = float(np.mean(away**2) + np.mean(off**2) + shift**2)
    return float(np.clip(2 * np.mean(away * off) / scale, -1.0, 1.0))
