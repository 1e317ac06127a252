"""One column: its kind, what is missing, its values, its unit."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generation.profile.cells import Cells
from generation.profile.dataset import LABEL_KINDS, NUMERIC_KINDS, ColumnProfile, Kind
from generation.profile.dates import DateForm, compact_dates, date_form
from generation.profile.lexicon import booleans, kind_words
from generation.profile.scales import ordered_grades, ordered_levels
from generation.profile.words import tokens, unit

__all__ = ["MOST_LEVELS", "is_id_name", "ordered_levels", "profile_column"]

MOST_LEVELS = 60
BINS = 16
_EXAMPLES = 5
_FEW_AMOUNTS = 12  # "10 min", "20 min", "30 min" are levels; more of them are numbers
_EPOCH = (631_152_000, 4_102_444_800)  # 1990 to 2100, in seconds
_TEXT_FORMS = {
    "coordinates": re.compile(r"^[(\[]?\s*-?\d{1,3}\.\d+\s*[,; ]\s*-?\d{1,3}\.\d+\s*[)\]]?$|^POINT ?\(", re.IGNORECASE),
    "address of the web": re.compile(r"^(https?://|www\.)\S+$", re.IGNORECASE),
    "address of mail": re.compile(r"^[^@\s]+@[^@\s]+\.\w+$"),
}


@dataclass(frozen=True)
class _Values:
    """The present cells of a column, counted."""

    cells: Cells
    shown: pd.Series
    counts: pd.Series
    numbers: NDArray[np.float64]


def profile_column(cells: Cells, name: str, position: int) -> ColumnProfile:
    """Profile one column from its (sampled) cells."""
    shown = cells.text[cells.present]
    counts = shown.value_counts()
    numbers = np.empty(0) if cells.numbers is None else cells.numbers[np.isfinite(cells.numbers)]
    values = _Values(cells, shown, counts, numbers)
    kind, dates = _kind(values, name)
    if kind in NUMERIC_KINDS and cells.numbers is not None:  # stray words among numbers are no levels
        counts = cells.text[np.isfinite(cells.numbers)].value_counts()
    levels: tuple[tuple[str, int], ...] = ()
    if len(counts) <= MOST_LEVELS:
        order = sorted(counts.items(), key=lambda item: (-int(item[1]), str(item[0])))
        levels = tuple((str(value), int(count)) for value, count in order)
    numeric = len(numbers) > 0 and kind is not Kind.DATE and not (cells.decorated and kind in LABEL_KINDS)
    when = _moments(counts, dates.form) if dates.form else None
    earliest, latest = (
        ("", "") if when is None else (str(counts.index[int(when.argmin())]), str(counts.index[int(when.argmax())]))
    )
    form, stated = _form(values, kind, name)
    return ColumnProfile(
        name=name,
        position=position,
        kind=kind,
        missing=float(1 - cells.present.mean()) if len(cells.present) else 1.0,
        cardinality=len(counts),
        missing_codes=cells.codes,
        examples=_examples(shown),
        levels=levels,
        low=float(numbers.min()) if numeric else None,
        median=float(np.median(numbers)) if numeric else None,
        high=float(numbers.max()) if numeric else None,
        skew=_skew(numbers) if numeric else 0.0,
        outliers=_outliers(numbers) if numeric else 0.0,
        whole=numeric and bool((numbers == np.round(numbers)).all()),
        decorated=cells.decorated,
        unit=(stated or unit(name)) if numeric else "",
        date_format=dates.form,
        ambiguous=dates.ambiguous,
        earliest=earliest,
        latest=latest,
        form=form,
        order=_order(kind, name, [level for level, _ in levels]),
        histogram=_histogram(numbers) if numeric else _histogram(_dated(when, counts)) if when is not None else (),
    )


def _examples(shown: pd.Series) -> tuple[str, ...]:
    """The first five distinct cells."""
    found = pd.unique(shown.head(200))
    found = found if len(found) >= _EXAMPLES else pd.unique(shown)
    return tuple(str(value) for value in found[:_EXAMPLES])


def _moments(counts: pd.Series, form: str) -> pd.Series:
    """The distinct cells as moments; what is no date is left out of first and last."""
    return pd.to_datetime(pd.Series(counts.index.astype(str)), format=form, errors="coerce", utc=True)


def _dated(when: pd.Series, counts: pd.Series) -> NDArray[np.float64]:
    known = when.notna().to_numpy(dtype=bool)
    days = (when[known] - when.min()).dt.total_seconds().to_numpy(dtype=np.float64)
    return np.repeat(days, counts.to_numpy(dtype=np.int64)[known])


def _histogram(numbers: NDArray[np.float64]) -> tuple[int, ...]:
    """How many numbers lie in each of equal parts of the range; what lies beyond 99 in 100 is in the last parts."""
    low, high = np.percentile(numbers, [0.5, 99.5]) if len(numbers) else (0.0, 0.0)
    if not high > low:
        return ()
    return tuple(np.histogram(np.clip(numbers, low, high), bins=BINS)[0].tolist())


def _form(values: _Values, kind: Kind, name: str) -> tuple[str, str]:
    """What the cells are written as where that is not their kind's own way, and the unit that this states."""
    cells, words = values.cells, set(tokens(name))
    if cells.form == "clock":
        return ("duration", "seconds") if words & kind_words("lasting") else ("clock", "seconds after midnight")
    if cells.form:
        return cells.form, cells.unit
    if kind is Kind.COUNT and words & kind_words("moment") and len(values.numbers):
        low, high = float(values.numbers.min()), float(values.numbers.max())
        for scale, unit_ in ((1, "seconds"), (1000, "milliseconds")):
            if _EPOCH[0] * scale <= low and high <= _EPOCH[1] * scale:
                return "epoch", f"{unit_} since 1970"
    if kind in (Kind.TEXT, Kind.IDENTIFIER, Kind.CATEGORY) and cells.numbers is None:
        few = values.shown.head(100)
        for form, pattern in _TEXT_FORMS.items():
            if few.str.match(pattern).mean() > 0.95:
                return form, ""
    return "", ""


