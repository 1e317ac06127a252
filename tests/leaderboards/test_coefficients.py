"""Coefficients of agreement against published values and their identities."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from leaderboards.coefficients import (
    bias_factor,
    bland_altman,
    centred,
    concordance,
    concordance_interval,
    cronbach,
    fisher_interval,
    intraclass,
    kendall,
    leave_one_out,
    pearson,
    permutation_p,
    scale_ratio,
    spearman,
    top_overlap,
)
from leaderboards.published import REFERENCE

Floats = NDArray[np.float64]
FIRST = np.array([494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427.0])
SECOND = np.array([512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451.0])
cells = st.integers(-1000, 1000).map(lambda whole: whole / 7)
columns = st.lists(st.tuples(cells, cells), min_size=3, max_size=12).map(np.array)


@pytest.fixture(scope="module")
def paper() -> dict[str, Floats]:
    table = pd.read_csv(REFERENCE / "mle_smith_elo.csv")
    return {name: table[name].to_numpy(float) for name in ("dojo", "smith", "combined")}


def test_bland_and_altman_1986() -> None:
    ccc = concordance_interval(FIRST, SECOND)
    assert ccc.value == pytest.approx(0.9427424314, abs=1e-10)
    assert (ccc.low, ccc.high) == pytest.approx((0.8504918732, 0.9787262792), abs=1e-10)
    assert pearson(FIRST, SECOND) == pytest.approx(0.9432794469, abs=1e-10)
    assert bias_factor(FIRST, SECOND) == pytest.approx(0.9994306931, abs=1e-10)
    limits = bland_altman(FIRST, SECOND)
    assert limits.bias == pytest.approx(-2.1, abs=0.05)
    assert limits.high - limits.bias == pytest.approx(1.96 * 38.8, abs=0.1)


def test_the_paper(paper: dict[str, Floats]) -> None:
    dojo, smith = paper["dojo"], paper["smith"]
    ccc = concordance_interval(dojo, smith)
    assert ccc.value == pytest.approx(0.957917613324, abs=1e-12)
    assert (ccc.low, ccc.high) == pytest.approx((0.886735368338, 0.984726825562), abs=1e-12)
    assert scale_ratio(dojo, smith) == pytest.approx(0.799491705806, abs=1e-12)
    fisher = fisher_interval(pearson(dojo, smith), 8)
    assert fisher.value == pytest.approx(0.982002740315, abs=1e-12)
    assert (fisher.low, fisher.high) == pytest.approx((0.900394416571, 0.996858683767), abs=1e-12)
    strong = np.argsort(dojo)[2:]
    assert concordance(dojo[strong], smith[strong]) == pytest.approx(0.81, abs=0.005)


@pytest.mark.parametrize(
    ("left", "right", "figures"),
    [
        ("dojo", "smith", (0.982, 0.964, 0.952, 0.857, 0.958, 1.0, 0.8)),
        ("dojo", "combined", (0.996, 0.992, 0.976, 0.929, 0.989, 1.0, 0.8)),
        ("smith", "combined", (0.995, 0.990, 0.976, 0.929, 0.989, 1.0, 1.0)),
    ],
)
def test_the_papers_table_to_three_decimals(
    paper: dict[str, Floats], left: str, right: str, figures: tuple[float, ...]
) -> None:
    x, y = paper[left], paper[right]
    r = pearson(x, y)
    found = (r, r**2, spearman(x, y), kendall(x, y), concordance(x, y), top_overlap(x, y, 3), top_overlap(x, y, 5))
    assert tuple(round(value or 0.0, 3) for value in found) == figures


def test_the_papers_three_columns(paper: dict[str, Floats]) -> None:
    table = np.column_stack(list(paper.values()))
    assert (round(cronbach(table), 3), round(intraclass(table), 3)) == (0.993, 0.981)


def test_icc_of_shrout_and_fleiss_1979() -> None:
    """Their table 2: six targets, four judges, ICC(2,1) = .29."""
    table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    assert intraclass(table) == pytest.approx(0.29, abs=0.005)


@given(columns)
def test_identities(rows: Floats) -> None:
    x, y = rows[:, 0], rows[:, 1]
    ccc, r = concordance(x, y), pearson(x, y)
    assert concordance(x, x) == pytest.approx(1)
    assert ccc == pytest.approx(concordance(y, x), abs=1e-12)
    if np.isfinite(r):
        assert abs(ccc) <= abs(r) + 1e-9


@given(columns)
def test_rank_coefficients_equal_scipys(rows: Floats) -> None:
    x, y = np.round(rows[:, 0] / 50), np.round(rows[:, 1] / 50)
    if len(set(x)) > 1 and len(set(y)) > 1:
        assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-10)
        assert kendall(x, y) == pytest.approx(stats.kendalltau(x, y).statistic, abs=1e-10)


@given(st.floats(0.05, 20))
def test_centred_scaled_copy(k: float) -> None:
    x, y = centred(FIRST, k * FIRST)
    assert concordance(x, y) == pytest.approx(2 * k / (1 + k * k), abs=1e-12)
    v = scale_ratio(x, y)
    assert concordance(x, y) == pytest.approx(pearson(x, y) * 2 / (v + 1 / v), abs=1e-12)


def test_centred_ccc_is_that_of_all_ordered_differences(paper: dict[str, Floats]) -> None:
    x, y = centred(paper["dojo"], paper["smith"])
    gaps = [(side[:, None] - side[None, :])[~np.eye(8, dtype=bool)] for side in (x, y)]
    assert concordance(gaps[0], gaps[1]) == pytest.approx(concordance(x, y), abs=1e-12)


def test_permutation_p_by_hand() -> None:
    x = np.array([1.0, 2.0, 3.0, 10.0])
    assert permutation_p(x, x) == pytest.approx(1 / 24)
    assert permutation_p(np.arange(9.0), np.arange(9.0)) is None


def test_without_spread_there_is_no_r() -> None:
    flat = np.ones(5)
    assert np.isnan(pearson(flat, np.arange(5.0)))
    assert concordance_interval(flat, np.arange(5.0)).low is None
    assert permutation_p(flat, np.arange(5.0)) is None


def test_leave_one_out_centres_again() -> None:
    values = leave_one_out(FIRST, FIRST + 100, concordance)
    assert values == pytest.approx([1.0] * len(FIRST))
