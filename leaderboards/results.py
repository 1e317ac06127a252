"""Read a results table and check every cell of it before anything is rated (contracts, "The results table")."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from leaderboards.errors import BrokenTable, EmptyResults, NoSuchTable
from leaderboards.places import opened
from leaderboards.table import COLUMNS, FLOAT, KEY, STATUSES, TEXT, WHOLE

NEEDED = ("contestant", "task", "direction", "status", "score")
DIRECTIONS = ("minimize", "maximize")
OF_A_TASK = ("direction", "metric", "decimals", "cluster", "collection", "objective", "modality")
OF_A_CONTESTANT = ("family", "agent", "model")
MOST_FAULTS_A_COLUMN = 3
UNIT_SEPARATOR = "\x1f"  # a character that no name of a task holds
CONTROL_FAMILY = "control"
CONSTANT_FAMILY = "constant"
HUMAN_FAMILY = "human"  # an entry of a human leaderboard: not rated, a mark for HumanRank and medals
SIGNED = ("score", "normalized")  # floats that may be below 0


@dataclass(frozen=True)
class ResultsTable:
    """A checked results table.

    Attributes:
        frame: one row a cell, first of each key, without the cells that were run again; sorted by key. Beside
            `COLUMNS` it has `unit`: the task with the version and the data that make scores comparable.
        duplicates: keys of finished rows that came twice (the first counts), as readable text.
        notes: what a reader of a board should know of the table.
    """

    frame: pd.DataFrame
    duplicates: tuple[str, ...]
    notes: tuple[str, ...]

    def select(self, **values: str) -> "ResultsTable":
        """The rows whose columns have these values, for example `select(collection="generated")`."""
        keep = np.ones(len(self.frame), dtype=bool)
        for column, value in values.items():
            keep &= (self.frame[column] == value).to_numpy()
        if not keep.any():
            raise EmptyResults(f"The part with {values}")
        return ResultsTable(self.frame[keep].reset_index(drop=True), self.duplicates, self.notes)

    def with_duplicates(self, found: Sequence[str]) -> "ResultsTable":
        """The same with more rows that came twice, found where its parts were read."""
        duplicates = (*found, *self.duplicates)
        return ResultsTable(self.frame, duplicates, tuple(_notes(self.frame, duplicates)))


def read_table(source: pd.DataFrame | Path | str) -> ResultsTable:
    """Read and check a results table: a data frame, or a CSV or Parquet file (a path or an fsspec URL).

    Raises:
        NoSuchTable: no such file, or neither CSV nor Parquet.
        BrokenTable: a missing or unknown column, or a cell outside its domain; faults name file, row and column.
        EmptyResults: no row.
    """
    where = "The data frame" if isinstance(source, pd.DataFrame) else str(source)
    raw = source.copy() if isinstance(source, pd.DataFrame) else _load(source)
    _check_columns(raw, where)
    if raw.empty:
        raise EmptyResults(where)
    frame, faults = _typed(raw.reset_index(drop=True))
    faults += _cell_faults(frame)
    if faults:
        raise BrokenTable(where, faults)
    frame = _with_defaults(frame)
    faults = _consistency_faults(frame)
    if faults:
        raise BrokenTable(where, faults)
    return _one_row_a_cell(frame)


def _load(place: Path | str) -> pd.DataFrame:
    with opened(place) as file:
        try:
            if str(place).endswith(".parquet"):
                return pd.read_parquet(file)
            return pd.read_csv(file, dtype=str, keep_default_na=False)
        except (ValueError, OSError, pd.errors.ParserError, UnicodeDecodeError) as error:
            raise NoSuchTable(f"{place} can't be read as a table: {error}") from error


def _check_columns(raw: pd.DataFrame, where: str) -> None:
    names = [str(name) for name in raw.columns]
    faults = [f"column {name!r} is missing" for name in NEEDED if name not in names]
    for name in names:
        if name not in COLUMNS:
            near = get_close_matches(name, list(COLUMNS), n=1)
            faults.append(f"column {name!r} is not known" + (f"; is it {near[0]!r}?" if near else ""))
    faults += [f"column {name!r} is there twice" for name in sorted({n for n in names if names.count(n) > 1})]
    if faults:
        raise BrokenTable(where, faults)


def _typed(raw: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Text as str ("" where empty), numbers as float (NaN where empty); with the cells that are no numbers."""
    columns: dict[str, pd.Series] = {}
    faults: list[str] = []
    for name, kind in COLUMNS.items():
        if name not in raw:
            columns[name] = pd.Series([""] * len(raw) if kind == TEXT else np.full(len(raw), np.nan))
            continue
        cells = raw[name]
        if kind == TEXT:
            columns[name] = cells.astype(object).where(cells.notna(), "").astype(str).str.strip()
            continue
        blank = cells.isna() | (cells.astype(str).str.strip().isin(["", "nan", "NaN"]))
        numbers = pd.to_numeric(cells.where(~blank), errors="coerce").astype(float)
        wrong = (numbers.isna() & ~blank) | ((kind == WHOLE) & numbers.notna() & (numbers % 1 != 0))
        expected = "a whole number" if kind == WHOLE else "a number"
        faults += _named(wrong, name, cells, f"is not {expected}")
        columns[name] = numbers
    return pd.DataFrame(columns), faults


