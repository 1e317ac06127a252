"""Taking things out of a sandbox: one snapshot of a result, or a whole tree, never through a link or a device."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from inspect_ai.util import SandboxEnvironment

from harness.competition.reasons import Reason
from harness.errors import MlesmithError
from harness.sandboxes.foreign import plain_file
from harness.sandboxes.untar import unpack


@dataclass(frozen=True)
class Refusal:
    """Why a result was not taken: `not_a_file`, `too_large` or `unreadable`."""

    reason: Reason
    message: str


class NothingPacked(MlesmithError):
    """The archive that should have been written inside is not there or is no plain file."""


async def read_result(sandbox: SandboxEnvironment, path: str, max_bytes: int) -> bytes | Refusal | None:
    """One snapshot of a file that an agent wrote; None when there is none."""
    found = await plain_file(sandbox, path, max_bytes)
    match found.error:
        case None:
            return found.data
        case "FileNotFoundError":
            return None
        case "NotAFile":
            return Refusal(Reason.NOT_A_FILE, f"{path} is not a plain file (a folder, a link or a device).")
        case "TooLarge":
            return Refusal(Reason.TOO_LARGE, f"{path} is larger than {max_bytes:,} bytes.")
        case _:
            return Refusal(Reason.UNREADABLE, f"{path} can't be read: {found.message}.")


async def copy_tree_out(sandbox: SandboxEnvironment, tar_path: str, destination: Path, max_mb: int) -> None:
    """Unpack the archive at `tar_path` inside below `destination` here.

    Raises:
        NothingPacked: there is no plain file at `tar_path`, or it is larger than `max_mb`.
        HostileArchive: a link, a device, or a path that climbs out.
    """
    packed = await read_result(sandbox, tar_path, max_mb << 20)
    if not isinstance(packed, bytes):
        raise NothingPacked(packed.message if packed else f"Nothing was written to {tar_path}.")
    await asyncio.to_thread(unpack, packed, destination, max_mb << 20)
