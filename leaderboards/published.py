"""Published leaderboards, shipped as data: ratings without the results behind them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from leaderboards.errors import UnknownReference

REFERENCE = Path(__file__).parent / "reference"
SOURCES = {"mle-smith": "mle_smith_elo.csv", "mle-dojo": "mle_dojo_elo.csv"}
SETS = {"mle-smith": "MLE-Smith (arXiv 2510.07307)", "mle-dojo": "MLE-Dojo (arXiv 2505.07782)"}

UNIONS = {"mle-smith/combined": ("mle-smith/dojo", "mle-smith/smith")}


@dataclass(frozen=True)
class PublishedBoard:
    """A column of a published table: Elo of each contestant, as printed; nothing of it is fitted here.

    `tasks` names the sets of tasks that the column is made of, so that part against whole is noticed.
    """

    title: str
    contestants: tuple[str, ...]
    elo: tuple[float, ...]
    tasks: tuple[str, ...]


def published(name: str) -> PublishedBoard:
    """A published board by `SOURCE/COLUMN`, for example `mle-smith/smith` or `mle-dojo/tabular`.

    Raises:
        UnknownReference: no such source or column; the message lists those there are.
    """
    source, _, column = name.partition("/")
    if source not in SOURCES:
        raise UnknownReference(f"There is no published board {name!r}. There are: {', '.join(published_names())}.")
    table = pd.read_csv(REFERENCE / SOURCES[source])
    found = next((known for known in (column, f"{column}_elo") if known in _elo_columns(table)), None)
    if found is None:
        raise UnknownReference(f"{source} has no column {column!r}. There are: {', '.join(published_names())}.")
    elo = np.asarray(table[found], dtype=float)
    parts = UNIONS.get(name, (name,))
    return PublishedBoard(
        f"{SETS[source]}: {column}", tuple(map(str, table["model"])), tuple(float(value) for value in elo), parts
    )


def published_names() -> list[str]:
    """Every name that `published` takes."""
    return [
        f"{source}/{column.removesuffix('_elo')}"
        for source, file in SOURCES.items()
        for column in _elo_columns(pd.read_csv(REFERENCE / file))
    ]


def _elo_columns(table: pd.DataFrame) -> list[str]:
    marked = [str(name) for name in table.columns if str(name).endswith("_elo")]
    return marked or [str(name) for name in table.columns if name != "model"]
