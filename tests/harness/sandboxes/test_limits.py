"""Limits on memory, processes, disk, time and output; and that what is within them goes on undisturbed."""

import asyncio
import time

import pytest
from inspect_ai.util import OutputLimitExceededError

from harness.sandboxes.bubble.cgroups import make_group
from harness.sandboxes.provider import ProvidedSandbox
from harness.sandboxes.selection import open_sandbox
from harness.sandboxes.spec import SandboxLimits, SandboxSpec

pytestmark = [pytest.mark.anyio, pytest.mark.sandbox]

MB = 1 << 20


def limited(**limits: float) -> SandboxSpec:
    return SandboxSpec(limits=SandboxLimits.model_validate(limits))


def grouped() -> bool:
    """Whether control groups can be made here; where they can't, a limit holds for each process, not for all."""
    group = make_group(0, SandboxLimits())
    if group is not None:
        group.remove()
    return group is not None


async def commands(sandbox: ProvidedSandbox) -> str:
    """The command lines of all that runs inside."""
    return (await sandbox.exec(["sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"])).stdout


async def test_memory_beyond_the_limit_is_refused_and_known() -> None:
    async with open_sandbox(limited(memory_mb=256)) as sandbox:
        within = await sandbox.exec(["python", "-c", "print(len(bytearray(100 << 20)))"])
        assert within.stdout == f"{100 * MB}\n"
        assert not sandbox.out_of_memory()
        beyond = await sandbox.exec(["python", "-c", "bytearray(3 << 30)"])
        assert beyond.returncode in ({137} if grouped() else {1})
        assert sandbox.out_of_memory() is grouped()
        assert (await sandbox.exec(["echo", "alive"])).stdout == "alive\n"


async def test_memory_counts_for_all_processes_together() -> None:
    hog = "import time; data = bytearray(60 << 20); print('held', flush=True); time.sleep(2)"
    program = f"for i in 1 2 3 4 5 6; do python -c '{hog}' & done; wait"
    async with open_sandbox(limited(memory_mb=200)) as sandbox:
        told = await sandbox.exec(["sh", "-c", program], timeout=30)
    assert told.stdout.count("held") < 6 or not grouped()


FORKS = """
import os, signal, time
children = []
try:
    while len(children) < 400:
        child = os.fork()
        if child == 0:
            time.sleep(60)
            os._exit(0)
        children.append(child)
except OSError:
    pass
print(len(children))
for child in children:
    os.kill(child, signal.SIGKILL)
"""


async def test_processes_are_counted_for_each_sandbox_apart() -> None:
    async with open_sandbox(limited(processes=40)) as first, open_sandbox(limited(processes=40)) as second:
        counts = [(await one.exec(["python", "-c", FORKS], timeout=30)).stdout for one in (first, second)]
    assert all(30 <= int(count) <= 70 for count in counts), counts


async def test_a_fork_bomb_neither_silences_nor_outlives() -> None:
    bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    async with open_sandbox(limited(processes=40)) as sandbox:
        start = time.monotonic()
        with pytest.raises(TimeoutError):
            await sandbox.exec(["python", "-c", bomb], timeout=1)
        assert time.monotonic() - start < 6
        assert (await sandbox.exec(["echo", "alive"])).stdout == "alive\n"
        assert "fork" not in await commands(sandbox)


@pytest.mark.parametrize(("folder", "most"), [("/workspace", 32), ("/tmp", 32), ("/dev/shm", 32), ("/var/tmp", 32)])
async def test_disk_is_full_at_its_size(folder: str, most: int) -> None:
    async with open_sandbox(limited(disk_mb=32)) as sandbox:
        told = await sandbox.exec(
            ["sh", "-c", f"head -c 100000000 /dev/zero > {folder}/a; head -c 9999 /dev/zero > {folder}/b"]
        )
        size = int((await sandbox.exec(["sh", "-c", f"cat {folder}/a {folder}/b | wc -c"])).stdout)
        assert "No space left on device" in told.stderr
        assert 0.9 * most * MB <= size <= most * MB
        assert (await sandbox.exec(["sh", "-c", f"rm {folder}/a && echo small > {folder}/b"])).success


HIDING = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execve(sys.executable, [sys.executable, "-c", "import time; 'hidden'; time.sleep(1000)"], {})
    os._exit(0)
