"""Boards for each category of tasks (modality, objective, metric, difficulty, dataset), with partial pooling.

On few tasks a rating says little, so beside each category's own rating stands one pooled towards the overall rating
by empirical Bayes. With `R_i` the overall rating and `d_i` the category's deviation from it, both centred on the
contestants who played there, `V_ii` the sandwich variance of `R_i`, and `w_i` the share of i's battles that belong to
the category:

    v_i = V_ii (1/w_i - 1)                            noise of d_i, which is a part less its whole
    tau2 = max(0, (sum d_i² - sum v_i)/(K - 1))       true spread of the category about the overall board
    s_i = (K - 3)/(K - 1) v_i/(v_i + tau2)            how far d_i is shrunk; 0 for K <= 3
    pooled_i = R_i + (1 - s_i) d_i
    variance_i = V_ii + v_i (1 - s_i) + 2/(K - 3) s_i² d_i²

A part less its whole is uncorrelated with the whole, so the variances add. Sources: B. Efron and C. Morris, "Data
analysis using Stein's estimator and its generalizations", JASA 70 (1975); the factor (K - 3)/(K - 1) and the last term,
for an estimated tau2, follow C. Morris, "Parametric empirical Bayes inference", JASA 78 (1983).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leaderboards.errors import Islands
from leaderboards.intervals import half_widths, influence
from leaderboards.outcomes import Floats, Outcomes
from leaderboards.plain import known
from leaderboards.ratings import Ratings, Ties, fit_outcomes
from leaderboards.rows import Flag

COLUMN_OF = {
    "modality": "modality",
    "objective": "objective",
    "metric": "metric",
    "difficulty": "difficulty",
    "dataset": "cluster",
}
DIMENSIONS = tuple(COLUMN_OF)
THIN = 20  # datasets below which a category's own rating is shown pooled


@dataclass(frozen=True)
class CategoryRow:
    """A contestant in one category: its rating on these tasks alone and the pooled one; None where nothing says it.

    Both stand on the scale of the overall board: those who played in the category have its mean.
    """

    contestant: str
    rating: float | None
    low: float | None
    high: float | None
    pooled: float | None
    pooled_low: float | None
    pooled_high: float | None
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True)
class Category:
    """One category; `spread` is tau, in Elo, None where the overall ratings have no intervals.

    `thin` says that there are fewer than 20 datasets, so the pooled rating is the one to read.
    """

    name: str
    tasks: int
    datasets: int
    thin: bool
    spread: float | None
    rows: tuple[CategoryRow, ...]
    note: str = ""

    def shown(self, contestant: str) -> tuple[float | None, float | None, float | None]:
        """The rating to read with the ends of its interval: the pooled one where the category is thin."""
        row = next(row for row in self.rows if row.contestant == contestant)
        if self.thin and row.pooled is not None:
            return row.pooled, row.pooled_low, row.pooled_high
        return row.rating, row.low, row.high


@dataclass(frozen=True)
class Dimension:
    """The categories of one kind, those with most tasks first."""

    by: str
    categories: tuple[Category, ...]


def category_boards(
    frame: pd.DataFrame, ratings: Ratings, by: Sequence[str], confidence: float
) -> tuple[Dimension, ...]:
    """The boards of each kind in `by` that divides the tasks; `frame` is the checked results table of `ratings`.

    Tasks that name no category of a kind stay out of it; a kind with fewer than two categories tells nothing new.
    """
    outcomes = ratings.outcomes
    if not isinstance(outcomes, Outcomes):
        return ()
    whole = _Whole(ratings, _battles(outcomes), confidence)
    found = []
    for kind in by:
        names = _names_of(frame, outcomes.tasks, COLUMN_OF[kind])
        categories = [_category(name, whole, outcomes.on(names == name)) for name in sorted(set(names) - {""})]
        if len(categories) > 1:
            ordered = sorted(categories, key=lambda category: (-category.tasks, category.name))
            found.append(Dimension(kind, tuple(ordered)))
    return tuple(found)


def _names_of(frame: pd.DataFrame, units: Sequence[str], column: str) -> np.ndarray:
    """[T] the category of each task; the first that is named where rows differ."""
    named = frame[frame[column] != ""].drop_duplicates("unit").set_index("unit")[column]
    return np.array([str(named.get(unit, "")) for unit in units])


@dataclass(frozen=True, eq=False)
class _Whole:
    """The overall board, with the battles [K] of each contestant."""

    ratings: Ratings
    battles: Floats
    confidence: float

    @property
    def ties(self) -> Ties:
        return Ties.HALF if self.ratings.fit.nu is None else Ties.DAVIDSON


def _battles(outcomes: Outcomes) -> Floats:
    """[K] battles of each contestant."""
    present = outcomes.present
    return np.asarray((present * (present.sum(axis=1, keepdims=True) - 1)).sum(axis=0))


def _category(name: str, whole: _Whole, part: Outcomes) -> Category:
    fought = _battles(part)
    index = np.flatnonzero(fought)
    datasets = len({part.clusters[task] for task in np.flatnonzero(part.present.any(axis=1))})
    note, spread = "", None
    lines: dict[str, CategoryRow] = {}
    try:
        lines, spread = _lines(whole, part.among([part.contestants[i] for i in index]), index, fought[index])
    except Islands as apart:
        note = f"{len(apart.groups)} groups of contestants share no task"
    rows = tuple(lines.get(who) or _unplayed(who) for who in part.contestants)
    return Category(name, len(part.tasks), datasets, datasets < THIN, spread, rows, note)


def _unplayed(contestant: str) -> CategoryRow:
    return CategoryRow(contestant, None, None, None, None, None, None, (Flag.UNPLAYED,))


def _lines(
    whole: _Whole, part: Outcomes, index: NDArray[np.intp], fought: Floats
) -> tuple[dict[str, CategoryRow], float | None]:
    """The rows of those who played, `index` on the overall board, and tau."""
    fit = fit_outcomes(part, whole.ties)
    own = fit.elo - fit.elo.mean()
    half = half_widths(influence(part, fit), whole.confidence)
    half[[bound.contestant for bound in fit.bounds]] = np.nan
    pool = _pooled(whole, index, own, fought / whole.battles[index])
    level = whole.ratings.elo[index].mean()
    table = level + np.stack(
        [own, own - half, own + half, pool.middle, pool.middle - pool.half, pool.middle + pool.half]
    )
    bounded = {bound.contestant for bound in fit.bounds}
    lines = {}
    for i, who in enumerate(part.contestants):
        rating, low, high, pooled, pooled_low, pooled_high = map(known, table[:, i])
        flags = (Flag.BOUNDED,) if i in bounded else ()
        lines[who] = CategoryRow(who, rating, low, high, pooled, pooled_low, pooled_high, flags)
    return lines, pool.spread


@dataclass(frozen=True, eq=False)
class _Pool:
    """[K] pooled ratings about their mean, half their intervals, and tau."""

    middle: Floats
    half: Floats
    spread: float | None


def _pooled(whole: _Whole, index: NDArray[np.intp], own: Floats, shares: Floats) -> _Pool:
    """The formulas above for the contestants `index`; NaN where the overall ratings have no intervals."""
    size, told = len(index), whole.ratings.influence
    if told.count < 2:
        nothing = np.full(size, np.nan)
        return _Pool(nothing, nothing, None)
    overall = whole.ratings.elo[index] - whole.ratings.elo[index].mean()
    pulls = told.pulls[:, index]
    variance = ((pulls - pulls.mean(axis=1, keepdims=True)) ** 2).sum(axis=0) * told.correction
    gap, noise = own - overall, variance * (1 / shares - 1)
    tau2 = max(0.0, float((gap**2).sum() - noise.sum()) / (size - 1))
    total = noise + tau2
    shrunk = max(0.0, (size - 3) / (size - 1)) * np.divide(noise, total, out=np.zeros(size), where=total > 0)
    unsure = 2 / (size - 3) * (shrunk * gap) ** 2 if size > 3 else np.zeros(size)
    half = told.quantile(whole.confidence) * np.sqrt(variance + noise * (1 - shrunk) + unsure)
    return _Pool(overall + (1 - shrunk) * gap, half, float(np.sqrt(tau2)))


def categories_frame(dimensions: Sequence[Dimension]) -> pd.DataFrame:
    """One row for each contestant in each category, flags joined by "; "."""
    rows = [
        {
            "by": dimension.by,
            **{name: getattr(category, name) for name in ("tasks", "datasets", "thin", "spread", "note")},
            "category": category.name,
            **asdict(row),
            "flags": "; ".join(row.flags),
        }
        for dimension in dimensions
        for category in dimension.categories
        for row in category.rows
    ]
    first = ["by", "category", "tasks", "datasets", "thin", "spread"]
    return pd.DataFrame(rows, columns=[*first, *CategoryRow.__dataclass_fields__, "note"])
