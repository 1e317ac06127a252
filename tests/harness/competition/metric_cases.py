"""Made-up answers and predictions for every metric of the registry, in each form that it takes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.competition.metrics import METRICS, MetricSpec

Array = npt.NDArray[Any]
TWO, MANY = ["no", "yes"], ["ant", "bee", "cat", "dog", "eel", "fox", "gnu"]
FORMS = sorted((spec.name, need) for spec in METRICS.values() for need in spec.needs)


@dataclass(frozen=True)
class Case:
    """One metric with answers and predictions of one form."""

    spec: MetricSpec
    need: str
    truth: Array
    guess: Array

    @property
    def labels(self) -> list[str]:
        return TWO if self.need == "probability" or self.spec.objectives == ("binary",) else MANY

    @property
    def options(self) -> dict[str, object]:
        return {} if self.need == "number" else {"labels": self.labels}

    def score(self, guess: Array | None = None, order: Array | None = None) -> float:
        said, rows = self.guess if guess is None else guess, slice(None) if order is None else order
        return self.spec.function(self.truth[rows], said[rows], **self.options)

    @property
    def perfect(self) -> Array:
        """The answers as a prediction."""
        if self.need == "probability":
            return np.asarray((self.truth == "yes").astype(float))
        return (self.truth[:, None] == np.array(MANY)).astype(float) if self.need == "probabilities" else self.truth

    def blurred(self, share: float, rng: np.random.Generator) -> Array:
        """The answers with a share of the rows of each label wrong, or with a share of every number another's."""
        best = self.perfect
        if self.need == "number":
            return (1 - share) * best + share * best[rng.permutation(len(best))]
        rows = np.concatenate([each[: round(share * len(each))] for each in self._rows_by_label(rng)])
        wrong = best.copy()
        if self.need == "label":
            known = self.labels
            wrong[rows] = [known[(known.index(label) + 1) % len(known)] for label in best[rows]]
        else:
            wrong[rows] = 1 - best[rows] if self.need == "probability" else np.roll(best[rows], 1, axis=1)
        return wrong

    def _rows_by_label(self, rng: np.random.Generator) -> list[Array]:
        return [rng.permutation(np.flatnonzero(self.truth == label)) for label in self.labels]

    def typical(self) -> Array:
        """The constant that pays best without looking at a row."""
        rows = len(self.truth)
        if self.need == "number":
            return np.full(rows, self.spec.typical(self.truth))
        shares = np.array([np.mean(self.truth == label) for label in self.labels])
        if self.need == "label":
            return np.full(rows, self.labels[int(shares.argmax())])
        return np.full(rows, shares[1]) if self.need == "probability" else np.tile(shares, (rows, 1))

    def anything(self, rng: np.random.Generator) -> Array:
        """A prediction that a submission may hold, with the ends of its domain."""
        rows = len(self.truth)
        if self.need == "number":
            ends = [-1e100, -1.0, -1e-300, 0.0, 5e-324, 1e-9, 1.0, 1e100, *self.truth[:3]]
            return rng.choice([end for end in ends if self.spec.submission_low <= end], rows)
        if self.need == "label":
            return rng.choice(self.labels, rows)
        if self.need == "probability":
            return rng.choice([0.0, 1e-300, 0.5, 1 - 1e-16, 1.0], rows)
        shares = rng.dirichlet([0.05] * len(MANY), rows)
        shares[: rows // 2] = np.eye(len(MANY))[rng.integers(0, len(MANY), rows // 2)]
        return np.minimum(shares * rng.uniform(0.9991, 1.0009, (rows, 1)), 1.0)


def case(name: str, need: str, seed: int, rows: int = 60) -> Case:
    """Answers in which every label is there, and predictions that are somewhat right."""
    spec, rng = METRICS[name], np.random.default_rng(seed)
    empty = Case(spec, need, np.array([]), np.array([]))
    if need == "number":
        truth = rng.gamma(2.0, 3.0, rows) + 1e-3
        return Case(spec, need, truth, np.abs(truth + rng.normal(0, 1, rows)) + 1e-3)
    known = empty.labels
    weights = np.arange(len(known), 0, -1, dtype=float)
    truth = rng.choice(known, rows, p=weights / weights.sum())
    truth[: len(known)] = known
    if need == "label":
        return Case(spec, need, truth, np.where(rng.random(rows) < 0.5, truth, rng.choice(known, rows)))
    if need == "probability":
        return Case(spec, need, truth, np.clip(0.3 * (truth == "yes") + 0.7 * rng.random(rows).round(1), 0, 1))
    shares = (truth[:, None] == np.array(known)) + rng.random((rows, len(known))).round(1)
    return Case(spec, need, truth, shares / shares.sum(axis=1, keepdims=True))
