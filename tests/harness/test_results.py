"""The results table from logs wherever they are: folders, addresses, and logs that can't be read."""

from collections.abc import Callable
from pathlib import Path

import fsspec
import pytest
from inspect_ai import Task
from inspect_ai import eval as inspect_eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver

from harness.results import NoLogs, UnreadableLogs, read_results

NAME = "2026-01-01T00-00-00+00-00_task_abc"
CELL = {"task": "one", "task_hash": "h", "task_version": "1-A", "direction": "maximize", "difficulty": "easy"}
TORN: dict[str, Callable[[bytes], bytes]] = {
    "half of a log": lambda whole: whole[: len(whole) // 2],
    "no log": lambda _: b"PK and no more",
    "half of a text": lambda _: b'{"a"',
    "empty": lambda _: b"",
}


@scorer(metrics=[])
def half_way() -> Scorer:
    async def score(state: TaskState, target: Target) -> Score:
        said = {"contestant": "linear", "family": "linear", "status": "graded", "task": "one", "seed": 1}
        return Score(value={"score": 0.75, "valid": 1, "normalized": 0.5}, metadata=said)

    return score


@solver
def idle() -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        return state

    return solve


@pytest.fixture(scope="module")
def logged() -> str:
    """One log of one cell at an address of this process's memory."""
    dataset = MemoryDataset([Sample(id="one", input="x", metadata=CELL)])
    task = Task(dataset=dataset, solver=idle(), scorer=half_way(), name="one")
    done = inspect_eval(task, model=None, log_dir="memory://results/logs", display="none")[0]
    assert done.status == "success", done.error
    return done.location


def test_an_address_is_a_folder_or_a_log(logged: str) -> None:
    for place in ("memory://results/logs", "memory://results", logged):
        (row,) = read_results([place]).to_dict("records")
        assert (row["contestant"], row["score"], row["normalized"], row["difficulty"]) == ("linear", 0.75, 0.5, "easy")
        assert row["log"] == logged.rpartition("/")[2]


@pytest.mark.parametrize("place", ["memory://nowhere", "memory://nowhere/x.eval", "nowhere", "nowhere/x.eval"])
def test_a_place_without_logs(place: str) -> None:
    with pytest.raises(NoLogs, match=place):
        read_results([place])


@pytest.mark.parametrize("kind", TORN)
def test_a_torn_log_is_named(kind: str, logged: str, tmp_path: Path) -> None:
    with fsspec.open(logged, "rb") as file:
        whole = file.read()
    path = tmp_path / f"{NAME}.{'json' if kind == 'half of a text' else 'eval'}"
    path.write_bytes(TORN[kind](whole))
    (tmp_path / f"{NAME}2.eval").write_bytes(whole)
    for place in (tmp_path, path):
        with pytest.raises(UnreadableLogs, match="inspect log recover") as found:
            read_results([place])
        assert path.name in str(found.value)
        assert found.value.exit_code == 2


@pytest.mark.parametrize("place", ["nosuch://x", "nosuch://x/y.eval"])
def test_an_unknown_kind_of_address(place: str) -> None:
    with pytest.raises(UnreadableLogs, match="nosuch"):
        read_results([place])
