"""The registry of named metrics: what a file in `metrics/` declares of its metric."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from math import inf
from typing import Literal, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

Direction = Literal["minimize", "maximize"]
Need = Literal["number", "label", "probability", "probabilities"]
Elicited = float | Literal["mean"]
MetricFunction: TypeAlias = Callable[..., float]
Function = TypeVar("Function", bound=MetricFunction)


@dataclass(frozen=True)
class MetricSpec:
    """One named metric.

    `best` is the score of the answers themselves; `low` and `high` are the range of the score; `needs` are the forms of
    prediction it scores; `objectives` the questions it fits; `submission_low` and `submission_high` bound the numbers
    that may be answered (`number` alone); `elicits` is what it pays to say of a distribution of numbers: its mean, or
    the quantile of that level (0.5: the median, also where the best constant has no simple name); `formula` is plain
    text with y the answer and p the prediction; `words` is one sentence.
    """

    name: str
    function: MetricFunction
    direction: Direction
    best: float
    low: float
    high: float
    needs: tuple[Need, ...]
    objectives: tuple[str, ...]
    formula: str
    words: str
    submission_low: float = -inf
    submission_high: float = inf
    elicits: Elicited = 0.5

    @property
    def higher_is_better(self) -> bool:
        return self.direction == "maximize"

    @property
    def range(self) -> str:
        """The range of the score in words."""
        if self.low == -inf:
            return f"up to {self.high:g}"
        return f"{self.low:g} to {self.high:g}" if self.high < inf else f"from {self.low:g} up"

    def typical(self, numbers: npt.ArrayLike) -> float:
        """The constant that says of numbers what the metric elicits."""
        values = np.asarray(numbers, dtype=np.float64)
        return float(values.mean() if self.elicits == "mean" else np.quantile(values, self.elicits))


class UnknownMetric(LookupError):
    """A name that no file in `metrics/` declares."""

    def __init__(self, name: str) -> None:
        near = get_close_matches(name, METRICS, n=3) or sorted(METRICS)
        super().__init__(f"There is no metric named {name!r}. Near names: {', '.join(near)}.")


METRICS: dict[str, MetricSpec] = {}


def metric(  # noqa: PLR0913 - each is a field of MetricSpec
    name: str,
    *,
    direction: Direction,
    best: float,
    low: float,
    high: float,
    needs: Need | Iterable[Need],
    objectives: Iterable[str],
    formula: str,
    words: str,
    submission_low: float = -inf,
    submission_high: float = inf,
    elicits: Elicited = 0.5,
) -> Callable[[Function], Function]:
    """Register a function of (y_true, y_pred) as the metric of that name.

    Metrics of labels and probabilities also take `labels`, the allowed answers: for two classes the negative one, then
    the positive one; for ordered classes in their order.

    Raises:
        ValueError: the name is taken, or `best` is not an end of the range that goes with the direction.
    """
    if name in METRICS:
        raise ValueError(f"two metrics are named {name!r}")
    if best != (low if direction == "minimize" else high):
        raise ValueError(f"{name}: the best score to {direction} is not {best} in the range {low} to {high}")

    def register(function: Function) -> Function:
        METRICS[name] = MetricSpec(
            name=name,
            function=function,
            direction=direction,
            best=best,
            low=low,
            high=high,
            needs=(needs,) if isinstance(needs, str) else tuple(needs),
            objectives=tuple(objectives),
            formula=formula,
            words=words,
            submission_low=submission_low,
            submission_high=submission_high,
            elicits=elicits,
        )
        return function

    return register