os.system("trap '' TERM INT HUP; sleep 1001 & setsid sleep 1002 & sleep 1003")
"""


async def test_time_limit_ends_all_that_the_command_started_and_no_more() -> None:
    async with open_sandbox(SandboxSpec()) as sandbox:
        await sandbox.exec(["sh", "-c", "sleep 1111 & echo"])
        start = time.monotonic()
        with pytest.raises(TimeoutError):
            await sandbox.exec(["python", "-c", HIDING], timeout=1)
        assert time.monotonic() - start < 4
        left = await commands(sandbox)
    assert "sleep 1111" in left
    assert "hidden" not in left
    assert "sleep 100" not in left


async def test_a_command_whose_caller_gives_up_is_ended() -> None:
    async with open_sandbox(SandboxSpec()) as sandbox:
        waiting = asyncio.create_task(sandbox.exec(["sh", "-c", "sleep 1234; :"]))
        while "sleep 1234" not in await commands(sandbox):
            await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        async with asyncio.timeout(5):
            while "sleep 1234" in await commands(sandbox):
                await asyncio.sleep(0)


async def test_a_command_whose_caller_gives_up_at_once_is_ended() -> None:
    async with open_sandbox(SandboxSpec()) as sandbox:
        for turns in range(40):
            waiting = asyncio.create_task(sandbox.exec(["sleep", "1235"]))
            for _ in range(turns % 8):
                await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        async with asyncio.timeout(20):
            while "sleep 1235" in await commands(sandbox):
                await asyncio.sleep(0)


async def test_output_beyond_its_limit_ends_the_command() -> None:
    async with open_sandbox(limited(output_mb=1)) as sandbox:
        start = time.monotonic()
        with pytest.raises(OutputLimitExceededError) as caught:
            await sandbox.exec(["sh", "-c", "yes"])
        assert time.monotonic() - start < 5
        assert caught.value.limit_str == "1 MiB"
        assert caught.value.truncated_output == "y\n" * (MB // 2)
        exact = await sandbox.exec(["sh", "-c", f"head -c {MB} /dev/zero | tr '\\0' a"])
        assert exact.stdout == "a" * MB
        assert "yes" not in await commands(sandbox)


async def test_a_talkative_background_process_lives_on() -> None:
    # It talks in earnest when the command has ended, however slow that is: before, the limit counts for it, too.
    program = "(while kill -0 $$ 2>/dev/null; do :; done; while :; do printf '%01000d' 0; done) & echo started"
    async with open_sandbox(limited(output_mb=2)) as sandbox:
        told = await sandbox.exec(["sh", "-c", f"{program}; echo $! > pid"])
        assert "started" in told.stdout
        assert len(told.stdout) < 2 * MB
        for _ in range(20):
            assert (await sandbox.exec(["sh", "-c", "kill -0 $(cat pid)"])).success


async def test_output_is_whole_however_fast_the_end_comes(room: ProvidedSandbox) -> None:
    for size in (1, 65_536, 65_537, 3_000_000):
        told = await room.exec(
            ["python", "-c", f"import sys; sys.stdout.write('x' * {size}); sys.stderr.write('y' * {size})"]
        )
        assert (len(told.stdout), len(told.stderr)) == (size, size)


async def test_many_commands_at_once(room: ProvidedSandbox) -> None:
    told = await asyncio.gather(
        *(room.exec(["sh", "-c", f"cat; exit {number}"], input=str(number)) for number in range(30))
    )
    assert [(one.stdout, one.returncode) for one in told] == [(str(number), number) for number in range(30)]


@pytest.mark.parametrize(
    ("command", "code"), [(["nosuch"], 127), (["sh", "-c", "kill -SEGV $$"], 139), (["sh", "-c", "exit 3"], 3)]
)
async def test_exit_codes_are_a_shells(room: ProvidedSandbox, command: list[str], code: int) -> None:
    assert (await room.exec(command)).returncode == code


async def test_threads_of_libraries_follow_the_processors() -> None:
    async with open_sandbox(limited(cpus=2.5)) as sandbox:
        assert (await sandbox.exec(["sh", "-c", "echo $OMP_NUM_THREADS"])).stdout == "2\n"
