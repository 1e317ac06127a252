"""The language-model agent with scripted replies: it explores, trains, checks, submits, and is graded."""

from pathlib import Path

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.model import ModelOutput, ModelUsage, get_model

from harness.evals import competition_task
from harness.package import load_package
from tests.harness.packages import make_package

TRAIN = """
import pandas as pd
train, sample = pd.read_csv("data/train.csv"), pd.read_csv("data/sample_submission.csv", dtype=str)
target = sample.columns[1]
sample[target] = train[target].mean()
sample.to_csv("submission.csv", index=False)
"""


def reply(tool: str, **arguments: str) -> ModelOutput:
    """One scripted turn; with a usage, so that nothing is counted by a tokenizer that would be downloaded."""
    made = ModelOutput.for_tool_call("mockllm/model", tool, dict(arguments))
    made.usage = ModelUsage(input_tokens=10, output_tokens=5, total_tokens=15)
    return made


@pytest.mark.sandbox
def test_scripted_model_explores_trains_checks_and_submits(tmp_path: Path) -> None:
    root = make_package(tmp_path, "number").write(tmp_path / "tasks")
    replies = [
        reply("bash", command="ls data; head -2 data/train.csv"),
        reply("check_submission"),
        reply("python", code=TRAIN),
        reply("check_submission"),
        reply("submit", answer="done"),
    ]
    model = get_model("mockllm/model", custom_outputs=replies)
    task = competition_task(load_package(root))
    log = inspect_eval(task, model=model, log_dir=str(tmp_path / "logs"), display="none")[0]
    assert log.status == "success", log.error
    assert log.samples is not None
    sample = log.samples[0]
    tools = [message for message in sample.messages if message.role == "tool"]
    told = [message.error.message if message.error else message.text for message in tools]
    assert "train.csv" in told[0]
    assert told[1].startswith("invalid")
    assert told[3] == "valid"
    score = next(iter((sample.scores or {}).values()))
    assert isinstance(score.value, dict)
    assert score.value["valid"] == 1
    assert score.metadata is not None
    assert score.metadata["contestant"] == "react@mockllm/model"


@pytest.mark.sandbox
def test_without_a_model_it_names_the_baselines(tmp_path: Path) -> None:
    root = make_package(tmp_path, "number").write(tmp_path / "tasks")
    log = inspect_eval(
        competition_task(load_package(root)), model="none/none", log_dir=str(tmp_path / "logs"), display="none"
    )[0]
    assert log.status == "error"
    assert log.error is not None
    assert "mlesmith/boosting" in log.error.message
