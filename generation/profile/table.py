"""A table's profile: every column, what repeats, what determines what."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generation.profile.cells import read_cells
from generation.profile.columns import profile_column
from generation.profile.dataset import NUMERIC_KINDS, ColumnProfile, DatasetProfile, Kind
from generation.profile.dates import date_form
from generation.profile.drawing import MOST_ROWS, drawn
from generation.profile.relations import relations
from generation.profile.repeats import key, near_duplicates
from generation.profile.structure import coordinates, entities, positions, running, times
from generation.profile.words import meanings

SAMPLE_ROWS = 20_000


def profile_table(frame: pd.DataFrame, documentation: str = "", name: str = "") -> DatasetProfile:
    """Profile a table.

    Above 50,000 rows that many are drawn, and the profile is of them (`rows` of `raw_rows`). Above 20,000 a seeded
    sample of that many is looked at (`sampled`); shares, levels and ranges are the sample's.
    """
    raw_rows = len(frame)
    frame = frame.iloc[drawn(raw_rows)].reset_index(drop=True) if raw_rows > MOST_ROWS else frame.copy(deep=False)
    frame.columns = pd.Index(_distinct_names([str(column) for column in frame.columns]))
    looked = frame if len(frame) <= SAMPLE_ROWS else frame.iloc[_sample(len(frame))]
    cells = {str(name): read_cells(looked[name]) for name in frame.columns}
    columns = tuple(profile_column(read, name, place) for place, (name, read) in enumerate(cells.items()))
    columns = tuple(_mark_running(_with_all_dates(column, frame, looked), frame) for column in columns)
    said = meanings(documentation, tuple(frame.columns)) if documentation else {}
    columns = tuple(replace(c, meaning=said.get(c.name, "")) for c in columns)
    numbers = {name: read.numbers for name, read in cells.items() if read.numbers is not None}
    found = relations(looked, columns, numbers)
    when = times(columns)
    actors = entities(looked, columns, found, when)
    return DatasetProfile(
        name=name,
        rows=len(frame),
        columns=columns,
        duplicates=int(looked.duplicated().sum()),
        entities=actors,
        times=when,
        coordinates=coordinates(columns),
        relations=found,
        documentation=documentation,
        sampled=len(looked),
        raw_rows=raw_rows,
        near_duplicates=near_duplicates(looked, columns, cells),
        key=key(looked, columns, [(entity, time) for entity in actors for time in when]),
        positions=positions(columns),
        frame=frame,
    )


def _sample(rows: int) -> NDArray[np.int64]:
    return np.sort(np.random.default_rng(0).choice(rows, SAMPLE_ROWS, replace=False))


def _distinct_names(names: list[str]) -> list[str]:
    """Name a repeated column as pandas does when it reads one: `a`, `a.1`, `a.2`."""
    taken = set(names)
    seen: dict[str, int] = {}
    result = []
    for name in names:
        fresh, count = name, seen.get(name, 0)
        while count and fresh in taken:
            fresh = f"{name}.{count}"
            count += 1
        seen[name] = max(1, count)
        taken.add(fresh)
        result.append(fresh)
    return result


def _with_all_dates(column: ColumnProfile, frame: pd.DataFrame, looked: pd.DataFrame) -> ColumnProfile:
    """Which of day and month comes first is asked of all rows: one cell decides it."""
    if column.kind is not Kind.DATE or len(looked) == len(frame) or not column.ambiguous:
        return column
    cells = read_cells(frame[column.name])
    form = date_form(cells.text[cells.present])
    if form.form in ("", column.date_format):
        return replace(column, ambiguous=form.ambiguous)
    again = profile_column(cells, column.name, column.position)
    return again if again.kind is Kind.DATE else column


def _mark_running(column: ColumnProfile, frame: pd.DataFrame) -> ColumnProfile:
    """A whole number that counts the rows is an identifier, whatever its name."""
    distinct = column.cardinality >= 0.9 * min(len(frame), SAMPLE_ROWS)
    if not distinct or not column.whole or column.kind not in (*NUMERIC_KINDS, Kind.IDENTIFIER):
        return column
    numbers = read_cells(frame[column.name]).numbers
    if numbers is None or not running(numbers):
        return column
    return replace(column, kind=Kind.IDENTIFIER, running=True)
