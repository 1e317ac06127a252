"""From cells of text to numbers: what a column is, judged on the training part alone, and three ways to encode it."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

MISSING = frozenset({"", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "?", "<NA>", "#N/A"})
NUMBER_SHARE = 0.95
DATE_SHARE = 0.95
TEXT_LENGTH = 40
MOST_CATEGORIES = 25

Meaning = Literal["number", "date", "category", "text", "constant"]


def cells(column: pd.Series) -> pd.Series:
    """The column with all ways of saying nothing as missing."""
    return column.astype(object).where(~column.isin(MISSING), None)


def meaning(column: pd.Series) -> Meaning:
    """What a training column of text holds."""
    known = cells(column).dropna().astype(str)
    if known.nunique() < 2:
        return "constant"
    if pd.to_numeric(known, errors="coerce").notna().mean() >= NUMBER_SHARE:
        return "number"
    sample = known.iloc[:: max(1, len(known) // 500)]
    if sample.str.contains(r"\d{2,4}[-/.]\d{1,2}").mean() >= DATE_SHARE and dates(sample).notna().mean() >= DATE_SHARE:
        return "date"
    if known.str.len().mean() > TEXT_LENGTH and known.nunique() > len(known) / 2:
        return "text"
    return "category"


def dates(column: pd.Series) -> pd.Series:
    """The column as moments; what is none is missing."""
    return pd.to_datetime(column, errors="coerce", format="mixed", utc=True)


@dataclass
class Encoder:
    """Turns frames of text into arrays. `one_hot` for models of distances and sums, codes for trees.

    Rare and unseen categories share one code; a date gives five numbers; a free text its length and number of words.
    """

    one_hot: bool
    _meanings: dict[str, Meaning] = field(default_factory=dict)
    _levels: dict[str, list[str]] = field(default_factory=dict)

    def fit(self, frame: pd.DataFrame) -> "Encoder":
        self._meanings = {name: meaning(frame[name]) for name in frame.columns}
        for name, what in self._meanings.items():
            if what == "category":
                counts = cells(frame[name]).dropna().astype(str).value_counts()
                # Equal counts in any order would make the code depend on the row order: names decide.
                ordered = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
                self._levels[name] = [str(level) for level, _ in ordered[:MOST_CATEGORIES]]
        return self

    def transform(self, frame: pd.DataFrame) -> np.ndarray:
        """[rows, features] of floats; missing stays NaN."""
        parts = [part for name, what in self._meanings.items() for part in self._parts(frame[name], name, what)]
        return np.column_stack(parts).astype(float) if parts else np.zeros((len(frame), 1))

    def categorical(self) -> list[bool]:
        """Which of the features are codes without order; only where `one_hot` is off."""
        widths = {"number": 1, "date": 5, "text": 2, "category": 1, "constant": 0}
        return [what == "category" for what in self._meanings.values() for _ in range(widths[what])] or [False]

    def _parts(self, column: pd.Series, name: str, what: Meaning) -> list[np.ndarray]:
        known = cells(column)
        if what == "number":
            return [pd.to_numeric(known, errors="coerce").to_numpy(float)]
        if what == "date":
            moments = dates(known)
            days = (moments - pd.Timestamp("2000-01-01", tz="UTC")) / pd.Timedelta(days=1)
            pieces = (moments.dt.year, moments.dt.month, moments.dt.dayofweek, moments.dt.hour, days)
            return [piece.to_numpy(float) for piece in pieces]
        if what == "text":
            words = known.fillna("").astype(str)
            return [words.str.len().to_numpy(float), words.str.count(r"\s+").to_numpy(float)]
        if what == "category":
            levels = self._levels[name]
            codes = known.map({level: code for code, level in enumerate(levels)}).to_numpy(float)
            if not self.one_hot:
                return [codes]
            return [(codes == code).astype(float) for code in range(len(levels))]
        return []

    @property
    def texts(self) -> list[str]:
        """The names of the columns of free text."""
        return [name for name, what in self._meanings.items() if what == "text"]
