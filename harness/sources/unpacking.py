"""Compressed files: unpacked once into the cache, within bounds, whatever sizes they claim."""

import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from harness.places import cache_dir, whole_file
from harness.sources.archive import DAMAGED
from harness.sources.choosing import Candidates, choose
from harness.sources.fetched import SourceError, digest
from harness.sources.text import open_bytes

MAX_UNPACKED = 4 << 30
# A table packs 3 to 50 times smaller; what unpacks to far more than it is, is made to fill a disk.
FREE, RATIO = 256 << 20, 200
_BLOCK = 1 << 20
SINGLE = (".gz", ".bz2", ".xz", ".zst")
MAX_MEMBERS = 10_000


class TooLarge(SourceError):
    """A file that unpacks to more than is read."""

    def __init__(self, path: Path, limit: int) -> None:
        super().__init__(
            f"{path} unpacks to more than {limit >> 20} MB, from {path.stat().st_size >> 10} kB. No table packs so "
            "small: if it is one, unpack it yourself and name the file inside."
        )


def limit_of(packed: int) -> int:
    """How many bytes a file of `packed` bytes may unpack to."""
    return min(MAX_UNPACKED, max(FREE, RATIO * packed))


def require_bounded(path: Path) -> None:
    """Refuse a packed file that unpacks to more than its bound; reads it through, keeps nothing.

    Raises:
        TooLarge: it does.
    """
    limit = limit_of(path.stat().st_size)
    if path.suffix.lower() == ".gz" and path.stat().st_size * 1032 <= limit:
        return  # gzip can't pack closer than that
    count = 0
    with open_bytes(path) as stream:
        while block := stream.read(_BLOCK):
            count += len(block)
            if count > limit:
                raise TooLarge(path, limit)


def unpacked(path: Path) -> Path:
    """The content of a file that is packed alone, in the cache under its name without the ending.

    Raises:
        SourceError: damaged, or more than is read.
    """
    return _kept(path, PurePosixPath(path.stem), lambda: open_bytes(path))


def member_of(path: Path, inside: str) -> tuple[list[Path], str, tuple[str, ...]]:
    """The tables of a zip archive that are meant: the one named by `inside` (`MEMBER` or `MEMBER#SHEET`), or the one.

    Returns their files in the cache, what of `inside` names a part of them, and notes.

    Raises:
        SourceError: damaged, hostile, no such member, or no telling which is meant.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = _sizes(path, archive)
            member, _, rest = inside.partition("#")
            found = choose(Candidates(str(path), sizes), member)
            files = [_member(path, archive, name) for name in found.names]
    except DAMAGED as error:
        raise SourceError(f"{path} is a damaged archive: {error}. Fetch or pack it again.") from error
    except (RuntimeError, NotImplementedError) as error:  # a password, or a way of packing that Python does not know
        raise SourceError(f"{path} can't be unpacked: {error}. Unpack it yourself and name the file inside.") from error
    return files, rest, found.notes


def _sizes(path: Path, archive: zipfile.ZipFile) -> dict[str, int]:
    members = [item for item in archive.infolist() if not item.is_dir()]
    if len(members) > MAX_MEMBERS:
        raise SourceError(f"{path} holds {len(members)} files; at most {MAX_MEMBERS} are looked at.")
    for item in members:
        place = PurePosixPath(item.filename.replace("\\", "/"))
        if place.is_absolute() or ".." in place.parts:
            raise SourceError(
                f"{path} holds {item.filename!r}, a path that climbs out of the archive. Nothing was unpacked; "
                "use an archive from someone you trust, packed again."
            )
    return {item.filename: item.file_size for item in members}


def _member(path: Path, archive: zipfile.ZipFile, name: str) -> Path:
    item = archive.getinfo(name)
    if item.file_size > limit_of(item.compress_size):
        raise TooLarge(path, limit_of(item.compress_size))
    return _kept(path, PurePosixPath(name), lambda: archive.open(name))


def _kept(path: Path, name: PurePosixPath, source: Callable[[], object]) -> Path:
    """Copy a stream into the cache, counting; a name's folders become one, so that nothing climbs."""
    beneath = [digest(path), *([_flat(name.parent)] if str(name.parent) != "." else [])]
    target = cache_dir("sources", "unpacked", *beneath) / name.name
    if target.is_file():
        return target
    limit = limit_of(path.stat().st_size)
    try:
        with whole_file(target) as draft, draft.open("wb") as out:
            stream: BinaryIO
            with source() as stream:  # type: ignore[attr-defined]
                _copy(stream, out, path, limit)
    except (*DAMAGED, OSError) as error:
        if getattr(error, "errno", None) is not None:
            raise  # the disk, not the file
        raise SourceError(f"{path} is damaged or not packed as its name says: {error}. Fetch it again.") from error
    return target


def _copy(stream: BinaryIO, out: BinaryIO, path: Path, limit: int) -> None:
    count = 0
    while block := stream.read(_BLOCK):
        count += len(block)
        if count > limit:
            raise TooLarge(path, limit)
        out.write(block)


def _flat(folder: PurePosixPath) -> str:
    return "+".join(folder.parts)[-100:]
