"""Compiled byte code of the data stack, made once inside a sandbox and then shown to all, read-only.

Without it every import of the stack compiles it anew: 4 to 5 s instead of 1 s (measured).
"""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from filelock import AsyncFileLock

from harness.errors import MachineError
from harness.places import cache_dir
from harness.sandboxes.conversation import Conversation
from harness.sandboxes.spec import WORKSPACE, SandboxLimits, SandboxSpec
from harness.sandboxes.stack import WARM_IMPORTS, data_stack
from harness.sandboxes.untar import unpack

COMPILED = f"{WORKSPACE}/bytecode"
PROGRAM = f"import sys\nsys.dont_write_bytecode = False\nimport {WARM_IMPORTS}\n"
PACK = f"import tarfile\nwith tarfile.open('{WORKSPACE}/out.tar', 'w') as tar: tar.add('{COMPILED}', arcname='.')\n"
TIME_S = 180
Start = Callable[[SandboxSpec, Path | None], Awaitable[Conversation]]
SIZE = 512 << 20


async def bytecode(start: Start) -> Path:
    """The folder of compiled byte code for the running stack; the first call on a machine takes some seconds.

    Raises:
        MachineError: the stack can't be imported inside a sandbox.
    """
    folder = cache_dir("bytecode") / data_stack().key
    if folder.is_dir():
        return folder
    async with AsyncFileLock(f"{folder}.lock", timeout=TIME_S * 2, run_in_executor=False):
        if not folder.is_dir():
            packed = await compiled(start)
            draft = folder.with_name(f"{folder.name}.{os.getpid()}")
            shutil.rmtree(draft, ignore_errors=True)
            await asyncio.to_thread(unpack, packed, draft, SIZE)
            draft.replace(folder)
    return folder


async def compiled(start: Start) -> bytes:
    """A tar archive of the stack's byte code, made in a sandbox that `start` makes.

    Raises:
        MachineError: the stack can't be imported there.
    """
    server = await start(SandboxSpec(limits=SandboxLimits(memory_mb=2048, disk_mb=1024)), None)
    try:
        env = {"PYTHONPYCACHEPREFIX": COMPILED, "PYTHONDONTWRITEBYTECODE": ""}
        for program in (PROGRAM, PACK):
            request: dict[str, object] = {
                "op": "exec",
                "command": ["python", "-c", program],
                "cwd": WORKSPACE,
                "env": env,
                "limit": 1 << 20,
                "timeout": TIME_S,
                "processes": 64,
            }
            answer = await server.ask(request)
            if answer.header.get("code") != 0:
                said = answer.data.decode(errors="replace")[-800:] or answer.header.get("message")
                raise MachineError(f"The data stack can't be imported inside a sandbox: {said}")
        packed = await server.ask({"op": "read", "path": f"{WORKSPACE}/out.tar", "plain": True, "limit": SIZE})
    finally:
        await server.close()
    return packed.data
