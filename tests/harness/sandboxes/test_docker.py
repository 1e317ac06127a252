"""Inspect's own sandbox `docker`, from the same packages: on a real engine, with what an agent may try in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from inspect_ai.util import SandboxEnvironment
from inspect_ai.util._sandbox.docker.docker import DockerSandboxEnvironment

from harness.sandboxes.bubble.bytecode import bytecode
from harness.sandboxes.container import compose
from harness.sandboxes.container.compose import NoCompose, compose_config, compose_version
from harness.sandboxes.container.process import Container
from harness.sandboxes.foreign import out_of_memory
from harness.sandboxes.spec import Mount, SandboxLimits, SandboxSpec
from harness.sandboxes.transfer import read_result
from tests.harness.sandboxes import test_reach, test_transfer
from tests.harness.sandboxes.conftest import Try

pytestmark = [pytest.mark.anyio, pytest.mark.sandbox, pytest.mark.engine, pytest.mark.xdist_group("compose")]

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


@pytest.fixture(scope="module")
async def room(engine_ready: None) -> AsyncIterator[SandboxEnvironment]:
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
info = (ctypes.c_int * 32)(signal.SIGTERM, 0, -1)  # SI_QUEUE, by nobody
ctypes.CDLL(None).syscall(queue, 1, signal.SIGTERM, ctypes.byref(info))
info[2] = 0  # SI_USER by nobody: the kernel lets nobody say so
told = ctypes.CDLL(None).syscall(queue, 1, signal.SIGTERM, ctypes.byref(info))
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGHUP):
    os.kill(1, number)
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


@pytest.mark.usefixtures("engine_ready")
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
