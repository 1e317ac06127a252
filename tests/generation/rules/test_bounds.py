"""What keeps wide and long tables cheap: bounds on what is measured, and that none of them changes what is found."""

import numpy as np
import pandas as pd
import pytest
import sklearn.tree
from hypothesis import given
from hypothesis import strategies as st

from generation.profile import profile_table
from generation.profile.codes import Codes
from generation.rules import skill
from generation.rules.encoding import Inputs
from generation.rules.ranking import MOST_MEASURED, rank
from generation.rules.skill import Answers, folds, measure, single
from generation.verification.probes import ladder

COLUMNS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("uvw")), min_size=1, max_size=40)


def wide(rows: int = 300, columns: int = 400) -> pd.DataFrame:
    """Noise, and a price that three of the columns make."""
    noise = np.random.default_rng(0).normal(size=(rows, columns))
    table = pd.DataFrame(noise.round(4), columns=[f"reading {place}" for place in range(columns)])
    table["price"] = (noise[:, 5] + noise[:, 250] + noise[:, 399] + 0.1 * noise[:, 0]).round(4)
    return table.astype(str)


@given(COLUMNS, st.sampled_from((0.0, 0.02, 0.3)))
def test_pairs_repeat_as_pandas_counts_them(rows: list[tuple[str, str]], most: float) -> None:
    frame = pd.DataFrame(rows, columns=["one", "other"])
    expected = float(frame.duplicated().mean()) > most
    assert Codes.read(frame["one"]).repeats_with(Codes.read(frame["other"]), most) == expected


@given(COLUMNS)
def test_what_one_column_determines_is_counted_by_its_groups(rows: list[tuple[str, str]]) -> None:
    frame = pd.DataFrame(rows, columns=["one", "other"])
    usual = frame.groupby("one")["other"].agg(lambda cells: cells.value_counts().iloc[0]).sum()
    share = Codes.read(frame["one"]).determines(Codes.read(frame["other"]))
    assert share == pytest.approx(usual / len(frame))


def test_a_wide_table_has_few_candidates_measured_on_few_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    plant = skill.forest

    def watched(X: np.ndarray, *rest: object) -> object:
        seen.append(X.shape[1])
        return plant(X, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(skill, "forest", watched)
    ranked = rank(profile_table(wide()))
    assert len(ranked) <= MOST_MEASURED
    assert max(seen) <= skill.MOST_COLUMNS


def test_columns_that_tell_something_are_among_the_few() -> None:
    table = profile_table(wide())
    found = next(one for one in rank(table) if one.candidate.name == "price")
    assert found.signal.linear > 0.7


def test_choosing_columns_sees_no_row_that_is_asked() -> None:
    """Among a thousand columns of noise some go with any target; that must be no skill."""
    rng = np.random.default_rng(1)
    blocks = tuple(rng.normal(size=(200, 1)) for _ in range(1000))
    found = measure(
        Inputs(blocks, blocks, ()), Answers.of_numbers(rng.normal(size=200)), folds(200, 2, 0), size=5, seed=0
    )
    assert found.linear < 0.1
    assert found.trees < 0.1


def test_levels_count_when_columns_are_chosen() -> None:
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 30, 600)
    noise = [rng.normal(size=(600, 1)) for _ in range(300)]
    # Its marks say nothing: only what usually goes with a level does.
    silent = np.zeros((600, 1))
    inputs = Inputs((*noise, silent), (*noise, silent), ((300, codes.astype(np.int64)),))
    y = rng.normal(size=30)[codes]
    kept = inputs.most_telling(y[:, None], np.ones(600, dtype=bool), 10)
    assert len(kept.linear) == 10
    assert [at for at, _ in kept.levels] == [9]


def test_a_column_far_from_telling_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted: list[int] = []
    plain = sklearn.tree.DecisionTreeRegressor.fit

    def counted(self: object, X: np.ndarray, *rest: object) -> object:
        fitted.append(len(X))
        return plain(self, X, *rest)

    monkeypatch.setattr(sklearn.tree.DecisionTreeRegressor, "fit", counted)
    rng = np.random.default_rng(3)
    y = rng.normal(size=300)
    fold = folds(300, 3, 0)
    assert single(rng.normal(size=(300, 1)), Answers.of_numbers(y), fold, least=0.9) < 0.6
    assert len(fitted) == 1
    assert single(y.reshape(-1, 1), Answers.of_numbers(y), fold, least=0.9) > 0.9
    assert len(fitted) == 1 + 3


def test_the_ladder_looks_at_so_many_columns_of_a_wide_table() -> None:
    rng = np.random.default_rng(4)
    x = np.column_stack([rng.normal(size=(100, 3 * ladder.WIDEST)), np.ones(100)])
    y = x[:, 7] * 2
    learned, asked = ladder.telling(x, x[:10], y)
    assert learned.shape == (100, ladder.WIDEST)
    assert asked.shape == (10, ladder.WIDEST)
    assert (learned[:, -1] == 1).all()
    assert any(np.array_equal(column, x[:, 7]) for column in learned.T)


@pytest.mark.parametrize(
    "cells",
    [
        ["1/4/2008 18:51", "12/31/2008 0:01", "", "2/3/2008 7:00"],
        ["1/4/2008", "25/12/2008", "3/4/2008"],
        ["2020-01-05", "NA", "2020-13-01", "2021-02-03"],
        ["5 March 2020", "2020-03-06", "March 7, 2020"],
        ["", "NA"],
    ],
)
def test_moments_of_one_form_are_what_each_cell_says_by_itself(cells: list[str]) -> None:
    column = pd.Series(cells, index=range(10, 10 + len(cells)), dtype="str")
    mixed = pd.to_datetime(column, errors="coerce", format="mixed", utc=True)
    pd.testing.assert_series_equal(ladder.moments(column), mixed)
