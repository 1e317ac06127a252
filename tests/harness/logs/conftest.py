"""A cache of the test's own, and a folder of logs."""

from pathlib import Path

import pytest

from tests.harness.logs.made import sample, written
from tests.harness.logs.watching import Reads, old, spied


@pytest.fixture
def reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reads:
    """The names of logs as they are read; with a cache of this test's own."""
    monkeypatch.setenv("MLESMITH_CACHE", str(tmp_path / "cache"))
    return spied(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three logs, one in a folder below, one a document."""
    old(written(tmp_path / "logs" / "a.eval", [sample("linear", "t1", 0.5), sample("linear", "t2", None)]))
    old(written(tmp_path / "logs" / "below" / "b.eval", [sample("forest", "t1", 0.6)]))
    old(written(tmp_path / "logs" / "2026-01-01T00-00-00_c.json", [sample("blend", "t1", 0.7)]))
    return tmp_path / "logs"
