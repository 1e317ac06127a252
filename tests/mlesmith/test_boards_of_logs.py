"""`leaderboard` on logs as they lie there: torn, begun, of two versions, documents, addresses; never a wrong figure."""

import json
import math
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.log import EvalSample

from harness.logs import reading
from harness.logs.cells import LogCells, read_cells
from harness.logs.files import LogFile
from tests.harness.logs.made import begun, log_of, real, sample, written
from tests.harness.logs.watching import old
from tests.mlesmith.conftest import Run

pytestmark = pytest.mark.usefixtures("own_cache")

SKILL = {"constant": 0.5, "linear": 0.7, "forest": 0.8}
TASKS = tuple(f"t{number}" for number in range(6))


def cells(name: str, tasks: Sequence[str] = TASKS, **other: Any) -> list[EvalSample]:
    """A contestant's samples; on every third task it does worse than its skill."""
    scores = [SKILL[name] - 0.25 * (TASKS.index(task) % 3 == 0) * (name == "forest") for task in tasks]
    return [sample(name, task, score, **other) for task, score in zip(tasks, scores, strict=True)]


def rated(said: str) -> dict[str, Any]:
    return {row["contestant"]: row for row in json.loads(said)["rows"]}


@pytest.fixture
def logs() -> Path:
    """A log of each contestant; asked for after `run`, so in its folder."""
    for name in SKILL:
        written(Path("logs") / f"{name}.eval", cells(name))
    return Path("logs")


def test_a_board_of_logs(run: Run, logs: Path) -> None:
    code, out, _ = run("leaderboard", "logs", "--json")
    assert code == 0
    assert {name: (row["runs"], row["battles"]) for name, row in rated(out).items()} == dict.fromkeys(SKILL, (6, 12.0))
    assert run("leaderboard", "logs", "--json")[1] == out
    documents = Path("documents")
    for name in SKILL:
        written(documents / f"2026-01-01T00-00-00_{name}.json", cells(name))
    assert ratings(run("leaderboard", "documents", "--json")[1]) == ratings(out)
    for name in SKILL:
        written(f"memory://boards/{name}.eval", cells(name))
    assert ratings(run("leaderboard", "memory://boards", "--json")[1]) == ratings(out)


def ratings(said: str) -> dict[str, float]:
    return {name: row["rating"] for name, row in rated(said).items()}


