"""Pairwise battles: two contestants, a winner or a tie, one row a battle, millions of rows.

The columns are those of the LMArena releases: `model_a`, `model_b` and `winner` (`model_a`, `model_b`, `tie`,
`tie (bothbad)`, `both_bad`). A column `cluster`, if there is one, says which battles are not independent (one rater,
one question); without it each battle stands alone. Other columns are not read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

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
COUNT_CHUNK = 100_000
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
        counts = np.zeros(3 * size * size, dtype=np.int64)
        for start in range(0, len(self.first), COUNT_CHUNK):  # some at a time stay in the processor's cache
            part = slice(start, start + COUNT_CHUNK)
            cells = (self.first[part] * size + self.second[part]) * 3 + self.result[part]
            counts += np.bincount(cells, minlength=len(counts))
        return counts.reshape(size, size, 3).astype(float)

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
    columns = _loaded(source, wanted)
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


def _loaded(source: pd.DataFrame | Path | str, wanted: list[str]) -> dict[str, "_Column"]:
    if isinstance(source, pd.DataFrame):
        return {name: _Column.of_series(name, source[name]) for name in wanted}
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
    return {name: _Column.of_arrow(name, table.column(name)) for name in wanted}


@dataclass(frozen=True, eq=False)
class _Column:
    """A column as codes: `values[code]` is a cell's text without blanks around it, and the code -1 an empty cell.

    Two codes may stand for one text ("a" and " a").
    """

    name: str
    values: tuple[str, ...]
    codes: Codes

    @classmethod
    def of_series(cls, name: str, cells: "pd.Series[Any]") -> "_Column":
        try:
            codes, values = pd.factorize(cells)
        except TypeError:  # cells that are lists or the like
            codes, values = pd.factorize(cells.map(str))
        return cls(name, tuple(str(value).strip() for value in values), np.asarray(codes, dtype=np.int64))

    @classmethod
    def of_arrow(cls, name: str, cells: pa.ChunkedArray) -> "_Column":
        if not pa.types.is_dictionary(cells.type):
            cells = cells.cast(pa.string()).dictionary_encode()
        whole = cells.combine_chunks()
        if isinstance(whole, pa.ChunkedArray):
            whole = whole.unify_dictionaries().combine_chunks()
        values = tuple("" if value is None else str(value).strip() for value in whole.dictionary.to_pylist())
        return cls(name, values, whole.indices.fill_null(-1).to_numpy(zero_copy_only=False))

    @property
    def texts(self) -> set[str]:
        """The distinct texts of cells that are not empty."""
        return set(self.values) - {""}

    def translated(self, numbers: Mapping[str, int]) -> Codes:
        """[N] the number of each cell's text; -1 where it has none."""
        table = np.array([numbers.get(value, -1) for value in self.values] + [-1], dtype=np.int64)
        return np.asarray(table[self.codes])

    def empty(self) -> list[str]:
        """A complaint of each empty cell."""
        if len(self.codes) and self.codes.min() >= 0 and "" not in self.values:
            return []
        rows = np.flatnonzero(self.translated(dict.fromkeys(self.texts, 0)) < 0)
        return _listed(rows, self.name, lambda _: "is empty")

    def unknown(self, known: Mapping[str, int]) -> list[str]:
        """A complaint of each cell whose text is none of these, empty ones left out."""
        strange = {text: 0 for text in self.texts if text not in known}
        rows = np.flatnonzero(self.translated(strange) == 0) if strange else np.zeros(0, dtype=np.int64)
        words = ", ".join(known)
        return _listed(rows, self.name, lambda row: f"{self.values[self.codes[row]]!r} is none of {words}")


def _listed(rows: NDArray[np.int64], column: str, complaint: Callable[[int], str]) -> list[str]:
    """Readable faults; rows count from 1 below the header."""
    faults = [f"row {row + 1}, column {column!r}: {complaint(int(row))}" for row in rows[:MOST_FAULTS_A_COLUMN]]
    more = len(rows) - len(faults)
    return [*faults, f"column {column!r}: {more} more of this kind"] if more > 0 else faults


def _coded(columns: dict[str, _Column]) -> Battles:
    names = tuple(sorted(columns["model_a"].texts | columns["model_b"].texts))
    place = {name: index for index, name in enumerate(names)}
    first, second = (columns[side].translated(place) for side in ("model_a", "model_b"))
    cluster = None
    if CLUSTER in columns:
        texts = sorted(columns[CLUSTER].texts)
        cluster = columns[CLUSTER].translated({text: index for index, text in enumerate(texts)})
    return Battles(names, first, second, columns["winner"].translated(WINNERS), cluster)
