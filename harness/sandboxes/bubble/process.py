"""One running sandbox: started, asked over its socket, and ended so that nothing of it is left."""

import asyncio
import atexit
import itertools
import os
import signal
import socket
from contextlib import suppress
from functools import cache
from pathlib import Path

from typing_extensions import override

from harness.errors import MachineError
from harness.sandboxes.bubble.arguments import bubblewrap
from harness.sandboxes.bubble.cgroups import Group, make_group, sweep
from harness.sandboxes.bubble.launch import Job, last_words, stage, start
from harness.sandboxes.bubble.program import program
from harness.sandboxes.bubble.user import sandbox_uid
from harness.sandboxes.conversation import Conversation
from harness.sandboxes.provider import SandboxEnded
from harness.sandboxes.spec import SandboxLimits, SandboxSpec

START_S, END_S = 60, 5
# Without control groups an address space bound stands in for the memory limit; the stack alone maps about 1 GiB.
ADDRESS_SPACE_MB = 1024
DISSOLVE_STEPS = 600
_numbers = itertools.count()
_lingering: list[Group] = []


@cache
def sweep_once() -> None:
    """Once a process: remove what harnesses that were killed have left."""
    sweep()


def new_group(limits: SandboxLimits) -> Group | None:
    """Control groups under a number of their own, where they can be had."""
    remove_lingering()
    return make_group(next(_numbers), limits)


class Bubble(Conversation):
    """A sandbox that runs. Use `start`, then `ask` any number of times, also at once, then `close`."""

    def __init__(self, process: asyncio.subprocess.Process, group: Group | None) -> None:
        super().__init__()
        self._process = process
        self._group = group

    @classmethod
    async def start(cls, spec: SandboxSpec, bytecode: Path | None) -> "Bubble":
        """Make a sandbox.

        Raises:
            MachineError: bubblewrap is missing or refused; the message names the mend.
        """
        if spec.limits.gpus:
            raise MachineError("The sandbox `bubble` gives no graphics cards. Use --sandbox container, or gpus = 0.")
        await asyncio.to_thread(sweep_once)
        wrap = await asyncio.to_thread(program)
        uid = sandbox_uid()
        place = None if uid is None else stage()
        group = new_group(spec.limits)
        ours, theirs = socket.socketpair()
        try:
            words, sources = bubblewrap(wrap, spec, place, bytecode)
            groups = group.procs if group else []
            job = Job([*words, str(theirs.fileno())], sources, uid, place, *rlimits(spec), groups)
            bubble = cls(await start(job, theirs.fileno()), group)
        except BaseException:  # a waiting that is given up, too, must leave nothing
            ours.close()
            linger(group)
            await dissolve()
            raise
        finally:
            theirs.close()
        try:
            await bubble._connect(ours)
        except BaseException:
            await bubble.close()
            raise
        return bubble

    async def _connect(self, ours: socket.socket) -> None:
        # Where it does not start, bubblewrap has said why on its way out.
        try:
            await self._greet(ours, START_S)
        except SandboxEnded as error:
            said = await last_words(self._process)
            raise MachineError(f"The sandbox did not start: {said or error}") from error

    @override
    def out_of_memory(self) -> bool:
        """Whether a process inside was ended for its memory (known only where control groups work)."""
        return self._group is not None and self._group.out_of_memory()

    @property
    def pid(self) -> int:
        """The process id of bubblewrap on the host."""
        return self._process.pid

    @override
    def _end(self) -> None:
        linger(self._group)
        # Process 1 goes first: once bubblewrap has seen its end, the kernel has ended all that ran inside.
        for pid in _children(self._process.pid):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)

    @override
    async def _finish(self) -> None:
        self._hang_up()
        try:
            await asyncio.wait_for(self._process.wait(), END_S)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        await dissolve()


def linger(group: Group | None) -> None:
    """Have the control groups of a sandbox that is being closed removed, by whoever comes next if this is cut short."""
    if group is not None:
        _lingering.append(group)


async def dissolve() -> None:
    """Remove the control groups of sandboxes whose processes are at their end; a busy machine needs a while."""
    for _ in range(DISSOLVE_STEPS):
        if remove_lingering():
            break
        await asyncio.sleep(0.01)


def remove_lingering() -> bool:
    """Try once more to remove groups whose sandboxes are closed; whether none is left."""
    _lingering[:] = [group for group in _lingering if not group.remove()]
    return not _lingering


atexit.register(remove_lingering)


def _children(pid: int) -> list[int]:
    """The children of bubblewrap (process 1 of the sandbox), or bubblewrap itself where that can't be seen."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]
    except OSError:
        return [pid]


def rlimits(spec: SandboxSpec) -> tuple[dict[str, int], dict[str, int]]:
    """What always holds, and what holds where control groups do not."""
    # One above the disk's size, so that a full disk is told as such and not by a signal.
    always = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": (spec.limits.disk_mb + 1) << 20, "RLIMIT_NOFILE": 4096}
    return always, {"RLIMIT_AS": (spec.limits.memory_mb + ADDRESS_SPACE_MB) << 20}
