"""The cache of logs changes no result: broken, full, of another reader, or with anything that happens to the logs."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.logs import cache
from harness.places import cache_dir
from harness.results import NoLogs, read_results, read_results_with_notes
from tests.harness.logs.made import begun, sample, written
from tests.harness.logs.watching import HOUR, Reads, old

HARNESS = Path(cache.__file__).parent.parent
BROKEN: dict[str, Callable[[Path], object]] = {
    "no database": lambda path: path.write_bytes(b"nothing of a database" * 100),
    "half a database": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "a wrong page": lambda path: path.write_bytes(path.read_bytes()[:5000] + b"\xff" * (path.stat().st_size - 5000)),
    "empty": lambda path: path.write_bytes(b""),
    "another table": lambda path: executed(path, "DROP TABLE logs; CREATE TABLE logs (x)"),
    "other scores": lambda path: executed(path, "UPDATE logs SET cells = replace(cells, '0.5', '0.8')"),
    "no JSON": lambda path: executed(path, "UPDATE logs SET cells = 'x'"),
}


def executed(path: Path, words: str) -> None:
    with sqlite3.connect(path) as database:
        database.executescript(words)
    database.close()


@pytest.mark.parametrize("kind", BROKEN)
def test_a_corrupt_cache_is_no_cache(kind: str, folder: Path, reads: Reads) -> None:
    first = read_results([folder])
    BROKEN[kind](cache_dir("logs") / "cells.sqlite")
    pd.testing.assert_frame_equal(read_results([folder]), first)
    assert reads.count("a.eval") == 2
    pd.testing.assert_frame_equal(read_results([folder]), first)


def test_a_cache_that_cannot_be_written_is_no_cache(
    folder: Path, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "file").write_text("no folder")
    monkeypatch.setenv("MLESMITH_CACHE", str(folder / "file"))
    assert len(read_results([folder])) == 4


def test_another_reader_reads_again(folder: Path, reads: Reads, monkeypatch: pytest.MonkeyPatch) -> None:
    read_results([folder])
    reads.clear()
    monkeypatch.setattr(cache, "_reader", lambda: "another")
    read_results([folder])
    assert len(reads) == 3


DECIDING = [
    *(path.relative_to(HARNESS) for name in ("logs", "agents") for path in (HARNESS / name).glob("*.py")),
    Path("competition/reasons.py"),
]


@pytest.mark.parametrize("name", DECIDING, ids=str)
def test_code_that_decides_on_a_row_is_part_of_the_reader(name: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read by an older program is read again; a row's family comes from the agents' catalogue, for one."""
    before = cache._reader.__wrapped__()
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + b"#" * (path == HARNESS / name))
    assert cache._reader.__wrapped__() != before


def test_the_cache_is_bounded(folder: Path, reads: Reads, monkeypatch: pytest.MonkeyPatch) -> None:
    read_results([folder])
    place = cache_dir("logs") / "cells.sqlite"
    executed(place, f"UPDATE logs SET used = {time.time() - 61 * 24 * HOUR}")
    old(written(folder / "d.eval", [sample("d", "t1", 0.5)]))
    read_results([folder])  # asked for again, so none of them is old
    assert entries(place) == 4
    executed(place, f"UPDATE logs SET used = {time.time() - 61 * 24 * HOUR}")
    old(written(folder / "below" / "e.eval", [sample("e", "t1", 0.5)]))
    read_results([folder / "below" / "e.eval"])
    assert entries(place) == 1
    monkeypatch.setattr(cache, "MOST_BYTES", 1)
    read_results([folder])
    assert 1 <= entries(place) < 5


def entries(place: Path) -> int:
    database = sqlite3.connect(place)
    (count,) = database.execute("SELECT count(*) FROM logs").fetchone()
    database.close()
    return int(count)


NAMES = ("a.eval", "b.eval", "below/c.eval", "2026-01-01T00-00-00_d.json")
STEPS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(NAMES), st.integers(0, 4)),
    st.tuples(st.just("remove"), st.sampled_from(NAMES), st.just(0)),
    st.tuples(st.just("touch"), st.sampled_from(NAMES), st.just(0)),
    st.tuples(st.just("break"), st.sampled_from(sorted(BROKEN)), st.just(0)),
    st.tuples(st.just("read"), st.just(""), st.just(0)),
)


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[bytes]]:
    """Five logs as bytes for each suffix, one of them begun; two tell the same run."""
    folder = tmp_path_factory.mktemp("contents")
    runs = [sample("linear", "t1", 0.5), sample("linear", "t1", 0.6), sample("forest", "t2", None)]
    found: dict[str, list[bytes]] = {}
    for suffix in (".eval", ".json"):
        logs = [written(folder / f"{number}{suffix}", runs[number : number + 2]) for number in range(3)]
        last = begun(folder / "begun.eval", runs[:1]) if suffix == ".eval" else written(folder / f"3{suffix}", runs)
        found[suffix] = [path.read_bytes() for path in [*logs, last]]
        found[suffix].append(found[suffix][0])
    return found


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=3, max_size=12))
def test_the_cache_changes_no_result(
    steps: list[tuple[str, str, int]],
    contents: dict[str, list[bytes]],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = tmp_path_factory.mktemp("home")
    (home / "logs" / "below").mkdir(parents=True)
    monkeypatch.setenv("MLESMITH_CACHE", str(home / "cache"))
    for number, (what, name, which) in enumerate([*steps, ("read", "", 0)]):
        path = home / "logs" / name
        if what == "write":
            path.write_bytes(contents[path.suffix][which])
            old(path)
        elif what == "remove":
            path.unlink(missing_ok=True)
        elif what == "touch" and path.exists():
            path.touch()
        elif what == "break" and (home / "cache" / "logs" / "cells.sqlite").exists():
            with suppress(sqlite3.Error):  # broken already
                BROKEN[name](home / "cache" / "logs" / "cells.sqlite")
        elif what == "read":
            monkeypatch.setenv("MLESMITH_CACHE", str(home / f"fresh{number}"))
            expected = table(home / "logs")
            monkeypatch.setenv("MLESMITH_CACHE", str(home / "cache"))
            assert table(home / "logs") == expected


def table(folder: Path) -> tuple[str, tuple[str, ...]]:
    try:
        found, notes = read_results_with_notes([folder])
    except NoLogs:
        return "", ()
    return found.to_csv(index=False), notes
