"""A task whose data is there: public and private files, read as the rest of the harness wants them."""

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from harness.competition.metrics import METRICS
from harness.competition.validity import SubmissionRules
from harness.package import TaskPackage

TRAIN, TEST, SAMPLE, ANSWERS = "train.csv", "test.csv", "sample_submission.csv", "test_answer.csv"
# From pandas 3.1 on every number is read to the last bit, and the option that asked for it is gone.
ROUND_TRIP: dict[str, Any] = (
    {} if tuple(map(int, pd.__version__.split(".")[:2])) >= (3, 1) else {"float_precision": "round_trip"}
)
MISSING_CELLS = ("", "NA", "N/A", "n/a", "<NA>", "#N/A", "NaN", "nan", "-nan", "NULL", "null", "None")


@dataclass(frozen=True)
class PreparedTask:
    """A package with its prepared data below `root`.

    `data_hash` is of the content of public and private data; `sample_score` and `best_score` are the scores of
    sample_submission.csv and of the answers themselves, None where the task's own grader could not give them.
    """

    package: TaskPackage
    root: Path
    data_hash: str
    sample_score: float | None = None
    best_score: float | None = None

    @property
    def public(self) -> Path:
        return self.root / "public"

    @property
    def private(self) -> Path:
        return self.root / "private"

    @cached_property
    def train(self) -> pd.DataFrame:
        return self._read(self.public / TRAIN)

    @cached_property
    def test(self) -> pd.DataFrame:
        return self._read(self.public / TEST)

    @cached_property
    def sample(self) -> pd.DataFrame:
        return self._read(self.public / SAMPLE)

    @cached_property
    def answers(self) -> pd.DataFrame:
        return self._read(self.private / ANSWERS)

    @cached_property
    def rules(self) -> SubmissionRules:
        """What a valid submission holds, from the card and the ids of test.csv: all of it public."""
        question = self.package.card.task
        spec = METRICS.get(self.package.card.metric.name)
        bounded = spec if question.prediction == "number" else None
        elicited = spec.elicits if spec and question.objective == "quantile" else None
        return SubmissionRules(
            id_column=question.id_column,
            columns=submission_columns(self.package),
            kind=question.prediction,
            labels=question.labels,
            low=bounded.submission_low if bounded and math.isfinite(bounded.submission_low) else None,
            high=bounded.submission_high if bounded and math.isfinite(bounded.submission_high) else None,
            quantile=None if elicited == "mean" else elicited,
            ids=tuple(str(identity) for identity in self.test[question.id_column]),
        )

    def normalized(self, score: float) -> float:
        """Where a score stands between the sample submission (0) and the best possible (1).

        Not clipped: a score worse than the sample's is negative. 0 where the two ends are not known or equal.
        """
        if self.sample_score is None or self.best_score is None:
            return 0.0
        way = self.best_score - self.sample_score
        share = (score - self.sample_score) / way if way else 0.0
        return share if math.isfinite(share) else 0.0

    def _read(self, path: Path) -> pd.DataFrame:
        """Ids and labels as text, whatever they look like; other columns as pandas reads them."""
        question = self.package.card.task
        text = {question.id_column, *(question.target if question.prediction != "number" else ())}
        names = [str(name) for name in pd.read_csv(path, nrows=0).columns]
        table: pd.DataFrame = pd.read_csv(
            path,
            dtype={name: str for name in names if name in text},
            keep_default_na=False,
            na_values={name: list(MISSING_CELLS) for name in names if name not in text},
            **ROUND_TRIP,
        )
        return table


def submission_columns(package: TaskPackage) -> tuple[str, ...]:
    """The columns to predict: the targets, or `p_<label>` for each label where probabilities of all are asked for."""
    question = package.card.task
    if question.prediction == "probabilities":
        return tuple(f"p_{label}" for label in question.labels)
    return question.target