def test_a_truncated_log(run: Run, logs: Path) -> None:
    whole = (logs / "linear.eval").read_bytes()
    (logs / "linear.eval").write_bytes(whole[: len(whole) // 2])
    code, out, err = run("leaderboard", "logs", "--json")
    assert (code, out) == (2, "")
    assert "logs/linear.eval can't be read" in err
    assert "inspect log recover" in err
    assert "move it away" in err
    assert "Traceback" not in err
    (logs / "linear.eval").rename("linear.eval.torn")
    assert set(rated(run("leaderboard", "logs", "--json")[1])) == {"constant", "forest"}


def test_a_log_that_is_still_being_written(run: Run, logs: Path) -> None:
    (logs / "forest.eval").unlink()
    begun(logs / "forest.eval", cells("forest", TASKS[:4]))
    code, out, _ = run("leaderboard", "logs", "--json")
    assert code == 0
    found = rated(out)
    assert (found["forest"]["runs"], found["forest"]["battles"], found["linear"]["battles"]) == (4, 8.0, 10.0)
    (note,) = json.loads(out)["notes"][:1]
    assert "1 of 3 logs are still being written or broke off (forest.eval): their 4 finished cells count" in note
    assert note in Path("leaderboard/index.html").read_text()
    assert "forest.eval" in run("leaderboard", "logs")[2]


def test_two_versions_of_a_task_are_not_battled(run: Run) -> None:
    """Who is better on the other version of a task has beaten nobody."""
    for name, version in (("constant", "1-A"), ("linear", "1-B"), ("forest", "2-A")):
        written(Path("logs") / f"{name}.eval", cells(name, task_version=version))
    code, out, _ = run("leaderboard", "logs", "--json")
    assert code == 0
    found = rated(out)
    assert {name: row["battles"] for name, row in found.items()} == {"constant": 6.0, "linear": 6.0, "forest": 0.0}
    assert found["forest"]["rating"] is None
    assert any("several versions or data sets of one task" in note for note in json.loads(out)["notes"])
    written(Path("logs") / "forest.eval", cells("forest", data_hash="d2"))
    assert rated(run("leaderboard", "logs", "--json")[1])["forest"]["battles"] == 0.0


EMPTY: dict[str, tuple[Callable[[], object], str]] = {
    "an empty folder": (lambda: Path("logs").mkdir(), "There is no Inspect log in logs"),
    "folders of nothing": (lambda: Path("logs/a/b").mkdir(parents=True), "There is no Inspect log in logs"),
    "no folder": (lambda: None, "There is no folder or file logs"),
    "other evals": (
        lambda: written(Path("logs/a.eval"), real().samples or []),
        "No cell of a competition is logged in logs (Inspect logs there: 1, still being written: 0)",
    ),
    "nothing done yet": (lambda: begun(Path("logs/a.eval"), []), "(Inspect logs there: 1, still being written: 1)"),
}


@pytest.mark.parametrize("kind", EMPTY)
def test_a_place_without_cells(kind: str, run: Run) -> None:
    make, said = EMPTY[kind]
    make()
    code, out, err = run("leaderboard", "logs", "--json")
    assert (code, out) == (2, "")
    assert said in err
    assert not Path("leaderboard").exists()


UNSOUND: dict[str, tuple[Callable[[], EvalSample], str]] = {
    "graded without a number": (lambda: sample("x", "t1", math.nan), "but the score is no finite number"),
    "another status": (lambda: saying("x", status="won"), "the status is 'won'"),
    "no direction": (lambda: sample("x", "t1", 0.5, direction=""), "the direction is ''"),
    "no task": (lambda: sample("x", "t1", 0.5, task_hash="h", fields={"metadata": {"task_hash": "h"}}), "'task'"),
}


def saying(name: str, **said: str) -> EvalSample:
    one = sample(name, "t1", 0.5)
    assert one.scores
    one.scores["nothing_said"].metadata.update(said)  # type: ignore[union-attr]
    return one


@pytest.mark.parametrize("kind", UNSOUND)
def test_a_cell_that_makes_no_sense_is_named(kind: str, run: Run, logs: Path) -> None:
    """Never 0 and never the best: the log is named, and what is wrong in it."""
    make, said = UNSOUND[kind]
    written(logs / "odd.eval", [make()])
    code, out, err = run("leaderboard", "logs", "--json")
    assert (code, out) == (2, "")
    assert "logs/odd.eval" in err
    assert said in err


def test_two_families_of_one_contestant_are_named_with_their_logs(run: Run, logs: Path) -> None:
    one = saying("forest", family="trees")
    written(logs / "odd.eval", [one])
    code, _, err = run("leaderboard", "logs", "--json")
    assert code == 2
    assert "odd.eval" in err
    assert "forest.eval" in err


def test_an_invalidated_cell_does_not_count(run: Run, logs: Path) -> None:
    from inspect_ai.log import ProvenanceData, invalidate_samples

    log = log_of(cells("forest"))
    assert log.samples
    gone = invalidate_samples(log, [str(log.samples[0].uuid)], ProvenanceData(author="me"))
    written(logs / "forest.eval", gone.samples or [], invalidated=True)
    out = run("leaderboard", "logs", "--json")[1]
    assert rated(out)["forest"]["runs"] == 5
    assert "1 cells were invalidated" in json.loads(out)["notes"][0]


def test_ctrl_c_ends_with_130_and_keeps_what_was_read(run: Run, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in logs.iterdir():
        old(path)
    read: list[str] = []
    pressed: list[bool] = []

    def stopped(file: LogFile) -> LogCells:
        if len(read) == 2 and not pressed:
            pressed.append(True)
            signal.raise_signal(signal.SIGINT)
        read.append(file.name)
        return read_cells(file)

    monkeypatch.setattr(reading, "read_cells", stopped)
    assert run("leaderboard", "logs")[0] == 130
    assert len(read) == 2
    assert run("leaderboard", "logs")[0] == 0
    assert len(read) == 3


def test_progress_where_it_takes_long(run: Run, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Reading logs" not in run("leaderboard", "logs", "--json")[2]
    monkeypatch.setattr(reading, "TOLD_AFTER_S", -1.0)
    code, out, err = run("leaderboard", "logs", "--json")
    assert code == 0
    assert "Reading logs: 3 of 3" in err
    assert json.loads(out)["cells"] == 18
    assert "Reading logs: 3 of 3" in run("plan", "logs")[2]


COUNTED = """
import json, sys
from harness.logs import reading
from mlesmith import cli

read, read_cells = [], reading.read_cells
reading.read_cells = lambda file: read.append(file.name) or read_cells(file)
code = cli._run(["leaderboard", "logs", "--json"])
heavy = [name for name in ("inspect_ai", "litellm", "sklearn", "scipy.stats") if name in sys.modules]
print(json.dumps([code, len(read), heavy]), file=sys.stderr)
"""


def test_neither_new_nor_known_logs_need_inspect(run: Run, logs: Path) -> None:
    """Importing Inspect takes longer than to read a thousand logs."""
    for path in logs.iterdir():
        old(path)
    said = []
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", COUNTED], capture_output=True, text=True, timeout=100, check=False)
        said.append(json.loads(done.stderr.splitlines()[-1]))
    assert said == [[0, 3, []], [0, 0, []]]
