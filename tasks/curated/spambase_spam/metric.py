"""Accuracy of `Spam`."""

import pandas as pd

from harness.competition.contract import CompetitionMetrics
from harness.competition.metrics import accuracy

LABELS = ("0", "1")


class SpambaseSpamMetrics(CompetitionMetrics):
    """Share of mails that are told right."""

    target = ('Spam',)
    id_column = "id"
    higher_is_better = True

    def evaluate(self, y_true: pd.DataFrame, y_pred: pd.DataFrame) -> float:
        return accuracy(y_true['Spam'].to_numpy(str), y_pred['Spam'].to_numpy(str), labels=LABELS)
