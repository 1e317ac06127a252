"""Root mean squared error of `compressive_strength`."""

import pandas as pd

from harness.competition.contract import CompetitionMetrics
from harness.competition.metrics import rmse


class ConcreteStrengthMetrics(CompetitionMetrics):
    """Root mean squared error of the strength, in MPa."""

    target = ("compressive_strength",)
    id_column = "id"
    higher_is_better = False

    def evaluate(self, y_true: pd.DataFrame, y_pred: pd.DataFrame) -> float:
        return rmse(y_true["compressive_strength"].to_numpy(float), y_pred["compressive_strength"].to_numpy(float))
