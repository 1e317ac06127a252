"""Rows that repeat: what names each row once, and rows that are nearly the same."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generation.profile.cells import Cells
from generation.profile.dataset import ColumnProfile, Kind, NearDuplicates

_DIGITS = 3
_FEWEST_COLUMNS = 3
_PRIME = np.uint64(0x100000001B3)  # of the hash of Fowler, Noll and Vo (1991), 64 bits


def near_duplicates(
    frame: pd.DataFrame, columns: Sequence[ColumnProfile], cells: Mapping[str, Cells]
) -> NearDuplicates:
    """Rows that equal an earlier one but for identifiers, white space, case, or digits beyond the third.

    Numbers on both sides of a rounding step are told apart, so the count is a lower bound. Rows that are equal in every
    cell are not counted. With fewer than three columns that say something no count is made: equal rows are then chance.
    """
    telling = [c for c in columns if c.kind not in (Kind.IDENTIFIER, Kind.CONSTANT) and not c.running]
    if len(telling) < _FEWEST_COLUMNS or len(frame) < 2:
        return NearDuplicates()
    said = np.zeros(len(frame), dtype=np.uint64)
    for column in telling:
        said = (said ^ _said(cells[column.name])) * _PRIME
    whole = np.zeros(len(frame), dtype=np.uint64)
    for column in columns:
        whole = (whole ^ _hashed(frame[column.name])) * _PRIME
    first = pd.Series(np.arange(len(frame))).groupby(said).transform("min").to_numpy()
    again = (first != np.arange(len(frame))) & ~pd.Series(whole).duplicated().to_numpy()
    if not again.any():
        return NearDuplicates()
    later = int(np.argmax(again))
    earlier = int(first[later])
    differing = [c.name for c in columns if str(frame[c.name].iloc[earlier]) != str(frame[c.name].iloc[later])]
    return NearDuplicates(int(again.sum()), (earlier, later), tuple(differing))


def _said(cells: Cells) -> NDArray[np.uint64]:
    if cells.numbers is not None:
        return _rounded(cells.numbers)
    codes, words = pd.factorize(cells.text)
    texts = np.array([" ".join(str(word).lower().split()) for word in words], dtype=object)
    hashed: NDArray[np.uint64] = pd.util.hash_array(texts, categorize=False).astype(np.uint64)[codes]
    return hashed


def _rounded(numbers: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Whole numbers as they are, others at three significant digits."""
    whole = numbers == np.round(numbers)
    with np.errstate(divide="ignore", invalid="ignore"):
        exponents = np.where(whole, 0.0, np.floor(np.log10(np.abs(numbers))) - _DIGITS + 1)
    digits = np.where(whole, numbers, np.round(numbers / 10.0**exponents))
    found: NDArray[np.uint64] = (_bits(exponents) * _PRIME) ^ _bits(digits)
    return found


def _bits(numbers: NDArray[np.float64]) -> NDArray[np.uint64]:
    """A number for each number; all that are none have the same."""
    hashed: NDArray[np.uint64] = pd.util.hash_array(np.nan_to_num(numbers + 0.0, nan=-1e300))
    return hashed


def _hashed(cells: pd.Series) -> NDArray[np.uint64]:
    codes, distinct = pd.factorize(cells.astype(str))
    hashed: NDArray[np.uint64] = pd.util.hash_array(np.asarray(distinct, dtype=object), categorize=False)[codes]
    return hashed


def key(frame: pd.DataFrame, columns: Sequence[ColumnProfile], pairs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The column, or else the first of these pairs of columns, that names every row once; () where none does."""
    rows = len(frame)
    for column in columns:
        plain = column.kind is Kind.IDENTIFIER or (column.kind is Kind.TEXT and "name" in column.name.lower())
        if plain and column.missing == 0 and not column.running and frame[column.name].nunique() == rows:
            return (column.name,)
    for one, other in pairs:
        if one != other and not frame[[one, other]].duplicated().any():
            return (one, other)
    return ()
