"""`bubble` as Inspect uses it: configuration, files of a sample, its own tools, a bridge for an agent inside."""

from pathlib import Path
from typing import Any

import pytest
from inspect_ai import Task
from inspect_ai import eval as run_eval
from inspect_ai.agent import sandbox_agent_bridge
from inspect_ai.dataset import Sample
from inspect_ai.log import EvalLog
from inspect_ai.model import ChatMessageTool, Model, ModelOutput, ModelUsage, get_model
from inspect_ai.solver import Generate, Solver, TaskState, generate, solver, use_tools
from inspect_ai.tool import bash_session, text_editor
from inspect_ai.util import SandboxEnvironmentSpec, sandbox

from harness.sandboxes.bubble.environment import BubbleSandbox
from harness.sandboxes.spec import Mount, SandboxLimits, SandboxSpec

pytestmark = pytest.mark.sandbox

USAGE = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)


def scripted(*calls: tuple[str, dict[str, Any]]) -> Model:
    """A model that makes these calls of tools and then says done."""
    outputs = [ModelOutput.for_tool_call("mockllm/model", name, words) for name, words in calls]
    outputs.append(ModelOutput.from_content("mockllm/model", "done"))
    for output in outputs:
        output.usage = USAGE
    return get_model("mockllm/model", custom_outputs=outputs)


def logged(
    folder: Path, solvers: list[Solver], model: Model, spec: SandboxSpec | None = None, **sample: Any
) -> EvalLog:
    """The log of one sample in a `bubble`; it has ended well."""
    where = SandboxEnvironmentSpec("bubble", spec) if spec else "bubble"
    task = Task(dataset=[Sample(input="x", sandbox=where, **sample)], solver=solvers)
    log = run_eval(task, model=model, display="none", log_dir=str(folder))[0]
    assert log.status == "success", log.error
    return log


def replies(log: EvalLog) -> list[str]:
    assert log.samples
    return [message.text for message in log.samples[0].messages if isinstance(message, ChatMessageTool)]


@solver
def looking(command: str) -> Solver:
    """Run one command and keep its output."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        state.metadata["said"] = (await sandbox().exec(["sh", "-c", command])).stdout
        return state

    return solve


def test_a_sample_has_its_files_its_setup_and_its_mounts(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("a\n")
    tmp_path.chmod(0o755)
    spec = SandboxSpec(mounts=(Mount(source=tmp_path / "train.csv", target="/workspace/data/train.csv"),))
    log = logged(
        tmp_path / "logs",
        [looking("cat notes/given.txt made.txt data/train.csv; id -un")],
        scripted(),
        spec,
        files={"notes/given.txt": "given\n"},
        setup="#!/bin/bash\necho made > made.txt\n",
    )
    assert log.samples
    assert log.samples[0].metadata["said"] == "given\nmade\na\nagent\n"


def test_without_a_configuration_the_usual_one_is_used(tmp_path: Path) -> None:
    log = logged(tmp_path, [looking("pwd; df -m /workspace | tail -1 | awk '{print $2}'")], scripted())
    assert log.samples
    assert log.samples[0].metadata["said"] == f"/workspace\n{SandboxLimits().disk_mb}\n"


def test_a_configuration_survives_the_log() -> None:
    spec = SandboxSpec(limits=SandboxLimits(memory_mb=77), commands=(("a", "harness.competition.check"),))
    read = BubbleSandbox.config_deserialize(spec.model_dump(mode="json"))
    assert read == spec
    assert hash(read) == hash(spec)


def test_inspects_editor_and_session_work(tmp_path: Path) -> None:
    model = scripted(
        ("text_editor", {"command": "create", "path": "/workspace/a.txt", "file_text": "hello\n"}),
        ("text_editor", {"command": "view", "path": "/workspace/a.txt"}),
        ("bash_session", {"action": "type_submit", "input": "cd /tmp && export A=5"}),
        ("bash_session", {"action": "type_submit", "input": "pwd; echo A=$A"}),
    )
    log = logged(tmp_path, [use_tools(text_editor(), bash_session()), generate(tool_calls="loop")], model)
    told = replies(log)
    assert "hello" in told[1]
    assert "/tmp" in told[3]
    assert "A=5" in told[3]


ASKS = """
import http.client, json, sys, time
body = json.dumps({"model": "inspect", "messages": [{"role": "user", "content": "hello"}]})
for _ in range(300):  # the bridge begins to listen a moment after it was started
    try:
        bridge = http.client.HTTPConnection("localhost", int(sys.argv[1]), timeout=30)
        bridge.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
        break
    except ConnectionRefusedError:
        time.sleep(0.1)
print(json.load(bridge.getresponse())["choices"][0]["message"]["content"])
"""


@solver
def bridged() -> Solver:
    """An agent inside that reaches the model through Inspect's bridge and nothing else."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        async with sandbox_agent_bridge(state) as bridge:
            done = await sandbox().exec(["python", "-c", ASKS, str(bridge.port)], timeout=60)
        state.metadata["said"] = done.stdout + done.stderr
        return state

    return solve


def test_an_agent_inside_reaches_its_model_through_the_bridge(tmp_path: Path) -> None:
    log = logged(tmp_path, [bridged()], scripted())
    assert log.samples
    assert log.samples[0].metadata["said"] == "done\n"
