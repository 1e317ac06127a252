"""`plan` and `run --plan` as a user meets them: results, a plan, exactly its cells in sandboxes, more results."""

import csv
import json
from pathlib import Path

import pytest
from inspect_ai.log import list_eval_logs

from harness.results import read_results
from tests.harness.packages import Kind, make_package
from tests.leaderboards.tables import results
from tests.leaderboards.test_battles import battles
from tests.mlesmith.conftest import Run, interrupted

Cell = tuple[str, str, int]
KINDS: tuple[Kind, ...] = ("number", "label", "probability", "probabilities")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with four tasks of four datasets."""
    for kind in KINDS:
        (tmp_path / kind).mkdir()
        card = make_package(tmp_path / kind, kind).write(tmp_path / "tasks" / "mine") / "task.toml"
        card.write_text(card.read_text().replace('cluster = "boats"', f'cluster = "boats_{kind}"'))
    return tmp_path


def cells_of(out: str) -> set[Cell]:
    rows = json.loads(out)
    found = {(row["contestant"], row["task"], row["epoch"]) for row in rows if row["status"] == "graded"}
    assert len(found) == len(rows), "no cell twice, none without a score"
    assert all(row["seed"] == row["epoch"] for row in rows), "each epoch has a seed of its own"
    return found


def cells_in(plan: Path) -> set[Cell]:
    with plan.open(newline="") as file:
        return {(row["agent"], row["task"], int(row["epoch"])) for row in csv.DictReader(file)}


def logs() -> set[str]:
    return {info.name for info in list_eval_logs("logs")}


@pytest.mark.sandbox
@pytest.mark.slow
def test_exactly_the_planned_cells_are_run_and_nothing_twice(run: Run) -> None:
    first = ["run", "--agents", "constant,linear,tree", "--tasks", "boats_number", "--log-dir", "logs", "--json"]
    code, out, err = run(*first)
    assert code == 0, err
    code, out, err = run("run", "--agents", "constant,linear", "--tasks", "boats_label", "--log-dir", "logs", "--json")
    before = cells_of(out)
    assert (code, len(before)) == (0, 5)
    code, out, err = run("plan", "logs", "--runs", "8", "--tasks", "boats_probability", "--json")
    assert code == 0, err
    said = json.loads(out)
    planned = cells_in(Path("plan.csv"))
    assert len(planned) == len(said["rows"]) == 8
    assert not planned & before
    assert {task for _, task, _ in planned} >= {"boats_probability"}, "a task that nobody ran"
    assert max(epoch for *_, epoch in planned) > 1, "a cell that was run is run again under its next number"
    code, out, err = run("run", "--plan", "plan.csv", "--log-dir", "logs", "--json")
    assert (code, cells_of(out)) == (0, before | planned), err
    done = logs()
    assert len(done) == 5 + len({agent for agent, *_ in planned}), "one log a contestant"

    code, out, _ = run("run", "--plan", "plan.csv", "--log-dir", "logs", "--json")
    assert (code, cells_of(out), logs()) == (0, before | planned, done)
    Path("plan.csv").write_text(Path("plan.csv").read_text() + "tree,,boats_label,1-A,9,,\n")
    code, out, _ = run("run", "--plan", "plan.csv", "--log-dir", "logs", "--json")
    assert (code, cells_of(out)) == (0, before | planned | {("tree", "boats_label", 9)})
    assert len(logs()) == len(done) + 1

    code, out, _ = run("leaderboard", "logs", "--out", "board", "--json")
    board = json.loads(out)
    assert (code, board["cells"]) == (0, 14)
    assert not [note for note in board["notes"] if "came twice" in note]
    code, out, err = run("plan", "logs", "--runs", "3", "--tasks", "mine/*", "--out", "next.csv")
    following = cells_in(Path("next.csv"))
    assert (len(following), following & (before | planned)) == (3, set())
    assert (code, "Runs in order of worth" in out, "Traceback" in err) == (0, True, False)


@pytest.mark.sandbox
@pytest.mark.slow
def test_ctrl_c_keeps_what_is_done_and_the_same_plan_does_the_rest(run: Run, tmp_path: Path) -> None:
    agent = tmp_path / "agent.py"  # quick but for the third epoch, which Ctrl-C has to end: not a wait of this test
    quick = "import shutil\nshutil.copy('data/sample_submission.csv', 'submission.csv')\n"
    agent.write_text(f"import os, time\ntime.sleep(600 * (os.environ['SEED'] == '3'))\n{quick}")
    cells = [("script:agent.py", "boats_number", epoch) for epoch in (1, 2, 3)]
    Path("plan.csv").write_text("agent,task,epoch\n" + "".join(f"{who},{task},{epoch}\n" for who, task, epoch in cells))
    words = ["run", "--plan", "plan.csv", "--log-dir", "logs", "--jobs", "1", "--json"]
    stopped = interrupted(
        *words, after="Running: 2 of 3", cwd=tmp_path
    )  # the second is being graded: the first is done
    assert stopped.code == 130, stopped.err
    assert "Traceback" not in stopped.err
    first = read_results(["logs"]).set_index("epoch")["sample_uuid"]
    assert 1 in first.index
    assert 3 not in first.index
    agent.write_text(quick)
    code, out, err = run(*words)
    assert code == 0, err
    assert cells_of(out) == set(cells)
    assert f"Running: {len(first)} of 3" in err, "what was done counts as done"
    assert read_results(["logs"]).set_index("epoch")["sample_uuid"][1] == first[1], "and is not repeated"


def test_what_the_plan_says_of_a_table(run: Run) -> None:
    table = results({"constant": -1.0, "linear": 0.0, "forest": 0.5, "somebody": 0.2}, 12)
    table["task"] = table["task"].replace({"generated_000": "boats_number", "generated_001": "boats_label"})
    table[~((table["contestant"] == "forest") & (table["task"] == "boats_label"))].to_parquet("results.parquet")
    code, out, err = run("plan", "results.parquet", "--runs", "4", "--width", "75", "--out", "here/plan.csv", "--json")
    assert code == 0, err
    said = json.loads(out)
    assert {row["task"] for row in said["rows"]} <= {"boats_number", "boats_label"}
    assert {row["contestant"] for row in said["rows"]} <= {"constant", "linear", "forest"}
    notes = " ".join(said["notes"])
    assert "can't be run here: somebody" in notes
    assert "10 tasks of the results are not here in the same version" in notes
    assert (said["enough"]["width"], said["enough"]["datasets"], len(said["enough"]["contestants"])) == (75.0, 12, 4)
    assert Path("here/plan.csv").read_text().startswith("agent,model,task,task_version,epoch,gain,cost_usd\n")
    code, out, _ = run("plan", "results.parquet", "--tasks", "tasks/mine/boats_probability", "--runs", "30")
    assert (code, "datasets for ±50" in " ".join(out.split())) == (0, True)
    assert "boats_probability" in {task for _, task, _ in cells_in(Path("plan.csv"))}


ONE = "agent,task,epoch\nlinear,boats_label,1\n"
MISTAKES = {
    "a plan beside agents": (["run", "--plan", "plan.csv", "--agents", "linear"], "--agents can't go with --plan"),
    "a plan beside all": (
        ["run", "--plan", "plan.csv", "--tasks", "x", "--models", "y", "--epochs", "2"],
        "--tasks, --models, --epochs can't go with --plan",
    ),
    "no agents": (["run", "--tasks", "boats_label"], "'--agents' is missing: name agents and tasks, or a plan"),
    "no tasks": (["run", "--agents", "linear"], "'--tasks' is missing"),
    "no such plan": (["run", "--plan", "none.csv"], "none.csv is no plan that can be run"),
    "a broken plan": (["run", "--plan", "broken.csv"], "row 2, column 'agent': There is no agent named 'liner'"),
    "a model that can't be asked": (["run", "--plan", "model.csv"], "groq/llama can't be asked"),
    "no results": (["plan", "none.parquet"], "There is no results table at none.parquet"),
    "no logs": (["plan", "nologs"], "nologs"),
    "battles": (["plan", "battles.csv"], "column 'contestant' is missing"),
    "no task here": (["plan", "results.csv"], "There is no task that can be run here"),
    "an unknown task": (["plan", "results.csv", "--tasks", "boats_lable"], "boats_label"),
    "no runs": (["plan", "results.csv", "--runs", "0"], "--runs"),
    "a width of nothing": (["plan", "results.csv", "--width", "0"], "--width"),
    "a plan into a folder": (
        ["plan", "results.csv", "--tasks", "mine/*", "--out", "tasks"],
        "can't be written to tasks: Is a directory",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_gets_one_message_and_code_two(run: Run, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GROQ_API_KEY", raising=False)
    Path("plan.csv").write_text(ONE)
    Path("broken.csv").write_text(ONE + "liner,boats_label,1\n")
    Path("model.csv").write_text(ONE + "react@groq/llama,boats_label,1\n")
    battles(50).to_csv("battles.csv", index=False)
    results({"linear": 0.0, "forest": 0.5}, 6).to_csv("results.csv", index=False)
    words, part = MISTAKES[name]
    code, out, err = run(*words)
    assert (code, out) == (2, ""), err
    assert part in " ".join(err.split()), err
    assert "Traceback" not in err
    assert not Path("logs").exists(), "nothing was begun"
