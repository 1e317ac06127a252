"""The eight baselines: each a function from a problem and a seed to predictions. Adding one is adding a function."""

from collections.abc import Callable

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from harness.baselines.features import Encoder
from harness.baselines.problem import Array, Problem

NEIGHBOURS = 15
MOST_NEIGHBOUR_ROWS = 20_000
TREES = 120
FOLDS = 3
SKEW = 2.0

Contestant = Callable[[Problem, int], Array]
CONTESTANTS: dict[str, Contestant] = {}


def contestant(function: Contestant) -> Contestant:
    """Register a baseline under its function's name."""
    CONTESTANTS[function.__name__] = function
    return function


def predict(name: str, problem: Problem, seed: int) -> Array:
    """The predictions of the baseline `name`: [test rows, columns] or [test rows, labels]."""
    return CONTESTANTS[name](problem, seed)


def _folded(problem: Problem) -> bool:
    """Whether a positive, skewed target is better learned as its logarithm."""
    values = problem.targets
    if problem.classifies or values.min() <= -1e-12 or values.std() == 0:
        return False
    centred = (values - values.mean()) / values.std()
    return bool((centred**3).mean() > SKEW)


def _fit(
    problem: Problem, model: BaseEstimator, train: np.ndarray, test: np.ndarray, seed: int, most: int = 0
) -> Array:
    """Fit one model for each column of the target and predict the test part."""
    rows = np.arange(len(train))
    if most and len(rows) > most:
        rows = np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
    if problem.classifies:
        return _probabilities(problem, model, train[rows], problem.targets[rows, 0].astype(int), test)
    folded = _folded(problem)
    answers = []
    for column in problem.targets.T:
        wanted = np.log1p(column) if folded else column
        found = model.fit(train[rows], wanted[rows]).predict(test)
        if problem.quantile is not None:
            found = found + _margin(model, train[rows], wanted[rows], problem.quantile, seed)
        answers.append(np.expm1(found) if folded else found)
    return np.column_stack(answers)


def _margin(model: BaseEstimator, train: np.ndarray, wanted: Array, level: float, seed: int) -> float:
    """How far the answers lie above what a model says of rows that it has not seen, at that level.

    So a model of the middle states a quantile (split conformal prediction: Lei and others, 2018).
    """
    left = np.zeros(len(train))
    for inside, outside in KFold(FOLDS, shuffle=True, random_state=seed).split(train):
        left[outside] = wanted[outside] - clone(model).fit(train[inside], wanted[inside]).predict(train[outside])
    return float(np.quantile(left, level))


def _probabilities(
    problem: Problem, model: BaseEstimator, train: np.ndarray, codes: np.ndarray, test: np.ndarray
) -> Array:
    """[rows, labels]; a label that the training part lacks gets nothing, and one label alone gets all."""
    shares = np.zeros((len(test), len(problem.labels)))
    present = np.unique(codes)
    if len(present) == 1:
        shares[:, present[0]] = 1.0
        return shares
    fitted = model.fit(train, codes)
    shares[:, fitted.classes_.astype(int)] = fitted.predict_proba(test)
    return shares


def _arrays(problem: Problem, *, one_hot: bool) -> tuple[np.ndarray, np.ndarray, Encoder]:
    encoder = Encoder(one_hot=one_hot).fit(problem.train)
    return encoder.transform(problem.train), encoder.transform(problem.test), encoder


def _scaled(model: BaseEstimator) -> BaseEstimator:
    return make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler(), model)


def _filled(model: BaseEstimator) -> BaseEstimator:
    return make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), model)


@contestant
def constant(problem: Problem, seed: int) -> Array:  # noqa: ARG001
    """The mean, or the base rates."""
    model = DummyClassifier(strategy="prior") if problem.classifies else DummyRegressor()
    blank = np.zeros((len(problem.train), 1))
    return _fit(problem, model, blank, np.zeros((len(problem.test), 1)), 0)


@contestant
def linear(problem: Problem, seed: int) -> Array:
    """Ridge or logistic regression on scaled numbers and one-hot categories."""
    train, test, _ = _arrays(problem, one_hot=True)
    model = (
        LogisticRegression(max_iter=300, random_state=seed) if problem.classifies else RidgeCV(np.logspace(-2, 4, 13))
    )
    return _fit(problem, _scaled(model), train, test, seed)


