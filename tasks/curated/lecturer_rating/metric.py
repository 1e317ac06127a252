"""Quadratic weighted kappa of `out`."""

import pandas as pd

from harness.competition.contract import CompetitionMetrics
from harness.competition.metrics import qwk

LABELS = ("0", "1", "2", "3", "4")


class LecturerRatingMetrics(CompetitionMetrics):
    """Agreement with the overall rating; a miss by two levels counts four times a miss by one."""

    target = ("out",)
    id_column = "id"
    higher_is_better = True

    def evaluate(self, y_true: pd.DataFrame, y_pred: pd.DataFrame) -> float:
        return qwk(y_true["out"].to_numpy(str), y_pred["out"].to_numpy(str), labels=LABELS)
