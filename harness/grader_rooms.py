"""The sandboxes in which submissions are graded: one for each task, kept for the next submission of the same task."""

import asyncio
import contextvars
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from harness.sandboxes.provider import ProvidedSandbox
from harness.sandboxes.selection import reserve_sandbox
from harness.sandboxes.spec import SandboxSpec

# A room that nobody has used for so long is closed; a run comes back to a task much sooner.
IDLE_S = 15.0


class Room:
    """One sandbox that lives until it is idle, is given up, or its event loop ends."""

    def __init__(self, spec: SandboxSpec, kind: str) -> None:
        loop = asyncio.get_running_loop()
        self.sandbox: asyncio.Future[ProvidedSandbox] = loop.create_future()
        self.over = asyncio.Event()
        self.users = self.uses = 0
        # In a context of its own: the sample that asks first must not be held by it.
        self._task = loop.create_task(self._live(spec, kind), context=contextvars.Context())

    async def _live(self, spec: SandboxSpec, kind: str) -> None:
        try:
            async with reserve_sandbox(spec, kind, warm=True) as sandbox:
                self.sandbox.set_result(sandbox)
                await self.over.wait()
        except Exception as error:  # noqa: BLE001  (told to whoever waits for the room)
            self.over.set()
            if not self.sandbox.done():
                self.sandbox.set_exception(error)

    def release(self) -> None:
        """One user less; the room is closed when nobody comes for a while."""
        self.users -= 1
        if not self.users:
            asyncio.get_running_loop().call_later(IDLE_S, self._close_if_idle, self.uses)

    def _close_if_idle(self, uses: int) -> None:
        if not self.users and self.uses == uses:
            self.over.set()


_rooms: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Room]] = WeakKeyDictionary()


@asynccontextmanager
async def grader_room(key: str, spec: SandboxSpec, kind: str) -> AsyncIterator[tuple[ProvidedSandbox, str]]:
    """The sandbox that is kept under a key, made if there is none, and the name of a folder for this use alone.

    An exception in the block ends the room: whatever went wrong there, the next submission finds a new one.

    Raises:
        MachineError: no sandbox works here.
    """
    rooms = _rooms.setdefault(asyncio.get_running_loop(), {})
    for name in [name for name, room in rooms.items() if room.over.is_set()]:
        del rooms[name]
    if key not in rooms:
        rooms[key] = Room(spec, kind)
    room = rooms[key]
    room.users += 1
    room.uses += 1
    folder = f"job{room.uses}"  # before waiting: others may come while the room is being made
    try:
        yield await asyncio.shield(room.sandbox), folder
    except Exception:
        room.over.set()
        raise
    finally:
        room.release()
