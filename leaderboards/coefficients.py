"""Coefficients of agreement of two columns of ratings: pure functions of numbers, each with its source.

All moments are 1/n (Lin 1989). Nothing is fitted: shifting or rescaling a side would make Lin's CCC equal r.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from math import atanh, sqrt, tanh

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from leaderboards.outcomes import Floats

MOST_PERMUTED = 8


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval; None where the data allow no interval."""

    value: float
    low: float | None = None
    high: float | None = None


def _moments(x: Floats, y: Floats) -> tuple[float, float, float]:
    """Variances and covariance, 1/n."""
    return float(x.var()), float(y.var()), float(((x - x.mean()) * (y - y.mean())).mean())


def pearson(x: Floats, y: Floats) -> float:
    """Pearson's r; NaN where a side has no spread."""
    sxx, syy, sxy = _moments(x, y)
    return sxy / (sqrt(sxx) * sqrt(syy)) if sxx > 0 and syy > 0 else float("nan")


def fisher_interval(r: float, count: int, confidence: float = 0.95) -> Interval:
    """Fisher's z interval of r: what other agents, drawn like these, would give. None below four pairs."""
    if count < 4 or not abs(r) < 1:
        return Interval(r)
    half = float(special.ndtri((1 + confidence) / 2)) / sqrt(count - 3)
    return Interval(r, tanh(atanh(r) - half), tanh(atanh(r) + half))


def permutation_p(x: Floats, y: Floats) -> float | None:
    """Exact two-sided p of r over all K! pairings; None above K = 8 or without spread."""
    count = len(x)
    if count > MOST_PERMUTED or count < 3 or not np.isfinite(pearson(x, y)):
        return None
    left, right = x - x.mean(), y - y.mean()
    orders = np.array(list(permutations(range(count))))
    sums = np.abs(right[orders] @ left)
    return float((sums >= abs(float(left @ right)) * (1 - 1e-12)).mean())


def concordance(x: Floats, y: Floats) -> float:
    """Lin's concordance correlation coefficient (Lin 1989), 1/n moments; 1 for two equal constants."""
    sxx, syy, sxy = _moments(x, y)
    apart = float(x.mean() - y.mean()) ** 2
    return 2 * sxy / (sxx + syy + apart) if sxx + syy + apart > 0 else 1.0


def concordance_interval(x: Floats, y: Floats, confidence: float = 0.95) -> Interval:
    """Lin's z interval of the CCC: Lin 1989 with the standard error of the 2000 erratum. None below three pairs."""
    count, ccc, r = len(x), concordance(x, y), pearson(x, y)
    if count < 3 or not np.isfinite(r) or r == 0 or not abs(ccc) < 1 or not abs(r) < 1:
        return Interval(ccc)
    sxx, syy, _ = _moments(x, y)
    shift = float(x.mean() - y.mean()) ** 2 / (sqrt(sxx) * sqrt(syy))
    rest = 1 - ccc**2
    variance = (
        (1 - r**2) * ccc**2 / (rest * r**2)
        + 2 * ccc**3 * (1 - ccc) * shift / (r * rest**2)
        - ccc**4 * shift**2 / (2 * r**2 * rest**2)
    ) / (count - 2)
    half = float(special.ndtri((1 + confidence) / 2)) * sqrt(max(variance, 0.0))
    return Interval(ccc, tanh(atanh(ccc) - half), tanh(atanh(ccc) + half))


def bias_factor(x: Floats, y: Floats) -> float:
    """Lin's C_b = CCC / r: how far the best line is from the identity line."""
    return concordance(x, y) / pearson(x, y)


def scale_ratio(x: Floats, y: Floats) -> float:
    """Spread of the second side over the first; with centred sides `CCC = r 2/(v + 1/v)`."""
    spread = float(x.std())
    return float(y.std()) / spread if spread > 0 else float("nan")


def spearman(x: Floats, y: Floats) -> float:
    """Pearson's r of the midranks."""
    from scipy import stats  # half a second, which a board alone does not need

    return pearson(np.asarray(stats.rankdata(x), dtype=float), np.asarray(stats.rankdata(y), dtype=float))


def kendall(x: Floats, y: Floats) -> float:
    """Kendall's tau-b."""
    first, second = np.triu_indices(len(x), 1)
    left, right = np.sign(x[first] - x[second]), np.sign(y[first] - y[second])
    norm = sqrt(float((left != 0).sum()) * float((right != 0).sum()))
    return float(left @ right) / norm if norm > 0 else float("nan")


def top_overlap(x: Floats, y: Floats, count: int) -> float | None:
    """Share of the first `count` that both sides name; None where there are no more contestants than that."""
    if len(x) <= count:
        return None
    top = [set(np.argsort(-side, kind="stable")[:count].tolist()) for side in (x, y)]
    return len(top[0] & top[1]) / count


def cronbach(columns: ArrayLike) -> float:
    """Cronbach's alpha of [n, k] columns."""
    table = np.asarray(columns, dtype=float)
    sides = table.shape[1]
    total = float(table.sum(axis=1).var(ddof=1))
    parts = float(table.var(axis=0, ddof=1).sum())
    return sides / (sides - 1) * (1 - parts / total) if total > 0 else float("nan")


def intraclass(columns: ArrayLike) -> float:
    """ICC(2,1): two-way random effects, absolute agreement, single measurement (Shrout and Fleiss 1979)."""
    table = np.asarray(columns, dtype=float)
    count, sides = table.shape
    mean = table.mean()
    rows = sides * float(((table.mean(axis=1) - mean) ** 2).sum()) / (count - 1)
    between = count * float(((table.mean(axis=0) - mean) ** 2).sum()) / (sides - 1)
    rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + mean
    error = float((rest**2).sum()) / ((count - 1) * (sides - 1))
    below = rows + (sides - 1) * error + sides * (between - error) / count
    return (rows - error) / below if below > 0 else float("nan")


@dataclass(frozen=True)
class BlandAltman:
    """Bias (mean of left minus right) and the limits within which 95 % of differences are expected."""

    bias: float
    low: float
    high: float


def bland_altman(x: Floats, y: Floats) -> BlandAltman:
    """Bias and limits of agreement: bias +- 1.96 standard deviations, 1/(n-1) (Bland and Altman 1986)."""
    differences = x - y
    bias, half = float(differences.mean()), 1.959963984540054 * float(differences.std(ddof=1))
    return BlandAltman(bias, bias - half, bias + half)


def leave_one_out(x: Floats, y: Floats, measure: Callable[[Floats, Floats], float]) -> tuple[float, ...]:
    """The measure without each contestant in turn, both sides centred again on those that stay."""
    values = []
    for one in range(len(x)):
        keep = np.arange(len(x)) != one
        values.append(measure(*centred(x[keep], y[keep])))
    return tuple(values)


def centred(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Both sides about their own mean."""
    return x - x.mean(), y - y.mean()
