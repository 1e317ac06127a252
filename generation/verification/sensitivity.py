"""What a metric must do, as statements on the scores of known predictions; a broken metric violates one of them."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from harness.schema import Metric

LEAST_RANK_CORRELATION = 0.95  # one step of ten out of order by chance leaves 0.97 or more
Scores = Mapping[str, float | None]


def sign(metric: Metric) -> float:
    """+1 where more is better, -1 where less is."""
    return 1.0 if metric.direction == "maximize" else -1.0


def tie(metric: Metric) -> float:
    """Scores nearer than this are equal."""
    return float(0.5 * 10.0**-metric.decimals)


def not_best(scores: Scores, metric: Metric) -> list[str]:
    """The answers themselves score the best value that the card names."""
    found = scores.get("answers")
    if found is None:
        return ["the answers get no score"]
    if abs(found - metric.best) > max(tie(metric), 1e-9 * abs(metric.best)):
        return [f"the answers score {found:.6g}, not {metric.best:g}"]
    return []


def not_worse(scores: Scores, metric: Metric, names: Sequence[str]) -> list[str]:
    """Predictions that must score worse than the answers."""
    best = scores.get("answers")
    problems = []
    for name in names:
        found = scores.get(name)
        if best is None or found is None:
            problems.append(f"{name} gets no score")
        elif sign(metric) * (best - found) <= tie(metric):
            problems.append(f"{name} scores {found:.6g}, no worse than the answers' {best:.6g}")
    return problems


def noise_correlation(scores: Scores, metric: Metric, noise: Sequence[str]) -> float:
    """Spearman correlation between the amount of noise and the loss; NaN where a step has no score."""
    found = [scores.get(name) for name in noise]
    if any(score is None for score in found):
        return float("nan")
    loss = -sign(metric) * np.array(found, dtype=np.float64)
    if np.ptp(loss) == 0:
        return 0.0
    return float(np.corrcoef(np.arange(len(loss)), pd.Series(loss).rank())[0, 1])


def noise_problems(scores: Scores, metric: Metric, noise: Sequence[str]) -> list[str]:
    """More noise, a worse score; and every step is seen."""
    correlation = noise_correlation(scores, metric, noise)
    problems = not_worse(scores, metric, noise[:1])
    if not correlation >= LEAST_RANK_CORRELATION:
        problems.append(
            f"noise and loss have a rank correlation of {correlation:.3f}, at least {LEAST_RANK_CORRELATION}"
        )
    found = [score for name in noise if (score := scores.get(name)) is not None]
    if len(set(found)) < len(noise):
        problems.append(f"{len(noise)} steps of noise give {len(set(found))} different scores")
    return problems


def unsteady(scores: Scores) -> list[str]:
    """Predictions that were scored twice and got two scores."""
    return [
        f"{name} scores {scores[name]}, then {scores[f'{name}_again']}"
        for name in scores
        if f"{name}_again" in scores and scores[name] != scores[f"{name}_again"]
    ]


def violations(scores: Scores, metric: Metric, noise: Sequence[str], slices: Sequence[str]) -> list[str]:
    """Everything that a metric does wrong on the vectors of the bench."""
    return [
        *not_best(scores, metric),
        *not_worse(scores, metric, ["shuffled_answers", "constant", *slices]),
        *noise_problems(scores, metric, noise),
        *unsteady(scores),
    ]
