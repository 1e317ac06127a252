"""What a design foretells, against simulation, against known values, and against itself reckoned from nothing."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from leaderboards.forecast import Design, Shares, covariance_of, law_of
from leaderboards.intervals import half_widths, influence
from leaderboards.outcomes import Outcomes, outcomes_from_scores, win_credits
from leaderboards.ratings import fit_outcomes, rate_outcomes
from leaderboards.recurrence import ASSUMED, shares_of
from tests.leaderboards.test_few_clusters import drawn as unequal
from tests.leaderboards.test_intervals import drawn

Floats = NDArray[np.float64]
SPREAD = np.pi / np.sqrt(6)


def repeated(tasks: int, each: int, runs: int, dataset: float, task: float, seed: int = 0) -> Outcomes:
    """Scores whose deviations come back by these shares, in the next task of a dataset and in the next run."""
    rng, strengths = np.random.default_rng(seed), np.array([-0.6, -0.2, 0.0, 0.3, 0.5])
    number = np.arange(tasks) // each
    scores = strengths[:, None] + rng.normal(0, SPREAD * np.sqrt(1 - task), (tasks, 5, runs))
    scores += rng.normal(0, SPREAD * np.sqrt(task - dataset), (tasks, 5))[:, :, None]
    scores += rng.normal(0, SPREAD * np.sqrt(dataset), (tasks, 5))[number][:, :, None]
    return outcomes_from_scores(scores, list("abcde"), [f"t{i}" for i in range(tasks)], [f"c{i}" for i in number])


def design(outcomes: Outcomes, shares: Shares | None = None, runs: Floats | None = None) -> Design:
    fit = fit_outcomes(outcomes)
    law = law_of(fit)
    own = shares or shares_of(outcomes, fit, law)
    return Design.of(fit, law, own, outcomes.runs if runs is None else runs, outcomes.cluster_index, 0.95)


@pytest.mark.parametrize("sign", [1, -1], ids=["highest wins", "lowest loses"])
def test_covariances_are_those_of_simulated_battles(sign: int) -> None:
    """The law is the mean of two; each alone is off by what its Gumbel noise leans, so the mean of both is compared."""
    strengths, rng = np.array([-0.8, 0.0, 0.2, 1.1]), np.random.default_rng(sign + 1)
    fit = fit_outcomes(drawn(list(strengths), 20000, seed=1))
    simulated = []
    for lean in (1, -1):
        scores = strengths + lean * rng.gumbel(0, 1, (200_000, 4))
        scores[:, 3 if sign > 0 else 0] = np.nan  # one of them did not play
        simulated.append(np.cov(win_credits(scores[:, :, None]).T))
    there = np.array([[1.0, 1, 1, 0] if sign > 0 else [0.0, 1, 1, 1]])
    found = covariance_of(law_of(fit), there, there, there, there)[0]
    np.testing.assert_allclose(found, np.mean(simulated, axis=0), atol=0.01)


def test_the_design_effect_of_equal_contestants_is_a_third_of_k_plus_one() -> None:
    for size in (2, 5, 9):
        fit = fit_outcomes(outcomes_from_scores(np.zeros((2, size)), list("abcdefghi")[:size], ["s", "t"]))
        law, there = law_of(fit), np.ones((1, size))
        found = np.trace(covariance_of(law, there, there, there, there)[0])
        assert found / law.information.sum() == pytest.approx((size + 1) / 3)


def test_a_change_equals_the_design_made_anew() -> None:
    """The slow, obvious way: everything from nothing; tasks of shared datasets, holes, repeated runs, a new task."""
    rng = np.random.default_rng(3)
    runs = rng.integers(0, 3, (8, 5)).astype(float)
    runs[:2], runs[7] = 1.0, 0.0
    outcomes = repeated(8, 2, 2, 0.2, 0.6)
    shares = Shares(1.1, 0.25, np.array([0.1, 0.5, 0.5, 0.7, 1.0]), dataset_measured=True, task_measured=True)
    before = design(outcomes, shares, runs)
    for task, row in ((2, [0, 1, 1, 2, 0]), (7, [1, 1, 0, 0, 0]), (7, [1, 0, 0, 0, 0]), (0, [2, 1, 1, 1, 1])):
        after = runs.copy()
        after[task] = row
        anew = design(outcomes, shares, after)
        changed = before.with_runs(task, np.array(row, dtype=float))
        np.testing.assert_allclose(changed.scores, anew.scores, atol=1e-9)
        np.testing.assert_allclose(changed.half_widths(), anew.half_widths(), rtol=1e-9)
        mean = float((anew.half_widths() ** 2).mean())
        assert before.mean_squares(np.array([task]), np.array([row], dtype=float))[0] == pytest.approx(mean)


def test_the_forecast_of_the_present_is_what_the_board_shows() -> None:
    for outcomes in (drawn([-1.0, 0.0, 0.3, 0.9], 300, seed=5, holes=0.3), repeated(300, 2, 2, 0.3, 0.6)):
        shown = rate_outcomes(outcomes, rounds=2)
        np.testing.assert_allclose(design(outcomes).half_widths(), (shown.high - shown.low) / 2, rtol=0.2)
        together = np.sqrt(np.mean(((shown.high - shown.low) / 2) ** 2))
        assert np.sqrt((design(outcomes).half_widths() ** 2).mean()) == pytest.approx(together, rel=0.03)


def test_the_forecast_of_unequal_datasets_is_exactly_what_the_board_shows() -> None:
    """Where the share is a solution within its bounds, what was seen is foretold: with the board's own correction."""
    outcomes = unequal(np.linspace(-0.9, 0.9, 6), 8, np.random.default_rng(1))
    fit = fit_outcomes(outcomes)
    told, found = influence(outcomes, fit), shares_of(outcomes, fit, law_of(fit))
    assert found.degrees == pytest.approx(told.small.degrees / (told.count - 1))
    assert (found.degrees < 0.8, 0 < found.dataset < 0.95) == (True, True)
    together = np.sqrt((half_widths(told, 0.95) ** 2).mean())
    assert np.sqrt((design(outcomes).half_widths() ** 2).mean()) == pytest.approx(together, rel=1e-6)


