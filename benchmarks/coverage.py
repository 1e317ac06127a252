"""How often the 95 % intervals hold the truth, by simulation: `python benchmarks/coverage.py`.

Boards are drawn from a known truth and rated by the code that users call. The truth of a rating is what the same draw
gives on endlessly many tasks: exact where the noise is Gumbel's alone (then the model is Bradley-Terry), else from one
board of 200,000 tasks. Beside each figure stands its Monte-Carlo standard error, over boards, because the intervals of
one board miss together. --keep FILE remembers what is done, so that a run can be continued.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leaderboards.bradley_terry import ELO
from leaderboards.coefficients import Interval, concordance, pearson
from leaderboards.noise import corrected
from leaderboards.outcomes import FAILED, Outcomes, outcomes_from_scores
from leaderboards.ratings import Ratings, fit_outcomes, rate_outcomes

Floats = NDArray[np.float64]
MANY = 200_000
TASKS = (20, 50, 100, 200, 606)
SIZES = (1, 1, 1, 2, 3, 6)  # tasks of a dataset: half of the datasets have one, and the largest has six
SHARED = 0.7  # how far a dataset moves an agent on all of its tasks; a task alone moves it by Gumbel's 1.28


@dataclass(frozen=True)
class World:
    """Where boards are drawn from; `told` is how a line of the table names it."""

    told: str
    clustered: bool = False
    missing: float = 0.0
    failing: float = 0.0

    def drawn(self, truth: Floats, tasks: int, rng: np.random.Generator, name: str = "t") -> Outcomes:
        """A board of some tasks."""
        agents = len(truth)
        scores = truth + rng.gumbel(0, 1, (tasks, agents))
        cluster = np.arange(tasks)
        if self.clustered:
            cluster = np.repeat(np.arange(tasks), rng.choice(SIZES, tasks))[:tasks]
            scores += SHARED * rng.standard_normal((cluster.max() + 1, agents))[cluster]
        if self.failing:  # the weaker fail more often
            share = self.failing * np.linspace(2, 0, agents)[np.argsort(np.argsort(truth))]
            scores[rng.random(scores.shape) < share] = FAILED
        if self.missing:
            scores[rng.random(scores.shape) < self.missing] = np.nan
        names = [f"a{i}" for i in range(agents)]
        return outcomes_from_scores(
            scores, names, [f"{name}{t}" for t in range(tasks)], [f"{name}{c}" for c in cluster]
        )

    def rating_of(self, truth: Floats, rng: np.random.Generator) -> Floats:
        """[K] what endlessly many tasks would give, in Elo about their mean."""
        if not (self.clustered or self.failing):
            return np.asarray(ELO * (truth - truth.mean()))
        return fit_outcomes(self.drawn(truth, MANY, rng)).elo - 1000.0


WORLDS = (
    World("each task a dataset of its own"),
    World("datasets of one to six tasks", clustered=True),
    World("a fifth not run, a tenth failed", missing=0.2, failing=0.1),
    World("all of these", clustered=True, missing=0.2, failing=0.1),
)


@dataclass(frozen=True)
class Line:
    """A figure in percent with its Monte-Carlo standard error and the least and most that it may be."""

    what: str
    value: float
    error: float
    least: float
    most: float
    boards: int
    none: float = 0.0

    @property
    def words(self) -> str:
        """The line of the table."""
        verdict = "holds" if self.least <= self.value <= self.most else "MISSES"
        limits = f"at least {self.least:g}" if self.most >= 100 else f"{self.least:g} to {self.most:g}"
        none = f", {100 * self.none:.1f} % of boards without" if self.none else ""
        return (
            f"{verdict}  {self.what:<70} {self.value:5.1f} ± {self.error:.2f} %  ({limits}; {self.boards} boards{none})"
        )


def intervals(world: World, tasks: int, boards: int, seed: int) -> Line:
    """Coverage of the intervals of eight ratings."""
    rng = np.random.default_rng(seed)
    truth = np.linspace(-0.9, 0.9, 8)
    target = 1000 + world.rating_of(truth, rng)
    held = []
    for _ in range(boards):
        made = rate_outcomes(world.drawn(truth, tasks, rng), rounds=1)
        above, below = np.nan_to_num(made.high, nan=np.inf), np.nan_to_num(made.low, nan=-np.inf)
        held.append(float(((below <= target) & (target <= above)).mean()))
    what = f"interval, {tasks} tasks, {world.told}"
    return Line(what, 100 * float(np.mean(held)), 100 * float(np.std(held)) / boards**0.5, 93.5, 96.5, boards)


def corrections(world: World, tasks: tuple[int, int], agents: int, true_r: float, boards: int, seed: int) -> list[Line]:
    """Coverage of the corrected r and CCC of the same agents on other tasks; the right side has 0.8 of the spread."""
    rng = np.random.default_rng(seed)
    exact = not (world.clustered or world.failing)
    truth = _two_truths(agents, true_r, rng)
    targets = [world.rating_of(side, rng) for side in truth]
    held: list[tuple[bool, bool]] = []
    for _ in range(boards):
        if exact:  # other agents each time
            truth = _two_truths(agents, true_r, rng)
            targets = [world.rating_of(side, rng) for side in truth]
        sides = [_rated(world, side, count, rng, name) for side, count, name in zip(truth, tasks, "xy", strict=True)]
        found = corrected(sides[0], sides[1], 0.95, 400, seed=int(rng.integers(2**31)))
        if found is not None:
            held.append(
                (
                    _within(found.r, pearson(*targets)),
                    _within(found.ccc, concordance(*targets)),
                )
            )
    shares = np.mean(held, axis=0)
    what = f"{agents} agents, {tasks[0]} against {tasks[1]} tasks, true r {true_r:g}, {world.told}"
    return [
        Line(
            f"corrected {name}, {what}",
            100 * float(share),
            100 * float(np.sqrt(share * (1 - share) / len(held))),
            94.0,
            100.0,
            boards,
            1 - len(held) / boards,
        )
        for name, share in zip(("r", "CCC"), shares, strict=True)
    ]


def _within(found: Interval, truth: float) -> bool:
    """Whether an interval, open at an end that is not known, holds the truth but for rounding."""
    low, high = (end if end is not None else bound for end, bound in ((found.low, -1.0), (found.high, 1.0)))
    return low - 1e-12 <= truth <= high + 1e-12


def _two_truths(agents: int, true_r: float, rng: np.random.Generator) -> list[Floats]:
    """Two boards whose correlation over these agents is exactly `true_r`, the second with 0.8 of the first's spread."""
    x, y = (_standard(rng.standard_normal(agents)) for _ in range(2))
    rest = _standard(y - (x @ y) / (x @ x) * x) if true_r < 1 else np.zeros(agents)
    return [0.9 * x, 0.72 * (true_r * x + np.sqrt(1 - true_r**2) * rest)]


