"""How much of a column can be told from others, held out: 0 is a constant's answer, 1 a perfect one."""

from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from generation.rules.encoding import Inputs, Matrix

RIDGE = 5.0
PRIOR = 10.0  # rows that the mean of all counts for beside those of a level
MOST_COLUMNS = 150  # that are learned from: trees see all that tells something, and a ridge of thousands takes seconds
MOST_ASKED = 60  # columns at each node: of a wider table a draw of so many costs less and tells as much
_MOST_CLASSES = 12
_FAR = 0.3


@dataclass(frozen=True)
class Signal:
    """Held-out skill of a linear model and of a forest."""

    linear: float
    trees: float

    @property
    def mean(self) -> float:
        """The average of the two, so that no family of models decides which questions are asked."""
        return (max(0.0, self.linear) + max(0.0, self.trees)) / 2

    @property
    def best(self) -> float:
        return max(self.linear, self.trees)


@dataclass(frozen=True)
class Answers:
    """A target as numbers: one column for regression, one column of 0 and 1 for each class otherwise."""

    matrix: Matrix
    classes: bool

    @classmethod
    def of_numbers(cls, numbers: Matrix) -> "Answers":
        """Numbers, log-scaled where they are positive and skewed, and cut at the outer percentiles."""
        low, high = np.percentile(numbers, [0.5, 99.5])
        cut = np.clip(numbers, low, high)
        spread = cut.std()
        skew = float((((cut - cut.mean()) / spread) ** 3).mean()) if spread > 0 else 0.0
        return cls((np.log1p(cut) if skew > 2 and low >= 0 else cut).reshape(-1, 1), classes=False)

    @classmethod
    def of_codes(cls, codes: NDArray[np.int64]) -> "Answers":
        """Classes 0 to k-1; beyond twelve the rest are no column of their own."""
        return cls((codes[:, None] == np.arange(min(int(codes.max()) + 1, _MOST_CLASSES))).astype(float), classes=True)


def folds(rows: int, count: int, seed: int, groups: NDArray[np.object_] | None = None) -> NDArray[np.int64]:
    """A fold for each row; rows of one group share theirs."""
    generator = np.random.default_rng(seed)
    if groups is None:
        return generator.permutation(rows) % count
    _, codes = np.unique(groups, return_inverse=True)
    return (generator.permutation(int(codes.max()) + 1) % count)[codes]


def forward(moments: NDArray[np.int64], share: float) -> NDArray[np.int64]:
    """One fold: 0 for the latest rows, -1 for those that are only learned from."""
    return np.where(moments >= np.quantile(moments, 1 - share), 0, -1).astype(np.int64)


def measure(inputs: Inputs, answers: Answers, fold: NDArray[np.int64], *, size: int, seed: int) -> Signal:
    """Held-out skill of ridge regression and of `size` extremely randomised trees; rows of fold -1 are never asked.

    Both also see what usually goes with each of the inputs' levels, learned without the row itself. Of a wide table
    both see the 150 columns that go most with the answers on the rows that a fold learns from.
    """
    Y, asked = answers.matrix, fold >= 0
    guesses, usually = np.zeros((2, *Y.shape)), np.zeros(Y.shape)
    for held in range(int(fold.max()) + 1):
        test = fold == held
        few = inputs.most_telling(Y, ~test, MOST_COLUMNS)
        usual = [_usual(codes, Y, test) for _, codes in few.levels]
        usually[test] = Y[~test].mean(axis=0)
        X, Z = (np.hstack([*blocks, *usual]) for blocks in (few.linear, few.trees))
        guesses[0, test] = _ridge(X[~test], Y[~test], X[test])
        guesses[1, test] = forest(Z[~test], Y[~test], size, seed).predict(Z[test]).reshape(-1, Y.shape[1])
    return Signal(*(skill(Y[asked], guess[asked], answers.classes, usually[asked]) for guess in guesses))


