"""A random split is one: target and features are distributed alike in both parts.

The two tests are written out: to import scipy would cost every verification a third of a second.
"""

from math import erfc, exp, lgamma, log, sqrt

import numpy as np
import pandas as pd

from generation.verification.columns import Numbers, as_numbers
from generation.verification.evidence import Evidence
from generation.verification.findings import Finding
from generation.verification.registry import Part, check
from generation.verification.tables import Tables

LEAST_NUMBERS = 10  # the asymptotic distribution of Kolmogorov and Smirnov is poor below
LEAST_OF_LEVEL = 20  # five expected in a quarter, as the chi-squared approximation asks (Cochran, 1954)
SMALL, TERMS = 0.3, 20  # below it the p-value is 1 to five digits; above it so many terms are more than enough
LEAST_P = 1e-5  # for all columns together: one false alarm in 100,000 packages


@check(
    "data.split_unbiased",
    layer="data",
    needs=[Part.PREPARED],
    protects="a test set cut off one end of a sorted file, or chosen to look easy",
)
def split_unbiased(evidence: Evidence) -> Finding:
    tables = evidence.tables
    if tables.card.task.split.rule != "random":
        return Finding.needless(f"the split is by {tables.card.task.split.rule}")
    found = {tables.target: _difference(_cells(tables, tables.target), numeric=tables.is_number)}
    for name in tables.features:
        found[name] = _difference((tables.train[name], tables.test[name]), numeric=name in tables.numeric)
    worst = min(found, key=lambda name: found[name])
    together = min(found[worst] * len(found), 1.0)
    return Finding.at_least(
        together,
        LEAST_P,
        where=f"test.csv:{worst}",
        evidence=f"{worst!r} differs most between the parts, p = {together:.2g}",
    )


def _cells(tables: Tables, target: str) -> tuple[pd.Series, pd.Series]:
    return tables.train[target], tables.answers[target]


def _difference(parts: tuple[pd.Series, pd.Series], *, numeric: bool) -> float:
    """The p-value of equal distributions: Kolmogorov-Smirnov for numbers, chi-squared for levels seen often enough."""
    if numeric:
        train, test = (numbers[np.isfinite(numbers)] for numbers in map(as_numbers, parts))
        if min(len(train), len(test)) < LEAST_NUMBERS:
            return 1.0
        return kolmogorov_smirnov(train, test)
    counts = np.array([part.value_counts().reindex(_levels(parts)).fillna(0).to_numpy() for part in parts])
    counts = counts[:, counts.sum(axis=0) >= LEAST_OF_LEVEL]
    if counts.shape[1] < 2:
        return 1.0
    return chi_squared(counts)


def kolmogorov_smirnov(one: Numbers, other: Numbers) -> float:
    """The asymptotic p-value of two samples' largest distance between their distribution functions (Smirnov, 1948)."""
    points = np.concatenate([one, other])
    at_one, at_other = (np.searchsorted(np.sort(sample), points, side="right") / len(sample) for sample in (one, other))
    rows = len(one) * len(other) / (len(one) + len(other))
    distance = sqrt(rows) * float(np.abs(at_one - at_other).max())
    if distance < SMALL:
        return 1.0
    return min(1.0, 2 * sum((1 if k % 2 else -1) * exp(-2 * (k * distance) ** 2) for k in range(1, TERMS)))


def chi_squared(counts: Numbers) -> float:
    """The p-value of equal shares in all rows of a table of counts (Pearson, 1900); two by two corrected (Yates)."""
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    free = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    apart = np.abs(counts - expected)
    if free == 1:
        apart = apart - np.minimum(0.5, apart)
    return _beyond(float((apart**2 / expected).sum()), free)


def _beyond(found: float, free: int) -> float:
    """The chance of a larger chi-squared; two degrees of freedom more add one term."""
    if found <= 0:
        return 1.0
    half = found / 2
    terms = (exp(k / 2 * log(half) - half - lgamma(k / 2 + 1)) for k in range(free % 2, free, 2))
    return min(1.0, (erfc(sqrt(half)) if free % 2 else 0.0) + sum(terms))


def _levels(parts: tuple[pd.Series, pd.Series]) -> list[str]:
    return sorted(set(parts[0]) | set(parts[1]))
