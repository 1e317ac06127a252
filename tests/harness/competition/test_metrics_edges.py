"""Zeros, ties, constants, one class, extremes: what each metric says, or that it says that it is not defined."""

import math
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from harness.competition.metrics import METRICS

ABC, FOUR = {"labels": ["a", "b", "c"]}, {"labels": ["a", "b", "c", "d"]}
AB = {"labels": ["a", "b"]}


def score(name: str, truth: object, guess: object, options: dict[str, object]) -> float:
    return METRICS[name].function(np.array(truth), np.array(guess), **options)


@pytest.mark.parametrize(
    ("name", "truth", "guess", "options", "words"),
    [
        ("roc_auc", [1, 1], [0.1, 0.2], {}, "one class only"),
        ("roc_auc", ["a", "a"], [0.1, 0.2], AB, "one class only"),
        ("roc_auc", [0, 1], [0.1, 1.2], {}, "within 0 and 1"),
        ("roc_auc", [0, 2], [0.1, 0.2], {}, "must be 0 and 1"),
        ("roc_auc", [0, 1], [[0.1, 0.9], [0.2, 0.8]], {}, "one probability a row"),
        ("roc_auc", ["a", "b"], [0.1, 0.2], ABC, "two labels are needed"),
        ("average_precision", [0, 0], [0.1, 0.2], {}, "one class only"),
        ("average_precision", [1, 1], [0.1, 0.2], {}, "one class only"),
        ("roc_auc_ovr", ["a", "a"], [[1, 0, 0], [0, 1, 0]], ABC, "all answers are equal"),
        ("roc_auc_ovr", ["a", "b"], [0.5, 0.5], AB, "a row of probabilities for each answer"),
        ("top_3_accuracy", ["a", "b"], [[1, 0, 0], [0, 1, 0]], ABC, "more than 3 labels, not 3"),
        ("r2", [2, 2], [1, 2], {}, "all answers are equal"),
        ("r2", [0.1, 0.1, 0.1], [1, 2, 3], {}, "all answers are equal"),
        ("r2", [0, 1e-60], [1, 2], {}, "all answers are equal"),
        ("spearman", [2, 2], [1, 2], {}, "all answers are equal"),
        ("pearson", [2, 2], [1, 2], {}, "all answers are equal"),
        ("ccc", [2, 2], [2, 2], {}, "all answers are equal"),
        ("rmsle", [1, -1], [1, 1], {}, "at least 0"),
        ("rmsle", [1, 1], [1, -0.5], {}, "at least 0"),
        ("poisson_deviance", [1, -1], [1, 1], {}, "at least 0"),
        ("poisson_deviance", [1, 1], [1, -1], {}, "at least 0"),
        ("mape", [1, 0], [1, 1], {}, "an answer is 0"),
        ("rmspe", [1, 0], [1, 1], {}, "an answer is 0"),
        ("wmape", [0, 0], [1, 1], {}, "all answers are 0"),
        ("rmse", [1, 2], [1, math.nan], {}, "predictions are not all finite"),
        ("rmse", [1, math.inf], [1, 2], {}, "answers are not all finite"),
        ("rmse", [1, 1e120], [1, 2], {}, "answers reach beyond 1e"),
        ("rmse", [1, 2], [1], {}, "2 answers but 1 predictions"),
        ("mae", [], [], {}, "nothing to score"),
        ("mae", [1, 2], [[1], [2]], {}, "one number a row"),
        ("accuracy", ["a", "b"], ["a", "c"], AB, "'c' is none of the labels"),
        ("f1", ["a", "a"], ["a", "b"], AB, "no answer is positive"),
        ("f1", ["a", "b"], ["a", "c"], ABC, "two labels are needed"),
        ("mcc", ["a", "a"], ["a", "b"], AB, "all answers are equal"),
        ("cohen_kappa", ["a", "a"], ["a", "a"], AB, "all answers are equal"),
        ("qwk", ["a", "b"], ["a", "b"], {}, "labels in their order"),
        ("qwk", [1, 1], [1, 2], {}, "all answers are equal"),
        ("ordinal_mae", ["a", "b"], ["a", "b"], {}, "labels in their order"),
        ("log_loss", ["a", "b"], [[1, 0], [0, 0]], AB, "add up to 0"),
        ("brier", ["a", "b"], [[1, 0], [0, 0]], AB, "add up to 0"),
        ("log_loss", ["a", "b"], [[1, 0], [0, 1]], ABC, "2 columns of probabilities for 3"),
    ],
)
def test_what_is_not_defined_is_said(
    name: str, truth: list[object], guess: list[object], options: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        score(name, truth, guess, options)


@pytest.mark.parametrize(
    ("name", "truth", "guess", "options", "expected"),
    [
        ("roc_auc", [0, 1, 0, 1], [0.5] * 4, {}, 0.5),
        ("roc_auc", [0, 1], [0.9, 0.1], {}, 0.0),
        ("roc_auc", [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], {}, 0.75),  # the example of scikit-learn's documentation
        ("average_precision", [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], {}, 0.83333333333333),  # the same
        ("average_precision", [0, 1, 0, 0], [0.2] * 4, {}, 0.25),  # a constant: the share of positive rows
        ("roc_auc_ovr", ["a", "b", "b"], [[1 / 3] * 3] * 3, ABC, 0.5),  # c is not among the answers
        ("top_3_accuracy", ["a", "d"], [[0.25] * 4] * 2, FOUR, 0.75),  # a constant: 3 of 4
        ("map_3", ["a", "d"], [[0.25] * 4] * 2, FOUR, (1 + 1 / 2 + 1 / 3) / 4),
        ("brier", [1, 0], [0.5, 0.5], {}, 0.25),
        ("brier", ["a", "b"], [[0, 1, 0], [1, 0, 0]], ABC, 1.0),
        ("log_loss", [1], [0.0], {}, -math.log(np.finfo(float).eps)),
        ("log_loss", [1, 0], [0.5, 0.5], {}, math.log(2)),
        ("balanced_accuracy", [0, 0, 0, 1], [0, 0, 0, 0], {}, 0.5),
        ("balanced_accuracy", ["a", "a"], ["a", "b"], AB, 0.5),  # one class in the answers
        ("f1", ["a", "b"], ["a", "a"], AB, 0.0),
        ("f1_macro", [0, 0, 1], [0, 0, 0], {}, 0.4),
        ("f1_macro", ["a", "a"], ["a", "a"], AB, 1.0),
        ("f1_weighted", [0, 0, 1], [0, 0, 0], {}, 0.8 * 2 / 3),
        ("mcc", ["a", "b"], ["a", "a"], AB, 0.0),
        ("mcc", [1, 1, 1, 0], [1, 0, 1, 1], {}, -0.3333333333333),  # the example of scikit-learn's documentation
        ("mcc", ["a", "b"], ["b", "a"], AB, -1.0),
        ("cohen_kappa", ["a", "b"], ["a", "a"], AB, 0.0),
        ("cohen_kappa", ["a"] * 25 + ["b"] * 25, ["a"] * 20 + ["b"] * 5 + ["a"] * 10 + ["b"] * 15, AB, 0.4),  # textbook
        ("qwk", [0, 1, 2], [1, 1, 1], {}, 0.0),
        ("qwk", [0, 2], [2, 0], {}, -1.0),
        ("ordinal_mae", [1, 5], [5, 5], {}, 2.0),
        ("ordinal_mae", ["a", "c"], ["c", "c"], ABC, 1.0),
        ("r2", [1, 2, 3], [2, 2, 2], {}, 0.0),
        ("r2", [1, 2, 3], [3, 2, 1], {}, -3.0),
        ("spearman", [1, 2, 3], [7, 7, 7], {}, 0.0),
        ("spearman", [1, 2, 3], [0.1, 0.1 + 1e-17, 0.1], {}, 0.0),
        ("spearman", [1, 2, 3], [1, 8, 1e100], {}, 1.0),  # any rising function
        ("spearman", [1, 2, 3], [3, 2, 1], {}, -1.0),
        ("pearson", [1, 2, 3], [0.1, 0.1, 0.1], {}, 0.0),
        ("pearson", [1, 2, 3], [10, 30, 50], {}, 1.0),  # any rising line
        ("pearson", [1, 2, 3], [1e100, 0, -1e100], {}, -1.0),
        ("ccc", [1, 2, 3], [0.1, 0.1, 0.1], {}, 0.0),
        ("ccc", [1, 2, 3], [2, 3, 4], {}, 4 / 7),  # the correlation is 1, the mean is wrong
        ("mape", [100, 200, -50], [110, 180, -50], {}, 0.2 / 3),
        ("smape", [0, 0, 0, 2], [0, 5, -1e-300, 2], {}, 1.0),
        ("smape", [1, -1], [-1, 1], {}, 2.0),
        ("wmape", [0, 0, 10], [1, 0, 10], {}, 0.1),
        ("wmape", [-10, 10], [-9, 10], {}, 0.05),
        ("rmspe", [1, -2], [1.5, -1], {}, 0.5),
        ("pinball_90", [10, 10], [8, 11], {}, 0.95),
        ("pinball_10", [10, 10], [8, 11], {}, 0.55),
        ("poisson_deviance", [0, 0], [0, 1], {}, 1.0),
        ("poisson_deviance", [2], [0], {}, 4 * (math.log(1e6) - 1 + 1e-6)),
        ("poisson_deviance", [1e6], [1], {}, 2 * (1e6 * math.log(1e6) - 1e6 + 1)),  # at the bound
        ("rmse", [0, 0], [3, 4], {}, math.sqrt(12.5)),
        ("rmse", [0], [1e100], {}, 1e100),
    ],
)
def test_known_values(name: str, truth: Any, guess: Any, options: dict[str, object], expected: float) -> None:
    assert score(name, truth, guess, options) == pytest.approx(expected, rel=1e-12)


def test_labels_are_positions_not_the_alphabet() -> None:
    truth, guess = ["low", "mid", "high", "low"], ["high", "mid", "high", "low"]
    ordered = score("qwk", truth, guess, {"labels": ["low", "mid", "high"]})
    assert ordered == pytest.approx(sk.cohen_kappa_score([0, 1, 2, 0], [2, 1, 2, 0], weights="quadratic"))
    assert ordered != pytest.approx(score("qwk", truth, guess, {"labels": ["high", "low", "mid"]}))
    assert score("ordinal_mae", truth, guess, {"labels": ["low", "mid", "high"]}) == 0.5


def test_the_positive_label_is_the_second() -> None:
    truth, guess = ["b", "b", "a", "a"], ["b", "b", "b", "a"]
    assert score("f1", truth, guess, AB) == pytest.approx(0.8)
    assert score("f1", truth, guess, {"labels": ["b", "a"]}) == pytest.approx(2 / 3)


@pytest.mark.parametrize("name", ["pinball_10", "pinball_25", "pinball_75", "pinball_90", "mae", "rmse"])
def test_it_pays_to_say_what_the_metric_elicits(name: str) -> None:
    spec, truth = METRICS[name], np.random.default_rng(3).gamma(1.0, 5.0, 4001)
    best = spec.typical(truth)
    said = {shift: spec.function(truth, np.full(4001, best + shift)) for shift in (-1.0, 0.0, 1.0)}
    assert said[0.0] < min(said[-1.0], said[1.0])


def test_micro_f1_is_the_accuracy() -> None:
    truth, guess = ["a", "b", "c", "c"], ["a", "c", "c", "b"]
    assert score("f1_micro", truth, guess, ABC) == score("accuracy", truth, guess, ABC) == 0.5
