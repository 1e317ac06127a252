"""Where things lie: the cache, and the folders in which a task id is looked up."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from harness.errors import MachineError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def cache_dir(*parts: str) -> Path:
    """A folder below the user's cache (`MLESMITH_CACHE` wins), made if it is not there."""
    root = os.environ.get("MLESMITH_CACHE") or platformdirs.user_cache_dir("mlesmith")
    path = Path(root, *parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A draft to write, which becomes `target` when the block ends well and is removed when it does not.

    Nobody ever sees half a file, also when several threads or processes write the same one.
    """
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    draft = Path(name)
    draft.chmod(0o644)  # a sandbox's user reads it too
    try:
        yield draft
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def room_for(what: str) -> Iterator[None]:
    """Say plainly that the disk is full where the block finds it so.

    Raises:
        MachineError: there was no space left for it.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise MachineError(
            f"{what}: there is no space left ({error.filename or 'the cache'}).",
            "Free some space, or let MLESMITH_CACHE name a folder on a larger disk; nothing half-written was kept.",
        ) from error


def shipped_tasks() -> Path:
    """The collections that come with mlesmith: inside the wheel, or beside the packages in a checkout."""
    house = Path(__file__).resolve().parent.parent
    installed = house / "mlesmith" / "tasks"
    return installed if installed.is_dir() else house / "tasks"


def task_roots() -> list[Path]:
    """Folders of collections in the order of looking up an id: `MLESMITH_TASKS`, `./tasks`, the shipped ones."""
    named = [Path(part) for part in os.environ.get("MLESMITH_TASKS", "").split(os.pathsep) if part]
    roots = [*named, Path.cwd() / "tasks", shipped_tasks()]
    seen: dict[Path, None] = {}
    for root in roots:
        if root.is_dir():
            seen.setdefault(root.resolve())
    return list(seen)
