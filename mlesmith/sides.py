"""The words for one side of a comparison: logs, a results table, a collection of one, or a published board."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from harness.results import as_table, read_results
from leaderboards.board import Board, board
from leaderboards.published import PublishedBoard, published
from leaderboards.results import read_table

REFERENCE = "reference:"
PART = "::"
TABLES = (".parquet", ".csv", ".csv.gz")


def results_table(places: Sequence[str]) -> pd.DataFrame:
    """The cells of all places together; a place is a folder of logs, a log, or a results table."""
    tables = [place for place in places if place.endswith(TABLES)]
    logs = [place for place in places if not place.endswith(TABLES)]
    frames = [read_table(Path(place)).frame for place in tables]
    if logs:
        frames.append(read_results(logs))
    rows = [
        row for frame in frames for row in frame.astype(object).where(frame.notna(), None).to_dict(orient="records")
    ]
    return as_table([{str(name): value for name, value in row.items()} for row in rows])


def side(words: str) -> Board | PublishedBoard:
    """One side of an agreement: `reference:mle-smith/dojo`, `PATH`, or `PATH::COLLECTION`."""
    if words.startswith(REFERENCE):
        return published(words.removeprefix(REFERENCE))
    place, part, collection = words.partition(PART)
    table = read_table(results_table([place]))
    return board(table.select(collection=collection) if part else table, title=collection or Path(place).name)
