"""What unequal clusters take from a sandwich: its expected shortfall, and how many degrees of freedom it has.

The scores of clusters are taken about their weighted mean, so their squares are too small, and few large clusters make
them vary more than as many equal ones. With cluster c of m_c tasks, h_c = m_c/T, and the working model that the scores
of two tasks of one cluster correlate by rho, v_c = m_c (1 + rho (m_c - 1)) and

    O_cd = [c = d] v_c - h_c v_d - h_d v_c + h_c h_d sum v        covariance of the scores about their mean
    correction = sum v / tr O        degrees = (tr O)² / |O|²     (Satterthwaite)

For equal clusters that is G/(G-1) and G-1, whatever rho is. Sources: R. Bell and D. McCaffrey, "Bias reduction in
standard errors for linear regression with multi-stage samples", Survey Methodology 28 (2002); the working model follows
G. Imbens and M. Kolesár, "Robust standard errors in small samples", Review of Economics and Statistics 98 (2016).
"""

from dataclasses import dataclass

import numpy as np

from leaderboards.outcomes import Floats


@dataclass(frozen=True)
class SmallSample:
    """Factor of a cluster sandwich and degrees of freedom of its t; NaN and 0 for a single cluster."""

    correction: float
    degrees: float

    @classmethod
    def of_equal(cls, count: int) -> "SmallSample":
        """For clusters of one size: G/(G-1) and G-1."""
        return cls(count / (count - 1), count - 1) if count > 1 else cls(float("nan"), 0)


def small_sample(sizes: Floats, ratio: float) -> SmallSample:
    """The correction for clusters of these sizes [G].

    `ratio` is the sum of squares of the clusters' scores over that of the single tasks' scores: 1 where the tasks of a
    cluster have nothing in common.
    """
    count = len(sizes)
    if count < 2 or sizes.min() == sizes.max():
        return SmallSample.of_equal(count)
    tasks, share = float(sizes.sum()), sizes / sizes.sum()
    variances = sizes + _likeness(sizes, ratio) * sizes * (sizes - 1)
    total = float(variances.sum())
    squares, own, cross = float(share @ share), float(variances @ variances), float(share @ variances)
    trace = total - 2 * cross + squares * total
    # |O|²: the part without the diagonal v first, over all pairs, then what v adds on the diagonal.
    apart = 2 * squares * own + squares**2 * total**2 + 2 * cross**2 - 4 * total * squares * cross
    on_diagonal = -2 * share * variances + share**2 * total
    norm = apart + float((variances * (variances + 2 * on_diagonal)).sum())
    return SmallSample(total / trace, min(trace**2 / norm, tasks - 1))


def _likeness(sizes: Floats, ratio: float) -> float:
    """rho within 0 and 1 by moments: the ratio of both sums of squares is linear in it above and below."""
    tasks, share = float(sizes.sum()), sizes / sizes.sum()
    pairs = sizes * (sizes - 1)
    alone = float((sizes * (1 - 2 * share)).sum() + (share @ share) * tasks)
    alike = float((pairs * (1 - 2 * share)).sum() + (share @ share) * pairs.sum())
    below = alike + ratio * float(pairs.sum()) / tasks
    return float(np.clip((ratio * (tasks - 1) - alone) / below, 0.0, 1.0)) if below > 0 else 1.0
