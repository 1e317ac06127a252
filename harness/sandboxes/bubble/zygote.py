"""The warm interpreter of this process: one bubblewrap whose Python has imported the data stack and forks sandboxes.

It sees no data but what is copied to its desks, one for each sandbox, and a sandbox sees its own desk alone.
"""

import array
import asyncio
import contextvars
import json
import os
import shutil
import socket
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

from harness.errors import MachineError
from harness.sandboxes.bubble.arguments import ISOLATION, bubblewrap
from harness.sandboxes.bubble.launch import Job, last_words, stage, start
from harness.sandboxes.bubble.owner import own_folder
from harness.sandboxes.bubble.program import program
from harness.sandboxes.bubble.user import sandbox_uid
from harness.sandboxes.spec import Mount, SandboxLimits, SandboxSpec
from harness.sandboxes.stack import PRELOADED, PREPARING, data_stack

SWITCH = "MLESMITH_WARM"  # "off" switches it off
# The import costs more than it saves one sandbox alone, as where a single submission is graded.
WORTH_FROM = 2
DESKS = "/desks"
# An interpreter that began under other circumstances takes some 100 MB, and few ask for one.
MOST_OTHERS = 2
# What sandboxes may want of mlesmith's own code; each sees only what it names.
LIBRARY = ("harness.competition", "harness.baselines", "harness.sandboxes.inside")
PREFIX = "mlesmith-warm"
START_S = 60
END_S = 5
# Sandboxes are forked inside, so user namespaces must be allowed there; each fork forbids further ones to itself.
ENCLOSED = tuple(word for word in ISOLATION if word != "--disable-userns")
# What an interpreter reads as it starts, and a fork can't change any more; by name, sorted.
Circumstances = tuple[tuple[str, str], ...]


class Zygote:
    """A warm interpreter that runs; `desks` is where its sandboxes' files are put."""

    def __init__(self, process: asyncio.subprocess.Process, channel: socket.socket, room: Path) -> None:
        self._process = process
        self._channel = channel
        self._room = room
        self.desks = room / "desks"

    @classmethod
    async def start(cls, bytecode: Path, circumstances: Circumstances) -> "Zygote":
        """Make one and wait until it is warm.

        Raises:
            MachineError: bubblewrap is missing or refuses, or the interpreter ended.
        """
        wrap = await asyncio.to_thread(program)
        uid = sandbox_uid()
        place = None if uid is None else stage()
        room = own_folder(PREFIX)
        (room / "desks").mkdir(mode=0o755)
        spec = SandboxSpec(
            mounts=(Mount(source=room / "desks", target=DESKS),),
            library=LIBRARY,
            limits=SandboxLimits(disk_mb=1),
            environment=circumstances,
        )
        command = [data_stack().executable, "-m", "harness.sandboxes.inside.zygote.main"]
        words, sources = bubblewrap(wrap, spec, place, bytecode, isolation=ENCLOSED, command=command)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            # Only prepare.py is run under other circumstances.
            modules = PREPARING if circumstances else (*PREPARING, *PRELOADED)
            words += [str(theirs.fileno()), ",".join(modules)]
            process = await start(Job(words, sources, uid, place), theirs.fileno())
        zygote = cls(process, ours, room)
        try:
            ours.setblocking(False)
            async with asyncio.timeout(START_S):
                if not await asyncio.get_running_loop().sock_recv(ours, 16):
                    raise MachineError(f"The warm interpreter ended: {await last_words(process)}")
            ours.setblocking(True)
        except BaseException:
            await zygote.close()
            raise
        return zygote

    def fork(self, job: dict[str, object], theirs: socket.socket) -> None:
        """Ask for a sandbox that speaks on a socket.

        Raises:
            OSError: the interpreter has ended.
        """
        descriptors = array.array("i", [theirs.fileno()])
        self._channel.sendmsg([json.dumps(job).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)])

    @property
    def running(self) -> bool:
        """Whether it can still be asked."""
        return self._process.returncode is None

    async def ended(self) -> None:
        """Wait for its end."""
        await self._process.wait()

    async def close(self) -> None:
        """End it, with every sandbox that it has made."""
        self._channel.close()
        try:
            await asyncio.wait_for(self._process.wait(), END_S)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        await asyncio.to_thread(shutil.rmtree, self._room, ignore_errors=True)


class _Keeper:
    """Holds one zygote of an event loop: made with the first use, ended with the loop."""

    def __init__(self, bytecode: Path, circumstances: Circumstances) -> None:
        loop = asyncio.get_running_loop()
        self.found: asyncio.Future[Zygote | None] = loop.create_future()
        # In a context of its own: whoever asks first must not be held by it.
        self._task = loop.create_task(self._keep(bytecode, circumstances), context=contextvars.Context())

    def over(self) -> bool:
        """Whether there was one and it has ended."""
        found = self.found.result() if self.found.done() else None
        return found is not None and not found.running

    async def _keep(self, bytecode: Path, circumstances: Circumstances) -> None:
        try:
            zygote = await Zygote.start(bytecode, circumstances)
        except (MachineError, OSError, TimeoutError) as error:
            refuse(str(error) or type(error).__name__)
            self.found.set_result(None)
            return
        except BaseException:
            self.found.cancel()
            raise
        self.found.set_result(zygote)
        try:
            await zygote.ended()
        finally:
            await zygote.close()


@dataclass
class _House:
    """What one event loop has asked for and got, by circumstances."""

    refused: str = ""
    asked: Counter[Circumstances] = field(default_factory=Counter)
    keepers: dict[Circumstances, _Keeper] = field(default_factory=dict)

    def full(self, circumstances: Circumstances) -> bool:
        others = {*self.keepers, circumstances} - {()}
        return bool(circumstances) and len(others) > MOST_OTHERS


_houses: WeakKeyDictionary[asyncio.AbstractEventLoop, _House] = WeakKeyDictionary()


def _house() -> _House:
    return _houses.setdefault(asyncio.get_running_loop(), _House())


async def zygote(bytecode: Path, *, circumstances: Circumstances = (), worth: bool = False) -> Zygote | None:
    """The warm interpreter, or None where there is none: refused here, switched off, or not worth it yet.

    `circumstances` are variables under which it began; `worth` says that many sandboxes will follow.
    """
    if os.environ.get(SWITCH, "").lower() in {"off", "0", "no"}:
        return None
    house = _house()
    house.asked[circumstances] += WORTH_FROM if worth else 1
    if house.asked[circumstances] < WORTH_FROM or house.refused or house.full(circumstances):
        return None
    keeper = house.keepers.get(circumstances)
    if keeper is None or keeper.over():
        keeper = house.keepers[circumstances] = _Keeper(bytecode, circumstances)
    return await asyncio.shield(keeper.found)


def refuse(why: str) -> None:
    """Remember that this machine makes no warm sandboxes, so that nobody tries again."""
    _house().refused = why


def refusal() -> str:
    """Why there are no warm sandboxes here; empty where nothing has refused them."""
    return _house().refused


def current(circumstances: Circumstances = ()) -> Zygote | None:
    """The warm interpreter of this event loop, where one runs."""
    keeper = _house().keepers.get(circumstances)
    found = keeper.found.result() if keeper is not None and keeper.found.done() else None
    return found if found is not None and found.running else None
