"""One column: its kind, what is missing, its values, its unit."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generation.profile.cells import Cells, compact_dates, date_format
from generation.profile.dataset import NUMERIC_KINDS, ColumnProfile, Kind
from generation.profile.lexicon import kind_words, scales
from generation.profile.words import tokens, unit

MOST_LEVELS = 60
_PAIRS = ({"yes", "no"}, {"y", "n"}, {"true", "false"}, {"t", "f"}, {"0", "1"}, {"0.0", "1.0"})
_NUMBER = r"\$?\d+([.,]\d+)?\s*(k|m|%|years?|yrs?)?"
_RANGE = re.compile(rf"^[<>≤≥]?\s*=?\s*{_NUMBER}\s*((-|–|to)\s*{_NUMBER}|\+|and .*|or .*)?$", re.IGNORECASE)


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
    kind, form = _kind(values, name)
    if kind in NUMERIC_KINDS and cells.numbers is not None:  # stray words among numbers are no levels
        counts = cells.text[np.isfinite(cells.numbers)].value_counts()
    order = sorted(counts.items(), key=lambda item: (-int(item[1]), str(item[0])))
    levels = tuple((str(value), int(count)) for value, count in order) if len(counts) <= MOST_LEVELS else ()
    earliest, latest = _span(shown, form) if form else ("", "")
    numeric = len(numbers) > 0 and kind is not Kind.DATE
    return ColumnProfile(
        name=name,
        position=position,
        kind=kind,
        missing=float(1 - cells.present.mean()) if len(cells.present) else 1.0,
        cardinality=len(counts),
        missing_codes=cells.codes,
        examples=tuple(str(value) for value in shown.drop_duplicates().head(5)),
        levels=levels,
        low=float(numbers.min()) if numeric else None,
        median=float(np.median(numbers)) if numeric else None,
        high=float(numbers.max()) if numeric else None,
        skew=_skew(numbers) if numeric else 0.0,
        outliers=_outliers(numbers) if numeric else 0.0,
        whole=numeric and bool((numbers == np.round(numbers)).all()),
        decorated=cells.decorated,
        unit=unit(name) if numeric else "",
        date_format=form,
        earliest=earliest,
        latest=latest,
    )


def _span(shown: pd.Series, form: str) -> tuple[str, str]:
    """The cells of the first and of the last moment."""
    when = pd.to_datetime(shown, format=form, errors="coerce", utc=True).dt.tz_localize(None).to_numpy()
    known = ~np.isnat(when)
    cells = shown.to_numpy(dtype=object)[known]
    return str(cells[when[known].argmin()]), str(cells[when[known].argmax()])


def _kind(values: _Values, name: str) -> tuple[Kind, str]:
    """The kind, and for dates their format."""
    if len(values.counts) <= 1:
        return Kind.CONSTANT, ""
    if len(values.counts) == 2 and {str(v).lower() for v in values.counts.index} in _PAIRS:
        return Kind.BOOLEAN, ""
    if values.cells.numbers is not None:
        return _kind_of_numbers(values, name)
    return _kind_of_text(values, name)


def _kind_of_numbers(values: _Values, name: str) -> tuple[Kind, str]:
    words = set(tokens(name))
    numbers, distinct = values.numbers, len(values.counts)
    if not (numbers == np.round(numbers)).all():
        return Kind.NUMBER, ""
    if compact_dates(numbers) and words & {"date", "day", "dt", "time"}:
        return Kind.DATE, "%Y%m%d"
    if is_id_name(name) and (distinct > 0.9 * len(numbers) or distinct > 30):
        return Kind.IDENTIFIER, ""
    if distinct == 2 or (words & kind_words("code") and distinct <= 30):
        return Kind.CATEGORY, ""
    if distinct <= 12 and words & kind_words("rating") and not words & kind_words("count"):
        return Kind.ORDERED, ""
    return (Kind.COUNT if numbers.min() >= 0 else Kind.NUMBER), ""


def _kind_of_text(values: _Values, name: str) -> tuple[Kind, str]:
    form = date_format(values.shown)
    if form:
        return Kind.DATE, form
    distinct, count = len(values.counts), len(values.shown)
    if is_id_name(name) and distinct > 30:
        return Kind.IDENTIFIER, ""
    if distinct <= 15 and ordered_levels([str(v) for v in values.counts.index]):
        return Kind.ORDERED, ""
    words = values.shown.head(500).str.count(r"\s+").add(1).mean()
    if words >= 4 and distinct > max(30, 0.2 * count):
        return Kind.TEXT, ""
    if distinct > max(20, 0.5 * count):
        return (Kind.TEXT if words >= 1.8 else Kind.IDENTIFIER), ""
    return Kind.CATEGORY, ""


def is_id_name(name: str) -> bool:
    """Whether a name says that its cells identify something ("patient_id", "uuid")."""
    words = set(tokens(name))
    numbered = words & {"number", "no", "num", "nr"} and words & kind_words("numbered")
    return bool(words & kind_words("identifier") or numbered) or name.lower() in {"unnamed: 0", "index", ""}


def ordered_levels(levels: list[str]) -> tuple[str, ...]:
    """The levels in their natural order if they lie on a known scale or are ranges of numbers, else nothing."""
    lowered = {re.sub(r"[_\s]+", " ", level.strip().lower()): level for level in levels}
    for steps in scales():
        if len(lowered) >= 3 and all(level in steps for level in lowered):
            return tuple(lowered[level] for level in sorted(lowered, key=steps.index))
    ranges = all(_RANGE.match(level) for level in lowered) and any("-" in level or "+" in level for level in lowered)
    if len(lowered) >= 3 and ranges:
        return tuple(lowered[level] for level in sorted(lowered, key=_range_start))
    return ()


def _range_start(level: str) -> tuple[float, int]:
    number = re.search(r"\d+(?:[.]\d+)?", level.replace(",", ""))
    return (float(number.group()) if number else 0.0, 0 if level.startswith(("<", "≤")) else 1)


def _skew(numbers: NDArray[np.float64]) -> float:
    spread = numbers.std()
    return float((((numbers - numbers.mean()) / spread) ** 3).mean()) if spread > 0 else 0.0


def _outliers(numbers: NDArray[np.float64]) -> float:
    """The share beyond three interquartile ranges from the quartiles (Tukey's outer fences)."""
    first, third = np.percentile(numbers, [25, 75])
    reach = 3 * (third - first)
    return float(((numbers < first - reach) | (numbers > third + reach)).mean()) if reach > 0 else 0.0
