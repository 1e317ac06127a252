"""Published leaderboards, shipped as data: figures without the results behind them."""

import tomllib
from dataclasses import dataclass
from functools import cache

import pandas as pd

from leaderboards.errors import UnknownReference
from leaderboards.matching import REFERENCE

ELO_UNIT = "Elo"


@dataclass(frozen=True)
class PublishedBoard:
    """A column of a published table, as printed; nothing of it is fitted here.

    Attributes:
        title: the benchmark and the column.
        contestants: as the source names them.
        values: a figure each, higher is better, in `unit`.
        tasks: names of the sets of tasks that the column is made of, so that part against whole is noticed.
        unit: what the figures count, `Elo` or another.
        source, date, notes: where they are from, when they were printed, and what a reader must know.
    """

    title: str
    contestants: tuple[str, ...]
    values: tuple[float, ...]
    tasks: tuple[str, ...]
    unit: str = ELO_UNIT
    source: str = ""
    date: str = ""
    notes: str = ""


@dataclass(frozen=True)
class _Column:
    """Where a board stands: in which table, in which column, and what is said of it."""

    title: str
    file: str
    contestant: str
    column: str
    unit: str
    parts: tuple[str, ...]
    source: str
    date: str
    notes: str


@cache
def _columns() -> dict[str, _Column]:
    """Every board by its name, in the order of `boards.toml`."""
    said = tomllib.loads((REFERENCE / "boards.toml").read_text(encoding="utf-8"))
    return {
        f"{source}/{name}": _Column(
            title=f"{about['title']}: {name}",
            column=column["column"],
            unit=column["unit"],
            parts=tuple(column["parts"]),
            **{key: about[key] for key in ("file", "contestant", "source", "date", "notes")},
        )
        for source, about in said.items()
        for name, column in about["columns"].items()
    }


def published(name: str) -> PublishedBoard:
    """A published board by `SOURCE/COLUMN`, for example `mle-smith/smith`, `mle-dojo/tabular` or `mle-bench/low`.

    Raises:
        UnknownReference: no such source or column; the message lists those there are.
    """
    column = _columns().get(name)
    if column is None:
        raise UnknownReference(f"There is no published board {name!r}. There are: {', '.join(published_names())}.")
    table = pd.read_csv(REFERENCE / column.file)
    return PublishedBoard(
        column.title,
        tuple(map(str, table[column.contestant])),
        tuple(float(value) for value in table[column.column]),
        column.parts,
        column.unit,
        column.source,
        column.date,
        column.notes,
    )


def published_names() -> list[str]:
    """Every name that `published` takes."""
    return list(_columns())
