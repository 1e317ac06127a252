"""Log loss, of two classes or of several."""

from math import inf

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import Labels, Numbers, chances, codes_of, positives
from harness.competition.registry import metric

LEAST = float(np.finfo(np.float64).eps)


@metric(
    "log_loss",
    direction="minimize",
    best=0.0,
    low=0.0,
    high=inf,
    needs=("probability", "probabilities"),
    objectives=("binary", "multiclass", "ordinal"),
    formula="- mean( log( probability given to the true label ) )",
    words="Log loss: the mean negative logarithm of the probability that was given to the true label.",
)
def log_loss(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels = None) -> float:
    """The mean negative log-likelihood, with probabilities of at least 2.2e-16 (as in scikit-learn).

    `y_pred` has shape (n,), the probability of the positive class, or (n, k), a column a label, scaled to sum to 1.

    Raises:
        ValueError: a row of probabilities adds up to 0, or columns and labels do not fit.
    """
    guess = chances(y_true, y_pred)
    if guess.ndim == 1:
        given = np.where(positives(y_true, labels), guess, 1 - guess)
    else:
        given = _of_true_label(y_true, guess, labels)
    return float(-np.mean(np.log(np.maximum(given, LEAST)))) + 0.0


def _of_true_label(y_true: npt.ArrayLike, guess: Numbers, labels: Labels) -> Numbers:
    known = [str(place) for place in range(guess.shape[1])] if labels is None else labels
    if guess.shape[1] != len(known):
        raise ValueError(f"{guess.shape[1]} columns of probabilities for {len(known)} labels")
    totals = guess.sum(axis=1)
    if (totals <= 0).any():
        raise ValueError("the probabilities of a row add up to 0")
    picked: Numbers = guess[np.arange(len(guess)), codes_of(y_true, known)] / totals
    return picked
