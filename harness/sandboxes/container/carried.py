"""What a whole image holds of this machine: tools and libraries of the system, the interpreter, the data stack."""

import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from harness.errors import MachineError
from harness.sandboxes.container.archive import Archive
from harness.sandboxes.container.image import FOLDERS
from harness.sandboxes.container.layout import etc, links
from harness.sandboxes.stack import SITE, Entry, data_stack, outermost

# What an agent's shell expects; those that this machine lacks are left out.
TOOLS = (
    "[ arch awk base32 base64 basename bash bzip2 cat chgrp chmod chown cksum clear cmp comm cp csplit curl cut "
    "dash date dd df diff diff3 dir dircolors dirname du echo egrep env expand expr factor false fgrep file find "
    "fmt fold free gawk getconf getent git grep groups gunzip gzip head hostname iconv id install join jq kill "
    "ldd less link ln locale logname ls make mawk md5sum mkdir mkfifo mktemp more mv nice nl nohup nproc numfmt "
    "od paste patch pathchk perl pgrep pkill pr printenv printf ps ptx pwd readlink realpath rev rm rmdir sdiff "
    "sed seq sh sha1sum sha224sum sha256sum sha384sum sha512sum shred shuf sleep sort split sqlite3 stat stdbuf "
    "strings stty sum sync tac tail tar tee test time timeout top touch tput tr true truncate tsort tty uname "
    "unexpand uniq unlink unxz unzip uptime vi vdir watch wc wget which who whoami xargs xxd xz xzcat yes zcat "
    "zip zstd "
)
DATA = ("/usr/lib/locale/C.utf8", "/usr/share/zoneinfo", "/usr/share/terminfo", "/usr/lib/terminfo")
# Of the standard library, what no program imports.
UNUSED = frozenset({"__pycache__", "dist-packages", "idlelib", "site-packages", "test", "tests", "turtledemo"})
SEARCH = "/usr/bin:/bin:/usr/local/bin"
AT_ONCE = 200


def pack_frame(archive: Archive) -> None:
    """Folders and the few files of /etc that each image has."""
    for folder in FOLDERS:
        archive.folder(folder)
    for name, text in etc().items():
        archive.text(f"etc/{name}", text)


def pack_stack(archive: Archive, entries: Iterable[Entry] | None = None) -> None:
    """The data stack, without the folders in which libraries keep data."""
    for entry in entries or data_stack().entries:
        archive.tree(f"{SITE}/{entry.name}", entry.source, partial(_wanted, entry.name))


def _wanted(package: str, path: PurePosixPath) -> bool:
    return "__pycache__" not in path.parts and outermost(package / path) is None


def pack_system(archive: Archive) -> None:
    """Tools, their libraries, the interpreter; links as the system has them."""
    for place, target in sorted(links().items()):
        archive.link(place, target)
    executable, library = Path(data_stack().executable), Path(sysconfig.get_path("stdlib"))
    compiled = sorted(library.glob("lib-dynload/*.so"))
    tools = [Path(found) for name in TOOLS.split() if (found := shutil.which(name, path=SEARCH))]
    modules = [path for entry in data_stack().entries for path in sorted(entry.source.rglob("*.so*"))]
    packages = {entry.source.parent for entry in data_stack().entries}
    needed = [path for path in _libraries([executable, *compiled, *tools, *modules]) if not packages & {*path.parents}]
    for path in [executable, *tools, *needed]:
        _follow(archive, path)
    archive.tree(str(library), library, lambda path: not UNUSED & {*path.parts})
    for folder in map(Path, DATA):
        if folder.is_dir():
            archive.tree(str(folder), folder)


def _libraries(programs: list[Path]) -> Iterator[Path]:
    """The shared libraries that programs load, the dynamic linker among them, as the linker finds them here."""
    found: dict[Path, None] = {}
    for first in range(0, len(programs), AT_ONCE):
        words = ["ldd", *map(str, programs[first : first + AT_ONCE])]
        try:
            said = subprocess.run(words, capture_output=True, text=True, check=False).stdout
        except OSError as error:
            raise MachineError(
                f"What the tools of this machine need can't be listed: {error}.", "Use `mlesmith image --base NAME`."
            ) from error
        found.update(dict.fromkeys(map(Path, re.findall(r"^\t(?:\S+ => )?(/\S+) \(0x", said, re.MULTILINE))))
    yield from found


def _follow(archive: Archive, path: Path) -> None:
    """A file with the links that lead to it."""
    for _ in range(20):
        path = path.parent.resolve() / path.name
        if not path.is_symlink():
            break
        archive.link(str(path), str(path.readlink()))
        path = path.parent / path.readlink()
    if path.is_file():
        archive.file(str(path), path)
