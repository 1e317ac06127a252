"""Near twins across the split: copies with a cell nudged or changed are found, natural likeness is none."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pandas as pd
import pytest

from generation.verification.checks.near_duplicates import LIMIT
from generation.verification.nearness import LEAST_ASKED, copied_share, nearly_equal
from generation.verification.tables import Tables
from harness.schema import TaskCard

COLUMNS = 6


def tables_of(frame: pd.DataFrame, prediction: str, test: int = 200) -> Tables:
    """The last rows held back; the target is `y`."""
    named = frame.assign(id=np.arange(len(frame))).astype(str)
    train, late = named.iloc[:-test].reset_index(drop=True), named.iloc[-test:].reset_index(drop=True)
    asked = SimpleNamespace(id_column="id", target=("y",), prediction=prediction, labels=())
    card = cast("TaskCard", SimpleNamespace(task=asked))
    return Tables(card, train, late.drop(columns="y"), late[["id", "y"]], late[["id", "y"]])


def measured(rows: int = 1000, seed: int = 0) -> pd.DataFrame:
    drawn = np.random.default_rng(seed)
    frame = pd.DataFrame({f"x{k}": drawn.normal(10 * k, 1 + k, rows).round(3) for k in range(COLUMNS)})
    return frame.assign(shop=drawn.choice(list("abcd"), rows), y=(frame["x1"] + drawn.normal(0, 1, rows)).round(3))


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(y=np.where(frame["y"] > frame["y"].median(), "high", "low"))


def found(frame: pd.DataFrame, prediction: str) -> float:
    tables = tables_of(frame, prediction)
    return copied_share(tables, nearly_equal(tables))


@pytest.mark.parametrize("prediction", ["number", "label"])
@pytest.mark.parametrize("how", ["nudged", "one column"])
def test_copies_are_found(prediction: str, how: str) -> None:
    frame = measured() if prediction == "number" else labelled(measured())
    copies = frame.iloc[200:300].reset_index(drop=True)
    drawn = np.random.default_rng(1)
    copies = (
        copies.assign(x2=copies["x2"] + drawn.uniform(1e-4, 9e-4, len(copies)))
        if how == "nudged"
        else copies.assign(x3=drawn.normal(30, 4, len(copies)).round(3))
    )
    share = found(pd.concat([frame.iloc[:900], copies], ignore_index=True), prediction)
    assert LIMIT < share <= 0.5


@pytest.mark.parametrize(("rows", "columns"), [(45_000, 12), (900, 700)])
def test_copies_are_found_where_few_rows_can_be_asked(rows: int, columns: int) -> None:
    drawn = np.random.default_rng(4)
    frame = pd.DataFrame({f"x{k}": drawn.normal(0, 1, rows).round(4) for k in range(columns)})
    frame["y"] = np.where(frame["x0"] > 0, "high", "low")
    copies = frame.iloc[200:300].assign(x3=drawn.normal(0, 1, 100).round(4))
    tables = tables_of(pd.concat([frame, copies], ignore_index=True), "label")
    near = nearly_equal(tables)
    assert LEAST_ASKED <= len(near.asked) < 200
    assert copied_share(tables, near) > 2 * LIMIT


@pytest.mark.parametrize("prediction", ["number", "label"])
def test_rows_of_their_own_have_no_near_twin(prediction: str) -> None:
    tables = tables_of(measured() if prediction == "number" else labelled(measured()), prediction)
    assert not nearly_equal(tables).found.any()


def test_few_columns_of_few_values_are_alike_by_chance() -> None:
    drawn = np.random.default_rng(2)
    frame = pd.DataFrame({f"c{k}": drawn.integers(0, 3, 1000) for k in range(4)})
    tables = tables_of(frame.assign(y=np.where(frame["c0"] > 0, "yes", "no")), "label")
    assert not nearly_equal(tables).found.any()


def test_twins_with_answers_of_their_own_are_no_copies() -> None:
    frame = measured()
    again = frame.iloc[200:300].assign(x2=lambda t: t["x2"] + 5e-4, y=np.random.default_rng(3).normal(10, 3, 100))
    assert found(pd.concat([frame.iloc[:900], again], ignore_index=True), "number") == 0


def test_one_pair_that_agrees_is_no_evidence() -> None:
    frame = labelled(measured())
    one = frame.iloc[[200]].assign(x3=99.0)
    tables = tables_of(pd.concat([frame.iloc[:900], one], ignore_index=True), "label", test=2)
    near = nearly_equal(tables)
    assert near.found.sum() == 1
    assert copied_share(tables, near) == 0


def test_one_train_row_and_one_test_row_do_no_harm() -> None:
    assert found(measured(201), "number") == 0
    tables = tables_of(measured(2), "number", test=1)
    assert not nearly_equal(tables).found.any()


def test_missing_cells_do_no_harm() -> None:
    frame = measured(300).astype(object)
    frame.loc[::3, "x1"] = ""
    frame["empty"] = ""
    assert found(frame, "number") == 0
