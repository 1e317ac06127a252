"""Every metric agrees with scikit-learn or scipy, or with its definition written out slowly."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as sk

from tests.harness.competition.metric_cases import FORMS, MANY, TWO, case

Array = npt.NDArray[Any]
Oracle = Callable[[Array, Array], float]


def places(labels: Array) -> list[int]:
    return [MANY.index(label) for label in labels]


def by_definition(row: Callable[[int, list[float]], float]) -> Oracle:
    """The mean over the rows, and over all orders of the labels that the probabilities of a row allow."""

    def slow(y: Array, p: Array) -> float:
        found = []
        for at, shares in zip(places(y), p, strict=True):
            order = [rank for rank in _orders(shares.round(12)) if rank]
            found.append(np.mean([row(rank.index(at), list(shares)) for rank in order]))
        return float(np.mean(found))

    return slow


def _orders(shares: Array) -> list[list[int]]:
    """Every ranking of the labels by falling probability, equal ones in every order."""
    ranked = sorted(set(shares.tolist()), reverse=True)
    orders: list[list[int]] = [[]]
    for share in ranked:
        equal = np.flatnonzero(shares == share).tolist()
        orders = [[*order, *more] for order in orders for more in permutations(equal)]
    return orders


def one_against_the_rest(y: Array, p: Array) -> float:
    return float(np.mean([sk.roc_auc_score(y == label, p[:, at]) for at, label in enumerate(MANY)]))


def half_of_squares(y: Array, p: Array) -> float:
    return float(np.mean([sk.brier_score_loss(y == label, p[:, at]) for at, label in enumerate(MANY)])) * len(MANY) / 2


def of_mean_sizes(y: Array, p: Array) -> float:
    return float(np.mean([abs(a - b) / ((abs(a) + abs(b)) / 2) for a, b in zip(y, p, strict=True)]))


def lin(y: Array, p: Array) -> float:
    return float(2 * np.cov(y, p, bias=True)[0, 1] / (y.var() + p.var() + (y.mean() - p.mean()) ** 2))


def pinball(level: float) -> Oracle:
    return lambda y, p: sk.mean_pinball_loss(y, p, alpha=level)


# name, form of the prediction: what scikit-learn, scipy or the definition says
ORACLES: dict[tuple[str, str], Oracle] = {
    ("accuracy", "label"): sk.accuracy_score,
    ("average_precision", "probability"): lambda y, p: sk.average_precision_score(y == "yes", p),
    ("balanced_accuracy", "label"): sk.balanced_accuracy_score,
    ("brier", "probability"): lambda y, p: sk.brier_score_loss(y == "yes", p),
    ("brier", "probabilities"): half_of_squares,
    ("ccc", "number"): lin,
    ("cohen_kappa", "label"): sk.cohen_kappa_score,
    ("f1", "label"): lambda y, p: sk.f1_score(y, p, pos_label="yes"),
    ("f1_macro", "label"): lambda y, p: sk.f1_score(y, p, average="macro"),
    ("f1_micro", "label"): lambda y, p: sk.f1_score(y, p, average="micro"),
    ("f1_weighted", "label"): lambda y, p: sk.f1_score(y, p, average="weighted"),
    ("log_loss", "probability"): lambda y, p: sk.log_loss(y == "yes", p, labels=[False, True]),
    ("log_loss", "probabilities"): lambda y, p: sk.log_loss(y, p, labels=MANY),
    ("mae", "number"): sk.mean_absolute_error,
    ("map_3", "probabilities"): by_definition(lambda rank, _: 1 / (rank + 1) if rank < 3 else 0.0),
    ("mape", "number"): sk.mean_absolute_percentage_error,
    ("mcc", "label"): sk.matthews_corrcoef,
    ("ordinal_mae", "label"): lambda y, p: sk.mean_absolute_error(places(y), places(p)),
    ("pearson", "number"): lambda y, p: stats.pearsonr(y, p).statistic,
    ("pinball_10", "number"): pinball(0.1),
    ("pinball_25", "number"): pinball(0.25),
    ("pinball_75", "number"): pinball(0.75),
    ("pinball_90", "number"): pinball(0.9),
    ("poisson_deviance", "number"): sk.mean_poisson_deviance,
    ("qwk", "label"): lambda y, p: sk.cohen_kappa_score(places(y), places(p), weights="quadratic", labels=range(7)),
    ("r2", "number"): sk.r2_score,
    ("rmse", "number"): sk.root_mean_squared_error,
    ("rmsle", "number"): sk.root_mean_squared_log_error,
    ("rmspe", "number"): lambda y, p: sk.root_mean_squared_error(np.ones_like(y), p / y),
    ("roc_auc", "probability"): lambda y, p: sk.roc_auc_score(y == "yes", p),
    ("roc_auc_ovr", "probabilities"): one_against_the_rest,
    ("smape", "number"): of_mean_sizes,
    ("spearman", "number"): lambda y, p: stats.spearmanr(y.round(), p.round()).statistic,
    ("top_3_accuracy", "probabilities"): by_definition(lambda rank, _: float(rank < 3)),
    ("top_5_accuracy", "probabilities"): by_definition(lambda rank, _: float(rank < 5)),
    ("wmape", "number"): lambda y, p: sk.mean_absolute_error(y, p) / np.mean(np.abs(y)),
}  # fmt: skip
SLOW = {"map_3", "top_3_accuracy", "top_5_accuracy"}


def test_each_has_an_oracle() -> None:
    assert set(FORMS) == set(ORACLES)


@pytest.mark.parametrize(("name", "need"), FORMS)
@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(8, 80))
@settings(max_examples=20)
def test_agrees_with_its_oracle(name: str, need: str, seed: int, rows: int) -> None:
    made = case(name, need, seed, 10 if name in SLOW else rows)
    truth, guess = made.truth, made.guess
    if name == "spearman":
        truth, guess = truth.round(), guess.round()  # with ties
    if np.ptp(truth) == 0 if need == "number" else False:
        return
    expected = ORACLES[name, need](truth, guess)
    assert made.spec.function(truth, guess, **made.options) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", ["cohen_kappa", "mcc", "f1_macro", "f1_weighted", "balanced_accuracy"])
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=10)
def test_of_two_labels_too(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, guess = rng.choice(TWO, 40), rng.choice(TWO, 40)
    truth[:2] = TWO
    oracle = ORACLES[name, "label"]
    made = case(name, "label", 0)
    assert made.spec.function(truth, guess, labels=TWO) == pytest.approx(oracle(truth, guess), rel=1e-9, abs=1e-12)


def test_the_mean_over_the_classes_is_scikit_learns() -> None:
    made = case("roc_auc_ovr", "probabilities", seed=8)
    expected = sk.roc_auc_score(made.truth, made.guess, multi_class="ovr", labels=MANY, average="macro")
    assert made.score() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("name", "size"), [("top_3_accuracy", 3), ("top_5_accuracy", 5)])
def test_without_ties_the_first_k_are_scikit_learns(name: str, size: int) -> None:
    made = case(name, "probabilities", seed=8)
    shares = np.random.default_rng(1).dirichlet([1.0] * 7, len(made.truth))
    assert made.score(shares) == pytest.approx(sk.top_k_accuracy_score(made.truth, shares, k=size, labels=MANY))


def test_two_columns_are_the_probability_of_one() -> None:
    made = case("brier", "probability", seed=3)
    columns = np.column_stack([1 - made.guess, made.guess])
    for name in ("brier", "log_loss"):
        function = case(name, "probability", 3).spec.function
        assert function(made.truth, columns, labels=TWO) == pytest.approx(function(made.truth, made.guess, labels=TWO))
