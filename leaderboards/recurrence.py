"""How much of a run's deviation comes back in the next run, and on the next task of the dataset; from moments.

What the data vary by is compared with what the law of `leaderboards.forecast` says: over tasks (`spread`), between
tasks of one dataset (`dataset`), and between runs of one contestant on one task (`task`, each contestant's own, pooled
towards all as if it had `POOLED` degrees of freedom more).
"""

import numpy as np

from leaderboards.bradley_terry import ELO, Fit
from leaderboards.forecast import Law, Shares, related, summed
from leaderboards.intervals import LEAST_ERROR, influence, pulls_of, residuals_of
from leaderboards.outcomes import Floats, Outcomes

ASSUMED = 0.5  # a share that no data say anything of
POOLED = 4.0  # degrees of freedom that all contestants lend to each
MOST_DATASET = 0.95
NOTHING = float(LEAST_ERROR / ELO) ** 2  # of variance, in natural units: below it every dataset says the same
ROUNDS = 30  # spread and shares depend on each other; they settle within a few


def shares_of(outcomes: Outcomes, fit: Fit, law: Law) -> Shares:
    """The shares that the outcomes show; `ASSUMED` where nothing was run twice, or no datasets show what tasks share.

    Where every dataset says the same, the spread is the law's own. An assumed share gives way to one that was measured.
    """
    there, runs = outcomes.present, outcomes.runs
    among, degrees, whole = _repeats(outcomes, law)
    repeated = bool(degrees.sum())
    task = np.full(len(fit.strengths), ASSUMED)
    seen = _variance_of_tasks(outcomes, fit)
    spread = 1.0
    for _ in range(ROUNDS if repeated else 1):
        kept = task + (1 - task) / np.maximum(runs, 1.0)
        said = _trace(summed(law, there, there, kept, kept), fit)
        spread = seen / said if seen > NOTHING else 1.0
        if repeated:
            task = 1 - _fresh(among / spread, degrees, whole)
    told = influence(outcomes, fit)
    added = float(np.trace(told.covariance)) / ELO**2 - seen  # what tasks of one dataset add by being alike
    dataset = _dataset(outcomes, fit, law, added / spread) if seen > NOTHING and told.count > 1 else None
    if dataset is not None and not repeated:
        task = np.maximum(task, dataset)
    return Shares(
        spread,
        ASSUMED if dataset is None else dataset,
        task,
        dataset is not None,
        repeated,
        seen > NOTHING,
        told.degrees_kept,
    )


def _variance_of_tasks(outcomes: Outcomes, fit: Fit) -> float:
    """The trace of the ratings' covariance, in natural units, were each task a dataset of its own."""
    scores = residuals_of(outcomes, fit)[outcomes.present.any(axis=1)]
    pulls = pulls_of(scores - scores.mean(axis=0), fit) / ELO  # with a prior the mean is its pull, and no noise
    return float((pulls**2).sum()) * len(scores) / max(len(scores) - 1, 1)


def _trace(covariance: Floats, fit: Fit) -> float:
    """Of the ratings' covariance that this covariance of `S - E` makes."""
    size = len(covariance)
    centred = fit.inverse[:size, :size] - fit.inverse[:size, :size].mean(axis=0)
    return float(np.trace(centred @ covariance @ centred.T))


def _dataset(outcomes: Outcomes, fit: Fit, law: Law, common: float) -> float | None:
    """The share that tasks of one dataset have in common, from what they add; None where no dataset has two tasks."""
    left, right = related(outcomes.cluster_index)
    if not len(left):
        return None
    there = outcomes.present
    nobody = np.zeros((len(left), there.shape[1]))
    own = _trace(summed(law, there[left], there[right], nobody + 1, nobody), fit)
    both = _trace(summed(law, there[left], there[right], nobody, nobody + 1), fit)
    # own x + both x² = common
    root = (-own + np.sqrt(own**2 + 4 * both * max(common, 0.0))) / (2 * both) if both > 0 else common / own
    return float(np.clip(root, 0.0, MOST_DATASET))


def _repeats(outcomes: Outcomes, law: Law) -> tuple[Floats, Floats, Floats]:
    """Each contestant's variance between its runs of a task, summed; degrees of freedom; what one run varies by."""
    size = len(outcomes.contestants)
    among, degrees, whole = np.zeros(size), np.zeros(size), np.zeros(size)
    runs, values = outcomes.runs, outcomes.values
    for task, one in np.argwhere((runs > 1) & (outcomes.present > 0)):
        own = values[task, one][~np.isnan(values[task, one])]
        others = np.arange(size) != one
        mine, theirs = own[:, None, None], values[task, others]
        won = ((mine > theirs) + (mine == theirs) / 2).sum(axis=2)
        credit = (won / np.maximum(runs[task, others], 1)).sum(axis=1)
        met = outcomes.present[task] * others
        extra = len(own) - 1
        among[one] += extra * credit.var(ddof=1)
        degrees[one] += extra
        whole[one] += extra * (met @ law.own[one] @ met + (law.meeting[one] / np.maximum(runs[task], 1)) @ met)
    return among, degrees, whole


def _fresh(among: Floats, degrees: Floats, whole: Floats) -> Floats:
    """[K] share of a run that is new in the next run, pooled towards that of all."""
    pooled = among.sum() / whole.sum() if whole.sum() > 0 else 1 - ASSUMED
    own = np.divide(among, whole, out=np.full_like(among, pooled), where=whole > 0)
    return np.asarray(np.clip((degrees * own + POOLED * pooled) / (degrees + POOLED), 0.0, 1.0))
