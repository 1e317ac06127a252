"""Run by path in a Python of its own: pip as ever, but a source archive is copied where it is wanted and never built.

`pip download` asks a source archive for its metadata, which runs the archive's own code; no option of pip forbids it.
So the step after the download is replaced. Should another pip lack that step, nothing is downloaded.
"""

import shutil
import sys
from importlib import import_module
from pathlib import Path
from typing import NoReturn

STEP = "_get_prepared_distribution"


def main(wanted: str, folder: str) -> int:
    """Download the source archive of `wanted` (`NAME` or `NAME==VERSION`) into `folder`; the exit code."""
    preparing = import_module("pip._internal.operations.prepare")
    stop = import_module("pip._internal.exceptions").InstallationError
    if not hasattr(preparing, STEP):
        sys.stderr.write("ERROR: this version of pip can't download a source archive without running its code\n")
        return 1
    copies: list[Path] = []

    def take(requirement: object, *_rest: object, **_named: object) -> NoReturn:
        copies.append(Path(shutil.copy(str(vars(requirement)["local_file_path"]), folder)))
        raise stop("the archive is there, which is all that was wanted")

    setattr(preparing, STEP, take)
    words = ["--no-deps", "--progress-bar", "off", "--disable-pip-version-check", "--no-binary", ":all:"]
    ended = import_module("pip._internal.cli.main").main(["download", *words, "--dest", folder, wanted])
    return 0 if copies else int(ended)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
