"""Accuracy of `Outcome`."""

import pandas as pd

from harness.competition.contract import CompetitionMetrics
from harness.competition.metrics import accuracy

LABELS = ("0", "1")


class PimaDiabetesMetrics(CompetitionMetrics):
    """Share of women for whom the onset is told right."""

    target = ('Outcome',)
    id_column = "id"
    higher_is_better = True

    def evaluate(self, y_true: pd.DataFrame, y_pred: pd.DataFrame) -> float:
        return accuracy(y_true['Outcome'].to_numpy(str), y_pred['Outcome'].to_numpy(str), labels=LABELS)
