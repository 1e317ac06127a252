"""Looking at what an agent can read besides its task, once for a machine and its sandbox."""

import asyncio
import contextvars
import hashlib
import json
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from weakref import WeakKeyDictionary

from generation.verification.reach import Reach
from generation.verification.rooms import program
from harness.errors import MachineError, MlesmithError
from harness.evals import PROGRAMS, within_reach
from harness.places import cache_dir, whole_file
from harness.sandboxes.selection import choose, expect_many, open_sandbox
from harness.sandboxes.spec import WORKSPACE, Mount, SandboxLimits, SandboxSpec
from harness.sandboxes.stack import data_stack, interpreter_folders
from harness.sandboxes.transfer import read_result

LOOK_S = 300
LIMITS = SandboxLimits(memory_mb=4096, disk_mb=1024)
LARGEST = 512_000_000

_looking: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()
_ahead: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[None]] = WeakKeyDictionary()


async def reach_of(sandbox: str) -> Reach:
    """What an agent of this machine's sandbox can read; cached until the machine's programs change.

    Raises:
        MachineError: no sandbox works here, or what is within reach can't be listed.
    """
    async with _looking.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
        spec = _spec()
        stored = cache_dir("reach") / f"{await asyncio.to_thread(_key, sandbox)}.npz"
        if not stored.is_file():
            async with open_sandbox(spec, sandbox) as room:
                result = f"{WORKSPACE}/reach.npz"
                ended = await room.python([f"{PROGRAMS}/reach.py", result], timeout=LOOK_S)
                content = await read_result(room, result, LARGEST)
            if not isinstance(content, bytes):
                raise MachineError(f"What an agent can read here can't be listed: {ended.stderr.strip()[-500:]}")
            with whole_file(stored) as draft:
                draft.write_bytes(content)
        return await asyncio.to_thread(_read, stored)


@lru_cache(maxsize=2)
def _read(stored: Path) -> Reach:
    return Reach.read(stored.read_bytes())


def look_ahead(sandbox: str) -> None:
    """Begin in the background what the first verification of an event loop would wait for.

    Whatever hinders it is told by that verification, which does it again.
    """
    loop = asyncio.get_running_loop()
    if loop not in _ahead:
        # In a context of its own: the sample that asks first must not be held by it.
        _ahead[loop] = loop.create_task(_ready(sandbox), context=contextvars.Context())


async def _ready(sandbox: str) -> None:
    with suppress(MlesmithError, OSError, TimeoutError):
        await expect_many(sandbox)
        await reach_of(sandbox)


def _spec() -> SandboxSpec:
    spec = within_reach()
    looks = Mount(source=program("reach.py"), target=f"{PROGRAMS}/reach.py")
    return spec.model_copy(update={"mounts": (*spec.mounts, looks), "limits": LIMITS})


def _key(sandbox: str) -> str:
    """Another key where something was installed or removed, another sandbox is used, or another way of looking."""
    choice, stack = choose(sandbox), data_stack()
    folders = [Path("/usr/lib"), Path("/usr/share"), Path("/usr/local"), *interpreter_folders(stack)]
    entries = [entry for folder in folders if folder.is_dir() for entry in sorted(folder.iterdir())]
    dates = [f"{entry}:{entry.lstat().st_mtime_ns}" for entry in entries]
    ways = [program("reach.py").read_text(encoding="utf-8"), within_reach().model_dump_json()]
    told = json.dumps([choice.name, choice.image, stack.key, stack.covered, dates, ways])
    return hashlib.sha256(told.encode()).hexdigest()[:24]
