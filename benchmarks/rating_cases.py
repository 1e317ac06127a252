"""The boards on which ratings are timed: made-up results with known strengths, seeded."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leaderboards.battles import Battles
from leaderboards.outcomes import Outcomes, outcomes_from_scores

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A board to rate, and the limits in milliseconds of processor time that are asked of it.

    `at_most` names any of `fit`, `rounds`, `both` and `frame`; `times_less` is how many times less than the fastest of
    `against` the fit and the rounds must take; `peers` are those that are tried on it.
    """

    name: str
    made: Outcomes | Battles
    rounds: int
    at_most: dict[str, float]
    peers: tuple[str, ...]
    times_less: float = 0.0
    against: tuple[str, ...] = ()

    def as_battles(self) -> Battles:
        """The same as battles one by one, which is what the peers take."""
        return self.made if isinstance(self.made, Battles) else battles_of(self.made)

    def write(self, path: Path) -> None:
        """The battles as codes, for `rating_peers.py`."""
        battles = self.as_battles()
        np.savez(
            path,
            names=np.array(battles.contestants),
            first=battles.first,
            second=battles.second,
            result=battles.result,
            task=battles.cluster_of,
        )


def battles_of(outcomes: Outcomes) -> Battles:
    """Every pair on every task of a complete table with one run each."""
    values = outcomes.values[:, :, 0]
    first, second = np.triu_indices(values.shape[1], 1)
    result = 1 + np.sign(values[:, first] - values[:, second]).astype(np.int64)
    task = np.repeat(np.arange(len(values)), len(first))
    return Battles(
        outcomes.contestants, np.tile(first, len(values)), np.tile(second, len(values)), result.ravel(), task
    )


def table(agents: int, tasks: int, decimals: int, seed: int = 0) -> Outcomes:
    """Scores of agents of graded strength with Gumbel noise, exactly Bradley-Terry; ties at the printed precision."""
    scores = np.linspace(-1, 1, agents) + np.random.default_rng(seed).gumbel(0, 1, (tasks, agents))
    names = [f"agent{i:02d}" for i in range(agents)]
    return outcomes_from_scores(scores, names, [f"task{i}" for i in range(tasks)], decimals=decimals)


def arena(agents: int, number: int, ties: float = 0.15, seed: int = 0) -> Battles:
    """Random pairs of agents of graded strength, a share of them ties."""
    rng = np.random.default_rng(seed)
    strengths = np.linspace(-1, 1, agents)
    first = rng.integers(0, agents, number)
    second = (first + rng.integers(1, agents, number)) % agents
    won = rng.random(number) < 1 / (1 + np.exp(strengths[second] - strengths[first]))
    result = np.where(rng.random(number) < ties, 1, np.where(won, 2, 0))
    return Battles(tuple(f"agent{i:02d}" for i in range(agents)), first, second, result)


def frame_of(battles: Battles) -> pd.DataFrame:
    """The battles as LMArena releases them: a data frame of strings."""
    names, words = np.array(battles.contestants), np.array(["model_b", "tie", "model_a"])
    return pd.DataFrame(
        {"model_a": names[battles.first], "model_b": names[battles.second], "winner": words[battles.result]}
    )


def cases() -> list[Case]:
    """The three boards of the specification."""
    leaderboards = ("arenakit", "fschat", "evalica", "arena-rank")
    return [
        Case(
            "8 agents x 606 tasks",
            table(8, 606, decimals=2),
            1000,
            {"both": 7.5},
            (*leaderboards, "choix"),
            times_less=100,
            against=leaderboards,
        ),
        Case(
            "100 agents, 2,000,000 battles",
            arena(100, 2_000_000),
            100,
            {"fit": 15, "rounds": 80, "frame": 250},
            ("choix", "arena-rank", "evalica", "fschat", "arenakit"),
        ),
        Case(
            "50 agents x 10,000 tasks",
            table(50, 10_000, decimals=5),
            100,
            {"fit": 20, "rounds": 40},
            ("choix", "arena-rank", "evalica", "fschat", "arenakit"),
        ),
    ]
