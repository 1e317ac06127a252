"""Do the tasks tell agents apart? Paired comparisons over test rows, from the submissions that the logs keep."""

import io
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from inspect_ai.log import list_eval_logs, read_eval_log_samples

from harness.competition.metrics import METRICS
from harness.competition.registry import MetricFunction
from harness.logs.whole import TOO_LARGE
from harness.prepared import PreparedTask
from harness.prepared_tasks import PACKAGE, prepare_all
from harness.scorer import KEPT
from harness.selection import select

ROUNDS = 400
LEVEL = 0.95
CONSTANT = "constant"
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TaskSeparation:
    """One task: `beats_constant` and `two_differ` say whether a difference is beyond its interval.

    The best baseline against the constant by the interval of their paired difference; any two of the others by the
    simultaneous interval over all their pairs.
    """

    task: str
    best: str
    beats_constant: bool
    two_differ: bool


@dataclass(frozen=True)
class Separation:
    """Shares over the tasks that could be judged."""

    tasks: tuple[TaskSeparation, ...]
    rounds: int = ROUNDS

    @property
    def best_beats_constant(self) -> float:
        return float(np.mean([task.beats_constant for task in self.tasks])) if self.tasks else float("nan")

    @property
    def some_two_differ(self) -> float:
        return float(np.mean([task.two_differ for task in self.tasks])) if self.tasks else float("nan")


def separation(log_dir: Path, cells: pd.DataFrame, seed: int = 0) -> Separation:
    """Compare the baselines on every task, by the submissions of the first epoch in the logs below `log_dir`.

    The test rows are drawn with replacement, the same rows for every agent (paired bootstrap); a task whose metric is
    not one of `harness.competition.metrics` is left out, for its code never runs on the host.
    """
    rated = cells[(cells["status"] == "graded") & (cells["epoch"] == 1) & (cells["family"] != "control")]
    places, kept = _told(log_dir, set(rated["sample_uuid"]))
    judged = []
    for task in prepare_all(select(*places), "auto"):
        metric = task.package.card.metric.name
        rows = rated[rated["task"] == task.package.id]
        made = zip(rows["contestant"].astype(str), rows["sample_uuid"].astype(str), strict=True)
        guesses = {contestant: kept[uuid] for contestant, uuid in made if uuid in kept}
        if metric in METRICS and CONSTANT in guesses and len(guesses) >= 3:
            judged.append(_judge(task, guesses, np.random.default_rng(seed)))
    return Separation(tuple(judged))


def _told(log_dir: Path, wanted: set[str]) -> tuple[list[str], dict[str, str]]:
    """The packages that the samples of the logs were made of, and the wanted submissions by their sample."""
    places: dict[str, None] = {}
    found = {}
    for info in list_eval_logs(str(log_dir)):
        for sample in read_eval_log_samples(
            info.name, all_samples_required=False, exclude_fields=TOO_LARGE - {"store"}
        ):
            places.setdefault(str(sample.metadata.get(PACKAGE)))
            text = sample.store.get(KEPT)
            if sample.uuid in wanted and isinstance(text, str):
                found[str(sample.uuid)] = text
    return [place for place in places if Path(place).is_dir()], found


def _judge(task: PreparedTask, guesses: dict[str, str], generator: np.random.Generator) -> TaskSeparation:
    question = task.package.card.task
    sign = 1.0 if task.package.card.metric.direction == "maximize" else -1.0
    numbers = question.prediction == "number"
    truth = task.answers[question.target[0]].to_numpy(float if numbers else str)
    read = {name: _aligned(task, text) for name, text in guesses.items()}
    function = METRICS[task.package.card.metric.name].function
    score = function if numbers else partial(function, labels=question.labels)
    rows = [generator.integers(0, len(truth), len(truth)) for _ in range(ROUNDS)]
    names = list(read)
    draws = np.array([[sign * _finite(score, truth[row], read[name][row]) for row in rows] for name in names])
    whole = np.array([sign * _finite(score, truth, read[name]) for name in names])
    learners = [at for at, name in enumerate(names) if name != CONSTANT]
    best = max(learners, key=lambda at: whole[at])
    low = np.nanquantile(draws[best] - draws[names.index(CONSTANT)], (1 - LEVEL) / 2)
    return TaskSeparation(task.package.id, names[best], bool(low > 0), two_differ(whole, draws, learners))


def two_differ(whole: Floats, draws: Floats, learners: list[int]) -> bool:
    """Whether any pair differs beyond the simultaneous interval: the quantile of the largest studentised deviation."""
    pairs = list(combinations(learners, 2))
    differences = np.array([whole[one] - whole[other] for one, other in pairs])
    drawn = np.array([draws[one] - draws[other] for one, other in pairs])
    drawn = drawn[:, np.isfinite(drawn).all(axis=0)]
    spread = drawn.std(axis=1, ddof=1)
    apart = spread > 0
    if drawn.shape[1] < 2 or not apart.any():
        return False
    deviations = np.abs(drawn[apart] - differences[apart, None]) / spread[apart, None]
    limit = np.quantile(deviations.max(axis=0), LEVEL)
    return bool((np.abs(differences[apart]) / spread[apart] > limit).any())


def _aligned(task: PreparedTask, text: str) -> npt.NDArray[np.generic]:
    """The predictions in the order of the answers: [rows] of labels or numbers, or [rows, labels] of probabilities."""
    question = task.package.card.task
    frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False).set_index(question.id_column)
    ordered = frame.loc[task.answers[question.id_column]]
    if question.prediction == "label":
        return ordered[question.target[0]].to_numpy(str)
    values = ordered[list(task.rules.columns)].to_numpy(float)
    return values if question.prediction == "probabilities" else values[:, 0]


def _finite(score: MetricFunction, truth: npt.NDArray[np.generic], guess: npt.NDArray[np.generic]) -> float:
    """The score, or NaN where resampled rows leave it undefined (an AUC of one class)."""
    try:
        return float(score(truth, guess))
    except ValueError:
        return float("nan")
