"""Memory and process limits by control groups, where this process may make them; else none and rlimits take over."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness.sandboxes.bubble.owner import gone, mark
from harness.sandboxes.spec import SandboxLimits

ROOT = Path("/sys/fs/cgroup")
PREFIX = "mlesmith"
# The server inside (a small Python) shares the sandbox's memory; it must not cost the agent its share.
OVERHEAD_MB = 32
# The file that counts, by version.
EVENTS = {1: "memory.oom_control", 2: "memory.events"}


@dataclass(frozen=True)
class Group:
    """The control groups of one sandbox; a process joins by writing its id into each of `procs`."""

    folders: tuple[Path, ...]
    events: Path | None
    version: int

    @property
    def procs(self) -> list[str]:
        return [str(folder / "cgroup.procs") for folder in self.folders]

    def take(self, pid: int) -> None:
        """Put a process into the groups, with all that it will start."""
        for path in self.procs:
            Path(path).write_text(str(pid), encoding="utf-8")

    def out_of_memory(self) -> bool:
        """Whether the kernel ended a process of the sandbox for its memory."""
        return self.events is not None and _killed(self.events)

    def remove(self) -> bool:
        """Remove the groups; False while processes are still in them."""
        for folder in self.folders:
            try:
                folder.rmdir()
            except FileNotFoundError:
                continue
            except OSError:
                return False
        return True


def _killed(events: Path) -> bool:
    try:
        words = events.read_text(encoding="utf-8").split()
    except OSError:
        return False
    return dict(zip(words[::2], words[1::2], strict=False)).get("oom_kill", "0") != "0"


def killed_for_memory(pid: int) -> bool:
    """Whether the kernel ended a process for its memory in the control group of this one."""
    try:
        lines = Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    controllers = [line.split(":", 2)[1:] for line in lines]
    own = {name: place for names, place in controllers for name in names.split(",")}
    if "memory" in own:
        return _killed(ROOT / "memory" / own["memory"].lstrip("/") / EVENTS[1])
    return _killed(ROOT / own.get("", "/").lstrip("/") / EVENTS[2])


def _settings(version: int, limits: SandboxLimits) -> dict[str, dict[str, str]]:
    memory = str((limits.memory_mb + OVERHEAD_MB) << 20)
    period = 100_000
    quota = str(int(period * limits.cpus))
    # The margin is for the threads of process 1; what the agent starts is bound to `processes` by process 1 itself.
    tasks = str(limits.processes + 96)
    if version == 1:
        return {
            "memory": {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory},
            "pids": {"pids.max": tasks},
            "cpu": {"cpu.cfs_period_us": str(period), "cpu.cfs_quota_us": quota},
        }
    own = {"memory.max": memory, "memory.swap.max": "0", "pids.max": tasks, "cpu.max": f"{quota} {period}"}
    return {"": own}


OPTIONAL_SETTINGS = frozenset(
    {"memory.swap.max", "memory.memsw.limit_in_bytes", "cpu.max", "cpu.cfs_period_us", "cpu.cfs_quota_us"}
)
NEEDED_CONTROLLERS = frozenset({"memory", "pids"})


def version(root: Path = ROOT) -> int:
    """2 where the unified hierarchy is mounted, else 1."""
    return 2 if (root / "cgroup.controllers").is_file() else 1


def delegated(own: Path, root: Path) -> Path | None:
    """The nearest group above a process in which it may make groups with the controllers that limits need.

    A group that holds processes gives its children no controllers (version 2's rule), so it is rarely its own.
    """
    for folder in (own, *own.parents):
        if not folder.is_relative_to(root):
            return None
        try:
            given = set((folder / "cgroup.subtree_control").read_text(encoding="utf-8").split())
        except OSError:
            continue
        if given >= NEEDED_CONTROLLERS and os.access(folder, os.W_OK):
            return folder
    return None


def _parents(found: int) -> dict[str, Path]:
    """The folders below which groups are made, by controller ("" for all); empty where none may be made."""
    if found == 1:
        return {name: ROOT / name for name in ("memory", "pids", "cpu") if (ROOT / name).is_dir()}
    own = Path("/proc/self/cgroup").read_text(encoding="utf-8").rpartition("::/")[2].strip()
    parent = delegated(ROOT / own, ROOT)
    return {} if parent is None else {"": parent}


def make_group(number: int, limits: SandboxLimits) -> Group | None:
    """The control groups `mlesmith-<owner>-<number>` with the limits set, or None where this process may not."""
    found = version()
    parents = _parents(found)
    settings = _settings(found, limits)
    if not parents.keys() >= settings.keys() - {"cpu"}:
        return None
    folders: list[Path] = []
    try:
        for controller in settings.keys() & parents.keys():
            folder = parents[controller] / f"{PREFIX}-{mark()}-{number}"
            folder.mkdir()
            folders.append(folder)
            for file, value in settings[controller].items():
                _set(folder / file, value, optional=file in OPTIONAL_SETTINGS)
    except OSError:
        for folder in folders:
            with suppress(OSError):
                folder.rmdir()
        return None
    watched = next(folder for folder in folders if folder.parent in (parents.get("memory"), parents.get("")))
    return Group(tuple(folders), watched / (EVENTS[found]), found)


def _set(path: Path, value: str, *, optional: bool) -> None:
    try:
        path.write_text(value, encoding="utf-8")
    except OSError:
        if not optional:
            raise


def sweep() -> None:
    """Remove groups whose maker is gone (a harness that was killed), with what still runs in them."""
    for parent in {*_parents(version()).values()}:
        for folder in parent.glob(f"{PREFIX}-*-*"):
            if gone(folder.name.split("-")[1]):
                _end(folder)


def _end(folder: Path) -> None:
    for _ in range(20):
        with suppress(OSError):
            for line in (folder / "cgroup.procs").read_text(encoding="utf-8").split():
                # 0 is how a process of another process namespace shows; to kill it would kill this process's group.
                if int(line) > 1:
                    os.kill(int(line), signal.SIGKILL)
            folder.rmdir()
        if not folder.exists():
            return
        time.sleep(0.005)
