"""Under a time split every test row is later than every train row."""

from collections.abc import Iterator

import pandas as pd

from generation.verification.columns import Column
from generation.verification.evidence import Evidence, EvidenceLacking
from generation.verification.findings import Finding
from generation.verification.origins import split_values
from generation.verification.registry import Part, check

MOST_UNREADABLE = 0.02  # as many stray words as a column of numbers may hold
# Which of day and month comes first is a habit; what begins with the year is read by itself.
DAYS = tuple(
    f"{day}{time}"
    for mark in "/-."
    for day in (f"%d{mark}%m{mark}%Y", f"%m{mark}%d{mark}%Y", f"%d{mark}%m{mark}%y", f"%m{mark}%d{mark}%y")
    for time in ("", " %H:%M", " %H:%M:%S")
)


@check(
    "data.time_order",
    layer="data",
    needs=[Part.PREPARED, Part.RAW],
    protects="a forecast that has seen the future",
)
def time_order(evidence: Evidence) -> Finding:
    split = evidence.tables.card.task.split
    if split.rule != "time":
        return Finding.needless(f"the split is by {split.rule}")
    late, last, first = min(_orders(*split_values(evidence, split.column)))
    return Finding.at_most(
        late,
        0,
        where=f"train.csv:{split.column}",
        evidence=f"{late} train rows are later than the first test row ({last} against {first})",
    )


def _orders(train: pd.Series, test: pd.Series) -> Iterator[tuple[int, str, str]]:
    """For each way to read the cells: train rows later than the first test row, the last moment, the first one."""
    for read in _readings(pd.concat([train, test], ignore_index=True)):
        before, after = read.iloc[: len(train)].dropna(), read.iloc[len(train) :].dropna()
        yield int((before > after.min()).sum()), str(before.max()), str(after.min())


def _readings(cells: pd.Series) -> list[pd.Series]:
    """The cells as numbers, or as moments in each one format that fits them all: 3/4/2021 may be April or March.

    Raises:
        EvidenceLacking: neither.
    """
    column = Column.read(cells)
    if column.numeric:
        return [pd.Series(column.numbers)]
    some = str(cells[~column.empty].iloc[0]).strip()
    likely = [one for one in DAYS if pd.notna(pd.to_datetime(some, errors="coerce", format=one))]
    tried = [pd.to_datetime(cells.str.strip(), errors="coerce", format=one, utc=True) for one in (*likely, "mixed")]
    fitting = [moments for moments in tried if moments.isna().mean() <= MOST_UNREADABLE]
    if not fitting:
        raise EvidenceLacking(f"{cells.name!r} holds cells that are no dates, such as {some!r}")
    return fitting
