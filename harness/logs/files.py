"""Which logs lie at a place (a folder, a log, an fsspec URL), and by what one sees that a log has changed."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from harness.logs.errors import NoLogs, UnreadableLogs

SUFFIXES = (".eval", ".json")
# Inspect's own rule: an .eval has any name, a .json that is a log begins with the time (others are manifests).
DATED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}[:-]\d{2}[:-]\d{2}.*\.json")
MEND = " If it broke off, `inspect log recover` mends it; else move it away."


@dataclass(frozen=True)
class LogFile:
    """A log and its stamp: text that is another once the file is written again, empty where the store tells nothing.

    `place` is the name that is the same from wherever one asks, `changed` the second of the last change, None where it
    is not known.
    """

    name: str
    place: str
    stamp: str = ""
    changed: float | None = None

    @property
    def is_address(self) -> bool:
        """Whether it is an fsspec URL, not a path of this machine."""
        return "://" in self.name

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """Its bytes."""
        if not self.is_address:
            with Path(self.name).open("rb") as file:
                yield file
            return
        import fsspec

        with fsspec.open(self.name, "rb") as file:
            yield file


@dataclass(frozen=True)
class LogListing:
    """The logs of some places as they were when one looked.

    `gone` are names in folders that lead to no file: links to nothing, or logs that were removed meanwhile.
    """

    places: tuple[str, ...]
    files: tuple[LogFile, ...]
    gone: tuple[str, ...] = ()


def log_files(places: Iterable[str]) -> LogListing:
    """The logs of all places, each once, places in their order and logs of a folder by name.

    Raises:
        NoLogs: there is no such place.
        UnreadableLogs: a folder can't be listed, or the store of an address refuses.
    """
    asked = tuple(places)
    found: dict[str, LogFile] = {}
    gone: list[str] = []
    for place in asked:
        with named(place):
            listed = _at_address(place) if "://" in place else _at_path(Path(place), gone)
        for file in listed:
            found.setdefault(file.place, file)
    return LogListing(asked, tuple(found.values()), tuple(gone))


@contextmanager
def named(place: str) -> Iterator[None]:
    """What goes wrong while a place is read is said with its name: every store has errors of its own."""
    try:
        yield
    except (NoLogs, UnreadableLogs):
        raise
    except FileNotFoundError as gone:
        raise NoLogs(f"There is no folder or file {place}.") from gone
    except ImportError as missing:
        raise UnreadableLogs(f"{place} can't be read: its kind of address needs a package. {missing}") from missing
    except Exception as error:
        mend = MEND if place.endswith(SUFFIXES) else ""
        raise UnreadableLogs(f"{place} can't be read: {error or type(error).__name__}.{mend}") from error


def _is_log(name: str) -> bool:
    return name.endswith(".eval") or DATED.fullmatch(name) is not None


def _at_path(place: Path, gone: list[str]) -> list[LogFile]:
    """The logs at a path; what its folder names and is not there is added to `gone`."""
    if not place.is_dir():
        return [_of_path(str(place), os.path.realpath(place))]

    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError) or error.filename == str(place):
            raise error

    tails = [
        os.path.relpath(folder, place) + os.sep + name
        for folder, _, names in os.walk(place, onerror=refuse)
        for name in names
        if _is_log(name)
    ]
    root = os.path.realpath(place)
    tails = [tail.removeprefix(f".{os.sep}") for tail in tails]
    found = []
    for tail in sorted(tails):
        try:
            found.append(_of_path(f"{place}{os.sep}{tail}", f"{root}{os.sep}{tail}"))
        except FileNotFoundError:
            gone.append(f"{place}{os.sep}{tail}")
    return found


def _of_path(path: str, real: str) -> LogFile:
    about = Path(path).stat()
    stamp = f"{about.st_size} {about.st_mtime_ns} {about.st_ctime_ns} {about.st_ino}"
    return LogFile(path, real, stamp, about.st_mtime)


def _at_address(place: str) -> list[LogFile]:
    import fsspec

    store, path = fsspec.core.url_to_fs(place)
    store.invalidate_cache(path)
    if place.endswith(SUFFIXES):
        return [_of_address(place, store.info(path))]
    found: dict[str, dict[str, object]] = store.find(path, detail=True)
    if not found and not store.exists(path):
        raise FileNotFoundError(place)
    names = sorted(name for name in found if _is_log(name.rpartition("/")[2]))
    return [_of_address(store.unstrip_protocol(name), found[name]) for name in names]


def _of_address(name: str, about: dict[str, object]) -> LogFile:
    """Stores tell the time of a change, or a hash of the content, each under a name of its own."""
    told = [about.get(key) for key in ("ETag", "etag", "mtime", "LastModified", "last_modified", "updated", "created")]
    when = next((_seconds(value) for value in told[2:] if value is not None), None)
    known = [str(value) for value in told if value is not None]
    return LogFile(name, name, " ".join([str(about.get("size")), *known]) if known else "", when)


def _seconds(value: object) -> float | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    return float(value) if isinstance(value, int | float) else None
