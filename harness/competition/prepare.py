"""`python -m harness.competition.prepare`: run a package's prepare.py inside a sandbox and pack what it wrote.

prepare.py finds its raw data read-only in one folder and writes below two others; both are packed into one archive of
regular files and folders, which is all that leaves the sandbox.
"""

import argparse
import importlib.util
import sys
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

PUBLIC, PRIVATE = "public", "private"
Prepare = Callable[[Path, Path, Path], None]


class OddFile(Exception):
    """prepare.py left something that is neither a regular file nor a folder."""


def load_prepare(path: Path) -> Prepare:
    """The function `prepare(raw, public, private)` of a prepare.py.

    Raises:
        AttributeError: it defines none.
    """
    spec = importlib.util.spec_from_file_location("prepare", path)
    if spec is None or spec.loader is None:
        raise AttributeError(f"{path.name} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    prepare = getattr(module, "prepare", None)
    if not callable(prepare):
        raise AttributeError(f"{path.name} defines no function prepare(raw, public, private)")
    return cast("Prepare", prepare)


def pack(root: Path, archive: Path) -> None:
    """Pack `root/public` and `root/private`, in the order of their names, without owners and times.

    Raises:
        OddFile: a link, a device, a pipe.
    """
    # dereference: two hard links to one file are packed as two files (symbolic links are refused below).
    with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT, dereference=True) as tar:
        for part in (PUBLIC, PRIVATE):
            for path in [root / part, *sorted((root / part).rglob("*"))]:
                if path.is_symlink() or not (path.is_file() or path.is_dir()):
                    raise OddFile(f"{path.relative_to(root)} is neither a regular file nor a folder")
                tar.add(path, arcname=str(path.relative_to(root)), recursive=False, filter=_anonymous)


def main(arguments: Sequence[str]) -> int:
    """Run prepare.py, pack what it wrote."""
    parser = argparse.ArgumentParser(prog="prepare")
    for name in ("--task", "--raw", "--root", "--archive"):
        parser.add_argument(name, type=Path, required=True)
    options = parser.parse_args(arguments)
    for part in (PUBLIC, PRIVATE):
        (options.root / part).mkdir(parents=True, exist_ok=True)
    load_prepare(options.task)(options.raw, options.root / PUBLIC, options.root / PRIVATE)
    pack(options.root, options.archive)
    return 0


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    member.mode = 0o755 if member.isdir() else 0o644
    return member


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
