"""Planned runs: against an exhaustive greedy search, against random runs, and within their budgets."""

import numpy as np
import pytest
from numpy.typing import NDArray

from leaderboards import planning
from leaderboards.forecast import Design, law_of
from leaderboards.intervals import half_widths, influence
from leaderboards.outcomes import outcomes_from_scores
from leaderboards.planning import Limits, steps
from leaderboards.ratings import fit_outcomes
from leaderboards.recurrence import shares_of

Floats = NDArray[np.float64]
SIZE = 6


def scores_of(tasks: int, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    return np.asarray(np.linspace(-0.7, 0.7, SIZE) + rng.gumbel(0, 1, (tasks, SIZE)))


def shown(scores: Floats, runs: Floats, each: int) -> tuple[Floats, Design]:
    """[K] half-widths on the board, and the design with the tasks that nobody ran."""
    number = np.arange(len(scores)) // each
    ran = runs.sum(axis=1) > 1
    names = [f"d{i:03d}" for i in number]
    outcomes = outcomes_from_scores(
        np.where(runs > 0, scores, np.nan)[ran], list("abcdef"), [f"t{i}" for i in np.flatnonzero(ran)],
        [name for name, some in zip(names, ran, strict=True) if some],
    )  # fmt: skip
    fit = fit_outcomes(outcomes)
    law = law_of(fit)
    made = Design.of(fit, law, shares_of(outcomes, fit, law), runs, number, 0.95)
    return half_widths(influence(outcomes, fit), 0.95), made


def holed(tasks: int, seed: int, fresh: int = 0) -> Floats:
    """Some contestants ran few tasks, some many; the last tasks nobody."""
    rng = np.random.default_rng(seed + 100)
    runs = (rng.random((tasks, SIZE)) < np.linspace(0.3, 0.9, SIZE)).astype(float)
    runs[:3] = 1.0
    runs[tasks - fresh :] = 0.0
    return runs


def once(runs: Floats) -> Floats:
    """What may be offered so that nothing is run twice."""
    return np.asarray((runs == 0).astype(float))


@pytest.mark.parametrize("each", [1, 2], ids=["a task a dataset", "two tasks a dataset"])
def test_each_step_is_the_best_of_all(each: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "CLOSE", 0.0)
    runs = holed(10, 1)
    _, made = shown(scores_of(10, 1), runs, each)
    for step in steps(made, np.ones_like(runs), Limits(6, np.zeros(SIZE))):
        best = {}
        for task, one in np.ndindex(*runs.shape):
            more = runs.copy()
            more[task, one] += 1
            anew = Design.of(made.fit, made.law, made.shares, more, made.clusters, 0.95)
            best[task, one] = float(np.sqrt((anew.half_widths() ** 2).mean()))
        assert step.half_width == pytest.approx(min(best.values()), rel=1e-3)
        assert best[step.task, step.contestants[0]] == pytest.approx(step.half_width)
        runs[step.task, list(step.contestants)] += 1
    assert runs.sum() == holed(10, 1).sum() + 6


def test_planned_cells_narrow_more_than_random_cells() -> None:
    gaps, foretold = [], []
    for seed in range(24):
        scores, runs = scores_of(24, seed), holed(24, seed)
        before, made = shown(scores, runs, 1)
        plan, random = runs.copy(), runs.copy()
        last = 0.0
        for step in steps(made, once(runs), Limits(14, np.zeros(SIZE))):
            plan[step.task, list(step.contestants)] = 1.0
            last = step.half_width
        empty = np.argwhere(runs == 0)
        random[tuple(empty[np.random.default_rng(seed).permutation(len(empty))[:14]].T)] = 1.0
        assert plan.sum() == random.sum() == runs.sum() + 14
        widths = [float(np.sqrt((shown(scores, one, 1)[0] ** 2).mean())) for one in (plan, random)]
        gaps.append(widths[1] - widths[0])
        now = float(np.sqrt((before**2).mean()))
        foretold.append(widths[0] / (now * last / float(np.sqrt((made.half_widths() ** 2).mean()))))
    assert np.mean(gaps) > 2 * np.std(gaps) / np.sqrt(len(gaps)) > 0
    assert np.mean(foretold) == pytest.approx(1, abs=0.05)


def test_a_task_that_nobody_ran_is_begun_by_several_at_once() -> None:
    runs = holed(12, 2, fresh=4)
    _, made = shown(scores_of(12, 2), runs, 1)
    found = list(steps(made, once(runs), Limits(12, np.zeros(SIZE))))
    begun: set[int] = set()
    for step in found:
        if step.task >= 8 and step.task not in begun:
            assert len(step.contestants) > 1, "alone nobody has a battle there"
        begun.add(step.task)
        assert step.gain > 0
    assert begun & set(range(8, 12))
    cells = [(step.task, one) for step in found for one in step.contestants]
    assert len(cells) == len(set(cells)) == 12


def test_two_datasets_are_wanted_before_all_else() -> None:
    """With one dataset there is no interval; the first step makes the second dataset, its gain is not known."""
    scores = scores_of(4, 0)
    runs = np.zeros((4, SIZE))
    runs[:2] = 1.0
    made = shown(scores, runs, 2)[1]
    first, second = list(steps(made, once(runs), Limits(SIZE, np.zeros(SIZE))))[:2]
    assert (first.task in {2, 3}, np.isnan(first.gain), np.isfinite(first.half_width)) == (True, True, True)
    assert second.gain > 0


def test_budgets_are_kept() -> None:
    runs = holed(16, 3, fresh=3)
    made = shown(scores_of(16, 3), runs, 1)[1]
    prices = np.array([0.0, 0.1, 0.5, 1.0, 4.0, np.nan])
    for count, dollars in ((5, None), (40, 3.0), (40, 0.0), (3, 0.05), (1, 100.0)):
        spent = np.zeros(SIZE)
        for step in steps(made, np.ones_like(runs), Limits(count, prices, dollars)):
            spent[list(step.contestants)] += 1
        assert 0 < spent.sum() <= count
        if dollars is not None:
            assert spent[5] == 0, "whose price is not known is not planned"
            assert spent[:5] @ prices[:5] <= dollars + 1e-9
    dear = Limits(10, np.array([9.0, 9, 9, 9, 9, 0.01]), 20.0)
    cheap = [one for step in steps(made, np.ones_like(runs), dear) for one in step.contestants]
    assert cheap.count(5) > len(cheap) / 2, "gain for the money"


def test_what_is_not_offered_is_not_planned() -> None:
    runs = holed(10, 4)
    made = shown(scores_of(10, 4), runs, 1)[1]
    offered = np.zeros_like(runs)
    offered[2:5, 1:3] = 1.0
    found = list(steps(made, offered, Limits(8, np.zeros(SIZE))))
    assert len(found) == 8
    assert {step.task for step in found} <= {2, 3, 4}
    assert {one for step in found for one in step.contestants} <= {1, 2}
    assert not list(steps(made, np.zeros_like(runs), Limits(8, np.zeros(SIZE))))
