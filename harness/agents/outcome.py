"""How an agent tells the scorer who it was and why it stopped; kept in the sample's metadata, so in the log."""

from inspect_ai.solver import TaskState

from harness.competition.reasons import Reason

CONTESTANT = "contestant"
FAMILY = "family"
ENDED = "ended"
SAID = "said"
TAIL = 2000


def introduce(state: TaskState, contestant: str, family: str) -> None:
    """Say who competes in this sample."""
    state.metadata[CONTESTANT] = contestant
    state.metadata[FAMILY] = family


def ended(state: TaskState, reason: Reason, said: str = "") -> None:
    """Say why the agent stopped without meaning to; the first reason counts."""
    state.metadata.setdefault(ENDED, reason.value)
    if said:
        state.metadata.setdefault(SAID, said[-TAIL:])


def seed_of(state: TaskState, seed: int | None) -> int:
    """The seed of this epoch: the one asked for, else the epoch's number."""
    return state.epoch if seed is None else seed
