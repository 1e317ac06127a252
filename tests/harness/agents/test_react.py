"""The language-model agent with scripted replies: it explores, trains, checks, submits, and is graded."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import read_eval_log
from inspect_ai.model import ModelOutput

from harness.evals import competition_task
from harness.package import load_package
from tests.harness.agents.scripted import REPLIES, good_agent
from tests.harness.packages import make_package

HOUSE = Path(__file__).parents[3]


def run(
    program: str, *words: str, cwd: Path, replies: list[ModelOutput] | None = None
) -> subprocess.CompletedProcess[str]:
    (cwd / "replies.json").write_bytes(REPLIES.dump_json(replies or good_agent()))
    return subprocess.run(
        [sys.executable, "-m", "tests.harness.agents.scripted", "replies.json", program, *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(HOUSE), "INSPECT_DISPLAY": "none"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def require_graded(logs: Path) -> None:
    (path,) = logs.rglob("*.eval")
    log = read_eval_log(str(path))
    assert log.status == "success", log.error
    (sample,) = log.samples or []
    tools = [message for message in sample.messages if message.role == "tool"]
    told = [message.error.message if message.error else message.text for message in tools]
    assert "train.csv" in told[0]
    assert told[1].startswith("invalid")
    assert told[3].startswith("valid")
    left = [int(found[1]) for text in told if (found := re.search(r"\((\d+) s of working time left\)$", text))]
    assert len(left) == 4
    assert left == sorted(left, reverse=True)
    score = next(iter((sample.scores or {}).values()))
    assert isinstance(score.value, dict)
    assert score.value["valid"] == 1
    assert score.metadata is not None
    assert score.metadata["contestant"] == "react@mockllm/model"


@pytest.mark.sandbox
def test_scripted_model_explores_trains_checks_and_submits(tmp_path: Path) -> None:
    root = make_package(tmp_path, "number").write(tmp_path / "tasks" / "mine")
    done = run("inspect", "eval", f"mlesmith/{root.name}", "--model", "mockllm/model", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    require_graded(tmp_path / "logs")


@pytest.mark.sandbox
def test_the_same_by_path_and_by_our_own_command(tmp_path: Path) -> None:
    root = make_package(tmp_path, "number").write(tmp_path / "tasks" / "mine")
    path = str(root.relative_to(tmp_path))
    done = run("inspect", "eval", path, "--model", "mockllm/model", "--log-dir", "by_path", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    require_graded(tmp_path / "by_path")
    words = ["--agents", "react", "--models", "mockllm/model", "--tasks", root.name, "--log-dir", "ours"]
    done = run("mlesmith", "run", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    require_graded(tmp_path / "ours")


@pytest.mark.sandbox
def test_without_a_model_it_names_the_baselines(tmp_path: Path) -> None:
    root = make_package(tmp_path, "number").write(tmp_path / "tasks")
    log = inspect_eval(
        competition_task(load_package(root)), model="none/none", log_dir=str(tmp_path / "logs"), display="none"
    )[0]
    assert log.status == "error"
    assert log.error is not None
    assert "mlesmith/boosting" in log.error.message
