"""Starting bubblewrap through `inside/enter.py`, which joins control groups, sets limits and gives up root."""

import asyncio
import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from harness.errors import MachineError
from harness.sandboxes.starting import start_process

ENTER = Path(__file__).resolve().parent.parent / "inside" / "enter.py"
# Covered with the stage in a mount namespace of the launcher's own; on every system, and nobody's data lies in one.
STAGES = ("/mnt", "/media", "/srv", "/opt")


@dataclass(frozen=True)
class Job:
    """What the launcher is told. `sources` are host paths by place on the stage; without `uid` they are used as is."""

    command: list[str]
    sources: dict[str, str]
    uid: int | None
    stage: str | None
    rlimits: dict[str, int] = field(default_factory=dict)
    rlimits_without_groups: dict[str, int] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)

    def encoded(self) -> bytes:
        return json.dumps(asdict(self)).encode()


def stage() -> str:
    """The folder that becomes the stage.

    Raises:
        MachineError: none of the usual empty folders is there.
    """
    for folder in STAGES:
        if Path(folder).is_dir():
            return folder
    raise MachineError(f"Root needs one of the folders {', '.join(STAGES)} to make a sandbox: mkdir -m 755 /mnt.")


def _words() -> list[str]:
    return [sys.executable, "-I", "-S", str(ENTER)]


async def start(job: Job, descriptor: int) -> asyncio.subprocess.Process:
    """Start the job with one inherited descriptor; what goes wrong is said on its standard error."""
    process = await start_process(
        *_words(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        pass_fds=[descriptor],
        env={},
    )
    if process.stdin is not None:
        # A job fits the pipe's buffer many times over; an end without reading it shows on the socket.
        process.stdin.write(job.encoded())
        process.stdin.close()
    return process


async def last_words(process: asyncio.subprocess.Process) -> str:
    """What a job that is at its end has said on standard error."""
    if process.stderr is None:
        return ""
    with suppress(TimeoutError):
        return (await asyncio.wait_for(process.stderr.read(4096), 1)).decode(errors="replace").strip()
    return ""


def trial(job: Job, seconds: int) -> subprocess.CompletedProcess[bytes]:
    """Run the job to its end."""
    return subprocess.run(_words(), input=job.encoded(), capture_output=True, timeout=seconds, check=False, env={})
