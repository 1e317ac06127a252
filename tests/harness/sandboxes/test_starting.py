"""An event loop may end at any moment of a start, as with Ctrl-C: nothing waits without end, nothing goes on."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import asyncio, sys
from harness.sandboxes.starting import start_process

PIPE = asyncio.subprocess.PIPE

async def main():
    async def use():
        process = await start_process("sleep", sys.argv[2], stdin=PIPE, stderr=PIPE)
        try:
            await process.wait()
        finally:
            process.kill()
            await process.wait()

    task = asyncio.create_task(use())
    for _ in range(int(sys.argv[1])):
        await asyncio.sleep(0)

asyncio.run(main())
"""


def sleeping(number: str) -> list[str]:
    """Processes that sleep for so many seconds."""
    wanted = f"sleep\0{number}\0".encode()
    return [path.parent.name for path in Path("/proc").glob("[0-9]*/cmdline") if _bytes(path) == wanted]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize("turns", range(12))
def test_a_loop_ends_in_the_middle_of_a_start(turns: int) -> None:
    number = str(70_700 + turns)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(turns), number], capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, sleeping(number)) == (0, []), done.stderr
