"""Two boards compared: the paper's figures, the noise of few tasks, and what is refused."""

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from leaderboards.agreement import agreement
from leaderboards.board import Board, board, rate
from leaderboards.coefficients import concordance, pearson
from leaderboards.errors import PartOfWhole, TooFewCommon, UnknownReference
from leaderboards.intervals import cluster_weights, rerate
from leaderboards.noise import corrected, noise_of, same_board
from leaderboards.outcomes import outcomes_from_scores
from leaderboards.published import published, published_names
from leaderboards.ratings import Ratings, rate_outcomes
from tests.leaderboards.tables import controls, results

AGENTS = {"constant": -2.0, **{f"a{i}": 0.3 * i for i in range(9)}}


def side(collection: str, tasks: int, seed: int, agents: dict[str, float] | None = None) -> Board:
    table = results(agents or AGENTS, tasks, seed=seed, collection=collection)
    return board(pd.concat([table, controls(table)], ignore_index=True), title=collection)


def drawn(truth: np.ndarray, tasks: int, rng: np.random.Generator, prefix: str) -> Ratings:
    scores = truth + rng.gumbel(0, 1, (tasks, len(truth)))
    names = [f"a{i}" for i in range(len(truth))]
    return rate_outcomes(outcomes_from_scores(scores, names, [f"{prefix}{t}" for t in range(tasks)]), rounds=1)


@pytest.mark.parametrize(
    ("name", "value"),
    [("r", 0.982), ("r_squared", 0.964), ("spearman", 0.952), ("kendall", 0.857), ("ccc", 0.958), ("top5", 0.8)],
)
def test_the_paper_to_three_decimals(name: str, value: float) -> None:
    figures = agreement(published("mle-smith/smith"), published("mle-smith/dojo")).to_dict()
    found = figures[name]
    assert round(float(str(found["value"] if isinstance(found, dict) else found)), 3) == value


def test_the_papers_part_and_whole_is_refused_or_labelled() -> None:
    dojo, combined = published("mle-smith/dojo"), published("mle-smith/combined")
    with pytest.raises(PartOfWhole, match="mle-smith/dojo"):
        agreement(dojo, combined)
    asked = agreement(dojo, combined, part_of_whole=True)
    assert (round(asked.r.value, 3), round(asked.ccc.value, 3)) == (0.996, 0.989)
    assert any("no evidence" in note for note in asked.notes)


def test_published_boards_have_names() -> None:
    assert {"mle-smith/dojo", "mle-dojo/tabular"} <= set(published_names())
    assert published("mle-dojo/tabular").values[0] == 839
    for unknown in ("mle-smith", "mle-smith/aup", "nobody/x"):
        with pytest.raises(UnknownReference, match="mle-smith/smith"):
            published(unknown)


def test_the_constant_and_the_controls_never_enter() -> None:
    result = agreement(side("generated", 30, 1), side("curated", 30, 2))
    assert {point.contestant for point in result.points} == {f"a{i}" for i in range(9)}
    without = {name: value for name, value in AGENTS.items() if name != "constant"}
    left, right = side("generated", 30, 1), side("curated", 30, 2)
    assert left.row("constant").rating is not None
    tables = [
        results(AGENTS, 30, seed=seed, collection=name).query("contestant != 'constant'")
        for name, seed in (("generated", 1), ("curated", 2))
    ]
    again = agreement(*(board(table, title=name) for table, name in zip(tables, ("generated", "curated"), strict=True)))
    assert result.r.value == pytest.approx(again.r.value, abs=1e-9)
    assert len(without) == len(again.points)
    assert right.row("constant").rating is not None


def test_both_sides_are_centred_and_neither_is_rescaled() -> None:
    result = agreement(side("generated", 30, 1), side("curated", 30, 2))
    x = np.array([point.left for point in result.points])
    y = np.array([point.right for point in result.points])
    assert x.mean() == pytest.approx(1000)
    assert y.mean() == pytest.approx(1000)
    assert (result.r.value, result.ccc.value) == pytest.approx((pearson(x, y), concordance(x, y)))
    assert result.ccc.value == pytest.approx(result.r.value * 2 / (result.scale + 1 / result.scale))
    assert all(a.left + a.right >= b.left + b.right for a, b in pairwise(result.points))


def test_sides_can_be_swapped() -> None:
    left, right = side("generated", 30, 1), side("curated", 30, 2)
    one, other = agreement(left, right), agreement(right, left)
    assert one.r.value == pytest.approx(other.r.value)
    assert one.ccc.value == pytest.approx(other.ccc.value)
    assert one.scale == pytest.approx(1 / other.scale)
    assert one.noise is not None
    assert other.noise is not None
    assert one.noise.ceiling == pytest.approx(other.noise.ceiling)


