"""How many datasets a stated interval needs: the least that does, as the board shows them, with an honest interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from leaderboards.battles import read_battles
from leaderboards.enough import FEWEST, MOST, Needed, datasets_for, enough
from leaderboards.errors import NothingToPlan
from leaderboards.outcomes import Outcomes, outcomes_from_scores
from leaderboards.ratings import rate_outcomes
from tests.leaderboards.test_battles import battles
from tests.leaderboards.test_few_clusters import drawn as unequal
from tests.leaderboards.test_intervals import drawn

STRENGTHS = [-1.0, -0.4, 0.0, 0.2, 0.9]


@given(st.floats(1.0, 1e3), st.floats(5.0, 300.0), st.sampled_from([1.0, 0.6, 0.2]))
def test_the_least_number_that_is_enough(spread: float, width: float, kept: float) -> None:
    count = datasets_for(spread**2, width, degrees_kept=kept)

    def half(number: int) -> float:
        return float(stats.t.ppf(0.975, kept * (number - 1)) * spread / np.sqrt(number))

    assert half(count) <= width
    assert count == 2 or half(count - 1) > width


@given(st.floats(-2.0, 12.0), st.floats(0.0, 3.0), st.floats(0.2, 1.0))
def test_more_variance_and_fewer_degrees_never_need_fewer(power: float, more: float, kept: float) -> None:
    few = datasets_for(10**power, 1.0)
    assert 2 <= few <= datasets_for(10 ** (power + more), 1.0) <= MOST
    assert few <= datasets_for(10**power, 1.0, degrees_kept=kept)


def test_more_than_anyone_could_run_is_cut() -> None:
    assert datasets_for(1e12, 1.0) == datasets_for(1.2 * MOST / stats.norm.ppf(0.975) ** 2, 1.0) == MOST
    assert datasets_for(0.9 * MOST / stats.norm.ppf(0.975) ** 2, 1.0) == pytest.approx(0.9 * MOST, rel=1e-3)


@pytest.mark.parametrize(
    "outcomes",
    [drawn(STRENGTHS, 30, seed=2), unequal(np.array(STRENGTHS), 30, np.random.default_rng(5))],
    ids=["a task a dataset", "datasets of 1 to 6 tasks"],
)
def test_half_widths_are_the_boards_and_the_number_of_now_is_enough_for_them(outcomes: Outcomes) -> None:
    ratings = rate_outcomes(outcomes, rounds=2)
    widths = (ratings.high - ratings.low) / 2
    found = {one.what[0]: one for one in enough(ratings, 50.0).contestants}
    for index, name in enumerate(ratings.outcomes.contestants):
        assert found[name].half_width == pytest.approx(widths[index])
        own = {one.what[0]: one for one in enough(ratings, float(widths[index]) * 1.0001).contestants}
        assert own[name].datasets == 30


def test_the_worst_is_the_widest_and_neighbours_are_compared() -> None:
    ratings = rate_outcomes(drawn(STRENGTHS, 40, seed=3, clusters=20), rounds=2)
    found = enough(ratings, 60.0)
    assert (found.datasets, found.tasks_each) == (20, 2.0)
    assert found.worst == max(found.contestants, key=lambda one: one.datasets or 0)
    assert [one.what for one in found.differences] == [
        (first.what[0], second.what[0])
        for first, second in zip(found.contestants[:-1], found.contestants[1:], strict=True)
    ]
    covariance = ratings.influence.covariance
    names = ratings.outcomes.contestants
    for one in found.differences:
        i, j = (names.index(name) for name in one.what)
        error = np.sqrt(covariance[i, i] + covariance[j, j] - 2 * covariance[i, j])
        assert one.half_width == pytest.approx(stats.t.ppf(0.975, 19) * error)
        assert (one.low or 0) <= (one.datasets or 0) <= (one.high or 0)


def test_the_interval_holds_the_number_of_many_datasets() -> None:
    """300 pairs of a small board and a contestant; at least 92 % and not all."""
    truth = {
        one.what: one.datasets
        for one in enough(rate_outcomes(drawn(STRENGTHS, 6000, seed=9), rounds=2), 50.0).contestants
    }
    held = []
    for seed in range(60):
        small = enough(rate_outcomes(drawn(STRENGTHS, 15, seed=seed), rounds=2), 50.0, rounds=300)
        held += [(one.low or 0) <= (truth[one.what] or 0) <= (one.high or 0) for one in small.contestants if one.low]
    assert len(held) > 250
    assert 0.92 < np.mean(held) < 1


def test_as_many_datasets_as_foretold_give_the_width() -> None:
    ratios = []
    for seed in range(12):
        asked = {
            one.what[0]: one.datasets
            for one in enough(rate_outcomes(drawn(STRENGTHS, 25, seed), rounds=2), 60.0).contestants
        }
        then = rate_outcomes(drawn(STRENGTHS, asked["a2"] or 0, seed + 500), rounds=2)
        ratios.append((then.high - then.low)[2] / 2 / 60.0)
    assert np.mean(ratios) == pytest.approx(1, abs=0.1)


def test_too_few_say_nothing() -> None:
    one = enough(rate_outcomes(drawn(STRENGTHS[:3], 6, seed=0, clusters=1), rounds=2), 50.0)
    assert one.contestants
    for row in one.contestants:
        assert row == Needed(row.what, None, None, None, None)
    few = enough(rate_outcomes(drawn([0.0, 0.1, 0.2], FEWEST - 1, seed=11), rounds=2), 50.0)
    assert len(few.contestants) == 3
    for row in few.contestants:
        assert row.datasets is not None
        assert row.low is None
        assert row.high is None
    unbeaten = outcomes_from_scores(
        [[9.0, 1, 2], [9.0, 3, 1], [9.0, 1, 2], [9.0, 2, 1], [9.0, 1, 2]], ["x", "y", "z"], list("stuvw")
    )
    found = {row.what[0]: row for row in enough(rate_outcomes(unbeaten, rounds=2), 50.0).contestants}
    assert found["x"].datasets is None
    assert found["y"].datasets is not None


def test_battles_are_refused() -> None:
    ratings = rate_outcomes(read_battles(battles(200, 4)), rounds=2)
    with pytest.raises(NothingToPlan, match="battles name no datasets"):
        enough(ratings, 50.0)
