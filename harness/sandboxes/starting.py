"""Starting a process in a way that an event loop may end in the middle of."""

import asyncio
from contextlib import suppress
from typing import Any

GIVE_UP_S = 0.5


async def start_process(*words: str, **options: Any) -> asyncio.subprocess.Process:  # noqa: ANN401 (asyncio's own)
    """`asyncio.create_subprocess_exec`, which leaves neither a process nor a waiting behind when it is cancelled.

    A loop that ends cancels asyncio's own task that connects the pipes, too; then asyncio waits without end for pipes
    that nobody will connect. Its process is ended by then, so the waiting is cancelled once more.
    """
    making = asyncio.ensure_future(asyncio.create_subprocess_exec(*words, **options))
    try:
        return await asyncio.shield(making)
    except asyncio.CancelledError:
        for _ in range(2):
            making.cancel()
            await asyncio.wait({making}, timeout=GIVE_UP_S)
        if making.done() and not making.cancelled() and making.exception() is None:
            process = making.result()
            with suppress(ProcessLookupError):
                process.kill()
        raise
