"""What was read of logs is not read again; every log is once it has changed, and torn ones are named."""

import shutil
import signal
import zipfile
from pathlib import Path

import fsspec
import pandas as pd
import pytest
from inspect_ai.log import EvalError, EvalSample

from harness.logs import cache
from harness.results import NoLogs, UnreadableLogs, read_results, read_results_with_notes
from tests.harness.logs.made import begun, log_of, sample, written
from tests.harness.logs.watching import HOUR, Reads, old, spied


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
    found, notes = read_results_with_notes([folder])
    assert set(found["contestant"]) == {"linear", "blend"}
    assert notes == ("1 logs were removed meanwhile or are links to nothing (b.eval); they are left out.",)
    with pytest.raises(NoLogs, match=r"b\.eval"):
        read_results([folder / "below" / "b.eval"])


def test_a_link_to_nothing_is_left_out(folder: Path, reads: Reads) -> None:
    (folder / "below" / "x.eval").symlink_to(folder / "nothing.eval")
    (folder / "folder").symlink_to(folder / "nowhere")
    found, notes = read_results_with_notes([folder])
    assert set(found["contestant"]) == {"linear", "forest", "blend"}
    assert notes == ("1 logs were removed meanwhile or are links to nothing (x.eval); they are left out.",)
    with pytest.raises(NoLogs, match=r"no folder or file .*x\.eval"):
        read_results([folder / "below" / "x.eval"])
    (folder / "only").mkdir()
    (folder / "only" / "y.eval").symlink_to(folder / "nothing.eval")
    with pytest.raises(NoLogs, match=r"no Inspect log in .*only.*links to nothing \(y\.eval\)"):
        read_results([folder / "only"])


FAILED = EvalError(message="it broke", traceback="", traceback_ansi="")
ATTEMPTS: dict[str, tuple[list[EvalSample], list[tuple[str, str]]]] = {
    "an error, then a score": (
        [sample("linear", "t1", None, fields={"error": FAILED}), sample("linear", "t1", 0.5)],
        [("graded", "1.eval")],
    ),
    "a score, then an error": (
        [sample("linear", "t1", 0.5), sample("linear", "t1", None, fields={"error": FAILED})],
        [("graded", "0.eval")],
    ),
    "an error, then no submission": (
        [sample("linear", "t1", None, fields={"error": FAILED}), sample("linear", "t1", None)],
        [("missing", "1.eval")],
    ),
    "errors alone": ([sample("linear", "t1", None, fields={"error": FAILED}) for _ in range(3)], [("error", "2.eval")]),
    "errors of other cells": (
        [
            sample("linear", "t1", 0.5),
            sample("linear", "t1", None, 2, fields={"error": FAILED}),
            sample("linear", "t1", None, fields={"error": FAILED}, task_version="2-A"),
            sample("linear", "t1", None, fields={"error": FAILED}, data_hash="d2"),
            sample("forest", "t1", None, fields={"error": FAILED}),
        ],
        [("error", "4.eval"), ("graded", "0.eval"), ("error", "2.eval"), ("error", "3.eval"), ("error", "1.eval")],
    ),
    "two scores": (
        [sample("linear", "t1", 0.5), sample("linear", "t1", 0.6)],
        [("graded", "0.eval"), ("graded", "1.eval")],
    ),
}


@pytest.mark.parametrize("kind", ATTEMPTS)
def test_an_error_that_was_run_again_is_no_cell(kind: str, tmp_path: Path, reads: Reads) -> None:
    attempts, left = ATTEMPTS[kind]
    for number, one in enumerate(attempts):
        about = log_of([one]).eval.model_copy(update={"created": f"2026-01-0{number + 1}T00:00:00+00:00"})
        written(tmp_path / "logs" / f"{number}.eval", [one], eval=about)
    found = read_results([tmp_path / "logs"])
    assert list(zip(found["status"], found["log"], strict=True)) == left


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
