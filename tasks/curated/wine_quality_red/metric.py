"""Mean absolute error of `quality`."""

import pandas as pd

from harness.competition.contract import CompetitionMetrics
from harness.competition.metrics import mae


class WineQualityRedMetrics(CompetitionMetrics):
    """Mean absolute error of the grade."""

    target = ('quality',)
    id_column = "id"
    higher_is_better = False

    def evaluate(self, y_true: pd.DataFrame, y_pred: pd.DataFrame) -> float:
        return mae(y_true['quality'].to_numpy(float), y_pred['quality'].to_numpy(float))
