"""A results table is checked cell by cell; every fault names its place."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leaderboards.errors import BrokenTable, EmptyResults, LeaderboardError, NoSuchTable
from leaderboards.results import read_table
from tests.leaderboards.tables import results


@pytest.fixture
def table() -> pd.DataFrame:
    return results({"linear": 0.0, "forest": 1.0}, tasks=3)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("score", "high", "row 2, column 'score': 'high' is not a number"),
        ("score", np.nan, "row 2, column 'score': nan is no finite number, but the status is graded"),
        ("score", np.inf, "row 2, column 'score': inf is no finite number, but the status is graded"),
        ("status", "ok", "row 2, column 'status': 'ok' is none of graded, invalid, missing, error"),
        ("status", "missing", "is a score, but the status is not graded"),
        ("direction", "up", "row 2, column 'direction': 'up' is not minimize or maximize"),
        ("direction", "maximize", "row 2, column 'direction': task 'generated_000' has 'maximize' here"),
        ("metric", "mae", "row 2, column 'metric': task 'generated_000' has 'mae' here and 'rmse' in row 1"),
        ("contestant", " ", "row 2, column 'contestant': '' is empty"),
        ("task", None, "row 2, column 'task': '' is empty"),
        ("epoch", 1.5, "row 2, column 'epoch': 1.5 is not a whole number"),
        ("epoch", -1, "row 2, column 'epoch': -1.0 is below 0"),
        ("decimals", 40, "row 2, column 'decimals': 40.0 is not within 0 and 12"),
        ("seconds", -3.0, "row 2, column 'seconds': -3.0 is below 0"),
        ("family", "trees", "row 3, column 'family': contestant 'linear' has 'linear' here"),
    ],
)
def test_a_broken_cell_is_named(table: pd.DataFrame, column: str, value: object, words: str) -> None:
    row = 0 if column == "family" else 1
    cells = [value if index == row else cell for index, cell in enumerate(table[column])]
    table[column] = pd.Series(cells, dtype=object)
    with pytest.raises(BrokenTable) as found:
        read_table(table)
    assert words in str(found.value)


def test_many_faults_are_counted_not_listed(table: pd.DataFrame) -> None:
    table["status"] = "fine"
    with pytest.raises(BrokenTable, match="column 'status': 3 more of this kind"):
        read_table(table)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.drop(columns="status"), "column 'status' is missing"),
        (lambda t: t.rename(columns={"family": "familly"}), "'familly' is not known; is it 'family'"),
        (lambda t: pd.concat([t, t[["task"]]], axis=1), "column 'task' is there twice"),
    ],
    ids=["missing", "misspelt", "twice"],
)
def test_broken_columns_are_named(table: pd.DataFrame, change: object, words: str) -> None:
    assert callable(change)
    with pytest.raises(BrokenTable, match=words):
        read_table(change(table))


def test_an_empty_table_is_refused(table: pd.DataFrame) -> None:
    with pytest.raises(EmptyResults):
        read_table(table.iloc[:0])


@pytest.mark.parametrize("name", ["none.csv", "folder", "notes.txt", "broken.parquet"])
def test_no_table_at_the_path(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(NoSuchTable, match=name):
        read_table(tmp_path / name)


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "parquet"])
def test_files_give_the_frame_back(table: pd.DataFrame, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"results.{suffix}"
    if suffix == "parquet":
        table.to_parquet(path)
    else:
        table.to_csv(path, index=False)
    pd.testing.assert_frame_equal(read_table(path).frame, read_table(table).frame)


def test_the_first_of_two_finished_rows_counts(table: pd.DataFrame) -> None:
    table["created"] = "2026-01-02"
    later = table.iloc[[0]].assign(score=-1.0, created="2026-01-03")
    for order in ([table, later], [later, table]):
        read = read_table(pd.concat(order, ignore_index=True))
        assert read.duplicates == ("linear on generated_000, epoch 1",)
        assert read.frame["score"].min() > -1
        assert "1 finished cells came twice" in read.notes[0]


def test_an_error_that_was_run_again_is_forgotten(table: pd.DataFrame) -> None:
    error = table.iloc[[0]].assign(status="error", score=np.nan, created="")
    read = read_table(pd.concat([error, table], ignore_index=True))
    assert read.duplicates == ()
    assert (read.frame["status"] == "graded").all()


def test_versions_and_data_are_kept_apart(table: pd.DataFrame) -> None:
    second = table.assign(task_version="2-A")
    read = read_table(pd.concat([table, second], ignore_index=True))
    assert read.frame["unit"].nunique() == 6
    assert "several versions" in read.notes[0]


def test_an_interface_change_keeps_scores_comparable(table: pd.DataFrame) -> None:
    table.loc[0, "task_version"] = "1-B"
    assert read_table(table).frame["unit"].nunique() == 3


def test_an_unknown_hash_is_the_only_one(table: pd.DataFrame) -> None:
    table.loc[0, "data_hash"] = ""
    assert read_table(table).frame["unit"].nunique() == 3


def test_errors_are_the_users_and_values_errors() -> None:
    assert issubclass(LeaderboardError, ValueError)
    assert LeaderboardError.exit_code == 2
