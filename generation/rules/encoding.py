"""A profiled table as two sets of numbers: one for a linear model, one for a model of trees."""

import re
import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generation.profile import ColumnProfile, DatasetProfile, Kind
from generation.profile.dataset import NUMERIC_KINDS

Matrix = NDArray[np.float64]
_MOST_DUMMIES = 8
_FEWEST_OF_ONE = 3  # rows of a level, on average
_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE = 4  # words on average: with fewer they are postcodes, names of people, titles
_MOST_WORDS, _LONGEST_TEXT = 100, 4000  # marks of a column of free text; characters that are read of a cell
_RARE_WORD, _COMMON_WORD = 0.01, 0.8
_NAMES = (Kind.CATEGORY, Kind.IDENTIFIER)


@dataclass(frozen=True)
class Encoded:
    """Blocks of columns by the name of the table's column: `linear` standardised, `trees` as codes; the same rows.

    `levels` are the codes of columns with more levels than marks are made of.
    """

    rows: NDArray[np.int64]
    linear: dict[str, Matrix]
    trees: dict[str, Matrix]
    levels: dict[str, NDArray[np.int64]]

    def inputs(self, names: Iterable[str]) -> "Inputs":
        """These columns as the features of a model; a constant where no column is left."""
        known = [name for name in names if name in self.linear]
        if not known:
            empty = np.zeros((len(self.rows), 1))
            return Inputs((empty,), (empty,), ())
        levels = tuple((at, self.levels[name]) for at, name in enumerate(known) if name in self.levels)
        return Inputs(tuple(self.linear[n] for n in known), tuple(self.trees[n] for n in known), levels)

    def subset(self, where: NDArray[np.bool_]) -> "Encoded":
        """The same columns on some of the rows."""
        cut = {name: block[where] for name, block in self.linear.items()}
        trees = {name: block[where] for name, block in self.trees.items()}
        return Encoded(self.rows[where], cut, trees, {name: codes[where] for name, codes in self.levels.items()})


@dataclass(frozen=True)
class Inputs:
    """Features as blocks of columns, one block for each column of the table, all of the same rows.

    `levels` are the codes of columns with many levels, each with its place among the blocks.
    """

    linear: tuple[Matrix, ...]
    trees: tuple[Matrix, ...]
    levels: tuple[tuple[int, NDArray[np.int64]], ...]

    def most_telling(self, Y: Matrix, known: NDArray[np.bool_], most: int) -> "Inputs":
        """At most so many columns: those whose marks go most with `Y` on the `known` rows alone."""
        if len(self.linear) <= most:
            return self
        goal = Y[known] - Y[known].mean(axis=0)
        strength = np.abs(goal.T @ np.hstack(self.linear)[known]).max(axis=0)
        starts = np.cumsum([0, *(block.shape[1] for block in self.linear[:-1])])
        best = np.maximum.reduceat(strength, starts)
        for at, codes in self.levels:
            best[at] = max(best[at], len(goal) * _between(codes[known], goal))
        kept = np.sort(np.argsort(-best, kind="stable")[:most])
        places = {int(old): new for new, old in enumerate(kept)}
        levels = tuple((places[at], codes) for at, codes in self.levels if at in places)
        return Inputs(tuple(self.linear[at] for at in kept), tuple(self.trees[at] for at in kept), levels)


def _between(codes: NDArray[np.int64], goal: Matrix) -> float:
    """How far the means of levels lie apart, beyond what as many levels of chance would; in units of the goal."""
    size = int(codes.max()) + 1
    count = np.maximum(np.bincount(codes, minlength=size), 1)
    found = []
    for y in goal.T:
        spread = float((np.bincount(codes, y, size) ** 2 / count).sum()) / len(y)
        chance = float(y.var()) * size / len(y)
        found.append(float(np.sqrt(max(0.0, spread - chance))))
    return max(found)


