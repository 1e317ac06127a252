"""One running container: made, asked over its standard streams, and removed so that nothing of it is left."""

import asyncio
import itertools
import json
import secrets
import time
from contextlib import suppress
from pathlib import Path

import anyio.to_thread
from docker.errors import APIError, ImageNotFound, NotFound
from docker.models.containers import Container as Handle
from docker.types import DeviceRequest, LogConfig, Mount, Ulimit
from typing_extensions import override

from harness.errors import MachineError
from harness.sandboxes.bubble.arguments import SERVER, TEMPORARY_MB
from harness.sandboxes.bubble.cgroups import OVERHEAD_MB, killed_for_memory
from harness.sandboxes.container import volumes
from harness.sandboxes.container.engine import engine, labels, named_errors, sweep_once
from harness.sandboxes.container.image import Image, image
from harness.sandboxes.container.layout import USERS, Layout, given, layout, user
from harness.sandboxes.container.seccomp import narrowed_file
from harness.sandboxes.container.streams import Streams
from harness.sandboxes.container.traits import PODMAN, Traits, traits
from harness.sandboxes.conversation import Conversation
from harness.sandboxes.provider import SandboxEnded
from harness.sandboxes.spec import DATA, WORKSPACE, SandboxLimits, SandboxSpec

START_S = 60
GONE_S = 10
# The place of the data is there also where no data is.
SERVE = (
    f"import os, sys; os.makedirs({DATA!r}, exist_ok=True); sys.path.insert(0, {SERVER!r}); "
    "from harness.sandboxes.inside.server.main import main_on_streams; main_on_streams()"
)
THREADS = 96  # of process 1; what the agent starts is bound to `processes` by process 1 itself
_next_user = itertools.count(secrets.randbelow(USERS))


class Container(Conversation):
    """A container that runs."""

    def __init__(self, handle: Handle, streams: Streams, given_key: str | None) -> None:
        super().__init__()
        self._handle = handle
        self._streams = streams
        self._given_key = given_key

    @classmethod
    async def start(cls, spec: SandboxSpec, bytecode: Path | None, made_from: Image | None = None) -> "Container":
        """Make a sandbox, from the image that there is unless another is given.

        Raises:
            MachineError: the engine is missing or refuses; the message names the mend.
        """
        await anyio.to_thread.run_sync(sweep_once)
        making = asyncio.create_task(anyio.to_thread.run_sync(cls._make, spec, bytecode, made_from))
        try:
            container = await asyncio.shield(making)
        except asyncio.CancelledError:
            # Given up while the engine was at work: what it makes all the same is removed.
            with suppress(MachineError):
                await (await making).close()
            raise
        try:
            await container.begin()
        except BaseException:
            await container.close()
            raise
        return container

    @classmethod
    def _make(cls, spec: SandboxSpec, bytecode: Path | None, made_from: Image | None) -> "Container":
        used = made_from or image()
        key = None
        if used.whole:
            seen = given(spec)
            key, mounts = volumes.take(used, seen.binds)
        else:
            seen = layout(spec, bytecode)
            mounts = [Mount(target, source, type="bind", read_only=True) for target, source in seen.binds.items()]
        handle = None
        try:
            handle = _create(spec, used, seen, mounts)
            return cls(handle, Streams(str(handle.id)), key)
        except BaseException:
            if handle is not None:
                _remove(handle)
            volumes.give_back(key)
            raise

    async def begin(self) -> None:
        """Start what was made, and hear from the server inside.

        Raises:
            MachineError: it does not start; the message has what it said.
        """
        try:
            with named_errors():
                await anyio.to_thread.run_sync(self._handle.start)
            await self._greet(self._streams.socket, START_S)
        except SandboxEnded as error:
            said = self._streams.last_words() or error
            raise MachineError(f"The container did not start: {said}", "Run `mlesmith image` again.") from error

    @property
    def name(self) -> str:
        """The id of the container."""
        return str(self._handle.id)

    @override
    def out_of_memory(self) -> bool:
        try:
            self._handle.reload()
        except APIError:
            return False
        state = self._handle.attrs["State"]
        # Podman tells it at the end alone; what it has made on this machine has its groups here.
        return bool(state["OOMKilled"]) or (traits().name == PODMAN and killed_for_memory(int(state["Pid"])))

    @override
    def _end(self) -> None:
        # The rest waits for the engine; where nobody comes to it, the next start removes the container by its label.
        self._hang_up()
        self._streams.close()

    @override
    async def _finish(self) -> None:
        await anyio.to_thread.run_sync(_remove, self._handle)
        await anyio.to_thread.run_sync(volumes.give_back, self._given_key)


