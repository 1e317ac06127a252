"""Dates as text: the one format of a column, decided from all of its cells."""

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_DATE_LIKE = re.compile(
    r"\d{1,4}[-/.\s]+(?:\d{1,2}|[A-Za-z]{3,9})[-/.,\s]|^[A-Za-z]{3,9}\.?,?\s+\d{1,2},?\s+\d{2,4}|^\d{4}[-/]\d{2}$"
    r"|^\d{1,2}/\d{4}$|^[A-Za-z]{3,9}[-\s]\d{2,4}$|^[A-Za-z]{3,9},\s+\d{1,2}\s|^[A-Za-z]{3,9},\s+[A-Za-z]{3,9}\s+\d"
)
_DAYS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y"),
    *("%d.%m.%Y", "%d.%m.%y", "%d-%m-%Y", "%m-%d-%Y", "%d-%m-%y", "%m-%d-%y"),
)
_DAYS_IN_WORDS = (
    *("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d %Y", "%B %d %Y", "%d %b %y"),
    *("%d. %B %Y", "%a, %d %b %Y", "%A, %d %B %Y", "%A, %B %d, %Y", "%a, %b %d, %Y", "%Y %b %d"),
)
_MONTHS = ("%Y-%m", "%Y/%m", "%m/%Y", "%b %Y", "%B %Y", "%b-%Y", "%b-%y", "%Y %b")
_CLOCKS = (
    *("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", "T%H:%M", "T%H:%M:%S", "T%H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p"),
    *("T%H:%M:%SZ", "T%H:%M:%S%z", "T%H:%M:%S.%f%z", " %H:%M:%S%z", " %H:%M:%S %z", " %H:%M:%S.%f%z", " %H:%M%z"),
    *(" %H:%M:%S UTC", " %H:%M:%S GMT", " %H.%M", ", %H:%M", ", %I:%M %p", " %I:%M%p"),
)
_FORMATS = (*_MONTHS, *(day + clock for day in (*_DAYS, *_DAYS_IN_WORDS) for clock in _CLOCKS), "ISO8601")
_DATE_SHARE = 0.995
_TRIED_FIRST = 300
_EXCHANGED = re.compile(r"%([dm])(\W)%([dm])")


@dataclass(frozen=True)
class DateForm:
    """The format of a column's dates, "" where they are none; `ambiguous`: day and month could be exchanged."""

    form: str
    ambiguous: bool = False


def date_form(text: pd.Series) -> DateForm:
    """The one format in which (nearly) all cells are dates.

    Which of day and month comes first is decided from all distinct cells; where every cell can be read both ways, by
    what does not change (a column of firsts of months), by the order of the rows, and last by habit.
    """
    distinct = pd.Series(text.unique())
    first = distinct.head(_TRIED_FIRST)
    if distinct.empty or first.str.contains(_DATE_LIKE).mean() < _DATE_SHARE:
        return DateForm("")
    for form in _likely(str(first.iloc[0])):
        if _fits(first.head(5), form) < 1 or _fits(first, form) < _DATE_SHARE:
            continue
        other = _exchanged(form)
        if not other:
            return DateForm(form)
        shares = _fits(distinct, form), _fits(distinct, other)
        if max(shares) < _DATE_SHARE:
            continue
        if min(shares) < 1:
            return DateForm(form if shares[0] >= shares[1] else other)
        return DateForm(_by_evidence(text, form, other), ambiguous=True)
    return DateForm("")


def date_format(text: pd.Series) -> str:
    """The one format in which (nearly) all cells are dates, or ""."""
    return date_form(text).form


def _fits(cells: pd.Series, form: str) -> float:
    return float(_moments(cells, form).notna().mean())


def _moments(cells: pd.Series, form: str) -> pd.Series:
    return pd.to_datetime(cells, format=form, errors="coerce", utc=True)


def _likely(cell: str) -> list[str]:
    """The formats whose signs between the parts can be those of a cell."""
    there = set(re.findall(r"[^\w\s]", cell))
    return [form for form in _FORMATS if _signs(form) <= there]


@cache
def _signs(form: str) -> frozenset[str]:
    return frozenset() if form == "ISO8601" else frozenset(re.findall(r"[^\w\s]", re.sub(r"%\w", "", form)))


def _exchanged(form: str) -> str:
    """The format with day and month exchanged, or "" where they cannot be confused: nobody writes year, day, month."""
    other = _EXCHANGED.sub(r"%\3\2%\1", form)
    return other if other != form and other in _FORMATS else ""


def _by_evidence(text: pd.Series, *forms: str) -> str:
    """Of two readings that both fit: the one whose days stand still, whose rows run in order, or the first."""
    readings = {form: _moments(text.head(20_000), form).dropna() for form in forms}
    for form, when in readings.items():
        if when.dt.day.nunique() == 1 and when.dt.month.nunique() > 1:
            return form
    steps = {form: when.diff().dropna() for form, when in readings.items()}
    forward = {form: float((step >= pd.Timedelta(0)).mean()) if len(step) else 0.0 for form, step in steps.items()}
    best = max(forms, key=lambda form: forward[form])
    if forward[best] > 0.98 and min(forward.values()) < 0.95:
        return best
    return min(forms, key=_FORMATS.index)


def compact_dates(numbers: NDArray[np.float64]) -> bool:
    """Whether whole numbers are dates written as 20160131."""
    finite = numbers[np.isfinite(numbers)]
    if len(finite) == 0 or finite.min() < 17000101 or finite.max() > 21001231:
        return False
    months, days = (finite // 100) % 100, finite % 100
    return bool(((months >= 1) & (months <= 12) & (days >= 1) & (days <= 31)).all())
