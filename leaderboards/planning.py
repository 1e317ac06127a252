"""Which runs next: greedy by what each is foretold to take off the intervals, under a budget of runs and of dollars.

The aim is the root mean square of the half-widths over the contestants (A-optimality: the trace of the ratings'
covariance, times the squared t quantile, which falls with each new dataset). Greedy with late evaluation (Minoux 1978):
a move's gain is reckoned again when it comes to the top, and at once for the tasks of a dataset that was just changed,
since gains of one dataset are not independent; a move is taken once nothing was last worth more than it by `CLOSE`.
A task that nobody ran is worth nothing for one contestant alone, so it is offered as a block: the best pair, grown
while the gain for a share of the budgets grows.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from leaderboards.forecast import Design
from leaderboards.outcomes import Floats

AT_ONCE = 64  # moves that are reckoned in one batch
CLOSE = 0.03  # of the gain: less than what it is known by
LEAST_GAIN = 1e-6  # Elo


@dataclass(frozen=True, eq=False)
class Limits:
    """What may be spent.

    Attributes:
        runs: at most so many.
        prices: [K] dollars a run; NaN where not known, then a contestant is not planned if there is a budget.
        dollars: at most so many; None without such a budget.
    """

    runs: int
    prices: Floats
    dollars: float | None = None

    def shares(self) -> Floats:
        """[K] share of the budgets that a run takes; infinite where the price is not known but counts."""
        if self.dollars is None:
            return np.full(len(self.prices), 1 / self.runs)
        return np.asarray(np.nan_to_num(1 / self.runs + self.prices / max(self.dollars, 1e-9), nan=np.inf))

    def after(self, added: Floats) -> "Limits":
        """What is left after some runs [K]."""
        left = None if self.dollars is None else self.dollars - float(np.nan_to_num(self.prices) @ added)
        return Limits(self.runs - int(added.sum()), self.prices, left)

    def allow(self, added: Floats) -> np.ndarray:
        """[n] whether these runs [n, K] of contestants with known prices are within both budgets."""
        allowed = added.sum(axis=1) <= self.runs
        if self.dollars is None:
            return np.asarray(allowed)
        return np.asarray(allowed & (added @ np.nan_to_num(self.prices) <= self.dollars + 1e-9))


@dataclass(frozen=True)
class Step:
    """Runs that are worth making together: a contestant's number each, on one task.

    `gain` is how much the root mean square of the half-widths falls, in Elo; `half_width` where it then is. The gain of
    a step that makes a second dataset, without which there is no interval, is not known (NaN).
    """

    task: int
    contestants: tuple[int, ...]
    gain: float
    half_width: float


def steps(design: Design, offered: Floats, limits: Limits) -> Iterator[Step]:
    """The best moves one after the other, until a budget is spent or nothing helps.

    Args:
        design: the runs made so far; tasks that nobody ran have rows of zeros.
        offered: [T, K] 1 where a contestant may be run on a task.
        limits: the budgets.
    """
    pool = _Pool(design, offered, limits)
    while pool.limits.runs > 0:
        found = pool.best()
        if found is None:
            return
        task, added, after = found
        before = pool.level
        pool.take(task, added, after)
        gain = float(np.sqrt(before) - np.sqrt(after)) if np.isfinite(before) else float("nan")
        yield Step(task, tuple(int(one) for one in np.flatnonzero(added)), gain, float(np.sqrt(after)))


class _Pool:
    """Moves with what they were last worth; each is some runs [K] more on a task."""

    def __init__(self, design: Design, offered: Floats, limits: Limits) -> None:
        self.design = design
        self.level = float(np.nan_to_num(design.level**2, nan=np.inf))
        self.limits = limits
        self._blocks: dict[bytes, Floats] = {}
        self._offered = offered
        self._price = limits.shares()
        self._tasks = np.zeros(0, dtype=np.intp)
        self._added = np.zeros((0, offered.shape[1]))
        self._worth = np.zeros(0)
        self._after = np.zeros(0)
        self._fresh = np.zeros(0, dtype=bool)
        self._offer(np.flatnonzero(offered.any(axis=1)))

    def best(self) -> tuple[int, Floats, float] | None:
        """The move that gains most for its share of the budgets, with the mean squared half-width after it."""
        over = ~self.limits.allow(self._added)
        tasks = self._tasks[over]
        self._drop(over)
        self._offer(tasks[~self.design.runs[tasks].any(axis=1)])  # a smaller block may be within what is left
        while len(self._tasks):
            order = np.argsort(-self._worth, kind="stable")
            fresh = self._fresh[order]
            stale = order[~fresh]
            top = int(order[np.argmax(fresh)]) if fresh.any() else -1
            if top < 0 or (len(stale) and self._worth[stale[0]] > self._worth[top] * (1 + CLOSE)):
                self._reckon(stale[:AT_ONCE])
                continue
            if self._worth[top] <= 0:
                return None
            return int(self._tasks[top]), self._added[top], float(self._after[top])
        return None

    def take(self, task: int, added: Floats, after: float) -> None:
        """Make a move: what it changes is offered anew, all else is reckoned again when it comes to the top."""
        self.design = self.design.with_runs(task, self.design.runs[task] + added)
        self.level = after
        if not self.design.runs[task].sum() > added.sum():
            self._blocks.clear()  # others are worth most in the next task that nobody ran
        self.limits = self.limits.after(added)
        self._fresh[:] = False
        near = np.flatnonzero(self.design.clusters == self.design.clusters[task])
        self._drop(np.isin(self._tasks, near))
        self._offer(near[self._offered[near].any(axis=1)])

    def _offer(self, tasks: np.ndarray) -> None:
        rows: list[tuple[int, Floats]] = []
        for task in tasks:
            allowed = self._offered[task] * np.isfinite(self._price)
            if self.design.runs[task].any():
                single = np.diag(allowed)[allowed > 0]
                rows += [(int(task), one) for one in single[self.limits.allow(single)]]
                continue
            key = self._alike(int(task)) + allowed.tobytes()
            if key not in self._blocks:
                self._blocks[key] = self._block(int(task), allowed)
            within = self._blocks[key][self.limits.allow(self._blocks[key])]
            if len(within):
                rows.append((int(task), within[-1]))
        if not rows:
            return
        first = len(self._tasks)
        self._tasks = np.append(self._tasks, [task for task, _ in rows]).astype(np.intp)
        self._added = np.vstack([self._added, [added for _, added in rows]])
        self._worth, self._after = (np.append(part, np.zeros(len(rows))) for part in (self._worth, self._after))
        self._fresh = np.append(self._fresh, np.zeros(len(rows), dtype=bool))
        for start in range(first, len(self._tasks), AT_ONCE):
            self._reckon(np.arange(start, min(start + AT_ONCE, len(self._tasks))))

    def _alike(self, task: int) -> bytes:
        """Tasks that nobody ran are alike where the same was run on the others of their datasets."""
        return np.sort(self.design.runs[self.design.clusters == self.design.clusters[task]], axis=0).tobytes()

    def _block(self, task: int, allowed: Floats) -> Floats:
        """[n, K] who should run a task that nobody ran: the best pair, grown while the gain for its price grows."""
        names = np.flatnonzero(allowed)
        first, second = np.triu_indices(len(names), 1)
        tried = np.zeros((len(first), len(allowed)))
        for side in (first, second):
            tried[np.arange(len(first)), names[side]] = 1.0
        grown, worth = [], 0.0
        while len(tried := tried[self.limits.allow(tried)]):
            chosen, value = self._top(task, tried)
            if value <= worth:
                break
            grown.append(chosen)
            worth = value
            tried = np.eye(len(allowed))[names[chosen[names] == 0]] + chosen
        return np.array(grown).reshape(-1, len(allowed))

    def _top(self, task: int, tried: Floats) -> tuple[Floats, float]:
        worth = np.concatenate([
            self._value(np.full(len(part), task), part)[0]
            for part in np.array_split(tried, -(-len(tried) // AT_ONCE))
        ])  # fmt: skip
        best = int(np.argmax(worth))
        return tried[best], float(worth[best])

    def _value(self, tasks: np.ndarray, added: Floats) -> tuple[Floats, Floats]:
        """Gain for the share of the budgets, and the mean squared half-width after it, of each move."""
        after = self.design.mean_squares(tasks, self.design.runs[tasks] + added)
        price = (added * np.where(added > 0, self._price, 0.0)).sum(axis=1)
        if not np.isfinite(self.level):  # no interval yet: the narrowest first
            return np.where(np.isfinite(after), 1 / np.sqrt(after), 0.0) / price, after
        gain = np.sqrt(self.level) - np.sqrt(after)
        return np.where(gain > LEAST_GAIN, gain, 0.0) / price, after

    def _reckon(self, moves: np.ndarray) -> None:
        self._worth[moves], self._after[moves] = self._value(self._tasks[moves], self._added[moves])
        self._fresh[moves] = True

    def _drop(self, gone: np.ndarray) -> None:
        kept = ~gone
        self._tasks, self._added, self._worth, self._after, self._fresh = (
            part[kept] for part in (self._tasks, self._added, self._worth, self._after, self._fresh)
        )
