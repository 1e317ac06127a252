"""Archives for the engine: the same bytes each time, owned by root, readable by all and writable by none."""

import io
import stat
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import IO


class Archive:
    """A tar archive that is being written; folders above an entry are made with it."""

    def __init__(self, target: IO[bytes], modes: dict[str, int] | None = None) -> None:
        self._tar = tarfile.open(fileobj=target, mode="w")  # noqa: SIM115  (closed by `close`)
        self._modes = modes or {}
        self._there: set[str] = set()

    def close(self) -> None:
        self._tar.close()

    def folder(self, place: str) -> None:
        """An empty folder."""
        path = PurePosixPath(place.lstrip("/"))
        for part in [*reversed(path.parents), path]:
            name = str(part)
            if name != "." and self._new(name):
                about = tarfile.TarInfo(name)
                about.type, about.mode = tarfile.DIRTYPE, self._modes.get(name, 0o755)
                self._tar.addfile(about)

    def link(self, place: str, target: str) -> None:
        """A symbolic link."""
        name = self._below(place)
        if self._new(name):
            about = tarfile.TarInfo(name)
            about.type, about.linkname = tarfile.SYMTYPE, target
            self._tar.addfile(about)

    def text(self, place: str, text: str) -> None:
        """A small file."""
        name = self._below(place)
        if self._new(name):
            about = tarfile.TarInfo(name)
            data = text.encode()
            about.size, about.mode = len(data), 0o444
            self._tar.addfile(about, io.BytesIO(data))

    def file(self, place: str, source: Path) -> None:
        """A copy of a file, with its date, by which byte code knows it."""
        name = self._below(place)
        if self._new(name):
            about = tarfile.TarInfo(name)
            seen = source.stat()
            about.size, about.mtime = seen.st_size, int(seen.st_mtime)
            about.mode = 0o555 if seen.st_mode & stat.S_IXUSR else 0o444
            with source.open("rb") as content:
                self._tar.addfile(about, content)

    def tree(self, place: str, source: Path, wanted: Callable[[PurePosixPath], bool] | None = None) -> None:
        """A file, or all files below a folder that are wanted by their path in it; links are followed to files."""
        if source.is_file():
            self.file(place, source)
            return
        self.folder(place)
        for path in sorted(self._files(source)):
            inner = PurePosixPath(path.relative_to(source).as_posix())
            if wanted is None or wanted(inner):
                self.file(f"{place}/{inner}", path)

    @staticmethod
    def _files(source: Path) -> Iterable[Path]:
        return (path for path in source.rglob("*") if path.is_file())

    def _below(self, place: str) -> str:
        name = place.lstrip("/")
        if parent := str(PurePosixPath(name).parent).removeprefix("."):
            self.folder(parent)
        return name

    def _new(self, name: str) -> bool:
        new = name not in self._there
        self._there.add(name)
        return new