def test_too_few_prints_no_corrected_value_and_no_test() -> None:
    few = agreement(side("generated", 30, 1), side("curated", 6, 2))
    assert few.too_few == "too few to judge: 6 datasets in curated (below 20)"
    assert few.corrected is None
    assert few.same_board is None
    assert few.noise is not None
    agents = {f"a{i}": 0.4 * i for i in range(6)}
    assert "6 contestants (below 8)" in agreement(side("x", 30, 1, agents), side("y", 30, 2, agents)).too_few


def test_enough_gives_corrected_values_and_a_test() -> None:
    result = agreement(side("generated", 60, 1), side("curated", 60, 2))
    assert result.too_few == ""
    assert result.corrected is not None
    assert result.corrected.r.value >= result.r.value
    assert result.corrected.ccc.low is not None
    assert result.same_board is not None
    assert result.same_board.p > 0.05
    assert result.noise is not None
    assert 0.8 < result.noise.ceiling < 1


def test_other_truths_are_rejected_by_the_test() -> None:
    turned = {name: -value for name, value in AGENTS.items()}
    result = agreement(side("generated", 60, 1), side("curated", 60, 2, turned))
    assert result.same_board is not None
    assert result.same_board.p < 1e-6
    assert result.r.value < 0


def test_the_test_keeps_its_level() -> None:
    """Two sides with one truth are rejected in about 5 % of 120 pairs."""
    rng = np.random.default_rng(5)
    truth = np.linspace(-1.5, 1.5, 6)
    p_values = []
    for _ in range(120):
        found = same_board(drawn(truth, 25, rng, "x"), drawn(truth, 25, rng, "y"), seed=0, least_power=0.0)
        if found is not None:
            p_values.append(found.p)
    assert len(p_values) > 100
    assert np.mean(np.array(p_values) < 0.05) < 0.12


def test_the_corrected_interval_covers_and_the_plain_r_is_too_low() -> None:
    """True r .9, few tasks: the noise hides a part of it, the corrected interval still holds it."""
    rng = np.random.default_rng(11)
    held, plain = [], []
    for _ in range(60):
        truth = rng.multivariate_normal([0, 0], [[0.6, 0.54], [0.54, 0.6]], size=9).T
        left, right = drawn(truth[0], 25, rng, "x"), drawn(truth[1], 25, rng, "y")
        target = pearson(truth[0], truth[1])
        found = corrected(left, right, 0.95, 400, seed=0)
        assert found is not None
        held.append((found.r.low or -1) <= target <= (found.r.high or 1))
        plain.append(pearson(left.elo, right.elo) - target)
    assert np.mean(held) >= 0.9
    assert np.mean(plain) < -0.02


def test_the_correction_is_the_formula_of_the_specification() -> None:
    """statistics.md, section 4, written out once more, slowly, for the value, the rounds, and the test."""
    rng = np.random.default_rng(7)
    truth = np.linspace(0, 4, 6)
    left, right = drawn(truth, 24, rng, "x"), drawn(0.8 * truth, 30, rng, "y")
    size, rounds = 6, 200
    centring = np.eye(size) - 1 / size
    (vx, nx), (vy, ny) = (
        (side.influence.covariance, np.trace(centring @ side.influence.covariance @ centring) / (size - 1))
        for side in (left, right)
    )
    table = np.cov(left.elo, right.elo)
    found = corrected(left, right, 0.95, rounds, seed=3)
    assert found is not None
    below = (table[0, 0] - nx, table[1, 1] - ny)
    assert found.r.value == pytest.approx(min(1.0, table[0, 1] / np.sqrt(below[0] * below[1])))
    assert found.ccc.value == pytest.approx(min(1.0, 2 * table[0, 1] / sum(below)))
    noise = noise_of(left, right)
    assert noise is not None
    assert noise.ceiling == pytest.approx(np.sqrt((below[0] / table[0, 0]) * (below[1] / table[1, 1])))

    weights = cluster_weights(54, rounds, seed=3)  # datasets x0 to x23 come before y0 to y29
    drawn_ccc = []
    for weight in weights:
        sides = []
        for side, part in ((left, weight[:24]), (right, weight[24:])):
            sides.append(rerate(side.outcomes, side.fit, (part / part.mean())[None, :])[0])
        moved = np.cov(*sides)
        drawn_ccc.append(2 * moved[0, 1] / (moved[0, 0] - 2 * nx + moved[1, 1] - 2 * ny))
    ends = np.quantile(np.clip(drawn_ccc, -1, 1), [0.025, 0.975])
    assert (found.ccc.low, found.ccc.high) == pytest.approx((min(ends[0], found.ccc.value), ends[1]), abs=1e-6)

    basis = np.linalg.svd(centring)[0][:, : size - 1]
    gap = basis.T @ (left.elo - right.elo)
    w = gap @ np.linalg.inv(basis.T @ (vx + vy) @ basis) @ gap
    test = same_board(left, right, seed=0, least_power=0.0)
    assert test is not None
    assert test.f == pytest.approx(w * (24 - size + 1) / ((24 - 1) * (size - 1)))
    assert (test.between, test.within) == (size - 1, 24 - size + 1)