def test_more_datasets_leave_the_same_share_of_their_degrees() -> None:
    outcomes = drawn([-0.5, 0.0, 0.5], 12, seed=3)
    runs = np.vstack([outcomes.runs, np.zeros((6, 3))])
    ends = []
    for degrees in (1.0, 0.5):
        shares = Shares(1.0, 0.0, np.ones(3), dataset_measured=True, task_measured=True, degrees=degrees)
        fit = fit_outcomes(outcomes)
        made = Design.of(fit, law_of(fit), shares, runs, np.arange(18), 0.95)
        ends.append([made.half_widths()])
        for task in range(12, 18):
            made = made.with_runs(task, np.ones(3))
        ends[-1].append(made.half_widths())
    for place, count in enumerate((12, 18)):
        ratio = stats.t.ppf(0.975, (count - 1) / 2) / stats.t.ppf(0.975, count - 1)
        np.testing.assert_allclose(ends[1][place] / ends[0][place], ratio)


@pytest.mark.parametrize("each", [1, 2, 3])
@pytest.mark.parametrize(("dataset", "task"), [(0.0, 0.0), (0.0, 0.2), (0.0, 0.5), (0.4, 0.7), (0.0, 1.0)])
def test_shares_are_found(each: int, dataset: float, task: float) -> None:
    outcomes = repeated(400, each, 2, dataset, task, seed=4)
    fit = fit_outcomes(outcomes)
    found = shares_of(outcomes, fit, law_of(fit))
    assert found.task.mean() == pytest.approx(task, abs=0.12)  # in ranks a share is a little below that in scores
    np.testing.assert_allclose(found.task, task, atol=0.2)
    assert found.task_measured
    if each == 1:
        assert (found.dataset, found.dataset_measured) == (ASSUMED, False)
        np.testing.assert_array_equal(found.common, np.minimum(found.task, ASSUMED))
        return
    assert found.dataset_measured
    assert found.dataset == pytest.approx(dataset, abs=0.1)


