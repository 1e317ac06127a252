"""Mean absolute error of `avg_price_per_room`."""

import pandas as pd

from harness.competition.contract import CompetitionMetrics
from harness.competition.metrics import mae


class HotelDailyRateMetrics(CompetitionMetrics):
    """Mean absolute error of the price of a night, in euros."""

    target = ("avg_price_per_room",)
    id_column = "id"
    higher_is_better = False

    def evaluate(self, y_true: pd.DataFrame, y_pred: pd.DataFrame) -> float:
        return mae(y_true["avg_price_per_room"].to_numpy(float), y_pred["avg_price_per_room"].to_numpy(float))
