"""How an agent tells the scorer who it was and why it stopped; kept in the sample's metadata, so in the log."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from harness.competition.reasons import Reason

if TYPE_CHECKING:  # whoever only reads logs needs the names below, not Inspect
    from inspect_ai.solver import TaskState

CONTESTANT = "contestant"
FAMILY = "family"
ENDED = "ended"
SAID = "said"
SEED = "seed"
EPOCH = "epoch"  # the number that a plan gives a cell; without it, Inspect's own
TAIL = 2000


class Cell(Protocol):
    """A sample under way or logged, whole or in summary."""

    @property
    def epoch(self) -> int: ...

    @property
    def metadata(self) -> Mapping[str, Any]: ...


def introduce(state: "TaskState", contestant: str, family: str) -> None:
    """Say who competes in this sample."""
    state.metadata[CONTESTANT] = contestant
    state.metadata[FAMILY] = family


def ended(state: "TaskState", reason: Reason, said: str = "") -> None:
    """Say why the agent stopped without meaning to; the first reason counts."""
    state.metadata.setdefault(ENDED, reason.value)
    if said:
        state.metadata.setdefault(SAID, said[-TAIL:])


def seed_of(state: "TaskState", seed: int | None) -> int:
    """The seed of this epoch: the one asked for, else the epoch's number; kept for the results table."""
    chosen = epoch_of(state) if seed is None else seed
    state.metadata[SEED] = chosen
    return chosen


def epoch_of(cell: Cell) -> int:
    """The number of a cell among its contestant's on the task, wherever they are logged."""
    return int(cell.metadata.get(EPOCH, 1)) + cell.epoch - 1
