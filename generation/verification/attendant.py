"""`python -m generation.verification.attendant`: an eval for each line that comes in, until none comes any more."""

import asyncio
import gc
import os
import sys
from contextlib import suppress
from typing import BinaryIO

from generation.verification.attending import hold
from generation.verification.beside import Answered, Asked
from harness.errors import MachineError
from harness.package import TaskPackage
from harness.preparation import prepare
from harness.sandboxes.selection import expect_many
from harness.schema import parse_card


async def answer(line: bytes) -> Answered:
    """Hold the eval that a line asks for."""
    asked = Asked.model_validate_json(line)
    package = TaskPackage(parse_card(asked.card, where="the request"), asked.files)
    try:
        await expect_many(asked.sandbox)
        task = await prepare(package, sandbox=asked.sandbox)
        return Answered(cells=await hold(task, asked.programs, sandbox=asked.sandbox))
    except MachineError as error:
        return Answered(refused=str(error))


async def serve(answers: BinaryIO) -> None:
    """Answer line by line; the end of the input ends what is under way, too."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[bytes] = asyncio.Queue()
    me = asyncio.current_task()

    def read() -> None:
        for line in sys.stdin.buffer:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        if me is not None:
            loop.call_soon_threadsafe(me.cancel)

    reading = asyncio.create_task(asyncio.to_thread(read))
    try:
        while True:
            answers.write((await answer(await lines.get())).model_dump_json().encode() + b"\n")
            answers.flush()
    finally:
        await reading


def main() -> None:
    """Serve on standard input and output; whatever prints goes to standard error."""
    gc.set_threshold(200_000, 30, 30)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with answers, suppress(asyncio.CancelledError, BrokenPipeError):
        asyncio.run(serve(answers))


if __name__ == "__main__":
    main()
