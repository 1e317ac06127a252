"""Parts of the stacking baseline: features by skrub, and weights of the members learned out of fold."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy.optimize import nnls
from sklearn.base import BaseEstimator
from skrub import StringEncoder, TableVectorizer

from harness.baselines.features import cells
from harness.baselines.problem import Array, Problem

MOST_FEATURES = 400
TEXT_COMPONENTS = 12


def vectorized(problem: Problem, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Train and test as arrays by skrub's TableVectorizer: dates taken apart, texts and many-valued names embedded."""
    train, test = _typed(problem.train, problem.train), _typed(problem.test, problem.train)
    encoder = StringEncoder(n_components=min(TEXT_COMPONENTS, max(1, len(train) // 20)), random_state=seed)
    vectorizer = TableVectorizer(cardinality_threshold=20, high_cardinality=encoder)
    ours = np.asarray(vectorizer.fit_transform(train), dtype=float)
    theirs = np.asarray(vectorizer.transform(test), dtype=float)
    if ours.shape[1] == 0:
        return np.zeros((len(train), 1)), np.zeros((len(test), 1))
    return ours[:, :MOST_FEATURES], theirs[:, :MOST_FEATURES]


def _typed(frame: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    """Numbers as numbers and all ways of saying nothing as missing; judged by the training part."""
    from harness.baselines.features import meaning

    typed = {}
    for position, name in enumerate(like.columns):
        known = cells(frame[name])
        what = meaning(like[name])
        if what == "constant":
            continue
        # Positions instead of names: skrub makes new names out of old ones, which may be anything.
        typed[f"c{position}"] = pd.to_numeric(known, errors="coerce") if what == "number" else known
    return pd.DataFrame(typed, index=frame.index)


def out_of_fold_weights(
    problem: Problem,
    members: Sequence[BaseEstimator],
    folds: Sequence[tuple[np.ndarray, np.ndarray]],
    refit: Callable[[BaseEstimator, np.ndarray, np.ndarray], Array],
) -> Array:
    """Weights of the members, none negative, that sum to one: least squares of the truth on predictions out of fold."""
    columns: list[np.ndarray] = []
    for member in members:
        columns.append(np.concatenate([refit(member, inside, outside).ravel() for inside, outside in folds]))
    truth = np.concatenate([_truth(problem, outside).ravel() for _, outside in folds])
    weights, _ = nnls(np.column_stack(columns), truth)
    total = weights.sum()
    shares: Array = weights / total if total > 0 else np.full(len(members), 1 / len(members))
    return shares


def _truth(problem: Problem, rows: np.ndarray) -> Array:
    if not problem.classifies:
        numbers: Array = problem.targets[rows]
        return numbers
    truth: Array = np.eye(len(problem.labels))[problem.targets[rows, 0].astype(int)]
    return truth
