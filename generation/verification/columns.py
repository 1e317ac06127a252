"""Columns of text as checks read them: every distinct cell is looked at once, however many checks ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]
Codes = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

NUMERIC_SHARE = 0.98  # a column with a stray word among its numbers is still a column of numbers
EMPTY = frozenset({"", "na", "nan", "n/a", "null", "none", "?"})
_PRIME = np.uint64(0x100000001B3)  # of the hash of Fowler, Noll and Vo (1991), 64 bits


class Distinct:
    """The distinct cells of a column, stripped; what is made of them is of the same shape (m,)."""

    def __init__(self, texts: pd.Series) -> None:
        self.texts = texts

    @cached_property
    def numbers(self) -> Numbers:
        """As floats, NaN where a cell is none."""
        found: Numbers = pd.to_numeric(self.texts, errors="coerce").to_numpy(dtype=np.float64)
        return found

    @cached_property
    def empty(self) -> Flags:
        """Which stand for nothing."""
        return self.texts.str.lower().isin(EMPTY).to_numpy(dtype=bool)

    @cached_property
    def forms(self) -> npt.NDArray[np.object_]:
        """Made comparable: numbers at 6 significant digits (contracts, "Reproducibility"), words as they are."""
        texts = self.texts.to_numpy(dtype=object).copy()
        known = np.flatnonzero(~np.isnan(self.numbers))
        texts[known] = [f"{number + 0.0:.6g}" for number in self.numbers[known].tolist()]
        return texts

    @cached_property
    def alike(self) -> Codes:
        """Codes from 0 on, equal where the forms are."""
        return pd.factorize(self.forms)[0]

    @cached_property
    def keys(self) -> Keys:
        """Hashes, equal where the forms are."""
        hashes: Keys = pd.util.hash_array(self.forms, categorize=False).astype(np.uint64)
        return hashes


@dataclass(frozen=True)
class Column:
    """Cells by the places of their distinct texts: `codes` is of shape (n,), as is all that is told of the cells."""

    codes: Codes
    distinct: Distinct

    @classmethod
    def read(cls, cells: pd.Series) -> "Column":
        """A column alone."""
        codes, texts = pd.factorize(cells, use_na_sentinel=False)
        bare = pd.Series(texts).str.strip()
        if bare.is_unique:
            return cls(codes, Distinct(bare))
        again, once = pd.factorize(bare, use_na_sentinel=False)
        return cls(again[codes], Distinct(pd.Series(once)))

    @classmethod
    def read_together(cls, one: pd.Series, other: pd.Series) -> tuple["Column", "Column"]:
        """One column of two tables; a code is the same text in both."""
        both = cls.read(pd.concat([one, other], ignore_index=True))
        return cls(both.codes[: len(one)], both.distinct), cls(both.codes[len(one) :], both.distinct)

    @property
    def numbers(self) -> Numbers:
        """The cells as floats, NaN where one is none."""
        return self.distinct.numbers[self.codes]

    @property
    def empty(self) -> Flags:
        """Which cells stand for nothing."""
        return self.distinct.empty[self.codes]

    @property
    def keys(self) -> Keys:
        """One number for each cell, equal where the forms are."""
        return self.distinct.keys[self.codes]

    @property
    def alike(self) -> Codes:
        """Codes of the forms."""
        return self.distinct.alike[self.codes]

    @property
    def share_of_numbers(self) -> float:
        """The share of numbers among the cells that are not empty; 0 where all are."""
        filled = ~self.empty
        return float(np.isfinite(self.numbers[filled]).mean()) if filled.any() else 0.0

    @property
    def numeric(self) -> bool:
        """Whether nearly all cells that are not empty are numbers."""
        return self.share_of_numbers >= NUMERIC_SHARE


def as_numbers(cells: pd.Series) -> Numbers:
    """Cells as floats, NaN where a cell is none; shape (n,)."""
    return Column.read(cells).numbers


def row_keys(frame: pd.DataFrame) -> Keys:
    """One number for each row, equal where the forms of its cells are; shape (n,)."""
    return joined(Column.read(frame[name]).keys for name in frame.columns)


def joined(columns: Iterable[Keys]) -> Keys:
    """One number for each row from those of its cells, or of its parts; shape (n,)."""
    keys = np.zeros(1, dtype=np.uint64)
    for column in columns:
        keys = (keys ^ column) * _PRIME
    return keys
