"""Memory and process limits by control groups, where this process may make them; else none and rlimits take over."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness.sandboxes.spec import SandboxLimits

ROOT = Path("/sys/fs/cgroup")
PREFIX = "mlesmith"
# The server inside (a small Python) shares the sandbox's memory; it must not cost the agent its share.
OVERHEAD_MB = 32


@dataclass(frozen=True)
class Group:
    """The control groups of one sandbox; a process joins by writing its id into each of `procs`."""

    folders: tuple[Path, ...]
    events: Path | None
    version: int

    @property
    def procs(self) -> list[str]:
        return [str(folder / "cgroup.procs") for folder in self.folders]

    def out_of_memory(self) -> bool:
        """Whether the kernel ended a process of the sandbox for its memory."""
        if self.events is None:
            return False
        try:
            words = self.events.read_text(encoding="utf-8").split()
        except OSError:
            return False
        return dict(zip(words[::2], words[1::2], strict=False)).get("oom_kill", "0") != "0"

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


def _settings(version: int, limits: SandboxLimits) -> dict[str, dict[str, str]]:
    memory = str((limits.memory_mb + OVERHEAD_MB) << 20)
    period = 100_000
    quota = str(int(period * limits.cpus))
    # The margin is for the threads of process 1; what the agent starts is bound to `processes` by process 1 itself.
    tasks = str(limits.processes + 96)
    if version == 1:
        return {
            "memory": {"memory.limit_in_bytes": memory},
            "pids": {"pids.max": tasks},
            "cpu": {"cpu.cfs_period_us": str(period), "cpu.cfs_quota_us": quota},
        }
    own = {"memory.max": memory, "memory.swap.max": "0", "pids.max": tasks, "cpu.max": f"{quota} {period}"}
    return {"": own}


OPTIONAL_SETTINGS = frozenset({"memory.swap.max", "cpu.max", "cpu.cfs_period_us", "cpu.cfs_quota_us"})


def version() -> int:
    """2 where the unified hierarchy is mounted, else 1."""
    return 2 if (ROOT / "cgroup.controllers").is_file() else 1


def _parents(found: int) -> dict[str, Path]:
    if found == 1:
        return {"memory": ROOT / "memory", "pids": ROOT / "pids", "cpu": ROOT / "cpu"}
    own = Path("/proc/self/cgroup").read_text(encoding="utf-8").rpartition("::/")[2].strip()
    return {"": ROOT / own}


def make_group(name: str, limits: SandboxLimits) -> Group | None:
    """The control groups `mlesmith-<name>` with the limits set, or None where this process may not make them."""
    found = version()
    folders: list[Path] = []
    try:
        for controller, settings in _settings(found, limits).items():
            parent = _parents(found)[controller]
            if controller == "cpu" and not parent.is_dir():
                continue
            folder = parent / f"{PREFIX}-{name}"
            folder.mkdir()
            folders.append(folder)
            for file, value in settings.items():
                _set(folder / file, value, optional=file in OPTIONAL_SETTINGS)
    except OSError:
        for folder in folders:
            with suppress(OSError):
                folder.rmdir()
        return None
    events = folders[0] / ("memory.oom_control" if found == 1 else "memory.events")
    return Group(tuple(folders), events, found)


def _set(path: Path, value: str, *, optional: bool) -> None:
    try:
        path.write_text(value, encoding="utf-8")
    except OSError:
        if not optional:
            raise


def sweep() -> None:
    """Remove groups whose maker is gone (a harness that was killed)."""
    for parent in {*_parents(version()).values()}:
        for folder in parent.glob(f"{PREFIX}-*"):
            owner = folder.name.split("-")[1]
            if owner.isdigit() and not Path("/proc", owner).exists():
                _end(folder)


def _end(folder: Path) -> None:
    with suppress(OSError):
        for line in (folder / "cgroup.procs").read_text(encoding="utf-8").split():
            os.kill(int(line), 9)
    for _ in range(20):
        with suppress(OSError):
            folder.rmdir()
        if not folder.exists():
            return
        time.sleep(0.005)
