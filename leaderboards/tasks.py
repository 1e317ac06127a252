"""What each task tells: who did best, whether the constant is beaten, how often contestants tie."""

from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd

from leaderboards.discrimination import item_rest
from leaderboards.outcomes import FAILED, Floats, Outcomes
from leaderboards.plain import known


@dataclass(frozen=True)
class TaskRow:
    """One task; scores are means over epochs, as the metric prints them; None where nobody has one.

    `beat_constant` is the share of the other contestants that scored better than the constant (a failed run did not);
    `tied` the share of pairs of contestants that the metric can't tell apart. `difficulty` is what the task's card
    says, `normalized` the mean of all contestants between the sample submission and the best possible score,
    `discrimination` the item-rest correlation (`leaderboards.discrimination`); the constant is in neither.
    """

    task: str
    version: str
    collection: str
    cluster: str
    modality: str
    objective: str
    metric: str
    direction: str
    decimals: int | None
    contestants: int
    best: float | None
    best_by: tuple[str, ...]
    median: float | None
    worst: float | None
    constant: float | None
    beat_constant: float | None
    tied: float | None
    failed: float | None
    difficulty: str
    normalized: float | None
    discrimination: float | None


@dataclass(frozen=True)
class Separation:
    """How well the tasks tell contestants apart: shares of those tasks where the question makes sense."""

    tasks: int
    best_beats_constant: float | None
    some_tied: float | None


def task_rows(
    frame: pd.DataFrame, outcomes: Outcomes, constants: Set[str], normalized: Mapping[str, float]
) -> tuple[TaskRow, ...]:
    """A row for each task that anyone ran; `frame` is a checked results table of the same contestants.

    `normalized` has the mean normalised score of a unit where it is known.
    """
    first = frame.drop_duplicates("unit").set_index("unit").to_dict(orient="index")
    names = np.array(outcomes.contestants)
    constant = np.isin(names, list(constants))
    told = item_rest(replace(outcomes, contestants=tuple(names[~constant]), values=outcomes.values[:, ~constant]))
    rows = []
    for index, unit in enumerate(outcomes.tasks):
        facts = {str(key): value for key, value in first[unit].items()}
        sign = 1.0 if facts["direction"] == "maximize" else -1.0
        views = (normalized.get(unit), known(told[index]))
        rows.append(_task_row(facts, sign, outcomes.values[index], names, constant, views))
    return tuple(sorted(rows, key=lambda row: (row.collection, row.task, row.version)))


def tasks_frame(rows: tuple[TaskRow, ...]) -> pd.DataFrame:
    """The rows as a data frame, the names of the best joined by "; "."""
    cells = [{**asdict(row), "best_by": "; ".join(row.best_by)} for row in rows]
    return pd.DataFrame(cells, columns=list(TaskRow.__dataclass_fields__))


def _task_row(
    facts: dict[str, object],
    sign: float,
    runs: Floats,
    names: np.ndarray,
    constant: np.ndarray,
    views: tuple[float | None, float | None],
) -> TaskRow:
    """`runs` is [K, R], higher is better; `views` are the normalised mean and the discrimination."""
    decimals = float(str(facts["decimals"]))
    there = ~np.isnan(runs).all(axis=1)
    means = _mean_scores(runs)
    scored = np.isfinite(means)
    best = float(means[scored].max()) if scored.any() else None
    tolerance = 0.5 * 10**-decimals if np.isfinite(decimals) else 0.0
    leaders = names[scored & (means >= (best or 0.0) - tolerance)]
    level = means[constant & scored]
    others = there & ~constant
    beaten = float((means[others] > level.max() + tolerance).mean()) if len(level) and others.any() else None
    finished = ~np.isnan(runs)
    return TaskRow(
        **{name: str(facts[name]) for name in ("task", "collection", "cluster", "modality", "objective", "metric")},
        version=str(facts["task_version"]),
        direction=str(facts["direction"]),
        decimals=int(decimals) if np.isfinite(decimals) else None,
        contestants=int(there.sum()),
        best=None if best is None else sign * best,
        best_by=tuple(str(name) for name in leaders),
        median=sign * float(np.median(means[scored])) if scored.any() else None,
        worst=sign * float(means[scored].min()) if scored.any() else None,
        constant=sign * float(level.max()) if len(level) else None,
        beat_constant=beaten,
        tied=_tied(runs[there]),
        failed=float((runs[finished] == FAILED).mean()) if finished.any() else None,
        difficulty=str(facts["difficulty"]),
        normalized=views[0],
        discrimination=views[1],
    )


def _mean_scores(runs: Floats) -> Floats:
    """[K] mean of the runs that were graded; -inf where all failed, NaN where there is no run."""
    graded = np.isfinite(runs)
    count = graded.sum(axis=1)
    means = np.where(graded, runs, 0.0).sum(axis=1) / np.maximum(count, 1)
    return np.where(count > 0, means, np.where(np.isnan(runs).all(axis=1), np.nan, FAILED))


def _tied(runs: Floats) -> float | None:
    """Share of pairs of contestants, run against run, that tie."""
    if len(runs) < 2:
        return None
    valid = ~np.isnan(runs)
    owner = np.repeat(np.arange(len(runs)), runs.shape[1])[valid.ravel()]
    weight = (valid / valid.sum(axis=1, keepdims=True)).ravel()[valid.ravel()]
    flat = runs.ravel()[valid.ravel()]
    equal = (flat[:, None] == flat[None, :]) & (owner[:, None] != owner[None, :])
    return float(weight @ equal @ weight) / (len(runs) * (len(runs) - 1))


def separation(tasks: tuple[TaskRow, ...]) -> Separation:
    """What the results table alone can say; paired figures over the rows of a test set come from verification."""
    asked = [row.beat_constant for row in tasks if row.beat_constant is not None]
    tied = [row.tied for row in tasks if row.tied is not None]
    return Separation(
        tasks=len(tasks),
        best_beats_constant=float(np.mean([share > 0 for share in asked])) if asked else None,
        some_tied=float(np.mean([share > 0 for share in tied])) if tied else None,
    )
