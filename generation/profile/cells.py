"""Cells as text into numbers, dates and nothing."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ALWAYS_MISSING = frozenset({"", "na", "n/a", "nan", "null", "<na>", "nat", "#n/a", "?", "."})
# These are also honest categories ("None" as a kind of alley access), so they count only among numbers and dates.
MISSING_AMONG_NUMBERS = frozenset({"none", "-", "--", "missing", "unknown", "not available", "unavailable", "n.a."})
SENTINELS = (-99.0, -999.0, -9999.0, -99999.0, -1.0)

_DECORATED = re.compile(r"^\s*[-+]?[$€£¥]?\s*[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?\s*%?\s*$")
_DATE_LIKE = re.compile(
    r"\d{1,4}[-/.\s]+(?:\d{1,2}|[A-Za-z]{3,9})[-/.,\s]|^[A-Za-z]{3,9}\.?\s+\d{1,2},?\s+\d{2,4}|^\d{4}-\d{2}$"
)
_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y")
_DAYS_IN_WORDS = ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d %Y", "%d %B %Y")
_CLOCKS = (
    "",
    " %H:%M",
    " %H:%M:%S",
    " %H:%M:%S.%f",
    "T%H:%M:%S",
    "T%H:%M:%S.%f",
    " %I:%M %p",
    " %I:%M:%S %p",
    "T%H:%M:%SZ",
)
_FORMATS = ("%Y-%m", *(day + clock for day in (*_DAYS, *_DAYS_IN_WORDS) for clock in _CLOCKS), "ISO8601")
_NUMERIC_SHARE = 0.99
_DATE_SHARE = 0.995


@dataclass(frozen=True)
class Cells:
    """A column: the stripped `text` of its cells, which are `present`, and as `numbers` (else NaN).

    `decorated` marks numbers that are written with a currency sign, a percent sign or thousands separators.
    """

    text: pd.Series
    present: NDArray[np.bool_]
    codes: tuple[str, ...]
    numbers: NDArray[np.float64] | None
    decorated: bool = False


def read_cells(series: pd.Series) -> Cells:
    """Strip a column's cells and find what they are; typed columns are taken as they are."""
    if pd.api.types.is_bool_dtype(series.dtype):
        series = series.astype(object).map(str)
    if pd.api.types.is_numeric_dtype(series.dtype):
        typed = _parsed(series)
        return _with_sentinels(series.astype(str), np.isfinite(typed), (), typed)
    text = series.astype(object).where(series.notna(), "").map(str).str.strip()
    lower = text.str.lower()
    missing = lower.isin(ALWAYS_MISSING).to_numpy()
    numbers, decorated = _numbers(text, lower, missing)
    if numbers is None:
        return Cells(text, ~missing, _codes(text[missing]), None)
    missing = missing | lower.isin(MISSING_AMONG_NUMBERS).to_numpy()
    return _with_sentinels(text, ~missing, _codes(text[missing]), numbers, decorated=decorated)


def _codes(missing: pd.Series) -> tuple[str, ...]:
    return tuple(sorted(set(missing) - {""}))


def _numbers(text: pd.Series, lower: pd.Series, missing: NDArray[np.bool_]) -> tuple[NDArray[np.float64] | None, bool]:
    blank = missing | lower.isin(MISSING_AMONG_NUMBERS).to_numpy()
    count = int((~blank).sum())
    if count == 0:
        return None, False
    plain = _parsed(text.where(~blank))
    if np.isfinite(plain).sum() >= _NUMERIC_SHARE * count:
        return plain, False
    first = text[~blank].head(200)
    if not first.str.match(_DECORATED).mean() >= _NUMERIC_SHARE:
        return None, False
    stripped = text.where(~blank).str.replace(r"[$€£¥,%\s]", "", regex=True)
    shown = _parsed(stripped)
    return (shown, True) if np.isfinite(shown).sum() >= _NUMERIC_SHARE * count else (None, False)


def _parsed(series: pd.Series) -> NDArray[np.float64]:
    numbers = pd.to_numeric(series, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _with_sentinels(
    text: pd.Series,
    present: NDArray[np.bool_],
    codes: tuple[str, ...],
    numbers: NDArray[np.float64],
    *,
    decorated: bool = False,
) -> Cells:
    """Take a lonely negative number among numbers that are never negative for a code of "missing"."""
    finite = numbers[np.isfinite(numbers)]
    low = finite.min() if len(finite) else 0.0
    rest = finite[finite != low]
    if low in SENTINELS and len(rest) > 10 and rest.min() >= 0 and (low < -1 or _looks_coded(finite, rest)):
        code = numbers == low
        numbers = np.where(code, np.nan, numbers)
        codes = (*codes, f"{low:.0f}")
        present = present & ~code
    return Cells(text, present, codes, numbers, decorated)


def _looks_coded(finite: NDArray[np.float64], rest: NDArray[np.float64]) -> bool:
    """-1 stands for nothing where the other values are many and far from it, not where it is one level of few."""
    return bool(len(np.unique(rest)) > 20 and rest.min() >= 1 and (len(finite) - len(rest)) < 0.3 * len(finite))


def date_format(text: pd.Series) -> str:
    """The one format in which (nearly) all cells are dates, or "": at most 300 distinct cells are tried."""
    distinct = pd.Series(text.unique()).head(300)
    if distinct.empty or distinct.str.contains(_DATE_LIKE).mean() < _DATE_SHARE:
        return ""
    for form in _FORMATS:
        head = pd.to_datetime(distinct.head(5), format=form, errors="coerce", utc=True)
        if (
            head.notna().all()
            and pd.to_datetime(distinct, format=form, errors="coerce", utc=True).notna().mean() >= _DATE_SHARE
        ):
            return form
    return ""


def compact_dates(numbers: NDArray[np.float64]) -> bool:
    """Whether whole numbers are dates written as 20160131."""
    finite = numbers[np.isfinite(numbers)]
    if len(finite) == 0 or finite.min() < 17000101 or finite.max() > 21001231:
        return False
    months, days = (finite // 100) % 100, finite % 100
    return bool(((months >= 1) & (months <= 12) & (days >= 1) & (days <= 31)).all())
