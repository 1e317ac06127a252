"""Unpacking an archive that came out of a sandbox: plain files and folders only, never outside the destination."""

import io
import tarfile
from pathlib import Path, PurePosixPath

from harness.errors import MlesmithError

MOST_MEMBERS = 200_000
# A file where a folder is, a folder where a file is.
CLASHES = (IsADirectoryError, NotADirectoryError, FileExistsError)


class HostileArchive(MlesmithError):
    """An archive with a link, a device, a path that climbs out, or more bytes than allowed."""


def _checked(member: tarfile.TarInfo) -> PurePosixPath:
    path = PurePosixPath(member.name)
    if not (member.isreg() or member.isdir()):
        raise HostileArchive(f"{member.name} in the archive is neither a file nor a folder.")
    if path.is_absolute() or ".." in path.parts or "\0" in member.name:
        raise HostileArchive(f"{member.name} in the archive leads out of its folder.")
    return path


def unpack(archive: bytes, destination: Path, max_bytes: int) -> None:
    """Write the files of a tar archive below `destination`.

    Raises:
        HostileArchive: a member that is no plain file or folder, that climbs out, or too many members or bytes in all.
    """
    destination.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as tar:
            _unpack(tar, destination, max_bytes)
    # The archive was written by an enemy: its numbers and texts may be such that the reader stumbles over them.
    except (tarfile.TarError, ValueError, OverflowError, EOFError, *CLASHES) as error:
        raise HostileArchive(f"What came out of the sandbox is no archive of files and folders: {error}.") from error


def _unpack(tar: tarfile.TarFile, destination: Path, max_bytes: int) -> None:
    total = 0
    for number, member in enumerate(tar):
        target = destination.joinpath(_checked(member))
        total += member.size
        if total > max_bytes or number >= MOST_MEMBERS:
            raise HostileArchive(f"The archive holds more than {max_bytes >> 20} MB or {MOST_MEMBERS:,} files.")
        if member.isdir():
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        content = tar.extractfile(member)
        target.write_bytes(content.read() if content is not None else b"")
