"""The command line as a user meets it: answers on standard output, messages on standard error, exit codes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.mlesmith.conftest import interrupted


def mlesmith(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlesmith", *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=300,
        env={name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")},
        check=False,
    )


MISTAKES = {
    "no such file": (["generate", "none.csv"], "no file none.csv"),
    "unknown scheme": (["generate", "ftp:x"], "Known:"),
    "unknown task": (["prepare", "nosuchtask"], "no task named 'nosuchtask'"),
    "unknown agent": (["run", "--agents", "bosting", "--tasks", "spambase_spam"], "boosting"),
    "model missing": (["run", "--agents", "react", "--tasks", "spambase_spam"], "needs a model"),
    "key missing": (
        ["run", "--agents", "react", "--models", "groq/llama", "--tasks", "spambase_spam"],
        "groq/llama can't be asked",
    ),
    "key of litellm missing": (
        ["run", "--agents", "react", "--models", "litellm/groq/llama", "--tasks", "spambase_spam"],
        "GROQ_API_KEY",
    ),
    "key of the engine missing": (["generate", "data.csv", "--engine", "llm", "--model", "openai/gpt-5"], "_API_KEY"),
    "unknown provider": (["run", "--agents", "react", "--models", "nosuch/x", "--tasks", "spambase_spam"], "nosuch"),
    "no logs": (["leaderboard", "nologs"], "nologs"),
    "unknown option": (["run", "--nosuch"], "--nosuch"),
    "too many formulations": (["generate", "x.csv", "--formulations", "9"], "formulations"),
    "too many targets": (["generate", "data.csv", *(f"--target={name}" for name in "abcd")], "At most 3 times"),
    "engine without a model": (["generate", "data.csv", "--engine", "llm"], "--model"),
    "unknown sandbox": (["prepare", "spambase_spam", "--sandbox", "nosuch"], "no sandbox named 'nosuch'"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_gets_one_message_and_code_two(name: str, tmp_path: Path) -> None:
    words, part = MISTAKES[name]
    (tmp_path / "data.csv").write_text("a,b\n1,2\n3,4\n")
    done = mlesmith(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert part in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("what", ["tasks", "agents", "metrics", "checks", "sources"])
def test_lists_come_from_registries(what: str) -> None:
    rows = json.loads(mlesmith("list", what, "--json").stdout)
    assert len(rows) >= {"tasks": 4, "agents": 12, "metrics": 25, "checks": 15, "sources": 2}[what]


def test_help_imports_nothing_heavy() -> None:
    program = "import sys, mlesmith.cli; print(sorted({'pandas', 'inspect_ai', 'numpy', 'litellm'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_published_boards_agree_as_the_paper_says() -> None:
    found = json.loads(mlesmith("agreement", "reference:mle-smith/smith", "reference:mle-smith/dojo", "--json").stdout)
    assert round(found["r"]["value"], 3) == 0.982
    assert round(found["ccc"]["value"], 3) == 0.958


@pytest.mark.sandbox
@pytest.mark.slow
def test_own_table_becomes_tasks_that_run_and_rank(tmp_path: Path) -> None:
    generator = np.random.default_rng(5)
    rows = 600
    table = pd.DataFrame(
        {"mass": generator.normal(70, 9, rows).round(1), "height": generator.normal(172, 8, rows).round(0)}
    )
    table["group"] = generator.choice(["north", "south", "west"], rows)
    table["pressure"] = (0.8 * table["mass"] + 9 * (table["group"] == "west") + generator.normal(0, 5, rows)).round(1)
    table.to_csv(tmp_path / "patients.csv", index=False)
    made = mlesmith("generate", "patients.csv", "--json", "--formulations", "1", cwd=tmp_path)
    report = json.loads(made.stdout)
    assert report["verified"] == 1, (made.stderr, report["rejected"])
    task = report["tasks"][0]["id"]
    assert task == "patients_pressure"
    assert (tmp_path / "tasks" / "generated" / task / "verification.json").is_file()
    named = mlesmith("generate", "patients.csv", "--json", "--target", "mass", "--out", "tasks/named", cwd=tmp_path)
    assert [one["id"] for one in json.loads(named.stdout)["tasks"]] == ["patients_mass"], named.stderr
    shown = mlesmith("show", task, cwd=tmp_path)
    assert "pressure" in shown.stdout
    twin = tmp_path / "tasks" / "mine" / "the_same_again"
    shutil.copytree(tmp_path / "tasks" / "generated" / task, twin)
    for name in ("task.toml", "task.py"):
        (twin / name).write_text((twin / name).read_text().replace(task, twin.name))
    attacked = mlesmith("verify", "the_same_again", "--json", cwd=tmp_path)
    assert attacked.returncode == 1, attacked.stderr
    (twice,) = (one for one in json.loads(attacked.stdout)[twin.name]["checks"] if one["id"] == "novelty.other_tasks")
    assert (twice["verdict"], task in twice["evidence"]) == ("fail", True)
    shutil.rmtree(twin)
    ran = mlesmith(
        "run", "--agents", "constant,linear,nothing", "--tasks", task, "--log-dir", "logs/a", "--json", cwd=tmp_path
    )
    cells = {row["contestant"]: row for row in json.loads(ran.stdout)}
    assert cells["linear"]["score"] < cells["constant"]["score"]
    assert cells["nothing"]["reason"] == "nothing_written"
    board = mlesmith("leaderboard", "logs/a", "--out", "board", "--json", cwd=tmp_path)
    assert board.returncode == 0, board.stderr
    assert (tmp_path / "board" / "index.html").is_file()


@pytest.mark.sandbox
def test_inspect_runs_a_task_by_name_with_any_of_our_solvers(tmp_path: Path) -> None:
    from inspect_ai.log import list_eval_logs, read_eval_log

    from tests.harness.packages import make_package

    make_package(tmp_path, "number").write(tmp_path / "tasks" / "mine")
    name = next((tmp_path / "tasks" / "mine").iterdir()).name
    inspect = Path(sys.executable).with_name("inspect")
    for place in (f"mlesmith/{name}", f"tasks/mine/{name}"):
        words = ["eval", place, "--solver", "mlesmith/linear", "--model", "none/none", "--log-dir", "logs"]
        done = subprocess.run([inspect, *words], capture_output=True, text=True, cwd=tmp_path, timeout=200, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
    logs = [read_eval_log(info) for info in list_eval_logs(str(tmp_path / "logs"))]
    assert [log.status for log in logs] == ["success", "success"]
    for log in logs:
        assert log.samples is not None
        score = next(iter((log.samples[0].scores or {}).values()))
        assert isinstance(score.value, dict)
        assert score.value["valid"] == 1


@pytest.mark.sandbox
def test_ctrl_c_keeps_what_is_done_and_the_next_call_does_the_rest(tmp_path: Path) -> None:
    from inspect_ai.log import list_eval_logs, read_eval_log

    from tests.harness.packages import make_package

    root = make_package(tmp_path, "number").write(tmp_path / "tasks" / "mine")
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(600)\n")  # what Ctrl-C has to end, not a wait of this test
    words = ["run", "--tasks", root.name, "--epochs", "3", "--log-dir", "logs", "--json", "--agents"]
    assert mlesmith(*words, "constant,linear", cwd=tmp_path).returncode == 0
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "logs").rglob("*.eval")}
    stopped = interrupted(*words, f"constant,linear,script:{slow}", after="Running: 6 of 9", cwd=tmp_path)
    assert stopped.code == 130, stopped.err
    assert "the same command continues" in stopped.err
    assert "Traceback" not in stopped.err
    slow.write_text("import shutil\nshutil.copy('data/sample_submission.csv', 'submission.csv')\n")
    done = mlesmith(*words, f"constant,linear,script:{slow}", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    cells = json.loads(done.stdout)
    assert [cell["status"] for cell in cells] == ["graded"] * 9
    assert before.items() <= {path: path.stat().st_mtime_ns for path in (tmp_path / "logs").rglob("*.eval")}.items()
    good = [read_eval_log(info, header_only=True).status for info in list_eval_logs(str(tmp_path / "logs"))]
    assert good.count("success") == 3
