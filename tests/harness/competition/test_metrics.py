"""Every metric agrees with scikit-learn and has the properties that it declares."""

import math
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

import harness
from harness.competition.metrics import METRICS, MetricSpec, UnknownMetric, get, metric
from harness.schema import Objective

Array = npt.NDArray[Any]
LABELS = ["ant", "bee", "cat", "dog"]
FIRST_TEN = {
    "rmse", "mae", "rmsle", "r2", "accuracy", "balanced_accuracy", "f1_macro", "roc_auc", "log_loss", "qwk",
}  # fmt: skip


def score(name: str, truth: Array, guess: Array, **options: object) -> float:
    return METRICS[name].function(truth, guess, **options)


def of_codes(function: Callable[..., float], **options: object) -> Callable[[Array, Array], float]:
    """A scikit-learn metric on the places of the labels."""
    place = {label: at for at, label in enumerate(LABELS)}
    return lambda y, p: function([place[label] for label in y], [place[label] for label in p], **options)


def of_columns(y: Array, p: Array) -> float:
    return float(sk.log_loss(y, p / p.sum(axis=1, keepdims=True), labels=LABELS))


# name, form of the prediction: what scikit-learn says
ORACLES: dict[tuple[str, str], Callable[[Array, Array], float]] = {
    ("rmse", "number"): sk.root_mean_squared_error,
    ("mae", "number"): sk.mean_absolute_error,
    ("rmsle", "number"): sk.root_mean_squared_log_error,
    ("r2", "number"): sk.r2_score,
    ("accuracy", "label"): sk.accuracy_score,
    ("balanced_accuracy", "label"): sk.balanced_accuracy_score,
    ("f1_macro", "label"): lambda y, p: sk.f1_score(y, p, average="macro"),
    ("roc_auc", "probability"): lambda y, p: sk.roc_auc_score(y == "yes", p),
    ("log_loss", "probability"): lambda y, p: sk.log_loss(y == "yes", p, labels=[False, True]),
    ("log_loss", "probabilities"): of_columns,
    ("qwk", "label"): of_codes(sk.cohen_kappa_score, weights="quadratic", labels=[0, 1, 2, 3]),
}
FORMS = sorted(ORACLES)


def made(need: str, rng: np.random.Generator, rows: int) -> tuple[Array, Array, dict[str, object]]:
    """Answers of that form (every label is there), predictions that are somewhat right, and the options."""
    if need == "number":
        truth = rng.gamma(2.0, 3.0, rows)
        return truth, np.abs(truth + rng.normal(0, 1, rows)), {}
    if need == "probability":
        truth = np.where(rng.random(rows) < 0.4, "yes", "no")
        truth[:2] = ["yes", "no"]
        return truth, np.clip(0.3 * (truth == "yes") + 0.7 * rng.random(rows).round(1), 0, 1), {"labels": ["no", "yes"]}
    truth = rng.choice(LABELS, rows, p=[0.4, 0.3, 0.2, 0.1])
    truth[:4] = LABELS
    if need == "label":
        return truth, np.where(rng.random(rows) < 0.5, truth, rng.choice(LABELS, rows)), {"labels": LABELS}
    right = truth[:, None] == np.array(LABELS)
    return truth, right + rng.random((rows, 4)) / 4, {"labels": LABELS}


def case(name: str, need: str, seed: int, rows: int = 60) -> tuple[Array, Array, dict[str, object]]:
    truth, guess, options = made(need, np.random.default_rng(seed), rows)
    return truth, guess / guess.max() if need == "probabilities" else guess, options


def perfect(need: str, truth: Array) -> Array:
    if need == "probability":
        return np.asarray((truth == "yes").astype(float))
    return (truth[:, None] == np.array(LABELS)).astype(float) if need == "probabilities" else truth


def blurred(need: str, guess: Array, truth: Array, share: float, rng: np.random.Generator) -> Array:
    """The answers with a share of the rows wrong."""
    order = rng.permutation(len(truth))[: max(round(share * len(truth)), 1)]
    wrong = guess.copy()
    if need == "number":
        wrong[order] += 5 + rng.random(len(order))
    elif need == "label":
        wrong[order] = [LABELS[(LABELS.index(label) + 1) % 4] for label in truth[order]]
    else:
        wrong[order] = 1 - guess[order] if need == "probability" else np.roll(guess[order], 1, axis=1)
    return wrong


