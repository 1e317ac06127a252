"""Predictions of a task in one form, whatever is asked for, and the submission files that are made of them."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from generation.verification.columns import Numbers
from generation.verification.signal import most_frequent
from generation.verification.tables import Answers, Tables, Words, numbers_of, words_of
from harness.competition.metrics import METRICS

Rows = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Form:
    """What a submission of a task holds.

    A prediction is an array of shape (n,) of numbers or labels, or (n, labels) of probabilities.
    """

    tables: Tables

    @property
    def kind(self) -> str:
        return self.tables.card.task.prediction

    @cached_property
    def labels(self) -> Words:
        return np.array(self.tables.card.task.labels or sorted(set(self.tables.y_train.astype(str))), dtype=str)

    @cached_property
    def columns(self) -> list[str]:
        return [name for name in self.tables.sample.columns if name != self.tables.id]

    @cached_property
    def truth(self) -> Answers:
        return self.tables.y_test

    def exact(self, y: Answers) -> Answers:
        """The prediction that says exactly `y`: numbers and labels as they are, labels as certainties."""
        if self.kind == "probability":
            return np.asarray(words_of(y) == self.labels[1], dtype=np.float64)
        if self.kind == "probabilities":
            return np.asarray(words_of(y)[:, None] == self.labels[None, :], dtype=np.float64)
        return y

    def constant(self) -> Answers:
        """The honest constant: what the train rows say if features are not looked at.

        The number that the metric elicits (a metric of the task's own: the median); the most frequent label; the shares
        of the labels.
        """
        y, n = self.tables.y_train, len(self.truth)
        if self.kind == "number":
            spec = METRICS.get(self.tables.card.metric.name)
            return np.full(n, spec.typical(numbers_of(y)) if spec else float(np.median(numbers_of(y))))
        if self.kind == "label":
            return np.full(n, most_frequent(words_of(y)))
        shares = (np.asarray(y)[:, None] == self.labels[None, :]).mean(axis=0)
        return np.full(n, shares[1]) if self.kind == "probability" else np.tile(shares / shares.sum(), (n, 1))

    def wrong(self) -> Answers:
        """An answer for each row that is as wrong as the form allows."""
        truth = self.truth
        if self.kind == "number":
            numbers = numbers_of(truth)
            low, high = float(numbers.min()), float(numbers.max())
            return np.where(numbers - low > high - numbers, low, high)
        place = {label: at for at, label in enumerate(self.labels)}
        other = np.array([self.labels[(place.get(str(label), 0) + 1) % len(self.labels)] for label in truth])
        if self.tables.card.task.objective == "ordinal":
            # With neighbours alone half of all rows wrong would still score well, with the farther end alone each step
            # of noise would be so large that even a score of one digit tells them apart.
            middle = (len(self.labels) - 1) / 2
            far = np.array([self.labels[0 if place.get(str(label), 0) > middle else -1] for label in truth])
            return self.exact(np.where(np.arange(len(truth)) % 2 == 0, far, other))
        return self.exact(other)

    def file(self, prediction: Answers, order: Sequence[int] | None = None) -> bytes:
        """The prediction as submission.csv, rows in the order of test.csv or in another."""
        frame = pd.DataFrame({self.tables.id: self.tables.test[self.tables.id].to_numpy()})
        for at, name in enumerate(self.columns):
            frame[name] = prediction if prediction.ndim == 1 else prediction[:, at]
        if order is not None:
            frame = frame.iloc[list(order)]
        return frame.to_csv(index=False, lineterminator="\n").encode()


def read_prediction(form: Form, file: bytes) -> Answers | None:
    """A submission that an outsider wrote, as a prediction in the order of test.csv; None if it has another form."""
    try:
        frame = pd.read_csv(io.BytesIO(file), dtype=str, keep_default_na=False, na_filter=False)
    except (ValueError, pd.errors.ParserError, pd.errors.EmptyDataError):
        return None
    identity = form.tables.id
    if identity not in frame.columns or frame[identity].duplicated().any():
        return None
    frame = frame.set_index(pd.Index(frame[identity].str.strip().to_numpy(object)))
    wanted = pd.Index(form.tables.test[identity].to_numpy(object))
    if any(name not in frame.columns for name in form.columns) or set(frame.index) != set(wanted):
        return None
    cells = frame.loc[wanted, form.columns]
    if form.kind == "label":
        return words_of(cells[form.columns[0]].str.strip().to_numpy(dtype=str))
    numbers: Numbers = cells.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    return numbers if form.kind == "probabilities" else numbers[:, 0]


def blend(rows: Rows, one: Answers, other: Answers) -> Answers:
    """`one` on the rows, `other` elsewhere."""
    mask = rows if one.ndim == 1 else rows[:, None]
    return np.where(mask, one, other)
