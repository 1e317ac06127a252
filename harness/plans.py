"""A plan of runs, one cell a row, as `mlesmith plan` writes it: read and checked before anything is run."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TypeVar

from harness.agents.contestant import Contestant, contestants
from harness.errors import MlesmithError, UserError
from harness.package import TaskPackage
from harness.selection import select
from leaderboards.table import PLAN_COLUMNS

NEEDED = ("agent", "task", "epoch")
NO_MODEL = ("", "none", "none/none")
MOST_SHOWN = 12
T = TypeVar("T")
Row = Mapping[str, str]


class BrokenPlan(UserError):
    """A plan that can't be run as it stands; every fault names its row (from 1 below the header) and column."""

    def __init__(self, path: Path, faults: Sequence[str]) -> None:
        shown = "\n".join(f"  {fault}" for fault in faults[:MOST_SHOWN])
        more = f"\n  and {len(faults) - MOST_SHOWN} more" if len(faults) > MOST_SHOWN else ""
        super().__init__(f"{path} is no plan that can be run:\n{shown}{more}\n`mlesmith plan` writes one.")


@dataclass(frozen=True)
class PlannedCell:
    """One run of a contestant on a task; its epoch is the number that the results table will have."""

    contestant: Contestant
    package: TaskPackage
    epoch: int

    @property
    def key(self) -> tuple[str, str, int]:
        """What no two cells of a plan share."""
        return self.contestant.name, self.package.id, self.epoch


def read_plan(path: Path) -> list[PlannedCell]:
    """The cells of a plan, in its order; nothing is run or prepared.

    Raises:
        BrokenPlan: no such file, a column that is missing or not known, no rows, or cells that name nothing.
    """
    rows = _rows(path)
    faults: list[str] = []
    known: dict[str, TaskPackage] = {}
    cells: dict[tuple[str, str, int], int] = {}
    found: list[PlannedCell] = []
    for number, row in enumerate(rows, 1):
        reader = _Reader(number, row, faults)
        contestant = reader.read("agent", _contestant)
        package = reader.read("task", lambda own: _package(own, known))
        epoch = reader.read("epoch", _epoch)
        for column in ("gain", "cost_usd"):
            reader.read(column, lambda own, column=column: _number(own, column))  # type: ignore[misc]
        if package is not None:
            reader.read("task_version", lambda own, package=package: _version(own, package))  # type: ignore[misc]
        if contestant is None or package is None or epoch is None:
            continue
        cell = PlannedCell(contestant, package, epoch)
        if cell.key in cells:
            faults.append(
                f"row {number}, column 'epoch': {contestant.name} on {package.id}, epoch {epoch}, is in row "
                f"{cells[cell.key]} already; give it another number or leave it out"
            )
        cells.setdefault(cell.key, number)
        found.append(cell)
    if faults:
        raise BrokenPlan(path, faults)
    return found


@dataclass(frozen=True)
class _Reader:
    """Reads the cells of one row, and keeps what is wrong with them."""

    number: int
    row: Row
    faults: list[str]

    def read(self, column: str, take: Callable[[Row], T]) -> T | None:
        """What `take` makes of the row; None where it can't."""
        try:
            return take(self.row)
        except (MlesmithError, ValueError) as wrong:
            self.faults.append(f"row {self.number}, column {column!r}: {wrong}")
            return None


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [[cell.strip() for cell in line] for line in csv.reader(file, strict=True) if line]
    except FileNotFoundError as gone:
        raise BrokenPlan(path, ["there is no such file"]) from gone
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BrokenPlan(path, [f"it can't be read as CSV: {error}"]) from error
    header, body = (lines[0], lines[1:]) if lines else ([], [])
    faults = [f"column {name!r} is missing" for name in NEEDED if name not in header]
    faults += [
        f"column {name!r} is not known; known: {', '.join(PLAN_COLUMNS)}" for name in header if name not in PLAN_COLUMNS
    ]
    faults += [
        f"column {name!r} is there twice" for name in sorted({name for name in header if header.count(name) > 1})
    ]
    faults += [
        f"row {number} has {len(line)} cells, the header {len(header)}"
        for number, line in enumerate(body, 1)
        if len(line) != len(header)
    ]
    if not faults and not body:
        faults = ["it has a header and no rows"]
    if faults:
        raise BrokenPlan(path, faults)
    return [dict(zip(header, line, strict=True)) for line in body]


def _contestant(row: Row) -> Contestant:
    agent, model = row["agent"], row.get("model", "")
    if not agent:
        raise ValueError("it is empty")
    named = [] if model in NO_MODEL else [model]
    (found,) = contestants([agent], named)
    if named and found.model != model:
        raise ValueError(f"{agent!r} does not run with the model {model!r} of this row; leave one of them out")
    found.require_here()
    return found


def _package(row: Row, known: dict[str, TaskPackage]) -> TaskPackage:
    word = row["task"]
    if not word:
        raise ValueError("it is empty")
    if word not in known:
        found = select(word)
        if len(found) > 1:
            raise ValueError(f"{word!r} names {len(found)} tasks; a row is one cell, so name one")
        known[word] = found[0]
    return known[word]


def _epoch(row: Row) -> int:
    text = row["epoch"]
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise ValueError(f"{text!r} is not a whole number from 1")
    return int(text)


def _number(row: Row, column: str) -> None:
    text = row.get(column, "")
    try:
        good = not text or isfinite(float(text))
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"{text!r} is not a number")


def _version(row: Row, package: TaskPackage) -> None:
    planned, now = row.get("task_version", ""), package.card.version
    if planned and planned != now:
        raise ValueError(
            f"{package.id} was planned as version {planned} and is {now} now, so its scores may not be comparable; "
            "plan anew"
        )