def test_the_printed_power_is_what_happens() -> None:
    """True boards drawn with r = .9: the share of rejections is near the mean printed power."""
    rng = np.random.default_rng(3)
    rejected, printed = [], []
    for _ in range(120):
        truth = rng.multivariate_normal([0, 0], [[0.8, 0.72], [0.72, 0.8]], size=6).T
        test = same_board(drawn(truth[0], 50, rng, "x"), drawn(truth[1], 50, rng, "y"), seed=0, least_power=0.0)
        if test is not None:
            rejected.append(test.p < 0.05)
            printed.append(test.power)
    assert np.mean(rejected) == pytest.approx(np.mean(printed), abs=0.15)


def test_subsets_are_centred_again() -> None:
    result = agreement(side("generated", 30, 1), side("curated", 30, 2))
    x = np.array([point.left for point in result.points])
    y = np.array([point.right for point in result.points])
    assert result.without_weakest is not None
    assert result.without_weakest.left_out == tuple(point.contestant for point in sorted(result.points[-2:], key=str))
    kept_x, kept_y = x[:-2] - x[:-2].mean(), y[:-2] - y[:-2].mean()
    assert result.without_weakest.ccc == pytest.approx(concordance(kept_x, kept_y))
    assert [part.left_out[0] for part in result.leave_one_out] == [point.contestant for point in result.points]
    assert result.one_per_family is None


def test_families_are_near_relatives() -> None:
    agents = {"linear": 0.0, "forest": 0.9, "boosting": 1.0, "blend": 1.2, "other": 0.5, "more": -0.5}
    result = agreement(side("generated", 30, 1, agents), side("curated", 30, 2, agents))
    assert result.one_per_family is not None
    assert set(result.one_per_family.left_out) <= {"forest", "boosting"}
    assert [part.left_out for part in result.without_family] == [("boosting", "forest")]


def test_sides_that_share_tasks_are_refused() -> None:
    left = side("generated", 30, 1)
    with pytest.raises(PartOfWhole, match=r"share tasks \(generated_000, [^\x1f]* and 22 more\)"):
        agreement(left, left)


def test_too_few_in_common_lists_what_is_missing() -> None:
    other = side("curated", 10, 2, {"a0": 0.0, "a1": 1.0, "b": 2.0})
    with pytest.raises(TooFewCommon, match=r"2 rated contestants in common \(a0, a1\).*left: b \(10 runs, free\)"):
        agreement(side("generated", 10, 1), other)


def test_shared_datasets_are_common_noise() -> None:
    """One dataset behind a task of each side: the shared noise is taken off the covariance too."""
    rng = np.random.default_rng(2)
    truth = np.linspace(0, 2, 8)
    scores = truth + rng.gumbel(0, 1, (40, 8))
    copy = scores + rng.normal(0, 0.05, scores.shape)
    names, data = [f"a{i}" for i in range(8)], [f"d{t}" for t in range(40)]
    left = rate(scores, names, [f"x{t}" for t in range(40)], clusters=data)
    apart = rate(copy, names, [f"y{t}" for t in range(40)])
    joined = rate(copy, names, [f"y{t}" for t in range(40)], clusters=data)
    loose, tight = agreement(left, apart), agreement(left, joined)
    assert loose.corrected is not None
    assert tight.corrected is not None
    assert tight.corrected.ccc.value < loose.corrected.ccc.value
    assert any("40 datasets serve tasks of both sides" in note for note in tight.notes)


def test_an_agreement_is_plain_json() -> None:
    result = agreement(side("generated", 30, 1), side("curated", 30, 2))
    text = json.dumps(result.to_dict(), allow_nan=False)
    assert json.loads(text)["ccc"]["value"] == pytest.approx(result.ccc.value)
    assert result.heading == "generated against curated (no language model)"
    assert result == agreement(side("generated", 30, 1), side("curated", 30, 2))
