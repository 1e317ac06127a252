"""Root mean squared logarithmic error of `bikers`."""

import pandas as pd

from harness.competition.contract import CompetitionMetrics
from harness.competition.metrics import rmsle


class BikeRentalsHourlyMetrics(CompetitionMetrics):
    """Root mean squared error of log(1 + bikers)."""

    target = ("bikers",)
    id_column = "id"
    higher_is_better = False

    def evaluate(self, y_true: pd.DataFrame, y_pred: pd.DataFrame) -> float:
        return rmsle(y_true["bikers"].to_numpy(float), y_pred["bikers"].to_numpy(float))
