"""Accuracy of `vowel`."""

import pandas as pd

from harness.competition.contract import CompetitionMetrics
from harness.competition.metrics import accuracy

LABELS = ("heed", "hid", "head", "had", "hud", "hard", "hod", "hoard", "hood", "whod", "heard")


class DeterdingVowelsMetrics(CompetitionMetrics):
    """Share of vowels told right."""

    target = ("vowel",)
    id_column = "id"
    higher_is_better = True

    def evaluate(self, y_true: pd.DataFrame, y_pred: pd.DataFrame) -> float:
        return accuracy(y_true["vowel"].to_numpy(str), y_pred["vowel"].to_numpy(str), labels=LABELS)
