"""Whether planned runs narrow the intervals more than others, and whether the tasks foretold suffice, by simulation.

`python benchmarks/planning.py [--worlds 100]`. A world is drawn: what every contestant would score in every run of
every task, of its strength, what the dataset and the task do to it, and the run's own luck (all normal, as wide as the
Gumbel noise of Bradley-Terry). A design shows some of it; a plan, made of what is shown alone, shows more.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from leaderboards.bradley_terry import ELO
from leaderboards.enough import _log_errors, datasets_for, enough
from leaderboards.forecast import Design, law_of
from leaderboards.intervals import half_widths, influence
from leaderboards.outcomes import Outcomes, outcomes_from_scores
from leaderboards.planning import Limits, Step, steps
from leaderboards.ratings import fit_outcomes, rate_outcomes
from leaderboards.recurrence import shares_of

Floats = NDArray[np.float64]
MOST_RUNS = 6
SPREAD = np.pi / np.sqrt(6)


@dataclass(frozen=True)
class World:
    """What everyone would score: [tasks, contestants, runs]; the dataset of each task; the true Elo."""

    scores: Floats
    clusters: Floats
    truth: Floats

    def shown(self, runs: Floats) -> Outcomes:
        """What a design [tasks, contestants] of numbers of runs shows."""
        seen = np.arange(MOST_RUNS) < runs[:, :, None]
        tasks, contestants = runs.shape
        names = [f"d{number:04.0f}" for number in self.clusters]
        found = outcomes_from_scores(
            np.where(seen, self.scores, np.nan), [f"a{i}" for i in range(contestants)],
            [f"t{i:05d}" for i in range(tasks)], names,
        )  # fmt: skip
        return found.on((~np.isnan(found.values)).any(axis=2).sum(axis=1) > 1)


def world(
    rng: np.random.Generator, size: int, tasks: int, sizes: tuple[int, ...], dataset: float, task: float
) -> World:
    """Datasets of `sizes` tasks in turn; `dataset` and `task` are the shares of a run's variance that come back."""
    strengths = np.sort(rng.normal(0, 0.8, size))
    number = np.repeat(np.arange(tasks), np.resize(sizes, tasks))[:tasks]
    common = rng.normal(0, SPREAD * np.sqrt(dataset), (tasks, size))[number]
    own = rng.normal(0, SPREAD * np.sqrt(task - dataset), (tasks, size))
    luck = rng.normal(0, SPREAD * np.sqrt(1 - task), (tasks, size, MOST_RUNS))
    scores = strengths[:, None] + (common + own)[:, :, None] + luck
    return World(scores, number.astype(float), ELO * (strengths - strengths.mean()))


def design_of(made: World, runs: Floats) -> Design:
    """What is known of a world after some runs, tasks that nobody ran included."""
    outcomes = made.shown(runs)
    fit = fit_outcomes(outcomes)
    law = law_of(fit)
    return Design.of(fit, law, shares_of(outcomes, fit, law), runs, made.clusters.astype(int), 0.95)


def level(made: World, runs: Floats) -> tuple[float, float]:
    """Root mean square of the half-widths that the board shows, and of the errors of the ratings."""
    outcomes = made.shown(runs)
    fit = fit_outcomes(outcomes)
    widths = half_widths(influence(outcomes, fit), 0.95)
    return float(np.sqrt((widths**2).mean())), float(np.sqrt(((fit.elo - 1000 - made.truth) ** 2).mean()))


def uneven(rng: np.random.Generator, tasks: int, size: int, fresh: int) -> Floats:
    """A table as they grow: everyone has run some of the tasks, some contestants many more; `fresh` tasks are new."""
    shares = np.linspace(0.25, 0.9, size)
    rng.shuffle(shares)
    runs = (rng.random((tasks, size)) < shares).astype(float)
    runs[:4] = 1.0  # a few that all ran
    runs[tasks - fresh :] = 0.0
    return runs


