"""Pairwise battles: two contestants, a winner or a tie, one row a battle, millions of rows.

The columns are those of the LMArena releases: `model_a`, `model_b` and `winner` (`model_a`, `model_b`, `tie`,
`tie (bothbad)`, `both_bad`). A column `cluster`, if there is one, says which battles are not independent (one rater,
one question); without it each battle stands alone. Other columns are not read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from leaderboards.errors import BrokenTable, EmptyResults, NoSuchTable
from leaderboards.outcomes import Floats, HeadToHead
from leaderboards.places import opened

NEEDED = ("model_a", "model_b", "winner")
CLUSTER = "cluster"
LOST, TIED, WON = 0, 1, 2
WINNERS = {"model_a": WON, "model_b": LOST, "tie": TIED, "tie (bothbad)": TIED, "both_bad": TIED}
MOST_FAULTS_A_COLUMN = 3
FORM = "the form of a table of battles"

Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Battles:
    """Battles as integer codes.

    Attributes:
        contestants: K names, sorted.
        first, second: [N] who fought, as indices of `contestants`.
        result: [N] 2 the first won, 0 the second won, 1 a tie.
        cluster: [N] codes of the clusters from 0 on; None where each battle is one of its own.
    """

    contestants: tuple[str, ...]
    first: Codes
    second: Codes
    result: Codes
    cluster: Codes | None = None

    @property
    def tasks(self) -> tuple[str, ...]:
        """None: nothing says on which tasks they fought."""
        return ()

    @cached_property
    def _counts(self) -> Floats:
        """[K, K, 3] battles of first and second by their result."""
        size = len(self.contestants)
        cells = (self.first * size + self.second) * 3 + self.result
        return np.bincount(cells, minlength=3 * size * size).reshape(size, size, 3).astype(float)

    @cached_property
    def won(self) -> Floats:
        """[K, K] battles that row won against column."""
        return np.asarray(self._counts[:, :, WON] + self._counts[:, :, LOST].T)

    @cached_property
    def tied(self) -> Floats:
        """[K, K] ties of row with column, symmetric."""
        return np.asarray(self._counts[:, :, TIED] + self._counts[:, :, TIED].T)

    @cached_property
    def pairs(self) -> HeadToHead:
        """Every pair's battles, credits and ties."""
        battles = self.won + self.won.T + self.tied
        return HeadToHead(battles, self.won + self.tied / 2, self.tied)

    @cached_property
    def kinds(self) -> Codes:
        """[N] the kind of each battle as one number: winner * K + loser; ties from K² on, the lower index first."""
        size = len(self.contestants)
        swap = (self.result == LOST) | ((self.result == TIED) & (self.first > self.second))
        row, column = np.where(swap, self.second, self.first), np.where(swap, self.first, self.second)
        return np.asarray((self.result == TIED) * size * size + row * size + column)

    @property
    def cluster_of(self) -> Codes:
        """[N] the cluster of each battle; its own number where each stands alone."""
        return np.arange(len(self.first)) if self.cluster is None else self.cluster

    @property
    def cluster_count(self) -> int:
        """G, the battles where each stands alone."""
        return len(self.first) if self.cluster is None else int(self.cluster.max(initial=-1)) + 1

    def among(self, contestants: Sequence[str]) -> "Battles":
        """The battles of some contestants with each other."""
        size = len(self.contestants)
        renumbered = np.full(size, -1)
        renumbered[[self.contestants.index(name) for name in contestants]] = np.arange(len(contestants))
        keep = (renumbered[self.first] >= 0) & (renumbered[self.second] >= 0)
        cluster = None if self.cluster is None else np.unique(self.cluster[keep], return_inverse=True)[1]
        first, second = renumbered[self.first[keep]], renumbered[self.second[keep]]
        return Battles(tuple(contestants), first, second, self.result[keep], cluster)


def holds_battles(source: pd.DataFrame | Path | str) -> bool:
    """Whether a table has the columns of battles; reads no more than its header."""
    return set(NEEDED) <= set(_column_names(source))


def _column_names(source: pd.DataFrame | Path | str) -> list[str]:
    if isinstance(source, pd.DataFrame):
        return [str(name) for name in source.columns]
    with opened(source) as file:
        try:
            if str(source).endswith(".parquet"):
                return list(pa.parquet.read_schema(file).names)
            return [str(name) for name in pd.read_csv(file, nrows=0).columns]
        except (ValueError, OSError, UnicodeDecodeError) as error:
            raise NoSuchTable(f"{source} can't be read as a table: {error}") from error