def test_the_first_ten_are_there_and_all_are_compared() -> None:
    assert set(METRICS) >= FIRST_TEN
    assert {(name, need) for name, spec in METRICS.items() for need in spec.needs} == set(ORACLES)


@pytest.mark.parametrize(("name", "need"), FORMS)
@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(5, 80))
@settings(max_examples=25, deadline=None)
def test_agrees_with_scikit_learn(name: str, need: str, seed: int, rows: int) -> None:
    truth, guess, options = case(name, need, seed, rows)
    expected = ORACLES[name, need](truth, guess)
    assert score(name, truth, guess, **options) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("name", "need"), FORMS)
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_properties(name: str, need: str, seed: int) -> None:
    spec = METRICS[name]
    truth, guess, options = case(name, need, seed)
    found = score(name, truth, guess, **options)
    assert isinstance(found, float)
    assert spec.low <= found <= spec.high
    order = np.random.default_rng(seed).permutation(len(truth))
    assert score(name, truth[order], guess[order], **options) == pytest.approx(found, rel=1e-12)
    assert score(name, truth, perfect(need, truth), **options) == spec.best


@pytest.mark.parametrize(("name", "need"), FORMS)
def test_noise_worsens(name: str, need: str) -> None:
    rng = np.random.default_rng(1)
    truth, _, options = case(name, need, seed=4, rows=400)
    best = perfect(need, truth)
    ladder = [score(name, truth, blurred(need, best, truth, share, rng), **options) for share in (0.02, 0.1, 0.3, 0.45)]
    sign = 1 if METRICS[name].higher_is_better else -1
    steps = [sign * value for value in (METRICS[name].best, *ladder)]
    assert all(later < former for former, later in pairwise(steps)), ladder


@pytest.mark.parametrize("spec", METRICS.values(), ids=lambda spec: spec.name)
def test_declarations_make_sense(spec: MetricSpec) -> None:
    assert spec.best == (spec.high if spec.higher_is_better else spec.low)
    assert set(spec.objectives) <= set(Objective.__args__)  # type: ignore[attr-defined]
    assert spec.words.endswith(".")
    assert "\\" not in spec.formula
    assert "|" not in spec.formula  # it stands in tables of Markdown
    assert spec.submission_low < spec.submission_high


Case = tuple[str, list[object], list[object], dict[str, object], str]


