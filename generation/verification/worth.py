"""What a task is worth: how far the probes come, and whether they can be told apart; the difficulty that follows.

Told of every task. Only that nothing can learn it, or that everything solves it, stands in a task's way (checks
`execution.probe_beats_constant` and `execution.headroom`); which probe wins, and whether one does, never does.
"""

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from generation.verification.evidence import Bench, EvidenceLacking, Lacking
from generation.verification.intervals import Gain, gain
from generation.verification.sensitivity import sign
from generation.verification.submissions import CONSTANT, LADDER, REFERENCE
from harness.schema import Metric
from harness.separation import two_differ

Difficulty = Literal["easy", "medium", "hard"]
EASY = 0.6  # of the way from the constant to the best possible, by the simple probe
HARD = 0.2  # by the best of them


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Difference(_Frozen):
    """By how much one is better than another, in units of the metric, with its 95 % interval (paired bootstrap)."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, found: Gain) -> "Difference":
        return cls(**{name: _rounded(getattr(found, name)) for name in ("value", "low", "high")})


class Worth(_Frozen):
    """`way` is the share of the way from the constant to the best possible score that each learning probe goes.

    `gain` is that of the best of them over the constant; `two_differ` says whether some two of them differ by more than
    the simultaneous interval over all their pairs.
    """

    difficulty: Difficulty
    best: str
    way: dict[str, float]
    gain: Difference
    strong_over_simple: Difference
    two_differ: bool

    @property
    def beats_constant(self) -> bool:
        return self.gain.low > 0


def worth_of(bench: Bench | Lacking, metric: Metric) -> Worth | None:
    """The worth of a task whose probes were scored, else None."""
    if isinstance(bench, Lacking):
        return None
    constant = bench.scores.get(CONSTANT)
    scores = {name: score for name in (*LADDER, REFERENCE) if (score := bench.scores.get(name)) is not None}
    if constant is None or constant == metric.best or len(scores) < 2:
        return None
    way = {name: _rounded((score - constant) / (metric.best - constant)) for name, score in scores.items()}
    best = max(way, key=lambda name: way[name])
    try:
        over_constant, over_simple = gain(bench, metric, best, CONSTANT), gain(bench, metric, "strong", "simple")
    except EvidenceLacking:
        return None
    names = [name for name in scores if name in bench.replicates]
    whole = np.array([sign(metric) * scores[name] for name in names])
    draws = np.array([sign(metric) * bench.replicates[name] for name in names])
    return Worth(
        difficulty=difficulty(way),
        best=best,
        way=way,
        gain=Difference.of(over_constant),
        strong_over_simple=Difference.of(over_simple),
        two_differ=two_differ(whole, draws, list(range(len(names)))),
    )


def difficulty(way: dict[str, float]) -> Difficulty:
    """Easy where the simple probe goes most of the way, hard where the best of them hardly leaves the constant."""
    if way.get("simple", 0.0) >= EASY:
        return "easy"
    return "hard" if max(way.values()) < HARD else "medium"


def _rounded(figure: float) -> float:
    return float(f"{figure:.4g}")
