"""Every agent without a model, through the real sandbox, submission and grader; looked at in the results table."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from inspect_ai.log import list_eval_logs, read_eval_log

from harness.agents.catalogue import AGENTS
from harness.agents.programs import NoSuchScript
from harness.evals import WrongRuns, suite
from harness.results import UnreadableLogs, read_results
from harness.runs import DirectoryBusy, run
from harness.separation import separation
from leaderboards.results import read_table
from leaderboards.table import COLUMNS
from tests.harness.packages import make_package

AGENT_NAMES = [card.name for card in AGENTS.values() if card.kind in {"baseline", "control"}]
SCRIPTS = {
    "good": "import shutil; shutil.copy('data/sample_submission.csv', 'submission.csv')",
    "crash": "raise SystemExit('lost my way')",
    "link": "import os; os.symlink('/etc/passwd', 'submission.csv')",
    "late": "while True: pass",
    "hungry": "held = [bytearray(1 << 26) for _ in range(100)]",
    "greedy": "print(open('/answers/test_answer.csv').read())",
}

pytestmark = [pytest.mark.sandbox, pytest.mark.xdist_group("runs")]


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A collection of two packages, found by id through MLESMITH_TASKS as a user's own are."""
    root = tmp_path_factory.mktemp("tasks")
    for kind in ("number", "probabilities"):
        make_package(tmp_path_factory.mktemp(kind), kind).write(root / "mine")
    before = os.environ.get("MLESMITH_TASKS")
    os.environ["MLESMITH_TASKS"] = str(root)
    yield root
    if before is None:
        del os.environ["MLESMITH_TASKS"]
    else:
        os.environ["MLESMITH_TASKS"] = before


