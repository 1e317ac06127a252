"""The named metric on predictions of a task, by our own function instead of the package's."""

import numpy as np

from generation.verification.answers import Form
from generation.verification.tables import Answers, numbers_of, words_of
from harness.competition.metrics import get


def named_score(name: str, form: Form, prediction: Answers) -> float | None:
    """The score, or None where the metric is not defined on it.

    Raises:
        UnknownMetric: there is no metric of that name.
    """
    function = get(name).function
    try:
        if form.kind == "number":
            return float(function(numbers_of(form.truth), numbers_of(prediction)))
        guess = words_of(prediction) if form.kind == "label" else np.asarray(prediction, dtype=np.float64)
        return float(function(words_of(form.truth), guess, labels=form.labels.tolist()))
    except ValueError:
        return None
