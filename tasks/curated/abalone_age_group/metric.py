"""Accuracy of `age_group`."""

import pandas as pd

from harness.competition.contract import CompetitionMetrics
from harness.competition.metrics import accuracy

LABELS = ("young", "middle", "old")


class AbaloneAgeGroupMetrics(CompetitionMetrics):
    """Share of animals whose age group is told right."""

    target = ('age_group',)
    id_column = "id"
    higher_is_better = True

    def evaluate(self, y_true: pd.DataFrame, y_pred: pd.DataFrame) -> float:
        return accuracy(y_true['age_group'].to_numpy(str), y_pred['age_group'].to_numpy(str), labels=LABELS)
