"""Runs that a comparison lacks, and what they would cost: tokens of runs that were made times litellm's prices."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from leaderboards.board import Board
from leaderboards.matching import model_of
from leaderboards.rows import NO_MODEL, BoardRow

PRICES = "model_prices_and_context_window_backup.json"


@dataclass(frozen=True)
class Price:
    """US dollars for a token read and a token written."""

    read: float
    written: float


@dataclass(frozen=True)
class MissingRuns:
    """A contestant whom one side lacks: how many runs it would take there and their cost; None where not known."""

    contestant: str
    runs: int | None
    cost_usd: float | None

    def __str__(self) -> str:
        if self.runs is None:
            return self.contestant
        runs = f"{self.runs} run" if self.runs == 1 else f"{self.runs} runs"
        if self.cost_usd == 0:
            return f"{self.contestant} ({runs}, free)"
        cost = "cost not known" if self.cost_usd is None else f"about ${self.cost_usd:.2f}"
        return f"{self.contestant} ({runs}, {cost})"


@cache
def _prices() -> dict[str, dict[str, object]]:
    """litellm's own table, read without importing litellm, which takes seconds."""
    found = find_spec("litellm")
    places = [Path(place) / PRICES for place in (found.submodule_search_locations or [])] if found else []
    table = next((place for place in places if place.is_file()), None)
    loaded: dict[str, dict[str, object]] = {} if table is None else json.loads(table.read_text(encoding="utf-8"))
    return loaded


def price_of(model: str) -> Price | None:
    """litellm's price of a model, whatever provider is named before it; None where it has none."""
    names = (model.removeprefix("litellm/"), model_of(model), model.rpartition("/")[2])
    for name in names:
        entry = _prices().get(name, {})
        read, written = entry.get("input_cost_per_token"), entry.get("output_cost_per_token")
        if isinstance(read, int | float) and isinstance(written, int | float):
            return Price(float(read), float(written))
    return None


def missing_runs(names: Sequence[str], home: object, there: object) -> tuple[MissingRuns, ...]:
    """For each contestant of the side `home` whom `there` lacks: a run on each task there.

    A run is reckoned at the tokens that the contestant's own runs took, else at the median of all contestants with a
    model on either side. A published board says neither tasks nor tokens.
    """
    sides = [side for side in (home, there) if isinstance(side, Board)]
    rows = {row.contestant: row for side in reversed(sides) for row in side.rows}
    runs = there.task_count if isinstance(there, Board) and there.task_count else None
    usual = usual_tokens([row for side in sides for row in side.rows])
    return tuple(MissingRuns(name, runs, cost_of(name, rows.get(name), runs, usual)) for name in names)


def usual_tokens(rows: Sequence[BoardRow]) -> tuple[float, float] | None:
    """Tokens read and written by a run: the median of the contestants with a model; None where nobody's are known."""
    known = [(row.input_tokens, row.output_tokens) for row in rows if row.model not in NO_MODEL]
    there = [(read, written) for read, written in known if read is not None and written is not None]
    if not there:
        return None
    return median(read for read, _ in there), median(written for _, written in there)


def cost_of(name: str, row: BoardRow | None, runs: int | None, usual: tuple[float, float] | None) -> float | None:
    """US dollars for that many runs of a contestant; 0 without a model, None where tokens or prices are not known."""
    if runs is None:
        return None
    if row is not None and row.model in NO_MODEL:
        return 0.0
    if row is not None and row.cost_a_run is not None:
        return runs * row.cost_a_run
    price = price_of(row.model if row is not None else name.rpartition("@")[2])
    read, written = (row.input_tokens, row.output_tokens) if row is not None else (None, None)
    if read is None or written is None:
        read, written = usual or (None, None)
    if price is None or read is None or written is None:
        return None
    return runs * (read * price.read + written * price.written)
