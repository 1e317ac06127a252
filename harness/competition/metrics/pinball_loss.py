"""Pinball loss: how well a prediction states a quantile."""

from math import inf

import numpy as np
import numpy.typing as npt

from harness.competition.arrays import paired_numbers
from harness.competition.registry import MetricFunction, metric

LEVELS = (0.1, 0.25, 0.75, 0.9)


def pinball(level: float) -> MetricFunction:
    """The metric for the quantile of that level."""

    def pinball_loss(y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
        truth, guess = paired_numbers(y_true, y_pred)
        short = truth - guess
        return float(np.mean(np.maximum(level * short, (level - 1) * short)))

    pinball_loss.__doc__ = f"""The mean pinball loss (Koenker and Bassett, 1978) for the quantile of level {level:g}.

    Examples:
        >>> round(pinball_{level * 100:.0f}([10, 10], [8, 11]), 4)
        {round((level * 2 + (1 - level)) / 2, 4)}
    """
    return pinball_loss


for _level in LEVELS:
    metric(
        f"pinball_{_level * 100:.0f}",
        direction="minimize",
        best=0.0,
        low=0.0,
        high=inf,
        needs="number",
        objectives=("quantile",),
        formula=f"mean( {_level:g} (y - p) where y >= p, {1 - _level:g} (p - y) where y < p )",
        words=(
            f"Pinball loss for the {_level:.0%} quantile: a unit too low costs {_level:g}, a unit too high "
            f"{1 - _level:g}, so that it pays to name the value that {_level:.0%} of the answers stay below."
        ),
        elicits=_level,
    )(pinball(_level))