@pytest.fixture(scope="module")
def logs(tasks: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(AGENT_NAMES, [], [str(tasks)], log_dir=tmp_path_factory.mktemp("logs"))


@pytest.fixture(scope="module")
def cells(logs: Path) -> pd.DataFrame:
    return read_results([logs])


def test_one_log_a_contestant_and_one_row_a_cell(logs: Path, cells: pd.DataFrame) -> None:
    headers = [read_eval_log(info, header_only=True).eval for info in list_eval_logs(str(logs))]
    assert sorted(tag for header in headers for tag in header.tags or []) == sorted(AGENT_NAMES)
    assert len(cells) == 2 * len(AGENT_NAMES)
    assert list(cells.columns) == list(COLUMNS)
    assert len(read_table(cells).frame) == len(cells)


def test_baselines_are_graded_and_the_strong_beat_the_constant(cells: pd.DataFrame) -> None:
    rated = cells[cells["family"] != "control"]
    assert set(rated["status"]) == {"graded"}
    for _, part in rated.groupby("task"):
        scores = part.set_index("contestant")["score"].astype(float)
        assert scores.drop("constant").min() < scores["constant"], "both metrics are minimized"


def test_controls_prove_the_grader(cells: pd.DataFrame) -> None:
    by_agent = {name: part for name, part in cells.groupby("contestant")}
    assert set(by_agent["oracle"]["score"].astype(float).round(9)) == {0.0}
    assert set(by_agent["sample_submission"]["status"]) == {"graded"}
    assert set(zip(by_agent["nothing"]["status"], by_agent["nothing"]["reason"], strict=True)) == {
        ("missing", "nothing_written")
    }


def test_submissions_are_kept_for_paired_comparisons(logs: Path, cells: pd.DataFrame) -> None:
    found = separation(logs, cells)
    assert len(found.tasks) == 2
    assert 0 <= found.some_two_differ <= 1


def test_second_call_repeats_nothing(tasks: Path, logs: Path) -> None:
    before = {info.name for info in list_eval_logs(str(logs))}
    run(AGENT_NAMES, [], [str(tasks)], log_dir=logs)
    assert {info.name for info in list_eval_logs(str(logs))} == before


def test_the_seed_that_was_asked_for_is_in_the_row(tasks: Path, tmp_path: Path) -> None:
    agents = ["linear", "linear[seed=4]"]
    found = read_results([run(agents, [], ["boats_number"], epochs=2, log_dir=tmp_path / "logs")])
    rows = list(zip(found["contestant"], found["epoch"], found["seed"], strict=True))
    assert rows == [("linear", 1, 1), ("linear", 2, 2), ("linear[seed=4]", 1, 4), ("linear[seed=4]", 2, 4)]


def test_a_torn_log_where_logs_go_is_named(tasks: Path, tmp_path: Path) -> None:
    torn = tmp_path / "2026-01-01T00-00-00+00-00_suite_x.eval"
    torn.write_bytes(b"PK and no more")
    with pytest.raises(UnreadableLogs, match=r"_suite_x\.eval can't be read.*move it away"):
        run(["nothing"], [], [str(tasks)], log_dir=tmp_path)


def test_a_script_that_is_not_there_begins_nothing(tasks: Path, tmp_path: Path) -> None:
    with pytest.raises(NoSuchScript):
        run(["script:none.py"], [], [str(tasks)], log_dir=tmp_path / "logs")
    assert not (tmp_path / "logs").exists()


WRONG_RUNS: dict[str, tuple[dict[str, list[int]], str]] = {
    "none": ({}, "it lacks 'boats_number'"),
    "another": ({"boats_number": [1], "boats": [1]}, "'boats' is no task that is asked for"),
    "no epoch": ({"boats_number": []}, "the epochs of 'boats_number' are []"),
    "zero": ({"boats_number": [0]}, "the epochs of 'boats_number' are [0]"),
    "twice": ({"boats_number": [2, 2]}, "the epochs of 'boats_number' are [2, 2]"),
}


@pytest.mark.parametrize("kind", WRONG_RUNS)
def test_epochs_that_fit_no_task_are_named(kind: str, tasks: Path) -> None:
    runs, said = WRONG_RUNS[kind]
    with pytest.raises(WrongRuns) as found:
        suite("boats_number", runs=runs)
    assert said in str(found.value)


def test_busy_directory_is_refused(tasks: Path, tmp_path: Path) -> None:
    from filelock import FileLock

    from harness.runs import LOCK

    with FileLock(tmp_path / LOCK), pytest.raises(DirectoryBusy):
        run(["nothing"], [], [str(tasks)], log_dir=tmp_path)


def test_scripts_end_as_they_deserve(tasks: Path, tmp_path: Path) -> None:
    for name, text in SCRIPTS.items():
        (tmp_path / f"{name}.py").write_text(text)
    card = next((tasks / "mine").iterdir())
    text = re.sub(r"\btime_s = \d+", "time_s = 6", (card / "task.toml").read_text())
    text = re.sub(r"\bmemory_mb = \d+", "memory_mb = 400", text)
    (card / "task.toml").write_text(text)
    agents = [f"script:{tmp_path}/{name}.py" for name in SCRIPTS]
    found = read_results([run(agents, [], [card.name], log_dir=tmp_path / "logs")]).set_index("contestant")
    ended = {
        name: (found.loc[f"script:{name}.py", "status"], found.loc[f"script:{name}.py", "reason"]) for name in SCRIPTS
    }
    assert ended == {
        "good": ("graded", ""),
        "crash": ("missing", "agent_crashed"),
        "link": ("invalid", "not_a_file"),
        "late": ("missing", "time"),
        "hungry": ("missing", "memory"),
        "greedy": ("missing", "agent_crashed"),
    }


def test_log_says_what_happened(logs: Path) -> None:
    log = next(
        log for info in list_eval_logs(str(logs)) if (log := read_eval_log(info)).eval.task_args["agent"] == "linear"
    )
    assert log.status == "success"
    assert log.samples is not None
    score = next(iter((log.samples[0].scores or {}).values()))
    assert score.metadata is not None
    assert score.metadata["contestant"] == "linear"
    assert "best possible" in (score.explanation or "")