def test_without_repeated_runs_a_task_keeps_at_least_what_its_dataset_keeps() -> None:
    outcomes = repeated(400, 2, 1, 0.7, 0.8, seed=4)
    fit = fit_outcomes(outcomes)
    found = shares_of(outcomes, fit, law_of(fit))
    assert (found.dataset_measured, found.task_measured) == (True, False)
    assert found.dataset > ASSUMED
    np.testing.assert_array_equal(found.task, found.dataset)


def test_of_two_measured_shares_neither_moves_the_other() -> None:
    outcomes = repeated(300, 2, 2, 0.5, 0.5, seed=4)
    fit = fit_outcomes(outcomes)
    found = shares_of(outcomes, fit, law_of(fit))
    assert (found.task < found.dataset).any(), "with true shares that are equal, of some contestants by chance"
    np.testing.assert_array_equal(found.common, np.minimum(found.task, found.dataset))


def test_repeated_runs_are_foretold_by_what_was_measured() -> None:
    """Datasets of one task, run twice: the half-widths of a third run are those that a third run then gives."""
    thrice = repeated(300, 1, 3, 0.0, 0.2)
    twice = replace(thrice, values=thrice.values[:, :, :2])
    then = rate_outcomes(thrice, rounds=1)
    foretold = design(twice, runs=thrice.runs).half_widths()
    together = np.sqrt(np.mean(((then.high - then.low) / 2) ** 2))
    assert np.sqrt((foretold**2).mean()) == pytest.approx(together, rel=0.03)


def test_tasks_of_a_dataset_share_no_more_than_runs_of_a_task() -> None:
    outcomes = repeated(20, 2, 1, 0.1, 0.2)
    half, fifth = (
        Shares(1.0, share, np.full(5, 0.2), dataset_measured=False, task_measured=True) for share in (0.5, 0.2)
    )
    np.testing.assert_allclose(design(outcomes, half).half_widths(), design(outcomes, fifth).half_widths())


def test_what_no_data_say_is_assumed_and_said() -> None:
    outcomes = drawn([0.0, 0.5, 1.0], 12, seed=1)
    fit = fit_outcomes(outcomes)
    found = shares_of(outcomes, fit, law_of(fit))
    assert (found.dataset_measured, found.task_measured) == (False, False)
    assert (found.dataset, set(found.task)) == (ASSUMED, {ASSUMED})
    one = drawn([0.0, 0.5, 1.0], 12, seed=1, clusters=1)
    assert not shares_of(one, fit, law_of(fit)).dataset_measured, "about their mean tasks of one dataset say nothing"


def test_repeating_what_never_varies_tells_nothing() -> None:
    outcomes = repeated(40, 1, 1, 0.0, 0.5)
    always = Shares(1.0, 0.0, np.ones(5), dataset_measured=True, task_measured=True)
    never = Shares(1.0, 0.0, np.zeros(5), dataset_measured=True, task_measured=True)
    twice = outcomes.runs * 2
    np.testing.assert_allclose(design(outcomes, always, twice).half_widths(), design(outcomes, always).half_widths())
    assert (design(outcomes, never, twice).half_widths() < 0.85 * design(outcomes, never).half_widths()).all()


def test_one_dataset_has_no_interval() -> None:
    outcomes = outcomes_from_scores([[1.0, 2, 3], [2.0, 1, 3]], list("abc"), ["s", "t"], ["d", "d"])
    assert np.isnan(design(outcomes).half_widths()).all()
