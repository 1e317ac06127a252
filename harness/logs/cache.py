"""What was read of logs is kept in the user's cache, so that a log is read again only once it has changed.

One small database (`logs/cells.sqlite`), because thousands of logs may each be known by themselves, several processes
may read at a time, and Ctrl-C must lose nothing that was read. An entry counts only under the log's present stamp and
the present reader, and only with its own digest; whatever is wrong with the cache, the logs are read without it.
"""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from harness.logs.cells import LogCells
from harness.logs.files import LogFile
from harness.places import cache_dir
from leaderboards.table import COLUMNS

PATIENCE_S = 2.0  # for another process that is writing
SETTLED_S = 2.0  # a log that changed this short a time ago may change again without its times telling it
KEPT_DAYS = 60
MOST_BYTES = 512_000_000
DAY_S = 86_400.0
BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_FORMAT}
SCHEMA = "CREATE TABLE IF NOT EXISTS logs (key TEXT PRIMARY KEY, digest TEXT, used REAL, cells TEXT) WITHOUT ROWID"

OLDER_HALF = "DELETE FROM logs WHERE key IN (SELECT key FROM logs ORDER BY used LIMIT (SELECT count(*) / 2 FROM logs))"


class CellCache:
    """The cells of finished logs by log and stamp. Errors of the database end its use, never the reading."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._database = _opened(path) if path is not None else None
        self._used: list[str] = []
        self._new: list[tuple[str, str, float, str]] = []

    def get(self, file: LogFile) -> LogCells | None:
        """The cells of a log as they were read, None where they are not known or the entry is not as it was written."""
        if self._database is None or not file.stamp:
            return None
        key = _key(file)
        with self._guarded():
            found = self._database.execute("SELECT digest, used, cells FROM logs WHERE key = ?", [key]).fetchone()
            if found is not None and found[0] == _digest(key, found[2]):
                if found[1] < time.time() - DAY_S:
                    self._used.append(key)
                task_id, withdrawn, rows = json.loads(found[2])
                cells = tuple(dict(zip(COLUMNS, row, strict=True)) for row in rows)
                return LogCells(False, cells, task_id, withdrawn)
        return None

    def put(self, file: LogFile, log: LogCells) -> None:
        """Keep the cells of a log, unless it is still being written or has changed just now."""
        settled = file.changed is None or file.changed < time.time() - SETTLED_S
        if self._database is None or not file.stamp or log.running or not settled:
            return
        key = _key(file)
        rows = [[cell.get(name) for name in COLUMNS] for cell in log.cells]
        text = json.dumps([log.task_id, log.withdrawn, rows], separators=(",", ":"))
        self._new.append((key, _digest(key, text), time.time(), text))

    def save(self) -> None:
        """Make what was put last, also if this process is ended now; another one waits for no longer than this."""
        if self._database is None or not self._new:
            return
        with self._guarded():
            self._database.executemany("INSERT OR REPLACE INTO logs VALUES (?, ?, ?, ?)", self._new)
            self._database.commit()
        self._new.clear()

    def close(self) -> None:
        """Save; entries that nobody asked for in a long time go, and half of them where there are too many."""
        grows = bool(self._new)
        self.save()
        if self._database is None:
            return
        with self._guarded():
            if self._used:
                self._database.executemany(
                    "UPDATE logs SET used = ? WHERE key = ?", [(time.time(), key) for key in self._used]
                )
            if grows:
                self._database.execute("DELETE FROM logs WHERE used < ?", [time.time() - KEPT_DAYS * DAY_S])
                self._shrink(self._database)
            self._database.commit()
            self._database.close()

    @staticmethod
    def _shrink(database: sqlite3.Connection) -> None:
        names = ("page_count", "freelist_count", "page_size")
        pages, free, size = (database.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
        if (pages - free) * size > MOST_BYTES:
            database.execute(OLDER_HALF)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, ValueError) as error:
            with suppress(sqlite3.Error):
                if self._database is not None:
                    self._database.close()
            self._database = None
            if _is_broken(error):
                _removed(self._path)


@contextmanager
def cell_cache() -> Iterator[CellCache]:
    """The cache of this user; one that remembers nothing where the cache can't be opened."""
    try:
        path = cache_dir("logs") / "cells.sqlite"
    except OSError:
        path = None
    kept = CellCache(path)
    try:
        yield kept
    finally:
        kept.close()


def _opened(path: Path) -> sqlite3.Connection | None:
    for _ in range(2):
        try:
            return _connected(path)
        except sqlite3.Error as error:
            if not _is_broken(error):  # no right to write, or another process writes for long
                return None
            _removed(path)
    return None


def _is_broken(error: Exception) -> bool:
    """Whether the database itself is wrong, so that a new one is needed."""
    return not isinstance(error, sqlite3.Error) or getattr(error, "sqlite_errorcode", 0) & 0xFF in BROKEN


def _removed(path: Path | None) -> None:
    if path is not None:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _connected(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=PATIENCE_S)
    try:
        database.execute(SCHEMA)
        database.commit()
    except sqlite3.Error:
        database.close()
        raise
    return database


def _key(file: LogFile) -> str:
    """Log, stamp and reader in one hash: an address may hold a password, which belongs in no cache."""
    return hashlib.blake2b("\n".join([_reader(), file.place, file.stamp]).encode(), digest_size=20).hexdigest()


def _digest(key: str, text: str) -> str:
    return hashlib.blake2b(f"{key}\n{text}".encode(), digest_size=16).hexdigest()


@cache
def _reader() -> str:
    """What a row depends on beside its log: the code that decides on its content, the columns, Inspect's version."""
    house = Path(__file__).parent.parent
    # Who competed and as which family or epoch, agents say; which statuses there are, the grader.
    sources = [*house.glob("logs/*.py"), *house.glob("agents/*.py"), house / "competition" / "reasons.py"]
    text = b"\n".join(source.read_bytes() for source in sorted(sources))
    return f"{hashlib.sha256(text).hexdigest()} {' '.join(COLUMNS)} {version('inspect_ai')}"
