"""A sandbox made by the warm interpreter: as `Bubble`, with the data stack imported before it begins."""

import asyncio
import os
import select
import shutil
import signal
import socket
import struct
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from typing_extensions import override

from harness.sandboxes.bubble.arguments import SERVER, Sources, library, variables, writable
from harness.sandboxes.bubble.cgroups import Group
from harness.sandboxes.bubble.owner import remove_left
from harness.sandboxes.bubble.process import dissolve, linger, new_group, rlimits, sweep_once
from harness.sandboxes.bubble.zygote import DESKS, PREFIX, START_S, Circumstances, Zygote, refuse, zygote
from harness.sandboxes.bubble.zygote import LIBRARY as WARM_LIBRARY
from harness.sandboxes.conversation import Conversation
from harness.sandboxes.provider import SandboxEnded
from harness.sandboxes.spec import LIBRARY, WORKSPACE, SandboxSpec

LARGEST_COPY, MOST_FILES = 64 << 20, 1000
# What an interpreter reads when it starts can't be changed in a fork, so a fork is of one that began with it.
FIXED = ("PYTHONHASHSEED", "LC_", "LANG", "TZ")
# Process 1 shows the whole stack as its memory, 270 MB. With less than this for all, the kernel, out of memory, might
# end it before the program that fills it, which counts 0.8 of the limit more.
LEAST_MEMORY_MB = 512
CREDENTIALS = struct.Struct("iII")
END_S = 5


class TooMuch(Exception):
    """What a sandbox is given is too much to be copied."""


@cache
def _sweep_once() -> None:
    sweep_once()
    remove_left(PREFIX)


async def warm_bubble(spec: SandboxSpec, bytecode: Path) -> "WarmBubble | None":
    """A warm sandbox, or None where a fresh one must do: refused here, or asked for what a fork can't have."""
    if not can_be_warm(spec):
        return None
    await asyncio.to_thread(_sweep_once)
    warm = await zygote(bytecode, circumstances=_circumstances(spec))
    if warm is None:
        return None
    try:
        return await WarmBubble.start(spec, warm)
    except TooMuch:
        return None
    except (OSError, SandboxEnded) as error:
        refuse(str(error))
        return None


def can_be_warm(spec: SandboxSpec) -> bool:
    """Whether a fork of an interpreter that runs already can keep to the specification."""
    limits = spec.limits
    if limits.gpus or limits.cpus >= 2 or limits.memory_mb < LEAST_MEMORY_MB:
        return False
    # The rest of these would change what the interpreter itself is.
    return not any(name.startswith("PYTHON") and name not in FIXED for name, _ in spec.environment)


def _circumstances(spec: SandboxSpec) -> Circumstances:
    return tuple(sorted((name, value) for name, value in spec.environment if name.startswith(FIXED)))


class WarmBubble(Conversation):
    """A sandbox that runs."""

    def __init__(self, pid: int, desk: Path, group: Group | None) -> None:
        super().__init__()
        self.pid = pid
        self._handle = os.pidfd_open(pid)
        self._desk = desk
        self._group = group

    @classmethod
    async def start(cls, spec: SandboxSpec, warm: Zygote) -> "WarmBubble":
        """Fork a sandbox.

        Raises:
            TooMuch: its files are too large to be copied.
            OSError, SandboxEnded: the fork failed.
        """
        desk = Path(tempfile.mkdtemp(dir=warm.desks))
        group = new_group(spec.limits)
        ours, theirs = socket.socketpair()
        try:
            binds = await asyncio.to_thread(_lay_out, spec, desk)
            job = _job(spec, binds, limited=group is not None)
            with theirs:
                pid = await asyncio.to_thread(_fork, warm, job, ours, theirs, group)
            bubble = cls(pid, desk, group)
        except BaseException:  # a waiting that is given up, too, must leave nothing
            ours.close()
            await asyncio.to_thread(shutil.rmtree, desk, ignore_errors=True)
            linger(group)
            await dissolve()
            raise
        try:
            await bubble._greet(ours, START_S)
        except BaseException:
            await bubble.close()
            raise
        return bubble

    @override
    def out_of_memory(self) -> bool:
        return self._group is not None and self._group.out_of_memory()

    @override
    def _end(self) -> None:
        linger(self._group)
        # Process 1 goes first: its descriptor tells when the kernel has ended all that ran inside.
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    @override
    async def _finish(self) -> None:
        self._hang_up()
        try:
            # In a thread of its own: an event loop that ends takes its watching with it.
            over = select.poll()
            over.register(self._handle, select.POLLIN)
            await asyncio.to_thread(over.poll, END_S * 1000)
            await dissolve()
        finally:
            os.close(self._handle)
            shutil.rmtree(self._desk, ignore_errors=True)


def _job(spec: SandboxSpec, binds: dict[str, str], *, limited: bool) -> dict[str, object]:
    always, without_groups = rlimits(spec)
    return {
        "binds": sorted(binds.items()),
        "places": writable(spec),
        "hidden": [DESKS, LIBRARY],
        "rlimits": always if limited else always | without_groups,
        "environment": variables(spec),
        "cwd": WORKSPACE,
        "warm": spec.warm,
    }


def _lay_out(spec: SandboxSpec, desk: Path) -> dict[str, str]:
    """Where inside the zygote each thing lies that the sandbox shows, by its place; data is copied to the desk."""
    desk.chmod(0o755)
    binds: dict[str, str] = {}
    words = iter(library(spec, Sources(None)))
    sources = {target: Path(source) for _, source, target in zip(words, words, words, strict=True)}
    sources |= {mount.target: mount.source.resolve() for mount in spec.mounts}
    shared = [f"{LIBRARY}/{module.replace('.', '/')}" for module in WARM_LIBRARY]
    left = [LARGEST_COPY, MOST_FILES]
    for number, (target, source) in enumerate(sources.items()):
        if target.startswith(SERVER):
            continue
        if target in {f"{LIBRARY}/harness/__init__.py", *shared}:
            binds[target] = target
        else:
            _copy(source, desk / str(number), left)
            binds[target] = f"{DESKS}/{desk.name}/{number}"
    return binds


def _copy(source: Path, target: Path, left: list[int]) -> None:
    """Copy a file or a folder for a reader of another user id; `left` counts down bytes and files.

    Raises:
        TooMuch: there is more than is worth copying.
    """
    if source.is_dir():
        target.mkdir()
        target.chmod(0o755)
        for path in source.iterdir():
            _copy(path, target / path.name, left)
        return
    left[0] -= source.stat().st_size
    left[1] -= 1
    if min(left) < 0:
        raise TooMuch
    shutil.copyfile(source, target)
    target.chmod(source.stat().st_mode & 0o555 | 0o444)


def _fork(warm: Zygote, job: dict[str, object], ours: socket.socket, theirs: socket.socket, group: Group | None) -> int:
    """The id of process 1 of a new sandbox, furnished and within its limits."""
    ours.settimeout(START_S)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    warm.fork(job, theirs)
    theirs.close()
    said, ancillary, _, _ = ours.recvmsg(4096, socket.CMSG_SPACE(CREDENTIALS.size))
    pids = [CREDENTIALS.unpack(data)[0] for _, kind, data in ancillary if kind == socket.SCM_CREDENTIALS]
    _raise(said)
    if group is not None:
        group.take(pids[0])
    ours.sendall(b".")
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
    _raise(ours.recv(4096))
    ours.setblocking(False)
    return int(pids[0])


def _raise(said: bytes) -> None:
    if said != b"\n":
        raise SandboxEnded(f"The warm interpreter made no sandbox: {said.decode(errors='replace').strip()}")
