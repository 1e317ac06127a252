"""Archives of the package index: downloaded once by pip, without dependencies, without running anything of theirs."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

from harness.errors import MachineError
from harness.places import cache_dir, whole_file
from harness.sources import take_archive
from harness.sources.fetched import SourceError

DOWNLOAD_S = 900
ARCHIVES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
OFFLINE = (
    "after connection broken by",
    "Temporary failure in name resolution",
    "Name or service not known",
    "getaddrinfo failed",
    "Connection refused",
    "Network is unreachable",
    "No route to host",
)
VERSIONS = re.compile(r"\(from versions: ([^)]*)\)")
LISTED = 5


def archive(name: str, version: str | None) -> Path:
    """The wheel of a package, or where there is none its source archive, in the cache; one download at a time.

    Raises:
        SourceError: no such package or version.
        MachineError: the package index can't be reached, or takes longer than DOWNLOAD_S.
    """
    place = _place(name, version)
    try:
        with FileLock(place / ".lock", timeout=2 * DOWNLOAD_S):
            return _kept(place) or _download(name, version, place)
    except Timeout as error:
        raise MachineError(f"{name} is being downloaded by another process, which does not end.") from error


def keep_as(packed: Path, name: str, version: str) -> None:
    """Keep an archive that was taken as the newest under its version too, so that this one is not fetched again."""
    target = _place(name, version) / packed.name
    if not target.is_file():
        with whole_file(target) as draft:
            shutil.copyfile(packed, draft)


def _place(name: str, version: str | None) -> Path:
    return cache_dir("sources", "pypi", re.sub(r"[-_.]+", "-", name).lower(), version or "newest")


def _kept(place: Path) -> Path | None:
    return next((item for item in sorted(place.iterdir()) if item.name.endswith(ARCHIVES)), None)


def _download(name: str, version: str | None, place: Path) -> Path:
    wanted = f"{name}=={version}" if version else name
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--progress-bar", "off", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory(dir=place, prefix=".pip-") as folder:
        wheel = [*pip, "--only-binary", ":all:", "--dest", folder, wanted]
        source = [sys.executable, take_archive.__file__, wanted, folder]
        said = ""
        for words in (wheel, source):
            said += _run(words, wanted)
            if found := _kept(Path(folder)):
                return found.replace(place / found.name)
            if any(sign in said for sign in OFFLINE):
                break
    raise _failure(name, version, said)


def _run(words: list[str], wanted: str) -> str:
    """What pip said, on both streams."""
    try:
        ended = subprocess.run(words, capture_output=True, text=True, timeout=DOWNLOAD_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise MachineError(f"{wanted} can't be downloaded: it takes longer than {DOWNLOAD_S} s.") from error
    return ended.stdout + ended.stderr


def _failure(name: str, version: str | None, said: str) -> Exception:
    known = [one for found in VERSIONS.findall(said) for one in found.split(", ") if one not in {"", "none"}]
    if known:
        newest = ", ".join(reversed(known[-LISTED:]))
        return SourceError(f"The package index has no version {version} of {name}. Newest versions: {newest}.")
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return MachineError(
            f"{name} can't be downloaded: there is no space left.", "Free some, or set MLESMITH_CACHE to a larger disk."
        )
    if any(sign in said for sign in OFFLINE):
        return MachineError(f"{name} can't be downloaded: the package index is not reachable from here.")
    if VERSIONS.search(said):
        return SourceError(f"The package index has no package {name}, or the index can't be reached.")
    lines = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR")]
    return SourceError(f"{name} can't be downloaded: {(lines or [said.strip() or 'pip gave no reason'])[0][:300]}")
