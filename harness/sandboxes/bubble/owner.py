"""Whose a leftover is: the mark of the process that made it, by which a later one knows that it is gone."""

import os
import shutil
import tempfile
from pathlib import Path


def _born(pid: int) -> str:
    """When a process started, in clock ticks; empty where there is none. A number alone is used again and again."""
    try:
        text = Path("/proc", str(pid), "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return text.rpartition(")")[2].split()[19]


def mark() -> str:
    """The mark of this process."""
    return f"{os.getpid()}.{_born(os.getpid())}"


def gone(owner: str) -> bool:
    """Whether the process that left this mark has ended; a text that is no mark belongs to nobody we know."""
    pid, _, born = owner.partition(".")
    return pid.isdigit() and bool(born) and _born(int(pid)) != born


def own_folder(prefix: str) -> Path:
    """A new temporary folder that bears the mark of this process."""
    return Path(tempfile.mkdtemp(prefix=f"{prefix}-{mark()}-"))


def remove_left(prefix: str) -> None:
    """Remove the temporary folders of processes that have ended without doing so."""
    for path in Path(tempfile.gettempdir()).glob(f"{prefix}-*"):
        if gone(path.name.removeprefix(f"{prefix}-").split("-")[0]):
            shutil.rmtree(path, ignore_errors=True)
