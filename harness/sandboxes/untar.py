"""Unpacking an archive that came out of a sandbox: plain files and folders only, never outside the destination."""

import io
import tarfile
from pathlib import Path, PurePosixPath

from harness.errors import MlesmithError


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
        HostileArchive: a member that is no plain file or folder, that climbs out, or too many bytes in all.
    """
    destination.mkdir(parents=True, exist_ok=True)
    total = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as tar:
            for member in tar:
                target = destination.joinpath(_checked(member))
                total += member.size
                if total > max_bytes:
                    raise HostileArchive(f"The archive holds more than {max_bytes >> 20} MB.")
                if member.isdir():
                    target.mkdir(parents=True, exist_ok=True)
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                content = tar.extractfile(member)
                target.write_bytes(content.read() if content is not None else b"")
    except tarfile.TarError as error:
        raise HostileArchive(f"What came out of the sandbox is no archive: {error}.") from error