def _usual(codes: NDArray[np.int64], Y: Matrix, test: NDArray[np.bool_]) -> Matrix:
    """The mean of each level over the other train rows, drawn to the mean of all and standardised; shape of Y."""
    known, size = ~test, int(codes.max()) + 1
    count = np.bincount(codes[known], minlength=size)[codes][:, None] - known[:, None]
    total = np.column_stack([np.bincount(codes[known], y[known], size)[codes] for y in Y.T]) - Y * known[:, None]
    mean = (total + PRIOR * Y[known].mean(axis=0)) / (count + PRIOR)
    spread = mean[known].std(axis=0)
    found: Matrix = (mean - mean[known].mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return found


class _Tree(Protocol):
    """What is used of scikit-learn's trees."""

    feature_importances_: Matrix

    def predict(self, X: NDArray[np.float32], check_input: bool = True) -> Matrix: ...


@dataclass(frozen=True)
class Forest:
    """Trees whose guesses are averaged.

    scikit-learn's own forests give the same, but set Python's filters of warnings, which several threads share.
    """

    trees: tuple[_Tree, ...]

    def predict(self, X: Matrix) -> Matrix:
        """The mean of the trees' guesses."""
        inputs = np.ascontiguousarray(X, dtype=np.float32)
        return cast("Matrix", np.mean([tree.predict(inputs, check_input=False) for tree in self.trees], axis=0))

    @property
    def importances(self) -> Matrix:
        """How much each column explains; shape (columns,)."""
        return cast("Matrix", np.mean([tree.feature_importances_ for tree in self.trees], axis=0))


def forest(X: Matrix, Y: Matrix, size: int, seed: int) -> Forest:
    """Extremely randomised trees (Geurts, Ernst, Wehenkel 2006) fitted to numbers or to class indicators."""
    from sklearn.tree import ExtraTreeRegressor

    # One stream of chance for all, and nothing looked at twice: of small trees the half would go to that.
    share, chance = min(1.0, MOST_ASKED / X.shape[1]), np.random.RandomState(seed)
    inputs, goal = np.ascontiguousarray(X, dtype=np.float32), np.ascontiguousarray(Y, dtype=np.float64)
    trees = [ExtraTreeRegressor(min_samples_leaf=3, max_features=share, random_state=chance) for _ in range(size)]
    return Forest(tuple(tree.fit(inputs, goal, check_input=False) for tree in trees))


def skill(Y: Matrix, guess: Matrix, classes: bool, usual: Matrix | None = None) -> float:
    """R² for numbers; for classes the share-weighted mean of 2·AUC - 1, one against the rest.

    `usual` is what R² compares with: the mean of the rows that were learned from, all that could be known
    (out-of-sample R², Campbell and Thompson 2008); without it the mean of the rows asked.
    """
    if not classes:
        total = float(((Y - (Y.mean() if usual is None else usual)) ** 2).sum())
        return 1 - float(((Y - guess) ** 2).sum()) / total if total > 0 else 0.0
    weights, values = [], []
    for k in range(Y.shape[1]):
        positives = Y[:, k] == 1
        if 0 < positives.sum() < len(positives):
            weights.append(float(positives.mean()))
            values.append(2 * auc(positives, guess[:, k]) - 1)
    return float(np.average(values, weights=weights)) if values else 0.0


def auc(positives: NDArray[np.bool_], scores: Matrix) -> float:
    """Area under the ROC curve by ranks, ties shared (Mann and Whitney 1947)."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    n = int(positives.sum())
    return float((ranks[positives].sum() - n * (n + 1) / 2) / (n * (len(scores) - n)))


def _ridge(X: Matrix, Y: Matrix, held: Matrix) -> Matrix:
    middle = Y.mean(axis=0)
    gram = X.T @ X + RIDGE * np.eye(X.shape[1])
    guess: Matrix = held @ np.linalg.solve(gram, X.T @ (Y - middle)) + middle
    return guess


def single(values: Matrix, answers: Answers, fold: NDArray[np.int64], least: float = 0.0) -> float:
    """Held-out skill of one column alone, by a small tree: R², or balanced accuracy above chance.

    Where the first fold's is far below `least`, that is the answer: the others are not asked.
    """
    from sklearn.tree import DecisionTreeRegressor

    Y = answers.matrix
    scored = _balanced if answers.classes else _r_squared
    guess = np.zeros_like(Y)
    for held in range(int(fold.max()) + 1):
        test = fold == held
        tree = DecisionTreeRegressor(max_leaf_nodes=200, min_samples_leaf=2, random_state=0)
        guess[test] = tree.fit(values[~test], Y[~test]).predict(values[test]).reshape(-1, Y.shape[1])
        if held == 0 and (first := scored(Y[test], guess[test])) < least - _FAR:
            return first
    asked = fold >= 0
    return scored(Y[asked], guess[asked])


def _r_squared(Y: Matrix, guess: Matrix) -> float:
    return skill(Y, guess, classes=False)


def _balanced(Y: Matrix, guess: Matrix) -> float:
    said = guess.argmax(axis=1)
    recalls = [float((said[Y[:, k] == 1] == k).mean()) for k in range(Y.shape[1]) if (Y[:, k] == 1).any()]
    chance = 1 / len(recalls)
    return (float(np.mean(recalls)) - chance) / (1 - chance) if len(recalls) > 1 else 0.0
