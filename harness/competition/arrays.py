"""Answers and predictions as arrays that a metric can rely on: equal length, not empty, finite, labels as codes."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from harness.competition.validity import LARGEST

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Labels = Sequence[str] | None

# A distance or a size below this counts as none: LARGEST, divided by it and squared, is still a float.
NEGLIGIBLE = 1e-50


def paired_numbers(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> tuple[Numbers, Numbers]:
    """Both as floats, shape (n,).

    Raises:
        ValueError: they are empty, differ in shape, are not one-dimensional, not finite or beyond 1e100.
    """
    truth, guess = np.asarray(y_true, dtype=np.float64), np.asarray(y_pred, dtype=np.float64)
    _check_rows(truth, guess)
    if guess.ndim != 1:
        raise ValueError(f"predictions have shape {guess.shape}, expected one number a row")
    for values, what in ((truth, "the answers"), (guess, "the predictions")):
        _check_finite(values, what)
        if np.abs(values).max() > LARGEST:
            raise ValueError(f"{what} reach beyond {LARGEST:g}")
    return truth, guess


def check_spread(truth: Numbers, metric: str) -> None:
    """See that the answers differ.

    Raises:
        ValueError: they do not, or by less than a float can tell of.
    """
    if np.ptp(truth) < NEGLIGIBLE:
        raise ValueError(f"{metric} is not defined where all answers are equal")


def paired_codes(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels) -> tuple[Codes, Codes, int]:
    """Both as positions in `labels` (without labels: in the sorted values of both), shape (n,), and how many there are.

    Raises:
        ValueError: they are empty, differ in length, or hold a value that is not among the labels.
    """
    truth, guess = np.asarray(y_true), np.asarray(y_pred)
    _check_rows(truth, guess)
    if guess.ndim != 1:
        raise ValueError(f"predictions have shape {guess.shape}, expected one label a row")
    if labels is None:
        known, codes = np.unique(np.concatenate([truth, guess]), return_inverse=True)
        return codes[: len(truth)], codes[len(truth) :], len(known)
    return codes_of(truth, labels), codes_of(guess, labels), len(labels)


def check_classes(truth: Codes, metric: str) -> None:
    """See that the answers hold two labels or more.

    Raises:
        ValueError: they hold one.
    """
    if truth.min() == truth.max():
        raise ValueError(f"{metric} is not defined where all answers are equal")


def paired_flags(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels) -> tuple[Flags, Flags]:
    """Which answers and which predictions are the positive class (see `positives`), shape (n,).

    Raises:
        ValueError: they are empty, differ in length, or hold something else than the two labels.
    """
    paired_codes(y_true, y_pred, labels)
    return positives(y_true, labels), positives(y_pred, labels)


def codes_of(values: npt.ArrayLike, labels: Sequence[str]) -> Codes:
    """The position of each value in `labels`, compared as text.

    Raises:
        ValueError: a value is not among the labels.
    """
    words, known = np.asarray(values).astype(str), np.asarray(labels).astype(str)
    order = np.argsort(known, kind="stable")
    places = np.minimum(np.searchsorted(known, words, sorter=order), len(known) - 1)
    codes: Codes = order[places]
    wrong = known[codes] != words
    if wrong.any():
        raise ValueError(f"{str(words[wrong][0])!r} is none of the labels {', '.join(known.tolist())}")
    return codes


def positives(y_true: npt.ArrayLike, labels: Labels) -> Flags:
    """Which answers are the positive class: the second of two labels, or 1 where no labels are given; shape (n,).

    Raises:
        ValueError: there are not two labels, or an answer is neither.
    """
    if labels is not None:
        if len(labels) != 2:
            raise ValueError(f"two labels are needed, the negative and the positive one, not {len(labels)}")
        return np.asarray(codes_of(y_true, labels) == 1)
    numbers = np.asarray(y_true).astype(np.float64)
    if not np.isin(numbers, (0.0, 1.0)).all():
        raise ValueError("without labels the answers must be 0 and 1")
    return np.asarray(numbers == 1)


def chances(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> Numbers:
    """Predicted probabilities as floats, shape (n,) or (n, k).

    Raises:
        ValueError: they are empty, do not fit the answers, or are not within 0 and 1.
    """
    truth, guess = np.asarray(y_true), np.asarray(y_pred, dtype=np.float64)
    _check_rows(truth, guess)
    _check_finite(guess, "the probabilities")
    if guess.min() < 0 or guess.max() > 1:
        raise ValueError("probabilities must be within 0 and 1")
    return guess


def binary_chances(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels) -> tuple[Flags, Numbers]:
    """Which answers are positive, and the probability that each was given, shape (n,).

    Raises:
        ValueError: predictions are not one probability a row, or the answers are not of two labels.
    """
    flags, guess = positives(y_true, labels), chances(y_true, y_pred)
    if guess.ndim != 1:
        raise ValueError(f"predictions have shape {guess.shape}, expected one probability a row")
    return flags, guess


def class_chances(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, labels: Labels) -> tuple[Codes, Numbers]:
    """The answers as positions in `labels`, shape (n,), and a probability for each label, shape (n, k).

    Without labels the answers are the positions themselves.

    Raises:
        ValueError: a row of probabilities adds up to 0, or columns and labels do not fit.
    """
    guess = chances(y_true, y_pred)
    if guess.ndim != 2:
        raise ValueError(f"predictions have shape {guess.shape}, expected a row of probabilities for each answer")
    known = [str(place) for place in range(guess.shape[1])] if labels is None else labels
    if guess.shape[1] != len(known):
        raise ValueError(f"{guess.shape[1]} columns of probabilities for {len(known)} labels")
    if (guess.sum(axis=1) <= 0).any():
        raise ValueError("the probabilities of a row add up to 0")
    return codes_of(y_true, known), guess


def _check_rows(truth: npt.NDArray[np.generic], guess: npt.NDArray[np.generic]) -> None:
    if truth.ndim != 1:
        raise ValueError(f"answers have shape {truth.shape}, expected one value a row")
    if len(truth) != len(guess):
        raise ValueError(f"{len(truth)} answers but {len(guess)} predictions")
    if not len(truth):
        raise ValueError("there is nothing to score")


def _check_finite(values: Numbers, what: str) -> None:
    if not np.isfinite(values).all():
        raise ValueError(f"{what} are not all finite")
