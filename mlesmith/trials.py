"""What `mlesmith doctor` tries of sandboxes, each by really making one; what is refused is an error with its mend."""

import json
import subprocess
import time

import anyio

from harness.errors import MachineError
from harness.sandboxes.inside.server.commands import OWN_THREADS
from harness.sandboxes.selection import open_sandbox, reserve_sandbox
from harness.sandboxes.spec import SandboxLimits, SandboxSpec

SMALL = SandboxLimits(memory_mb=512, disk_mb=16, processes=32)
TRIAL_S = 60
DELEGATE = "Start it where control groups are delegated: `systemd-run --user --scope mlesmith ...`, or as root."
DELEGATE_TO_ENGINE = (
    "Use an engine of root's, or give the one without root control groups: version 2 (systemd does so for a user's own "
    "services: `systemctl --user start docker`, or podman.socket), with memory, pids and cpu delegated."
)
CALLED = {"cpu": "processors", "memory": "memory", "pids": "processes"}
WARM = "Nothing is lost but time. Warm starts need user namespaces inside bubblewrap and a /proc of their own."
DEFECT = "Run nothing here that you don't trust, and report this with what `mlesmith doctor --json` says."
HUNGRY = "bytearray(3 << 30)"
# What is kept of the other limits, as JSON: how far a program got with each.
GREEDY = """
import json, os, time
processes = disk = 0
try:
    while processes < 200:
        if os.fork() == 0:
            time.sleep(60)
        processes += 1
except OSError:
    pass
try:
    with open("filled", "wb", buffering=0) as file:
        while disk < 64:
            disk += file.write(bytes(1 << 20)) >> 20
except OSError:
    pass
print(json.dumps([processes, disk]))
os.kill(-1, 9)
"""
CONNECT = "import socket; socket.create_connection(('127.0.0.1', 1), 1)"


class Weaker(MachineError):
    """Something works, but less well than it could; the message says how, the mend what to do."""


def bubble() -> str:
    """A sandbox of bubblewrap, timed when all that is made once is there."""
    from harness.sandboxes.bubble.program import program

    anyio.run(_timed, "bubble")
    seconds = anyio.run(_timed, "bubble")
    path = program()
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout.split()
    whose = "the system's" if path.is_relative_to("/usr") else "the bundled"
    return f"{whose} bubblewrap {said[-1] if said else '(no version)'}; {seconds:.2f} s for a sandbox and a command"


def warm() -> str:
    """Sandboxes that begin with the data stack imported, timed from the second on."""
    return anyio.run(_warm)


async def _warm() -> str:
    from harness.sandboxes.bubble import zygote

    nothing = ["-m", "timeit", "-n", "1"]
    for _ in range(zygote.WORTH_FROM + 1):
        started = time.perf_counter()
        async with reserve_sandbox(SandboxSpec(), "bubble") as sandbox:
            await sandbox.python(nothing)
        seconds = time.perf_counter() - started
    if zygote.current() is None:
        why = zygote.refusal() or f"switched off by {zygote.SWITCH}"
        raise Weaker(f"fresh starts are used, about 1.5 s more for each cell: {why}", WARM)
    return f"{seconds:.2f} s for a sandbox in which the data stack is imported"


def container() -> str:
    """A container of the sandbox's own image, and what kind of engine makes it."""
    from harness.sandboxes.container.engine import on_a_socket
    from harness.sandboxes.container.image import image
    from harness.sandboxes.container.traits import CONTROLLERS, traits

    made, about = image(), traits()
    anyio.run(_timed, "container")
    seconds = anyio.run(_timed, "container")
    where = "" if on_a_socket() else " elsewhere (DOCKER_HOST)"
    copied = ", what it needs of this machine is copied" if made.whole else ""
    seen = f"{about}{where}, image {made.digest[:19]}{copied}; {seconds:.2f} s for a sandbox and a command"
    missing = " and ".join(f"no {CALLED[name]}" for name in sorted(CONTROLLERS - about.keeps))
    if missing:
        raise Weaker(f"{seen}; the engine limits {missing} of a sandbox as a whole", DELEGATE_TO_ENGINE)
    return seen