def planned(made: World, runs: Floats, count: int) -> tuple[Floats, float]:
    """The design after a plan, and the root mean square of the half-widths that is foretold, over that of now."""
    design = design_of(made, runs)
    more, last = runs.copy(), float("nan")
    found: list[Step] = list(steps(design, np.ones_like(runs), Limits(count, np.zeros(runs.shape[1]))))
    for step in found:
        more[step.task, list(step.contestants)] += 1
        last = step.half_width
    return more, last / float(np.sqrt((design.half_widths() ** 2).mean()))


def random_cells(rng: np.random.Generator, runs: Floats, count: int) -> Floats:
    """As many cells that were not run, of tasks that someone ran, at random."""
    more = runs.copy()
    empty = np.argwhere((runs == 0) & (runs.sum(axis=1, keepdims=True) > 0))
    for task, one in empty[rng.permutation(len(empty))[:count]]:
        more[task, one] += 1
    return more


def whole_tasks(rng: np.random.Generator, runs: Floats, count: int) -> Floats:
    """As many cells, whole rows of new tasks: everyone runs a task that nobody ran."""
    more = runs.copy()
    fresh = np.flatnonzero(runs.sum(axis=1) == 0)
    order = [(task, one) for task in fresh for one in rng.permutation(runs.shape[1])]
    for task, one in order[:count]:
        more[task, one] += 1
    return more


@dataclass(frozen=True)
class Case:
    """A kind of world and of table."""

    name: str
    size: int
    tasks: int
    sizes: tuple[int, ...]
    fresh: int
    count: int
    dataset: float
    task: float
    epochs: int = 1


CASES = (
    Case("30 tasks, holes", 10, 30, (1,), 0, 30, 0.0, 0.5),
    Case("24 tasks and 6 new ones", 10, 30, (1,), 6, 30, 0.0, 0.5),
    Case("15 datasets of 2 tasks, holes", 10, 30, (2,), 0, 30, 0.3, 0.5),
    Case("10 datasets of 1 to 9 tasks, holes", 10, 30, (1, 1, 1, 1, 2, 2, 3, 4, 6, 9), 0, 30, 0.3, 0.5),
    Case("30 tasks run twice, holes", 10, 30, (1,), 0, 30, 0.0, 0.2, epochs=2),
)


def narrowing(case: Case, worlds: int) -> list[str]:
    """The widths after a plan and after as many other runs; means over worlds with their standard errors."""
    rows = []
    for seed in range(worlds):
        rng = np.random.default_rng(seed)
        made = world(rng, case.size, case.tasks, case.sizes, case.dataset, case.task)
        runs = uneven(rng, case.tasks, case.size, case.fresh) * case.epochs
        before = level(made, runs)
        more, foretold = planned(made, runs, case.count)
        others = whole_tasks if case.fresh else random_cells
        plan, random = level(made, more), level(made, others(rng, runs, case.count))
        rows.append([before[0], plan[0], random[0], foretold * before[0], before[1], plan[1], random[1]])
    found = np.array(rows)
    mean, error = found.mean(axis=0), found.std(axis=0) / np.sqrt(len(found))
    gap = found[:, 2] - found[:, 1]
    other = "whole new tasks" if case.fresh else "random cells"
    return [
        f"{case.name}: half-width now {mean[0]:.1f}, after {case.count} planned runs {mean[1]:.1f} ± {error[1]:.1f} "
        f"(foretold {mean[3]:.1f}), after as many of {other} {mean[2]:.1f} ± {error[2]:.1f}",
        f"{case.name}: the plan narrows more by {gap.mean():.1f} ± {gap.std() / np.sqrt(len(gap)):.1f} Elo, in "
        f"{(gap > 0).mean():.0%} of the worlds; errors of the ratings {mean[4]:.1f} to {mean[5]:.1f} (plan) and "
        f"{mean[6]:.1f} (others)",
    ]


