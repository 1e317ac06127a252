"""Fingerprints of a raw table's content: whether two tables hold the same rows, whatever their columns are called.

Only hashes are kept, never a cell. A column is the multiset of its values, so that the order of rows, the names of
columns and of files, and columns that say nothing do not matter.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from generation.verification.columns import Column, Keys, as_numbers
from harness.package import TaskPackage

REPORT = "verification.json"
SKETCH = 64  # the standard error of the share of common values is then .05 at ALIKE
ALIKE = 0.8  # common values of two columns: a copy may have lost or got a tenth of its rows, on either side
RICH = 0.2  # distinct values of a row: with fewer (ages, counts, grades) unrelated columns have values in common
SAME_ROWS = 0.8  # of what the smaller table says, in bits: a copy may have recoded or rounded a fifth of it
SEVERAL = 3  # rich columns: one may be a plan's or an index's, which other tables have, too
DIGITS = 8  # hexadecimal: two values share a hash by chance once in four billion
MOST_COLUMNS = 40  # of a wide table; which ones is decided by their content, so in a copy they are the same
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio (Knuth, 1973): spreads the numbers of repetitions


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnPrint(_Frozen):
    """One column: `bits` is its entropy, `values` a hash of the multiset, `counts` of how often each value is there.

    `sketch` holds the smallest hashes of its values, eight digits each (bottom-k; Broder, 1997), where it is rich.
    """

    bits: float
    values: str
    counts: str
    sketch: str = ""

    @property
    def smallest(self) -> frozenset[str]:
        return _cut(self.sketch)


@lru_cache(maxsize=4096)
def _cut(sketch: str) -> frozenset[str]:
    return frozenset(sketch[at : at + DIGITS] for at in range(0, len(sketch), DIGITS))


class Fingerprint(_Frozen):
    """The columns that say something, and those of the targets (None where a target is no raw column)."""

    rows: int
    columns: tuple[ColumnPrint, ...]
    targets: tuple[ColumnPrint | None, ...]


def fingerprint(table: pd.DataFrame, targets: Sequence[str]) -> Fingerprint:
    """The fingerprint of a raw table of text cells, for a task with these targets."""
    made = {str(name): _column(table[name]) for name in table.columns}
    telling = [found for found in made.values() if found is not None]
    if len(telling) > MOST_COLUMNS:
        telling = sorted(telling, key=_by_content)[:MOST_COLUMNS]
    return Fingerprint(rows=len(table), columns=tuple(telling), targets=tuple(made.get(name) for name in targets))


def _by_content(column: ColumnPrint) -> tuple[bool, str, str]:
    """Rich columns first, then in an order that hardly changes where a few rows are lost."""
    return not column.sketch, column.sketch[:DIGITS], column.values


def _column(cells: pd.Series) -> ColumnPrint | None:
    """None where it says nothing: one value, or a number of the row."""
    keys = Column.read(cells).keys
    distinct, place, counts = np.unique(keys, return_inverse=True, return_counts=True)
    if len(distinct) < 2 or _is_running(cells, len(distinct)):
        return None
    shares = counts / len(keys)
    pairs = np.column_stack([distinct, counts.astype(np.uint64)])
    sketch = _sketch(distinct, place) if len(distinct) >= RICH * len(keys) else ""
    return ColumnPrint(
        bits=round(float(-(shares * np.log2(shares)).sum()), 4),
        values=_digest(pairs),
        counts=_digest(np.sort(counts).astype(np.uint64)),
        sketch=sketch,
    )


def _is_running(cells: pd.Series, distinct: int) -> bool:
    if distinct < len(cells):
        return False
    numbers = as_numbers(cells)
    return bool(np.isfinite(numbers).all() and np.ptp(numbers) == len(cells) - 1 and (numbers % 1 == 0).all())


def _sketch(distinct: Keys, place: npt.NDArray[np.intp]) -> str:
    """A value that is there twice counts twice: its repetitions have hashes of their own."""
    repetition = pd.Series(place).groupby(place).cumcount().to_numpy(dtype=np.uint64)
    mixed = (distinct[place] ^ (repetition * _GOLDEN)) * _GOLDEN
    mixed ^= mixed >> np.uint64(32)
    return "".join(f"{one:0{DIGITS}x}" for one in np.unique(mixed >> np.uint64(32))[:SKETCH].tolist())


def _digest(numbers: Keys) -> str:
    return blake2b(np.ascontiguousarray(numbers).tobytes(), digest_size=8).hexdigest()


def is_alike(one: ColumnPrint, other: ColumnPrint) -> bool:
    """Whether two columns hold the same values, or, where they are rich, nearly the same."""
    if one.values == other.values:
        return True
    if not one.sketch or not other.sketch:
        return False
    mine, theirs = one.smallest, other.smallest
    both, either = mine & theirs, mine | theirs
    least = ALIKE * min(SKETCH, len(either))
    # Most columns have hardly a value in common; only for the others the smallest of all are looked for.
    return len(both) >= least and sum(key in both for key in sorted(either)[:SKETCH]) >= least


def common(one: Fingerprint, other: Fingerprint) -> float:
    """The share of the smaller table's bits that stand in columns which both have; from 0 to 1.

    Of all columns, or of the rich ones where both have several: a copy may have recoded whatever has few values.
    """
    rich = [[column for column in table.columns if column.sketch] for table in (one, other)]
    several = min(map(len, rich)) >= SEVERAL
    return max(_common(one.columns, other.columns), _common(*rich) if several else 0.0)


def _common(mine: Sequence[ColumnPrint], theirs: Sequence[ColumnPrint]) -> float:
    least = min(sum(column.bits for column in columns) for columns in (mine, theirs))
    free, shared = list(theirs), 0.0
    for column in mine:
        match = next((candidate for candidate in free if is_alike(column, candidate)), None)
        if match is not None:
            free.remove(match)
            shared += min(column.bits, match.bits)
    return shared / least if least else 0.0


def same_rows(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two tables hold the same rows, as far as their columns tell."""
    return common(one, other) >= SAME_ROWS


def same_targets(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether the targets of two tables with the same rows are the same, or the same labels under other names."""
    pairs = [(mine, theirs) for mine in one.targets for theirs in other.targets]
    return any(
        mine is not None
        and theirs is not None
        and (is_alike(mine, theirs) or (not mine.sketch and mine.counts == theirs.counts))
        for mine, theirs in pairs
    )


class _Report(BaseModel):
    """What of verification.json is read here."""

    content: Fingerprint | None = None


def kept_fingerprint(package: TaskPackage) -> Fingerprint | None:
    """The fingerprint in a package's verification.json; None where it was not verified since there are fingerprints."""
    try:
        return _Report.model_validate_json(package.files.get(REPORT, "{}")).content
    except ValidationError:
        return None
