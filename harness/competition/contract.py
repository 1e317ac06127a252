"""The contract of a `metric.py`: one subclass of CompetitionMetrics, as in MLE-Dojo.

    from harness.competition.contract import CompetitionMetrics
    from harness.competition.metrics import rmse


    class AbaloneRingsMetrics(CompetitionMetrics):
        target = ("rings",)
        id_column = "id"
        higher_is_better = False

        def evaluate(self, y_true, y_pred):
            return rmse(y_true["rings"].to_numpy(float), y_pred["rings"].to_numpy(float))

Labels are given to a metric with the allowed answers: `accuracy(y_true[…], y_pred[…], labels=LABELS)`.
"""

import importlib.util
from abc import ABC, abstractmethod
from pathlib import Path

import pandas as pd

from harness.competition.faults import (
    DuplicateIds,
    InvalidSubmission,
    MissingColumns,
    UnknownIds,
    WrongRowCount,
    quoted,
)

__all__ = ["BrokenMetric", "CompetitionMetrics", "InvalidSubmission", "load_metric"]


class CompetitionMetrics(ABC):
    """How one competition is scored.

    Both frames have the id column and hold the same ids in the same order: the grader has aligned them. Ids and labels
    are text, numbers are floats.
    """

    target: tuple[str, ...]
    id_column: str = "id"
    higher_is_better: bool

    @property
    def name(self) -> str:
        """The name of the class."""
        return type(self).__name__

    @abstractmethod
    def evaluate(self, y_true: pd.DataFrame, y_pred: pd.DataFrame) -> float:
        """The score of the predictions `y_pred` (columns of sample_submission.csv) against the answers `y_true`."""

    def validate_submission(self, submission: pd.DataFrame, ground_truth: pd.DataFrame) -> None:
        """Refuse what can't be scored; the grader has already applied the rules of the task card.

        Raises:
            InvalidSubmission: the id column is missing, or the ids are not those of the answers, each once.
        """
        if self.id_column not in submission.columns:
            raise MissingColumns([self.id_column], [str(name) for name in submission.columns])
        if len(submission) != len(ground_truth):
            raise WrongRowCount(len(submission), len(ground_truth))
        ids = submission[self.id_column].astype(str)
        answered = ground_truth[self.id_column].astype(str)
        repeated = ids[ids.duplicated()]
        if len(repeated):
            raise DuplicateIds(str(repeated.iloc[0]), _line(ids, ids.duplicated()))
        unknown = ~ids.isin(answered)
        if unknown.any():
            raise UnknownIds(str(ids[unknown].iloc[0]), _line(ids, unknown), set(answered))


class BrokenMetric(Exception):
    """A metric.py that breaks the contract."""


def load_metric(path: Path) -> CompetitionMetrics:
    """Execute a metric.py and give its one metric; only ever called inside a sandbox, or on code of one's own.

    Raises:
        BrokenMetric: it can't be executed, or does not define exactly one subclass that can be made without arguments.
    """
    spec = importlib.util.spec_from_file_location("metric", path)
    if spec is None or spec.loader is None:
        raise BrokenMetric(f"{path.name} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BrokenMetric(f"{path.name} fails when it is imported: {type(error).__name__}: {error}") from error
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, CompetitionMetrics) and value.__module__ == module.__name__
    ]
    if len(set(found)) != 1:
        names = quoted(one.__name__ for one in found)
        raise BrokenMetric(f"{path.name} must define exactly one subclass of CompetitionMetrics; it has {names}.")
    try:
        return found[0]()
    except Exception as error:
        raise BrokenMetric(f"{found[0].__name__}() fails: {type(error).__name__}: {error}") from error


def _line(ids: pd.Series, flags: pd.Series) -> int:
    """The line of the file where the first flagged row stands, were it written as it is."""
    return int(flags.to_numpy().argmax()) + 2 if len(ids) else 1
