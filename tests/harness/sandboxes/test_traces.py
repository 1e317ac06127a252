"""Nothing is left of a sandbox: no process, control group, mount, descriptor or file, however it ended."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from harness.errors import MachineError
from harness.sandboxes.bubble import cgroups
from harness.sandboxes.bubble.owner import mark
from harness.sandboxes.provider import ProvidedSandbox, SandboxEnded
from harness.sandboxes.selection import open_sandbox
from harness.sandboxes.spec import Mount, SandboxSpec

pytestmark = [pytest.mark.anyio, pytest.mark.sandbox]

BACKGROUND = "for i in 1 2 3; do setsid sleep {number} & done; env -i sleep {number} & echo started"


def running(number: int) -> list[str]:
    """The processes of this host, inside sandboxes or not, that sleep for so many seconds."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes() == f"sleep\0{number}\0".encode():
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def groups(owner: str) -> list[Path]:
    """The control groups that a harness with this mark has made."""
    # os.walk, and no pattern: groups of others go while one looks.
    folders = (Path(folder, name) for folder, names, _ in os.walk(cgroups.ROOT) for name in names)
    return [folder for folder in folders if folder.name.startswith(f"{cgroups.PREFIX}-{owner}-")]


def holdings() -> tuple[int, int, int]:
    """Open files, threads and mounts of this process."""
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").count("\n")
    return len([*Path("/proc/self/fd").iterdir()]), threading.active_count(), mounts


async def started(sandbox: ProvidedSandbox, number: int) -> None:
    """Have four processes sleep inside, of which one hides its origin."""
    await sandbox.exec(["sh", "-c", BACKGROUND.format(number=number)])
    async with asyncio.timeout(5):
        while len(running(number)) != 4:
            await asyncio.sleep(0)


async def test_after_its_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    async with open_sandbox(SandboxSpec()) as sandbox:
        await started(sandbox, 70_001)
    assert (running(70_001), groups(mark()), [*tmp_path.iterdir()]) == ([], [], [])
    with pytest.raises(SandboxEnded):
        await sandbox.exec(["true"])
    await sandbox.close()


async def test_after_an_error_in_its_block() -> None:
    async def work() -> None:
        async with open_sandbox(SandboxSpec()) as sandbox:
            await started(sandbox, 70_002)
            raise KeyError

    with pytest.raises(KeyError):
        await work()
    assert (running(70_002), groups(mark())) == ([], [])


async def test_after_cancelling() -> None:
    ready = asyncio.Event()

    async def work() -> None:
        async with open_sandbox(SandboxSpec()) as sandbox:
            await started(sandbox, 70_003)
            ready.set()
            await sandbox.exec(["sleep", "70003"])

    task = asyncio.create_task(work())
    await ready.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (running(70_003), groups(mark())) == ([], [])


@pytest.mark.parametrize("turns", [*range(1, 40), 100])
async def test_after_cancelling_while_it_starts(turns: int) -> None:
    task = asyncio.create_task(open_sandbox(SandboxSpec(environment=(("TURNS", str(turns)),))).__aenter__())
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    try:
        sandbox = await task
    except asyncio.CancelledError:
        pass
    else:
        await sandbox.close()
    assert groups(mark()) == []


@pytest.mark.parametrize("turns", [1, 2, 3, 10])
def test_after_a_loop_that_ends_while_it_closes(turns: int) -> None:
    async def work() -> None:
        block = open_sandbox(SandboxSpec())
        sandbox = await block.__aenter__()
        await started(sandbox, 70_010 + turns)
        closing = asyncio.create_task(sandbox.close())
        for _ in range(turns):
            await asyncio.sleep(0)
        assert not closing.done()

    async def next_one() -> None:
        async with open_sandbox(SandboxSpec()):
            pass

    asyncio.run(work())
    asyncio.run(next_one())
    assert (running(70_010 + turns), groups(mark())) == ([], [])


async def test_after_many_at_once() -> None:
    async def one() -> None:
        async with open_sandbox(SandboxSpec()) as sandbox:
            assert (await sandbox.exec(["echo", "x"])).stdout == "x\n"

    await one()
    before = holdings()
    for _ in range(3):
        await asyncio.gather(*(one() for _ in range(8)))
    await asyncio.sleep(0)
    files, threads, mounts = holdings()
    assert files <= before[0]
    assert threads <= before[1] + 8  # the event loop keeps the threads that watch processes
    assert mounts == before[2]
    assert groups(mark()) == []


async def test_after_a_start_that_failed(tmp_path: Path) -> None:
    before = holdings()[0]
    for _ in range(3):
        with pytest.raises(MachineError, match="did not start"):
            async with open_sandbox(SandboxSpec(mounts=(Mount(source=tmp_path / "nothing", target="/raw"),))):
                pass
    assert groups(mark()) == []
    assert holdings()[0] <= before


async def test_what_waits_is_told_when_the_sandbox_ends() -> None:
    async with open_sandbox(SandboxSpec()) as sandbox:
        waiting = asyncio.create_task(sandbox.exec(["sleep", "1000"]))
        await sandbox.exec(["true"])
        await sandbox.close()
        with pytest.raises(SandboxEnded):
            await asyncio.wait_for(waiting, 5)


KILLED = """
import asyncio, sys
from harness.sandboxes.bubble.owner import mark
from harness.sandboxes.selection import open_sandbox
from harness.sandboxes.spec import SandboxSpec

async def main():
    async with open_sandbox(SandboxSpec()) as sandbox:
        await sandbox.exec(["sh", "-c", sys.argv[1]])
        print(mark(), flush=True)
        await asyncio.sleep(1000)

asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
async def test_after_a_harness_that_was_killed(number: int) -> None:
    seconds = 71_000 + number
    command = [sys.executable, "-c", KILLED, BACKGROUND.format(number=seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as harness:
        assert harness.stdout is not None
        owner = (await asyncio.to_thread(harness.stdout.readline)).strip()
        assert len(running(seconds)) == 4
        harness.send_signal(number)
        await asyncio.to_thread(harness.wait, 10)
    async with asyncio.timeout(5):
        while running(seconds):
            await asyncio.sleep(0)
    cgroups.sweep()
    assert groups(owner) == []