def _named(wrong: pd.Series, column: str, cells: pd.Series, complaint: str) -> list[str]:
    """Readable faults; rows count from 1 below the header."""
    rows = np.flatnonzero(wrong.to_numpy())
    faults = [f"row {row + 1}, column {column!r}: {_quoted(cells.iloc[row])} {complaint}" for row in rows]
    if len(faults) > MOST_FAULTS_A_COLUMN:
        more = len(faults) - MOST_FAULTS_A_COLUMN
        faults = [*faults[:MOST_FAULTS_A_COLUMN], f"column {column!r}: {more} more of this kind"]
    return faults


def _quoted(cell: object) -> str:
    return repr(cell) if isinstance(cell, str) else str(cell)


def _cell_faults(frame: pd.DataFrame) -> list[str]:
    graded = frame["status"] == "graded"
    score = frame["score"]
    statuses, directions = ", ".join(STATUSES), " or ".join(DIRECTIONS)
    faults = _named(frame["contestant"] == "", "contestant", frame["contestant"], "is empty")
    faults += _named(frame["task"] == "", "task", frame["task"], "is empty")
    faults += _named(~frame["status"].isin(STATUSES), "status", frame["status"], f"is none of {statuses}")
    faults += _named(~frame["direction"].isin(DIRECTIONS), "direction", frame["direction"], f"is not {directions}")
    finite = pd.Series(np.isfinite(score.to_numpy(float)))
    faults += _named(graded & ~finite, "score", score, "is no finite number, but the status is graded")
    faults += _named(~graded & score.notna(), "score", score, "is a score, but the status is not graded")
    faults += _named(np.isinf(frame["normalized"]), "normalized", frame["normalized"], "is not finite")
    decimals = frame["decimals"]
    faults += _named(decimals.notna() & ~decimals.between(0, 12), "decimals", decimals, "is not within 0 and 12")
    faults += _named(frame["epoch"] < 0, "epoch", frame["epoch"], "is below 0")
    for name, kind in COLUMNS.items():
        if kind == FLOAT and name not in SIGNED:
            faults += _named(frame[name] < 0, name, frame[name], "is below 0")
    return faults


def _with_defaults(frame: pd.DataFrame) -> pd.DataFrame:
    """Where a column says nothing: agent, model and family are the contestant's, a task is its own dataset."""
    frame = frame.copy()
    frame["agent"] = frame["agent"].where(frame["agent"] != "", frame["contestant"].map(_agent_of))
    frame["model"] = frame["model"].where(frame["model"] != "", frame["contestant"].str.partition("@")[2])
    frame["family"] = frame["family"].where(frame["family"] != "", frame["contestant"])
    frame["cluster"] = frame["cluster"].where(frame["cluster"] != "", frame["task"])
    frame["epoch"] = frame["epoch"].fillna(1)
    frame["data_hash"] = _filled_hashes(frame)
    version = frame["task_version"].map(lambda text: text.split("-")[0])
    frame["unit"] = frame["task"] + UNIT_SEPARATOR + version + UNIT_SEPARATOR + frame["data_hash"]
    return frame


