"""Comparisons of two submissions over resampled test rows, and of one with its own guesses given to other rows."""

from dataclasses import dataclass

import numpy as np

from generation.verification.evidence import Bench, EvidenceLacking
from generation.verification.sensitivity import sign, tie
from harness.schema import Metric

LEAST_SHUFFLES = 20  # of 40: where the metric is not defined on more than half, chance is not known
LEAST_DRAWS = 50  # with fewer the ends of a 95 % interval are single draws


@dataclass(frozen=True)
class Gain:
    """By how much one submission is better than another, in units of the metric, more is better."""

    value: float
    low: float
    high: float
    error: float


def beyond_chance(bench: Bench, metric: Metric, name: str) -> float | None:
    """By how many standard deviations a prediction is better than the same guesses given to other rows.

    Infinitely many where these all score the same and it does not; None where chance is not known.
    """
    score, chance = bench.scores.get(name), bench.shuffles[name]
    chance = chance[np.isfinite(chance)]
    if score is None or len(chance) < LEAST_SHUFFLES:
        return None
    better, spread = sign(metric) * (score - float(chance.mean())), float(chance.std(ddof=1))
    if np.ptp(chance) == 0:
        return 0.0 if abs(better) <= tie(metric) else float(np.copysign(np.inf, better))
    return better / spread


def gain(bench: Bench, metric: Metric, one: str, other: str, level: float = 0.95) -> Gain:
    """The gain of `one` over `other` with its percentile interval over the same resampled rows (paired bootstrap).

    Resampled rows on which the metric is not defined (an AUC of one class) are left out for both.

    Raises:
        EvidenceLacking: one of the two has no score.
    """
    scores = [bench.scores.get(name) for name in (one, other)]
    draws = [bench.replicates.get(name) for name in (one, other)]
    if scores[0] is None or scores[1] is None or draws[0] is None or draws[1] is None:
        raise EvidenceLacking(f"{one!r} or {other!r} has no score")
    differences = sign(metric) * (draws[0] - draws[1])
    differences = differences[np.isfinite(differences)]
    if len(differences) < LEAST_DRAWS:
        raise EvidenceLacking(f"the metric is defined on {len(differences)} resamples only")
    low, high = np.quantile(differences, [(1 - level) / 2, (1 + level) / 2])
    value = sign(metric) * (scores[0] - scores[1])
    return Gain(float(value), float(low), float(high), float(differences.std(ddof=1)))
