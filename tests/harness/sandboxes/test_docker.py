"""Inspect's own sandbox `docker`, from the same packages: on a real engine, with what an agent may try in it."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from inspect_ai.log import list_eval_logs, read_eval_log
from inspect_ai.util import SandboxEnvironment
from inspect_ai.util._sandbox.docker.docker import DockerSandboxEnvironment

from harness.errors import MachineError
from harness.results import read_results
from harness.runs import run
from harness.sandboxes.bubble.bytecode import bytecode
from harness.sandboxes.container import compose
from harness.sandboxes.container import engine as engines
from harness.sandboxes.container.compose import NoCompose, compose_config, compose_version, probe
from harness.sandboxes.container.image import make_image
from harness.sandboxes.container.process import Container
from harness.sandboxes.foreign import out_of_memory
from harness.sandboxes.selection import choose, choose_for_cells
from harness.sandboxes.spec import Mount, SandboxLimits, SandboxSpec
from harness.sandboxes.transfer import read_result
from tests.harness.agents.test_runs import SCRIPTS
from tests.harness.packages import make_package
from tests.harness.sandboxes import test_reach, test_transfer
from tests.harness.sandboxes.conftest import Try

pytestmark = [pytest.mark.anyio, pytest.mark.sandbox, pytest.mark.xdist_group("compose")]

# Its writing is Inspect's own: it follows where the agent's user may write, and no further.
ELSEWHERE = {
    "test_no_privilege_is_held_or_gained",
    "test_writing_to_a_pipe_or_to_process_one_does_not_wait",
    "test_a_hostile_archive_is_refused",
}
for module in (test_reach, test_transfer):
    names = [name for name in dir(module) if name.startswith("test_") and name not in ELSEWHERE]
    globals().update({name: getattr(module, name) for name in names})

LIMITS = SandboxLimits(memory_mb=300, processes=60)


@pytest.fixture(scope="module", autouse=True)
def with_image() -> None:
    """The image is made first."""
    try:
        make_image()
        probe()
    except MachineError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
async def room(with_image: None) -> AsyncIterator[SandboxEnvironment]:
    """One plain sandbox as Inspect makes it, for all tests of the module."""
    config = compose_config(SandboxSpec(limits=LIMITS), await bytecode(Container.start))
    await DockerSandboxEnvironment.task_init("test", config)
    made = await DockerSandboxEnvironment.sample_init("test", config, {})
    try:
        yield made["default"]
    finally:
        await DockerSandboxEnvironment.sample_cleanup("test", config, made, False)
        await DockerSandboxEnvironment.task_cleanup("test", config, True)


async def test_no_privilege(python: Try) -> None:
    told = await python(test_reach.PRIVILEGES)
    user, capabilities = told.stdout.splitlines()
    uid, group, same = user.split()
    assert (group, same) == (f"[{uid}]", "True")
    assert int(uid) >= 1000
    assert capabilities == str(["0" * 16] * 5 + ["1"])


FAKED = """
import ctypes, os, platform, signal
queue = {"x86_64": 129, "aarch64": 138}[platform.machine()]  # rt_sigqueueinfo
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGHUP):
    os.kill(1, number)
