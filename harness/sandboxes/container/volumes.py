"""What sandboxes are given where the engine does not see this machine's files: copied once into a volume of the engine.

Sandboxes that are given the same share the volume, which none of them can write. It is removed with the process that
made it, or by the next start.
"""

import atexit
import hashlib
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from docker.errors import APIError
from docker.models.volumes import Volume
from docker.types import Mount

from harness.errors import MachineError
from harness.sandboxes.container.archive import Archive
from harness.sandboxes.container.engine import engine, labels, named_errors
from harness.sandboxes.container.image import Image
from harness.sandboxes.container.traits import traits

# Docker 26: the first that mounts a part of a volume.
PARTS = (1, 45)
FILLED = "/given"
KEPT = 16


@dataclass
class _Kept:
    volume: Volume
    users: int = 0


_there: dict[str, _Kept] = {}
_one_at_a_time = threading.Lock()


def require_parts() -> None:
    """Refuse an engine that can't mount a part of a volume.

    Raises:
        MachineError: it is older than Docker 26.
    """
    about = traits()
    if about.interface < PARTS:
        raise MachineError(
            f"The engine ({about}) does not see this machine's files, and can't be given copies.",
            "Use Docker 26 or later, or an engine that listens on a socket of this machine and runs as your user.",
        )


@contextmanager
def _locked() -> Iterator[dict[str, _Kept]]:
    with _one_at_a_time:
        yield _there


def take(image: Image, binds: dict[str, str]) -> tuple[str, list[Mount]]:
    """Mounts of copies of host paths (by place inside), and the key with which they are given back.

    Raises:
        MachineError: the engine refuses.
    """
    key = _key(image, binds)
    with _locked() as there:
        if key not in there:
            there[key] = _Kept(_filled(image, binds))
        kept = there[key]
        kept.users += 1
    name = str(kept.volume.name)
    return key, [
        Mount(place, name, type="volume", read_only=True, no_copy=True, subpath=str(number))
        for number, place in enumerate(binds)
    ]


def give_back(key: str | None) -> None:
    """One sandbox less uses this; the latest few stay for the next one."""
    with _locked() as there:
        if key is not None and key in there:
            there[key].users -= 1
            there[key] = there.pop(key)
        idle = [name for name, kept in there.items() if not kept.users]
        for name in idle[:-KEPT]:
            _remove(there.pop(name))


def remove_all() -> None:
    """Remove what this process has made."""
    with _locked() as there:
        while there:
            _remove(there.popitem()[1])


atexit.register(remove_all)


def _remove(kept: _Kept) -> None:
    # What a container still uses is removed by the next start, by its label.
    with suppress(MachineError), named_errors():
        kept.volume.remove(force=True)


def _key(image: Image, binds: dict[str, str]) -> str:
    found = hashlib.sha256(f"{engine().api.base_url} {image.digest}".encode())
    for place, source in binds.items():
        files = sorted(Path(source).rglob("*")) if Path(source).is_dir() else [Path(source)]
        for file in files:
            seen = file.stat()
            found.update(repr((place, str(file), seen.st_size, seen.st_mtime_ns)).encode())
    return found.hexdigest()


def _filled(image: Image, binds: dict[str, str]) -> Volume:
    with named_errors(), tempfile.TemporaryFile() as packed:
        archive = Archive(packed)
        for number, source in enumerate(binds.values()):
            archive.tree(str(number), Path(source))
        archive.close()
        packed.seek(0)
        volume = engine().volumes.create(labels=labels("given"))
        try:
            _fill(image, volume, packed)
        except BaseException:
            with suppress(APIError):
                volume.remove(force=True)
            raise
    return volume


def _fill(image: Image, volume: Volume, packed: object) -> None:
    # Never started: the engine copies into what a container would see.
    mounts = [Mount(FILLED, volume.name, type="volume", no_copy=True)]
    helper = engine().containers.create(image.name, [image.python], mounts=mounts, labels=labels("filling"))
    try:
        helper.put_archive(FILLED, packed)
    finally:
        helper.remove(force=True)
