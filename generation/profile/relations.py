"""Columns that follow from others: copies, transformations, sums, and lookups."""

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generation.profile.codes import Codes
from generation.profile.dataset import ColumnProfile, Kind, Relation

_MOST_ROWS = 2000
_MOST_COLUMNS = 120
_LINEAR = 0.9995
_MONOTONE = 0.9995
_SUM = 0.999999
_FUNCTION = 0.98
_FEW, _MANY_ROWS = 0.3, 10_000  # values a row, so that most have several rows


def relations(
    frame: pd.DataFrame, columns: tuple[ColumnProfile, ...], numbers: Mapping[str, NDArray[np.float64]]
) -> tuple[Relation, ...]:
    """All relations found on at most 2,000 rows (lookups of many values: 10,000) and 120 columns of each kind."""
    kinds = {column.name: column.kind for column in columns}
    numeric = [c.name for c in columns if c.name in numbers and kinds[c.name] is not Kind.CONSTANT and not c.running]
    rows = np.linspace(0, len(frame) - 1, min(_MOST_ROWS, len(frame))).astype(int) if len(frame) else np.empty(0, int)
    cut = {name: numbers[name][rows] for name in numeric[:_MOST_COLUMNS]}
    found = [*_curves(cut), *_sums(cut)]
    coded = [c.name for c in columns if 1 < c.cardinality < 0.5 * max(1, len(frame))][:_MOST_COLUMNS]
    read = [Codes.read(frame[name].iloc[rows]) for name in coded]
    found += _functions(read, read)
    return (*found, *_functions_of_many(frame, columns, coded))


def _functions_of_many(frame: pd.DataFrame, columns: tuple[ColumnProfile, ...], coded: Sequence[str]) -> list[Relation]:
    """What columns of so many values fix that it shows on more rows alone: the number of a model, a postcode."""
    most = min(_MANY_ROWS, len(frame))
    many = [c.name for c in columns if c.name in coded and _FEW * _MOST_ROWS <= c.cardinality < _FEW * most]
    if not many:
        return []
    rows = np.linspace(0, len(frame) - 1, most).astype(int)
    read = {name: Codes.read(frame[name].iloc[rows]) for name in coded}
    return _functions([read[name] for name in many], list(read.values()))


def _curves(numbers: Mapping[str, NDArray[np.float64]]) -> list[Relation]:
    """Pairs on one line, or in one order (a price and its logarithm)."""
    if len(numbers) < 2:
        return []
    table = pd.DataFrame(numbers)
    table = table.loc[:, table.nunique() > 10]
    if table.shape[1] < 2:
        return []
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        linear = table.corr(min_periods=30).abs().to_numpy()
        ordered = table.rank().corr(min_periods=30).abs().to_numpy()
    found = []
    for i, left in enumerate(table.columns):
        for j in range(i + 1, table.shape[1]):
            if linear[i, j] >= _LINEAR:
                found.append(Relation("linear", str(left), str(table.columns[j]), float(linear[i, j])))
            elif ordered[i, j] >= _MONOTONE:
                found.append(Relation("monotone", str(left), str(table.columns[j]), float(ordered[i, j])))
    return found


def _sums(numbers: Mapping[str, NDArray[np.float64]]) -> list[Relation]:
    """Columns that are a weighted sum of two or more others, exactly."""
    table = pd.DataFrame(numbers)
    table = table.loc[:, (table.nunique() > 5) & (table.isna().mean() < 0.3)].iloc[:, :60].dropna()
    if table.shape[1] < 3 or len(table) < 5 * table.shape[1]:
        return []
    X = table.to_numpy(dtype=float)
    X = (X - X.mean(axis=0)) / np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)
    # What a column keeps for itself beside the others is at least the least eigenvalue of the correlations.
    if float(np.linalg.eigvalsh(X.T @ X / len(X))[0]) > 1 - _SUM:
        return []
    found = []
    for i, name in enumerate(table.columns):
        others = np.delete(X, i, axis=1)
        weights, _, _, _ = np.linalg.lstsq(others, X[:, i], rcond=1e-8)
        explained = 1 - float(((X[:, i] - others @ weights) ** 2).mean())
        if explained < _SUM:
            continue
        rest = [str(other) for other in table.columns.delete(i)]
        parts = tuple(other for other, weight in zip(rest, weights, strict=True) if abs(weight) > 1e-3)
        if 2 <= len(parts) <= 12:
            found.append(Relation("sum", parts[0], str(name), explained, parts))
    return found


def _functions(lefts: Sequence[Codes], rights: Sequence[Codes]) -> list[Relation]:
    """Columns whose value fixes another's; strength is the way from the usual value's share to 1 that it goes."""
    found = []
    usual = {column.name: float(np.bincount(column.of).max() / len(column.of)) for column in rights}
    for left in lefts:
        for right in rights:
            if left is right or right.size > left.size or right.size < 2:
                continue
            if left.size >= _FEW * len(left.of) or usual[right.name] >= 1:
                continue
            share = (left.determines(right) - usual[right.name]) / (1 - usual[right.name])
            if share >= _FUNCTION:
                found.append(Relation("function", left.name, right.name, share))
    return found