def _order(kind: Kind, name: str, levels: list[str]) -> tuple[str, ...]:
    """The levels of an ordered column from low to high; letters are grades only where the name says so."""
    if kind is Kind.ORDERED:
        numbers = pd.to_numeric(pd.Series(levels, dtype=object), errors="coerce")
        return tuple(sorted(levels, key=float)) if levels and numbers.notna().all() else ordered_levels(levels)
    graded = kind is Kind.CATEGORY and set(tokens(name)) & kind_words("graded")
    return ordered_grades(levels) if graded else ()


_NO_DATE = DateForm("")


def _kind(values: _Values, name: str) -> tuple[Kind, DateForm]:
    """The kind, and for dates their format."""
    if len(values.counts) <= 1:
        return Kind.CONSTANT, _NO_DATE
    if len(values.counts) == 2 and frozenset(str(v).lower() for v in values.counts.index) in booleans():
        return Kind.BOOLEAN, _NO_DATE
    if values.cells.decorated and len(values.counts) <= _FEW_AMOUNTS:
        return (Kind.ORDERED if ordered_levels([str(v) for v in values.counts.index]) else Kind.CATEGORY), _NO_DATE
    if values.cells.numbers is not None:
        return _kind_of_numbers(values, name)
    return _kind_of_text(values, name)


def _kind_of_numbers(values: _Values, name: str) -> tuple[Kind, DateForm]:
    words = set(tokens(name))
    numbers, distinct = values.numbers, len(values.counts)
    if not (numbers == np.round(numbers)).all():
        return Kind.NUMBER, _NO_DATE
    if compact_dates(numbers) and words & {"date", "day", "dt", "time"}:
        return Kind.DATE, DateForm("%Y%m%d")
    if is_id_name(name) and (distinct > 0.9 * len(numbers) or distinct > 30):
        return Kind.IDENTIFIER, _NO_DATE
    if distinct == 2 or (words & kind_words("code") and distinct <= 30):
        return Kind.CATEGORY, _NO_DATE
    if distinct <= 12 and words & kind_words("rating") and not words & kind_words("count"):
        return Kind.ORDERED, _NO_DATE
    return (Kind.COUNT if numbers.min() >= 0 else Kind.NUMBER), _NO_DATE


def _kind_of_text(values: _Values, name: str) -> tuple[Kind, DateForm]:
    dates = date_form(values.shown)
    if dates.form:
        return Kind.DATE, dates
    distinct, count = len(values.counts), len(values.shown)
    if is_id_name(name) and distinct > 30:
        return Kind.IDENTIFIER, _NO_DATE
    if distinct <= 15 and ordered_levels([str(v) for v in values.counts.index]):
        return Kind.ORDERED, _NO_DATE
    words = values.shown.head(500).str.count(r"\s+").add(1).mean()
    if words >= 4 and distinct > max(30, 0.2 * count):
        return Kind.TEXT, _NO_DATE
    if distinct > max(20, 0.5 * count):
        return (Kind.TEXT if words >= 1.8 else Kind.IDENTIFIER), _NO_DATE
    return Kind.CATEGORY, _NO_DATE


def is_id_name(name: str) -> bool:
    """Whether a name says that its cells identify something ("patient_id", "uuid")."""
    words = set(tokens(name))
    numbered = words & {"number", "no", "num", "nr"} and words & kind_words("numbered")
    return bool(words & kind_words("identifier") or numbered) or name.lower() in {"unnamed: 0", "index", ""}


def _skew(numbers: NDArray[np.float64]) -> float:
    spread = numbers.std()
    return float((((numbers - numbers.mean()) / spread) ** 3).mean()) if spread > 0 else 0.0


def _outliers(numbers: NDArray[np.float64]) -> float:
    """The share beyond three interquartile ranges from the quartiles (Tukey's outer fences)."""
    first, third = np.percentile(numbers, [25, 75])
    reach = 3 * (third - first)
    return float(((numbers < first - reach) | (numbers > third + reach)).mean()) if reach > 0 else 0.0
