"""Which logs are read, and files that seem old."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.logs import reading
from harness.logs.cells import LogCells, read_cells
from harness.logs.files import LogFile

HOUR = 3600
Reads = list[str]


def spied(monkeypatch: pytest.MonkeyPatch, before: Callable[[str], None] = lambda _: None) -> Reads:
    """The names of logs as they are read from here on."""
    found: Reads = []

    def read(file: LogFile) -> LogCells:
        before(file.name)
        found.append(Path(file.name).name)
        return read_cells(file)

    monkeypatch.setattr(reading, "read_cells", read)
    return found


def old(path: Path) -> Path:
    """The file as one that was written an hour ago."""
    os.utime(path, (time.time() - HOUR,) * 2)
    return path
