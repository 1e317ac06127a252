"""Cells in Inspect's own sandbox `docker`: agents run in it, graders in one of ours, and nothing is left."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from inspect_ai.log import list_eval_logs, read_eval_log

from harness.results import read_results
from harness.runs import run
from harness.sandboxes.container import engine as engines
from harness.sandboxes.container.compose import probe
from harness.sandboxes.selection import choose, choose_for_cells
from tests.harness.agents.test_runs import SCRIPTS
from tests.harness.packages import make_package

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.engine,
    pytest.mark.usefixtures("engine_ready"),
    pytest.mark.xdist_group("compose"),
]


@pytest.fixture(scope="module")
def cells(engine_ready: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The logs of all scripts and a baseline on one task."""
    root = tmp_path_factory.mktemp("scripts")
    package = make_package(tmp_path_factory.mktemp("number"), "number")
    package.write(root / "mine")
    card = next((root / "mine").iterdir()) / "task.toml"
    text = re.sub(r"\btime_s = \d+", "time_s = 6", card.read_text())
    card.write_text(re.sub(r"\bmemory_mb = \d+", "memory_mb = 400", text))
    for name, program in SCRIPTS.items():
        (root / f"{name}.py").write_text(program)
    agents = ["constant", "sample_submission", *(f"script:{root}/{name}.py" for name in SCRIPTS)]
    return run(agents, [], [str(root / "mine")], sandbox="docker", log_dir=root / "logs", jobs=4)


def test_cells_end_as_they_deserve(cells: Path) -> None:
    found = read_results([cells]).set_index("contestant")
    ended = {str(name).removeprefix("script:"): (row["status"], row["reason"]) for name, row in found.iterrows()}
    assert ended == {
        "constant": ("graded", ""),
        "sample_submission": ("graded", ""),
        "good.py": ("graded", ""),
        "crash.py": ("missing", "agent_crashed"),
        "link.py": ("invalid", "not_a_file"),
        "late.py": ("missing", "time"),
        "hungry.py": ("missing", "memory"),
        "greedy.py": ("missing", "agent_crashed"),
    }


def test_log_names_the_sandbox_and_its_image(cells: Path) -> None:
    for info in list_eval_logs(str(cells)):
        samples = read_eval_log(info).samples
        assert samples
        said = samples[0].metadata
        assert (said["sandbox"], said["sandbox_why"]) == ("docker", "asked for")
        assert said["sandbox_image"] == probe()
        assert samples[0].sandbox
        assert samples[0].sandbox.type == "docker"


def test_graders_run_in_a_sandbox_of_ours() -> None:
    assert choose_for_cells("docker").name == "docker"
    assert choose("docker").name == choose("auto").name != "docker"


KILLED = """
import anyio
from inspect_ai.util._sandbox.docker.docker import DockerSandboxEnvironment
from harness.sandboxes.container.compose import compose_config
from harness.sandboxes.spec import SandboxSpec

async def main():
    config = compose_config(SandboxSpec(), None)
    await DockerSandboxEnvironment.task_init("killed", config)
    made = await DockerSandboxEnvironment.sample_init("killed", config, {})
    print((await made["default"].connection()).container, flush=True)
    await anyio.sleep_forever()

anyio.run(main)
"""


def test_what_a_killed_harness_left_is_removed() -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True) as harness:
        assert harness.stdout is not None
        lines = iter(harness.stdout.readline, "")
        name = next((line.strip() for line in lines if line.startswith("inspect-killed")), "")
        harness.kill()
    engine = engines.engine()
    assert name
    volumes = [mount["Name"] for mount in engine.containers.get(name).attrs["Mounts"] if mount["Type"] == "volume"]
    assert len(volumes) == 1
    engines.sweep_once.cache_clear()
    engines.sweep_once()
    assert not engine.containers.list(all=True, filters={"name": name}, ignore_removed=True)
    assert not engine.volumes.list(filters={"name": volumes[0]})


def test_inspects_own_command_runs_a_task_in_it(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    make_package(tmp_path / "raw", "number").write(tmp_path / "tasks" / "mine")
    (task,) = (tmp_path / "tasks" / "mine").iterdir()
    words = ["eval", f"mlesmith/{task.name}", "-T", "sandbox=docker", "--solver", "mlesmith/constant"]
    done = subprocess.run(
        [sys.executable, "-m", "inspect_ai", *words, "--model", "none/none", "--log-dir", str(tmp_path / "logs")],
        env={**os.environ, "MLESMITH_TASKS": str(tmp_path / "tasks")},
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert set(read_results([tmp_path / "logs"])["status"]) == {"graded"}
