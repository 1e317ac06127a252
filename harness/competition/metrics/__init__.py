"""Named metrics: numpy functions of (y_true, y_pred), each a file of this folder, found by scanning it.

Adding a metric is adding one file: a function under the decorator `metric` of `harness.competition.registry`, in numpy
alone, that raises ValueError where the score is not defined. It is then in METRICS, in `mlesmith list metrics`, in the
page docs/metrics.md, in the tests over all metrics, and importable from here by its name: `from
harness.competition.metrics import rmse`.
"""

import pkgutil
from importlib import import_module

from harness.competition.registry import METRICS, MetricFunction, MetricSpec, UnknownMetric, metric

__all__ = ["METRICS", "MetricSpec", "UnknownMetric", "get", "metric"]

for _found in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{_found.name}")
# By now a file named like its metric stands under that name; what a metric.py imports is the function.
globals().update({_spec.name: _spec.function for _spec in METRICS.values()})


def get(name: str) -> MetricSpec:
    """The metric of that name.

    Raises:
        UnknownMetric: there is none; the message lists near names.
    """
    if name not in METRICS:
        raise UnknownMetric(name)
    return METRICS[name]


def __getattr__(name: str) -> MetricFunction:
    if name in METRICS:
        return METRICS[name].function
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