def encode(profile: DatasetProfile, rows: NDArray[np.int64]) -> Encoded:
    """Encode all columns that a simple model can use: numbers, categories, dates, the words of free text."""
    linear, trees, levels = {}, {}, {}
    for column in profile.columns:
        blocks = _blocks(profile, column, rows)
        if blocks is not None:
            linear[column.name], trees[column.name] = blocks
        if blocks is not None and column.kind in _NAMES:
            codes = pd.factorize(profile.frame[column.name].iloc[rows].astype(str))[0].astype(np.int64)
            if _MOST_DUMMIES < int(codes.max()) + 1 <= len(codes) / _FEWEST_OF_ONE:
                levels[column.name] = codes
    return Encoded(rows, linear, trees, levels)


def _blocks(profile: DatasetProfile, column: ColumnProfile, rows: NDArray[np.int64]) -> tuple[Matrix, Matrix] | None:
    if column.kind is Kind.CONSTANT or column.running:
        return None
    if column.kind is Kind.DATE:
        return _dates(profile.frame[column.name].iloc[rows], column.date_format)
    if column.kind is Kind.TEXT:
        return _texts(profile.frame[column.name].iloc[rows])
    cells = profile.cells(column.name)
    if cells.numbers is not None and (column.kind in (*NUMERIC_KINDS, Kind.ORDERED, Kind.IDENTIFIER)):
        return _numbers(cells.numbers[rows])
    present = pd.Series(cells.present[rows], index=cells.text.index[rows])
    return _categories(cells.text.iloc[rows].where(present, ""))


def _numbers(numbers: Matrix) -> tuple[Matrix, Matrix]:
    missing = ~np.isfinite(numbers)
    middle = float(np.median(numbers[~missing])) if (~missing).any() else 0.0
    filled = np.where(missing, middle, numbers)
    low, high = np.percentile(filled, [0.5, 99.5])
    clipped = np.clip(filled, low, high) if high > low else filled
    parts = [_standard(clipped)]
    if missing.any():
        parts.append(_standard(missing.astype(float)))
    coded = np.where(missing, filled.min() - 1.0, filled)
    return np.column_stack(parts), coded.reshape(-1, 1)


def _categories(text: pd.Series) -> tuple[Matrix, Matrix]:
    counts = text.value_counts()
    order = {value: code for code, value in enumerate(sorted(counts.index, key=lambda v: (-int(counts[v]), str(v))))}
    codes = text.map(order).to_numpy(dtype=float)
    dummies = [_standard((codes == code).astype(float)) for code in range(min(len(order), _MOST_DUMMIES))]
    return np.column_stack(dummies), codes.reshape(-1, 1)


def are_sentences(cells: pd.Series) -> bool:
    """Whether free text is longer than a name."""
    return bool(cells.astype(str).str.count(r"\S+").mean() >= _SENTENCE)


def _texts(series: pd.Series) -> tuple[Matrix, Matrix] | None:
    """Marks of the words that many rows have, but not nearly all; None where the texts share none, or are but names."""
    if not are_sentences(series):
        return None
    said = [frozenset(_WORD.findall(str(cell)[:_LONGEST_TEXT].lower())) for cell in series]
    counts = Counter(word for words in said for word in words)
    least, most = max(_FEWEST_OF_ONE, _RARE_WORD * len(said)), _COMMON_WORD * len(said)
    shared = sorted((-count, word) for word, count in counts.items() if least <= count <= most)[:_MOST_WORDS]
    if not shared:
        return None
    place = {word: at for at, (_, word) in enumerate(shared)}
    marks = np.zeros((len(said), len(place)))
    for row, words in enumerate(said):
        marks[row, [place[word] for word in words if word in place]] = 1.0
    return np.column_stack([_standard(mark) for mark in marks.T]), marks


def _dates(series: pd.Series, form: str) -> tuple[Matrix, Matrix]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        when = pd.to_datetime(series.astype(str).str.strip(), format=form, errors="coerce", utc=True)
    start = when.min()
    days = (when - start).dt.total_seconds().to_numpy(dtype=float, na_value=np.nan) / 86_400
    parts = [
        days,
        *(getattr(when.dt, part).to_numpy(dtype=float, na_value=np.nan) for part in ("month", "day_of_week", "hour")),
    ]
    trees = np.column_stack([np.where(np.isfinite(p), p, -1.0) for p in parts])
    return np.column_stack([_standard(part) for part in trees.T]), trees


def _standard(values: Matrix) -> Matrix:
    spread = values.std()
    return (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)
