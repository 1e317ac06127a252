"""Which metric and which form of answer go with an objective and its data."""

from dataclasses import dataclass

import numpy as np

from generation.profile.words import tokens
from generation.rules.candidates import Candidate
from generation.rules.lexicon import sense_words
from harness.competition.metrics import METRICS
from harness.schema import Objective, Prediction

_BALANCED = 0.4
_SPREAD = 3.0
_FEW_CLASSES = 5
_LONG_TAIL = 1.5
CAPPED = "pinball_90"


@dataclass(frozen=True)
class Scoring:
    """A metric, the form of the answers, and why; `objective` where the metric makes another of the candidate's."""

    metric: str
    prediction: Prediction
    why: str
    objective: Objective | None = None


def scoring(candidate: Candidate) -> Scoring:
    """Choose a metric by objective, balance, tails and scale."""
    if candidate.objective in ("regression", "forecasting"):
        return _of_a_cap(candidate) or _of_numbers(candidate)
    if candidate.objective == "ordinal":
        return Scoring("qwk", "label", "the classes have an order, and a near miss is better than a far one")
    counts = candidate.text[candidate.usable].value_counts()
    smallest, largest = float(counts.min() / counts.sum()), float(counts.max() / counts.sum())
    return _of_two(candidate, smallest) if candidate.objective == "binary" else _of_many(len(counts), smallest, largest)


def _of_two(candidate: Candidate, smallest: float) -> Scoring:
    if smallest >= _BALANCED and not all(_is_code(label) for label in candidate.labels):
        return Scoring("accuracy", "label", "the two classes are about equally frequent")
    return Scoring("roc_auc", "probability", "the ranking of the rows matters more than one threshold")


def _of_many(classes: int, smallest: float, largest: float) -> Scoring:
    if largest > _SPREAD * smallest:
        return Scoring("f1_macro", "label", "the classes differ in frequency and each counts the same")
    if classes <= _FEW_CLASSES:
        return Scoring("log_loss", "probabilities", "the classes are few, so honest probabilities can be asked for")
    return Scoring("balanced_accuracy", "label", "each class counts the same")


def _is_code(label: str) -> bool:
    return label.replace(".", "").isdigit()


def _of_a_cap(candidate: Candidate) -> Scoring | None:
    """The ninth decile of what is dear or awaited: costs and waits have long tails, and plans are made for most."""
    said = {*tokens(candidate.name)}
    column, numbers = candidate.column, candidate.numbers
    if numbers is None or candidate.objective != "regression" or CAPPED not in METRICS:
        return None
    if not said & sense_words("capped") or column.skew < _LONG_TAIL or float(numbers[candidate.usable].min()) < 0:
        return None
    if column.cardinality < 30:
        return None
    why = "what is dear or awaited has a long tail, and whoever plans asks what nine of ten stay below"
    return Scoring(CAPPED, "number", why, "quantile")


def _of_numbers(candidate: Candidate) -> Scoring:
    column, numbers = candidate.column, candidate.numbers
    if numbers is None:
        raise ValueError(f"{candidate.name} is asked for as a number but has none")
    values = numbers[candidate.usable]
    low, median, high = float(values.min()), float(np.median(values)), float(np.percentile(values, 99))
    if low >= 0 and median > 0 and high > 10 * median and column.skew > 2:
        return Scoring("rmsle", "number", "it spans orders of magnitude, so relative errors count")
    if column.outliers > 0.01:
        return Scoring("mae", "number", "a few values lie far out and should not decide the score alone")
    return Scoring("rmse", "number", "large errors count more than small ones")
