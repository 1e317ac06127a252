"""The words for a board or a side of a comparison: logs, a table, a collection of one, or a published board."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from harness.errors import UserError
from harness.logs.files import LogListing, log_files
from harness.progress import Progress
from harness.results import as_table, read_listed
from leaderboards.battles import holds_battles
from leaderboards.board import Board, battle_board, board
from leaderboards.categories import DIMENSIONS
from leaderboards.places import is_table
from leaderboards.published import PublishedBoard, published
from leaderboards.ratings import Ties
from leaderboards.results import ResultsTable, read_table

REFERENCE = "reference:"
PART = "::"


class MixedPlaces(UserError):
    """A table of pairwise battles beside other places: battles name no tasks, so nothing joins them."""


def logs_of(places: Sequence[str]) -> LogListing:
    """The logs at those places that are no tables."""
    return log_files(place for place in places if not is_table(place))


def results_table(
    places: Sequence[str], on_log: Progress | None = None, logs: LogListing | None = None
) -> ResultsTable:
    """The checked cells of all places together; `logs` where they were listed before.

    A place is a folder of logs, a log, or a results table (path or fsspec URL). What was left out of tables, and what
    must be said of the logs, as that some are still being written, is kept with them.
    """
    tables = [read_table(place) for place in places if is_table(place)]
    listing = logs_of(places) if logs is None else logs
    read, notes = read_listed(listing, on_log) if listing.places else (None, ())
    if tables or read is None:
        read = _together([*(table.frame for table in tables), *([] if read is None else [read])])
    together = read_table(read)
    together = together.with_duplicates([one for table in tables for one in table.duplicates])
    return replace(together, notes=(*notes, *together.notes))


def _together(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    rows = [
        row for frame in frames for row in frame.astype(object).where(frame.notna(), None).to_dict(orient="records")
    ]
    return as_table([{str(name): value for name, value in row.items()} for row in rows])


def board_of(places: Sequence[str], *, ties: str = Ties.HALF) -> Board:
    """The board of all places together, or of one table of pairwise battles."""
    battles = battles_of(places)
    if battles is not None:
        return battle_board(battles, ties=ties)
    return board(results_table(places), ties=ties, by=DIMENSIONS)


def battles_of(places: Sequence[str]) -> str | None:
    """The table of pairwise battles, if that is what the places are; None for results.

    Raises:
        MixedPlaces: there are other places beside it.
    """
    battles = [place for place in places if is_table(place) and holds_battles(place)]
    if battles and len(places) > 1:
        others = ", ".join(place for place in places if place != battles[0])
        raise MixedPlaces(f"{battles[0]} holds pairwise battles. Rate it alone, without {others}.")
    return battles[0] if battles else None


def side(words: str, on_log: Progress | None = None) -> Board | PublishedBoard:
    """One side of an agreement: `reference:mle-smith/dojo`, `PATH`, or `PATH::COLLECTION`."""
    if words.startswith(REFERENCE):
        return published(words.removeprefix(REFERENCE))
    place, part, collection = words.partition(PART)
    if not part and is_table(place) and holds_battles(place):
        return battle_board(place, title=Path(place).name)
    table = results_table([place], on_log)
    return board(table.select(collection=collection) if part else table, title=collection or Path(place).name)
