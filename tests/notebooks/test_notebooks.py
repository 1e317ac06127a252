"""The notebooks run in a fresh kernel and show what is committed, and one line makes them a user's own."""

from pathlib import Path

import nbformat
import pytest

from harness.runs import run
from tests.harness.packages import make_package
from tests.notebooks.executing import WRITTEN, committed, executed, names, texts, tidy

LARGEST = 200_000
OF_A_MACHINE = ("/home/", "/root/", "/tmp/", "site-packages", "0x")


@pytest.mark.parametrize("name", names())
def test_a_fresh_kernel_shows_what_is_committed(name: str) -> None:
    """All but the pictures, whose bytes change with matplotlib and its fonts."""
    now, then = texts(executed(name)), texts(committed(name))
    for (source, shown), (_, before) in zip(now, then, strict=True):
        assert shown == before, f"{name} shows something else after\n{source}\nRun: {WRITTEN}"


@pytest.mark.parametrize("name", names())
def test_what_is_committed_is_small_and_of_no_machine(name: str) -> None:
    book = committed(name)
    nbformat.validate(book)
    assert tidy(book) == book, f"Run: {WRITTEN}"
    shown = str(texts(book))
    assert not [mark for mark in OF_A_MACHINE if mark in shown]
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    assert {output.output_type for output in outputs} <= {"execute_result", "display_data", "stream"}
    assert all(output.get("name") != "stderr" for output in outputs)
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 1
    assert len(nbformat.writes(book)) < LARGEST


@pytest.mark.parametrize("name", names())
def test_notebooks_are_thin(name: str) -> None:
    """They call and show: nothing is defined in them."""
    code = [line for cell in committed(name).cells if cell.cell_type == "code" for line in cell.source.splitlines()]
    assert not [line for line in code if line.lstrip().startswith(("def ", "class ", "%", "!"))]
    assert len(code) < 80


@pytest.mark.sandbox
@pytest.mark.xdist_group("runs")
def test_a_users_own_logs_take_the_place_of_one_line(tmp_path: Path) -> None:
    folder = make_package(tmp_path, "label").write(tmp_path / "tasks")
    agents = ["constant", "linear", "tree", "nothing", "oracle"]
    logs = run(agents, [], [str(folder)], epochs=2, log_dir=tmp_path / "logs")
    book = executed("leaderboard_from_logs.ipynb", {"LOGS = ": f'LOGS = "{logs}"'})
    shown = str(texts(book))
    assert f'LOGS = "{logs}"' in shown
    assert all(f"<td>{name}</td>" in shown for name in ("constant", "linear", "tree"))
    assert "boosting" not in shown
    assert "control oracle: as expected" in shown