def docker() -> str:
    """Inspect's own docker: one of its sandboxes, by compose."""
    from harness.sandboxes.container.compose import compose_version, probe

    probe()
    seconds = anyio.run(_composed)
    return f"docker compose {compose_version()}; {seconds:.2f} s for a sandbox and a command"


async def _timed(kind: str) -> float:
    start = time.perf_counter()
    async with open_sandbox(SandboxSpec(limits=SMALL), kind) as sandbox:
        done = await sandbox.exec(["true"], timeout=TRIAL_S)
    if not done.success:
        raise MachineError(f"`true` ended with {done.returncode}: {done.stderr[:200]}")
    return time.perf_counter() - start


async def _composed() -> float:
    from inspect_ai.util._sandbox.docker.docker import DockerSandboxEnvironment

    from harness.sandboxes.container.compose import compose_config

    config = compose_config(SandboxSpec(limits=SMALL), None)
    start = time.perf_counter()
    await DockerSandboxEnvironment.task_init("doctor", config)
    made = await DockerSandboxEnvironment.sample_init("doctor", config, {})
    try:
        done = await made["default"].exec(["true"], timeout=TRIAL_S)
    finally:
        await DockerSandboxEnvironment.sample_cleanup("doctor", config, made, False)
        await DockerSandboxEnvironment.task_cleanup("doctor", config, True)
    if not done.success:
        raise MachineError(f"`true` ended with {done.returncode}: {done.stderr[:200]}")
    return time.perf_counter() - start


def memory_limit(kind: str) -> str:
    """Whether a program that takes more memory than it has is ended, and by what."""
    if not anyio.run(_killed_for_memory, kind):
        mend = DELEGATE if kind == "bubble" else DELEGATE_TO_ENGINE
        raise Weaker("each process is bound by its address space, several together are not", mend)
    from harness.sandboxes.bubble.cgroups import version
    from harness.sandboxes.container.traits import traits

    return f"kept by control groups (version {version() if kind == 'bubble' else traits().cgroups})"


async def _killed_for_memory(kind: str) -> bool:
    async with open_sandbox(SandboxSpec(limits=SMALL), kind) as sandbox:
        done = await sandbox.exec(["python", "-c", HUNGRY], timeout=TRIAL_S)
        if done.success:
            raise MachineError(f"3 GiB were given to a process that has {SMALL.memory_mb} MB.", DEFECT)
        return sandbox.out_of_memory()


def other_limits(kind: str) -> str:
    """Whether a program gets more processes or disk than it has."""
    processes, disk = anyio.run(_greedy, kind)
    allowed = SMALL.processes + OWN_THREADS
    seen = f"no more than {processes} processes (allowed: {allowed}) and {disk} MB of disk (allowed: {SMALL.disk_mb})"
    if processes > allowed or disk > SMALL.disk_mb:
        raise MachineError(f"not kept: {seen}", DEFECT)
    return seen


async def _greedy(kind: str) -> tuple[int, int]:
    async with open_sandbox(SandboxSpec(limits=SMALL), kind) as sandbox:
        done = await sandbox.exec(["python", "-S", "-c", GREEDY], timeout=TRIAL_S)
    try:
        processes, disk = json.loads(done.stdout)
    except ValueError:
        raise MachineError(f"The limits could not be tried: {done.stderr[-200:]}") from None
    return int(processes), int(disk)


def no_network(kind: str) -> str:
    """Whether a connection from inside is refused."""
    if anyio.run(_connected, kind):
        raise MachineError("A connection could be made from inside.", DEFECT)
    return "a connection from inside is refused"


async def _connected(kind: str) -> bool:
    async with open_sandbox(SandboxSpec(limits=SMALL), kind) as sandbox:
        return (await sandbox.exec(["python", "-S", "-c", CONNECT], timeout=TRIAL_S)).success
