"""What an agent can read besides the data of its task, as fingerprints."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from threading import Lock
from weakref import ref

import numpy as np
import numpy.typing as npt
import pandas as pd

from generation.verification.probes import reach as looking

ROWS = 500  # of a table, evenly taken: the standard error of a share is at most .022
FEW, SHARED = 2, 0.02  # rows, and a share of them, that may have a run in common
FOUND = 0.5  # of a row's runs; a row keeps that many when one column of it was dropped or changed


@dataclass(frozen=True)
class Found:
    """The share of a table's rows that are in reach, that which chance finds, and the file that has most of them."""

    share: float
    chance: float
    file: str


@dataclass(frozen=True, eq=False)
class Reach:
    """Fingerprints of every row that an agent's sandbox shows: `runs` (n,) sorted, and the file of each by `names`.

    `unread` are files in a form that could hold a table and was not read.
    """

    runs: npt.NDArray[np.uint64]
    files: npt.NDArray[np.uint32]
    names: tuple[str, ...]
    unread: tuple[str, ...]
    _known: list[tuple["ref[pd.DataFrame]", Found]] = field(default_factory=list, repr=False)
    _one_at_a_time: Lock = field(default_factory=Lock, repr=False)

    @classmethod
    def read(cls, content: bytes) -> "Reach":
        """What the program in the sandbox wrote."""
        with np.load(BytesIO(content), allow_pickle=False) as made:
            names, unread = (tuple(map(str, made[name])) for name in ("names", "unread"))
            return cls(made["runs"], made["files"], names, unread)

    def look_for(self, table: pd.DataFrame) -> Found:
        """How much of a table is in reach; whoever asks of the same object again is told the same."""
        with self._one_at_a_time:
            self._known[:] = [(there, found) for there, found in self._known if there() is not None]
            for there, found in self._known:
                if there() is table:
                    return found
            share, file = self.found(sampled(table))
            found = Found(share, self.found(sampled(table, shuffled=True))[0], file)
            self._known.append((ref(table), found))
            return found

    def found(self, rows: Iterable[Iterable[str]]) -> tuple[float, str]:
        """The share of rows that are in reach, and the file that has most of them.

        Runs that many of the rows share, as of zeros alone, tell no row from another and are not looked for.
        """
        hits, most = [], np.zeros(len(self.names), dtype=np.int64)
        for wanted in _telling([np.array(looking.runs(row), dtype=np.uint64) for row in rows]):
            at = np.minimum(np.searchsorted(self.runs, wanted), max(0, len(self.runs) - 1))
            there = self.runs[at] == wanted if len(self.runs) and len(wanted) else np.zeros(0, dtype=bool)
            hits.append(bool(len(there)) and there.mean() >= FOUND)
            if hits[-1]:
                np.add.at(most, np.unique(self.files[at[there]]), 1)
        return float(np.mean(hits)) if hits else 0.0, self.names[int(most.argmax())] if most.any() else ""


def _telling(rows: list[npt.NDArray[np.uint64]]) -> list[npt.NDArray[np.uint64]]:
    """Of each row the runs that only few of the rows have."""
    all_runs = np.concatenate([np.unique(row) for row in rows]) if rows else np.zeros(0, dtype=np.uint64)
    known, counts = np.unique(all_runs, return_counts=True)
    shared = known[counts > max(FEW, SHARED * len(rows))]
    return [row[~np.isin(row, shared)] for row in rows]


def sampled(table: pd.DataFrame, *, shuffled: bool = False) -> Iterable[list[str]]:
    """Rows of a table, evenly taken; shuffled, each column in an order of its own, for what chance finds.

    What a column holds most stays where it is: zeros come together in a row, and beside them every number is common.
    """
    taken = table.iloc[np.unique(np.linspace(0, len(table) - 1, min(ROWS, len(table))).astype(int))]
    random = np.random.default_rng(0)
    columns = [taken.iloc[:, at].astype(str).to_numpy(object) for at in range(taken.shape[1])]
    columns = [_moved(column, random) for column in columns] if shuffled else columns
    return (list(map(str, row)) for row in zip(*columns, strict=True))


def _moved(cells: npt.NDArray[np.object_], random: np.random.Generator) -> npt.NDArray[np.object_]:
    """The cells in another order, but for those that are there most."""
    codes, _ = pd.factorize(cells)
    free = np.flatnonzero(codes != np.bincount(codes).argmax())
    moved = cells.copy()
    moved[free] = cells[random.permutation(free)]
    return moved
