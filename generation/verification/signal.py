"""How much one column says of the target: skill on the test rows, 0 a constant, 1 perfect."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from generation.verification.columns import Column, Numbers
from generation.verification.tables import Answers, Words, numbers_of, words_of

# One-sided 99.997 %: a package is asked this of several orders at three widths, neighbours share what they say, and of
# 62 formulations of real tables one was turned down falsely at 99.9 %.
Z_LOW = 4.0
NEIGHBOURS = (5, 25, 100)


@dataclass(frozen=True)
class Skill:
    """Share of the constant's loss that goes away; `low` is its one-sided lower bound over test rows."""

    value: float
    low: float

    @property
    def real(self) -> bool:
        """Whether the skill is more than noise."""
        return self.low > 0

    @property
    def likely(self) -> bool:
        """Whether it would be at half as many standard errors."""
        return self.value + self.low > 0


NO_SKILL = Skill(0.0, 0.0)


def spread(y: Answers, labels: Words | None = None) -> Numbers:
    """A target as points whose squared distance is its loss: ranks in [0, 1] for numbers, one-hot for labels; (n, k).

    Ranks, so that one far value does not hide an order.
    """
    if y.dtype.kind == "f":
        ranks = pd.Series(y).rank(method="average").to_numpy(dtype=np.float64)
        return ((ranks - 0.5) / max(len(y), 1))[:, None]
    known = np.unique(y) if labels is None else labels
    return np.asarray(words_of(y)[:, None] == known[None, :], dtype=np.float64)


def skill_of(guess: Numbers, truth: Numbers, constant: Numbers) -> Skill:
    """Skill of guesses against a constant guess; all of shape (n, k)."""
    loss = ((truth - guess) ** 2).sum(axis=1)
    base = ((truth - constant) ** 2).sum(axis=1)
    total = float(base.mean())
    if total <= 0 or len(loss) < 3:
        return NO_SKILL
    gain = base - loss
    error = float(gain.std(ddof=1)) / np.sqrt(len(gain))
    return Skill(float(gain.mean()) / total, (float(gain.mean()) - Z_LOW * error) / total)


def order_skill(position: Numbers, y: Answers) -> Skill:
    """How well the answers of the nearest neighbours in an order tell a row's own answer (leave one out).

    The largest over three widths: a fine alternation and a slow drift are both an order.
    """
    points = spread(y)[np.argsort(position, kind="stable")]
    best = NO_SKILL
    for width in _widths(len(points) - 1):
        best = _better(best, skill_of(_around(points, width), points, _others_mean(points)))
    return best


def transfer_skill(key_train: Numbers, y_train: Answers, key_test: Numbers, y_test: Answers) -> Skill:
    """How well the train rows nearest by a key tell the answers of test rows."""
    both = spread(np.concatenate([y_train, y_test]))
    train, test = both[: len(y_train)], both[len(y_train) :]
    order = np.argsort(key_train, kind="stable")
    keys, points = key_train[order], train[order]
    sums = np.vstack([np.zeros((1, points.shape[1])), np.cumsum(points, axis=0)])
    at = np.searchsorted(keys, key_test)
    best = NO_SKILL
    for width in _widths(len(points)):
        low = np.clip(at - width // 2, 0, len(points) - width)
        guess = (sums[low + width] - sums[low]) / width
        best = _better(best, skill_of(guess, test, np.broadcast_to(train.mean(axis=0), test.shape)))
    return best


def _widths(rows: int) -> list[int]:
    return [width for width in NEIGHBOURS if width * 4 <= rows] or [max(rows // 4, 1)]


def _better(one: Skill, other: Skill) -> Skill:
    return other if other.low > one.low or (other.low == one.low and other.value > one.value) else one


def _around(points: Numbers, width: int) -> Numbers:
    """The mean of the `width` rows around each row, the row itself left out."""
    rows = len(points)
    sums = np.vstack([np.zeros((1, points.shape[1])), np.cumsum(points, axis=0)])
    low = np.clip(np.arange(rows) - width // 2, 0, max(rows - width - 1, 0))
    high = np.minimum(low + width + 1, rows)
    return np.asarray((sums[high] - sums[low] - points) / np.maximum(high - low - 1, 1)[:, None])


def _others_mean(points: Numbers) -> Numbers:
    return np.asarray((points.sum(axis=0) - points) / max(len(points) - 1, 1))


def sort_key(cells: pd.Series) -> Numbers:
    """Cells as positions in their own order: numbers by value, words by the alphabet."""
    numbers = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=np.float64)
    if np.isfinite(numbers).all():
        return numbers
    return np.unique(words_of(cells.to_numpy(dtype=str)), return_inverse=True)[1].astype(np.float64)


def column_skill(x_train: Column, y_train: Answers, x_test: Column, y_test: Answers, *, numeric: bool) -> float:
    """Held-out skill of the target from one column: by a table of its values, and by its nearest values if numeric.

    The columns have the same codes. Numbers are judged by squared error, labels by the share of errors, both against a
    constant.
    """
    guesses = [_by_table(x_train, y_train, x_test)]
    if numeric:
        guesses += _by_nearness(x_train, y_train, x_test)
    return max(_plain_skill(guess, y_train, y_test) for guess in guesses)


def _plain_skill(guess: Answers, y_train: Answers, y_test: Answers) -> float:
    if y_test.dtype.kind == "f":
        base = float(np.nansum((numbers_of(y_test) - np.nanmean(numbers_of(y_train))) ** 2))
        loss = float(np.nansum((numbers_of(y_test) - numbers_of(guess)) ** 2))
    else:
        base = float(np.sum(words_of(y_test) != most_frequent(words_of(y_train))))
        loss = float(np.sum(words_of(y_test) != words_of(guess)))
    return 1 - loss / base if base > 0 else 0.0


def most_frequent(labels: Words) -> str:
    """The most frequent label, of equals the first in the alphabet."""
    values, counts = np.unique(labels, return_counts=True)
    return str(values[np.argmax(counts)])


def _by_table(x_train: Column, y_train: Answers, x_test: Column) -> Answers:
    """The mean, or the most frequent, answer of the train rows of the same cell; of all rows where there is none."""
    train, test, size = x_train.codes, x_test.codes, len(x_train.distinct.texts)
    if y_train.dtype.kind == "f":
        y = numbers_of(y_train)
        known = ~np.isnan(y)
        count = np.bincount(train[known], minlength=size)
        total = np.bincount(train[known], y[known], minlength=size)
        means: Numbers = np.where(count > 0, total / np.maximum(count, 1), np.nanmean(y))
        return means[test]
    labels, said = np.unique(words_of(y_train), return_inverse=True)
    table = np.bincount(train * len(labels) + said, minlength=size * len(labels)).reshape(size, len(labels))
    usual: Words = np.where(table.any(axis=1), labels[table.argmax(axis=1)], most_frequent(words_of(y_train)))
    return usual[test]


def _by_nearness(x_train: Column, y_train: Answers, x_test: Column) -> list[Answers]:
    """The answer of the nearest train value, and for a number the straight line between its two neighbours."""
    known, asked = x_train.numbers, x_test.numbers
    use = np.isfinite(known)
    if use.sum() < 3:
        return []
    order = np.argsort(known[use], kind="stable")
    keys, values = known[use][order], y_train[use][order]
    at = np.clip(np.searchsorted(keys, np.nan_to_num(asked)), 1, len(keys) - 1)
    left_is_nearer = np.abs(asked - keys[at - 1]) <= np.abs(keys[at] - asked)
    guesses: list[Answers] = [np.where(left_is_nearer, values[at - 1], values[at])]
    if values.dtype.kind == "f":
        guesses.append(_between(keys, numbers_of(values), asked))
    return guesses


def _between(keys: Numbers, values: Numbers, asked: Numbers) -> Numbers:
    distinct, first = np.unique(keys, return_index=True)
    counts = np.diff(np.append(first, len(keys)))
    means = np.add.reduceat(values, first) / counts
    filled = np.where(np.isfinite(asked), asked, np.median(keys))
    guess: npt.NDArray[np.float64] = np.interp(filled, distinct, means)
    return guess
