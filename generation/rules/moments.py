"""Time in words: when a column begins and ends, and how far apart its moments lie."""

import numpy as np
import pandas as pd

from generation.profile import ColumnProfile

_STEPS = (
    ("minute", 60.0),
    ("hour", 3600.0),
    ("day", 86400.0),
    ("week", 7 * 86400.0),
    ("month", 30.44 * 86400.0),
    ("quarter", 91.3 * 86400.0),
    ("year", 365.25 * 86400.0),
)
_NEAR = 0.1


def seconds(cells: pd.Series, column: ColumnProfile) -> pd.Series:
    """A column of dates as seconds, one of years (numbers without a date format) as 365.25 days each."""
    if not column.date_format:
        return pd.to_numeric(cells, errors="coerce") * _STEPS[-1][1]
    when = pd.to_datetime(cells, format=column.date_format, errors="coerce", utc=True)
    return (when - pd.Timestamp(0, tz="UTC")).dt.total_seconds()


def step(cells: pd.Series, column: ColumnProfile) -> str:
    """The usual distance of one moment from the next ("day", "week"), or nothing where there is none."""
    distinct = np.unique(seconds(cells.drop_duplicates(), column).dropna().to_numpy(dtype=np.float64))
    if len(distinct) < 3:
        return ""
    usual = float(np.median(np.diff(distinct)))
    return next((name for name, length in _STEPS if abs(usual - length) <= _NEAR * length), "")


def first_and_last(cells: pd.Series, column: ColumnProfile) -> tuple[str, str]:
    """The cells of the earliest and of the latest moment."""
    cells = cells.drop_duplicates()
    when = seconds(cells, column).to_numpy(dtype=np.float64)
    return str(cells.iloc[int(np.nanargmin(when))]), str(cells.iloc[int(np.nanargmax(when))])


def counted(number: int, word: str) -> str:
    """`1 week`, `8 weeks`, `1,200 days`."""
    return f"{number:,} {word if number == 1 else plural(word)}"


def plural(word: str) -> str:
    """The plural of an English noun, by rule."""
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"


def singular(word: str) -> str:
    """The singular of an English plural, by rule; what is no plural stays."""
    lower = word.lower()
    if lower.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if lower.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if lower.endswith("s") and not lower.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word
