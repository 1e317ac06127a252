"""Test rows that are nearly a train row: all but the same within a trace, or in every feature but one."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from generation.shares import wilson
from generation.verification.columns import Numbers
from generation.verification.tables import Tables, numbers_of, words_of
from generation.verification.twins import CHANCE, log_shares

MOST_ASKED, LEAST_ASKED = 400, 60
MOST_CELLS = 60_000_000  # comparisons of two cells: about half a second, unless the fewest rows need more
# Of the way to the twentieth nearest row. Among rows that vary in two directions one in ten thousand comes so near by
# itself, in one direction one in thirty.
TRACE = 0.002
TWENTIETH = 19
# In natural tables rows that are alike often have one answer, but not nearly always: shoppers of one week and shop.
SURELY = 0.7
NEAR_ANSWER = 0.005  # numbers within half a percent of the ranks are the same answer
_AT_ONCE = 40
_PAIRS = 20_000


@dataclass(frozen=True)
class Near:
    """Test rows that were asked, and for each the place of the train row that it nearly is, or -1; both (n,)."""

    asked: npt.NDArray[np.intp]
    place: npt.NDArray[np.intp]

    @property
    def found(self) -> npt.NDArray[np.bool_]:
        return self.place >= 0


def nearly_equal(tables: Tables) -> Near:
    """Look for the near twin of each of at most 400 test rows; rows that are equal in full are no near twins."""
    names = list(tables.features)
    rows, tested = len(tables.train), len(tables.test)
    most = min(MOST_ASKED, tested, max(LEAST_ASKED, MOST_CELLS // (rows * len(names))))
    asked = np.sort(np.random.default_rng(0).choice(tested, most, replace=False)).astype(np.intp)
    columns = [_Feature.of(tables, name, asked) for name in names]
    place = np.full(most, -1, dtype=np.intp)
    for start in range(0, most, _AT_ONCE):
        some = slice(start, min(start + _AT_ONCE, most))
        place[some] = _near_twins(columns, some, rows)
    return Near(asked, place)


@dataclass(frozen=True)
class _Feature:
    """A feature: where train and asked rows lie (scaled numbers, or codes), and how rare the asked cells are."""

    train: Numbers
    asked: Numbers
    numeric: bool
    logs: Numbers

    @classmethod
    def of(cls, tables: Tables, name: str, rows: npt.NDArray[np.intp]) -> "_Feature":
        train, test = tables.column("train", name), tables.column("test", name)
        asked = replace(test, codes=test.codes[rows])
        numeric = name in tables.numeric
        if numeric:
            # Cells of one form lie at one place.
            place = np.empty(len(train.distinct.alike))
            place[train.distinct.alike[::-1]] = train.distinct.numbers[::-1]
            codes = _scaled(place[np.concatenate([train.alike, asked.alike])])
        else:
            codes = np.concatenate([train.alike, asked.alike]).astype(np.float64)
        return cls(codes[: len(train.codes)], codes[len(train.codes) :], numeric, log_shares(train, asked))

    def apart(self, rows: slice) -> Numbers:
        """How far asked rows lie from each train row, 0 to 1; shape (rows, n_train)."""
        gaps = np.abs(self.asked[rows, None] - self.train[None, :])
        return np.minimum(gaps, 1.0) if self.numeric else (gaps > 0).astype(np.float64)


def _scaled(numbers: Numbers) -> Numbers:
    """Numbers in widths of the middle nine tenths, far from all of them where there is none."""
    low, high = np.nanquantile(numbers, [0.05, 0.95]) if np.isfinite(numbers).any() else (0.0, 0.0)
    width = high - low or np.nanmax(numbers, initial=low) - np.nanmin(numbers, initial=low) or 1.0
    return np.where(np.isfinite(numbers), (numbers - low) / width, -1e6)


def _near_twins(columns: list[_Feature], rows: slice, size: int) -> npt.NDArray[np.intp]:
    count = rows.stop - rows.start
    far, differing = np.zeros((count, size)), np.zeros((count, size), dtype=np.int16)
    last = np.zeros((count, size), dtype=np.int16)
    for number, column in enumerate(columns):
        gaps = column.apart(rows)
        far += gaps
        differing += gaps > 0
        last[gaps > 0] = number
    within = np.argmin(far, axis=1)
    nearest = far[np.arange(count), within]
    twentieth = np.partition(far, min(TWENTIETH, size - 1), axis=1)[:, min(TWENTIETH, size - 1)]
    found = np.where((nearest > 0) & (nearest <= TRACE * twentieth), within, -1)
    logs = np.array([column.logs[rows] for column in columns])
    for row in np.flatnonzero((found < 0) & (differing == 1).any(axis=1) & (nearest > 0)):
        twin = int(np.argmax(differing[row] == 1))
        by_chance = np.log(size) + logs[:, row].sum() - logs[last[row, twin], row]
        if by_chance < np.log(CHANCE):
            found[row] = twin
    return found.astype(np.intp)


def copied_share(tables: Tables, near: Near) -> float:
    """The share of test rows that are copied, with their answer; 0 where near twins do not tell the answer surely.

    How surely is Cohen's kappa of the two answers; that it is no accident, the lower end of Wilson's 95 % interval for
    their agreement, which must be above chance.
    """
    if not near.found.any():
        return 0.0
    drawn = np.random.default_rng(0)
    pairs = drawn.integers(0, len(tables.test), _PAIRS), drawn.integers(0, len(tables.train), _PAIRS)
    chance = float(_same(tables, *pairs).mean())
    agreed = _same(tables, near.asked[near.found], near.place[near.found])
    low, _ = wilson(int(agreed.sum()), len(agreed))
    kappa = (float(agreed.mean()) - chance) / (1 - chance) if chance < 1 else 0.0
    return float(near.found.mean()) * kappa if kappa >= SURELY and low > chance else 0.0


def _same(tables: Tables, test: npt.NDArray[np.int64], train: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether the answers of test rows and train rows are the same, pair by pair."""
    if not tables.is_number:
        return np.asarray(words_of(tables.y_test)[test] == words_of(tables.y_train)[train])
    both = pd.Series(np.concatenate([numbers_of(tables.y_test), numbers_of(tables.y_train)]))
    ranks = both.rank(method="average", pct=True).to_numpy(dtype=np.float64)
    return np.abs(ranks[test] - ranks[len(tables.test) + train]) <= NEAR_ANSWER