@pytest.mark.parametrize(
    ("name", "truth", "guess", "options", "words"),
    [
        ("roc_auc", [1, 1], [0.1, 0.2], {}, "one class only"),
        ("roc_auc", ["a", "a"], [0.1, 0.2], {"labels": ["a", "b"]}, "one class only"),
        ("roc_auc", [0, 1], [0.1, 1.2], {}, "within 0 and 1"),
        ("roc_auc", [0, 2], [0.1, 0.2], {}, "must be 0 and 1"),
        ("roc_auc", [0, 1], [[0.1, 0.9], [0.2, 0.8]], {}, "one probability a row"),
        ("roc_auc", ["a", "b"], [0.1, 0.2], {"labels": ["a", "b", "c"]}, "two labels are needed"),
        ("r2", [2, 2], [1, 2], {}, "all answers are equal"),
        ("r2", [0.1, 0.1, 0.1], [1, 2, 3], {}, "all answers are equal"),
        ("rmsle", [1, -1], [1, 1], {}, "at least 0"),
        ("rmsle", [1, 1], [1, -0.5], {}, "at least 0"),
        ("rmse", [1, 2], [1, math.nan], {}, "predictions are not all finite"),
        ("rmse", [1, math.inf], [1, 2], {}, "answers are not all finite"),
        ("rmse", [1, 2], [1], {}, "2 answers but 1 predictions"),
        ("mae", [], [], {}, "nothing to score"),
        ("mae", [1, 2], [[1], [2]], {}, "one number a row"),
        ("accuracy", ["a", "b"], ["a", "c"], {"labels": ["a", "b"]}, "'c' is none of the labels"),
        ("qwk", ["a", "b"], ["a", "b"], {}, "labels in their order"),
        ("qwk", [1, 1], [1, 2], {}, "all answers are equal"),
        ("log_loss", ["a", "b"], [[1, 0], [0, 0]], {"labels": ["a", "b"]}, "add up to 0"),
        ("log_loss", ["a", "b"], [[1, 0], [0, 1]], {"labels": ["a", "b", "c"]}, "2 columns of probabilities for 3"),
    ],
)
def test_what_is_not_defined_is_said(
    name: str, truth: list[object], guess: list[object], options: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        score(name, np.array(truth), np.array(guess), **options)


@pytest.mark.parametrize(
    ("name", "truth", "guess", "expected"),
    [
        ("roc_auc", [0, 1, 0, 1], [0.5] * 4, 0.5),
        ("roc_auc", [0, 1], [0.9, 0.1], 0.0),
        ("roc_auc", [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.75),  # the example of scikit-learn's documentation
        ("qwk", [0, 1, 2], [1, 1, 1], 0.0),
        ("qwk", [0, 2], [2, 0], -1.0),
        ("r2", [1, 2, 3], [2, 2, 2], 0.0),
        ("log_loss", [1], [0.0], -math.log(np.finfo(float).eps)),
        ("log_loss", [1, 0], [0.5, 0.5], math.log(2)),
        ("balanced_accuracy", [0, 0, 0, 1], [0, 0, 0, 0], 0.5),
        ("f1_macro", [0, 0, 1], [0, 0, 0], 0.4),
        ("rmse", [0, 0], [3, 4], math.sqrt(12.5)),
        ("rmse", [0], [1e100], 1e100),
    ],
)
def test_known_values(name: str, truth: list[float], guess: list[float], expected: float) -> None:
    assert score(name, np.array(truth), np.array(guess)) == pytest.approx(expected, rel=1e-12)


def test_labels_are_positions_not_the_alphabet() -> None:
    truth, guess = np.array(["low", "mid", "high", "low"]), np.array(["high", "mid", "high", "low"])
    ordered = score("qwk", truth, guess, labels=["low", "mid", "high"])
    assert ordered == pytest.approx(sk.cohen_kappa_score([0, 1, 2, 0], [2, 1, 2, 0], weights="quadratic"))
    assert ordered != pytest.approx(score("qwk", truth, guess, labels=["high", "low", "mid"]))


def test_an_unknown_name_has_near_ones() -> None:
    assert get("rmse").name == "rmse"
    with pytest.raises(UnknownMetric, match=r"'rsme'.*rmse"):
        get("rsme")


def test_a_metric_must_fit_its_range_and_have_its_own_name() -> None:
    common: dict[str, Any] = {"needs": "number", "objectives": ("regression",), "formula": "y", "words": "Y."}
    with pytest.raises(ValueError, match="two metrics are named 'rmse'"):
        metric("rmse", direction="minimize", best=0.0, low=0.0, high=1.0, **common)
    with pytest.raises(ValueError, match="best score to maximize is not"):
        metric("new", direction="maximize", best=0.0, low=0.0, high=1.0, **common)
    assert "new" not in METRICS


NEW_METRIC = '''\
"""Largest error."""

from math import inf

import numpy as np

from harness.competition.registry import metric


@metric("largest_error", direction="minimize", best=0.0, low=0.0, high=inf, needs="number",
        objectives=("regression",), formula="max( abs(p - y) )", words="The largest error.")
def largest_error(y_true, y_pred):
    return float(np.max(np.abs(y_true - y_pred)))
'''


USE_IT = """\
import sys
import numpy as np
from harness.competition.metrics import METRICS, accuracy, largest_error, rmse
assert largest_error(np.zeros(2), np.array([1, 3])) == METRICS["largest_error"].function(0, -3) == 3.0
assert accuracy([1], [1]) == rmse([1], [2]) == 1
print(sorted({name.split(".")[0] for name in sys.modules} & {"sklearn", "scipy", "pandas", "pydantic"}))
"""


def test_adding_a_metric_is_adding_one_file(tmp_path: Path) -> None:
    """As in a sandbox, with harness.competition alone; a file named like its metric gives the function all the same."""
    source = Path(harness.__file__).parent
    shutil.copytree(source / "competition", tmp_path / "harness" / "competition")
    shutil.copy(source / "__init__.py", tmp_path / "harness")
    (tmp_path / "harness" / "competition" / "metrics" / "largest_error.py").write_text(NEW_METRIC)
    done = subprocess.run([sys.executable, "-c", USE_IT], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr
