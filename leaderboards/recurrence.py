"""How much of a run's deviation comes back in the next run, and on the next task of the dataset; from moments.

What the data vary by is compared with what the law of `leaderboards.forecast` says: over tasks (`spread`), between
tasks of one dataset (`dataset`), and between runs of one contestant on one task (`task`, each contestant's own, pooled
towards all as if it had `POOLED` degrees of freedom more).
"""

import numpy as np
from scipy.special import expit

from leaderboards.bradley_terry import Fit
from leaderboards.forecast import Law, Shares, related, summed
from leaderboards.outcomes import Floats, Outcomes

ASSUMED = 0.5  # a share that no data say anything of
POOLED = 4.0  # degrees of freedom that all contestants lend to each
MOST_DATASET = 0.95
NOTHING = 1e-12  # of variance, in natural units: below it every dataset says the same
ROUNDS = 30  # spread and shares depend on each other; they settle within a few


def shares_of(outcomes: Outcomes, fit: Fit, law: Law) -> Shares:
    """The shares that the outcomes show; `ASSUMED` where nothing was run twice, or no dataset has two tasks.

    Where every dataset says the same, the spread is the law's own.
    """
    there, runs = outcomes.present, outcomes.runs
    among, degrees, whole = _repeats(outcomes, law)
    repeated = bool(degrees.sum())
    task = np.full(len(fit.strengths), ASSUMED)
    expected = expit(fit.strengths[:, None] - fit.strengths[None, :])
    np.fill_diagonal(expected, 0.0)
    scores = outcomes.credits - there * (there @ expected.T)
    pulls = _centred(scores - scores.mean(axis=0), fit)  # with a prior the mean is its pull, and no noise
    count = len(there)
    seen = float((pulls**2).sum()) * count / max(count - 1, 1)
    spread = 1.0
    for _ in range(ROUNDS if repeated else 1):
        kept = task + (1 - task) / np.maximum(runs, 1.0)
        said = _trace(summed(law, there, there, kept, kept), fit)
        spread = seen / said if seen > NOTHING else 1.0
        if repeated:
            task = 1 - _fresh(among / spread, degrees, whole)
    dataset, measured = _dataset(outcomes, fit, law, pulls, seen / spread)
    return Shares(spread, dataset, np.maximum(task, dataset), measured, repeated, seen > NOTHING)


def _centred(scores: Floats, fit: Fit) -> Floats:
    pulls = scores @ fit.inverse[: scores.shape[1], : scores.shape[1]]
    return np.asarray(pulls - pulls.mean(axis=1, keepdims=True))


def _trace(covariance: Floats, fit: Fit) -> float:
    """Of the ratings' covariance that this covariance of `S - E` makes."""
    size = len(covariance)
    centred = fit.inverse[:size, :size] - fit.inverse[:size, :size].mean(axis=0)
    return float(np.trace(centred @ covariance @ centred.T))


def _dataset(outcomes: Outcomes, fit: Fit, law: Law, pulls: Floats, seen: float) -> tuple[float, bool]:
    """The share that tasks of one dataset have in common, and whether any two tasks say so."""
    left, right = related(outcomes.cluster_index)
    if not len(left) or seen <= NOTHING:
        return ASSUMED, False
    sums = np.zeros((len(outcomes.cluster_names), pulls.shape[1]))
    np.add.at(sums, outcomes.cluster_index, pulls)
    count, spread = len(sums), float((pulls**2).sum()) * len(pulls) / (len(pulls) - 1) / seen
    common = (float((sums**2).sum()) * count / max(count - 1, 1) / spread) - seen
    there, nobody = outcomes.present, np.zeros((len(left), pulls.shape[1]))
    own = _trace(summed(law, there[left], there[right], nobody + 1, nobody), fit)
    both = _trace(summed(law, there[left], there[right], nobody, nobody + 1), fit)
    # own x + both x² = common
    root = (-own + np.sqrt(own**2 + 4 * both * max(common, 0.0))) / (2 * both) if both > 0 else common / own
    return float(np.clip(root, 0.0, MOST_DATASET)), True


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
