"""Things in the place of a submission that no bytes can say: what a file system can hold there."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

from harness.competition.reasons import Reason

SPARSE = 2 << 30  # bytes


def _sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, SPARSE)


def _socket(path: Path) -> None:
    here = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(f"/proc/self/fd/{here}/{path.name}")  # a path of its own may be longer than a socket's may
    os.close(here)


FILE_KINDS: dict[str, tuple[Callable[[Path], object], Reason]] = {
    "directory": (Path.mkdir, Reason.NOT_A_FILE),
    "link_to_a_file": (lambda path: path.symlink_to("/etc/hosts"), Reason.NOT_A_FILE),
    "link_to_a_device": (lambda path: path.symlink_to("/dev/zero"), Reason.NOT_A_FILE),
    "link_to_nothing": (lambda path: path.symlink_to("nothing"), Reason.NOT_A_FILE),
    "link_to_itself": (lambda path: path.symlink_to(path.name), Reason.NOT_A_FILE),
    "pipe": (os.mkfifo, Reason.NOT_A_FILE),
    "socket": (_socket, Reason.NOT_A_FILE),
    "sparse_2_gb": (_sparse, Reason.TOO_LARGE),
}
# Their places are given; none of them can be made in a folder.
PLACES: dict[str, Path] = {"device": Path("/dev/zero"), "missing": Path("/nothing/submission.csv")}