def read_battles(source: pd.DataFrame | Path | str) -> Battles:
    """Read and check battles: a data frame, or a CSV or Parquet file (a path or an fsspec URL).

    Raises:
        NoSuchTable: no such file, or neither CSV nor Parquet.
        BrokenTable: a missing column, an empty name, an unknown winner, a contestant against itself; the faults name
            file, row (from 1 below the header) and column.
        EmptyResults: no battle.
    """
    where = "The data frame" if isinstance(source, pd.DataFrame) else str(source)
    found = _column_names(source)
    faults = [f"column {name!r} is missing; there are {', '.join(found)}" for name in NEEDED if name not in found]
    faults += [f"column {name!r} is there twice" for name in (*NEEDED, CLUSTER) if found.count(name) > 1]
    if faults:
        raise BrokenTable(where, faults, form=FORM)
    wanted = [*NEEDED, *([CLUSTER] if CLUSTER in found else [])]
    columns = {name: _Column.of(name, values) for name, values in _loaded(source, wanted).items()}
    if not len(columns["winner"].codes):
        raise EmptyResults(where)
    faults = [fault for column in columns.values() for fault in column.empty()]
    faults += columns["winner"].unknown(WINNERS)
    if faults:
        raise BrokenTable(where, faults, form=FORM)
    battles = _coded(columns)
    itself = np.flatnonzero(battles.first == battles.second)
    if len(itself):
        faults = _listed(itself, "model_b", lambda row: f"{battles.contestants[battles.first[row]]!r} fights itself")
        raise BrokenTable(where, faults, form=FORM)
    return battles


def _loaded(source: pd.DataFrame | Path | str, wanted: list[str]) -> dict[str, pa.ChunkedArray]:
    if isinstance(source, pd.DataFrame):
        return {name: pa.chunked_array([pa.Array.from_pandas(source[name].astype("string"))]) for name in wanted}
    with opened(source) as file:
        try:
            if str(source).endswith(".parquet"):
                table = pa.parquet.read_table(file, columns=wanted, read_dictionary=wanted)
            else:
                text = pa.dictionary(pa.int32(), pa.string())
                table = pa.csv.read_csv(
                    file,
                    convert_options=pa.csv.ConvertOptions(
                        include_columns=wanted, column_types=dict.fromkeys(wanted, text), strings_can_be_null=True
                    ),
                )
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise NoSuchTable(f"{source} can't be read as a table: {error}") from error
    return {name: table.column(name) for name in wanted}


@dataclass(frozen=True, eq=False)
class _Column:
    """A column as codes of its distinct values, without blanks around them; -1 where a cell is empty."""

    name: str
    values: tuple[str, ...]
    codes: Codes

    @classmethod
    def of(cls, name: str, cells: pa.ChunkedArray) -> "_Column":
        if not pa.types.is_dictionary(cells.type):
            cells = cells.cast(pa.string()).dictionary_encode()
        whole = cells.combine_chunks()
        if isinstance(whole, pa.ChunkedArray):
            whole = whole.unify_dictionaries().combine_chunks()
        raw = ["" if value is None else str(value).strip() for value in whole.dictionary.to_pylist()]
        values = tuple(sorted(set(raw) - {""}))
        place = {value: index for index, value in enumerate(values)}
        renumbered = np.array([place.get(value, -1) for value in raw] + [-1], dtype=np.int64)
        indices = whole.indices.fill_null(len(raw)).to_numpy(zero_copy_only=False).astype(np.int64)
        return cls(name, values, renumbered[indices])

    def empty(self) -> list[str]:
        return _listed(np.flatnonzero(self.codes < 0), self.name, lambda _: "is empty")

    def unknown(self, known: dict[str, int]) -> list[str]:
        strange = [index for index, value in enumerate(self.values) if value not in known]
        rows = np.flatnonzero(np.isin(self.codes, strange)) if strange else np.zeros(0, dtype=np.int64)
        words = ", ".join(known)
        return _listed(rows, self.name, lambda row: f"{self.values[self.codes[row]]!r} is none of {words}")


def _listed(rows: NDArray[np.int64], column: str, complaint: Callable[[int], str]) -> list[str]:
    """Readable faults; rows count from 1 below the header."""
    faults = [f"row {row + 1}, column {column!r}: {complaint(int(row))}" for row in rows[:MOST_FAULTS_A_COLUMN]]
    more = len(rows) - len(faults)
    return [*faults, f"column {column!r}: {more} more of this kind"] if more > 0 else faults


def _coded(columns: dict[str, _Column]) -> Battles:
    names = tuple(sorted({*columns["model_a"].values, *columns["model_b"].values}))
    place = {name: index for index, name in enumerate(names)}
    first, second = (
        np.array([place[value] for value in columns[side].values], dtype=np.int64)[columns[side].codes]
        for side in ("model_a", "model_b")
    )
    winner = columns["winner"]
    result = np.array([WINNERS[value] for value in winner.values], dtype=np.int64)[winner.codes]
    return Battles(names, first, second, result, columns[CLUSTER].codes if CLUSTER in columns else None)