def _standard(values: Floats) -> Floats:
    return np.asarray((values - values.mean()) / values.std(ddof=1))


def _rated(world: World, truth: Floats, tasks: int, rng: np.random.Generator, name: str) -> Ratings:
    return rate_outcomes(world.drawn(truth, tasks, rng, name), rounds=1)


def jobs(boards: int, pairs: int) -> dict[str, Callable[[], list[Line]]]:
    """Every simulation by its name."""
    found: dict[str, Callable[[], list[Line]]] = {}
    for number, world in enumerate(WORLDS):
        for tasks in TASKS:
            key = f"interval/{world.told}/{tasks}/{boards}"
            found[key] = lambda w=world, t=tasks, s=100 * number + tasks: [intervals(w, t, boards, s)]
    sides = [((t, t), 8, r, WORLDS[0]) for t in (20, 50, 200) for r in (0.9, 1.0)]
    sides += [((50, 20), 12, 0.8, WORLDS[0]), ((200, 50), 8, 0.9, WORLDS[1]), ((50, 50), 8, 0.9, WORLDS[2])]
    for number, (tasks, agents, true_r, world) in enumerate(sides):
        key = f"corrected/{world.told}/{tasks}/{agents}/{true_r}/{pairs}"
        found[key] = lambda w=world, t=tasks, k=agents, r=true_r, s=number: corrections(w, t, k, r, pairs, 7000 + s)
    return found


def main() -> int:
    """Print every figure; 1 where one misses its limits by more than two standard errors."""
    parser = argparse.ArgumentParser(description="How often the 95 % intervals hold the truth.")
    parser.add_argument("--boards", type=int, default=1000, help="boards for the intervals of ratings")
    parser.add_argument("--pairs", type=int, default=2000, help="pairs of boards for corrected coefficients")
    parser.add_argument("--only", default="", help="only simulations whose name begins so")
    parser.add_argument("--keep", type=Path, help="a JSON file that remembers what is done")
    options = parser.parse_args()
    kept = json.loads(options.keep.read_text()) if options.keep and options.keep.exists() else {}
    missed = 0
    for name, job in jobs(options.boards, options.pairs).items():
        if not name.startswith(options.only):
            continue
        begun = time.process_time()
        if name not in kept:
            kept[name] = [vars(line) for line in job()]
            if options.keep:
                options.keep.write_text(json.dumps(kept, indent=1))
        for line in (Line(**fields) for fields in kept[name]):
            print(f"{line.words}  {time.process_time() - begun:.0f} s", flush=True)
            missed += not line.least - 2 * line.error <= line.value <= line.most + 2 * line.error
    return int(missed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
