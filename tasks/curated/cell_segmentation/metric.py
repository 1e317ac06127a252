"""Accuracy of `class`."""

import pandas as pd

from harness.competition.contract import CompetitionMetrics
from harness.competition.metrics import accuracy

LABELS = ("PS", "WS")


class CellSegmentationMetrics(CompetitionMetrics):
    """Share of cells whose outline is judged as people judged it."""

    target = ("class",)
    id_column = "id"
    higher_is_better = True

    def evaluate(self, y_true: pd.DataFrame, y_pred: pd.DataFrame) -> float:
        return accuracy(y_true["class"].to_numpy(str), y_pred["class"].to_numpy(str), labels=LABELS)
