"""A plan is read whole before anything is run; every fault names file, row and column."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.plans import BrokenPlan, read_plan
from tests.harness.packages import make_package

Written = Callable[[str], Path]
HEADER = "agent,model,task,task_version,epoch,gain,cost_usd\n"


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    """A plan in a folder with two tasks, found as a user's own are."""
    for kind in ("number", "label"):
        make_package(tmp_path, kind).write(tmp_path / "tasks" / "mine")
    (tmp_path / "agent.py").write_text("print()\n")
    monkeypatch.chdir(tmp_path)

    def write(text: str) -> Path:
        path = tmp_path / "plan.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_rows_become_cells(written: Written) -> None:
    cells = read_plan(
        written(
            HEADER
            + "linear,,boats_number,1-A,2,3.5,0\n"
            + "linear[seed=4],none/none,boats_number,,1,,\n"
            + "react,openai/gpt-5,boats_label,1-A,1,0.1,0.25\n"
            + "react@openai/gpt-5,,boats_number,1-A,1,,\n"
            + "script:agent.py,,tasks/mine/boats_label,1-A,7,,\n"
        )
    )
    assert [cell.key for cell in cells] == [
        ("linear", "boats_number", 2),
        ("linear[seed=4]", "boats_number", 1),
        ("react@openai/gpt-5", "boats_label", 1),
        ("react@openai/gpt-5", "boats_number", 1),
        ("script:agent.py", "boats_label", 7),
    ]


def test_the_least_that_a_plan_has(written: Written) -> None:
    assert [cell.key for cell in read_plan(written("\ufefftask,epoch,agent\nboats_label,1,tree\n"))] == [
        ("tree", "boats_label", 1)
    ]


BROKEN = {
    "empty": ("", ["column 'agent' is missing", "column 'task' is missing", "column 'epoch' is missing"]),
    "no rows": (HEADER, ["it has a header and no rows"]),
    "a column missing": ("agent,task\nlinear,boats_label\n", ["column 'epoch' is missing"]),
    "a column not known": ("agent,task,epoch,epochs\nlinear,boats_label,1,1\n", ["column 'epochs' is not known"]),
    "a column twice": ("agent,task,epoch,task\nlinear,boats_label,1,1\n", ["column 'task' is there twice"]),
    "a short row": ("agent,task,epoch\nlinear,boats_label\n", ["row 1 has 2 cells, the header 3"]),
    "an open quote": ('agent,task,epoch\n"linear,boats_label,1\n', ["can't be read as CSV"]),
    "an agent not known": (
        "agent,task,epoch\ntree,boats_label,1\nliner,boats_label,1\n",
        ["row 2, column 'agent': There is no agent named 'liner'. Near names: linear"],
    ),
    "no agent": ("agent,task,epoch\n,boats_label,1\n", ["row 1, column 'agent': it is empty"]),
    "an agent without its model": ("agent,task,epoch\nreact,boats_label,1\n", ["column 'agent'", "needs a model"]),
    "a model for a baseline": (
        "agent,model,task,epoch\nlinear,openai/gpt-5,boats_label,1\n",
        ["row 1, column 'agent': 'linear' does not run with the model 'openai/gpt-5'"],
    ),
    "two models": ("agent,model,task,epoch\nreact@openai/a,openai/b,boats_label,1\n", ["'openai/b'"]),
    "a script that is gone": ("agent,task,epoch\nscript:gone.py,boats_label,1\n", ["there is no such file"]),
    "a task not known": (
        "agent,task,epoch\nlinear,boats_lable,1\n",
        ["row 1, column 'task': There is no task named 'boats_lable'. Near names: boats_label"],
    ),
    "several tasks": ("agent,task,epoch\nlinear,mine/*,1\n", ["'mine/*' names 2 tasks"]),
    "no task": ("agent,task,epoch\nlinear,,1\n", ["row 1, column 'task': it is empty"]),
    "another version": (
        "agent,task,task_version,epoch\nlinear,boats_label,2-A,1\n",
        ["row 1, column 'task_version': boats_label was planned as version 2-A and is 1-A now", "plan anew"],
    ),
    "no epoch": ("agent,task,epoch\nlinear,boats_label,\n", ["row 1, column 'epoch': '' is not a whole number"]),
    "epoch nought": ("agent,task,epoch\nlinear,boats_label,0\n", ["'0' is not a whole number from 1"]),
    "half an epoch": ("agent,task,epoch\nlinear,boats_label,1.5\n", ["'1.5' is not a whole number from 1"]),
    "a gain in words": (
        "agent,task,epoch,gain,cost_usd\nlinear,boats_label,1,much,nan\n",
        ["row 1, column 'gain': 'much' is not a number", "row 1, column 'cost_usd': 'nan' is not a number"],
    ),
    "a row twice": (
        "agent,task,epoch\nlinear,boats_label,1\ntree,boats_label,1\nlinear,tasks/mine/boats_label,1\n",
        ["row 3, column 'epoch': linear on boats_label, epoch 1, is in row 1 already"],
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_fault_names_file_row_and_column(name: str, written: Written) -> None:
    text, parts = BROKEN[name]
    with pytest.raises(BrokenPlan) as said:
        read_plan(written(text))
    assert said.value.exit_code == 2
    for part in ("plan.csv", "mlesmith plan", *parts):
        assert part in str(said.value)


def test_no_file_no_text_and_many_faults(written: Written, tmp_path: Path) -> None:
    with pytest.raises(BrokenPlan, match=r"none\.csv is no plan.*\n.*there is no such file"):
        read_plan(tmp_path / "none.csv")
    with pytest.raises(BrokenPlan, match="can't be read as CSV"):
        read_plan(tmp_path)
    (tmp_path / "latin.csv").write_bytes("agent,task,epoch\nl\xefnear,x,1\n".encode("latin-1"))
    with pytest.raises(BrokenPlan, match="can't be read as CSV"):
        read_plan(tmp_path / "latin.csv")
    with pytest.raises(BrokenPlan, match="and 8 more"):
        read_plan(written("agent,task,epoch\n" + "nobody,boats_label,1\n" * 20))