@contestant
def neighbours(problem: Problem, seed: int) -> Array:
    """The nearest rows of the training part, weighted by distance."""
    train, test, _ = _arrays(problem, one_hot=True)
    kind = KNeighborsClassifier if problem.classifies else KNeighborsRegressor
    count = min(NEIGHBOURS, len(train))
    return _fit(problem, _scaled(kind(n_neighbors=count, weights="distance")), train, test, seed, MOST_NEIGHBOUR_ROWS)


@contestant
def tree(problem: Problem, seed: int) -> Array:
    """One decision tree of moderate depth."""
    train, test, _ = _arrays(problem, one_hot=False)
    kind = DecisionTreeClassifier if problem.classifies else DecisionTreeRegressor
    return _fit(problem, _filled(kind(max_depth=7, min_samples_leaf=8, random_state=seed)), train, test, seed)


@contestant
def forest(problem: Problem, seed: int) -> Array:
    """A random forest."""
    train, test, _ = _arrays(problem, one_hot=False)
    kind = RandomForestClassifier if problem.classifies else RandomForestRegressor
    features = "sqrt" if problem.classifies else 0.4
    model = kind(TREES, min_samples_leaf=2, max_features=features, max_samples=0.7, random_state=seed)
    return _fit(problem, _filled(model), train, test, seed)


@contestant
def boosting(problem: Problem, seed: int) -> Array:
    """Gradient boosting on histograms, stopped early where there are rows enough to tell when."""
    train, test, encoder = _arrays(problem, one_hot=False)
    kind = HistGradientBoostingClassifier if problem.classifies else HistGradientBoostingRegressor
    rounds = 150 if len(problem.labels) <= 3 else 60
    enough = len(train) >= 1000
    model = kind(
        learning_rate=0.07,
        max_iter=rounds,
        max_leaf_nodes=24,
        l2_regularization=1.0,
        early_stopping=enough,
        categorical_features=np.array(encoder.categorical()),
        random_state=seed,
    )
    return _fit(problem, model, train, test, seed)


@contestant
def blend(problem: Problem, seed: int) -> Array:
    """The mean of linear, forest and boosting."""
    mean: Array = np.mean([linear(problem, seed), forest(problem, seed), boosting(problem, seed)], axis=0)
    return mean


@contestant
def stacking(problem: Problem, seed: int) -> Array:
    """Features by skrub; linear, extra trees and boosting combined by weights learned out of fold."""
    from harness.baselines.stack import out_of_fold_weights, vectorized

    train, test = vectorized(problem, seed)
    members: list[BaseEstimator] = [
        _scaled(
            LogisticRegression(max_iter=200, random_state=seed)
            if problem.classifies
            else RidgeCV(np.logspace(-2, 4, 7))
        ),
        _filled(_extra_trees(problem, seed)),
        _boosted(problem, seed),
    ]
    if problem.classifies:
        smallest = np.unique(problem.targets[:, 0], return_counts=True)[1].min()
        splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=seed) if smallest >= FOLDS else None
    else:
        splitter = KFold(FOLDS, shuffle=True, random_state=seed)
    found = np.stack([_fit(problem, member, train, test, seed) for member in members])
    learned_for_another = problem.quantile is not None  # weights are found by squares, which the middle minimises
    if splitter is None or len(train) < 10 * FOLDS or learned_for_another:
        return _mixed(np.full(len(members), 1 / len(members)), found)

    def refit(member: BaseEstimator, inside: np.ndarray, outside: np.ndarray) -> Array:
        part = _part(problem, inside)
        return _fit(part, member, train[inside], train[outside], seed)

    weights = out_of_fold_weights(problem, members, list(splitter.split(train, problem.targets[:, 0])), refit)
    return _mixed(weights, found)


def _mixed(weights: Array, found: Array) -> Array:
    mixed: Array = np.tensordot(weights, found, axes=1)
    return mixed


def _part(problem: Problem, rows: np.ndarray) -> Problem:
    from dataclasses import replace

    return replace(problem, targets=problem.targets[rows])


def _extra_trees(problem: Problem, seed: int) -> BaseEstimator:
    kind = ExtraTreesClassifier if problem.classifies else ExtraTreesRegressor
    features = "sqrt" if problem.classifies else 0.5
    return kind(80, min_samples_leaf=2, max_features=features, random_state=seed)


def _boosted(problem: Problem, seed: int) -> BaseEstimator:
    kind = HistGradientBoostingClassifier if problem.classifies else HistGradientBoostingRegressor
    rounds = 100 if len(problem.labels) <= 3 else 40
    return kind(learning_rate=0.08, max_iter=rounds, max_leaf_nodes=20, l2_regularization=1.0, random_state=seed)