def _remove(handle: Handle) -> None:
    """Remove a container with all that runs in it; waits where the engine is already at it."""
    until = time.monotonic() + GONE_S
    while time.monotonic() < until:
        try:
            handle.remove(force=True, v=True)
        except NotFound:
            return
        except APIError:
            time.sleep(0.02)
        else:
            return


def _there(used: Image) -> str:
    """The digest of the image, or its name where the image of another maker has just taken its place."""
    try:
        return str(engine().images.get(used.digest).id)
    except ImageNotFound:
        return used.name


def _create(spec: SandboxSpec, used: Image, seen: Layout, mounts: list[Mount]) -> Handle:
    about, limits = traits(), spec.limits
    bounds = most(limits, about)
    uid = user(next(_next_user), maps_ids=about.maps_ids)
    memory = (limits.memory_mb + OVERHEAD_MB) << 20
    small = min(TEMPORARY_MB, limits.disk_mb)
    writable = writable_by(uid, about)
    sizes = {WORKSPACE: limits.disk_mb, "/tmp": small, "/var/tmp": small}  # noqa: S108  (the sandbox's own)
    gpus = graphics_cards(limits, about)
    with named_errors():
        return engine().containers.create(
            _there(used),
            # Told to process 1, too: Podman 4 without root takes bounds and does not keep them.
            [used.python, "-I", "-S", "-c", SERVE, json.dumps(bounds)],
            auto_remove=True,
            cap_drop=["ALL"],
            cgroupns="private",
            device_requests=gpus,
            environment=seen.environment,
            hostname="sandbox",
            ipc_mode="private",
            labels=labels("sandbox"),
            log_config=LogConfig(type="none"),
            mem_limit=about.kept("memory", memory),
            memswap_limit=about.kept("memory", memory),
            mounts=mounts,
            # The engine refuses more processors than there are.
            nano_cpus=about.kept("cpu", int(min(limits.cpus, about.processors) * 1e9)),
            network_mode="none",
            pids_limit=about.kept("pids", limits.processes + THREADS),
            read_only=True,
            security_opt=["no-new-privileges", *profile(about)],
            shm_size=small << 20,
            # Hanging up is the end: the server inside reads it there.
            stdin_open=True,
            tmpfs={folder: f"{writable},size={size << 20}" for folder, size in sizes.items()},
            ulimits=[Ulimit(name=name, soft=size, hard=size) for name, size in bounds.items()],
            user=f"{uid}:{uid}",
            working_dir=WORKSPACE,
        )


def graphics_cards(limits: SandboxLimits, about: Traits) -> list[DeviceRequest] | None:
    """The request for graphics cards.

    Raises:
        MachineError: Podman, which would give none and say nothing.
    """
    if limits.gpus and about.name == PODMAN:
        raise MachineError(
            f"{about} takes no request for graphics cards in Docker's form.", "Use Docker for tasks with gpus."
        )
    return [DeviceRequest(count=limits.gpus, capabilities=[["gpu"]])] if limits.gpus else None


def profile(about: Traits) -> list[str]:
    """The option that names the allowed system calls, where the engine's own are too many."""
    return [f"seccomp={narrowed_file(about.profile)}"] if about.name == PODMAN else []


def writable_by(uid: int, about: Traits) -> str:
    """Options of a file system in memory in which a user may write; Podman knows no owner of one."""
    owned = "mode=1777,notmpcopyup" if about.name == PODMAN else f"uid={uid},gid={uid},mode=0755"
    return f"rw,exec,nosuid,nodev,{owned}"


def most(limits: SandboxLimits, about: Traits) -> dict[str, int]:
    """What each process may take; where no control group bounds the memory, each is bound by its data.

    The number of processes is that of the user, so of the sandbox; Podman would ask for more than it may itself.
    """
    sizes = {"core": 0, "nofile": 4096, "fsize": (limits.disk_mb + 1) << 20, "nproc": limits.processes + THREADS}
    return sizes if "memory" in about.keeps else {**sizes, "data": limits.memory_mb << 20}
