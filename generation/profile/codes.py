"""A column's cells as whole numbers, found once: comparing pairs of columns is then cheap."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class Codes:
    """A column's cells: equal ones have the same of the numbers 0 to `size` - 1; `of` has shape (n,)."""

    name: str
    of: NDArray[np.int64]
    size: int

    @classmethod
    def read(cls, cells: pd.Series) -> "Codes":
        """The codes of a column, in the order in which its values come first."""
        codes, distinct = pd.factorize(cells, use_na_sentinel=False)
        return cls(str(cells.name), codes.astype(np.int64), len(distinct))

    def repeats_with(self, other: "Codes", most: float) -> bool:
        """Whether more than this share of the rows have the pair of values of an earlier row."""
        rows = max(1, len(self.of))
        # So few values make too few pairs, whatever the rows are.
        if (rows - self.size * other.size) / rows > most:
            return True
        pairs = pd.unique(self.of * other.size + other.of)
        return (rows - len(pairs)) / rows > most

    def determines(self, other: "Codes") -> float:
        """The share of rows that have the value of `other` that goes most often with their own value here."""
        pairs, counts = np.unique(self.of * other.size + other.of, return_counts=True)
        owner = pairs // max(1, other.size)
        starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
        return float(np.maximum.reduceat(counts, starts).sum() / len(self.of)) if len(self.of) else 1.0