info = (ctypes.c_int * 32)(signal.SIGTERM, 0, 0)  # as if SI_USER by nobody: the kernel refuses to say so
told = ctypes.CDLL(None, use_errno=True).syscall(queue, 1, signal.SIGTERM, ctypes.byref(info))
info[2] = -1  # SI_QUEUE
ctypes.CDLL(None).syscall(queue, 1, signal.SIGTERM, ctypes.byref(info))
print("refused" if told else "sent")
"""


async def test_nobody_inside_ends_the_first_process(room: SandboxEnvironment, python: Try) -> None:
    assert (await python(FAKED)).stdout == "refused\n"
    await room.exec(["sh", "-c", "kill -9 -1"])
    assert (await room.exec(["echo", "alive"])).stdout == "alive\n"


async def test_the_first_process_collects_orphans(room: SandboxEnvironment) -> None:
    orphan = 'python -c \'import os; print(os.spawnlp(os.P_NOWAIT, "true", "true"))\''
    pid = (await room.exec(["sh", "-c", orphan])).stdout.strip()
    left = f"while [ -d /proc/{pid} ]; do :; done; echo gone"
    assert (await room.exec(["sh", "-c", left], timeout=10)).stdout == "gone\n"


async def test_processes_and_memory_are_limited(room: SandboxEnvironment, python: Try) -> None:
    forks = "import os\nfor n in range(200):\n    if os.fork() == 0:\n        os.read(os.pipe()[0], 1)\n"
    told = await python(forks)
    await room.exec(["sh", "-c", "kill -9 -1"])
    assert "Resource temporarily unavailable" in told.stderr
    assert not await out_of_memory(room)
    told = await python("bytearray(1 << 30)")
    assert not told.success
    assert await out_of_memory(room)


async def test_a_large_result_is_taken_and_one_that_shrinks_is_no_crash(room: SandboxEnvironment) -> None:
    await room.exec(["sh", "-c", "rm -rf submission.csv; head -c 20000000 /dev/zero > submission.csv"])
    assert await read_result(room, test_transfer.RESULT, 20_000_000) == bytes(20_000_000)


def test_configuration_names_every_limit_and_no_writable_folder_of_the_host(tmp_path: Path) -> None:
    odd = tmp_path / "a$HOME"
    odd.mkdir()
    spec = SandboxSpec(
        mounts=(Mount(source=odd, target="/workspace/data"),),
        limits=SandboxLimits(memory_mb=77, cpus=1, disk_mb=5, processes=9, gpus=2),
        environment=(("A", "$B"),),
    )
    config = compose_config(spec, None)
    assert hash(config) == hash(compose_config(spec, None))
    said = config.model_dump(mode="json", by_alias=True, exclude_none=True)["services"]["default"]
    wanted = {
        "x-local": True, "network_mode": "none", "read_only": True, "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"], "pids_limit": 9 + compose.OWN_PROCESSES,
        "mem_limit": "109m", "memswap_limit": "109m", "cpus": 1.0,
    }  # fmt: skip
    assert wanted.items() <= said.items()
    assert not {"container_name", "privileged", "ports", "cap_add"} & said.keys()
    assert said["user"].split(":")[0] not in {"", "0", "root"}
    assert said["environment"]["A"] == "$$B"
    assert said["deploy"]["resources"]["reservations"]["devices"] == [{"count": 2, "capabilities": ["gpu"]}]
    binds = [mount for mount in said["volumes"] if mount["type"] == "bind"]
    assert all(mount["read_only"] for mount in binds)
    assert str(odd).replace("$", "$$") in {mount["source"] for mount in binds}
    assert [mount["target"] for mount in said["volumes"] if mount["type"] == "volume"] == ["/workspace"]


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The logs of all scripts and a baseline on one task."""
    root = tmp_path_factory.mktemp("scripts")
    package = make_package(tmp_path_factory.mktemp("number"), "number")
    package.write(root / "mine")
    card = next((root / "mine").iterdir()) / "task.toml"
    text = card.read_text().replace("time_s = 600", "time_s = 6").replace("memory_mb = 2048", "memory_mb = 400")
    card.write_text(text)
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


# What docker says (28.2.2 without its plugin; compose 2.26.1), and the mend.
PROGRAMS = {
    "no program": (None, "docker-cli"),
    "no plugin": ("echo 'docker: unknown command: docker compose' >&2; exit 1", "apt install docker-compose"),
    "old plugin": ("echo 2.20.3", "2.24 or later"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_missing_compose_names_the_mend(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, mend = PROGRAMS[name]
    if program is not None:
        (tmp_path / "docker").write_text(f"#!/bin/sh\n{program}\n")
        (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoCompose, match=mend):
        compose.require_new(compose_version())


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