def _agent_of(contestant: str) -> str:
    return re.split(r"[\[@]", contestant, maxsplit=1)[0]


def _filled_hashes(frame: pd.DataFrame) -> pd.Series:
    """An empty data hash stands for the only one its task and version has (a cell that failed before it was known)."""
    by_task: dict[tuple[str, str], set[str]] = {}
    keys = list(zip(frame["task"], frame["task_version"], strict=True))
    for key, value in zip(keys, frame["data_hash"], strict=True):
        if value:
            by_task.setdefault(key, set()).add(value)
    filled = []
    for key, value in zip(keys, frame["data_hash"], strict=True):
        only = by_task.get(key, set())
        filled.append(next(iter(only)) if not value and len(only) == 1 else value)
    return pd.Series(filled, index=frame.index)


def _consistency_faults(frame: pd.DataFrame) -> list[str]:
    """A task has one direction, metric, precision and dataset; a contestant one family, agent and model."""
    faults: list[str] = []
    for owner, columns in (("unit", OF_A_TASK), ("contestant", OF_A_CONTESTANT)):
        for column in columns:
            counts = frame.groupby(owner, sort=True)[column].nunique(dropna=False)
            for key in counts.index[counts > 1]:
                rows = np.flatnonzero((frame[owner] == key).to_numpy())
                values = frame[column].iloc[rows]
                second = int(rows[(values != values.iloc[0]).to_numpy().argmax()])
                subject = "task" if owner == "unit" else "contestant"
                here, before = _quoted(frame[column].iloc[second]), _quoted(values.iloc[0])
                faults.append(
                    f"{_row(frame, second)}, column {column!r}: {subject} {str(key).split(UNIT_SEPARATOR)[0]!r} "
                    f"has {here} here and {before} in {_row(frame, int(rows[0]))}"
                )
    return faults


def _row(frame: pd.DataFrame, row: int) -> str:
    """A row by its number below the header, and by its log, which is all that one sees who gave logs."""
    log = frame["log"].iloc[row]
    return f"row {row + 1}" + (f" (log {log})" if log else "")


def _one_row_a_cell(frame: pd.DataFrame) -> ResultsTable:
    """Of two finished rows with one key the first counts; an error that was run again is forgotten."""
    frame = frame.assign(_row=np.arange(len(frame)), _error=frame["status"] == "error")
    order = ["_error", "created", "log", "sample_uuid", "_row"]
    frame = frame.sort_values([*KEY, *order], kind="stable")
    again = frame.duplicated(list(KEY), keep="first")
    twice = frame[again & ~frame["_error"]]
    duplicates = tuple(
        f"{contestant} on {task}, epoch {epoch:.0f}"
        for contestant, task, epoch in zip(twice["contestant"], twice["task"], twice["epoch"], strict=True)
    )
    kept = frame[~again].drop(columns=["_row", "_error"]).reset_index(drop=True)
    return ResultsTable(kept, duplicates, tuple(_notes(kept, duplicates)))


def _notes(frame: pd.DataFrame, duplicates: tuple[str, ...]) -> Iterable[str]:
    if duplicates:
        yield f"{len(duplicates)} finished cells came twice; the first counts: {'; '.join(duplicates[:5])}."
    versions = frame[frame["status"] != "error"].groupby("task")["unit"].nunique()
    several = sorted(str(task) for task in versions.index[versions > 1])
    unisolated = int((frame["sandbox"] == "host").sum())
    if unisolated:
        yield f"{unisolated} cells ran without isolation (sandbox host)."
    if several:
        yield (
            f"{', '.join(several)}: results of several versions or data sets of one task; "
            "contestants are compared within a version only."
        )
