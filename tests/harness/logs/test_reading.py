"""What is remembered of logs changes no result, and every log is read again once it has changed."""

import os
import shutil
import signal
import sqlite3
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import fsspec
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.logs import cache, reading
from harness.logs.cells import LogCells, read_cells
from harness.logs.files import LogFile
from harness.places import cache_dir
from harness.results import NoLogs, UnreadableLogs, read_results, read_results_with_notes
from tests.harness.logs.made import begun, log_of, sample, written

HOUR = 3600
Reads = list[str]


@pytest.fixture
def reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reads:
    """The names of logs as they are read; with a cache of this test's own."""
    monkeypatch.setenv("MLESMITH_CACHE", str(tmp_path / "cache"))
    return spied(monkeypatch)


def spied(monkeypatch: pytest.MonkeyPatch, before: Callable[[str], None] = lambda _: None) -> Reads:
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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three logs, one in a folder below, one a document."""
    old(written(tmp_path / "logs" / "a.eval", [sample("linear", "t1", 0.5), sample("linear", "t2", None)]))
    old(written(tmp_path / "logs" / "below" / "b.eval", [sample("forest", "t1", 0.6)]))
    old(written(tmp_path / "logs" / "2026-01-01T00-00-00_c.json", [sample("blend", "t1", 0.7)]))
    return tmp_path / "logs"


def test_what_was_read_is_not_read_again(folder: Path, reads: Reads) -> None:
    first = read_results([folder])
    assert sorted(reads) == ["2026-01-01T00-00-00_c.json", "a.eval", "b.eval"]
    assert list(first["contestant"]) == ["blend", "forest", "linear", "linear"]
    reads.clear()
    pd.testing.assert_frame_equal(read_results([folder]), first)
    assert not reads
    # By whatever name: the folder above, the log itself, the same place twice.
    pd.testing.assert_frame_equal(read_results([folder.parent / "logs" / "..", folder / "a.eval"]), first)
    assert not reads


def test_a_changed_log_is_read_again_and_a_removed_one_is_gone(folder: Path, reads: Reads) -> None:
    read_results([folder])
    reads.clear()
    size = (folder / "a.eval").stat().st_size
    old(written(folder / "a.eval", [sample("linear", "t1", 0.9), sample("linear", "t2", None)]))
    assert abs((folder / "a.eval").stat().st_size - size) < 300
    found = read_results([folder])
    assert reads == ["a.eval"]
    assert found.set_index(["contestant", "task"]).loc[("linear", "t1"), "score"] == 0.9
    (folder / "below" / "b.eval").unlink()
    assert "forest" not in set(read_results([folder])["contestant"])


def test_rows_that_tie_come_in_the_order_of_their_logs(folder: Path, reads: Reads) -> None:
    old(written(folder / "x.eval", [sample("twice", "t1", 0.1)]))
    old(written(folder / "y.eval", [sample("twice", "t1", 0.2)]))
    first = read_results([folder])
    (folder / "x.eval").touch()  # read again, when y is known
    reads.clear()
    pd.testing.assert_frame_equal(read_results([folder]), first)
    assert reads == ["x.eval"]


def test_a_log_of_just_now_may_still_change_unseen(folder: Path, reads: Reads) -> None:
    written(folder / "new.eval", [sample("new", "t1", 0.5)])
    for _ in range(2):
        read_results([folder])
    assert reads.count("new.eval") == 2
    assert reads.count("a.eval") == 1


def test_a_log_that_is_being_written_is_read_each_time(folder: Path, reads: Reads) -> None:
    old(begun(folder / "begun.eval", [sample("late", "t1", 0.5)]))
    for _ in range(2):
        found, notes = read_results_with_notes([folder])
        assert "late" in set(found["contestant"])
        assert "1 of 4 logs are still being written or broke off (begun.eval): their 1 finished cells" in notes[0]
    assert reads.count("begun.eval") == 2
    assert reads.count("a.eval") == 1


def test_a_run_that_was_continued_counts_once(tmp_path: Path, reads: Reads) -> None:
    cells = [sample("linear", "t1", 0.5), sample("linear", "t2", 0.6)]
    first = begun(tmp_path / "logs" / "b.eval", cells[:1])
    shutil.copy(first, tmp_path / "logs" / "b-recovered.eval")
    whole = log_of(cells)
    written(tmp_path / "logs" / "c.eval", cells, eval=whole.eval)
    found, notes = read_results_with_notes([tmp_path / "logs"])
    assert list(found["log"]) == ["c.eval", "c.eval"]
    assert any("2 cells are told by several logs" in note for note in notes)
    # The same sample with another score is no copy: the board says that it came twice.
    written(tmp_path / "logs" / "d.eval", [sample("linear", "t1", 0.9, fields={"uuid": cells[0].uuid})])
    assert len(read_results([tmp_path / "logs"])) == 3


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


def test_ctrl_c_keeps_what_was_read(folder: Path, reads: Reads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("MLESMITH_CACHE", str(folder.parent / "cache"))

    def stop(name: str) -> None:
        if name.endswith("b.eval"):
            signal.raise_signal(signal.SIGINT)

    spied(monkeypatch, stop)
    with pytest.raises(KeyboardInterrupt):
        read_results([folder])
    again = spied(monkeypatch)
    assert len(read_results([folder])) == 4
    assert again == ["b.eval"]


def test_all_torn_logs_are_named_and_the_others_are_kept(folder: Path, reads: Reads) -> None:
    for name in ("x.eval", "y.eval"):
        whole = (folder / "a.eval").read_bytes()
        (folder / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableLogs, match=r"2 logs can't be read") as found:
        read_results([folder])
    assert "x.eval" in str(found.value)
    assert "y.eval" in str(found.value)
    (folder / "x.eval").unlink()
    (folder / "y.eval").unlink()
    reads.clear()
    read_results([folder])
    assert not reads


def test_a_flipped_byte_is_a_torn_log(folder: Path, reads: Reads) -> None:
    whole = bytearray((folder / "a.eval").read_bytes())
    with zipfile.ZipFile(folder / "a.eval") as archive:
        place = archive.getinfo("summaries.json").header_offset + 30 + len("summaries.json") + 40
    whole[place] ^= 0xFF
    (folder / "a.eval").write_bytes(bytes(whole))
    with pytest.raises(UnreadableLogs, match=r"a\.eval"):
        read_results([folder])


def test_a_log_that_goes_away_meanwhile(folder: Path, reads: Reads, monkeypatch: pytest.MonkeyPatch) -> None:
    spied(monkeypatch, lambda name: Path(name).unlink() if name.endswith("b.eval") else None)
    assert set(read_results([folder])["contestant"]) == {"linear", "blend"}
    with pytest.raises(NoLogs, match=r"b\.eval"):
        read_results([folder / "below" / "b.eval"])


def test_addresses_are_remembered(reads: Reads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "SETTLED_S", -HOUR)
    for name, score in (("a", 0.5), ("b", 0.6)):
        written(f"memory://remembered/logs/{name}.eval", [sample(name, "t1", score)])
    first = read_results(["memory://remembered/logs"])
    assert list(first["score"]) == [0.5, 0.6]
    reads.clear()
    pd.testing.assert_frame_equal(read_results(["memory://remembered"]), first)
    assert not reads
    written("memory://remembered/logs/b.eval", [sample("b", "t1", 0.7)])
    fsspec.filesystem("memory").rm("/remembered/logs/a.eval")
    assert list(read_results(["memory://remembered/logs"])["score"]) == [0.7]
    assert reads == ["b.eval"]


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


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
