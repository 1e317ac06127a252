"""`mlesmith doctor`: what works on this machine, found by doing it."""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass

from harness.errors import MlesmithError

KEYS = (
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "GOOGLE_API_KEY",
    "GROQ_API_KEY",
    "MISTRAL_API_KEY",
    "OPENROUTER_API_KEY",
)


@dataclass(frozen=True)
class Examined:
    """One thing that was tried: whether it works, what was seen; `needed` says that nothing runs without it."""

    name: str
    works: bool
    seen: str
    needed: bool = False

    def row(self) -> dict[str, object]:
        """The finding as a row of a table."""
        return {"what": self.name, "works": self.works, "seen": self.seen}


def examine() -> list[Examined]:
    """Try everything; a thing that fails is a finding, never an error."""
    return [
        _tried("sandbox bubble", _bubble, needed=True),
        _tried("memory limit", _memory_limit),
        _tried("no network inside", _no_network, needed=True),
        Examined("disk for the cache", *_disk()),
        Examined("keys that are set", *_keys()),
    ]


def _tried(name: str, trial: Callable[[], str], *, needed: bool = False) -> Examined:
    try:
        return Examined(name, True, trial(), needed)
    except MlesmithError as error:
        return Examined(name, False, str(error), needed)


def _inside(command: list[str], memory_mb: int = 512) -> tuple[int, float]:
    """Run a command in a fresh sandbox: its exit code and the seconds it took with the sandbox."""
    import anyio

    from harness.sandboxes.selection import open_sandbox
    from harness.sandboxes.spec import SandboxLimits, SandboxSpec

    async def run() -> tuple[int, float]:
        start = time.perf_counter()
        async with open_sandbox(SandboxSpec(limits=SandboxLimits(memory_mb=memory_mb)), "bubble") as sandbox:
            done = await sandbox.exec(command, timeout=60)
        return done.returncode, time.perf_counter() - start

    return anyio.run(run)


def _bubble() -> str:
    from harness.sandboxes.bubble.program import program

    _inside(["true"])
    code, seconds = _inside(["true"])
    if code != 0:
        raise MlesmithError(f"`true` ended with {code} inside {program()}.")
    return f"{program().name} by bubblewrap, {seconds:.2f} s for a sandbox and a command"


def _memory_limit() -> str:
    code, _ = _inside(["python", "-c", "bytearray(3 << 30)"], memory_mb=512)
    if code == 0:
        raise MlesmithError("3 GiB were given to a process that has 512 MB.")
    return "kept by control groups" if code == 137 else "kept by the address space"


def _no_network() -> str:
    code, _ = _inside(["python", "-c", "import socket; socket.create_connection(('127.0.0.1', 1), 1)"])
    if code == 0:
        raise MlesmithError("A connection could be made from inside.")
    return "a connection from inside is refused"


def _disk() -> tuple[bool, str]:
    from harness.places import cache_dir

    free = shutil.disk_usage(cache_dir()).free >> 30
    return free >= 2, f"{free} GiB free"


def _keys() -> tuple[bool, str]:
    found = [name for name in KEYS if os.environ.get(name)]
    return True, ", ".join(found) or "none; the rules engine and the baselines need none"