def sufficiency(start: int, width: float, worlds: int, size: int = 8) -> str:
    """Half-widths after as many datasets as were foretold from `start` of them."""
    asked, found = [], []
    for seed in range(worlds):
        rng = np.random.default_rng(1000 + seed)
        strengths = np.linspace(-1, 1, size)
        first = _plain(rng, strengths, start)
        needed = enough(rate_outcomes(first, rounds=2), width, rounds=2)
        middle = next(one for one in needed.contestants if one.what == (f"a{size // 2}",))
        if middle.datasets is None:
            continue
        asked.append(middle.datasets)
        then = rate_outcomes(_plain(rng, strengths, middle.datasets), rounds=2)
        found.append(float(half_widths(then.influence, 0.95)[size // 2]))
    ratio = np.array(found) / width
    return (
        f"from {start} datasets, ±{width:g} Elo: {np.median(asked):.0f} datasets foretold (median); with them the "
        f"half-width is {ratio.mean():.3f} of the stated one (deviation {ratio.std():.3f}, {len(ratio)} worlds)"
    )


def _plain(rng: np.random.Generator, strengths: Floats, tasks: int) -> Outcomes:
    scores = strengths + rng.gumbel(0, 1, (tasks, len(strengths)))
    return outcomes_from_scores(scores, [f"a{i}" for i in range(len(strengths))], [f"t{i}" for i in range(tasks)])


def coverage(start: int, worlds: int, size: int = 8, width: float = 50.0) -> str:
    """How often the intervals of the number of datasets hold the true one: ours, and the bootstrap's percentiles."""
    strengths = np.linspace(-1, 1, size)
    truth = np.mean([_variance(_plain(np.random.default_rng(10**6 + i), strengths, 4000))[1] for i in range(5)], axis=0)
    goal = np.array([datasets_for(float(value), width) for value in truth])
    ours, percentiles = [], []
    quantile = stats.t.ppf(0.975, start - 1)
    for seed in range(worlds):
        pulls, variance = _variance(_plain(np.random.default_rng(seed), strengths, start))
        spread = np.exp(quantile * _log_errors(pulls, 400, 1))
        ours.append(_holds(variance / spread, variance * spread, goal, width))
        drawn = np.random.default_rng(1).multinomial(start, np.full(start, 1 / start), 400)
        again = start**2 / (start - 1) * (drawn @ pulls**2 - (drawn @ pulls) ** 2 / start)
        percentiles.append(_holds(*np.quantile(again, [0.025, 0.975], axis=0), goal, width))
    return (
        f"from {start} datasets: the interval of their number holds the true one in {np.mean(ours):.1%}, the "
        f"bootstrap's percentiles in {np.mean(percentiles):.1%} (95 % is asked; {worlds} worlds, {size} contestants)"
    )


def _variance(outcomes: Outcomes) -> tuple[Floats, Floats]:
    found = influence(outcomes, fit_outcomes(outcomes))
    return found.pulls, found.count * np.diag(found.covariance)


def _holds(low: Floats, high: Floats, goal: Floats, width: float) -> list[bool]:
    ends = zip(low, high, goal, strict=True)
    return [datasets_for(float(a), width) <= n <= datasets_for(float(b), width) for a, b, n in ends]


def processor_time(size: int, tasks: int, count: int) -> str:
    """Of one plan, from the outcomes."""
    rng = np.random.default_rng(0)
    made, runs = world(rng, size, tasks, (1,), 0.0, 0.5), uneven(rng, tasks, size, tasks // 10)

    def plan() -> object:
        return planned(made, runs, count)

    return f"{size} contestants x {tasks} tasks, {count} runs planned: {_seconds(plan):.2f} s of processor time"


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def figures(worlds: int) -> Iterator[str]:
    """Every line."""
    for case in CASES:
        yield from narrowing(case, worlds)
    for start, width in ((12, 60.0), (20, 50.0), (40, 50.0)):
        yield sufficiency(start, width, worlds)
    for start in (5, 8, 20, 40):
        yield coverage(start, 3 * worlds)
    for size, tasks, count in ((13, 100, 50), (50, 200, 50)):
        yield processor_time(size, tasks, count)


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=100)
    for line in figures(parser.parse_args().worlds):
        print(line, flush=True)


if __name__ == "__main__":
    main()
