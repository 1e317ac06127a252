"""One running container: made, asked over a socket that it is given, and removed so that nothing of it is left."""

import asyncio
import secrets
import shutil
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio.to_thread
from docker.errors import APIError, NotFound
from docker.models.containers import Container as Handle
from docker.types import DeviceRequest, LogConfig, Mount, Ulimit
from typing_extensions import override

from harness.errors import MachineError
from harness.sandboxes.bubble.arguments import INSIDE_ID, SERVER, TEMPORARY_MB
from harness.sandboxes.bubble.cgroups import OVERHEAD_MB
from harness.sandboxes.bubble.user import HIGH, MANY
from harness.sandboxes.container.engine import engine, folder, labels, named_errors, sweep_once
from harness.sandboxes.container.image import digest
from harness.sandboxes.container.layout import layout, user_files
from harness.sandboxes.conversation import Conversation
from harness.sandboxes.provider import SandboxEnded
from harness.sandboxes.spec import DATA, WORKSPACE, SandboxSpec
from harness.sandboxes.stack import data_stack

START_S = 60
GONE_S = 10
RUN = "/run/mlesmith"
# The place of the data is there also where no data is; the host listens once, so nobody inside can call it again.
SERVE = (
    f"import os, socket, sys; os.makedirs({DATA!r}, exist_ok=True); s = socket.socket(socket.AF_UNIX); "
    f"s.connect('{RUN}/socket'); sys.argv[1:] = [str(s.detach())]; sys.path.insert(0, {SERVER!r}); "
    "from harness.sandboxes.inside.server.main import main; main()"
)
THREADS = 96  # of process 1; what the agent starts is bound to `processes` by process 1 itself


def maps_ids(about: dict[str, Any]) -> bool:
    """Whether the engine maps user ids itself, so that a high one may not exist."""
    options = " ".join(about.get("SecurityOptions") or [])
    return "rootless" in options or "userns" in options


def inside_uid(about: dict[str, Any]) -> int:
    """The user id inside: one that owns nothing, and of each sandbox alone, as the kernel counts processes by user."""
    return INSIDE_ID if maps_ids(about) else HIGH + secrets.randbelow(MANY)


class Container(Conversation):
    """A container that runs."""

    def __init__(self, handle: Handle, place: Path) -> None:
        super().__init__()
        self._handle = handle
        self._place = place

    @classmethod
    async def start(cls, spec: SandboxSpec, bytecode: Path | None) -> "Container":
        """Make a sandbox.

        Raises:
            MachineError: the engine is missing or refuses; the message names the mend.
        """
        await anyio.to_thread.run_sync(sweep_once)
        place = folder()
        (place / "run").mkdir()
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(place / "run" / "socket"))
            (place / "run" / "socket").chmod(0o666)
            listener.listen(1)
            listener.setblocking(False)
            making = asyncio.create_task(anyio.to_thread.run_sync(_create, spec, bytecode, place))
            try:
                handle = await asyncio.shield(making)
            except BaseException:
                # Given up while the engine was at work: what it makes all the same is removed.
                with suppress(MachineError):
                    await anyio.to_thread.run_sync(_remove, await making)
                shutil.rmtree(place, ignore_errors=True)
                raise
            container = cls(handle, place)
            try:
                await container._begin(listener)
            except BaseException:
                await container.close()
                raise
        return container

    async def _begin(self, listener: socket.socket) -> None:
        try:
            with named_errors():
                await anyio.to_thread.run_sync(self._handle.start)
            async with asyncio.timeout(START_S):
                ours, _ = await asyncio.get_running_loop().sock_accept(listener)
            await self._greet(ours, START_S)
        except (SandboxEnded, TimeoutError) as error:
            raise MachineError(f"The container did not start: {error}. Run `mlesmith image` again.") from error

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
        return bool(self._handle.attrs["State"]["OOMKilled"])

    @override
    def _end(self) -> None:
        # The rest waits for the engine; where nobody comes to it, the next start removes the container by its label.
        self._hang_up()

    @override
    async def _finish(self) -> None:
        await anyio.to_thread.run_sync(_remove, self._handle)
        await anyio.to_thread.run_sync(lambda: shutil.rmtree(self._place, ignore_errors=True))


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


def _create(spec: SandboxSpec, bytecode: Path | None, place: Path) -> Handle:
    with named_errors():
        about = engine().info()
    image, uid = digest(), inside_uid(about)
    seen = layout(spec, bytecode)
    (place / "run").chmod(0o755)
    binds = {**seen.binds, **user_files(place, uid), RUN: str(place / "run")}
    limits = spec.limits
    memory = (limits.memory_mb + OVERHEAD_MB) << 20
    small = min(TEMPORARY_MB, limits.disk_mb)
    writable = f"rw,exec,nosuid,nodev,uid={uid},gid={uid},mode=0755"
    sizes = {WORKSPACE: limits.disk_mb, "/tmp": small, "/var/tmp": small}  # noqa: S108  (the sandbox's own)
    gpus = [DeviceRequest(count=limits.gpus, capabilities=[["gpu"]])] if limits.gpus else None
    file_size = (limits.disk_mb + 1) << 20
    with named_errors():
        return engine().containers.create(
            image,
            [data_stack().executable, "-I", "-S", "-c", SERVE],
            auto_remove=True,
            cap_drop=["ALL"],
            cgroupns="private",
            device_requests=gpus,
            environment=seen.environment,
            hostname="sandbox",
            ipc_mode="private",
            labels=labels("sandbox"),
            log_config=LogConfig(type="none"),
            mem_limit=memory,
            memswap_limit=memory,
            mounts=[Mount(target, source, type="bind", read_only=True) for target, source in binds.items()],
            # The engine refuses more processors than there are.
            nano_cpus=int(min(limits.cpus, about["NCPU"]) * 1e9),
            network_mode="none",
            pids_limit=limits.processes + THREADS,
            read_only=True,
            security_opt=["no-new-privileges"],
            shm_size=small << 20,
            tmpfs={folder: f"{writable},size={size << 20}" for folder, size in sizes.items()},
            ulimits=[
                Ulimit(name="core", soft=0, hard=0),
                Ulimit(name="nofile", soft=4096, hard=4096),
                Ulimit(name="fsize", soft=file_size, hard=file_size),
            ],
            user=f"{uid}:{uid}",
            working_dir=WORKSPACE,
        )
