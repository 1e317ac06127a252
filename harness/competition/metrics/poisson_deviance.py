"""Mean Poisson deviance."""

from math import inf

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import NEGLIGIBLE, paired_numbers
from harness.competition.registry import metric

# A prediction of 0 for a positive answer would cost infinitely much: it counts as this part of the answer.
LEAST_PART = 1e-6


@metric(
    "poisson_deviance",
    direction="minimize",
    best=0.0,
    low=0.0,
    high=inf,
    needs="number",
    objectives=("regression", "forecasting"),
    formula="2 mean( y log(y / p) - y + p ), with p at least a millionth of y",
    words=(
        "Mean Poisson deviance: the error of an expected count, in which a miss by the same amount weighs more where "
        "less is expected; a prediction below a millionth of the answer counts as that."
    ),
    submission_low=0.0,
    elicits="mean",
)
def poisson_deviance(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
    """The mean unit deviance of the Poisson distribution; it fits counts and other amounts from 0 up.

    Raises:
        ValueError: an answer or a prediction is negative.

    Examples:
        >>> round(poisson_deviance([2, 0, 1, 4], [0.5, 0.5, 2, 2]), 4)
        1.426
    """
    truth, guess = paired_numbers(y_true, y_pred)
    if min(truth.min(), guess.min()) < 0:
        raise ValueError("the Poisson deviance is defined for values of at least 0")
    bounded = np.maximum(guess, LEAST_PART * truth)
    ratio = np.divide(truth, bounded, out=np.ones_like(truth), where=truth >= NEGLIGIBLE)
    deviance = truth * np.log(ratio) - truth + bounded
    return 2 * float(np.mean(np.maximum(deviance, 0.0)))
