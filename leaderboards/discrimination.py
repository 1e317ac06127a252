"""How well a task tells strong contestants from weak ones: its item-rest correlation.

Pearson's correlation, over the contestants of the task, of the share of battles won on it with the share won on all
other tasks. 1: the task orders the contestants as the rest does; 0: it says nothing of what the rest measures; below 0:
it rewards those who lose elsewhere. Leaving the task itself out keeps it from agreeing with itself.

Source: the corrected item-total correlation of classical test theory (J. Nunnally and I. Bernstein, "Psychometric
Theory", 3rd edition, 1994, chapter 8).
"""

import numpy as np

from leaderboards.outcomes import Floats, Outcomes

LEAST_CONTESTANTS = 3


def item_rest(outcomes: Outcomes) -> Floats:
    """[T] correlations; NaN with fewer than three contestants, or where a side has no spread."""
    if not outcomes.values.size:
        return np.full(len(outcomes.tasks), np.nan)
    there, credits = outcomes.present, outcomes.credits
    fought = there * np.maximum(there.sum(axis=1, keepdims=True) - 1, 0)
    elsewhere = fought.sum(axis=0) - fought
    used = there * (elsewhere > 0)
    here = _share(credits, fought)
    rest = _share(credits.sum(axis=0) - credits, elsewhere)
    count = used.sum(axis=1, keepdims=True)
    x, y = (used * (side - _share((used * side).sum(axis=1, keepdims=True), count)) for side in (here, rest))
    spread = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    told = (count[:, 0] >= LEAST_CONTESTANTS) & (spread > 1e-12)
    return np.asarray(np.divide((x * y).sum(axis=1), spread, out=np.full(len(there), np.nan), where=told))


def _share(part: Floats, whole: Floats) -> Floats:
    """0 where there is nothing to share."""
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole > 0)
