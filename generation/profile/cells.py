"""Cells as text into numbers and nothing."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generation.profile.lexicon import missing_words
from generation.profile.written import Form, Written, read_written

ALWAYS_MISSING = frozenset({"", "na", "n/a", "nan", "null", "<na>", "nat", "#n/a", "?", "."})
# "+" and "-" are answers of a test, "-" alone is none.
_DASHES = frozenset({"-", "--", "---", "–", "—"})
_POSITIVE = frozenset({"+", "++", "+/-", "pos"})
SENTINELS = frozenset({-1.0, -2.0, -7.0, -8.0, -9.0, -99.0, -999.0, -9999.0, -99999.0, -999999.0})
_NINES = (999999.0, 99999.0, 9999.0, 999.0, 99.0)
_NUMERIC_SHARE = 0.99
_WITH_CODES_SHARE = 0.6
_MOST_CODES = 3


@dataclass(frozen=True)
class Cells:
    """A column: the stripped `text` of its cells, which are `present`, and as `numbers` (else NaN).

    `form` says what the numbers are written as where they are not plain ("$1,200", "3 kg"), `unit` in which unit.
    """

    text: pd.Series
    present: NDArray[np.bool_]
    codes: tuple[str, ...]
    numbers: NDArray[np.float64] | None
    form: Form = ""
    unit: str = ""

    @property
    def decorated(self) -> bool:
        """Whether a parser of numbers would refuse these."""
        return self.form != ""

    @property
    def plain(self) -> bool:
        """Whether the cells are plain numbers, but for those of the usual words for nothing."""
        if self.numbers is None or self.decorated or not np.isfinite(self.numbers[self.present]).all():
            return False
        return {code.lower() for code in self.codes} <= ALWAYS_MISSING


def read_cells(series: pd.Series) -> Cells:
    """Strip a column's cells and find what they are; typed columns are taken as they are."""
    if pd.api.types.is_bool_dtype(series.dtype):
        series = series.astype(object).map(str)
    if pd.api.types.is_numeric_dtype(series.dtype):
        typed = _parsed(series)
        return _with_sentinels(Cells(series.astype(str), np.isfinite(typed), (), typed))
    text = _stripped(series)
    plain = _parsed(text)
    if np.isfinite(plain).all() and len(plain):
        return _with_sentinels(Cells(text, np.ones(len(plain), dtype=bool), (), plain))
    lower = text.str.lower()
    missing = lower.isin(ALWAYS_MISSING).to_numpy(dtype=bool)
    among_numbers = missing | lower.isin(missing_words()).to_numpy(dtype=bool)
    numbers = _numbers(text, lower, among_numbers, plain)
    if numbers is None:
        missing = missing | _dashes(lower)
        return Cells(text, ~missing, _codes(text[missing]), None)
    missing = among_numbers | (~np.isfinite(numbers.numbers) & _recurring(lower, numbers.numbers, among_numbers))
    return _with_sentinels(Cells(text, ~missing, _codes(text[missing]), numbers.numbers, numbers.form, numbers.unit))


def _stripped(series: pd.Series) -> pd.Series:
    if isinstance(series.dtype, pd.StringDtype):
        return series.fillna("").str.strip()
    return series.astype(object).where(series.notna(), "").map(str).str.strip()


def _codes(missing: pd.Series) -> tuple[str, ...]:
    return tuple(sorted(set(missing) - {""}))


def _numbers(text: pd.Series, lower: pd.Series, blank: NDArray[np.bool_], plain: NDArray[np.float64]) -> Written | None:
    count = int((~blank).sum())
    if count == 0:
        return None
    plain = np.where(blank, np.nan, plain)
    known = int(np.isfinite(plain).sum())
    if known >= _NUMERIC_SHARE * count:
        return Written("", "", plain)
    if known >= _WITH_CODES_SHARE * count and _recurring(lower, plain, blank).sum() == count - known:
        return Written("", "", plain)
    written = read_written(text[~blank])
    if written is None:
        return None
    numbers = np.full(len(text), np.nan)
    numbers[~blank] = written.numbers
    return Written(written.form, written.unit, numbers)


def _recurring(lower: pd.Series, numbers: NDArray[np.float64], blank: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Cells among numbers that are one of at most three signs without a letter or digit ("*", "..", "(–)")."""
    strange = ~np.isfinite(numbers) & ~blank
    words = set(lower[strange].unique()) if strange.any() else set()
    if not 0 < len(words) <= _MOST_CODES or any(any(sign.isalnum() for sign in word) for word in words):
        return np.zeros(len(lower), dtype=bool)
    return strange


def _dashes(lower: pd.Series) -> NDArray[np.bool_]:
    """Dashes that stand for nothing: not beside a plus, and not one of two levels."""
    dashed = lower.isin(_DASHES).to_numpy(dtype=bool)
    if dashed.any():
        levels = set(lower.unique())
        if levels & _POSITIVE or len(levels - ALWAYS_MISSING) <= 2:
            return np.zeros(len(lower), dtype=bool)
    return dashed


def _parsed(series: pd.Series) -> NDArray[np.float64]:
    numbers = pd.to_numeric(series, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _with_sentinels(cells: Cells) -> Cells:
    """Take lonely negative numbers, or a far row of nines, for codes of "missing" where the other numbers say so."""
    if cells.numbers is None or cells.form:
        return cells
    finite = cells.numbers[np.isfinite(cells.numbers)]
    found = _codes_among(finite)
    if not found:
        return cells
    code = np.isin(cells.numbers, found)
    numbers = np.where(code, np.nan, cells.numbers)
    codes = (*cells.codes, *(f"{number:.0f}" for number in found))
    return Cells(cells.text, cells.present & ~code, codes, numbers)


def _codes_among(finite: NDArray[np.float64]) -> list[float]:
    """The numbers that stand for nothing: known codes that lie apart from ten or more others."""
    if len(finite) == 0:
        return []
    negative = np.unique(finite[finite < 0])
    rest = finite[finite >= 0]
    if 0 < len(negative) <= 4 and set(negative.tolist()) <= SENTINELS and len(rest) > 10:
        if negative.min() <= -99 or _looks_coded(finite, rest):
            return [float(number) for number in negative]
        return []
    high = float(finite.max())
    others = finite[finite != high]
    if high not in _NINES or len(others) <= 10:
        return []
    times = len(finite) - len(others)
    # 99 among ages is an age; 99 among answers from 1 to 7 is none. A value that comes once is an outlier.
    apart = others.max() < (0.2 if high == 99 else 0.3) * high
    return [high] if apart and times >= 3 and times < 0.5 * len(finite) else []


def _looks_coded(finite: NDArray[np.float64], rest: NDArray[np.float64]) -> bool:
    """-1 stands for nothing where the other values are many and far from it, not where it is one level of few."""
    return bool(len(np.unique(rest)) > 20 and rest.min() >= 1 and (len(finite) - len(rest)) < 0.3 * len(finite))
