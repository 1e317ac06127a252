"""From Inspect logs to the results table: one row a cell, whoever made the log."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from harness.logs.errors import NoLogs, UnreadableLogs
from harness.logs.files import LogListing, log_files
from harness.logs.reading import read_logs
from harness.progress import Progress
from leaderboards.table import COLUMNS, FLOAT, WHOLE

__all__ = [
    "NoLogs",
    "UnreadableLogs",
    "as_table",
    "read_listed",
    "read_results",
    "read_results_with_notes",
    "to_json",
    "write_results",
]

DTYPES: dict[str, pd.Int64Dtype | pd.Float64Dtype] = {WHOLE: pd.Int64Dtype(), FLOAT: pd.Float64Dtype()}


def read_results(places: Iterable[str | Path], on_log: Progress | None = None) -> pd.DataFrame:
    """The results table of every cell that ended in the logs below `places` (folders, log files, fsspec URLs).

    Raises:
        NoLogs: no log of a competition is there.
        UnreadableLogs: a log is torn, or the store of an address refuses.
    """
    return read_results_with_notes(places, on_log)[0]


def read_results_with_notes(
    places: Iterable[str | Path], on_log: Progress | None = None
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The same with what a reader of a board must know of the logs, as of those that are still being written."""
    return read_listed(log_files(map(str, places)), on_log)


def read_listed(listing: LogListing, on_log: Progress | None = None) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The same of logs that were listed before."""
    reading = read_logs(listing, on_log)
    return as_table(reading.cells), reading.notes


def as_table(rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Rows as a frame with the columns and types of the contracts; what a row lacks is empty."""
    frame = pd.DataFrame([{name: row.get(name) for name in COLUMNS} for row in rows], columns=list(COLUMNS))
    for name, kind in COLUMNS.items():
        frame[name] = frame[name].astype(DTYPES[kind]) if kind in DTYPES else frame[name].fillna("").astype(str)
    return frame.sort_values(["contestant", "task", "epoch", "created"], kind="stable", ignore_index=True)


def write_results(frame: pd.DataFrame, path: Path) -> Path:
    """Write the table as Parquet, or as CSV where the name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}")
    if path.suffix == ".csv":
        frame.to_csv(draft, index=False, lineterminator="\n")
    else:
        frame.to_parquet(draft, index=False)
    draft.replace(path)
    return path


def to_json(frame: pd.DataFrame) -> list[dict[str, object]]:
    """The rows as plain values, None where nothing is known."""
    rows: list[dict[str, object]] = json.loads(frame.to_json(orient="records", double_precision=15))
    return rows
