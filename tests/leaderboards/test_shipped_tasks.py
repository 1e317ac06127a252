"""The committed board is that of the committed table, and the table that of the tasks and agents as they are now.

CSV and Markdown must be equal byte for byte, and JSON value by value: it holds whole floats, whose last digits another
processor's matrix products change. Of a figure its presence and size are compared: its letters change with matplotlib's
fonts, and everything it shows stands in the other files.
"""

import json
import math
import shlex
import struct
from itertools import product
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.shipped_tasks import (
    ELSEWHERE,
    EPOCHS,
    FOLDER,
    HOUSE,
    REDRAWN,
    REMADE,
    SANDBOX,
    TABLE,
    agents,
    committed,
)
from harness.package import load_package
from harness.places import shipped_tasks
from harness.results import read_results, write_results
from harness.runs import run
from harness.selection import task_folders
from leaderboards.table import COLUMNS, KEY, TEXT
from mlesmith import cli

NOT_COMMITTED = {"index.html"}
OWN = {"README.md", TABLE.name}
PLAIN = ["constant", "sample_submission"]  # what they submit depends on the task alone, on no library's version
REDRAW = f"The committed board is not that of the committed table. Run: {REDRAWN}"
REMAKE = f"The committed table is not that of the shipped tasks and agents. Run: {REMADE} && {REDRAWN}"


@pytest.fixture(scope="module")
def cells() -> pd.DataFrame:
    return pd.read_parquet(TABLE)


@pytest.fixture(scope="module")
def redrawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command that the message names writes, in a folder of its own."""
    out = tmp_path_factory.mktemp("board")
    words = shlex.split(REDRAWN)[1:]
    words[words.index("--out") + 1] = str(out)
    with pytest.MonkeyPatch.context() as here:
        here.chdir(HOUSE)
        assert cli._run(words) == 0
    return out


def same_value(left: object, right: object) -> bool:
    """Equal, but for the last digits of floats."""
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same_value, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return list(left) == list(right) and all(same_value(left[key], right[key]) for key in left)
    return type(left) is type(right) and left == right


def size(picture: Path) -> tuple[int, int]:
    """Width and height of a PNG, from its header."""
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    return width, height


def test_the_board_has_every_file_that_the_command_writes(redrawn: Path) -> None:
    written = {path.name for path in redrawn.iterdir()} - NOT_COMMITTED
    there = {path.name for path in FOLDER.iterdir()} - NOT_COMMITTED
    assert there == written | OWN, REDRAW


@pytest.mark.parametrize("name", ["leaderboard.csv", "categories.csv", "leaderboard.md", "tasks.csv", "pairs.csv"])
def test_tables_are_those_of_the_results(redrawn: Path, name: str) -> None:
    assert (FOLDER / name).read_bytes() == (redrawn / name).read_bytes(), REDRAW


def test_json_is_that_of_the_results(redrawn: Path) -> None:
    committed_one, made = (json.loads((folder / "leaderboard.json").read_bytes()) for folder in (FOLDER, redrawn))
    assert same_value(committed_one, made), REDRAW


@pytest.mark.parametrize("name", ["leaderboard.png", "pareto.png", "pairs.png"])
def test_figures_are_there(redrawn: Path, name: str) -> None:
    assert (FOLDER / name).is_file(), REDRAW
    assert size(FOLDER / name) == size(redrawn / name), REDRAW
    assert (FOLDER / name).stat().st_size < 100_000


def test_baselines_alone_are_titled_so() -> None:
    said = json.loads((FOLDER / "leaderboard.json").read_bytes())
    assert all(board["heading"].endswith("(no language model)") for board in said["boards"].values())
    for page in ("leaderboard.md", "README.md"):
        assert (FOLDER / page).read_text(encoding="utf-8").splitlines()[0].endswith("(no language model)")
    assert REMADE in (FOLDER / "README.md").read_text(encoding="utf-8")
    assert REDRAWN in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_every_shipped_task_meets_every_baseline_three_times(cells: pd.DataFrame) -> None:
    tasks = list(task_folders([shipped_tasks()]))
    wanted = set(product(agents(), tasks, range(1, EPOCHS + 1)))
    found = list(zip(cells["contestant"], cells["task"], cells["epoch"], strict=True))
    assert set(found) == wanted, REMAKE
    assert len(found) == len(wanted), REMAKE
    assert set(cells["status"]) == {"graded", "missing"}, REMAKE
    assert set(cells.loc[cells["status"] == "missing", "contestant"]) == {"nothing"}, REMAKE
    assert set(cells["sandbox"]) == {SANDBOX}, REMAKE


def test_what_the_table_says_of_a_task_is_what_its_card_says(cells: pd.DataFrame) -> None:
    for name, folder in task_folders([shipped_tasks()]).items():
        card = load_package(folder).card
        columns = {
            "task_version": card.version,
            "collection": card.collection,
            "cluster": card.source.cluster,
            "modality": card.task.modality,
            "objective": card.task.objective,
            "difficulty": card.task.difficulty,
            "metric": card.metric.name,
            "direction": card.metric.direction,
            "decimals": card.metric.decimals,
        }
        found = cells.loc[cells["task"] == name, list(columns)].drop_duplicates().to_dict(orient="records")
        assert found == [columns], f"{name}: {REMAKE}"


@pytest.mark.sandbox
@pytest.mark.network
def test_data_and_scores_are_those_of_the_tasks_now(cells: pd.DataFrame, tmp_path: Path) -> None:
    """A task whose data, sample or metric changed tells by the hash of its data or by the plainest scores."""
    now = read_results([run(PLAIN, [], [str(shipped_tasks())], sandbox=SANDBOX, log_dir=tmp_path / "logs")])
    columns = ["task_version", "data_hash", "score", "normalized", "decimals"]
    then = cells.set_index(["contestant", "task", "epoch"])[columns]
    for row in now.itertuples():
        was = then.loc[(row.contestant, row.task, row.epoch)]
        assert (row.task_version, row.data_hash) == (was["task_version"], was["data_hash"]), f"{row.task}: {REMAKE}"
        assert float(row.score) == pytest.approx(float(was["score"]), abs=10.0**-row.decimals), f"{row.task}: {REMAKE}"
        assert float(row.normalized) == pytest.approx(float(was["normalized"]), abs=1e-6), f"{row.task}: {REMAKE}"


def test_nothing_in_the_table_is_of_the_machine_that_made_it(cells: pd.DataFrame) -> None:
    assert list(cells.columns) == list(COLUMNS)
    for name in ELSEWHERE:
        assert set(cells[name]) == {""}
    text = cells[[name for name, kind in COLUMNS.items() if kind == TEXT]].drop(columns="created")
    assert text.map(lambda cell: cell == "" or cell.replace("-", "").replace("_", "").isalnum()).all(axis=None)


def test_the_same_cells_give_the_same_bytes_in_any_order(cells: pd.DataFrame, tmp_path: Path) -> None:
    pointing = cells.assign(log="a.eval", sample_uuid="b")
    written = [
        write_results(committed(frame), tmp_path / f"{number}.parquet").read_bytes()
        for number, frame in enumerate([pointing, pointing.sample(frac=1, random_state=5)])
    ]
    assert written[0] == written[1]
    again = pd.read_parquet(tmp_path / "0.parquet")
    pd.testing.assert_frame_equal(again, cells)
    assert not again.duplicated(list(KEY)).any()
